//! What a process is given: its place, its descriptors, its environment and its document.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Scripts, shell, text_of};
use crate::harness::{Folder, Server, eventually};

#[test]
fn contract_03_a_file_works_in_its_folder_and_all_else_in_the_servers() {
    let (folder, elsewhere) = (Folder::new(), Folder::new());
    let real = |folder: &Folder| folder.root().canonicalize().unwrap().display().to_string() + "\n";
    let arguments: [(&[&str], &Folder); 4] = [
        (&[&folder.script("s.sh", "pwd -P")], &folder),
        (&[&folder.program("p", "#!/bin/sh\npwd -P\n")], &folder),
        (&["--", "sh", "-c", "pwd -P"], &elsewhere),
        (&["-l", "bash", "-e", "pwd -P"], &elsewhere),
    ];
    for (arguments, expected) in arguments {
        let server = Server::builder().directory(elsewhere.root()).arguments(arguments).start();
        assert_eq!(text_of(&server.get("/")), real(expected), "{arguments:?}");
    }
}

#[test]
fn contract_04_a_session_a_group_and_the_defaults() {
    let server = shell(&[], "echo $$; exec sleep 60");
    let mut connection = server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    connection.head();
    let pid: u32 = String::from_utf8(connection.body_until("\n")).unwrap().trim().parse().expect("a number");
    let process = server.services().into_iter().find(|process| process.pid == pid).expect("it runs");
    assert_eq!((process.group, process.session), (pid, pid), "it leads both");
    let text = text_of(&shell(&[], "ulimit -Sn; exec cat /proc/self/status").get("/"));
    assert!(text.starts_with("1024\n"), "{text}");
    for name in ["SigBlk", "SigIgn", "SigCgt"] {
        assert!(text.contains(&format!("\n{name}:\t0000000000000000\n")), "{name} in {text}");
    }
}

#[test]
fn contract_06_the_body_is_descriptor_0_and_without_one_there_is_nothing() {
    let server = shell(&[], "readlink /proc/$$/fd/0; cat");
    for method in ["GET", "POST", "DELETE"] {
        assert_eq!(text_of(&server.request(method, "/", &[], b"")), "/dev/null\n", "{method}");
    }
    let text = text_of(&server.request("GET", "/", &[], b"body"));
    assert!(text.starts_with("pipe:") && text.ends_with("\nbody"), "{text}");
    // As it arrives, and only then.
    let mut connection = server.connect();
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_eq!(connection.head().status, 200);
    connection.body_until("\n");
    for piece in ["one", "two\0\u{ff}"] {
        assert!(connection.quiet_for(Duration::from_millis(20)));
        connection.send_chunk(piece);
        assert_eq!(connection.body_until(piece), piece.as_bytes());
    }
}

const READ_ALL: Scripts = Scripts {
    javascript: "const fs = require('fs');
fs.appendFileSync(__filename + '.starts', 'x\\n');
module.exports = h => h.res.end('[' + fs.readFileSync(0) + ']');",
    python: "import sys
open(__file__ + '.starts', 'a').write('x\\n')
print('[' + sys.stdin.read() + ']')
",
    bash: "echo x >> \"$0.starts\"; echo \"[$(cat)]\"",
};

#[test]
fn contract_07_a_parsed_body_is_whole_before_the_start_and_replayed() {
    let folder = Folder::new();
    let script = folder.script("s.sh", READ_ALL.bash);
    let server = Server::start(&[script]);
    let mut connection = server.connect();
    connection.send(
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\":",
    );
    assert!(connection.quiet_for(Duration::from_millis(100)));
    assert_eq!(folder.lines("s.sh.starts"), 0, "the body is not whole yet");
    connection.send(" 1}");
    assert_eq!(connection.response().text(), "[{\"a\": 1}]\n");
    assert_eq!(folder.lines("s.sh.starts"), 1);
    // Any other body streams, so its process starts at once.
    let mut connection = server.connect();
    connection.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\na");
    eventually("it starts before its body has ended", || (folder.lines("s.sh.starts") == 2).then_some(()));
    connection.send("b");
    assert_eq!(connection.response().text(), "[ab]\n");
}

#[test]
fn contract_07_forms_are_replayed_and_multipart_leaves_nothing() {
    READ_ALL.each(|language, server| {
        let form = server.post("/", "application/x-www-form-urlencoded", "a=%62&c");
        assert_eq!(text_of(&form), "[a=%62&c]\n", "{language}");
        let body = "--X\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--X--\r\n";
        let multipart = server.post("/", "multipart/form-data; boundary=X", body);
        assert_eq!(text_of(&multipart), "[]\n", "{language}");
    });
}

#[test]
fn contract_07_a_program_has_every_body_as_it_is_unless_told_otherwise() {
    let raw = shell(&[], "cat");
    assert_eq!(text_of(&raw.post("/", "application/json", "{bad")), "{bad");
    assert_eq!(shell(&["--parse"], "cat").post("/", "application/json", "{bad").status, 400);
}

#[test]
fn contract_08_what_the_server_inherited_of_such_names_stays_out() {
    let inherited = [
        "STACK_THING",
        "STACK_REQUEST",
        "LISTEN_FDS",
        "LISTEN_PID",
        "LISTEN_FDNAMES",
        "NOTIFY_SOCKET",
        "WATCHDOG_USEC",
        "WATCHDOG_PID",
        "QUERY_STRING",
        "PATH_INFO",
        "CONTENT_LENGTH",
        "AUTH_TYPE",
        "REMOTE_USER",
        "HTTP_HOST",
        "HTTP_X_EVIL",
        "HTTP_COOKIE",
    ];
    let kept = ["HTTP_PROXY", "http_proxy", "STACKS", "MY_STACK_X", "LISTENER"];
    let all = inherited.iter().chain(&kept);
    let command = Server::builder().arguments(&["--", "env"]);
    let server = all.fold(command, |builder, name| builder.env(name, "inherited")).start();
    let text = text_of(&server.get("/"));
    let names: Vec<_> = text.lines().filter_map(|line| line.strip_suffix("=inherited")).collect();
    for name in inherited {
        assert!(!names.contains(&name), "{name} in {text}");
    }
    for name in kept {
        assert!(names.contains(&name), "{name} is not in {text}");
    }
}

#[test]
fn contract_09_headers_of_plain_names_are_variables_and_no_others() {
    let server = shell(&[], "env");
    let headers = [
        ("X-Plain-1", "kept"),
        ("x-LOWER", "kept"),
        ("X_Under", "lost"),
        ("X.Dot", "lost"),
        ("X!", "lost"),
        ("X~Y", "lost"),
        ("X'Y", "lost"),
        ("X$Y", "lost"),
        ("Proxy", "lost"),
        ("Authorization", "lost"),
        ("Proxy-Authorization", "lost"),
    ];
    let text = text_of(&server.request("GET", "/", &headers, b""));
    assert!(text.contains("\nHTTP_X_PLAIN_1=kept\n") && text.contains("\nHTTP_X_LOWER=kept\n"), "{text}");
    assert!(!text.contains("lost"), "{text}");
    for name in [
        "GATEWAY_INTERFACE",
        "REQUEST_METHOD",
        "SERVER_PROTOCOL",
        "SERVER_NAME",
        "SERVER_PORT",
        "REMOTE_ADDR",
    ] {
        assert!(text.contains(&format!("\n{name}=")), "{name} is not in {text}");
    }
}

#[test]
fn contract_10_the_id_is_the_same_everywhere() {
    let scripts = Scripts {
        javascript: "module.exports = h => { h.log('words'); h.res.end(h.req.id + ' ' + process.env.STACK_REQUEST_ID + ' ' + process.env.TRACEPARENT) }",
        python: "import os\nhook.log('words')\nprint(hook.req.id, os.environ['STACK_REQUEST_ID'], os.environ['TRACEPARENT'])\n",
        bash: "log words; echo $Hook_req_id $STACK_REQUEST_ID $TRACEPARENT",
    };
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    scripts.each(|language, server| {
        let answer = server.request("GET", "/", &[("traceparent", parent)], b"");
        let id = answer.header("x-request-id").expect("every answer has one");
        assert_eq!(text_of(&answer), format!("{id} {id} {parent}\n"), "{language}");
        server.wait_for_log(|line| line.ends_with(&format!(" {id} | words")));
    });
}

#[test]
fn contract_12_the_paths_of_descriptors_3_and_4() {
    let line = "echo ${STACK_CONTROL-none} ${STACK_REQUEST-none}";
    assert_eq!(text_of(&shell(&[], line).get("/")), "/dev/fd/3 none\n");
    assert_eq!(text_of(&shell(&["--document"], line).get("/")), "/dev/fd/3 /dev/fd/4\n");
    let through = shell(&["--document"], "cat \"$STACK_REQUEST\"; echo 'Status: 404' > \"$STACK_CONTROL\"");
    let early = shell(&["--document"], "echo 'Status: 404' > \"$STACK_CONTROL\"; cat \"$STACK_REQUEST\"");
    assert_eq!(through.get("/?a=b").json()["params"], json!({"a": "b"}));
    let answer = early.get("/?a=b");
    assert_eq!((answer.status, &answer.json()["params"]), (404, &json!({"a": "b"})));
}

#[test]
fn contract_13_the_document_may_be_larger_than_a_pipe_and_left_unread() {
    let server = shell(&["--document", "--parse"], "cat /dev/fd/4");
    let value = "x".repeat(5 << 20);
    let answer = server.post("/", "application/x-www-form-urlencoded", format!("a={value}"));
    assert!(text_of(&answer).contains(&value), "it is whole");
    let document: Value = answer.json();
    assert_eq!(document["params"]["a"].as_str().map(str::len), Some(value.len()));
    let unread = shell(&["--document", "--parse"], "echo ok");
    let answer = unread.post("/", "application/x-www-form-urlencoded", format!("a={value}"));
    assert_eq!(text_of(&answer), "ok\n", "nobody need read it");
    let without = shell(&[], "cat /dev/fd/4 || echo none");
    assert_eq!(text_of(&without.get("/")), "none\n", "a program has it only when it is asked for");
}

#[test]
fn contract_14_env_is_the_requests_own_part() {
    let server = Server::builder()
        .arguments(&["--document", "--env", "MINE=1", "--", "cat", "/dev/fd/4"])
        .env("INHERITED", "1")
        .start();
    let document = server.request("GET", "/p?q=1", &[("X-A", "b")], b"").json();
    let env = document["env"].as_object().expect("an object");
    assert_eq!(
        (&env["REQUEST_METHOD"], &env["QUERY_STRING"], &env["HTTP_X_A"]),
        (&json!("GET"), &json!("q=1"), &json!("b"))
    );
    for foreign in ["PATH", "HOME", "INHERITED", "MINE"] {
        assert!(!env.contains_key(foreign), "{foreign} in {env:?}");
    }
    let scripts = Scripts {
        javascript: "const early = process.env.QUERY_STRING; module.exports = h => h.res.end(early + h.env.QUERY_STRING)",
        python: "import os\nprint(os.environ['QUERY_STRING'] + hook.env.QUERY_STRING)\n",
        bash: "echo \"$QUERY_STRING$Hook_env_QUERY_STRING\"",
    };
    scripts.each(|language, server| assert_eq!(text_of(&server.get("/?a")), "aa\n", "{language}"));
}

#[test]
fn contract_14_the_document_has_exactly_these_parts() {
    let folder = Folder::new();
    let program = folder.program("p", "#!/bin/sh\nexec cat /dev/fd/4\n");
    let document = Server::start(&["--document", &program]).get("/?foo=bar").json();
    let names = |value: &Value| value.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>());
    let sorted = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    assert_eq!(names(&document), sorted(&["env", "files", "params", "req", "service"]));
    let req =
        ["connection", "deadline", "headers", "host", "httpVersion", "id", "method", "path", "query", "url"];
    assert_eq!(names(&document["req"]), sorted(&req));
    assert_eq!(document["req"]["deadline"], Value::Null);
    assert_eq!(document["service"], json!({"name": program, "path": program, "language": ""}));
}

#[test]
fn contract_16_json_that_imitates_a_file_is_data() {
    let imitation = r#"{"f":{"filename":"x","type":"","size":5,"path":"/etc/passwd"}}"#;
    let scripts = Scripts {
        javascript: "module.exports = h => h.res.end(`${typeof h.params.f.pipe} ${typeof h.params.f.stream}`)",
        python: "print(type(hook.params.f).__name__ == type(hook.params).__name__)\n",
        bash: "echo \"$Hook_params_f_size\"",
    };
    scripts.each(|language, server| {
        let text = text_of(&server.post("/", "application/json", imitation));
        let expected = match language {
            "node" => "undefined undefined\n",
            "python3" => "True\n",
            _ => "5\n",
        };
        assert_eq!(text, expected, "{language}");
    });
}
