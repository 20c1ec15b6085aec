//! Standard input and files as request bodies, standard output as where answers go: each has a thread, because
//! no kernel lets every kind of file be polled, and because a reader that takes nothing must not stop the rest.

use std::{
    future::pending,
    io::{self, Read, Write},
    pin::Pin,
    process::ExitCode,
    task::{Context, Poll},
    thread,
};

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use tokio::sync::{
    mpsc::{Receiver, Sender, channel},
    oneshot,
};

/// How much is read at once, and how many of those wait.
const CHUNK: usize = 64 << 10;
const CHUNKS: usize = 2;

/// What a shell reports of a program that wrote to a reader that had gone: 128 and SIGPIPE.
const READER_GONE: u8 = 141;

/// A request body that comes from a file, or is empty.
#[derive(Debug)]
pub(super) struct Input {
    chunks: Receiver<io::Result<Bytes>>,
    /// The bytes that are still to come, where that is known.
    left: Option<u64>,
}

impl Input {
    /// No byte, and known to be none.
    pub(super) fn empty() -> Self {
        Self { chunks: channel(1).1, left: Some(0) }
    }

    /// Standard input, as it comes.
    pub(super) fn standard() -> io::Result<Self> {
        Self::new(io::stdin(), None)
    }

    /// All that `source` gives, or as many bytes of it as are named; one that ends before them is torn.
    pub(super) fn new(source: impl Read + Send + 'static, length: Option<u64>) -> io::Result<Self> {
        let (sender, chunks) = channel(CHUNKS);
        let mut source = source.take(length.unwrap_or(u64::MAX));
        // The thread may be reading when the program ends, and ends with it.
        thread::Builder::new().name("input".to_owned()).spawn(move || read(&mut source, &sender))?;
        Ok(Self { chunks, left: length })
    }

    /// How many bytes it has, where that is known.
    pub(super) fn length(&self) -> Option<u64> {
        self.left
    }

    fn took(&mut self, chunk: &Bytes) {
        self.left = self.left.map(|left| left.saturating_sub(chunk.len() as u64));
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

impl http_body::Body for Input {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let chunk = std::task::ready!(self.chunks.poll_recv(context));
        Poll::Ready(match chunk {
            Some(Ok(chunk)) => {
                self.took(&chunk);
                Some(Ok(Frame::data(chunk)))
            }
            Some(Err(error)) => Some(Err(error)),
            // The file has shrunk, and a body that is too short must not look whole.
            None if self.left.is_some_and(|left| left > 0) => {
                self.left = None;
                Some(Err(io::ErrorKind::UnexpectedEof.into()))
            }
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Standard output. Whatever is handed to it is written and flushed at once.
#[derive(Debug)]
pub(super) struct Output {
    chunks: Option<Sender<Bytes>>,
    ended: Option<oneshot::Receiver<io::Result<()>>>,
}

impl Output {
    pub(super) fn standard() -> io::Result<Self> {
        Self::new(io::stdout())
    }

    fn new(target: impl Write + Send + 'static) -> io::Result<Self> {
        let (sender, chunks) = channel(1);
        let (end, ended) = oneshot::channel();
        // As with input: a write that hangs ends with the program.
        thread::Builder::new().name("output".to_owned()).spawn(move || end.send(write(target, chunks)))?;
        Ok(Self { chunks: Some(sender), ended: Some(ended) })
    }

    /// Hands a chunk on, once there is room for it.
    pub(super) async fn write(&mut self, chunk: Bytes) -> io::Result<()> {
        match &self.chunks {
            Some(chunks) if chunks.send(chunk).await.is_ok() => Ok(()),
            _ => Err(self.failed().await),
        }
    }

    /// Resolves once nothing can be written any more, with the reason.
    pub(super) async fn failed(&mut self) -> io::Error {
        match self.end().await {
            Err(error) => error,
            Ok(()) => pending().await,
        }
    }

    /// Waits until everything is written.
    pub(super) async fn finish(mut self) -> io::Result<()> {
        self.chunks = None;
        self.end().await
    }

    async fn end(&mut self) -> io::Result<()> {
        let Some(ended) = &mut self.ended else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let end = ended.await;
        self.ended = None;
        end.unwrap_or_else(|_| Err(io::ErrorKind::BrokenPipe.into()))
    }
}

fn write(mut target: impl Write, mut chunks: Receiver<Bytes>) -> io::Result<()> {
    while let Some(chunk) = chunks.blocking_recv() {
        target.write_all(&chunk).and_then(|()| target.flush())?;
    }
    Ok(())
}

/// What the program ends with when nobody takes its output; anything else that is wrong with it is an error.
pub(super) fn unwritten(error: io::Error) -> anyhow::Result<ExitCode> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(ExitCode::from(READER_GONE)),
        _ => Err(error).context("cannot write to standard output"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};

    use http_body::Body;
    use http_body_util::BodyExt;

    use super::{Input, Output};

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

    async fn next(input: &mut Input) -> Option<io::Result<String>> {
        let frame = input.frame().await?;
        Some(frame.map(|frame| String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()))
    }

    #[tokio::test]
    async fn row_22_input_is_passed_on_as_it_comes_and_a_torn_one_is_no_end() {
        let mut input = Input::new(Pieces(vec!["world", "hello "]), None).unwrap();
        assert_eq!(next(&mut input).await.unwrap().unwrap(), "hello ");
        assert_eq!(next(&mut input).await.unwrap().unwrap(), "world");
        assert!(next(&mut input).await.unwrap().is_err());
        assert!(next(&mut Input::new(io::empty(), None).unwrap()).await.is_none());
    }

    #[tokio::test]
    async fn input_of_a_known_length_has_exactly_that() {
        let mut input = Input::new(&b"hello world"[..], Some(5)).unwrap();
        assert_eq!((input.size_hint().exact(), input.is_end_stream()), (Some(5), false));
        assert_eq!(next(&mut input).await.unwrap().unwrap(), "hello");
        assert!(input.is_end_stream() && next(&mut input).await.is_none());
        let mut shrunk = Input::new(&b"hello"[..], Some(6)).unwrap();
        assert_eq!(next(&mut shrunk).await.unwrap().unwrap(), "hello");
        assert!(next(&mut shrunk).await.unwrap().is_err());
        let mut empty = Input::empty();
        assert!(empty.is_end_stream() && next(&mut empty).await.is_none());
    }

    /// Takes so many writes, then no more.
    struct Takes(usize);

    impl Write for Takes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.0.checked_sub(1) {
                None => Err(io::ErrorKind::StorageFull.into()),
                Some(left) => {
                    self.0 = left;
                    Ok(bytes.len())
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn output_that_fails_says_so_without_another_write() {
        let mut output = Output::new(Takes(1)).unwrap();
        output.write("one".into()).await.unwrap();
        output.write("two".into()).await.unwrap();
        assert_eq!(output.failed().await.kind(), io::ErrorKind::StorageFull);
        assert!(output.write("three".into()).await.is_err());
        let mut whole = Output::new(Takes(2)).unwrap();
        whole.write("one".into()).await.unwrap();
        whole.finish().await.unwrap();
    }
}
