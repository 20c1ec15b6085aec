//! The exit code of a service is that of its request.

use super::invoke;

#[test]
fn the_exit_code_is_the_services() {
    for code in [0, 1, 3, 255] {
        for output in ["", "echo output; "] {
            let script = format!("{output}echo error >&2; exit {code}");
            let finished = invoke(&["--", "sh", "-c", &script]);
            assert_eq!(finished.code, code, "{script}");
            assert!(finished.stderr.lines().any(|line| line == "error"), "{script}: {}", finished.stderr);
        }
    }
    let accepted = invoke(&["--ok-exit", "3", "--", "sh", "-c", "echo output; exit 3"]);
    assert_eq!((accepted.code, accepted.stdout.as_str(), accepted.stderr.as_str()), (3, "output\n", ""));
}

#[test]
fn what_has_no_exit_code_of_its_own_ends_with_1() {
    let killed = invoke(&["--", "sh", "-c", "echo output; kill -9 $$"]);
    assert!(killed.code == 1 && killed.stderr.contains("signal 9"), "{killed:?}");
    let late = invoke(&["--idle-timeout", "300ms", "--", "sh", "-c", "echo output; exec sleep 77"]);
    assert_eq!((late.code, late.stdout.as_str()), (1, "output\n"));
    assert!(late.stderr.contains("silent"), "{}", late.stderr);
    let own = invoke(&["-l", "bash", "-e", "status 503; echo busy"]);
    assert_eq!((own.code, own.stdout.as_str()), (1, "busy\n"));
    let answered = invoke(&["-l", "bash", "-e", "status 404; echo nobody"]);
    assert_eq!(
        (answered.code, answered.stdout.as_str()),
        (0, "nobody\n"),
        "it ran, and said what it had to say"
    );
}

#[test]
fn the_page_of_a_failure_is_printed_as_a_client_would_have_it() {
    let json = ["-H", "Content-Type: application/json", "-d", "{bad"];
    let refused = invoke(&[&["-i", "-l", "bash", "-e", "echo never"][..], &json].concat());
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stdout.starts_with("HTTP/1.1 400 Bad Request\n"), "{refused:?}");
    assert!(refused.stdout.contains("x-stack-error: ") && !refused.stdout.contains("never"), "{refused:?}");
    let failed = invoke(&["-H", "Accept: application/json", "--", "sh", "-c", "echo why >&2; exit 4"]);
    let page: serde_json::Value = serde_json::from_str(&failed.stdout).unwrap();
    assert_eq!((failed.code, &page["status"], &page["stderr"]), (4, &500.into(), &"why\n".into()));
}
