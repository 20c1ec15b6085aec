//! Which other origins may read answers: tower-http's layer, around what answers without it.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{
    HeaderName, HeaderValue, Method, Request, Response,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN},
    request,
};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer, ExposeHeaders};
use tower_layer::Layer;
use tower_service::Service;

use super::{Shared, answer};
use crate::{
    access_log,
    config::Cors,
    error::{Error, ErrorKind},
    invoke::page,
    receive::Incoming,
    respond::Body,
};

/// The layer that the setting asks for; none where no other origin may read.
///
/// Methods and headers are those that the browser asks for: which of them are answered is said by the services.
///
/// # Errors
/// When an origin is none.
pub(crate) fn layer(setting: &Cors) -> Result<Option<CorsLayer>, Error> {
    let origin = match setting {
        Cors::Any(false) => return Ok(None),
        Cors::Any(true) => AllowOrigin::any(),
        Cors::Origin(origin) if origin == "*" => AllowOrigin::any(),
        Cors::Origins(origins) if origins.iter().any(|origin| origin == "*") => AllowOrigin::any(),
        Cors::Origin(origin) => AllowOrigin::list([value(origin)?]),
        Cors::Origins(origins) => {
            AllowOrigin::list(origins.iter().map(|origin| value(origin)).collect::<Result<Vec<_>, _>>()?)
        }
    };
    let exposed = ["x-request-id", "x-stack-error", "server-timing"].map(HeaderName::from_static);
    let layer = CorsLayer::new().allow_origin(origin).allow_methods(AllowMethods::mirror_request());
    Ok(Some(layer.allow_headers(AllowHeaders::mirror_request()).expose_headers(ExposeHeaders::list(exposed))))
}

/// An origin is a scheme, a host and perhaps a port, and nothing behind them.
fn value(origin: &str) -> Result<HeaderValue, Error> {
    let host = origin.split_once("://").map(|(_, host)| host).filter(|host| !host.is_empty());
    let is_origin = host.is_some_and(|host| !host.contains(['/', '?', '#', ' ', '*', ',']));
    let refused = || {
        Error::new(ErrorKind::InvalidSetting, format!("{origin:?} is no origin"))
            .remedy("write it as in https://example.org, or * for all")
    };
    if !is_origin {
        return Err(refused());
    }
    HeaderValue::from_str(&origin.to_ascii_lowercase()).map_err(|_| refused())
}

/// The layer for that request: its service's own, else that of all.
pub(super) fn of(shared: &Shared, head: &mut request::Parts) -> Option<CorsLayer> {
    if !head.headers.contains_key(ORIGIN) {
        return None;
    }
    // What asks before the request is about another method than its own.
    let wanted = head.headers.get(ACCESS_CONTROL_REQUEST_METHOD).filter(|_| head.method == Method::OPTIONS);
    let wanted = wanted.and_then(|method| Method::from_bytes(method.as_bytes()).ok());
    let wanted = wanted.unwrap_or_else(|| head.method.clone());
    let own = std::mem::replace(&mut head.method, wanted);
    let routed = shared.routes().find(head);
    head.method = own;
    match routed.ok().and_then(|routed| routed.mount.cors.clone()) {
        Some(own) => own,
        None => shared.cors.clone(),
    }
}

/// Answers with the headers of that layer; what only asks whether it may is answered by the layer alone.
pub(super) async fn answer_within(
    layer: CorsLayer,
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    // Nothing within the layer sees it, so that its account is kept here.
    let asked = (head.method == Method::OPTIONS).then(|| head.clone());
    let response = match layer.layer(Plain(shared)).call(Request::from_parts(head, body)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    match asked {
        Some(head) => page(response, &head, &answer::exchange(&head, Arc::new(access_log::write))),
        None => response,
    }
}

/// The stack without the layer.
struct Plain(Arc<Shared>);

impl Service<Request<Incoming>> for Plain {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let shared = Arc::clone(&self.0);
        Box::pin(async move { Ok(answer::plain(shared, request).await) })
    }
}
