//! Clients that leave: however they do it, the process and its group are told within 100 ms.

use std::time::{Duration, Instant};

use super::{LONG_GRACE, Shell, assert_soon, assert_within, time_to_end};
use crate::harness::{Connection, End, eventually, wait_for_exit};

/// How often a client leaves in each way.
const ROUNDS: usize = 5;

/// Every path notes the leader and a child of it.
const SERVICES: &str = "[ $PATH_INFO = /late ] || { sleep 60 & echo $! >> \"$HERE/pids\"; }
echo $$ >> \"$HERE/pids\"
case $PATH_INFO in
/silent) wait ;;
/writes) while echo line; do sleep 0.005; done ;;
/floods) exec cat /dev/zero ;;
/begins) echo begun; wait ;;
/reads) echo begun; exec cat > /dev/null ;;
/late) [ \"$REQUEST_METHOD\" = POST ] && input=$(cat); sleep 0.3; echo \"late $input\" ;;
esac";

/// Has services run that were asked for by `request`, lets their clients leave, and expects the whole groups to go.
fn assert_ends<K>(shell: &Shell, request: impl AsRef<[u8]>, leave: impl Fn(Connection) -> K) {
    assert_ends_after(shell, request, |_| (), leave);
}

/// The same where a client reads before it leaves.
fn assert_ends_after<K>(
    shell: &Shell,
    request: impl AsRef<[u8]>,
    read: impl Fn(&mut Connection),
    leave: impl Fn(Connection) -> K,
) {
    assert_soon((0..ROUNDS).map(|_| {
        let before = shell.folder.lines("pids");
        let mut connection = shell.server.connect();
        connection.send(&request);
        let pids = shell.wait_for_pids(before + 2);
        read(&mut connection);
        let start = Instant::now();
        let _kept = leave(connection);
        let took = time_to_end(&pids[before..], start);
        shell.wait_until_idle();
        took
    }));
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
}

#[test]
fn row_62_a_client_that_leaves_ends_its_process_alone() {
    let shell = Shell::serve(&LONG_GRACE, "echo $$ >> \"$HERE/pids\"\nexec sleep 60");
    assert_soon((0..ROUNDS).map(|round| {
        let mut connection = shell.begin("/sleep");
        let pids = shell.wait_for_pids(round + 1);
        assert!(connection.quiet_for(Duration::from_millis(300)));
        let start = Instant::now();
        drop(connection);
        time_to_end(&pids[round..], start)
    }));
    shell.server.wait_for_log(|line| line.contains("GET /sleep 0 ") && line.contains("client left"));
}

#[test]
fn row_62_who_ignores_sigterm_has_its_grace() {
    let text = "trap 'echo told >> \"$HERE/told\"' TERM\necho $$ >> \"$HERE/pids\"\n\
                while :; do sleep 60 & wait; done";
    let shell = Shell::serve(&["--kill-grace", "1s"], text);
    let connection = shell.begin("/stays");
    let pids = shell.wait_for_pids(1);
    let start = Instant::now();
    drop(connection);
    assert_within(time_to_end(&pids, start), 1000, 8000);
    assert_eq!(shell.folder.lines("told"), 1, "one SIGTERM, then SIGKILL");
    shell.wait_until_idle();
}

#[test]
fn attack_25_the_client_closes_alone() {
    let shell = Shell::serve(&LONG_GRACE, SERVICES);
    shell.server.unharmed(|| {
        assert_ends(&shell, get("/silent"), drop);
        assert_ends(&shell, get("/writes"), drop);
        let read = |connection: &mut Connection| {
            assert_eq!(connection.head().status, 200);
            connection.body_until("begun\n");
        };
        assert_ends_after(&shell, get("/begins"), read, drop);
        // A FIN and no more: nothing that is written later comes back as a reset.
        assert_ends(&shell, get("/silent"), |connection| {
            connection.finish_sending();
            connection
        });
    });
}

#[test]
fn attack_25_the_client_closes_while_the_service_writes_alone() {
    let shell = Shell::serve(&LONG_GRACE, SERVICES);
    shell.server.unharmed(|| {
        for path in ["/writes", "/floods"] {
            let read = |connection: &mut Connection| {
                assert_eq!(connection.head().status, 200);
                for _ in 0..20 {
                    assert!(connection.piece().is_some(), "{path} goes on");
                }
            };
            assert_ends_after(&shell, get(path), read, drop);
        }
    });
}

#[test]
fn attack_25_bytes_that_nobody_has_read_hide_no_departure_alone() {
    let shell = Shell::serve(&LONG_GRACE, SERVICES);
    shell.server.unharmed(|| {
        assert_ends(&shell, format!("{}G", get("/silent")), drop);
        assert_ends(&shell, format!("{0}{0}{0}", get("/silent")), drop);
        // What its pipe holds, and 60 kB that stay unread on their way to it.
        let length = 65_536 + 60_000;
        let head = format!("POST /silent HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
        assert_ends(&shell, [head.as_bytes(), &vec![b'x'; length]].concat(), drop);
    });
}

#[test]
fn attack_25_the_client_closes_in_mid_stream_alone() {
    let shell = Shell::serve(&LONG_GRACE, SERVICES);
    shell.server.unharmed(|| {
        let head = "POST /reads HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        for rest in ["", "5\r\nhello\r\n", "5\r\nhe", "5\r\nhello\r\n0\r\n\r\n"] {
            let path = if rest.ends_with("0\r\n\r\n") { "/silent" } else { "/reads" };
            let request = format!("{}{rest}", head.replace("/reads", path));
            assert_ends(&shell, request, drop);
        }
    });
}

#[test]
fn attack_25_the_client_resets_alone() {
    let shell = Shell::serve(&LONG_GRACE, SERVICES);
    shell.server.unharmed(|| {
        for path in ["/silent", "/writes", "/begins", "/floods"] {
            assert_ends(&shell, get(path), Connection::reset);
        }
        assert_ends(&shell, format!("{}G", get("/silent")), Connection::reset);
        let upload = "POST /reads HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello";
        assert_ends(&shell, upload, Connection::reset);
    });
}

#[test]
fn attack_25_a_half_close_that_is_honoured_is_answered() {
    let shell = Shell::serve(&["--half-close"], SERVICES);
    shell.server.unharmed(|| {
        let requests = [
            (get("/late"), "late \n"),
            ("POST /late HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello".to_owned(), "late hello\n"),
            (
                "POST /late HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
                    .to_owned(),
                "late hello\n",
            ),
            ("GET /late HTTP/1.0\r\n\r\n".to_owned(), "late \n"),
        ];
        for (request, expected) in requests {
            let mut connection = shell.server.connect();
            connection.send(&request);
            connection.finish_sending();
            let response = connection.response();
            assert_eq!((response.text().as_str(), response.complete), (expected, true), "{request}");
        }
    });
}

#[test]
fn attack_25_a_half_close_is_leaving_unless_it_is_honoured() {
    let shell = Shell::serve(&[], SERVICES);
    shell.server.unharmed(|| {
        let mut connection = shell.begin("/late");
        shell.wait_for_pids(1);
        connection.finish_sending();
        assert!(connection.try_head().is_err_and(|end| end != End::Complete));
    });
    shell.server.wait_for_log(|line| line.contains("GET /late 0 ") && line.contains("client left"));
}

#[test]
fn attack_25_honoured_half_closes_hide_no_reset() {
    let shell = Shell::serve(&["--half-close", "-t", "1m"], SERVICES);
    shell.server.unharmed(|| {
        for path in ["/silent", "/writes", "/begins"] {
            let before = shell.folder.lines("pids");
            let connection = shell.begin(path);
            let pids = shell.wait_for_pids(before + 2);
            connection.reset();
            eventually(path, || pids.iter().all(|pid| wait_for_exit(*pid, Duration::ZERO)).then_some(()));
        }
    });
}
