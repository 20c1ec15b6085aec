//! One run of a compiler: its words and its exit, within bounds of time and text.

use std::{ffi::CString, future::Future, io, os::unix::ffi::OsStrExt, path::Path, pin::pin, time::Duration};

use tokio::time::timeout;

use super::recipe::{Command, Places};
use crate::{
    failure::{Failure, Kind},
    process::{Ended, Exit, Process, Reader, Wanted, no_pipes, pipes, start},
    service::{Launch, Strings},
};

/// How long one command may run.
const LONGEST_RUN: Duration = Duration::from_secs(300);
/// How long what a compiler has started may go on holding the pipes when itself has ended.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// How much of what a compiler says is kept: its beginning, where the first error is.
const MOST_TEXT: usize = 64 << 10;

/// What a command came to.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) code: i32,
    /// What it wrote to its standard output and its standard error.
    pub(super) text: String,
}

/// Runs the command to its end; dropped, its whole group is killed.
///
/// # Errors
/// When it could not be started, took too long, or was killed: nothing that the source is to blame for.
pub(super) async fn run(
    command: &Command,
    places: &Places<'_>,
    (environment, directory): (&Strings, &Path),
) -> Result<Said, Failure> {
    let c_string = |path: &Path| CString::new(path.as_os_str().as_bytes());
    let (Ok(program), Ok(directory)) = (c_string(&command.program), c_string(directory)) else {
        return Err(Failure::new(Kind::Internal, "a path of the build has a NUL in it"));
    };
    let words = command.words.iter().map(|word| places.fill(word));
    let arguments = std::iter::once(command.program.clone().into_os_string()).chain(words).collect();
    let launch = Launch { program, arguments, environment: Strings::default(), directory, _keep: None };
    let no_pipes = |error: io::Error| no_pipes(&error);
    let (ours, theirs) = pipes(Wanted { stdin: false, document: false }).map_err(no_pipes)?;
    let stdout = Reader::new(ours.stdout).map_err(no_pipes)?;
    let stderr = Reader::new(ours.stderr).map_err(no_pipes)?;
    let mut process = start(&launch, environment, theirs).await?;
    let (mut printed, mut said) = (Vec::new(), Vec::new());
    let name = command.program.file_name().unwrap_or_default().display().to_string();
    let words = async { tokio::join!(text(&stdout, &mut printed), text(&stderr, &mut said)) };
    let Ok(ended) = timeout(LONGEST_RUN, end(&mut process, words)).await else {
        process.kill().await;
        let message = format!("{name} was not done in {LONGEST_RUN:?} and was ended");
        return Err(Failure::new(Kind::Build, message));
    };
    let text = [said, printed].concat();
    match ended.exit {
        Exit::Code(code) => Ok(Said { code, text: String::from_utf8_lossy(&text).into_owned() }),
        Exit::Signal(signal) => {
            let message = format!("{name} was ended by signal {signal}");
            Err(Failure::new(Kind::Build, message).remedy("perhaps the system was out of memory"))
        }
        Exit::Unknown => Err(Failure::new(Kind::Internal, format!("how {name} ended is not known"))),
    }
}

/// Waits for the exit, and for the end of the words or what is left of them then: a server that a compiler starts for
/// its next runs may keep the pipes for as long as it lives.
async fn end(process: &mut Process, words: impl Future) -> Ended {
    let mut words = pin!(words);
    tokio::select! {
        _ = &mut words => process.ended().await,
        ended = process.ended() => {
            let _ = timeout(LAST_WORDS, words).await;
            ended
        }
    }
}

/// The beginning of what a pipe carries; the rest is read and left out, so that the writer can go on.
async fn text(pipe: &Reader, kept: &mut Vec<u8>) {
    let mut piece = Vec::with_capacity(4 << 10);
    while let Ok(1..) = pipe.read(&mut piece).await {
        let room = MOST_TEXT.saturating_sub(kept.len()).min(piece.len());
        kept.extend_from_slice(&piece[..room]);
        piece.clear();
    }
}
