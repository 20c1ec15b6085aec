//! What a script is told, and how it ends, beyond what every language is held to alike.

use super::{runs, serve, text_of};
use crate::harness::interpreter;

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
fn row_57_errors_of_javascript_have_the_users_own_lines() {
    if !interpreter("node") {
        return;
    }
    let scripts = [
        ("x.js", "// At the top.\nthrow new TypeError('the reason');", ":2"),
        (
            "x.js",
            "module.exports = async () => {\n  await null;\n  throw new TypeError('the reason');\n};",
            ":3",
        ),
        (
            "x.js",
            "module.exports = () => setTimeout(() => {\n  throw new TypeError('the reason');\n}, 1);",
            ":2",
        ),
        ("x.mjs", "export default () => {\n  throw new TypeError('the reason');\n};", ":2"),
    ];
    for (name, text, line) in scripts {
        let response = serve(name, text).get("/");
        let page = response.text();
        assert_eq!((response.status, response.complete), (500, true), "{text}: {page}");
        assert!(page.contains("TypeError: the reason"), "{text}: {page}");
        assert!(page.contains(&format!("{name}{line}")), "{text}: {page}");
        let foreign =
            page.lines().find(|line| line.contains("bridge") || line.contains("node:internal/modules"));
        assert_eq!(foreign, None, "{text}: {page}");
    }
}

#[test]
fn row_58_other_ways_to_fail_and_to_succeed() {
    let scripts = [
        ("x.js", "process.exitCode = 3; module.exports = () => {}", 500),
        ("x.js", "process.exit(0)", 200),
        ("x.py", "raise SystemExit('words')", 500),
        ("x.sh", "false", 500),
        ("x.sh", "nonsense_of_no_path; exit", 500),
    ];
    for (name, text, status) in scripts {
        if runs(name) {
            let response = serve(name, text).get("/");
            assert_eq!((response.status, response.complete), (status, true), "{name}: {text}");
        }
    }
}
