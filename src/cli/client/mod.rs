//! The client's half of HTTP/1.1, as `invoke` and `doctor` speak it: a URL, a connection to it, and one request there.

mod connect;
mod trust;
mod url;

use std::{future::Future, pin::pin};

pub(super) use self::{connect::connect, url::Url};

/// Drives the connection for as long as the work takes. That the connection ended first, well or badly, the
/// work sees in what it waits for.
pub(super) async fn beside<T>(connection: impl Future, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    tokio::select! {
        biased;
        done = &mut work => return done,
        _ = connection => {}
    }
    work.await
}

/// The innermost cause, which is where hyper has the useful words.
pub(super) fn cause(error: &hyper::Error) -> &dyn std::error::Error {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
}
