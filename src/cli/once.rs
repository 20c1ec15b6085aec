//! A service that runs once, for `pipe` and `invoke`: its answer on standard output, its exit code as ours.

use std::{io, process::ExitCode};

use anyhow::Context;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::ext::ReasonPhrase;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    cli::{
        config::Once,
        say,
        serve::with_bounds,
        streams::{Input, Output, unwritten},
    },
    receipt::{Receipt, Report},
    respond::Body,
    stack::Stack,
};

/// What of an answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// What the service wrote. Why it could not be run stands in the log alone.
    Output,
    /// The body, whoever wrote it.
    Body,
    /// The status line and the headers, then the body.
    All,
}

/// How a run came to its end.
#[derive(Debug)]
enum Ended {
    /// By itself; there is no report when the runtime went down first.
    Alone(Option<Report>),
    /// Nobody takes its output.
    Unread(io::Error),
    Signal(SignalKind),
}

/// Runs the service once; the exit code is the service's own, or 1 when it has none because the server or a
/// signal ended it.
pub(super) async fn once(once: Once, request: Request<Input>, shown: Shown) -> anyhow::Result<ExitCode> {
    let service = once.builder.build()?;
    service.notes().iter().for_each(|note| say::note(note));
    let stack = with_bounds(&once.engine).lone(service);
    let mut interrupts = Interrupts::catch().context("cannot catch signals")?;
    let output = Output::standard().context("cannot write to standard output")?;
    let ended = tokio::select! {
        ended = answered(&stack, request, shown, output) => ended,
        kind = interrupts.next() => Ended::Signal(kind),
    };
    let code = match ended {
        Ended::Alone(report) => return Ok(report.map_or(ExitCode::FAILURE, |report| exit_code(&report))),
        Ended::Unread(error) => unwritten(error),
        Ended::Signal(kind) => Ok(by_signal(kind)),
    };
    // The service has its grace, which a second signal cuts short: the guardian then ends it at once.
    tokio::select! {
        () = stack.emptied() => {}
        _ = interrupts.next() => {}
    }
    code
}

async fn answered(stack: &Stack, request: Request<Input>, shown: Shown, mut output: Output) -> Ended {
    let mut response = stack.answer(request).await;
    let receipt = response.extensions_mut().remove::<Receipt>();
    let printed = match shown {
        Shown::Output if response.headers().contains_key("x-stack-error") => {
            // The log has said the same on standard error.
            let _ = response.into_body().collect().await;
            Ok(())
        }
        _ => print(response, shown, &mut output).await,
    };
    let written = match printed {
        Ok(()) => output.finish().await,
        Err(error) => Err(error),
    };
    match (written, receipt) {
        (Err(error), _) => Ended::Unread(error),
        (Ok(()), Some(receipt)) => Ended::Alone(receipt.await),
        (Ok(()), None) => Ended::Alone(None),
    }
}

/// Copies the answer as it comes; that it was broken off stands in the log and in the report. An error is one
/// of standard output.
async fn print(response: Response<Body>, shown: Shown, output: &mut Output) -> io::Result<()> {
    if shown == Shown::All {
        output.write(head(&response)).await?;
    }
    let mut body = response.into_body();
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            error = output.failed() => return Err(error),
        };
        let Some(Ok(frame)) = frame else { return Ok(()) };
        if let Ok(data) = frame.into_data() {
            output.write(data).await?;
        }
    }
}

/// The status line, the headers and an empty line, for people and for `grep`: without carriage returns.
pub(super) fn head<B>(response: &Response<B>) -> Bytes {
    let status = response.status();
    let own = response.extensions().get::<ReasonPhrase>().map(ReasonPhrase::as_bytes);
    let reason = own.unwrap_or_else(|| status.canonical_reason().unwrap_or_default().as_bytes());
    let mut head = format!("{:?} {} ", response.version(), status.as_str()).into_bytes();
    head.extend_from_slice(reason);
    head.push(b'\n');
    for (name, value) in response.headers() {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.push(b'\n');
    }
    head.push(b'\n');
    head.into()
}

fn exit_code(report: &Report) -> ExitCode {
    match report.exit_code.map(u8::try_from) {
        Some(Ok(0)) if report.broken_off || report.status >= 500 => ExitCode::FAILURE,
        Some(Ok(code)) => ExitCode::from(code),
        _ => ExitCode::FAILURE,
    }
}

/// What a shell reports of a program that this signal ended.
fn by_signal(kind: SignalKind) -> ExitCode {
    u8::try_from(128 + kind.as_raw_value()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// The signals that end a run, caught so that the service is ended first.
#[derive(Debug)]
struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    fn catch() -> io::Result<Self> {
        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        Ok(Self { interrupt: signal(interrupt)?, terminate: signal(terminate)? })
    }

    async fn next(&mut self) -> SignalKind {
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.terminate.recv() => SignalKind::terminate(),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Response;
    use hyper::ext::ReasonPhrase;

    use super::head;

    #[test]
    fn the_head_has_a_line_for_each_header_and_the_reason_that_was_set() {
        let response = Response::builder().status(404).header("x-a", "b").header("x-a", "caf\u{e9}").body(());
        let mut response = response.unwrap();
        assert_eq!(head(&response), "HTTP/1.1 404 Not Found\nx-a: b\nx-a: caf\u{e9}\n\n");
        response.extensions_mut().insert(ReasonPhrase::from_static(b"Nowhere"));
        assert!(head(&response).starts_with(b"HTTP/1.1 404 Nowhere\n"));
    }
}
