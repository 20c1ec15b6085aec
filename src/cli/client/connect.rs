//! From a URL to a connection: the name's addresses, one after the other, and TLS where it is asked for.

use std::{
    io,
    net::{SocketAddr, ToSocketAddrs},
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::oneshot,
    time::timeout,
};

use super::{Url, trust::secure};
use crate::error::{Error, ErrorKind};

/// How long it may take until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);

/// A connection, with TLS or without.
pub(in crate::cli) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<W: AsyncRead + AsyncWrite + Send + Unpin> Wire for W {}

/// A connection to who answers for that URL.
///
/// # Errors
/// Why there is none, and what to do.
pub(in crate::cli) async fn connect(url: &Url) -> Result<Box<dyn Wire>, Error> {
    timeout(CONNECT, open(url)).await.unwrap_or_else(|_| {
        let failed = unreachable(url, &format!("nobody answered for {CONNECT:?}"));
        Err(failed.remedy("check the address, and what stands between"))
    })
}

async fn open(url: &Url) -> Result<Box<dyn Wire>, Error> {
    let addresses = lookup(url).await.map_err(|error| {
        unreachable(url, &error.to_string()).remedy(format!("check the name {}", url.host))
    })?;
    let stream = first(&addresses).await.map_err(|error| match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            unreachable(url, "nobody listens there").remedy("start the server, or check the port")
        }
        _ => unreachable(url, &error.to_string()),
    })?;
    // What is written is meant to leave now.
    let _ = stream.set_nodelay(true);
    Ok(match url.is_secure {
        true => Box::new(secure(url, stream).await?),
        false => Box::new(stream),
    })
}

/// The addresses of a name. The system's own lookup blocks, and a thread of the runtime would have to be waited
/// for at the end of the program.
async fn lookup(url: &Url) -> io::Result<Vec<SocketAddr>> {
    let (sender, found) = oneshot::channel();
    let name = (url.host.clone(), url.port);
    thread::Builder::new()
        .name("lookup".to_owned())
        .spawn(move || sender.send(name.to_socket_addrs().map(Iterator::collect)))?;
    found.await.unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()))
}

/// The first of them that takes a connection; each has its share of the time, so that one that does not answer
/// leaves some to the others.
async fn first(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let share = CONNECT / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

fn unreachable(url: &Url, why: &str) -> Error {
    Error::new(ErrorKind::System, format!("{} cannot be reached: {why}", url.authority()))
}
