//! One request of a URL, and when the parts of its answer arrive: bounded in time and in bytes.

use std::{
    future::Future,
    io,
    net::{SocketAddr, ToSocketAddrs},
    pin::pin,
    thread,
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, Request, StatusCode, Uri,
    header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HOST, USER_AGENT},
};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    sync::oneshot,
    time::{Instant, timeout_at},
};

use crate::error::{Error, ErrorKind};

/// How long all of it may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How much of an answer is read.
const ENOUGH: u64 = 8 << 20;
/// Parts that are so far apart were not collected on the way.
pub(super) const APART: Duration = Duration::from_millis(200);

/// What is asked.
#[derive(Debug)]
pub(super) struct Address {
    uri: Uri,
    authority: String,
    host: String,
    port: u16,
}

/// What came, and when; times count from the request.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// What it took to connect: a round trip, or more where names had to be looked up.
    pub(super) distance: Duration,
    /// The first byte of the body.
    pub(super) first: Option<Duration>,
    /// The last that was seen of it.
    pub(super) last: Duration,
    pub(super) longest_pause: Duration,
    pub(super) end: End,
}

/// Why no more was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// There is no more.
    Whole,
    /// It streams, or is longer than what is looked at.
    Enough,
    /// The time was up.
    Late,
    /// It was broken off.
    Broken(String),
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// When it is none, or none that can be asked without TLS.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let refused = |why: &str| {
            Error::new(ErrorKind::InvalidSetting, format!("--url {text} cannot be asked: {why}"))
                .remedy("write it as in http://127.0.0.1:8080/clock")
        };
        let uri: Uri = text.parse().map_err(|error: http::uri::InvalidUri| refused(&error.to_string()))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(refused("TLS is not spoken here; name the proxy's port for http")),
            _ => return Err(refused("it is no http:// URL")),
        }
        let authority = uri.authority().ok_or_else(|| refused("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(refused("a name and password are not sent"));
        }
        let (host, port) = (authority.host().to_owned(), authority.port_u16().unwrap_or(80));
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&host);
        Ok(Self { authority: authority.to_string(), host: bare.to_owned(), port, uri })
    }

    fn request(&self) -> Result<Request<Empty<Bytes>>, http::Error> {
        Request::get(self.uri.path_and_query().map_or("/", |target| target.as_str()))
            .header(HOST, &self.authority)
            .header(USER_AGENT, concat!("stack/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "*/*")
            // As a browser says it, so that a proxy that compresses does.
            .header(ACCEPT_ENCODING, "gzip")
            .header(CONNECTION, "close")
            .body(Empty::new())
    }
}

/// Asks once and watches the answer, until it is seen to stream.
///
/// # Errors
/// Why there is no answer.
pub(super) async fn observe(address: &Address) -> Result<Observed, String> {
    let deadline = Instant::now() + PATIENCE;
    let late = |_| format!("nothing came within {PATIENCE:?}");
    let called = Instant::now();
    let wire = timeout_at(deadline, connect(address)).await.map_err(late)?;
    let wire = wire.map_err(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused => "nobody listens there".to_owned(),
        _ => error.to_string(),
    })?;
    let distance = called.elapsed();
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(wire)).await.map_err(|error| cause(&error))?;
    let request = address.request().map_err(|error| error.to_string())?;
    let begun = Instant::now();
    beside(connection, async {
        let response = timeout_at(deadline, sender.send_request(request)).await.map_err(late)?;
        let (head, body) = response.map_err(|error| cause(&error))?.into_parts();
        let mut observed = Observed {
            status: head.status,
            headers: head.headers,
            distance,
            first: None,
            last: begun.elapsed(),
            longest_pause: Duration::ZERO,
            end: End::Late,
        };
        // What is late is said by the end that stands there already.
        let _ = timeout_at(deadline, watch(body, begun, &mut observed)).await;
        Ok(observed)
    })
    .await
}

/// Notes when each part of the body comes.
async fn watch(mut body: Incoming, begun: Instant, observed: &mut Observed) {
    let mut bytes = 0;
    observed.end = loop {
        let frame = match body.frame().await {
            None => break End::Whole,
            Some(Err(error)) => break End::Broken(cause(&error)),
            Some(Ok(frame)) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        let now = begun.elapsed();
        if observed.first.is_some() {
            observed.longest_pause = observed.longest_pause.max(now.saturating_sub(observed.last));
        }
        observed.first.get_or_insert(now);
        observed.last = now;
        bytes += data.len() as u64;
        if observed.longest_pause > APART || bytes > ENOUGH {
            break End::Enough;
        }
    };
}

/// The first of the name's addresses that takes a connection. The system's own lookup blocks, and a thread of the
/// runtime would have to be waited for at the end of the program.
async fn connect(address: &Address) -> io::Result<TcpStream> {
    let (sender, found) = oneshot::channel();
    let name = (address.host.clone(), address.port);
    let lookup = move || sender.send(name.to_socket_addrs().map(Iterator::collect));
    thread::Builder::new().name("lookup".to_owned()).spawn(lookup)?;
    let addresses: Vec<SocketAddr> = found.await.map_err(|_| io::ErrorKind::Interrupted)??;
    TcpStream::connect(addresses.as_slice()).await
}

/// Drives the connection for as long as the work takes. That the connection ended first, well or badly, the work
/// sees in what it waits for.
async fn beside<T>(connection: impl Future, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    tokio::select! {
        biased;
        done = &mut work => return done,
        _ = connection => {}
    }
    work.await
}

/// The innermost cause, which is where hyper has the useful words.
fn cause(error: &hyper::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn the_parts_of_a_url() {
        let parts = |text: &str| {
            let address = Address::parse(text).unwrap();
            (
                address.authority.clone(),
                address.host.clone(),
                address.port,
                address.request().unwrap().uri().to_string(),
            )
        };
        let expected = |authority: &str, host: &str, port, target: &str| {
            (authority.to_owned(), host.to_owned(), port, target.to_owned())
        };
        assert_eq!(parts("http://a.example"), expected("a.example", "a.example", 80, "/"));
        assert_eq!(parts("http://a:81/b?c=d"), expected("a:81", "a", 81, "/b?c=d"));
        assert_eq!(parts("http://[::1]:3000/x"), expected("[::1]:3000", "::1", 3000, "/x"));
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        for text in ["https://a/", "a.example", "/x", "http://", "http://me:secret@a/", "ftp://a/"] {
            assert!(Address::parse(text).unwrap_err().is_invalid_setting(), "{text}");
        }
    }
}
