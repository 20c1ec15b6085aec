//! `stack pipe FILE`: one request without a server; standard input is its body, standard output its answer.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    process::ExitCode,
    task::{Context, Poll},
    thread,
};

use bytes::{Bytes, BytesMut};
use http::{Method, Request, Response, header::HOST};
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::{
    cli::{config::Pipe, say, serve::stack},
    receipt::{Receipt, Report},
    respond::Body,
};

/// How much is read from standard input at once, and how many of those wait.
const CHUNK: usize = 64 << 10;
const CHUNKS: usize = 2;

/// What a shell reports of a program that wrote to a reader that had gone: 128 and SIGPIPE.
const READER_GONE: u8 = 141;

/// Runs the service once; its exit code is the program's.
pub(super) async fn pipe(pipe: Pipe) -> anyhow::Result<ExitCode> {
    let service = pipe.builder.build()?;
    service.notes().iter().for_each(|note| say::note(note));
    let stack = stack(&pipe.engine, service);
    let mut response = stack.answer(request(StandardInput::open()?)?).await;
    let receipt = response.extensions_mut().remove::<Receipt>();
    if response.headers().contains_key("x-stack-error") {
        // The log has said the same on standard error.
        response.into_body().collect().await?;
    } else if copy(response).await.is_err() {
        return Ok(ExitCode::from(READER_GONE));
    }
    let report = match receipt {
        Some(receipt) => receipt.await,
        None => None,
    };
    Ok(report.map_or(ExitCode::FAILURE, |report| exit_code(&report)))
}

fn request(body: StandardInput) -> http::Result<Request<StandardInput>> {
    Request::builder().method(Method::POST).uri("/").header(HOST, "localhost").body(body)
}

/// The service's own code, or 1 when it has none because the server or a signal ended it.
fn exit_code(report: &Report) -> ExitCode {
    match report.exit_code.map(u8::try_from) {
        Some(Ok(0)) if report.broken_off || report.status >= 500 => ExitCode::FAILURE,
        Some(Ok(code)) => ExitCode::from(code),
        _ => ExitCode::FAILURE,
    }
}

/// Copies the answer as it comes; that it was broken off stands in the log and in the report. An error is one
/// of standard output.
async fn copy(response: Response<Body>) -> io::Result<()> {
    let mut body = response.into_body();
    while let Some(Ok(frame)) = body.frame().await {
        if let Ok(data) = frame.into_data() {
            let mut stdout = io::stdout().lock();
            stdout.write_all(&data).and_then(|()| stdout.flush())?;
        }
    }
    Ok(())
}

/// Standard input as a request body, read by a thread: no kernel lets every kind of file be polled.
#[derive(Debug)]
struct StandardInput {
    chunks: Receiver<io::Result<Bytes>>,
}

impl StandardInput {
    fn open() -> io::Result<Self> {
        let (sender, chunks) = channel(CHUNKS);
        // The thread may be reading when the program ends, and ends with it.
        thread::Builder::new()
            .name("stdin".to_owned())
            .spawn(move || read(&mut io::stdin().lock(), &sender))?;
        Ok(Self { chunks })
    }
}

fn read(input: &mut impl Read, chunks: &Sender<io::Result<Bytes>>) {
    let mut buffer = BytesMut::new();
    loop {
        buffer.resize(CHUNK, 0);
        let chunk = match input.read(&mut buffer) {
            Ok(0) => return,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(read) => Ok(buffer.split_to(read).freeze()),
            Err(error) => Err(error),
        };
        let is_end = chunk.is_err();
        if chunks.blocking_send(chunk).is_err() || is_end {
            return;
        }
    }
}

impl http_body::Body for StandardInput {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.chunks.poll_recv(context).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use tokio::sync::mpsc::channel;

    use super::read;

    /// Gives its pieces one by one, then an error.
    struct Pieces(Vec<&'static str>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.pop() {
                Some(piece) => (&mut piece.as_bytes()).read(buffer),
                None => Err(io::Error::other("torn")),
            }
        }
    }

    #[test]
    fn row_22_input_is_passed_on_as_it_comes_and_a_torn_one_is_no_end() {
        let (sender, mut chunks) = channel(8);
        read(&mut Pieces(vec!["world", "hello "]), &sender);
        assert_eq!(chunks.try_recv().unwrap().unwrap(), "hello ");
        assert_eq!(chunks.try_recv().unwrap().unwrap(), "world");
        assert!(chunks.try_recv().unwrap().is_err());
        let (sender, mut chunks) = channel(8);
        read(&mut io::empty(), &sender);
        drop(sender);
        assert!(chunks.try_recv().is_err());
    }
}
