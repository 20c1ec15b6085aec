//! The fork server of one pool: started, asked and ended by a task of its own, so that nothing that a request does, or
//! leaves undone, comes between an order and its answer.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};

use rustix::{io::Errno, process::Pid};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::timeout,
};

use super::{Spare, Way, files::Files, preload};
use crate::{
    cache,
    process::{ForkServer, Process, Reader, Refusal, Theirs, Wanted, pipes},
    service::{Launch, Printable, Strings},
};

/// How long one may load, and how long it may take to fork.
const LOADING: Duration = Duration::from_secs(60);
const FORKING: Duration = Duration::from_secs(5);
/// So many orders may wait for it.
const ORDERS: usize = 64;
/// One that has forked so often makes way for another: what its children share, as the secrets of hash tables, is not
/// shared for ever.
const FORKS: u32 = 1000;
/// How much is heard of what it writes.
const HEARD: usize = 4 << 10;

/// A fork server that is ready, and the files that it has read. Dropped by all who can ask it, it ends.
#[derive(Debug)]
pub(super) struct Forks {
    forker: Forker,
    pid: Pid,
    files: Arc<Files>,
}

/// What asks it for children.
#[derive(Clone, Debug)]
pub(super) struct Forker {
    orders: mpsc::Sender<Order>,
    left: Arc<AtomicU32>,
}

#[derive(Debug)]
struct Order {
    theirs: Theirs,
    reply: oneshot::Sender<io::Result<Process>>,
}

/// Why there is none.
#[derive(Debug)]
pub(super) struct NoForks {
    pub(super) why: String,
    pub(super) chance: Chance,
}

/// What another attempt would come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chance {
    /// The same.
    Never,
    /// Perhaps another.
    Perhaps,
    /// The system had no room for it at that moment.
    Good,
}

/// Starts one with the library, and waits until it is ready.
pub(super) async fn start(launch: &Launch, variables: &Strings) -> Result<Forks, NoForks> {
    let no_library = |error: io::Error| NoForks { why: error.to_string(), chance: Chance::Never };
    let environment = preload::environment(variables).map_err(no_library)?;
    let start = SystemTime::now();
    let started = ForkServer::start(launch, &environment).await;
    let (mut server, outputs) =
        started.map_err(|failure| NoForks { why: failure.message, chance: Chance::Good })?;
    // Aborted by its drop.
    let mut hearing = JoinSet::new();
    hearing.spawn(hear(outputs));
    let refusal = match timeout(LOADING, server.ready()).await {
        Ok(Ok(files)) => {
            let pid = server.pid();
            // What stands in the cache is named by its content, or made anew by every process.
            let cache = cache::folder().ok();
            let is_ours = |file: &PathBuf| cache.as_ref().is_some_and(|cache| file.starts_with(cache));
            let files = files.into_iter().filter(|file| !is_ours(file)).map(source);
            let files = Arc::new(Files::read_since(start, files));
            let (orders, waiting) = mpsc::channel(ORDERS);
            tokio::spawn(serve(server, waiting, hearing));
            return Ok(Forks {
                forker: Forker { orders, left: Arc::new(AtomicU32::new(FORKS)) },
                pid,
                files,
            });
        }
        Ok(Err(refusal)) => refusal,
        Err(_) => Refusal::System(io::ErrorKind::TimedOut.into()),
    };
    server.kill().await;
    // Even threads may be those of a compiler, which the next start has no use for.
    Err(NoForks { why: explain(&refusal), chance: Chance::Perhaps })
}

fn explain(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Ended => "it ended before it was ready".to_owned(),
        Refusal::Threads(0) => "nobody knows how many threads it has".to_owned(),
        Refusal::Threads(count) => format!("it has {count} threads, of which a fork would have one"),
        Refusal::System(error) => format!("it was not ready: {error}"),
    }
}

/// Answers orders until there is nobody left to give them; then it ends.
async fn serve(mut server: ForkServer, mut orders: mpsc::Receiver<Order>, _hearing: JoinSet<()>) {
    loop {
        let order = tokio::select! {
            order = orders.recv() => order,
            () = server.ended() => None,
        };
        let Some(Order { theirs, reply }) = order else { break };
        let answer = timeout(FORKING, server.fork(&theirs)).await;
        let answer = answer.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        // What the system refuses it may give the next time; what cannot be understood is the end.
        let is_broken = answer.as_ref().is_err_and(|error| error.raw_os_error().is_none());
        // Who asked may have gone.
        if let Err(Ok(mut process)) = reply.send(answer) {
            process.kill().await;
        }
        if is_broken {
            break;
        }
    }
    // Nobody waits for what will not come.
    drop(orders);
    server.kill().await;
}

/// Reads what a fork server writes, so that it never waits for somebody to do so; a part of standard error is logged.
async fn hear([stdout, stderr, control]: [Reader; 3]) {
    tokio::join!(discard(stdout), log(stderr), discard(control));
}

async fn discard(output: Reader) {
    let mut bytes = Vec::with_capacity(HEARD);
    while output.read(&mut bytes).await.is_ok_and(|count| count > 0) {
        bytes.clear();
    }
}

async fn log(output: Reader) {
    let (mut bytes, mut heard) = (Vec::with_capacity(HEARD), 0);
    while let Ok(count @ 1..) = output.read(&mut bytes).await {
        heard += count;
        if heard > HEARD {
            break;
        }
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            let line = String::from_utf8_lossy(&bytes[..end]);
            tracing::warn!(target: "stack::warm", "a fork server says: {}", Printable(&line));
            bytes.drain(..=end);
        }
    }
    discard(output).await;
}

/// The file of which another was made: Python reads `__pycache__/name.cpython-311.pyc` in the place of `name.py`.
fn source(file: PathBuf) -> PathBuf {
    let of_cache = || {
        let cache = file.parent().filter(|folder| folder.ends_with("__pycache__"))?;
        let name = file.file_name()?.to_str()?.split('.').next()?;
        Some(cache.parent()?.join(name).with_extension("py"))
    };
    of_cache().unwrap_or(file)
}

impl Forks {
    pub(super) fn forker(&self) -> &Forker {
        &self.forker
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Whether it can still be asked.
    pub(super) fn is_alive(&self) -> bool {
        !self.forker.orders.is_closed()
    }

    /// Whether another should take its place.
    pub(super) fn is_worn(&self) -> bool {
        self.forker.left.load(Ordering::Relaxed) == 0
    }

    /// What it has read.
    pub(super) fn files(&self) -> &Arc<Files> {
        &self.files
    }
}

impl Forker {
    /// Whether the system will refuse each fork for the reason that it gave: old or filtered kernels do.
    pub(super) fn is_for_good(error: &io::Error) -> bool {
        let errno = error.raw_os_error().map(Errno::from_raw_os_error);
        errno.is_some_and(|errno| [Errno::INVAL, Errno::NOSYS, Errno::PERM].contains(&errno))
    }

    /// A child that waits for its document.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn fork(&self) -> io::Result<Spare> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let (ours, theirs) = pipes(Wanted { stdin: true, document: true })?;
        let (reply, answer) = oneshot::channel();
        self.orders.send(Order { theirs, reply }).await.map_err(|_| gone())?;
        let process = answer.await.map_err(|_| gone())??;
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        Ok(Spare { process, ours, way: Way::Fork })
    }
}

#[cfg(test)]
mod tests {
    use super::source;

    #[test]
    fn a_compiled_module_is_as_old_as_its_source() {
        for (file, expected) in [
            ("/lib/flask/__pycache__/app.cpython-311.pyc", "/lib/flask/app.py"),
            ("/lib/flask/__pycache__/app.cpython-311.opt-1.pyc", "/lib/flask/app.py"),
            ("/lib/set.rb", "/lib/set.rb"),
        ] {
            assert_eq!(source(file.into()), std::path::Path::new(expected));
        }
    }
}
