//! `stack FILE|FOLDER`: reads, binds, says where, and serves until it is told to end.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::{net::TcpListener, task::spawn_blocking};

use crate::{
    cli::{
        config::{Serve, Served},
        listen::{Bound, Listen, Origin, Port},
        say,
        settle::{Engine, Settled, Surroundings},
        signals::Signals,
    },
    config,
    current::Current,
    error::{Error, ErrorKind},
    find::{Builder, site},
    mount::Mount,
    pages::Pages,
    pattern::Pattern,
    reload::{Reload, Watch, routes},
    routes::Routes,
    server::{self, Shutdown},
    stack::{Stack, StackBuilder, cors},
};

/// What is served, ready to answer.
struct Ready {
    /// What it is called on the first line.
    name: String,
    stack: Stack,
    settled: Settled,
    /// How it is read again.
    renew: Renew,
    watch: Option<Watch>,
    /// A `curl` to try, as the words behind the address.
    hint: Hint,
    notes: Vec<String>,
}

/// How what is served is read again when it has changed.
#[derive(Clone)]
pub(super) enum Renew {
    Lone(Arc<Current>),
    Folder(Arc<Reload>),
}

/// A request to try.
enum Hint {
    /// With parameters.
    Query,
    /// With a body.
    Body,
    /// The path alone.
    Path(String),
}

/// Serves; returns once the server has ended as it was asked to.
pub(super) async fn serve(serve: Serve) -> anyhow::Result<ExitCode> {
    raise_descriptor_limit();
    let Serve { served, services, server, surroundings, access_log: _ } = serve;
    let ready = match served {
        Served::Lone(builder, folder) => lone(*builder, folder, &server, &surroundings)?,
        Served::Folder(root) => folder(&root, services, &server, &surroundings)?,
    };
    let bound = ready.settled.listen.bind()?;
    let signals = Signals::catch().context("cannot catch signals")?;
    announce(&ready, &bound, &surroundings);
    let listener = TcpListener::from_std(bound.listener).context("cannot watch the listening socket")?;
    let Ready { stack, settled, renew, watch, .. } = ready;
    stack.prepare();
    let shutdown = Shutdown::new(settled.drain);
    let developed = settled.making.watch.then_some(&stack);
    tokio::select! {
        () = server::serve(listener, stack.clone(), shutdown.clone()) => Ok(ExitCode::SUCCESS),
        never = signals.obey(&renew, &shutdown) => match never {},
        never = follow(watch, &renew, developed) => match never {},
    }
}

/// One service, which answers every path.
fn lone(
    builder: Builder,
    folder: Option<PathBuf>,
    server: &config::Server,
    surroundings: &Surroundings,
) -> anyhow::Result<Ready> {
    let settled = Settled::of(server, &config::Server::default(), Path::new(""), surroundings)?;
    let builder = settled.making.prepare(builder);
    let service = builder.clone().build()?;
    let hint = if service.spec().parse { Hint::Query } else { Hint::Body };
    let (name, mut notes) = (service.name().to_owned(), service.notes().to_vec());
    let current = Arc::new(Current::found_by(Ok(service), move || builder.clone().build()));
    if settled.making.watch {
        current.watch();
    }
    let mount = Arc::new(Mount::of(None, Arc::clone(&current)));
    let routes = Routes::new([mount], settled.making.errors)?;
    let folder = folder.filter(|_| settled.making.watch);
    let watch = folder.as_deref().map(Watch::of).transpose()?;
    notes.extend(folder.iter().map(|folder| format!("watching {}", folder.display())));
    let stack = with_pages(&settled, &routes)?.with(routes);
    Ok(Ready { name, stack, settled, renew: Renew::Lone(current), watch, hint, notes })
}

/// The services of a folder, each under its route.
fn folder(
    root: &Path,
    flags: config::Service,
    server: &config::Server,
    surroundings: &Surroundings,
) -> anyhow::Result<Ready> {
    // Before it is read: what changes from now on is read again.
    let watch = Watch::of(root)?;
    let site = site(root, &flags, server.pages.as_deref())?;
    let settled = Settled::of(server, &site.server, &site.root, surroundings)?;
    let making = settled.making;
    let routes = routes(&site, making, None)?;
    if site.places.is_empty() && settled.pages.is_none() {
        return Err(no_services(&site.root).into());
    }
    let mut notes = site.notes.clone();
    notes.extend(routes.mounts().iter().filter_map(|mount| {
        let error = mount.current.last().err()?;
        Some(format!("{error}; until then it answers 502"))
    }));
    notes.push(format!("{} services; watching {}", site.places.len(), site.root.display()));
    let first = site.places.first().and_then(|place| place.pattern.as_ref());
    let hint = Hint::Path(first.map_or("/".to_owned(), Pattern::example));
    let stack = with_pages(&settled, &routes)?.with(routes);
    let name = site.name.clone();
    let reload = Arc::new(Reload::new(site, (flags, server.pages.clone()), making, stack.clone()));
    Ok(Ready { name, stack, settled, renew: Renew::Folder(reload), watch: Some(watch), hint, notes })
}

fn no_services(folder: &Path) -> Error {
    let message = format!("{} has no service in it", folder.display());
    let remedy =
        "put a script into it, or write one with stack new; names that begin with . or _ are private";
    Error::new(ErrorKind::NotServable, message).remedy(remedy)
}

impl Renew {
    /// Something below the folder has changed.
    async fn changed(&self) {
        match self {
            // Looks at the service's own files, as a request would.
            Self::Lone(current) => drop(current.get().await),
            Self::Folder(_) => self.now().await,
        }
    }

    /// Reads it again, on a thread that may wait for the disk.
    pub(super) async fn now(&self) {
        let renew = self.clone();
        let done = spawn_blocking(move || match renew {
            Self::Lone(current) => current.renew(),
            Self::Folder(reload) => reload.again(),
        });
        // A panic in there was told by its own message, and the old services go on.
        let _ = done.await;
    }
}

/// Reads what is served again whenever it has changed.
///
/// Every change counts for `developed`, a stack whose services are worked on: its spares are retired at once, and those
/// too that were started before all was written. Otherwise what scripts write in their folder may cost no spare.
async fn follow(watch: Option<Watch>, renew: &Renew, developed: Option<&Stack>) -> std::convert::Infallible {
    let Some(mut watch) = watch else { return std::future::pending().await };
    let retire = || developed.iter().for_each(|stack| stack.retire_spares());
    loop {
        watch.began().await;
        retire();
        watch.quiet().await;
        retire();
        renew.changed().await;
    }
}

/// A stack's bounds, with what else answers: files, and to which origins.
///
/// # Errors
/// When the folder of files holds one of the services, whose source would be sent.
fn with_pages(settled: &Settled, routes: &Routes) -> Result<StackBuilder, Error> {
    let pages = settled.pages.as_deref().map(Pages::of).transpose()?;
    let services = routes.mounts().iter().filter_map(|mount| mount.current.last().ok());
    for service in services {
        if let (Some(pages), Some(file)) = (&pages, &service.spec().file) {
            pages.holds_no_service(file)?;
        }
    }
    let cors = settled.cors.as_ref().map(cors::layer).transpose()?.flatten();
    Ok(with_bounds(&settled.engine).pages(pages).cors(cors))
}

/// A stack's bounds, as they were asked for.
pub(super) fn with_bounds(engine: &Engine) -> StackBuilder {
    let builder = Stack::builder()
        .max_processes(engine.max_processes)
        .queue(engine.queue, engine.queue_timeout)
        .max_buffered(engine.max_buffered)
        .warm_memory(engine.warm_memory);
    match &engine.temp_dir {
        Some(folder) => builder.temp_dir(folder),
        None => builder,
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
fn announce(ready: &Ready, bound: &Bound, surroundings: &Surroundings) {
    say::out(&format!("{} stack started at: http://{}", ready.name, bound.address));
    let url = format!("http://{}", reachable(bound.address));
    match &ready.hint {
        Hint::Query => say::note(&format!("try: curl '{url}/?foo=bar'")),
        Hint::Body => say::note(&format!("try: curl -d hello {url}")),
        Hint::Path(path) => say::note(&format!("try: curl {url}{path}")),
    }
    let notes = notes(&ready.settled.listen, bound.address, surroundings);
    notes.iter().chain(&ready.notes).for_each(|note| say::note(note));
}

fn notes(listen: &Listen, address: SocketAddr, surroundings: &Surroundings) -> Vec<String> {
    let mut notes = Vec::new();
    match listen.port {
        Port::NextFrom(first) if first != address.port() => {
            notes.push(format!("{first} is taken, so {}", address.port()));
        }
        _ => {}
    }
    if listen.origin == Origin::Environment {
        let undo = "-h 127.0.0.1 keeps it to this machine, env -u PORT forgets the port";
        notes.push(format!("PORT is set in the environment, so {address} is listened on; {undo}"));
    }
    if surroundings.is_init && listen.is_loopback() {
        notes.push("loopback only: use -h 0.0.0.0 or set PORT".to_owned());
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
    use crate::cli::{
        listen::{Listen, Origin, Port},
        settle::Surroundings,
    };

    fn listen(port: Port, origin: Origin) -> Listen {
        Listen { host: IpAddr::from([127, 0, 0, 1]), port, origin }
    }

    fn address() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 3001))
    }

    #[test]
    fn row_05_a_taken_port_is_told() {
        let told = notes(&listen(Port::NextFrom(3000), Origin::Flags), address(), &Surroundings::default());
        assert_eq!(told, ["3000 is taken, so 3001"]);
    }

    #[test]
    fn row_07_port_and_process_1_are_told() {
        let mut listen = listen(Port::Exactly(3001), Origin::Environment);
        let mut surroundings = Surroundings::default();
        let told = notes(&listen, SocketAddr::from(([0, 0, 0, 0], 3001)), &surroundings);
        assert!(told[0].starts_with("PORT is set in the environment, so 0.0.0.0:3001 "), "{told:?}");
        listen.origin = Origin::Flags;
        assert!(notes(&listen, address(), &surroundings).is_empty());
        surroundings.is_init = true;
        assert_eq!(notes(&listen, address(), &surroundings), ["loopback only: use -h 0.0.0.0 or set PORT"]);
    }

    #[test]
    fn the_advice_is_an_address_that_can_be_called() {
        let reached = |address: &str| reachable(address.parse().unwrap()).to_string();
        assert_eq!(reached("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(reached("[::]:80"), "[::1]:80");
        assert_eq!(reached("10.0.0.1:80"), "10.0.0.1:80");
    }
}
