//! All unsafe code: clone(2), fork(2), wait4(2) and one shared page table of pids. Knows nothing of HTTP.
//!
//! A child begins in the server's own memory and descriptor table (`CLONE_VM | CLONE_VFORK | CLONE_FILES`),
//! so that a start copies neither page tables nor descriptors, whatever the server holds. Until its
//! `execve` it may therefore only make system calls, allocate nothing and touch no lock.

use std::{
    ffi::CStr,
    io,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd},
    ptr,
    sync::atomic::{AtomicBool, AtomicI32, Ordering},
    time::Duration,
};

use libc::{c_char, c_int, c_uint, c_void};
use rustix::{io::Errno, process::Pid};
use tokio::io::{Interest, unix::AsyncFd};

use crate::service::{Launch, Strings};

/// How many descriptors the contract knows: stdin, stdout, stderr, control, document.
pub(crate) const DESCRIPTORS: usize = 5;

const CLOSE_RANGE_UNSHARE: c_uint = 1 << 1;
const HIGHEST_SIGNAL: c_int = 64;
/// The kernel's `struct sigaction` for SIG_DFL: handler, flags, restorer and mask are all zero.
const DEFAULT_ACTION: [u64; 4] = [0; 4];
/// The documented soft limit of a child's descriptors, whatever the server raised its own to.
const CHILD_DESCRIPTORS: libc::rlim_t = 1024;

/// Whether this kernel makes the descriptor of a process along with the process (Linux 5.2).
static PIDFD_BY_CLONE: AtomicBool = AtomicBool::new(true);

/// What one start needs beside its `Launch`.
pub(crate) struct Start<'a> {
    pub(crate) launch: &'a Launch,
    pub(crate) environment: &'a Strings,
    /// Where the child's descriptors 0 to 4 are now; none above 2 means closed. All are above 4.
    pub(crate) sources: [Option<BorrowedFd<'a>>; DESCRIPTORS],
    /// The first descriptor above all sources: from here on the child's table is never copied.
    pub(crate) above: u32,
    /// Where the child writes its own pid, for the guardian.
    pub(crate) seat: &'a AtomicI32,
}

/// A process that was started and is not reaped.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) pid: Pid,
    pub(crate) pidfd: OwnedFd,
}

/// Why no process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartError {
    /// The system gave no process or descriptor.
    System(Errno),
    /// The working directory could not be entered.
    Directory(Errno),
    /// The program could not be executed.
    Exec(Errno),
}

/// How a process ended, and what it cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waited {
    /// The status as wait(2) encodes it.
    pub(crate) status: c_int,
    pub(crate) cpu: Duration,
    /// The high water of resident memory in bytes, as the kernel gives it.
    pub(crate) resident: u64,
}

/// Everything that the child reads; lives on the sleeping parent's stack.
struct Child {
    program: *const c_char,
    arguments: *const *const c_char,
    environment: *const *const c_char,
    directory: *const c_char,
    sources: [RawFd; DESCRIPTORS],
    above: c_uint,
    shares_descriptors: bool,
    limit: libc::rlimit,
    seat: *const AtomicI32,
    failed_at: Step,
    error: c_int,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Nothing,
    Descriptors,
    Directory,
    Exec,
}

/// Starts one process on `stack`, with exactly the descriptors that `start` names.
///
/// The calling thread sleeps until the child has executed its program (about 50 µs; as long as a
/// dead network file system holds `execve`). See clone(2), close_range(2), execve(2).
///
/// # Errors
/// What the kernel answered, told apart by the step that failed.
pub(crate) fn start(start: &Start<'_>, stack: &mut [u8]) -> Result<Started, StartError> {
    let arguments = pointers(&start.launch.arguments);
    let environment = pointers(start.environment);
    let mut child = Child {
        program: start.launch.program.as_ptr(),
        arguments: arguments.as_ptr(),
        environment: environment.as_ptr(),
        directory: start.launch.directory.as_ptr(),
        sources: start.sources.map(|source| source.map_or(-1, |source| source.as_raw_fd())),
        above: start.above,
        shares_descriptors: has_close_range(),
        limit: descriptor_limit(),
        seat: start.seat,
        failed_at: Step::Nothing,
        error: 0,
    };
    let started = clone_with_fallback(&mut child, stack).map_err(StartError::System)?;
    let kind = match child.failed_at {
        Step::Nothing => return Ok(started),
        Step::Descriptors => StartError::System,
        Step::Directory => StartError::Directory,
        Step::Exec => StartError::Exec,
    };
    start.seat.store(0, Ordering::Release);
    // The child has left by `_exit` already, so this returns as soon as the kernel has tidied up.
    let _ = wait(started.pid, Wait::UntilExit);
    Err(kind(Errno::from_raw_os_error(child.error)))
}

/// The null-terminated array that `execve` takes.
fn pointers(strings: &Strings) -> Vec<*const c_char> {
    let base = strings.bytes().as_ptr();
    let words = strings.starts().iter().map(|&start| base.wrapping_add(start).cast::<c_char>());
    words.chain([ptr::null()]).collect()
}

/// Whether a start makes the descriptor of its process; every start so far has found it so.
#[cfg(feature = "cli")]
pub(crate) fn has_clone_pidfd() -> bool {
    PIDFD_BY_CLONE.load(Ordering::Relaxed)
}

/// Old or filtered kernels refuse `CLONE_PIDFD`; they get the descriptor from `pidfd_open`.
fn clone_with_fallback(child: &mut Child, stack: &mut [u8]) -> Result<Started, Errno> {
    if PIDFD_BY_CLONE.load(Ordering::Relaxed) {
        match clone(child, stack, libc::CLONE_PIDFD) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::PERM) => PIDFD_BY_CLONE.store(false, Ordering::Relaxed),
            other => return other,
        }
    }
    clone(child, stack, 0)
}

fn clone(child: &mut Child, stack: &mut [u8], extra: c_int) -> Result<Started, Errno> {
    let mut flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD | extra;
    if child.shares_descriptors {
        flags |= libc::CLONE_FILES;
    }
    let mut pidfd: c_int = -1;
    // The stack grows down from a top that the ABI wants aligned to 16 bytes.
    let end = stack.as_mut_ptr_range().end;
    let top = end.wrapping_sub(end.addr() & 15);
    // SAFETY: `top` is the aligned end of memory that this call alone uses, and CLONE_VFORK keeps this
    // thread, and so `child`, the arrays it points to and the stack, in place until the child has left this
    // memory by execve or _exit. All signals are blocked, so that no handler of the server runs in the
    // child. `in_child` only makes system calls. `pidfd` is valid for the one write that CLONE_PIDFD makes.
    let (pid, error) = unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_BLOCK, &all, &mut before);
        let argument = ptr::from_mut(child).cast::<c_void>();
        let pid = libc::clone(in_child, top.cast(), flags, argument, &mut pidfd);
        let error = *libc::__errno_location();
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, ptr::null_mut());
        (pid, error)
    };
    let pid = Pid::from_raw(pid.max(0)).ok_or_else(|| Errno::from_raw_os_error(error))?;
    if pidfd >= 0 {
        // SAFETY: the kernel has just made this descriptor for us and nobody else knows it.
        return Ok(Started { pid, pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) } });
    }
    let pidfd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())?;
    Ok(Started { pid, pidfd })
}

/// The child's whole life before its program. Ends by `execve` or `_exit`, never by returning.
extern "C" fn in_child(argument: *mut c_void) -> c_int {
    // SAFETY: `argument` is the `Child` of the parent that sleeps in `clone`, which nobody else touches.
    let child = unsafe { &mut *argument.cast::<Child>() };
    // SAFETY: every call below is a bare system call (async-signal-safe, signal-safety(7)) on descriptors and
    // pointers that `Child` promises; no memory is allocated and no destructor runs, since `_exit` ends it.
    unsafe {
        child.failed_at = prepare(child);
        if child.failed_at == Step::Nothing {
            libc::execve(child.program, child.arguments, child.environment);
            child.failed_at = Step::Exec;
        }
        child.error = *libc::__errno_location();
        libc::_exit(127)
    }
}

/// From the clone to the brink of `execve`. The order matters: see the comments.
///
/// # Safety
/// Only for a child that `clone` has just made.
unsafe fn prepare(child: &Child) -> Step {
    // SAFETY: as promised to `in_child`.
    unsafe {
        // First the guardian's seat, while the server's descriptors are still shared: the pipe whose end tells
        // the guardian that the server is gone cannot close before this write.
        (*child.seat).store(libc::getpid(), Ordering::Release);
        // Until this call the table is the server's own: nothing may change a descriptor before it.
        if child.shares_descriptors
            && libc::syscall(libc::SYS_close_range, child.above, c_uint::MAX, CLOSE_RANGE_UNSHARE) != 0
        {
            return Step::Descriptors;
        }
        for (target, &source) in (0..).zip(&child.sources) {
            let done = if source < 0 { libc::close(target).max(0) } else { libc::dup2(source, target) };
            if done < 0 {
                return Step::Descriptors;
            }
        }
        // Without close_range (before Linux 5.9) what is left is close-on-exec.
        libc::syscall(libc::SYS_close_range, DESCRIPTORS as c_uint, c_uint::MAX, 0);
        for signal in 1..=HIGHEST_SIGNAL {
            // Ignored signals would survive exec. By the bare call, since the C library refuses its own two, which
            // it may itself have left ignored; KILL and STOP refuse, as they may.
            libc::syscall(libc::SYS_rt_sigaction, signal, &DEFAULT_ACTION, 0, size_of::<u64>());
        }
        libc::setsid();
        libc::setrlimit(libc::RLIMIT_NOFILE, &child.limit);
        if libc::chdir(child.directory) != 0 {
            return Step::Directory;
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, ptr::null_mut());
    }
    Step::Nothing
}

/// Whether close_range(2) is there (Linux 5.9, and no filter before it); asked once.
pub(crate) fn has_close_range() -> bool {
    static THERE: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| {
        // SAFETY: the range holds no descriptor, and without UNSHARE the call changes nothing else.
        unsafe { libc::syscall(libc::SYS_close_range, c_uint::MAX, c_uint::MAX, 0) == 0 }
    });
    *THERE
}

/// The limit that children get back, from the server's hard one.
fn descriptor_limit() -> libc::rlimit {
    static LIMIT: std::sync::LazyLock<libc::rlimit> = std::sync::LazyLock::new(|| {
        let hard = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
        let hard = hard.unwrap_or(libc::RLIM_INFINITY);
        libc::rlimit { rlim_cur: hard.min(CHILD_DESCRIPTORS), rlim_max: hard }
    });
    *LIMIT
}

/// Whether to wait for an exit that has not come yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    Not,
    UntilExit,
}

/// Reaps a child of this process, with what it cost; `None` while it runs. See wait4(2).
///
/// # Errors
/// `ECHILD` when somebody else has reaped it.
pub(crate) fn wait(pid: Pid, wait: Wait) -> Result<Option<Waited>, Errno> {
    let options = if wait == Wait::Not { libc::WNOHANG } else { 0 };
    let mut status: c_int = 0;
    loop {
        // SAFETY: `status` and `usage` are ours and valid for the writes of this call; rusage may be all zero.
        let (answer, usage) = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            (libc::wait4(pid.as_raw_nonzero().get(), &mut status, options, &mut usage), usage)
        };
        match answer {
            0 => return Ok(None),
            -1 => match io::Error::last_os_error().raw_os_error().map(Errno::from_raw_os_error) {
                Some(Errno::INTR) => {}
                error => return Err(error.unwrap_or(Errno::CHILD)),
            },
            _ => {
                let cpu = duration(usage.ru_utime) + duration(usage.ru_stime);
                let resident = u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024;
                return Ok(Some(Waited { status, cpu, resident }));
            }
        }
    }
}

/// A child of this process that has ended and is not reaped, and stays so. See waitid(2).
pub(crate) fn any_zombie() -> Option<Pid> {
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: `about` is ours, may be all zero, and is valid for the write; `si_pid` is set, or zero as before,
    // whatever waitid answers.
    let pid = unsafe {
        let mut about: libc::siginfo_t = std::mem::zeroed();
        libc::waitid(libc::P_ALL, 0, &mut about, options);
        about.si_pid()
    };
    Pid::from_raw(pid)
}

fn duration(time: libc::timeval) -> Duration {
    let (seconds, micros) = (u64::try_from(time.tv_sec), u64::try_from(time.tv_usec));
    Duration::from_secs(seconds.unwrap_or(0)) + Duration::from_micros(micros.unwrap_or(0))
}

/// The high water of this process's own resident memory in bytes, since its start or its last exec.
pub(crate) fn own_resident() -> u64 {
    // SAFETY: `usage` is ours and valid for the write; rusage may be all zero.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    u64::try_from(usage.ru_maxrss).unwrap_or(0) * 1024
}

/// Has the runtime wait for a descriptor's readiness.
///
/// # Errors
/// What epoll_ctl(2) answered.
pub(crate) fn watch(descriptor: OwnedFd, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an `OwnedFd` is open until its drop, stands for one and the same file for all that time, and is
    // owned by the `AsyncFd` from here on.
    Ok(unsafe { AsyncFd::register_with_interest(descriptor, interest) }?)
}

/// `length` pids in memory that this process shares with what it forks; zeroed, and kept for ever.
///
/// # Errors
/// What mmap(2) answered.
pub(crate) fn shared_pids(length: usize) -> io::Result<&'static [AtomicI32]> {
    use rustix::mm::{MapFlags, ProtFlags};
    let bytes = length * size_of::<AtomicI32>();
    // SAFETY: a fresh anonymous mapping at an address of the kernel's choice overlaps nothing; it is zeroed,
    // page-aligned, large enough for `length` atomics, and never unmapped, so 'static holds.
    unsafe {
        let flags = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
        let memory = rustix::mm::mmap_anonymous(ptr::null_mut(), bytes, flags.0, flags.1)?;
        Ok(std::slice::from_raw_parts(memory.cast::<AtomicI32>(), length))
    }
}

/// Forks the guardian: a process that blocks on `pipe` and, at its end, kills every group in `pids`.
///
/// # Errors
/// What fork(2) or pidfd_open(2) answered.
pub(crate) fn fork_guardian(pipe: BorrowedFd<'_>, pids: &[AtomicI32]) -> io::Result<Started> {
    // SAFETY: the child of a process with threads may only make async-signal-safe calls, and `guard` makes
    // no other; it never returns.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        guard(pipe.as_raw_fd(), pids);
    }
    let pid = Pid::from_raw(pid.max(0)).ok_or_else(io::Error::last_os_error)?;
    let pidfd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty())?;
    Ok(Started { pid, pidfd })
}

fn guard(pipe: RawFd, pids: &[AtomicI32]) -> ! {
    const NAME: &CStr = c"stack-guardian";
    // SAFETY: bare system calls on our own descriptors, and kill(2) on groups that the server led; the memory
    // of `pids` is shared and mapped here too.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::sigprocmask(libc::SIG_SETMASK, &all, ptr::null_mut());
        libc::setsid();
        libc::chdir(c"/".as_ptr());
        libc::prctl(libc::PR_SET_NAME, NAME.as_ptr());
        libc::dup2(pipe, 0);
        if libc::syscall(libc::SYS_close_range, 1 as c_uint, c_uint::MAX, 0) != 0 {
            (1..1024).for_each(|descriptor| {
                libc::close(descriptor);
            });
        }
        let mut byte = 0u8;
        while libc::read(0, ptr::from_mut(&mut byte).cast(), 1) != 0 {}
        for pid in pids.iter().map(|seat| seat.load(Ordering::Acquire)).filter(|&pid| pid > 1) {
            // The leader itself too: it may not have reached its `setsid` yet.
            libc::kill(-pid, libc::SIGKILL);
            libc::kill(pid, libc::SIGKILL);
        }
        libc::_exit(0)
    }
}
