//! One connection: hyper serves it, and beside hyper its client's departure, its clock and the end are watched.

use std::{
    convert::Infallible,
    io,
    pin::{Pin, pin},
    sync::{Arc, LazyLock},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use rustix::net::Shutdown as Direction;
use tokio::{net::TcpStream, time::timeout};

use super::{
    activity::Activity,
    shutdown::{Counted, Shutdown},
    watched::{Watched, departed, was_reset},
};
use crate::{error::Error, invoke::Peer, respond::Body, stack::Stack};

/// The longest head of HTTP/1.1 that is read before it is refused with 431; longer than what `Stack` takes, so
/// that a long address is told from long headers.
const LONGEST_HEAD: usize = 192 << 10;
const MOST_HEADERS: usize = 100;
/// A stream is a process.
const MOST_STREAMS: u32 = 256;
/// What one stream may send ahead of its process, and all of them together: one process that does not read must
/// not stall the others.
const STREAM_WINDOW: u32 = 64 << 10;
const CONNECTION_WINDOW: u32 = MOST_STREAMS * STREAM_WINDOW;
const HEADER_LIST: u32 = 64 << 10;
const PENDING_RESETS: usize = 32;
const PING: Duration = Duration::from_secs(20);
/// After the last byte: how long and how much is read on, so that what the client still sends does not turn the
/// end of its answer into a reset.
const LINGER: Duration = Duration::from_secs(2);
/// The same while the server waits for its last connections.
const LAST_LINGER: Duration = Duration::from_millis(100);
const LINGER_BYTES: usize = 16 << 20;

/// Serves one connection to its end.
pub(super) async fn serve(stream: TcpStream, stack: Stack, shutdown: Shutdown) {
    let _counted = shutdown.connection();
    let Ok(peer) = prepare(&stream) else { return };
    let stream = Arc::new(stream);
    let activity = Arc::new(Activity::new());
    let watched = Watched::new(&stream, &activity, &peer);
    let end = run(watched, (&stream, &activity, &peer), stack, &shutdown).await;
    if peer.is_broken_off() {
        // What was written goes out, then a reset.
        let _ = rustix::net::sockopt::set_socket_linger(&*stream, Some(Duration::ZERO));
    } else if let End::Served = end {
        linger(&stream, if shutdown.is_draining() { LAST_LINGER } else { LINGER }).await;
    }
}

/// How a connection ended.
enum End {
    /// hyper is done with it.
    Served,
    /// The client left, or its time was up.
    Dropped,
}

fn prepare(stream: &TcpStream) -> io::Result<Arc<Peer>> {
    // Every read of a service is a write to the client, and none may wait for the next.
    stream.set_nodelay(true)?;
    Ok(Peer::new(stream.peer_addr()?, stream.local_addr()?))
}

async fn run(
    watched: Watched,
    (stream, activity, peer): (&TcpStream, &Arc<Activity>, &Arc<Peer>),
    stack: Stack,
    shutdown: &Shutdown,
) -> End {
    let service = service_fn(|request: Request<Incoming>| {
        let guard = Guard::new((activity, peer), shutdown, request.version());
        let (stack, peer) = (stack.clone(), Arc::clone(peer));
        // In a box, since a connection keeps room for it even while it rests.
        Box::pin(async move { Ok::<_, Infallible>(answer(&stack, request, peer, guard).await) })
    });
    let mut connection = pin!(BUILDER.serve_connection(TokioIo::new(watched), service));
    let mut left = pin!(async {
        departed(stream).await;
        peer.has_requests().await;
    });
    let mut reset = pin!(was_reset(stream));
    let mut stuck = pin!(peer.is_stuck(|| activity.requests()));
    let mut expired = pin!(activity.expired(peer));
    let mut cut = pin!(shutdown.cut());
    let mut draining = pin!(shutdown.draining());
    let mut is_draining = false;
    loop {
        tokio::select! {
            biased;
            result = connection.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(target: "stack::connection", %error, "a connection failed");
                }
                return End::Served;
            }
            () = left.as_mut() => return End::Dropped,
            () = reset.as_mut() => return End::Dropped,
            () = stuck.as_mut() => return End::Dropped,
            () = expired.as_mut() => return End::Dropped,
            () = cut.as_mut() => {
                peer.cut();
                return End::Dropped;
            }
            () = draining.as_mut(), if !is_draining => {
                is_draining = true;
                if activity.waits_for_head() {
                    return End::Dropped;
                }
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(
    stack: &Stack,
    mut request: Request<Incoming>,
    peer: Arc<Peer>,
    guard: Guard,
) -> Response<Guarded> {
    request.extensions_mut().insert(peer);
    stack.answer(request).await.map(|body| Guarded { body, _guard: guard })
}

/// How every connection is served.
static BUILDER: LazyLock<Builder<TokioExecutor>> = LazyLock::new(builder);

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        // Whether a closed half means gone is decided beside hyper, by one rule for all cases.
        .half_close(true)
        .timer(TokioTimer::new())
        // The connection's own clock tells a slow head from an idle connection; hyper's cannot.
        .header_read_timeout(None)
        .max_headers(MOST_HEADERS)
        .max_buf_size(LONGEST_HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(HEADER_LIST)
        .max_pending_accept_reset_streams(PENDING_RESETS)
        .max_local_error_reset_streams(PENDING_RESETS)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

/// Reads on for a moment after our own end was sent; closing with bytes unread would be a reset.
async fn linger(stream: &TcpStream, longest: Duration) {
    if rustix::net::shutdown(stream, Direction::Write).is_err() {
        return;
    }
    let rest = async {
        let mut scrap = vec![0; 64 << 10];
        let mut read = 0;
        while read < LINGER_BYTES && stream.readable().await.is_ok() {
            match stream.try_read(&mut scrap) {
                Ok(count @ 1..) => read += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => return,
            }
        }
    };
    let _ = timeout(longest, rest).await;
}

/// One request under way, from its head to the end of its answer.
struct Guard {
    activity: Arc<Activity>,
    peer: Arc<Peer>,
    _counted: Counted,
}

impl Guard {
    fn new((activity, peer): (&Arc<Activity>, &Arc<Peer>), shutdown: &Shutdown, version: Version) -> Self {
        activity.begin(version == Version::HTTP_2);
        Self { activity: Arc::clone(activity), peer: Arc::clone(peer), _counted: shutdown.request() }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.activity.end();
        self.peer.recount();
    }
}

/// A body that counts as a request until it is sent.
struct Guarded {
    body: Body,
    _guard: Guard,
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
