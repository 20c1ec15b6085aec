//! Why a program could not be executed, found out after the fact: the kernel's error says little.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::Read,
    os::unix::ffi::OsStrExt,
    path::Path,
};

use rustix::io::Errno;

use crate::{
    failure::{Failure, Kind},
    os::StartError,
    service::Launch,
};

/// How much of a program is read to see what it is.
const HEAD: u64 = 4096;

/// The failure of a start, in a sentence of its own and with its remedy.
pub(super) fn explain(launch: &Launch, error: StartError) -> Failure {
    let program = Path::new(OsStr::from_bytes(launch.program.to_bytes()));
    match error {
        StartError::System(Errno::AGAIN | Errno::NOMEM) => {
            Failure::new(Kind::NoProcess, "the system has no process left to give")
                .remedy("raise the limit of processes (ulimit -u, pids.max), or lower --max-processes")
        }
        StartError::System(errno) => {
            Failure::new(Kind::StartFailed, format!("no process could be made: {}", words(errno)))
        }
        StartError::Directory(errno) => {
            let directory = launch.directory.to_string_lossy();
            Failure::new(Kind::StartFailed, format!("cannot enter {directory}: {}", words(errno)))
                .remedy("is the folder still there?")
        }
        StartError::Exec(errno) => explain_exec(program, errno),
    }
}

fn explain_exec(program: &Path, errno: Errno) -> Failure {
    let name = program.display();
    match errno {
        Errno::NOENT if !program.exists() => {
            Failure::new(Kind::ProgramMissing, format!("{name} is not there"))
                .remedy("install it, or name another")
        }
        Errno::NOENT => explain_missing_part(program),
        Errno::ACCESS | Errno::PERM => {
            Failure::new(Kind::NotExecutable, format!("{name} may not be executed"))
                .remedy(format!("chmod +x {name}, and check the mount's noexec and the folder's rights"))
        }
        Errno::NOEXEC => explain_format(program),
        Errno::TXTBSY => Failure::new(Kind::TextBusy, format!("{name} is still being written"))
            .remedy("write to another name and rename it into place"),
        Errno::TOOBIG => {
            Failure::new(Kind::StartFailed, format!("the environment is too long to start {name}"))
                .remedy("see --clear-env")
        }
        errno => Failure::new(Kind::StartFailed, format!("cannot execute {name}: {}", words(errno))),
    }
}

/// ENOENT for a file that exists: the interpreter or the loader that it names does not.
fn explain_missing_part(program: &Path) -> Failure {
    let name = program.display();
    let head = head(program);
    if let Some(line) = head.strip_prefix(b"#!") {
        let line = line.split(|&byte| byte == b'\n').next().unwrap_or_default();
        if line.ends_with(b"\r") {
            return Failure::new(
                Kind::BadInterpreter,
                format!("the first line of {name} ends in a carriage return"),
            )
            .remedy(format!("save it with Unix line ends: sed -i 's/\\r$//' {name}"));
        }
        let line = String::from_utf8_lossy(line);
        let interpreter = line.split_whitespace().next().unwrap_or("nothing");
        return Failure::new(
            Kind::BadInterpreter,
            format!("the first line of {name} asks for {interpreter}, and that is not there"),
        )
        .remedy("install it, or correct the line");
    }
    Failure::new(Kind::LoaderMissing, format!("the dynamic loader that {name} asks for is not there"))
        .remedy("it was built for another system or C library; build it here, or link it statically")
}

fn explain_format(program: &Path) -> Failure {
    let name = program.display();
    let head = head(program);
    if head.starts_with(b"\x7fELF") {
        return Failure::new(Kind::WrongFormat, format!("{name} was built for another kind of processor"))
            .remedy("build it for this machine");
    }
    Failure::new(Kind::WrongFormat, format!("{name} is no program that the kernel knows"))
        .remedy("give it a first line such as #!/bin/sh, or name its --language")
}

fn head(program: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    if fs::metadata(program).is_ok_and(|about| about.is_file())
        && let Ok(file) = File::open(program)
    {
        let _ = file.take(HEAD).read_to_end(&mut head);
    }
    head
}

fn words(errno: Errno) -> String {
    std::io::Error::from(errno).to_string()
}
