//! What a script is told, and how it ends: the same in every language.

use std::time::{Duration, SystemTime};

use super::{runs, serve, text_of};
use crate::harness::{Folder, Server};

const FORM: &str = "application/x-www-form-urlencoded";

/// Every field of the request on its line, by its names in each language.
const REQUEST: [(&str, &str); 3] = [
    (
        "x.js",
        "module.exports = ({ req, input }) => {
            const fields = [req.method, req.url, req.path, req.query, req.headers['x-a'], req.host, req.httpVersion,
                req.connection.remoteAddress, req.id, req.deadline, req.params.a];
            hook.res.end(fields.join('\\n'));
        };",
    ),
    (
        "x.py",
        "req = hook.req
print(req.method, req['url'], req.path, req.query, req.headers['x-a'], req.host, sep='\\n')
print(Hook['input']['httpVersion'], input.connection.remoteAddress, req.id, req.deadline, req.params.a, sep='\\n')",
    ),
    (
        "x.sh",
        "printf '%s\\n' \"$Hook_req_method\" \"$Hook_input_url\" \"$hook_req_path\" \"$hook_input_query\"
printf '%s\\n' \"${Hook_req_headers[x-a]}\" \"$Hook_req_host\" \"$Hook_req_httpVersion\"
printf '%s\\n' \"$Hook_req_connection_remoteAddress\" \"$Hook_req_id\" \"$Hook_req_deadline\" \"${Hook_req_params[a]}\"",
    ),
];

#[test]
fn row_44_the_request_in_every_language() {
    for (name, text) in REQUEST {
        if !runs(name) {
            continue;
        }
        let folder = Folder::new();
        let server = Server::start(&["-t", "60s", &folder.script(name, text)]);
        let response = server.request("PUT", "/p/q?a=b%20c&d", &[("X-A", "value")], b"");
        let text = text_of(&response);
        let lines: Vec<&str> = text.lines().collect();
        let host = server.address().to_string();
        let expected = ["PUT", "/p/q?a=b%20c&d", "/p/q", "a=b%20c&d", "value", &host, "1.1", "127.0.0.1"];
        assert_eq!(lines[..8], expected, "{name}");
        assert_eq!(Some(lines[8]), response.header("x-request-id"), "{name}");
        let deadline = SystemTime::UNIX_EPOCH + Duration::from_millis(lines[9].parse().unwrap());
        let left = deadline.duration_since(SystemTime::now()).unwrap();
        assert!(left <= Duration::from_secs(60), "{name}: {left:?}");
        assert_eq!(lines[10..], ["b c"], "{name}");
    }
}

#[test]
fn row_63_without_a_deadline_there_is_none() {
    let scripts = [
        ("x.js", "module.exports = hook => hook.res.end(String(hook.req.deadline ?? 'none'))"),
        ("x.py", "print('none' if hook.req.get('deadline') is None else hook.req.deadline)"),
        ("x.sh", "echo \"${Hook_req_deadline:-none}\""),
    ];
    for (name, text) in scripts {
        if runs(name) {
            assert_eq!(text_of(&serve(name, text).get("/")), "none\n", "{name}");
        }
    }
}

#[test]
fn row_40_a_form_is_parameters_and_the_bytes_too() {
    let scripts = [
        (
            "x.js",
            "module.exports = async ({ params, req, res }) => {
                let body = '';
                for await (const chunk of req) body += chunk;
                res.end(`${params.a} ${params.b} ${body}`);
            };",
        ),
        ("x.py", "import sys\nprint(hook.params.a, hook.params['b'], sys.stdin.read())"),
        ("x.sh", "echo \"$hook_params_a ${Hook_params[b]} $(cat)\""),
    ];
    for (name, text) in scripts {
        if runs(name) {
            let script = serve(name, text);
            assert_eq!(text_of(&script.post("/?b=2", FORM, "a=x+%C3%A9")), "x é 2 a=x+%C3%A9\n", "{name}");
        }
    }
}

#[test]
fn row_23_the_environment_in_every_language() {
    let scripts = [
        (
            "x.js",
            "module.exports = ({ env, res }) => res.end([env.T_A, env.REQUEST_METHOD, process.env.HTTP_X_B].join('|'))",
        ),
        (
            "x.py",
            "import os\nprint(hook.env.T_A, Hook['env']['REQUEST_METHOD'], os.environ['HTTP_X_B'], sep='|')",
        ),
        ("x.sh", "echo \"$Hook_env_T_A|${hook_env[REQUEST_METHOD]}|$HTTP_X_B\""),
    ];
    for (name, text) in scripts {
        if runs(name) {
            let folder = Folder::new();
            let server = Server::builder().env("T_A", "é a").arguments(&[folder.script(name, text)]).start();
            let response = server.request("DELETE", "/", &[("X-B", "b")], b"");
            assert_eq!(text_of(&response), "é a|DELETE|b\n", "{name}");
        }
    }
}

#[test]
fn row_56_the_log_in_every_language() {
    let scripts = [
        (
            "x.js",
            "module.exports = hook => { hook.log('a', 'log', 5); console.error('an error'); hook.res.end('body'); }",
        ),
        ("x.py", "import sys\nhook.log('a', 'log', 5)\nprint('an error', file=sys.stderr)\nprint('body')"),
        ("x.sh", "log a log 5; echo 'an error' >&2; echo body"),
    ];
    for (name, text) in scripts {
        if !runs(name) {
            continue;
        }
        let script = serve(name, text);
        let response = script.get("/");
        assert_eq!(text_of(&response), "body\n", "{name}");
        let id = response.header("x-request-id").unwrap();
        for words in ["a log 5", "an error"] {
            script.wait_for_log(|line| line.ends_with(&format!("{id} | {words}")));
        }
    }
}

#[test]
fn row_57_an_uncaught_error_is_a_500_with_the_users_own_lines() {
    let scripts = [
        (
            "x.js",
            "function fail() {\n  throw new TypeError('the reason');\n}\nmodule.exports = () => fail();",
            "x.js:2",
        ),
        (
            "x.js",
            "module.exports = async () => {\n  await null;\n  throw new TypeError('the reason');\n};",
            "x.js:3",
        ),
        (
            "x.js",
            "module.exports = () => setTimeout(() => {\n  throw new TypeError('the reason');\n}, 1);",
            "x.js:2",
        ),
        ("x.mjs", "export default () => {\n  throw new TypeError('the reason');\n};", "x.mjs:2"),
        ("x.py", "def fail():\n    raise TypeError('the reason')\nfail()", "line 2, in fail"),
        ("x.sh", "fail() {\n  the_reason TypeError\n  exit 127\n}\nfail", "line 2"),
    ];
    for (name, text, place) in scripts {
        if !runs(name) {
            continue;
        }
        let script = serve(name, text);
        let response = script.get("/");
        let page = response.text();
        assert_eq!((response.status, response.complete), (500, true), "{name}: {page}");
        for part in ["TypeError", place] {
            assert!(page.contains(part) || name == "x.sh" && part == "TypeError", "{part} is not in: {page}");
        }
        let path = script.folder.path(name);
        let foreign = ["bridge", "_stack", "node:internal/modules"];
        let is_foreign = |line: &&str| foreign.iter().any(|part| line.contains(part));
        assert_eq!(page.lines().find(is_foreign), None, "{path}: {page}");
    }
}

#[test]
fn row_58_exit_codes_in_every_language() {
    let scripts = [
        ("x.js", "process.exit(3)", "process.exitCode = 3; module.exports = () => {}"),
        ("x.py", "import sys\nsys.exit(3)", "raise SystemExit('words')"),
        ("x.sh", "exit 3", "false"),
    ];
    for (name, first, second) in scripts {
        if !runs(name) {
            continue;
        }
        for text in [first, second] {
            let response = serve(name, text).get("/");
            assert_eq!(response.status, 500, "{name}: {text}");
            let accepted = Folder::new();
            let server = Server::start(&["--ok-exit", "0,1,3", &accepted.script(name, first)]);
            assert_eq!(text_of(&server.get("/")), "", "{name}");
        }
    }
}

#[test]
fn row_58_success_without_output_is_empty() {
    for (name, text) in
        [("x.js", "module.exports = () => {}"), ("x.py", ""), ("x.sh", ""), ("x.js", "process.exit(0)")]
    {
        if runs(name) {
            assert_eq!(text_of(&serve(name, text).get("/")), "", "{name}: {text}");
        }
    }
}

#[test]
fn row_20_nothing_of_a_request_survives_it() {
    let scripts = [
        (
            "x.js",
            "globalThis.count = (globalThis.count ?? 0) + 1; process.stdout.write(`${count} ${process.pid}`)",
        ),
        (
            "x.py",
            "import builtins, os\nbuiltins.count = getattr(builtins, 'count', 0) + 1\nprint(count, os.getpid(), end='')",
        ),
        ("x.sh", "count=$((count + 1)); printf '%s %s' $count $$"),
    ];
    for (name, text) in scripts {
        if runs(name) {
            let script = serve(name, text);
            let [first, second] = [text_of(&script.get("/")), text_of(&script.get("/"))];
            assert!(
                first.starts_with("1 ") && second.starts_with("1 ") && first != second,
                "{first} {second}"
            );
        }
    }
}
