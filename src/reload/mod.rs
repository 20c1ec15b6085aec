//! A site as routes, and those routes anew when something of the site has changed. Knows no socket; `watch` tells
//! when to look.

mod watch;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use http::{HeaderMap, HeaderName, HeaderValue, Method};

pub(crate) use self::watch::Watch;
use crate::{
    config,
    current::Current,
    error::{Error, ErrorKind},
    find::{Builder, Place, Site, site},
    mount::Mount,
    pattern::Pattern,
    routes::Routes,
    service::{Errors, Warm},
    slots::{Bounds, Slots},
    stack::{Stack, cors},
};

/// How the services of a server are made, whatever their own settings are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Making {
    /// Who sees details of what failed.
    pub(crate) errors: Errors,
    /// Whether every edit counts at the next request.
    pub(crate) watch: bool,
    pub(crate) half_close: bool,
    /// Whether somebody is there to read advice.
    pub(crate) is_worked_on: bool,
    /// The bounds of all services together.
    pub(crate) bounds: Bounds,
}

impl Making {
    /// The service with what all of them have.
    pub(crate) fn prepare(self, builder: Builder) -> Builder {
        let warm = if self.watch { Warm::Off } else { Warm::Auto };
        let mut builder = builder.errors(self.errors).warm_by_default(warm);
        if self.is_worked_on {
            builder = builder.buffering_hint();
        }
        if self.half_close {
            builder = builder.half_close();
        }
        builder
    }
}

/// A site that is read again while it is served.
pub(crate) struct Reload {
    root: PathBuf,
    flags: config::Service,
    /// The folder whose files are sent as they are, where a flag names one.
    pages: Option<PathBuf>,
    making: Making,
    stack: Stack,
    /// The server's settings that are in force: a change of them is told, and waits for the next start.
    server: config::Server,
    /// Held while it is read, so that one change is read once.
    reading: Mutex<()>,
}

impl Reload {
    /// The site as it was read first by those flags, served by that stack.
    pub(crate) fn new(
        site: Site,
        (flags, pages): (config::Service, Option<PathBuf>),
        making: Making,
        stack: Stack,
    ) -> Self {
        Self { root: site.root, flags, pages, making, stack, server: site.server, reading: Mutex::default() }
    }

    /// Reads the site again and serves what it is now. Where that cannot be, the old one goes on, and the log and
    /// the page of the services say why. It looks at the disk, so it is no work for a worker of the runtime.
    pub(crate) fn again(&self) {
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.stack.routes();
        let read = site(&self.root, &self.flags, self.pages.as_deref()).and_then(|site| {
            let routes = routes(&site, self.making, Some(&old))?;
            Ok((site, routes))
        });
        let (site, routes) = match read {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(target: "stack::reload", "the old services go on: {error}");
                return self.stack.trouble(Some(error.to_string()));
            }
        };
        if site.server != self.server {
            tracing::warn!(target: "stack::reload", "[server] has changed; that counts at the next start");
        }
        self.stack.trouble(None);
        self.stack.publish(routes);
        tell(&old, &self.stack.routes());
    }
}

/// The routes of a site; what has not changed since the old ones is taken from them.
///
/// # Errors
/// When a service is not as it must be. That its interpreter is missing is none: it is looked for again at each
/// request.
pub(crate) fn routes(site: &Site, making: Making, old: Option<&Routes>) -> Result<Routes, Error> {
    let mounts = site.places.iter().map(|place| {
        let old = old.and_then(|old| old.mounts().iter().find(|mount| same_route(mount, place)));
        match old {
            Some(old) if old.place.as_ref() == Some(place) => Ok(Arc::clone(old)),
            old => mount(place, making, old.map(Arc::as_ref)).map(Arc::new),
        }
    });
    let mounts = mounts.collect::<Result<Vec<_>, Error>>()?;
    Routes::new(mounts, making.errors)
}

fn same_route(mount: &Mount, place: &Place) -> bool {
    mount.place.as_ref().is_some_and(|old| old.name == place.name && old.pattern == place.pattern)
}

fn mount(place: &Place, making: Making, old: Option<&Mount>) -> Result<Mount, Error> {
    let settings = place.settings.effective();
    let current = found(place, making)?;
    if let (Some(old), Ok(service)) = (old.and_then(|old| old.current.last().ok()), current.last()) {
        // Of a source that is built, the old program answers until the new one is whole.
        service.spec().start.keep(Some(&old.spec().start));
    }
    let gates = place.gates.iter().map(|gate| found(gate, making));
    let invalid = |what: String| {
        let message = format!("{}: {what}", place.source);
        Error::new(ErrorKind::InvalidSetting, message)
    };
    let methods = settings.methods.iter().flatten().map(|name| {
        Method::from_bytes(name.as_bytes()).map_err(|_| invalid(format!("{name:?} is no method")))
    });
    let mut headers = HeaderMap::new();
    for (name, value) in &settings.headers {
        let wrong = || invalid(format!("no header can be made of {name:?} and its value"));
        let field = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        headers.append(field, HeaderValue::from_str(value).map_err(|_| wrong())?);
    }
    let mut mount = Mount::of(place.pattern.clone(), current);
    mount.gates = gates.collect::<Result<_, _>>()?;
    mount.methods = methods.collect::<Result<_, _>>()?;
    mount.headers = headers;
    mount.slots = settings.max_processes.map(|alive| Slots::new(Bounds { alive, ..making.bounds }));
    mount.cors = settings.cors.as_ref().map(cors::layer).transpose()?;
    mount.place = Some(place.clone());
    Ok(mount)
}

/// The service of a place, or that it is missing.
fn found(place: &Place, making: Making) -> Result<Arc<Current>, Error> {
    let find = {
        let place = place.clone();
        move || place.service(|builder| making.prepare(builder))
    };
    let first = match find() {
        Err(error) if !error.is_missing() => return Err(error),
        first => first,
    };
    let current = Current::found_by(first, find);
    if making.watch {
        current.watch();
    }
    Ok(Arc::new(current))
}

/// Says which services came, went and changed.
fn tell(old: &Routes, new: &Routes) {
    let there = |routes: &Routes, mount: &Arc<Mount>| {
        let place = mount.place.as_ref();
        routes.mounts().iter().any(|other| place.is_some_and(|place| same_route(other, place)))
    };
    let route = |mount: &Mount| mount.pattern.as_ref().map_or("every path".to_owned(), Pattern::to_string);
    for mount in old.mounts().iter().filter(|mount| !there(new, mount)) {
        tracing::info!(target: "stack::reload", "{} is gone", route(mount));
    }
    for mount in new.mounts() {
        let is_old = old.mounts().iter().any(|other| Arc::ptr_eq(other, mount));
        match (is_old, there(old, mount)) {
            (true, _) => {}
            (false, true) => tracing::info!(target: "stack::reload", "{} has changed", route(mount)),
            (false, false) => tracing::info!(target: "stack::reload", "{} is new", route(mount)),
        }
    }
}
