//! What a service is told of a request that was typed.

use super::{invoke, invoke_with, output_of};
use crate::harness::{Folder, run_with};

const LINE: &str = "echo \"$REQUEST_METHOD $REQUEST_URI ${CONTENT_TYPE-none} ${CONTENT_LENGTH-none}\"; cat";

/// The request line of a program that repeats it, then the body.
fn asked(words: &[&str]) -> String {
    output_of(&[words, &["--", "sh", "-c", LINE]].concat())
}

#[test]
fn without_options_it_is_a_get_without_a_body() {
    assert_eq!(asked(&[]), "GET / none none\n");
    // Standard input is nobody's unless it is asked for.
    let words = ["--", "sh", "-c", "wc -c"];
    assert_eq!(invoke_with(&words, b"not for the service").stdout.trim(), "0");
}

#[test]
fn the_query_is_encoded_and_joins_that_of_the_path() {
    assert_eq!(asked(&["-q", "a b=c&d=é", "-q", "e", "-qf="]), "GET /?a%20b=c%26d%3D%C3%A9&e&f= none none\n");
    assert_eq!(asked(&["--path", "/x?y=1", "--query", "z=-"]), "GET /x?y=1&z=- none none\n");
    assert_eq!(asked(&["-q", "-x=1"]), "GET /?-x=1 none none\n");
    let script = "echo \"$hook_params_a_b|$hook_params_name\"";
    assert_eq!(output_of(&["-l", "bash", "-e", script, "-q", "a[b]=1 + 1", "-q", "name=&%"]), "1 + 1|&%\n");
}

#[test]
fn data_are_a_form_unless_a_header_says_otherwise() {
    let form = "application/x-www-form-urlencoded";
    assert_eq!(asked(&["-d", "a=1", "-d", "b=2"]), format!("POST / {form} 7\na=1&b=2\n"));
    assert_eq!(asked(&["-d", "-x"]), format!("POST / {form} 2\n-x\n"));
    assert_eq!(asked(&["-d", ""]), format!("POST / {form} 0\n"));
    assert_eq!(asked(&["-X", "PUT", "-H", "content-TYPE: text/plain", "-d", "x"]), "PUT / text/plain 1\nx\n");
    assert_eq!(asked(&["-H", "Content-Type:", "-d", "x"]), "POST / none 1\nx\n");
    let json = ["-H", "Content-Type: application/json", "-d", "{\"name\":\"you\"}"];
    let script = ["-l", "bash", "-e", "echo \"hello $hook_params_name\""];
    assert_eq!(output_of(&[&script[..], &json].concat()), "hello you\n");
    assert_eq!(output_of(&[&script[..], &["-d", "name=me"]].concat()), "hello me\n");
}

#[test]
fn data_of_a_file_are_its_bytes() {
    let folder = Folder::new();
    let file = format!("@{}", folder.script("data", "a\r\nb\n\0c"));
    let dumped = output_of(&["-d", &file, "--", "od", "-An", "-c"]);
    assert_eq!(dumped.split_whitespace().collect::<Vec<_>>(), ["a", "\\r", "\\n", "b", "\\n", "\\0", "c"]);
    let joined =
        ["-d", "x", "-d", &file, "-d", "@-", "--", "sh", "-c", "echo ${CONTENT_LENGTH-none}; tr -d '\\000'"];
    assert_eq!(invoke_with(&joined, b"input").stdout, "none\nx&a\r\nb\nc&input\n");
    let known = ["-d", "x", "-d", &file, "--", "sh", "-c", "echo $CONTENT_LENGTH; wc -c"];
    assert_eq!(output_of(&known).split_whitespace().collect::<Vec<_>>(), ["9", "9"]);
}

#[test]
fn headers_are_sent_as_they_were_typed() {
    let script = "env | grep -E '^HTTP_(X_|USER_AGENT|HOST)' | sort";
    let words = ["-H", "X-A: b: c ", "-H", "x-dash:-", "-H", "User-Agent:", "-H", "Host: shop.example"];
    let sent = output_of(&[&words[..], &["--", "sh", "-c", script]].concat());
    assert_eq!(sent, "HTTP_HOST=shop.example\nHTTP_X_A=b: c\nHTTP_X_DASH=-\n");
}

#[test]
fn options_of_a_service_count_and_stand_on_both_sides_of_its_file() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "printf '%s|' \"$T_SET\" \"$hook_params_a\" \"$@\"");
    for words in [
        &["--env", "T_SET=1", "-q", "a=2", "-t", "60s", &script, "--", "-q", "a b"][..],
        &[&script, "-qa=2", "--env=T_SET=1", "-t60s", "--", "-q", "a b"],
        &["-q", "a=2", &script, "--env", "T_SET=1", "--", "-q", "a b"],
    ] {
        assert_eq!(output_of(words), "1|2|-q|a b|\n", "{words:?}");
    }
    let refused = invoke(&[&script, "hello"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains(&format!("stack invoke {script} -- hello")), "{}", refused.stderr);
}

#[test]
fn the_head_comes_first_when_it_is_asked_for() {
    let script = "status 404 'Not Here'; header X-A b; header --append X-A c; echo body";
    let answer = output_of(&["-i", "-l", "bash", "-e", script]);
    let (head, body) = answer.split_once("\n\n").expect("an empty line ends the head");
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("HTTP/1.1 404 Not Here"));
    let own: Vec<_> = lines.filter(|line| line.starts_with("x-a:")).collect();
    assert_eq!((own, body), (vec!["x-a: b", "x-a: c"], "body\n"));
}

#[test]
fn what_cannot_be_sent_is_refused_before_anything_runs() {
    let folder = Folder::new();
    let script = folder.program("x", "#!/bin/sh\necho >> \"$0.starts\"\n");
    let missing = format!("@{}", folder.path("nope"));
    let directory = format!("@{}", folder.root().display());
    for (words, named) in [
        (&["-H", "no colon"][..], "no colon"),
        (&["-H", "a b: c"], "a b: c"),
        (&["-H", "Content-Length: 3", "-d", "x"], "content-length"),
        (&["-H", "Transfer-Encoding: chunked"], "transfer-encoding"),
        (&["-X", "G T"], "G T"),
        (&["--path", "x"], "--path /x"),
        (&["--path", "/a b"], "/a b"),
        (&["-d", &missing], "there is no file"),
        (&["-d", &directory], "is a folder"),
        (&["-p", "0"], "-p"),
    ] {
        let refused = invoke(&[words, &[&script]].concat());
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{words:?}");
        assert!(refused.stderr.contains(named), "{words:?}: {}", refused.stderr);
    }
    assert!(folder.read("x.starts").is_empty());
}

#[test]
fn a_name_that_is_no_service_says_what_can_be_named() {
    let refused = invoke(&["no-such-service"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    for text in ["no-such-service", "./no-such-service", "stack invoke -- no-such-service"] {
        assert!(refused.stderr.contains(text), "{}", refused.stderr);
    }
    let nothing = invoke(&[]);
    assert_eq!(nothing.code, 2);
    assert!(nothing.stderr.starts_with("stack: there is nothing to serve"), "{}", nothing.stderr);
}

#[test]
fn a_name_is_a_service_of_this_folder() {
    let folder = Folder::new();
    folder.script("hello.sh", "echo \"hello $hook_params_name\"");
    let here = |words: &[&str]| {
        run_with(&[&["invoke"], words].concat(), b"", |command| {
            command.current_dir(folder.root());
        })
    };
    assert_eq!(here(&["hello", "-q", "name=you"]).stdout, "hello you\n");
    let toml = "[services.greet]\nfile = \"hello.sh\"\nroute = \"/greet/[name]\"\ntimeout = \"9s\"\n";
    std::fs::write(folder.root().join("stack.toml"), toml).unwrap();
    assert_eq!(here(&["greet", "-q", "name=me"]).stdout, "hello me\n");
    assert_eq!(here(&["hello"]).code, 2, "what stack.toml does not name is no service");
    std::fs::write(folder.root().join("stack.toml"), toml.replace("timeout", "time-out")).unwrap();
    let broken = here(&["greet"]);
    assert!(
        broken.stderr.contains("stack.toml:4:1") && broken.stderr.contains("timeout"),
        "{}",
        broken.stderr
    );
}

#[test]
fn variables_that_a_service_has_are_no_options_of_a_request() {
    let words = ["invoke", "--", "sh", "-c", LINE];
    let finished = run_with(&words, b"", |command| {
        for name in ["REQUEST", "PATH", "QUERY", "DATA", "HEADER", "INCLUDE"] {
            command.env(format!("STACK_{name}"), "/dev/fd/4");
        }
    });
    assert_eq!((finished.code, finished.stdout.as_str()), (0, "GET / none none\n"), "{}", finished.stderr);
}

#[test]
fn h_with_nothing_after_it_is_help() {
    let help = invoke(&["-h"]);
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    for text in
        ["Usage: stack invoke", "-d, --data", "-q, --query", "-H, --header", "-X, --request", "Examples:"]
    {
        assert!(help.stdout.contains(text), "{text} is not in:\n{}", help.stdout);
    }
    let widest = help.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?} columns");
}
