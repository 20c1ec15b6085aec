//! `stack check --explain`: every value with where it comes from.

use super::{check, check_with, checked};
use crate::harness::Folder;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.script("users.sh", "echo users\n");
    folder.script("common.env", "FROM_FILE=file\nAPI_TOKEN=hidden\n");
    folder.script(
        "stack.toml",
        "[defaults]\nenv_file = [\"common.env\"]\nkill_grace = \"1s\"\n\n\
         [services.users]\nroute = \"/users/[id]\"\nfile = \"users.sh\"\ntimeout = \"5s\"\n\
         env = { TEAM = \"a\", DB_PASSWORD = \"hidden\" }\n",
    );
    folder
}

/// The line of that value.
fn line<'a>(text: &'a str, name: &str) -> &'a str {
    let found = text.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
    found.unwrap_or_else(|| panic!("no {name} in:\n{text}"))
}

#[test]
fn row_72_explain_tells_where_each_setting_comes_from() {
    let folder = folder();
    for name in ["users", "/users/[id]"] {
        let words = ["--explain", name, "--max-body", "1M"];
        let done = check_with(&folder, &words, &[("STACK_IDLE_TIMEOUT", "7s"), ("SOME_KEY", "hidden")]);
        assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{}", done.stdout);
        let text = &done.stdout;
        for (name, value, from) in [
            ("timeout", "5s", "(stack.toml:8)"),
            ("kill_grace", "1s", "(stack.toml:3)"),
            ("max_body", "1M", "(--max-body)"),
            ("idle_timeout", "7s", "(STACK_IDLE_TIMEOUT in the environment)"),
            ("first_byte_timeout", "none", "(default)"),
            ("max_upload", "1G", "(default)"),
            ("TEAM", "a", "(stack.toml:9)"),
            ("FROM_FILE", "file", "(common.env)"),
            ("PATH", "", "(the server's environment)"),
            ("STACK_CONTROL", "/dev/fd/3", "(every service)"),
            ("DB_PASSWORD", "***", "(stack.toml:9)"),
            ("API_TOKEN", "***", "(common.env)"),
            ("SOME_KEY", "***", "(the server's environment)"),
        ] {
            let line = line(text, name);
            assert!(line.contains(value) && line.ends_with(from), "{line}");
        }
        assert!(!text.contains("hidden"), "{text}");
        assert!(line(text, "program").contains("bash") && line(text, "words").contains("users.sh"), "{text}");
        assert!(line(text, "directory").ends_with(folder.root().to_str().unwrap()), "{text}");
    }
}

#[test]
fn row_72_explain_in_json() {
    let json: serde_json::Value =
        serde_json::from_str(&checked(&folder(), &["--explain", "users", "--json"])).unwrap();
    assert_eq!(json["settings"]["timeout"], serde_json::json!({"value": "5s", "from": "stack.toml:8"}));
    assert_eq!(json["environment"]["DB_PASSWORD"]["value"], "***");
    assert_eq!(json["source"], "stack.toml:5");
}

#[test]
fn row_72_explain_of_a_found_file_a_lone_file_and_a_missing_program() {
    let folder = Folder::new();
    folder.script("a/x.sh", "echo\n");
    let text = checked(&folder, &["--explain", "a/x"]);
    assert!(line(&text, "file").ends_with("(by its place)"), "{text}");
    assert!(checked(&folder, &["a/x.sh", "--explain", "anything"]).starts_with("x.sh  every path  a/x.sh\n"));
    folder.script("stack.toml", "[services.t]\ncommand = [\"no-such-program\"]\n");
    assert!(checked(&folder, &["--explain", "t"]).contains("no program of that name on the PATH"));
    let refused = check(&folder, &["--explain", "nobody"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("the services are t"), "{}", refused.stderr);
}
