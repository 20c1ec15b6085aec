//! Where to listen: from the flags and `PORT` to one address, and from that to a bound socket.

use std::{
    ffi::OsStr,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs},
};

use socket2::{Domain, Protocol, Socket, Type};

use crate::error::{Error, ErrorKind};

/// The port that is tried first when none was named, and how many are tried after it.
const FIRST_PORT: u16 = 3000;
const TRIED_PORTS: u16 = 1000;

/// Connections that the kernel holds for us while none is accepted; it may hold fewer.
pub(in crate::cli) const BACKLOG: u16 = 1024;

/// The address to listen on, and how firmly its port is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listen {
    pub(super) host: IpAddr,
    pub(super) port: Port,
    /// Whether the address came from the environment variable `PORT`.
    pub(super) origin: Origin,
}

/// How firmly a port is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Port {
    /// This one or the next free one.
    NextFrom(u16),
    /// This one or none.
    Exactly(u16),
    /// Any that is free.
    Any,
}

/// Who chose the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A flag, or nobody.
    Flags,
    /// The environment variable `PORT`, as platforms that run containers set it.
    Environment,
}

/// A socket that listens.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
}

impl Listen {
    /// Decides by the flags, then by `PORT`, whose host is every address of the machine.
    pub(super) fn decide(
        host: Option<&str>,
        port: Option<u16>,
        variable: Option<&OsStr>,
    ) -> Result<Self, Error> {
        let variable =
            variable.filter(|value| !value.is_empty() && port.is_none()).map(port_of).transpose()?;
        let (default_host, origin) = match variable {
            Some(_) => (Ipv4Addr::UNSPECIFIED, Origin::Environment),
            None => (Ipv4Addr::LOCALHOST, Origin::Flags),
        };
        let port = match port.or(variable) {
            None => Port::NextFrom(FIRST_PORT),
            Some(0) => Port::Any,
            Some(port) => Port::Exactly(port),
        };
        Ok(Self { host: host.map_or(Ok(default_host.into()), resolve)?, port, origin })
    }

    pub(super) fn is_loopback(&self) -> bool {
        self.host.is_loopback()
    }

    /// Binds, and looks at the error: to ask first whether a port is free would be a race. Without
    /// SO_REUSEPORT, since two servers would share a port silently.
    pub(super) fn bind(&self) -> Result<Bound, Error> {
        let ports = match self.port {
            Port::NextFrom(first) => first..=first.saturating_add(TRIED_PORTS),
            Port::Exactly(port) => port..=port,
            Port::Any => 0..=0,
        };
        for port in ports.clone() {
            match bind(SocketAddr::new(self.host, port)) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(cannot_listen(SocketAddr::new(self.host, port), error)),
                Ok(bound) => return Ok(bound),
            }
        }
        Err(taken(SocketAddr::new(self.host, *ports.start()), self.port))
    }
}

fn bind(address: SocketAddr) -> io::Result<Bound> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Lets a restarted server have its port back at once; it never lets two listen on one.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(i32::from(BACKLOG))?;
    socket.set_nonblocking(true)?;
    let listener = TcpListener::from(socket);
    Ok(Bound { address: listener.local_addr()?, listener })
}

fn port_of(variable: &OsStr) -> Result<u16, Error> {
    variable.to_str().and_then(|text| text.trim().parse().ok()).ok_or_else(|| {
        let message = format!("PORT={} in the environment is no port", variable.display());
        Error::new(ErrorKind::InvalidSetting, message).remedy("unset it, or choose a port with --port")
    })
}

/// The host's address: one, so that a port is taken or free, and IPv4 where there is a choice.
fn resolve(host: &str) -> Result<IpAddr, Error> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse() {
        return Ok(address);
    }
    let unknown = || {
        let message = format!("there is no host {host:?}");
        Error::new(ErrorKind::InvalidSetting, message).remedy("-h takes an address; the help is --help")
    };
    let resolved: Vec<_> = (bare, 0).to_socket_addrs().map_err(|_| unknown())?.collect();
    let first = resolved.iter().find(|address| address.is_ipv4()).or(resolved.first());
    first.map(SocketAddr::ip).ok_or_else(unknown)
}

fn taken(address: SocketAddr, port: Port) -> Error {
    let (message, remedy) = match port {
        Port::NextFrom(first) => {
            let message =
                format!("every port from {first} to {} is taken", first.saturating_add(TRIED_PORTS));
            (message, "choose another with --port")
        }
        Port::Exactly(_) | Port::Any => {
            (format!("{address} is taken"), "choose another port with --port, or any free one with -p 0")
        }
    };
    Error::new(ErrorKind::AddressTaken, message).remedy(remedy)
}

fn cannot_listen(address: SocketAddr, error: io::Error) -> Error {
    Error::system(format!("cannot listen on {address}"), error)
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, net::IpAddr};

    use super::{Listen, Origin, Port};
    use crate::error::Error;

    fn decide(host: Option<&str>, port: Option<u16>, variable: Option<&str>) -> Result<Listen, Error> {
        Listen::decide(host, port, variable.map(OsStr::new))
    }

    fn decided(host: Option<&str>, port: Option<u16>, variable: Option<&str>) -> (String, Port, Origin) {
        let listen = decide(host, port, variable).unwrap();
        (listen.host.to_string(), listen.port, listen.origin)
    }

    fn expected(host: &str, port: Port) -> (String, Port, Origin) {
        (host.to_owned(), port, Origin::Flags)
    }

    #[test]
    fn row_06_row_07_flags_decide_and_loopback_is_the_default() {
        assert_eq!(decided(None, None, None), expected("127.0.0.1", Port::NextFrom(3000)));
        assert_eq!(decided(None, Some(8123), None), expected("127.0.0.1", Port::Exactly(8123)));
        assert_eq!(decided(None, Some(0), None), expected("127.0.0.1", Port::Any));
        assert_eq!(decided(Some("0.0.0.0"), None, None), expected("0.0.0.0", Port::NextFrom(3000)));
        assert_eq!(decided(Some("[::1]"), Some(1), None), expected("::1", Port::Exactly(1)));
        assert_eq!(decided(Some("localhost"), None, None).0, "127.0.0.1");
    }

    #[test]
    fn row_07_port_in_the_environment_means_everywhere_and_exactly() {
        let environment = |host: &str| (host.to_owned(), Port::Exactly(8080), Origin::Environment);
        assert_eq!(decided(None, None, Some("8080")), environment("0.0.0.0"));
        assert_eq!(decided(Some("127.0.0.1"), None, Some("8080")), environment("127.0.0.1"));
        assert_eq!(decided(None, Some(1), Some("8080")), expected("127.0.0.1", Port::Exactly(1)));
        assert_eq!(decided(None, Some(1), Some("nonsense")), expected("127.0.0.1", Port::Exactly(1)));
        assert_eq!(decided(None, None, Some("")), expected("127.0.0.1", Port::NextFrom(3000)));
        assert!(decide(None, None, Some("http")).unwrap_err().is_invalid_setting());
    }

    #[test]
    fn a_word_that_is_no_host_points_to_the_help() {
        let error = decide(Some("./echo.py"), None, None).unwrap_err();
        assert!(error.to_string().contains("--help"), "{error}");
    }

    #[test]
    fn row_06_a_taken_port_is_an_error_that_names_it() {
        let any = Listen { host: IpAddr::from([127, 0, 0, 1]), port: Port::Any, origin: Origin::Flags };
        let first = any.bind().unwrap();
        let exactly = Listen { port: Port::Exactly(first.address.port()), ..any };
        let error = exactly.bind().unwrap_err();
        assert!(error.is_address_taken());
        assert!(error.to_string().starts_with(&format!("{} is taken; ", first.address)), "{error}");
        let everywhere = Listen { host: IpAddr::from([0, 0, 0, 0]), ..exactly };
        assert!(everywhere.bind().unwrap_err().is_address_taken());
    }

    #[test]
    fn row_08_the_next_free_port_is_taken_and_never_shared() {
        let any = Listen { host: IpAddr::from([127, 0, 0, 1]), port: Port::Any, origin: Origin::Flags };
        let first = any.bind().unwrap();
        let next = Listen { port: Port::NextFrom(first.address.port()), ..any };
        let (second, third) = (next.bind().unwrap(), next.bind().unwrap());
        assert!(second.address.port() > first.address.port());
        assert!(third.address.port() > second.address.port());
    }
}
