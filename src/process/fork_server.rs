//! Fork servers: an interpreter that stays where it would read its request, and forks for each one. Speaks with the
//! library in `langs/fork-server.c`, which says what the packets mean.

use std::{
    ffi::OsStr,
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::PathBuf,
};

use rustix::{
    cmsg_space,
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
        SendFlags, recvmsg, sendmsg,
    },
    process::Pid,
};
use tokio::io::{Interest, unix::AsyncFd};

use super::{
    Process,
    guardian::Seat,
    start::start,
    stdio::{Reader, Theirs, fork_server_pipes},
};
use crate::{
    failure::Failure,
    os::{self, DESCRIPTORS, Started},
    service::{Launch, Strings},
};

/// The longest packet, and the most files that are worth watching.
const PACKET: usize = 16 << 10;
const FILES: usize = 4096;

/// A process that has loaded what its forks will need. Dropped, it ends; its forks live on.
#[derive(Debug)]
pub(crate) struct ForkServer {
    process: Process,
    channel: AsyncFd<OwnedFd>,
    /// Held open, as a service's own standard input is that nobody writes to.
    _stdin: Option<OwnedFd>,
}

/// What a fork server writes while it loads: its standard output, standard error and control messages.
pub(crate) type Outputs = [Reader; 3];

/// Why there is no fork server.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It ended before it was ready.
    Ended,
    /// It has so many threads, of which a fork would have one; 0 where nobody knows.
    Threads(i32),
    /// The system refused something, or it said what nobody understands.
    System(io::Error),
}

/// What it said.
enum Packet {
    Files(Vec<PathBuf>),
    Ready,
    Threads(i32),
    Forked(Started),
    NotForked(io::Error),
}

impl ForkServer {
    /// Starts one that has the library loaded by its `environment`.
    ///
    /// # Errors
    /// Why no process could be started.
    pub(crate) async fn start(launch: &Launch, environment: &Strings) -> Result<(Self, Outputs), Failure> {
        let no_pipes = |error: io::Error| super::no_pipes(&error);
        let (ours, theirs) = fork_server_pipes().map_err(no_pipes)?;
        let channel = ours.document.ok_or_else(|| no_pipes(io::ErrorKind::NotConnected.into()))?;
        let channel = os::watch(channel, Interest::READABLE).map_err(no_pipes)?;
        let outputs = [
            Reader::new(ours.stdout).map_err(no_pipes)?,
            Reader::new(ours.stderr).map_err(no_pipes)?,
            Reader::new(ours.control).map_err(no_pipes)?,
        ];
        let process = start(launch, environment, theirs).await?;
        Ok((Self { process, channel, _stdin: ours.stdin }, outputs))
    }

    pub(crate) fn pid(&self) -> Pid {
        self.process.pid()
    }

    /// Waits until it has loaded everything; the files that it read for that.
    ///
    /// # Errors
    /// Why it will never be ready.
    pub(crate) async fn ready(&mut self) -> Result<Vec<PathBuf>, Refusal> {
        let mut files = Vec::new();
        loop {
            match self.packet().await.map_err(Refusal::System)? {
                Some(Packet::Files(more)) => files.extend(more.into_iter().take(FILES - files.len())),
                Some(Packet::Ready) => return Ok(files),
                Some(Packet::Threads(count)) => return Err(Refusal::Threads(count)),
                Some(Packet::Forked(_) | Packet::NotForked(_)) => {
                    return Err(Refusal::System(io::ErrorKind::InvalidData.into()));
                }
                None => return Err(Refusal::Ended),
            }
        }
    }

    /// Has it fork, with `theirs` as the child's descriptors. Not to be dropped before it has answered, since the next
    /// call would take that answer for its own.
    ///
    /// # Errors
    /// Why there is no child; `BrokenPipe` when there is no fork server any more.
    pub(crate) async fn fork(&mut self, theirs: &Theirs) -> io::Result<Process> {
        let seat = Seat::take()?;
        order(self.channel.get_ref(), &theirs.all()?)?;
        match self.packet().await? {
            Some(Packet::Forked(started)) => Ok(Process::forked(started, seat)),
            Some(Packet::NotForked(error)) => Err(error),
            Some(_) => Err(io::ErrorKind::InvalidData.into()),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&mut self) {
        self.process.ended().await;
    }

    /// Ends it, and waits until it is reaped.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// The next packet; none when there is nobody left to send one.
    async fn packet(&self) -> io::Result<Option<Packet>> {
        self.channel.async_io(Interest::READABLE, receive).await
    }
}

/// Sends an order: one byte, and the descriptors of a process.
fn order(channel: &OwnedFd, descriptors: &[BorrowedFd<'_>; DESCRIPTORS]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(descriptors));
    // It takes an order before the next is sent, so that there is always room for one.
    sendmsg(channel, &[IoSlice::new(b"F")], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

fn receive(channel: &OwnedFd) -> io::Result<Option<Packet>> {
    let mut bytes = [0; PACKET];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received =
        recvmsg(channel, &mut [IoSliceMut::new(&mut bytes)], &mut control, RecvFlags::CMSG_CLOEXEC)?;
    let descriptor = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    let Some((letter, rest)) = bytes[..received.bytes].split_first() else { return Ok(None) };
    understood(*letter, rest, descriptor).map(Some).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn understood(letter: u8, rest: &[u8], descriptor: Option<OwnedFd>) -> Option<Packet> {
    let number = || rest.try_into().ok().map(i32::from_ne_bytes);
    match letter {
        b'F' => Some(Packet::Files(paths(rest))),
        b'R' => Some(Packet::Ready),
        b'T' => Some(Packet::Threads(number()?)),
        b'C' => Some(Packet::Forked(Started { pid: Pid::from_raw(number()?)?, pidfd: descriptor? })),
        b'E' => Some(Packet::NotForked(io::Error::from_raw_os_error(number()?))),
        _ => None,
    }
}

/// Paths, each with a NUL behind it.
fn paths(bytes: &[u8]) -> Vec<PathBuf> {
    let paths = bytes.split(|&byte| byte == 0).filter(|path| !path.is_empty());
    paths.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect()
}

impl Theirs {
    /// All five.
    fn all(&self) -> io::Result<[BorrowedFd<'_>; DESCRIPTORS]> {
        match (&self.stdin, &self.document) {
            (Some(stdin), Some(document)) => {
                Ok([stdin, &self.stdout, &self.stderr, &self.control, document].map(AsFd::as_fd))
            }
            _ => Err(io::ErrorKind::InvalidInput.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Packet, understood};

    #[test]
    fn what_nobody_would_send_is_not_understood() {
        let Some(Packet::Files(files)) = understood(b'F', b"/a\0/b c\0", None) else { panic!("two files") };
        assert_eq!(files, [Path::new("/a"), Path::new("/b c")]);
        assert!(matches!(understood(b'T', &7i32.to_ne_bytes(), None), Some(Packet::Threads(7))));
        assert!(understood(b'C', &7i32.to_ne_bytes(), None).is_none(), "no descriptor");
        assert!(understood(b'E', b"12", None).is_none() && understood(b'X', b"", None).is_none());
    }
}
