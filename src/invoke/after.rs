//! The one owner of a process once its head is out: it listens, keeps the time, and sees it end.

use tokio::sync::oneshot;

use super::{
    before::body_broken,
    run::{Event, Run},
};
use crate::{
    process::Exit,
    receipt::Reason,
    respond::{Close, Verdict},
};

/// Owns `run` until its process is reaped, and tells the body how it ends.
///
/// The body's drop closes `verdict`: then the client has left, and the process with it.
pub(super) async fn own(mut run: Box<Run>, mut verdict: oneshot::Sender<Verdict>) {
    run.attach();
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
            run.feeds.stop();
            break_off(&run, verdict, Reason::Failure(kind));
            run.end().await;
            // hyper asks the body for nothing while the client takes nothing, and never hears that it broke.
            if !run.exchange.is_broken_off()
                && let Some(peer) = &run.peer
            {
                run.exchange.hold(Box::new(peer.stuck()));
            }
        }
        Some(Event::BodyBroken(broken)) => {
            let failure = body_broken(&mut run, &broken);
            break_off(&run, verdict, Reason::Failure(failure.kind));
            run.end().await;
        }
    }
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
