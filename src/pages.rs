//! Files that are sent as they are, where no service answers: `--static`. A handle of their folder decides what is
//! inside it, so that no path and no link leads out.

use std::{fs::File, io, os::fd::AsRawFd, path::Path, sync::Arc};

use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS},
    request,
};
use http_body_util::{BodyExt, Empty};
use tower_http::services::ServeFile;

use crate::{
    error::{Error, ErrorKind},
    failure::{self, Failure},
    find::{Kind, Root, is_leftover},
    pattern::segments,
    receive::Incoming,
    respond::Body,
    spool::off_thread,
};

/// A folder of files.
#[derive(Debug)]
pub(crate) struct Pages(Arc<Root>);

/// What stands under a path.
enum Found {
    File(File),
    /// A folder with an index that was asked for without a slash at its end.
    Folder,
    Nothing,
}

impl Pages {
    /// The files of that folder.
    ///
    /// # Errors
    /// When it is none, or cannot be read.
    pub(crate) fn of(folder: &Path) -> Result<Self, Error> {
        Root::open(folder).map(Arc::new).map(Self)
    }

    /// Refuses a folder that holds a service: its source would be sent.
    ///
    /// # Errors
    /// Naming that service.
    pub(crate) fn holds_no_service(&self, script: &Path) -> Result<(), Error> {
        if !self.0.holds(script) {
            return Ok(());
        }
        let (folder, script) = (self.0.path().display(), script.display());
        let message = format!("the files of {folder} are sent as they are, and {script} is a service in it");
        Err(Error::new(ErrorKind::InvalidSetting, message)
            .remedy("keep services and the folder of --static apart"))
    }

    /// The file of that path, if there is one that may be sent: not one whose name is hidden or an editor's copy.
    pub(crate) async fn answer(&self, head: &request::Parts) -> Option<Result<Response<Body>, Failure>> {
        if head.method != Method::GET && head.method != Method::HEAD {
            return None;
        }
        let segments = segments(head.uri.path())?;
        if !segments.iter().all(|segment| is_public(segment)) {
            return None;
        }
        let (path, wants_folder) = (segments.join("/"), head.uri.path().ends_with('/'));
        let found = {
            let (root, path) = (Arc::clone(&self.0), path.clone());
            off_thread(move || Ok(find(&root, &path, wants_folder))).await
        };
        match found {
            Ok(Found::File(file)) => Some(send(&file, &path, wants_folder, head).await),
            Ok(Found::Folder) => Some(Ok(to_folder(head))),
            Ok(Found::Nothing) => None,
            Err(failure) => Some(Err(failure)),
        }
    }
}

/// Whether a name is one that people mean to publish.
fn is_public(name: &str) -> bool {
    !name.starts_with(['.', '#']) && !is_leftover(name)
}

fn find(root: &Root, path: &str, wants_folder: bool) -> Found {
    let index = if path.is_empty() { "index.html".to_owned() } else { format!("{path}/index.html") };
    match root.look(path) {
        Ok((Kind::File, _)) if !wants_folder => file(root, path).map_or(Found::Nothing, Found::File),
        Ok((Kind::Folder, _)) => match file(root, &index) {
            Some(file) if wants_folder => Found::File(file),
            Some(_) => Found::Folder,
            None => Found::Nothing,
        },
        _ => Found::Nothing,
    }
}

fn file(root: &Root, path: &str) -> Option<File> {
    let is_file = matches!(root.look(path), Ok((Kind::File, _)));
    root.file(path).ok().filter(|_| is_file)
}

/// Sends the file that is open, with ranges and conditions as tower-http has them. It is named by its descriptor, so
/// that what was checked is what is sent.
async fn send(
    file: &File,
    path: &str,
    is_index: bool,
    head: &request::Parts,
) -> Result<Response<Body>, Failure> {
    let kind = mime_guess::from_path(if is_index { "index.html" } else { path }).first_or_octet_stream();
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.method_mut() = head.method.clone();
    *request.headers_mut() = head.headers.clone();
    let name = format!("/proc/self/fd/{}", file.as_raw_fd());
    let unread = |error: io::Error| {
        Failure::new(failure::Kind::Internal, "the file could not be read").detail(error.to_string())
    };
    let response = ServeFile::new_with_mime(name, &kind).try_call(request).await.map_err(unread)?;
    let mut response =
        response.map(|body| -> Incoming { body.map_err(Into::into).boxed_unsync() }).map(Body::relayed);
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if kind.type_() == "text"
        && let Ok(value) = HeaderValue::from_str(&format!("{kind}; charset=utf-8"))
    {
        headers.insert(CONTENT_TYPE, value);
    }
    Ok(response)
}

/// Links in a folder's index are relative to the folder, so its address ends with a slash.
fn to_folder(head: &request::Parts) -> Response<Body> {
    let query = head.uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let mut response = Response::new(Body::whole(Bytes::new()));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    // The path begins with one slash and has no empty segment, so it cannot name another host.
    if let Ok(location) = HeaderValue::from_str(&format!("{}/{query}", head.uri.path())) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn attack_48_hidden_files_and_copies_are_not_published() {
        for name in [".git", ".env", ".", "..", "x.py~", "#x#", "a.bak", "a.swp", "a.orig"] {
            assert!(!is_public(name), "{name}");
        }
        assert!(is_public("index.html") && is_public("_next") && is_public("a.b.c"));
    }
}
