//! A TCP stream that can be watched for its client's departure while hyper reads and writes it.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustix::net::Shutdown;
use tokio::{
    io::{AsyncRead, AsyncWrite, Interest, ReadBuf},
    net::TcpStream,
};

use super::activity::{Activity, Room};
use crate::invoke::Peer;

/// The stream as hyper sees it.
pub(super) struct Watched {
    stream: Arc<TcpStream>,
    activity: Arc<Activity>,
    peer: Arc<Peer>,
}

impl Watched {
    pub(super) fn new(stream: &Arc<TcpStream>, activity: &Arc<Activity>, peer: &Arc<Peer>) -> Self {
        Self { stream: Arc::clone(stream), activity: Arc::clone(activity), peer: Arc::clone(peer) }
    }
}

/// Returns once the client has closed its side, or reset the connection, whatever is still unread.
///
/// hyper looks at the socket only when it wants to read, so that an unread body or one pipelined byte hides a
/// departure from it. Priority interest is reported for the end of reading too, and not for data.
pub(super) async fn departed(stream: &TcpStream) {
    match stream.ready(Interest::PRIORITY).await {
        Ok(ready) if !ready.is_read_closed() => {
            // Urgent data: there is no use for it, and it must not look like a departure.
            std::future::pending().await
        }
        _ => {}
    }
}

/// Returns once the client has reset the connection, also after it had closed its side.
pub(super) async fn was_reset(stream: &TcpStream) {
    let _ = stream.ready(Interest::ERROR).await;
}

impl AsyncRead for Watched {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            match self.stream.try_read_buf(into) {
                Ok(_) => {
                    self.activity.received();
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Watched {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            let Poll::Ready(ready) = self.stream.poll_write_ready(cx) else {
                self.activity.wrote(Room::None);
                return Poll::Pending;
            };
            ready?;
            match self.stream.try_write_vectored(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                answer => {
                    self.activity.wrote(Room::Some);
                    return Poll::Ready(answer);
                }
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Where the end is to be a reset, a FIN would come before it and look like success.
        if self.peer.is_broken_off() {
            return Poll::Ready(Ok(()));
        }
        Poll::Ready(rustix::net::shutdown(&*self.stream, Shutdown::Write).map_err(io::Error::from))
    }
}
