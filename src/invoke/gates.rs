//! What runs before a service: each gate by a process of its own, which answers the request or passes it on.
//!
//! A gate that sets a status answers. One that sets none passes: its headers are where the service's head begins,
//! and its output is kept until the service has answered, so that a failure behind it is still a status.

use std::sync::Arc;

use http::{HeaderMap, request};
use http_body_util::BodyExt;

use super::{
    Around, Resources, Timing, before,
    before::{Known, Opening},
    begin, body,
    peer::Peer,
    program,
    run::Owned,
};
use crate::{
    failure::{Failure, Kind},
    receipt::{Exchange, Reason},
    receive::Received,
    service::Service,
};

/// How much output of all gates together is kept.
const MOST: usize = 1 << 20;

/// A request on its way to its service.
pub(super) struct Passage<'a> {
    pub(super) head: &'a request::Parts,
    pub(super) around: Around<'a>,
    pub(super) resources: &'a Resources,
}

/// What gates that passed the request on leave to its service.
#[derive(Default)]
pub(super) struct Passed {
    pub(super) headers: HeaderMap,
    pub(super) output: Vec<u8>,
}

/// A gate that answers in place of the service.
pub(super) struct Answer {
    pub(super) run: Owned,
    pub(super) opening: Opening,
    pub(super) timing: Timing,
}

impl Passage<'_> {
    /// Runs a gate to its end; the answer, when it sets a status.
    ///
    /// # Errors
    /// When it cannot be run or fails, as a service does; or when its output is more than is kept.
    pub(super) async fn through(
        &self,
        gate: &Service,
        received: Received,
        passed: &mut Passed,
    ) -> Result<Option<Answer>, Failure> {
        let spec = gate.spec();
        // An account of its own, under the same id: that of the request tells of the process that answers it.
        let exchange = self.around.exchange.within();
        let around = Around { exchange: &exchange, ..self.around };
        let launch = program(spec, self.resources, around.peer).await?;
        let present = around.peer.filter(|_| !spec.half_close).map(Peer::enter);
        let mut timing = Timing::now();
        let permit = self.resources.slots.enter().await?;
        timing.queued();
        let passage = Passage { around, ..*self };
        let (mut run, stdout) = begin((spec, &launch), received, &passage, (permit, present)).await?;
        timing.spawned();
        run.draft.inherit(std::mem::take(&mut passed.headers));
        let mut opening = match before::open(&mut run, stdout).await {
            Ok(opening) => opening,
            Err(failure) => {
                exchange.because(Reason::Failure(failure.kind));
                return Err(failure);
            }
        };
        if run.draft.has_status() {
            run.answers(self.around.exchange, &opening);
            opening.output.splice(0..0, passed.output.drain(..));
            return Ok(Some(Answer { run, opening, timing }));
        }
        let mut run = run.release();
        run.permit.answered();
        passed.headers = run.draft.send(None).0.headers;
        let name = run.spec.name.clone();
        let mut output = body(run, opening);
        while let Some(frame) = output.frame().await {
            let frame = frame.map_err(|_| failed(&name))?;
            if let Ok(data) = frame.into_data() {
                passed.output.extend_from_slice(&data);
            }
            if passed.output.len() > MOST {
                return Err(too_much(&name));
            }
        }
        Ok(None)
    }
}

fn failed(name: &str) -> Failure {
    let message = format!("{name}, which runs before the service, failed after its first byte");
    Failure::new(Kind::Exit, message)
}

fn too_much(name: &str) -> Failure {
    let message = format!("{name}, which runs before the service, gave more than {MOST} bytes and no status");
    Failure::new(Kind::Exit, message).remedy("one that sets a status answers itself, and streams")
}

impl super::run::Run {
    /// From now on it is this request's account that the process is part of.
    fn answers(&mut self, exchange: &Arc<Exchange>, opening: &Opening) {
        self.exchange = Arc::clone(exchange);
        self.clock.exchange = Arc::clone(exchange);
        exchange.progress();
        if let Known::Ended(ended) = &opening.known {
            exchange.ended(*ended);
        }
    }
}
