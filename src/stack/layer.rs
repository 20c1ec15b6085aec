//! A `Stack` before another service: it answers what it has a route for, and hands everything else on.

use std::{
    future::Future,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http::{Request, Response};
use http_body_util::Either;
use tower_layer::Layer;
use tower_service::Service;

use super::{BoxError, Stack, answer, boxed};
use crate::respond::Body;

/// What [`Stack`] makes of another service as a [`Layer`]: requests without a route go on to that.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// use http_body_util::BodyExt;
/// use stackvana::{Layered, Service, Stack};
/// use tower_layer::Layer;
/// use tower_service::Service as _;
///
/// let hello = Service::builder().command(["echo", "hello"]).build()?;
/// let other = Stack::new(Service::builder().command(["echo", "other"]).build()?);
/// let mut service: Layered<Stack> = Stack::builder().route("/hello", hello).build()?.layer(other);
/// for (path, answer) in [("/hello", "hello\n"), ("/bye", "other\n")] {
///     let request = http::Request::get(path).header("Host", "localhost").body(String::new())?;
///     assert_eq!(service.call(request).await?.into_body().collect().await?.to_bytes(), answer);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Layered<S> {
    stack: Stack,
    inner: S,
}

/// Puts the stack before a service, which gets the requests that no route of the stack answers: neither the path
/// nor the method.
///
/// ```no_run
/// # fn main() -> Result<(), stackvana::Error> {
/// use stackvana::{Service, Stack};
/// use tower_layer::Layer;
///
/// # let native = Stack::new(Service::builder().command(["true"]).build()?);
/// let hello = Service::builder().file("./hello.py").build()?;
/// let service = Stack::builder().route("/hello", hello).build()?.layer(native);
/// # Ok(())
/// # }
/// ```
impl<S> Layer<S> for Stack {
    type Service = Layered<S>;

    fn layer(&self, inner: S) -> Layered<S> {
        Layered { stack: self.clone(), inner }
    }
}

impl<S, B, R> Service<Request<B>> for Layered<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: http_body::Body + Send + 'static,
    B::Data: Buf + Send,
    B::Error: Into<BoxError>,
    R: http_body::Body<Data = Bytes>,
{
    type Response = Response<Either<Body, R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (head, body) = request.into_parts();
        let routed = self.stack.shared.routes().find(&head);
        let request = Request::from_parts(head, body);
        let Ok(routed) = routed else {
            // The one that was found to be ready, and not its clone.
            let inner = self.inner.clone();
            let answer = mem::replace(&mut self.inner, inner).call(request);
            return Box::pin(async move { Ok(answer.await?.map(Either::Right)) });
        };
        let shared = Arc::clone(&self.stack.shared);
        let request = request.map(boxed);
        Box::pin(async move { Ok(answer::by(shared, routed, request).await.map(Either::Left)) })
    }
}
