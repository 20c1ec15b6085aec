//! `stack FILE`: binds, says where, and serves until it is told to end.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    process::ExitCode,
};

use anyhow::Context;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpListener;

use crate::{
    cli::{
        config::{Engine, Serve},
        listen::{Bound, Listen, Origin, Port},
        say,
        signals::Signals,
    },
    server::{self, Shutdown},
    service::Service,
    stack::Stack,
};

/// Serves; returns once the server has ended as it was asked to.
pub(super) async fn serve(serve: Serve) -> anyhow::Result<ExitCode> {
    raise_descriptor_limit();
    let service = serve.builder.clone().build()?;
    let bound = serve.listen.bind()?;
    let stack = stack(&serve.engine, service.clone());
    let builder = serve.builder.clone();
    stack.current().found_by(move || builder.clone().build());
    if serve.watched.is_some() {
        stack.current().watch();
    }
    let signals = Signals::catch().context("cannot catch signals")?;
    announce(&serve, &bound, &service);
    let listener = TcpListener::from_std(bound.listener).context("cannot watch the listening socket")?;
    stack.prepare();
    let shutdown = Shutdown::new(serve.drain);
    tokio::select! {
        () = server::serve(listener, stack.clone(), shutdown.clone()) => Ok(ExitCode::SUCCESS),
        never = signals.obey(&stack, &shutdown) => match never {},
    }
}

/// The service with the bounds that were asked for.
pub(super) fn stack(engine: &Engine, service: Service) -> Stack {
    let builder = Stack::builder(service)
        .max_processes(engine.max_processes)
        .queue(engine.queue, engine.queue_timeout)
        .max_buffered(engine.max_buffered);
    match &engine.temp_dir {
        Some(folder) => builder.temp_dir(folder).build(),
        None => builder.build(),
    }
}

/// A server needs about six descriptors a request, and the soft limit is there for programs that use
/// `select`. Processes are given theirs back. A refusal costs nothing but room.
fn raise_descriptor_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}

/// The first line is the only one on standard output, for programs to read; the rest is for people.
fn announce(serve: &Serve, bound: &Bound, service: &Service) {
    say::out(&format!("{} stack started at: http://{}", service.name(), bound.address));
    let url = format!("http://{}", reachable(bound.address));
    match service.spec().parse {
        true => say::note(&format!("try: curl '{url}/?foo=bar'")),
        false => say::note(&format!("try: curl -d hello {url}")),
    }
    notes(serve, bound.address).iter().chain(service.notes()).for_each(|note| say::note(note));
}

fn notes(serve: &Serve, address: SocketAddr) -> Vec<String> {
    let Listen { port, origin, .. } = serve.listen;
    let mut notes = Vec::new();
    match port {
        Port::NextFrom(first) if first != address.port() => {
            notes.push(format!("{first} is taken, so {}", address.port()));
        }
        _ => {}
    }
    if origin == Origin::Environment {
        let undo = "-h 127.0.0.1 keeps it to this machine, env -u PORT forgets the port";
        notes.push(format!("PORT is set in the environment, so {address} is listened on; {undo}"));
    }
    if serve.surroundings.is_init && serve.listen.is_loopback() {
        notes.push("loopback only: use -h 0.0.0.0 or set PORT".to_owned());
    }
    if let Some(folder) = &serve.watched {
        notes.push(format!("watching {}", folder.display()));
    }
    notes
}

/// The address that a client on this machine can use.
fn reachable(address: SocketAddr) -> SocketAddr {
    let host = match address.ip() {
        IpAddr::V4(host) if host.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(host) if host.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        host => host,
    };
    SocketAddr::new(host, address.port())
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr};

    use super::{notes, reachable};
    use crate::{
        cli::{
            config::{AccessLog, Engine, Serve, Surroundings},
            listen::{Listen, Origin, Port},
        },
        service::Service,
    };

    fn serve(port: Port, origin: Origin) -> Serve {
        let engine = Engine {
            max_processes: 1,
            queue: 1,
            queue_timeout: std::time::Duration::ZERO,
            max_buffered: 1,
            temp_dir: None,
        };
        Serve {
            builder: Service::builder(),
            listen: Listen { host: IpAddr::from([127, 0, 0, 1]), port, origin },
            engine,
            drain: std::time::Duration::ZERO,
            watched: None,
            access_log: AccessLog::Written,
            surroundings: Surroundings::default(),
        }
    }

    fn address() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 3001))
    }

    #[test]
    fn row_05_a_taken_port_and_the_watched_folder_are_told() {
        let serve = Serve { watched: Some("/srv".into()), ..serve(Port::NextFrom(3000), Origin::Flags) };
        assert_eq!(notes(&serve, address()), ["3000 is taken, so 3001", "watching /srv"]);
    }

    #[test]
    fn row_07_port_and_process_1_are_told() {
        let mut serve = serve(Port::Exactly(3001), Origin::Environment);
        let told = notes(&serve, SocketAddr::from(([0, 0, 0, 0], 3001)));
        assert!(told[0].starts_with("PORT is set in the environment, so 0.0.0.0:3001 "), "{told:?}");
        serve.listen.origin = Origin::Flags;
        assert!(notes(&serve, address()).is_empty());
        serve.surroundings.is_init = true;
        assert_eq!(notes(&serve, address()), ["loopback only: use -h 0.0.0.0 or set PORT"]);
    }

    #[test]
    fn the_advice_is_an_address_that_can_be_called() {
        let reached = |address: &str| reachable(address.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(reached("[::]:80"), "[::1]:80");
        assert_eq!(reached("10.0.0.1:80"), "10.0.0.1:80");
    }
}
