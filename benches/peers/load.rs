//! The load: connections of which each sends a request, reads the whole answer, and sends the next.
//!
//! A connection is used again where the server keeps it alive, otherwise each request opens one, and its time counts.
//! All connections share one thread, so that the load takes little of the machine and the same for every server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::server::PATIENCE;
use crate::servers::Target;

/// A connection that may be used again.
pub(crate) type Connection = SendRequest<Empty<Bytes>>;

/// One connection asks at least this often.
const LEAST: usize = 3;

/// What came of some time of load.
#[derive(Debug, Default)]
pub(crate) struct Load {
    /// The milliseconds of each request, from its start to the end of its answer.
    pub(crate) times: Vec<f64>,
    pub(crate) elapsed: Duration,
}

/// Where to ask.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    address: SocketAddr,
    path: String,
}

impl Load {
    pub(crate) fn rate(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }
}

impl Place {
    pub(crate) fn of(target: &Target) -> Self {
        Self { address: target.group.address(), path: target.path.clone() }
    }

    async fn connect(&self) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // Ends with the sender, or when the server closes; the answer says what went wrong.
        tokio::spawn(connection);
        Ok(sender)
    }

    /// The same connection, or a new one if the server has closed it.
    async fn again(&self, mut connection: Connection) -> anyhow::Result<Connection> {
        match connection.ready().await {
            Ok(()) => Ok(connection),
            Err(_) => self.connect().await,
        }
    }

    /// The head of an answer, which must be a 200. The connection has to live until the answer has ended.
    pub(crate) async fn send(
        &self,
        kept: Option<Connection>,
    ) -> anyhow::Result<(Response<Incoming>, Connection)> {
        let mut connection = match kept {
            Some(connection) => self.again(connection).await?,
            None => self.connect().await?,
        };
        let request = Request::get(&self.path).header("Host", self.address.to_string());
        let response = connection.send_request(request.body(Empty::new())?).await?;
        ensure!(response.status() == StatusCode::OK, "the answer was {}", response.status());
        Ok((response, connection))
    }

    /// A whole greeting.
    pub(crate) async fn ask(&self, kept: Option<Connection>) -> anyhow::Result<Connection> {
        let answer = async {
            let (response, connection) = self.send(kept).await?;
            let body = response.into_body().collect().await?.to_bytes();
            ensure!(body.starts_with(b"hello"), "the answer was {:?}", String::from_utf8_lossy(&body));
            anyhow::Ok(connection)
        };
        timeout(PATIENCE, answer).await.with_context(|| format!("no answer within {PATIENCE:?}"))?
    }
}

/// One connection, which rests between its requests, so that nothing is left to do from the one before.
pub(crate) async fn one(place: &Place, window: Duration, rest: Duration) -> anyhow::Result<Load> {
    let (mut kept, mut load, begun) = (None, Load::default(), Instant::now());
    while begun.elapsed() < window || load.times.len() < LEAST {
        sleep(rest).await;
        let begin = Instant::now();
        kept = Some(place.ask(kept).await?);
        load.times.push(milliseconds(begin.elapsed()));
    }
    load.elapsed = begun.elapsed();
    Ok(load)
}

/// Several connections without rest. Those that ask when the time is over are waited for, and count.
pub(crate) async fn many(place: &Place, connections: usize, window: Duration) -> anyhow::Result<Load> {
    let (mut all, begun) = (JoinSet::new(), Instant::now());
    for _ in 0..connections {
        let place = place.clone();
        all.spawn(async move {
            let (mut kept, mut times) = (None, Vec::new());
            while times.is_empty() || begun.elapsed() < window {
                let begin = Instant::now();
                kept = Some(place.ask(kept).await?);
                times.push(milliseconds(begin.elapsed()));
            }
            anyhow::Ok(times)
        });
    }
    let mut load = Load::default();
    while let Some(times) = all.join_next().await {
        load.times.extend(times??);
    }
    load.elapsed = begun.elapsed();
    Ok(load)
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
