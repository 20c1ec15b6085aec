//! The accept loop: it cannot fail, and it ends only when it is told to.

use std::{io, sync::Arc, time::Duration};

use rustix::process::{Resource, getrlimit};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};

use super::{connection, shutdown::Shutdown};
use crate::stack::Stack;

/// How long accepting rests when the system has no descriptor or memory for one more connection.
const REST: Duration = Duration::from_millis(50);
/// How long the last processes may take once no connection is left.
const LAST: Duration = Duration::from_secs(1);
/// Descriptors that are left to processes, for every four of the limit.
const SHARE: u64 = 4;
/// Even the smallest limit leaves room for some connections.
const FEWEST: u64 = 16;

/// Serves connections until `shutdown` has seen the last of them end.
pub(crate) async fn serve(listener: TcpListener, stack: Stack, shutdown: Shutdown) {
    let room = Arc::new(Semaphore::new(most_connections()));
    loop {
        // A connection that finds no room waits in the listener's backlog.
        let accepted = tokio::select! {
            biased;
            () = shutdown.draining() => break,
            accepted = async {
                let permit = Arc::clone(&room).acquire_owned().await;
                (permit, accept(&listener).await)
            } => accepted,
        };
        let (permit, stream) = accepted;
        let (stack, shutdown) = (stack.clone(), shutdown.clone());
        tokio::spawn(async move {
            let _permit = permit;
            connection::serve(stream, stack, shutdown).await;
        });
    }
    drop(listener);
    stack.drain();
    shutdown.finished().await;
    // A service that has answered may still have its grace; it ends before its server does.
    let _ = timeout(LAST, stack.emptied()).await;
}

/// The next connection, whatever goes wrong before it.
async fn accept(listener: &TcpListener) -> TcpStream {
    let mut is_said = false;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                if !is_said {
                    tracing::error!(%error, "no connection can be accepted for now");
                    is_said = true;
                }
                sleep(REST).await;
            }
        }
    }
}

/// Errors that say something of the one connection and nothing of the next. See accept(2).
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// A part of the descriptors, so that connections can never take the pipes of processes.
fn most_connections() -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(1 << 20);
    let most = (limit - limit / SHARE).saturating_sub(FEWEST).max(FEWEST);
    usize::try_from(most).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS)
}
