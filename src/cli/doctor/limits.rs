//! How many requests fit into what this user, this container and the kernel allow.

use std::{fs, path::Path};

use rustix::process::{Resource, geteuid, getrlimit};

use super::{
    cgroup::{Controller, lowest},
    finding::{Finding, Group},
    folders::rounded,
};
use crate::{cli::listen::BACKLOG, config::units::Size};

/// What the server opens for itself, its pads and its listener among it.
const OWN_FILES: u64 = 64;
/// The pipes and the descriptor of a process, and the connection of its request.
const FILES_A_REQUEST: u64 = 7;
/// What `--max-processes` and `--queue` are when they are not given.
const PROCESSES: u64 = 256;
/// Fewer at once is no server.
const FEW: u64 = 16;
/// The processes of a service and of what it starts, with room for other programs.
const PROCESSES_OF_A_USER: u64 = 4 * PROCESSES;
/// What an interpreter has resident, some more and some less.
const MEMORY_A_PROCESS: u64 = 16 << 20;
/// As many pids as the kernel gives by default on a small machine.
const PIDS: u64 = 32_768;
/// The kernel's default: 1,024 pipes of 16 pages.
const PIPE_PAGES: u64 = 16_384;
const PAGES_A_PIPE: u64 = 16;

/// One finding for each limit that this system tells.
pub(super) fn findings() -> Vec<Finding> {
    let is_root = geteuid().is_root();
    let kernel = |path: &str| fs::read_to_string(path).ok()?.trim().parse().ok();
    let memberships = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let group = |controller| lowest(Path::new("/sys/fs/cgroup"), &memberships, controller);
    let files = getrlimit(Resource::Nofile);
    let processes = getrlimit(Resource::Nproc).current.filter(|_| !is_root);
    let findings = [
        Some(open_files(files.maximum)),
        Some(user_processes(processes)),
        group(Controller::Processes).map(group_processes),
        group(Controller::Memory).map(group_memory),
        kernel("/proc/sys/kernel/pid_max").map(pids),
        kernel("/proc/sys/fs/pipe-user-pages-soft").map(|pages| pipes(pages, is_root)),
        kernel("/proc/sys/net/core/somaxconn").map(backlog),
    ];
    findings.into_iter().flatten().collect()
}

fn finding(check: &str, seen: impl Into<String>) -> Finding {
    Finding::new(Group::Limits, check, seen)
}

/// The hard limit counts: the server raises its soft one to it.
fn open_files(hard: Option<u64>) -> Finding {
    let Some(hard) = hard else { return finding("open files", "not limited") };
    let room = hard.saturating_sub(OWN_FILES) / FILES_A_REQUEST;
    let seen = finding("open files", format!("{hard} (ulimit -Hn), room for some {room} requests at once"));
    let remedy = "raise the hard limit: ulimit -Hn, LimitNOFILE= of systemd, --ulimit nofile= of docker";
    match room {
        ..FEW => seen.problem(remedy),
        FEW..PROCESSES => seen.advice(format!("{remedy}; or lower --max-processes")),
        _ => seen,
    }
}

fn user_processes(limit: Option<u64>) -> Finding {
    let Some(limit) = limit else { return finding("processes", "this user's are not limited") };
    let seen = finding("processes", format!("{limit} processes and threads of this user (ulimit -u)"));
    let remedy = "raise the limit: ulimit -u, LimitNPROC= of systemd; or lower --max-processes";
    if limit < PROCESSES_OF_A_USER { seen.advice(remedy) } else { seen }
}

fn group_processes(limit: u64) -> Finding {
    let seen = finding("control group", format!("{limit} processes and threads (pids.max)"));
    let remedy = "raise it: TasksMax= of systemd, --pids-limit of docker; or lower --max-processes";
    match limit {
        ..FEW => seen.problem(remedy),
        FEW..PROCESSES_OF_A_USER => seen.advice(remedy),
        _ => seen,
    }
}

fn group_memory(limit: u64) -> Finding {
    let fitting = limit / MEMORY_A_PROCESS;
    let seen = format!("{} of memory (memory.max)", Size((limit >> 20) << 20));
    if fitting >= PROCESSES {
        return finding("control group", seen);
    }
    let seen = format!("{seen}: {} for each of {PROCESSES} processes", rounded(limit / PROCESSES));
    let remedy = format!("lower --max-processes, to {} at {} each", fitting.max(1), Size(MEMORY_A_PROCESS));
    finding("control group", seen).advice(remedy)
}

fn pids(limit: u64) -> Finding {
    let seen = finding("process numbers", format!("{limit} (kernel.pid_max)"));
    if limit < PIDS { seen.advice(format!("sysctl -w kernel.pid_max={PIDS}")) } else { seen }
}

/// The pipes that a user makes beyond that hold 8 KiB; nothing relies on more, but large bodies move slower.
fn pipes(pages: u64, is_root: bool) -> Finding {
    if is_root || pages == 0 {
        return finding("pipes", "not limited");
    }
    let seen = format!(
        "{} of 64K for this user (fs.pipe-user-pages-soft), smaller ones after",
        pages / PAGES_A_PIPE
    );
    let remedy = format!("sysctl -w fs.pipe-user-pages-soft={PIPE_PAGES}");
    if pages < PIPE_PAGES { finding("pipes", seen).advice(remedy) } else { finding("pipes", seen) }
}

fn backlog(limit: u64) -> Finding {
    let wanted = u64::from(BACKLOG);
    let seen = format!("{limit} connections wait to be accepted (net.core.somaxconn)");
    let remedy = format!("for bursts of connections: sysctl -w net.core.somaxconn={wanted}");
    if limit < wanted { finding("backlog", seen).advice(remedy) } else { finding("backlog", seen) }
}

#[cfg(test)]
mod tests {
    use super::{
        super::finding::{Finding, Level},
        backlog, group_memory, group_processes, open_files, pids, pipes, user_processes,
    };

    #[test]
    fn limits_are_judged_by_the_requests_that_fit() {
        let advice = |finding: Finding, expected: Level| {
            assert_eq!(finding.level, expected, "{finding:?}");
            assert_eq!(finding.remedy.is_none(), expected == Level::Ok, "{finding:?}");
        };
        advice(open_files(Some(64)), Level::Problem);
        advice(open_files(Some(1024)), Level::Advice);
        advice(open_files(Some(20_000)), Level::Ok);
        advice(open_files(None), Level::Ok);
        advice(user_processes(Some(100)), Level::Advice);
        advice(user_processes(Some(96_365)), Level::Ok);
        advice(user_processes(None), Level::Ok);
        advice(group_processes(10), Level::Problem);
        advice(group_processes(100), Level::Advice);
        advice(group_processes(4096), Level::Ok);
        advice(group_memory(512 << 20), Level::Advice);
        advice(group_memory(8 << 30), Level::Ok);
        advice(pids(300), Level::Advice);
        advice(pids(4_194_304), Level::Ok);
        advice(pipes(1024, false), Level::Advice);
        advice(pipes(1024, true), Level::Ok);
        advice(pipes(0, false), Level::Ok);
        advice(pipes(16_384, false), Level::Ok);
        advice(backlog(128), Level::Advice);
        advice(backlog(4096), Level::Ok);
    }

    #[test]
    fn the_numbers_that_are_told() {
        assert!(open_files(Some(1024)).seen.contains("137 requests"));
        let memory = group_memory(512 << 20);
        assert_eq!(memory.seen, "512M of memory (memory.max): 2M for each of 256 processes");
        assert_eq!(memory.remedy.unwrap(), "lower --max-processes, to 32 at 16M each");
        assert!(pipes(16_384, false).seen.starts_with("1024 of 64K"));
    }
}
