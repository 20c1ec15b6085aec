//! From a failure to its page: one status for each kind, problem+json (RFC 9457) or text.

use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS},
};
use serde_json::{Value, json};

use super::Body;
use crate::failure::{Failure, Kind, Violation};

/// The header that carries a failure's code.
const X_STACK_ERROR: HeaderName = HeaderName::from_static("x-stack-error");

/// Who reads the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Anybody: an id and a code.
    Public,
    /// The service's owner: what it wrote to standard error too.
    Owner,
}

/// The status of each kind of failure.
fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::BadRequest
        | Kind::BadParameters
        | Kind::InvalidParameters
        | Kind::BadJson
        | Kind::BadMultipart => StatusCode::BAD_REQUEST,
        Kind::NoRoute => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
        Kind::BodyTooLarge | Kind::UploadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UriTooLong => StatusCode::URI_TOO_LONG,
        Kind::UnsupportedEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        Kind::Exit | Kind::Signal | Kind::Reported | Kind::Build | Kind::Short | Kind::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        Kind::BadHeaderBlock
        | Kind::ProgramMissing
        | Kind::NotExecutable
        | Kind::BadInterpreter
        | Kind::WrongFormat
        | Kind::LoaderMissing
        | Kind::TextBusy
        | Kind::StartFailed => StatusCode::BAD_GATEWAY,
        Kind::QueueFull | Kind::QueueTimeout | Kind::NoProcess | Kind::NoMemory | Kind::Draining => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Kind::Timeout | Kind::FirstByteTimeout | Kind::Silent => StatusCode::GATEWAY_TIMEOUT,
        Kind::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
    }
}

/// The page of a failure for the request with these headers and this id.
pub(crate) fn problem(
    failure: &Failure,
    request: &HeaderMap,
    id: &str,
    audience: Audience,
) -> Response<Body> {
    let status = status(failure.kind);
    let detail = failure.detail.as_deref().filter(|_| audience == Audience::Owner);
    let failure = &hint_at_log(failure, detail);
    // A list of failures is for a program, whatever else it accepts.
    let is_list = !failure.violations.is_empty();
    let (content_type, page) = if is_list || accepts_json(request) {
        ("application/problem+json", json_page(failure, status, id, detail))
    } else {
        ("text/plain; charset=utf-8", text_page(failure, id, detail))
    };
    let mut response = Response::new(Body::whole(page));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_STACK_ERROR, HeaderValue::from_static(failure.kind.code()));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// Says where to look for what is not shown.
fn hint_at_log(failure: &Failure, detail: Option<&str>) -> Failure {
    let is_hidden = failure.detail.is_some() && detail.is_none();
    match (is_hidden, &failure.remedy) {
        (true, None) => failure.clone().remedy("the server's log says more, under the id of this request"),
        _ => failure.clone(),
    }
}

/// Whether JSON is asked for by name; `*/*`, which every client sends, is no wish for it.
fn accepts_json(request: &HeaderMap) -> bool {
    request.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        let mut types = value.split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
        types.any(|name| {
            let name = name.to_ascii_lowercase();
            name == "application/json" || name.ends_with("+json")
        })
    })
}

fn json_page(failure: &Failure, status: StatusCode, id: &str, detail: Option<&str>) -> String {
    let mut page = json!({
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "code": failure.kind.code(),
        "detail": failure.message,
        "id": id,
    });
    for (name, value) in [("remedy", failure.remedy.as_deref()), ("stderr", detail)] {
        if let Some(value) = value {
            page[name] = value.into();
        }
    }
    if !failure.violations.is_empty() {
        // As section 3 of RFC 9457 has it.
        page["errors"] = failure.violations.iter().map(in_json).collect();
    }
    format!("{page:#}\n")
}

fn in_json(violation: &Violation) -> Value {
    json!({ "pointer": violation.pointer, "detail": violation.message })
}

fn text_page(failure: &Failure, id: &str, detail: Option<&str>) -> String {
    let mut page = format!("{}\n", failure.message);
    if let Some(remedy) = &failure.remedy {
        page.push_str(&format!("{remedy}\n"));
    }
    if let Some(detail) = detail.map(str::trim_end).filter(|detail| !detail.is_empty()) {
        page.push_str(&format!("\n{detail}\n"));
    }
    page.push_str(&format!("\ncode {}, request {id}\n", failure.kind.code()));
    page
}
