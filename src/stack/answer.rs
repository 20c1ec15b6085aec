//! One request through the set: what is refused before a service is thought of, which service it is, and what its
//! place adds to the answer.

use std::sync::{Arc, PoisonError, atomic::Ordering};

use http::{
    HeaderMap, HeaderValue, Method, Request, Response, Version,
    header::{ALLOW, CONNECTION, HOST},
    request,
};

#[cfg(feature = "cli")]
use super::cors;
use super::{Shared, index};
use crate::{
    access_log,
    failure::{Failure, Kind},
    invoke::{Call, Peer, audience, invoke, page, refuse},
    mount::Mount,
    receipt::{Exchange, Observer, Opening},
    receive::{self, Captured, Incoming},
    respond::{Audience, Body},
    routes::{Routed, Routes, Unrouted},
};

/// The longest address that is taken, in bytes, as a script's author would expect to read it whole.
const LONGEST_URI: usize = 32 << 10;
/// The longest that all headers may be together, in bytes, so that they fit into any environment.
const LONGEST_HEADERS: usize = 64 << 10;

/// Answers a request by the service that its path names, for every origin that may read the answer.
#[cfg(feature = "cli")]
pub(super) async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let (mut head, body) = request.into_parts();
    let layer = cors::of(&shared, &mut head);
    let request = Request::from_parts(head, body);
    match layer {
        Some(layer) => cors::answer_within(layer, shared, request).await,
        None => plain(shared, request).await,
    }
}

/// Answers a request by the service that its path names.
#[cfg(not(feature = "cli"))]
pub(super) async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    plain(shared, request).await
}

/// Answers a request by the service that its path names, or says that there is none.
pub(super) async fn plain(shared: Arc<Shared>, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    match shared.routes().find(&head) {
        Ok(routed) => {
            // A service that answers every path leaves the files their own.
            #[cfg(feature = "cli")]
            if routed.mount.pattern.is_none()
                && let Some(file) = file(&shared, &head).await
            {
                return file;
            }
            by(shared, routed, Request::from_parts(head, body)).await
        }
        Err(unrouted) => without_service(&shared, &head, &unrouted).await,
    }
}

/// Answers a request that no service does: by a file, by the page of the services, or by why not.
async fn without_service(shared: &Shared, head: &request::Parts, unrouted: &Unrouted) -> Response<Body> {
    let exchange = exchange(head, Arc::new(access_log::write));
    let routes = shared.routes();
    let peer = head.extensions.get::<Arc<Peer>>();
    let audience = audience(routes.errors, head, peer.map(Arc::as_ref));
    let failure = match acceptable(shared, head) {
        Err(failure) => failure,
        Ok(()) => match own(shared, &routes, head, (unrouted, audience)).await {
            Some(Ok(response)) => return page(response, head, &exchange),
            Some(Err(failure)) => failure,
            None => unrouted_failure(head, unrouted),
        },
    };
    let mut response = refuse(&failure, head, &exchange, audience);
    if let (Kind::MethodNotAllowed, Unrouted::OtherMethods(methods)) = (failure.kind, unrouted) {
        response.headers_mut().insert(ALLOW, allow(methods));
    }
    refused(response, &failure, head)
}

/// The file of that path, where files are sent and the request may have one.
#[cfg(feature = "cli")]
async fn file(shared: &Shared, head: &request::Parts) -> Option<Response<Body>> {
    acceptable(shared, head).ok()?;
    let response = shared.pages.as_ref()?.answer(head).await?.ok()?;
    Some(page(response, head, &exchange(head, Arc::new(access_log::write))))
}

/// What the server itself has for a path without a service.
async fn own(
    shared: &Shared,
    routes: &Routes,
    head: &request::Parts,
    (unrouted, audience): (&Unrouted, Audience),
) -> Option<Result<Response<Body>, Failure>> {
    if *unrouted != Unrouted::NoRoute {
        return None;
    }
    #[cfg(feature = "cli")]
    if let Some(pages) = &shared.pages
        && let Some(answer) = pages.answer(head).await
    {
        return Some(answer);
    }
    let is_for_owner = audience == Audience::Owner && !index::is_foreign(head);
    let trouble = shared.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (is_for_owner && index::is_asked_for(head)).then(|| Ok(index::page(routes, trouble.as_deref(), head)))
}

/// Answers a request by the service that was found for it.
pub(super) async fn by(shared: Arc<Shared>, routed: Routed, request: Request<Incoming>) -> Response<Body> {
    let Routed { mount, captured } = routed;
    let (head, body) = request.into_parts();
    let exchange = exchange(&head, observer(&mount));
    let peer = head.extensions.get::<Arc<Peer>>().cloned();
    let found = match acceptable(&shared, &head) {
        Ok(()) => mount.found().await,
        Err(failure) => Err(failure),
    };
    let (service, gates) = match found {
        Ok(found) => found,
        Err(failure) => {
            let errors = mount.current.last().map_or(shared.routes().errors, |service| service.spec().errors);
            let audience = audience(errors, &head, peer.as_deref());
            return refused(refuse(&failure, &head, &exchange, audience), &failure, &head);
        }
    };
    let call = Box::new(Call {
        request: Request::from_parts(head, body),
        exchange,
        resources: Arc::clone(&shared.resources),
        peer,
        captured,
        slots: mount.slots.clone(),
        gates,
    });
    let mut response = invoke(&service, call).await;
    add(&mount.headers, response.headers_mut());
    response
}

/// The account of a request, opened at its head.
pub(super) fn exchange(head: &request::Parts, observer: Observer) -> Arc<Exchange> {
    Exchange::new(Opening {
        id: receive::request_id(&head.headers),
        traceparent: receive::traceparent(&head.headers),
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        observer: Some(observer),
    })
}

/// Who is told of a request of that service: the log and the service's place.
fn observer(mount: &Arc<Mount>) -> Observer {
    let mount = Arc::clone(mount);
    Arc::new(move |report| {
        access_log::write(report);
        mount.ran(report);
    })
}

/// Adds the headers that the answer does not have.
fn add(extra: &HeaderMap, headers: &mut HeaderMap) {
    for name in extra.keys().filter(|name| !headers.contains_key(*name)).cloned().collect::<Vec<_>>() {
        for value in extra.get_all(&name) {
            headers.append(name.clone(), value.clone());
        }
    }
}

fn unrouted_failure(head: &request::Parts, unrouted: &Unrouted) -> Failure {
    let path = head.uri.path();
    match unrouted {
        Unrouted::NoRoute => Failure::new(Kind::NoRoute, "no service answers this path"),
        Unrouted::OtherMethods(methods) => {
            let message = format!("{path} is not answered by {}", head.method);
            Failure::new(Kind::MethodNotAllowed, message).remedy(format!("use {}", listed(methods)))
        }
    }
}

fn listed(methods: &[Method]) -> String {
    let mut names: Vec<_> = methods.iter().map(Method::as_str).collect();
    if names.contains(&"GET") && !names.contains(&"HEAD") {
        names.push("HEAD");
    }
    names.join(", ")
}

fn allow(methods: &[Method]) -> HeaderValue {
    HeaderValue::from_str(&listed(methods)).expect("the names of methods are tokens")
}

/// What was said of one malformed request cannot be trusted to say where the next begins.
fn refused(mut response: Response<Body>, failure: &Failure, head: &request::Parts) -> Response<Body> {
    if failure.kind == Kind::BadRequest && head.version < Version::HTTP_2 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// What is refused before any process is thought of.
fn acceptable(shared: &Shared, head: &request::Parts) -> Result<(), Failure> {
    if shared.draining.load(Ordering::Acquire) {
        return Err(Failure::new(Kind::Draining, "the server is ending").remedy("try again on its successor"));
    }
    // RFC 9112, section 3.2: exactly one on HTTP/1.1. hyper lets none and two through.
    if head.version == Version::HTTP_11 && head.headers.get_all(HOST).iter().count() != 1 {
        return Err(Failure::new(Kind::BadRequest, "a request of HTTP/1.1 needs exactly one Host header"));
    }
    let length = head.uri.path_and_query().map_or(0, |uri| uri.as_str().len());
    if length > LONGEST_URI {
        let message = format!("the address has {length} bytes, and {LONGEST_URI} are taken");
        return Err(Failure::new(Kind::UriTooLong, message).remedy("send long parameters in the body"));
    }
    let headers: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > LONGEST_HEADERS {
        let message = format!("the headers have {headers} bytes, and {LONGEST_HEADERS} are taken");
        return Err(Failure::new(Kind::HeadersTooLarge, message));
    }
    Ok(())
}

/// The call of a service that stands alone.
pub(super) fn lone_call(request: Request<Incoming>, resources: Arc<crate::invoke::Resources>) -> Call {
    let (head, body) = request.into_parts();
    let exchange = exchange(&head, Arc::new(access_log::write));
    let request = Request::from_parts(head, body);
    Call {
        request,
        exchange,
        resources,
        peer: None,
        captured: Captured::default(),
        slots: None,
        gates: Vec::new(),
    }
}
