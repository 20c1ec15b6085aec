//! Services that do not want to end: they do, and their clients are answered on time all the same.

use std::time::Instant;

use super::{Shell, assert_within};
use crate::harness::eventually;

/// All of these are still there when their time is up.
const STUBBORN: &str = "case $PATH_INFO in
/ignores) trap '' TERM HUP INT; sleep 61; sleep 62 ;;
/stops) kill -STOP $$ ;;
/catches) trap 'echo told >> \"$HERE/told\"' TERM; while :; do sleep 63 & wait; done ;;
/tree)
    trap '' TERM HUP INT
    for at in 1 2 3 4 5; do sh -c 'for at in 1 2 3 4 5 6 7 8 9; do sleep 64 & done; wait' & done
    wait ;;
esac";

#[test]
fn attack_39_all_are_gone_at_the_timeout_and_the_grace_alone() {
    let shell = Shell::serve(&["-t", "1000", "--kill-grace", "250"], STUBBORN);
    shell.server.unharmed(|| {
        for (path, count) in [("/ignores", 2), ("/stops", 1), ("/catches", 2), ("/tree", 1 + 5 + 45)] {
            let start = Instant::now();
            let mut connection = shell.begin(path);
            eventually(path, || (shell.server.services().len() == count).then_some(()));
            let response = connection.response();
            assert_within(start.elapsed(), 1000, 9000);
            assert_eq!((response.status, response.header("x-stack-error")), (504, Some("timeout")), "{path}");
            shell.wait_until_idle();
            assert_within(start.elapsed(), 1000, 9000);
        }
    });
    assert_eq!(shell.folder.lines("told"), 1, "the one that listens is asked first");
}

#[test]
fn attack_39_the_answer_does_not_wait_for_the_reaping_alone() {
    let shell = Shell::serve(&["-t", "500", "--kill-grace", "3s"], STUBBORN);
    shell.server.unharmed(|| {
        for path in ["/ignores", "/stops", "/tree"] {
            let start = Instant::now();
            assert_eq!(shell.server.get(path).status, 504, "{path}");
            assert_within(start.elapsed(), 500, 3000);
            assert!(!shell.server.services().is_empty(), "{path} was to have its grace");
        }
        shell.wait_until_idle();
    });
}

#[test]
fn attack_39_a_stopped_service_ends_with_its_client_alone() {
    let shell = Shell::serve(&["--kill-grace", "250"], STUBBORN);
    shell.server.unharmed(|| {
        for path in ["/ignores", "/stops", "/tree"] {
            let connection = shell.begin(path);
            eventually(path, || (!shell.server.services().is_empty()).then_some(()));
            let start = Instant::now();
            drop(connection);
            shell.wait_until_idle();
            assert_within(start.elapsed(), 0, 9000);
        }
    });
}
