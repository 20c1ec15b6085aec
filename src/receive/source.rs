//! A request body whose next byte has a deadline.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::Incoming;
use crate::failure::{Failure, Kind};

/// A body that is being read here, and not by the service.
pub(super) struct Source {
    body: Incoming,
    patience: Duration,
}

impl Source {
    pub(super) fn new(body: Incoming, patience: Duration) -> Self {
        Self { body, patience }
    }

    /// The next bytes, never none of them; nothing at the end. The first call is what lets the client send,
    /// so a request that will be refused must not come to it.
    ///
    /// # Errors
    /// [`Kind::BodyTimeout`] when they take too long, and [`Kind::BadRequest`] when the body breaks off.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        // Frames without data are no progress.
        let next = async {
            while let Some(frame) = self.body.frame().await {
                match frame.map(|frame| frame.into_data().unwrap_or_default()) {
                    Ok(bytes) if bytes.is_empty() => {}
                    Ok(bytes) => return Ok(Some(bytes)),
                    Err(error) => return Err(broken(&*error)),
                }
            }
            Ok(None)
        };
        let patience = self.patience;
        timeout(patience, next).await.unwrap_or_else(|_| Err(late(patience)))
    }
}

fn broken(error: &(dyn std::error::Error + Send + Sync)) -> Failure {
    Failure::new(Kind::BadRequest, format!("the request body broke off: {error}"))
}

fn late(patience: Duration) -> Failure {
    Failure::new(Kind::BodyTimeout, format!("no byte of the request body came for {patience:?}"))
        .remedy("send it again, without such a pause")
}
