//! What an exit code means: a status before the first byte, a visible break after it, or success.

use super::{Scripts, begin, id, wait_for_line};
use crate::harness::{End, Server};

const EXITS: Scripts = Scripts {
    javascript: "module.exports = ({ params, res }) => {
  if (params.part) res.write('part\\n');
  process.exit(Number(params.code));
};",
    python: "import sys
if 'part' in hook.params: print('part')
sys.exit(int(hook.params.code))
",
    bash: "[[ -v Hook_params_part ]] && echo part; exit \"$Hook_params_code\"",
    program: "case $QUERY_STRING in *part*) echo part ;; esac; code=${QUERY_STRING#code=}; exit \"${code%&*}\"",
};

#[test]
fn row_58_a_failure_before_the_first_byte_is_500() {
    EXITS.each(&[], |language, server| {
        for code in ["1", "3", "255"] {
            let answer = server.get(&format!("/?code={code}"));
            assert_eq!((answer.status, answer.header("x-stack-error")), (500, Some("exit")), "{language}");
            let page = answer.text();
            assert!(page.contains(&format!("exit code {code}")), "{language}: {page}");
            assert!(page.contains(&format!("--ok-exit 0,{code}")), "{language}: {page}");
        }
    });
}

#[test]
fn row_58_a_failure_after_the_first_byte_breaks_off_and_names_the_flag() {
    EXITS.each(&[], |language, server| {
        let answer = server.get("/?code=3&part=1");
        assert_eq!((answer.status, answer.text().as_str()), (200, "part\n"), "{language}");
        assert_eq!(answer.end, End::Closed, "{language}: a failure must not look complete");
        let line = wait_for_line(server, &id(&answer), "BROKEN OFF: exit 3;");
        assert!(line.contains("--ok-exit 0,3"), "{language}: {line}");
    });
}

#[test]
fn row_58_codes_that_are_accepted_are_success() {
    EXITS.each(&["--ok-exit", "0,3"], |language, server| {
        for (query, body) in [("code=3", ""), ("code=3&part=1", "part\n"), ("code=0&part=1", "part\n")] {
            let answer = server.get(&format!("/?{query}"));
            let seen = (answer.status, answer.text(), answer.complete);
            assert_eq!(seen, (200, body.to_owned(), true), "{language} {query}");
        }
        assert_eq!(server.get("/?code=1").status, 500, "{language}: others are not");
    });
}

#[test]
fn row_58_only_the_listed_codes_are_success() {
    let server = Server::start(&["--ok-exit", "1", "grep", "-q", "x"]);
    let found = server.post("/", "text/plain", "x\n");
    let missed = server.post("/", "text/plain", "y\n");
    assert_eq!(missed.status, 200, "grep ends with 1 when nothing was found");
    assert_eq!(found.status, 200, "0 is success whatever else is");
}

#[test]
fn row_58_zero_and_empty_is_an_empty_answer() {
    EXITS.each(&[], |language, server| {
        let answer = server.get("/?code=0");
        let seen = (answer.status, answer.body.len(), answer.complete);
        assert_eq!(seen, (200, 0, true), "{language}");
        assert_eq!(answer.header("x-stack-error"), None, "{language}");
    });
}

/// Writes a part, which the client has before the gate opens, unless it is not asked to; then fails.
const THROWS: Scripts = Scripts {
    javascript: "const fs = require('fs');
module.exports = ({ params, res }) => {
  if (params.part) {
    res.write('part\\n');
    fs.readSync(fs.openSync(process.env.GATE), Buffer.alloc(8));
  }
  throw new Error('lost');
};",
    python: "import os
if 'part' in hook.params:
    print('part')
    os.read(os.open(os.environ['GATE'], os.O_RDONLY), 8)
raise KeyError('lost')
",
    bash: "set -e
if [[ -v Hook_params_part ]]; then echo part; read -r _ < \"$GATE\"; fi
echo lost >&2
false",
    program: "set -e
case $QUERY_STRING in *part*) echo part; read -r _ < \"$GATE\" ;; esac
echo lost >&2
false",
};

#[test]
fn row_58_an_uncaught_error_is_a_failure() {
    THROWS.each_at_a_gate(&[], |language, server, gate| {
        let answer = server.get("/");
        assert_eq!(answer.status, 500, "{language}");
        assert!(answer.header("x-stack-error").is_some(), "{language}");
        wait_for_line(server, &id(&answer), "lost");
        let mut connection = begin(server, "/?part=1");
        assert_eq!(connection.head().status, 200, "{language}");
        assert_eq!(connection.body_until("\n"), b"part\n", "{language}");
        gate.open();
        assert_eq!(connection.rest(), (Vec::new(), End::Closed), "{language}");
    });
}
