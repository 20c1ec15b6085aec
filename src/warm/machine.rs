//! What proc(5) tells of the machine and of one process, where it tells anything.

use std::{fs, thread::available_parallelism};

use rustix::{param::page_size, process::Pid};

/// Whether a core has nothing to do at this moment. Who asks has one itself.
pub(super) fn has_idle_core() -> bool {
    let cores = available_parallelism().map_or(1, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    runnable(&load).is_none_or(|runnable| runnable <= cores)
}

/// How many tasks run or want to: the first number of `1/234`, the fourth word of /proc/loadavg.
fn runnable(load: &str) -> Option<usize> {
    load.split_whitespace().nth(3)?.split_once('/')?.0.parse().ok()
}

/// Whether that process waits for something; one that is gone does, too.
pub(super) fn is_waiting(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    state(&status).is_none_or(|state| state != 'R' && state != 'D')
}

/// The third field of /proc/PID/stat; the second, a name in parentheses, may hold anything.
fn state(status: &str) -> Option<char> {
    status.rsplit_once(") ")?.1.chars().next()
}

/// The bytes of memory that are a process's own, as far as the kernel tells.
pub(super) fn memory(pid: Pid) -> u64 {
    let pages = fs::read_to_string(format!("/proc/{}/statm", pid.as_raw_nonzero())).unwrap_or_default();
    own_pages(&pages).unwrap_or_default() * page_size() as u64
}

/// Resident pages less those that are shared with files: the second and the third number of /proc/PID/statm.
fn own_pages(pages: &str) -> Option<u64> {
    let mut numbers = pages.split_whitespace().skip(1).map(str::parse::<u64>);
    let (resident, shared) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    Some(resident.saturating_sub(shared))
}

#[cfg(test)]
mod tests {
    use super::{own_pages, runnable, state};

    #[test]
    fn what_the_kernel_prints_is_understood() {
        assert_eq!(runnable("0.20 0.18 0.12 3/80 11206\n"), Some(3));
        assert_eq!((runnable(""), runnable("a b c d")), (None, None));
        assert_eq!(state("12 (a) R (b)) S 1 2 3"), Some('S'));
        assert_eq!(state(""), None);
        assert_eq!(own_pages("900 120 100 5 0 80 0\n"), Some(20));
        assert_eq!((own_pages("900"), own_pages("9 1 2")), (None, Some(0)));
    }
}
