//! From a request that was read to a process that works on it.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;

use super::{
    Around, Resources,
    clock::{Clock, Phase},
    gates::Passage,
    log::Log,
    peer::{Peer, Present},
    pump::Feeds,
    run::{Channel, Owned, Run},
};
use crate::{
    control::Decoder,
    document::{self, Document},
    failure::{Failure, Kind},
    process::{Process, Reader, Theirs, Wanted, no_pipes, pipes, start},
    receive::{self, Facts, Feed, Received},
    respond::Draft,
    service::{Environment, Launch, Spec, Strings},
    slots::Permit,
    warm::{Ahead, Spare},
};

/// What is executed. A build is waited for with neither a process's place nor a body in hand, and with at most as many
/// others as may wait for a process.
pub(super) async fn program(
    spec: &Spec,
    resources: &Resources,
    peer: Option<&Arc<Peer>>,
) -> Result<Arc<Launch>, Failure> {
    if let Some(launch) = spec.start.now(&resources.builders) {
        return launch;
    }
    let Ok(_place) = resources.build_queue.try_acquire() else {
        let message =
            format!("{} is being built, and {} requests wait for it", spec.name, resources.slots.queue());
        return Err(Failure::new(Kind::QueueFull, message).remedy("try again later"));
    };
    let _present = peer.filter(|_| !spec.half_close).map(Peer::enter);
    spec.start.launch(&resources.builders).await
}

/// Where a process comes from.
enum Origin {
    /// It waits for the document.
    Spare(Process),
    /// It is to be started with these descriptors.
    Start(Theirs),
}

impl Origin {
    /// The process, with the request's variables where it cannot take them from the document.
    async fn process(
        self,
        (spec, launch): (&Spec, &Launch),
        variables: &[(String, Vec<u8>)],
    ) -> Result<Process, Failure> {
        match (self, spec.language.map(|language| language.environment)) {
            (Self::Spare(process), _) => Ok(process),
            (Self::Start(theirs), Some(Environment::FromDocument)) => {
                start(launch, &launch.environment, theirs).await
            }
            (Self::Start(theirs), Some(Environment::FromStart) | None) => {
                start(launch, &environment(launch, variables), theirs).await
            }
        }
    }
}

/// Gives a process everything that it is told: one that waits for that, or one that is started for it.
pub(super) async fn begin(
    (spec, launch): (&Arc<Spec>, &Arc<Launch>),
    received: Received,
    passage: &Passage<'_>,
    (permit, present): (Permit, Option<Present>),
) -> Result<(Owned, Reader), Failure> {
    let Passage { head, around, resources } = *passage;
    let Around { exchange, captured, peer } = around;
    let Received { params, feed, held } = received;
    let deadline = spec.timeouts.total.and_then(unix_millis_after);
    let facts = Facts {
        remote: peer.map(|peer| peer.remote),
        local: peer.map(|peer| peer.local),
        id: exchange.id(),
        deadline,
        traceparent: &exchange.opening.traceparent,
        script: captured.script.as_ref(),
    };
    let variables = receive::variables(head, &facts);
    let document = match spec.document {
        Some(format) => {
            let env = receive::texts(&variables);
            let request = receive::describe(head, &facts);
            let document = Document { env: &env, params: &params, request: &request, service: words(spec) };
            Some(Bytes::from(document.encode(format)?))
        }
        None => None,
    };
    let (ours, origin, way) = match resources.warm.take(&ahead(spec, launch)).await {
        Some(Spare { process, ours, way }) => (ours, Origin::Spare(process), Some(way)),
        None => {
            let wanted = Wanted { stdin: !matches!(feed, Feed::Empty), document: document.is_some() };
            let (ours, theirs) = pipes(wanted).map_err(|error| no_pipes(&error))?;
            (ours, Origin::Start(theirs), None)
        }
    };
    let watch = |error: std::io::Error| no_pipes(&error);
    let feeds =
        Feeds::new(ours.stdin.map(|pipe| (pipe, feed)), ours.document.zip(document)).map_err(watch)?;
    let stdout = Reader::new(ours.stdout).map_err(watch)?;
    let process = origin.process((spec, launch), &variables).await?;
    exchange.progress();
    let run = Run {
        process,
        way,
        _launch: Arc::clone(launch),
        spec: Arc::clone(spec),
        exchange: Arc::clone(exchange),
        draft: Draft::default(),
        log: Log::new(spec, exchange),
        feeds,
        permit,
        stderr: Channel::Quiet(ours.stderr),
        control: Channel::Quiet(ours.control),
        decoder: Decoder::new(),
        clock: Clock {
            timeouts: spec.timeouts.clone(),
            exchange: Arc::clone(exchange),
            started: Instant::now(),
            phase: Phase::Opening,
        },
        attached: false,
        _held: held,
        _present: present,
        peer: peer.cloned(),
    };
    Ok((Owned::new(run), stdout))
}

/// What may be started for the service before its requests.
pub(crate) fn ahead<'a>(spec: &'a Spec, launch: &'a Arc<Launch>) -> Ahead<'a> {
    Ahead { launch, file: spec.file.as_ref(), warmth: &spec.warmth }
}

/// A program's environment: the service's, and the request's own variables.
fn environment(launch: &Launch, variables: &[(String, Vec<u8>)]) -> Strings {
    let mut environment = launch.environment.clone();
    for (name, value) in variables {
        environment.push_variable(name.as_bytes(), value);
    }
    environment
}

fn words(spec: &Spec) -> document::Words<'_> {
    document::Words {
        name: &spec.name,
        path: spec.file.as_deref().and_then(|path| path.to_str()),
        language: spec.language.map_or("", |language| language.name),
    }
}

/// An absolute time, as a service reads it from its clock.
fn unix_millis_after(limit: Duration) -> Option<u64> {
    let at = SystemTime::now().checked_add(limit)?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(at.as_millis()).ok()
}
