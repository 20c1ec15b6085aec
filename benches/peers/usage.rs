//! What the processes of a server take of the machine, from proc(5).

use std::collections::HashMap;
use std::fs;

use anyhow::Context;

use crate::servers::Target;

/// The bit of SIGCHLD in a mask of signals.
const CHILD_SIGNAL: u64 = 1 << 16;

/// The unit of proc(5)'s times, USER_HZ, which is the same on every machine that Rust runs Linux on.
const TICKS: f64 = 100.0;

/// A process as `/proc/PID/stat` has it.
#[derive(Debug)]
struct Process {
    id: u32,
    parent: u32,
    name: String,
    /// Its own time and that of the children it has reaped, in seconds.
    with_children: f64,
}

/// Seconds of processor time, of a server with all that it started.
pub(crate) fn seconds(target: &Target) -> f64 {
    tree(target).iter().map(|process| process.with_children).sum()
}

/// Whether all that it started is in [`seconds`]. It is not where a process ignores SIGCHLD: the kernel then reaps
/// its children, and adds their times to nobody's.
pub(crate) fn counts_children(target: &Target) -> bool {
    let ignores = |process: &Process| {
        let mask = status(process.id, "SigIgn").ok();
        mask.is_some_and(|mask| u64::from_str_radix(&mask, 16).is_ok_and(|mask| mask & CHILD_SIGNAL != 0))
    };
    !tree(target).iter().any(ignores)
}

/// Seconds for which the whole machine has worked, without those of this process.
pub(crate) fn others() -> anyhow::Result<f64> {
    let text = fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().context("/proc/stat is empty")?;
    let times: Vec<f64> = line.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect();
    // user, nice, system, then idle and waiting for a disk, which are no work, then interrupts.
    let busy: f64 = [0, 1, 2, 5, 6].iter().filter_map(|&column| times.get(column)).sum();
    let own = process(std::process::id()).context("this process is not in /proc")?;
    Ok(busy / TICKS - own.with_children)
}

/// The peaks of resident memory of a server's processes, added up, in MB; without the services that it runs.
pub(crate) fn peak(target: &Target, service: &str) -> f64 {
    let servers = tree(target).into_iter().filter(|process| process.name != service && process.name != "sh");
    servers.filter_map(|process| kibibytes(&status(process.id, "VmHWM").ok()?)).sum::<f64>() * 1024.0 / 1e6
}

/// The memory of a server's processes, in MB; what they share is counted once.
pub(crate) fn proportional(target: &Target) -> anyhow::Result<f64> {
    let mut sum = 0.0;
    for process in tree(target) {
        let path = format!("/proc/{}/smaps_rollup", process.id);
        // A process that has ended meanwhile takes nothing.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
        sum += line.and_then(kibibytes).with_context(|| format!("no Pss in {path}"))?;
    }
    Ok(sum * 1024.0 / 1e6)
}

/// The processes of a server, those that it was started as and all below them.
fn tree(target: &Target) -> Vec<Process> {
    let (mut children, mut found) = (HashMap::<u32, Vec<Process>>::new(), Vec::new());
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let all = entries.filter_map(|entry| process(entry.file_name().to_str()?.parse().ok()?));
    let roots = target.group.roots();
    for process in all {
        if roots.contains(&process.id) {
            found.push(process);
        } else {
            children.entry(process.parent).or_default().push(process);
        }
    }
    let mut next = 0;
    while next < found.len() {
        found.extend(children.remove(&found[next].id).unwrap_or_default());
        next += 1;
    }
    found
}

fn process(id: u32) -> Option<Process> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name stands in parentheses and can hold any byte.
    let (front, back) = text.rsplit_once(')')?;
    let name = front.split_once('(')?.1.to_owned();
    let words: Vec<&str> = back.split_whitespace().collect();
    // utime, stime, cutime and cstime are the fields 14 to 17; the state, the first word here, is field 3.
    let ticks: f64 = words.get(11..15)?.iter().filter_map(|word| word.parse::<f64>().ok()).sum();
    Some(Process { id, parent: words.get(1)?.parse().ok()?, name, with_children: ticks / TICKS })
}

fn status(id: u32, field: &str) -> anyhow::Result<String> {
    let path = format!("/proc/{id}/status");
    let text = fs::read_to_string(&path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    Ok(line.with_context(|| format!("no {field} in {path}"))?.trim().to_owned())
}

fn kibibytes(text: &str) -> Option<f64> {
    text.trim().strip_suffix(" kB")?.parse().ok()
}
