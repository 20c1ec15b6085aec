//! The one owner of a process once its head is out: it listens, keeps the time, and sees it end.

use std::{sync::Arc, time::Duration};

use http::{Version, request};
use http_body::Body as _;
use tokio::{sync::oneshot, time::sleep};

use super::{
    before::body_broken,
    clock::Clock,
    peer::Peer,
    run::{Event, Run},
};
use crate::{
    failure::Kind,
    process::Exit,
    receipt::Reason,
    respond::{Body, Close, Patience, Verdict},
};

/// A client that takes its answer has at least so long to hear of the end.
const LEAST: Duration = Duration::from_secs(1);

/// Owns `run` until its process is reaped, and tells the body how it ends.
///
/// The body's drop closes `verdict`: then the client has left, and the process with it.
pub(super) async fn own(
    mut run: Box<Run>,
    mut verdict: oneshot::Sender<Verdict>,
    body: oneshot::Receiver<Patience>,
) {
    run.attach();
    let (clock, peer) = (run.clock.clone(), run.peer.clone());
    let event = tokio::select! {
        biased;
        () = verdict.closed() => None,
        event = run.next() => Some(event),
    };
    match event {
        None if run.exchange.is_delivered() => run.finish().await,
        None => {
            match run.departure() {
                Reason::Drain => run.exchange.broken_off(Reason::Drain),
                reason => run.exchange.because(reason),
            }
            run.end().await;
        }
        Some(Event::Complete) => {
            run.feeds.stop();
            let trailers = run.draft.take_trailers();
            let _ = verdict.send(Verdict::Complete(trailers));
            run.finish().await;
        }
        Some(Event::Ended(ended)) => {
            let close = run.close(ended.exit);
            say_broken(&run, &close);
            let _ = verdict.send(Verdict::Exited(close));
        }
        Some(Event::Overdue(kind)) => {
            break_off(&run, verdict, Reason::Failure(kind));
            // Closes standard input, but behind the signal: what came of a body until now must not look whole.
            run.end().await;
        }
        Some(Event::BodyBroken(broken)) => {
            let failure = body_broken(&mut run, &broken);
            break_off(&run, verdict, Reason::Failure(failure.kind));
            run.end().await;
        }
    }
    drop(run);
    until_taken(clock, peer, body).await;
}

/// Holds a body to its limits that has no owner who does it. Only a stream of HTTP/2 needs that: where the socket
/// is full and not a window, the connection's own clock sees it.
pub(super) fn watch(body: Body, head: &request::Parts, clock: Clock) -> Body {
    if head.version != Version::HTTP_2 || body.is_watched() || body.is_end_stream() {
        return body;
    }
    let (lives, word) = oneshot::channel();
    tokio::spawn(until_taken(clock, head.extensions.get().cloned(), word));
    body.announcing(lives)
}

/// The service is done, and its client has the same limits for taking what is left. hyper asks the body for nothing
/// while the client takes nothing, so that it hears neither of an end nor of a break.
async fn until_taken(clock: Clock, peer: Option<Arc<Peer>>, mut body: oneshot::Receiver<Patience>) {
    let clock = clock.without_process();
    let word = tokio::select! {
        biased;
        word = &mut body => word,
        kind = overdue(&clock) => {
            clock.exchange.broken_off(Reason::Failure(kind));
            if let Some(peer) = peer {
                clock.exchange.hold(Box::new(peer.stuck()));
            }
            return;
        }
    };
    // A body that breaks off is asked, and needs no window for it: it ends its stream when the patience is dropped.
    if let Ok(patience) = word {
        tokio::select! {
            () = patience.over() => {}
            _ = overdue(&clock) => {}
        }
    }
}

/// Returns once the client has had all of its time.
async fn overdue(clock: &Clock) -> Kind {
    sleep(LEAST).await;
    clock.passed().await
}

fn break_off(run: &Run, verdict: oneshot::Sender<Verdict>, reason: Reason) {
    run.exchange.because(reason);
    say_broken(run, &Close::Broken(reason));
    let _ = verdict.send(Verdict::Broken(reason));
}

/// Says in the log that an answer does not end as it should, and what would accept it.
pub(super) fn say_broken(run: &Run, close: &Close) {
    let Close::Broken(reason) = close else { return };
    let id = run.exchange.id();
    match reason {
        Reason::Exit(Exit::Code(code)) => {
            tracing::warn!(target: "stack::service", id, "BROKEN OFF: exit {code}; --ok-exit 0,{code} accepts it");
        }
        reason => tracing::warn!(target: "stack::service", id, "BROKEN OFF: {reason}"),
    }
}
