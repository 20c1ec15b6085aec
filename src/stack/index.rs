//! The page of the services, for whoever works on them: what there is, how to try it, how it went last.

use std::time::SystemTime;

use http::{Method, Response, header::ORIGIN, request};

use crate::{
    mount::{LastRun, Mount},
    pattern::Pattern,
    receive,
    respond::{self, Body, Line, State},
    routes::Routes,
};

/// The page, for a request of the root by somebody who may see details.
pub(super) fn page(routes: &Routes, trouble: Option<&str>, head: &request::Parts) -> Response<Body> {
    let host = receive::host(head).unwrap_or("localhost");
    let lines: Vec<_> = routes.mounts().iter().map(|mount| line(mount, host)).collect();
    respond::services("Services", trouble, &lines)
}

/// Whether the request asks for the page: of the root, by somebody who reads.
pub(super) fn is_asked_for(head: &request::Parts) -> bool {
    head.uri.path() == "/" && (head.method == Method::GET || head.method == Method::HEAD)
}

/// Whether a page of another origin asks, as far as browsers tell.
pub(super) fn is_foreign(head: &request::Parts) -> bool {
    let host = receive::host(head);
    head.headers.get_all(ORIGIN).iter().any(|origin| {
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        origin.is_none_or(|(_, origin)| Some(origin) != host)
    })
}

fn line(mount: &Mount, host: &str) -> Line {
    let methods: Vec<_> = mount.methods.iter().map(Method::as_str).collect();
    let route = mount.pattern.as_ref().map_or("/".to_owned(), Pattern::to_string);
    let (language, state) = match mount.current.last() {
        Ok(service) => {
            (service.name().to_owned(), mount.last_run().map_or(State::Fresh, |last| state(&last)))
        }
        Err(error) => (String::new(), State::Badly(error.to_string())),
    };
    let method = match methods.first() {
        Some(&first) if first != "GET" && first != "HEAD" => format!("-X {first} "),
        _ => String::new(),
    };
    let example = mount.pattern.as_ref().map_or("/".to_owned(), Pattern::example);
    let url = format!("http://{host}{example}");
    let command = format!("curl {method}'{}'", url.replace('\'', "'\\''"));
    Line { methods: methods.join(", "), route, language, command, state }
}

fn state(last: &LastRun) -> State {
    let ago = SystemTime::now().duration_since(last.at).unwrap_or_default().as_secs();
    let broken = if last.broken_off { ", broken off" } else { "" };
    let words = format!("{} in {:.1?}{broken}: {}, {ago} s ago", last.status, last.time, last.reason);
    match last.broken_off || last.status >= 500 || last.status == 0 {
        true => State::Badly(words),
        false => State::Well(words),
    }
}
