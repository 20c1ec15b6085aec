//! What the settings of the server come to: from flags and file to one decision each.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    cli::{
        args::{self, LimitFlags, OutputFlags, ServerFlags},
        listen::Listen,
    },
    config::{self, Cors, Show, Size, Time},
    error::Error,
    reload::Making,
    service::Errors,
    slots::Bounds,
    stack::{BUFFERED, WARM_MEMORY},
};

/// The server as it will run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) listen: Listen,
    pub(super) engine: Engine,
    pub(super) drain: Duration,
    pub(super) making: Making,
    /// The folder of files that are sent where no service answers.
    pub(super) pages: Option<PathBuf>,
    pub(super) cors: Option<Cors>,
}

/// What all requests share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Engine {
    pub(super) max_processes: usize,
    pub(super) queue: usize,
    pub(super) queue_timeout: Duration,
    pub(super) max_buffered: usize,
    pub(super) warm_memory: u64,
    pub(super) temp_dir: Option<PathBuf>,
}

/// Where the server was started, as far as it decides anything.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    /// The environment variable `PORT`.
    pub(super) port: Option<OsString>,
    pub(super) is_terminal: bool,
    /// Whether this is process 1 of a container.
    pub(super) is_init: bool,
}

impl Settled {
    /// Decides, by the flags before the file before the defaults; paths of the file begin at `folder`.
    pub(super) fn of(
        flags: &config::Server,
        file: &config::Server,
        folder: &Path,
        surroundings: &Surroundings,
    ) -> Result<Self, Error> {
        let host = flags.host.as_deref().or(file.host.as_deref());
        let listen = Listen::decide(host, flags.port.or(file.port), surroundings.port.as_deref())?;
        let watch = flags.watch.or(file.watch).unwrap_or(false);
        let is_worked_on = watch || surroundings.is_terminal;
        let errors = match flags.errors.or(file.errors).unwrap_or(Show::Auto) {
            Show::Show => Errors::Show,
            Show::Auto if is_worked_on && listen.is_loopback() => Errors::ShowLocal,
            Show::Auto | Show::Hide => Errors::Hide,
        };
        let engine = Engine::of(flags, file, folder);
        let half_close = flags.half_close.or(file.half_close).unwrap_or(false);
        Ok(Self {
            listen,
            drain: time(flags.drain_timeout, file.drain_timeout, Duration::from_secs(10)),
            making: Making { errors, watch, half_close, is_worked_on, bounds: engine.bounds() },
            engine,
            pages: flags.pages.clone().or_else(|| Some(folder.join(file.pages.as_ref()?))),
            cors: flags.cors.clone().or_else(|| file.cors.clone()),
        })
    }
}

impl Engine {
    /// The bounds, by the flags before the file before the defaults.
    pub(super) fn of(flags: &config::Server, file: &config::Server, folder: &Path) -> Self {
        let Bounds { alive, queue, patience } = Bounds::default();
        let buffered = flags.max_buffered.or(file.max_buffered);
        Self {
            max_processes: flags.max_processes.or(file.max_processes).unwrap_or(alive),
            queue: flags.queue.or(file.queue).unwrap_or(queue),
            queue_timeout: time(flags.queue_timeout, file.queue_timeout, patience),
            max_buffered: buffered.map_or(BUFFERED, |Size(size)| usize::try_from(size).unwrap_or(usize::MAX)),
            warm_memory: flags.warm_memory.or(file.warm_memory).map_or(WARM_MEMORY, |Size(size)| size),
            temp_dir: flags.temp_dir.clone().or_else(|| Some(folder.join(file.temp_dir.as_ref()?))),
        }
    }

    pub(super) fn bounds(&self) -> Bounds {
        Bounds { alive: self.max_processes, queue: self.queue, patience: self.queue_timeout }
    }
}

/// The flags of the server in the terms of its file.
pub(super) fn server_settings(
    server: &ServerFlags,
    limits: &LimitFlags,
    output: &OutputFlags,
) -> config::Server {
    config::Server {
        host: server.host.clone(),
        port: server.port,
        scan: None,
        watch: server.watch,
        max_processes: server.max_processes,
        queue: server.queue,
        queue_timeout: server.queue_timeout.map(Time),
        drain_timeout: server.drain_timeout.map(Time),
        max_buffered: limits.max_buffered.map(Size),
        warm_memory: server.warm_memory.map(Size),
        temp_dir: limits.temp_dir.clone(),
        half_close: server.half_close.then_some(true),
        errors: output.errors.map(|errors| match errors {
            args::Errors::Auto => Show::Auto,
            args::Errors::Show => Show::Show,
            args::Errors::Hide => Show::Hide,
        }),
        pages: server
            .pages
            .as_ref()
            .map(|folder| std::path::absolute(folder).unwrap_or_else(|_| folder.clone())),
        cors: (!server.cors.is_empty()).then(|| Cors::Origins(server.cors.clone())),
    }
}

fn time(flag: Option<Time>, file: Option<Time>, default: Duration) -> Duration {
    flag.or(file).map_or(default, |Time(time)| time)
}
