//! What is used of the kernel, and whether it is there: a filter before it can take away what it has.

use std::{
    env, fs, io,
    path::Path,
    process,
    time::{Duration, Instant},
};

use rustix::process::{PidfdFlags, getpid, pidfd_open};

use super::finding::{Finding, Group};
use crate::{
    os::{has_clone_pidfd, has_close_range},
    process::{guard, probe},
};

/// The oldest kernel that is promised to do.
const OLDEST: (u32, u32) = (5, 10);
const STARTS: usize = 3;
/// A start of this very program takes some milliseconds.
const SLOW_START: Duration = Duration::from_millis(50);

/// One finding for each.
pub(super) fn findings() -> Vec<Finding> {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").ok();
    let findings = [
        release.map(|release| version(release.trim())),
        Some(descriptors()),
        Some(pidfd()),
        Some(guardian(guard())),
        starts(),
        // What the start before it has found.
        Some(clone_pidfd(has_clone_pidfd())),
        Some(close_range(has_close_range())),
        (process::id() == 1).then(process_1),
    ];
    findings.into_iter().flatten().collect()
}

fn finding(check: &str, seen: impl Into<String>) -> Finding {
    Finding::new(Group::Kernel, check, seen)
}

fn version(release: &str) -> Finding {
    let mut numbers = release.split(|character: char| !character.is_ascii_digit()).map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) < OLDEST => {
            finding("version", format!("Linux {release}"))
                .problem(format!("use Linux {}.{} or newer", OLDEST.0, OLDEST.1))
        }
        _ => finding("version", format!("Linux {release}")),
    }
}

/// Services reach their descriptors 3 and 4 by these paths.
fn descriptors() -> Finding {
    let finding = |seen: &str| finding("descriptors", seen);
    if !Path::new("/proc/self/fd").is_dir() {
        return finding("/proc is not mounted, and services reach descriptors 3 and 4 through it")
            .problem("mount -t proc proc /proc");
    }
    if !Path::new("/dev/fd").is_dir() {
        return finding("there is no /dev/fd, by which services reach descriptors 3 and 4")
            .problem("ln -s /proc/self/fd /dev/fd");
    }
    match fs::File::options().read(true).write(true).open("/dev/null") {
        Err(_) => finding("/dev/null cannot be opened").problem("mknod -m 666 /dev/null c 1 3"),
        Ok(_) => finding("/proc, /dev/fd and /dev/null are there"),
    }
}

fn pidfd() -> Finding {
    match pidfd_open(getpid(), PidfdFlags::empty()) {
        Ok(_) => finding("pidfd", "processes are watched by descriptors"),
        Err(error) => finding("pidfd", format!("pidfd_open is refused: {}", io::Error::from(error)))
            .problem("let the sandbox or the container's seccomp profile allow it"),
    }
}

/// What ends the services when the server is killed.
fn guardian(guard: io::Result<()>) -> Finding {
    match guard {
        Ok(()) => finding("guardian", "nothing outlives a server that is killed"),
        Err(error) => finding("guardian", format!("no process can be made to guard the others: {error}"))
            .problem("raise the limit of processes (ulimit -u, pids.max)"),
    }
}

/// Starts this program, as services are started; the fastest time counts.
fn starts() -> Option<Finding> {
    let own = env::current_exe().ok()?;
    let start = || {
        let begun = Instant::now();
        probe(&own, &["--version"], (Path::new("/"), &[])).map(|_| begun.elapsed())
    };
    let times: io::Result<Vec<_>> = (0..STARTS).map(|_| start()).collect();
    Some(match times {
        Err(error) => finding("starts", format!("no process can be started: {error}"))
            .problem("raise the limits of processes and open files (ulimit -u, pids.max, ulimit -Hn)"),
        Ok(times) => {
            let fastest = times.into_iter().min().unwrap_or_default();
            let seen = finding("starts", format!("this program starts and ends in {fastest:.1?}"));
            let remedy =
                "see what is slow here: a tracer, a virus scanner, a network file system, other work";
            if fastest > SLOW_START { seen.advice(remedy) } else { seen }
        }
    })
}

fn clone_pidfd(is_there: bool) -> Finding {
    match is_there {
        true => finding("clone", "a start makes the descriptor that its process is watched by"),
        false => finding("clone", "CLONE_PIDFD is refused: each start takes one more system call")
            .advice("in a container use a runtime whose seccomp profile allows it"),
    }
}

fn close_range(is_there: bool) -> Finding {
    match is_there {
        true => finding("close_range", "a start costs the same however many connections are open"),
        false => finding("close_range", "it is refused: a start copies the table of all open descriptors")
            .advice("use Linux 5.9 or newer; in a container a runtime whose seccomp profile allows it"),
    }
}

fn process_1() -> Finding {
    let seen = finding("process 1", "orphans are reaped, and services listen on loopback only");
    match env::var_os("PORT") {
        Some(_) => finding("process 1", "orphans are reaped; PORT decides where services listen"),
        None => seen.advice("to be reached from outside of the container use -h 0.0.0.0 or set PORT"),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{super::finding::Level, clone_pidfd, close_range, guardian, version};

    #[test]
    fn old_kernels_are_problems() {
        for (release, level) in [
            ("4.19.0-27-amd64", Level::Problem),
            ("5.9.16", Level::Problem),
            ("5.10.0", Level::Ok),
            ("6.1-rc1", Level::Ok),
            ("10.0", Level::Ok),
            ("strange", Level::Ok),
        ] {
            assert_eq!(version(release).level, level, "{release}");
        }
    }

    #[test]
    fn what_is_refused_has_a_remedy() {
        assert_eq!(close_range(true).level, Level::Ok);
        assert_eq!(close_range(false).level, Level::Advice);
        assert_eq!(clone_pidfd(true).level, Level::Ok);
        assert_eq!(clone_pidfd(false).level, Level::Advice);
        assert_eq!(guardian(Err(io::ErrorKind::OutOfMemory.into())).level, Level::Problem);
    }
}
