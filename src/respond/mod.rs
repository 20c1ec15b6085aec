//! From what a service says to an HTTP response: its head, its body, and the pages of what failed.

mod body;
mod break_off;
mod head;
mod page;
mod problem;

/// The body of a response: a stream of what the service writes, as it writes it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), stackvana::Error> {
/// use http_body_util::BodyExt;
/// use stackvana::{Body, Service, spawn};
///
/// let service = Service::builder().command(["/bin/sh", "-c", "echo part; exit 3"]).build()?;
/// let mut body: Body = spawn(&service, http::Request::new(Body::default())).await.into_body();
/// let first = body.frame().await.expect("it has a part")?;
/// assert_eq!(first.into_data().unwrap(), "part\n");
/// assert!(body.frame().await.expect("it does not end well").is_err());
/// # Ok(())
/// # }
/// ```
pub use self::body::Body;
pub(crate) use self::{
    body::{Close, Live, Verdict},
    break_off::Patience,
    head::{Draft, Heard},
    page::{Line, State, services},
    problem::{Audience, problem},
};
