//! Help, version, and nothing to serve.

use std::process::Command;

use super::run_with_variable;
use crate::harness::{Server, run};

#[test]
fn row_01_help_shows_the_flags_in_groups_with_examples() {
    let help = run(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    let flags = [
        "-t, --timeout",
        "-h, --host",
        "-p, --port",
        "-l, --language",
        "-w, --watch",
        "-v, --version",
        "-e, --eval",
        "--interpreter",
        "--clear-env",
        "--errors",
        "-q, --quiet",
    ];
    for text in
        flags.into_iter().chain(["Usage: stack", "Service:", "Server:", "Limits:", "Examples:", "curl "])
    {
        assert!(help.stdout.contains(text), "{text} is not in:\n{}", help.stdout);
    }
    let widest = help.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?} columns");
}

#[test]
fn row_01_every_spelling_of_help_is_the_same() {
    let help = run(&["--help"]).stdout;
    for words in [&["-h"][..], &["help"], &["./nope.py", "-h"], &["--help", "echo"]] {
        let other = run(words);
        assert_eq!((other.code, other.stderr.as_str()), (0, ""), "{words:?}");
        assert_eq!(other.stdout.trim_end(), help.trim_end(), "{words:?}");
    }
    for subcommand in ["pipe", "languages"] {
        let pages = [run(&[subcommand, "--help"]), run(&["help", subcommand])];
        assert!(pages.iter().all(|page| page.code == 0), "{pages:?}");
        assert!(pages[0].stdout.contains(&format!("Usage: stack {subcommand}")), "{}", pages[0].stdout);
        assert_eq!(pages[0].stdout.trim_end(), pages[1].stdout.trim_end());
    }
}

#[test]
fn row_01_every_option_has_a_name_in_the_environment() {
    let variables = [("STACK_CONTENT_TYPE", "text/x-a"), ("STACK_QUIET", "true"), ("STACK_TIMEOUT", "")];
    let builder = Server::builder().without_port().env("STACK_PORT", "0").arguments(&["echo", "hello"]);
    let server = variables.iter().fold(builder, |builder, (name, value)| builder.env(name, value)).start();
    assert_ne!(server.address().port(), 3000);
    let response = server.get("/");
    assert_eq!((response.text().as_str(), response.header("content-type")), ("hello\n", Some("text/x-a")));
    let flag =
        Server::builder().env("STACK_CONTENT_TYPE", "text/x-a").arguments(&["--content-type", "text/x-b"]);
    let flagged = flag.arguments(&["echo", "hello"]).start();
    assert_eq!(flagged.get("/").header("content-type"), Some("text/x-b"));
    flagged.wait_for_log(|line| line.contains("GET / 200"));
    assert!(server.log().iter().all(|line| !line.contains("GET /")), "{:?}", server.log());
}

#[test]
fn row_01_a_wrong_value_in_the_environment_names_its_option() {
    for option in ["port", "timeout", "idle-timeout", "kill-grace", "max-body", "errors", "queue", "watch"] {
        let name = format!("STACK_{}", option.replace('-', "_").to_uppercase());
        let refused = run_with_variable((&name, "nonsense"), &["echo"]);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{name}: {}", refused.stderr);
        assert!(refused.stderr.contains(&format!("--{option}")), "{name}: {}", refused.stderr);
    }
}

#[test]
fn row_02_version() {
    let expected = concat!("stack ", env!("CARGO_PKG_VERSION"), "\n");
    for spelling in ["-v", "-V", "--version", "version"] {
        let version = run(&[spelling]);
        let parts = (version.code, version.stdout.as_str(), version.stderr.as_str());
        assert_eq!(parts, (0, expected, ""), "{spelling}");
    }
}

#[test]
fn row_02_the_same_program_is_installed_under_the_packages_name() {
    let output = Command::new(env!("CARGO_BIN_EXE_stackvana")).arg("--version").output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), concat!("stack ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn row_03_nothing_to_serve() {
    for words in [&[][..], &["-p", "0"], &["-w"], &["--"], &["pipe"]] {
        let refused = run(words);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{words:?}");
        assert!(refused.stderr.starts_with("stack: there is nothing to serve"), "{}", refused.stderr);
        assert!(refused.stderr.contains("\nUsage: stack"), "{}", refused.stderr);
    }
}
