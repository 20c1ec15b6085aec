//! The pipes of a process: made in pairs, registered with the runtime only where somebody waits for them.

use std::{
    future::poll_fn,
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    task::{Context, Poll, ready},
};

use rustix::{
    buffer::spare_capacity,
    fs::{OFlags, fcntl_setfl},
    io::{Errno, ioctl_fionread, read, write},
    net::{AddressFamily, SocketFlags, SocketType, socketpair},
    pipe::{PipeFlags, pipe_with},
};
use tokio::io::{Interest, unix::AsyncFd};

use crate::os;

/// Which of the contract's descriptors a process is given beside stdout, stderr and control.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// A pipe as standard input, instead of `/dev/null`.
    pub(crate) stdin: bool,
    /// The request document on descriptor 4.
    pub(crate) document: bool,
}

/// The server's ends.
#[derive(Debug)]
pub(crate) struct Ours {
    pub(crate) stdin: Option<OwnedFd>,
    pub(crate) stdout: OwnedFd,
    pub(crate) stderr: OwnedFd,
    pub(crate) control: OwnedFd,
    pub(crate) document: Option<OwnedFd>,
}

/// The child's ends.
#[derive(Debug)]
pub(crate) struct Theirs {
    pub(super) stdin: Option<OwnedFd>,
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
    pub(super) control: OwnedFd,
    pub(super) document: Option<OwnedFd>,
}

/// Makes all pipes of one process, closed on exec.
///
/// They are pipes and never sockets: many languages reach a descriptor only by opening `/dev/fd/N`.
///
/// # Errors
/// What pipe(2) answered: `EMFILE` or `ENFILE`.
pub(crate) fn pipes(wanted: Wanted) -> io::Result<(Ours, Theirs)> {
    let pipe = || pipe_with(PipeFlags::CLOEXEC);
    let feed = |wanted: bool| wanted.then(pipe).transpose();
    let (stdin_theirs, stdin) = feed(wanted.stdin)?.unzip();
    let (document_theirs, document) = feed(wanted.document)?.unzip();
    let (stdout, stdout_theirs) = pipe()?;
    let (stderr, stderr_theirs) = pipe()?;
    let (control, control_theirs) = pipe()?;
    let theirs = Theirs {
        stdin: stdin_theirs,
        stdout: stdout_theirs,
        stderr: stderr_theirs,
        control: control_theirs,
        document: document_theirs,
    };
    Ok((Ours { stdin, stdout, stderr, control, document }, theirs))
}

/// As [`pipes`], but a socket of sequenced packets stands in the document's place, on which a fork server is told to fork.
///
/// Its other descriptors are pipes too, since an interpreter looks at what they are before it forks.
///
/// # Errors
/// What pipe(2) or socketpair(2) answered.
pub(super) fn fork_server_pipes() -> io::Result<(Ours, Theirs)> {
    let (mut ours, mut theirs) = pipes(Wanted { stdin: true, document: false })?;
    let (channel, far) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    fcntl_setfl(&channel, OFlags::NONBLOCK)?;
    (ours.document, theirs.document) = (Some(channel), Some(far));
    Ok((ours, theirs))
}

/// Reads once what a pipe holds at this moment, and at most `most` bytes; never waits.
///
/// It asks the kernel and not the runtime, whose cached readiness may be behind the pipe.
///
/// # Errors
/// What read(2) answered.
pub(crate) fn read_present(pipe: BorrowedFd<'_>, most: usize, into: &mut Vec<u8>) -> io::Result<usize> {
    let present = usize::try_from(ioctl_fionread(pipe)?).unwrap_or(usize::MAX).min(most);
    if present == 0 {
        return Ok(0);
    }
    // Only as much is read as is there, so this cannot block even on a blocking pipe.
    let before = into.len();
    into.resize(before + present, 0);
    let count = read(pipe, &mut into[before..])?;
    into.truncate(before + count);
    Ok(count)
}

/// The reading end of a pipe that the runtime watches.
#[derive(Debug)]
pub(crate) struct Reader(AsyncFd<OwnedFd>);

impl Reader {
    /// # Errors
    /// When the pipe cannot be watched.
    pub(crate) fn new(pipe: OwnedFd) -> io::Result<Self> {
        fcntl_setfl(&pipe, OFlags::NONBLOCK)?;
        os::watch(pipe, Interest::READABLE).map(Self)
    }

    pub(crate) fn pipe(&self) -> BorrowedFd<'_> {
        self.0.get_ref().as_fd()
    }

    /// How many bytes the pipe holds at this moment.
    pub(crate) fn present(&self) -> u64 {
        ioctl_fionread(self.0.get_ref()).unwrap_or(0)
    }

    /// Reads into the spare room of `into` without waiting; 0 is the end of the pipe.
    ///
    /// # Errors
    /// `WouldBlock` while the pipe is empty.
    pub(crate) fn try_read(&self, into: &mut Vec<u8>) -> io::Result<usize> {
        loop {
            match read(self.0.get_ref(), spare_capacity(into)) {
                Err(Errno::INTR) => {}
                answer => return answer.map_err(io::Error::from),
            }
        }
    }

    /// As [`Self::try_read`], but waits while the pipe is empty.
    pub(crate) fn poll_read(&self, cx: &mut Context<'_>, into: &mut Vec<u8>) -> Poll<io::Result<usize>> {
        loop {
            let mut readiness = ready!(self.0.poll_read_ready(cx))?;
            if let Ok(answer) = readiness.try_io(|_| self.try_read(into)) {
                return Poll::Ready(answer);
            }
        }
    }

    /// As [`Self::poll_read`]; nothing is lost when it is dropped.
    pub(crate) async fn read(&self, into: &mut Vec<u8>) -> io::Result<usize> {
        poll_fn(|cx| self.poll_read(cx, into)).await
    }
}

/// The writing end of a pipe that the runtime watches.
#[derive(Debug)]
pub(crate) struct Writer(AsyncFd<OwnedFd>);

impl Writer {
    /// # Errors
    /// When the pipe cannot be watched.
    pub(crate) fn new(pipe: OwnedFd) -> io::Result<Self> {
        fcntl_setfl(&pipe, OFlags::NONBLOCK)?;
        os::watch(pipe, Interest::WRITABLE).map(Self)
    }

    /// Writes a part of `bytes`, waiting while the pipe is full; nothing is lost when it is dropped.
    ///
    /// # Errors
    /// `BrokenPipe` when nobody reads any more.
    pub(crate) async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.0.async_io(Interest::WRITABLE, |pipe| write_some(pipe.as_fd(), bytes)).await
    }
}

fn write_some(pipe: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match write(pipe, bytes) {
            Err(Errno::INTR) => {}
            answer => return answer.map_err(io::Error::from),
        }
    }
}

/// Writes as much of `bytes` as an unwatched pipe takes at once.
///
/// # Errors
/// What fcntl(2) or write(2) answered; a full pipe is no error.
pub(crate) fn write_present(pipe: &OwnedFd, bytes: &[u8]) -> io::Result<usize> {
    fcntl_setfl(pipe, OFlags::NONBLOCK)?;
    match write_some(pipe.as_fd(), bytes) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        answer => answer,
    }
}
