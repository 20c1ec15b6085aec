//! Floods of parameters, and names that would be slow together.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{FORM, JSON, Reader};
use crate::harness::{Folder, Server, interpreter};

/// Far more than any of these takes, and far less than a square of their number would.
const PROMPT: Duration = Duration::from_secs(10);

#[test]
fn attack_27_a_million_parameters_are_refused() {
    let reader = Reader::start(&["--max-body", "100M"]);
    let joined = |each: &dyn Fn(usize) -> String, between: &str| {
        (0..1_000_000).map(each).collect::<Vec<_>>().join(between)
    };
    let bodies = [
        (FORM, "a&".repeat(1_000_000)),
        (FORM, joined(&|at| format!("p{at}=1"), "&")),
        (FORM, joined(&|at| format!("a[{at}]=1"), "&")),
        (FORM, "a[b][c][d][e][f]=1&".repeat(1_000_000)),
        (JSON, format!("{{{}}}", joined(&|at| format!("\"p{at}\":1"), ","))),
        (JSON, format!("{{{}}}", joined(&|_| "\"p\":1".to_owned(), ","))),
    ];
    reader.unharmed(|| {
        for (content_type, body) in bodies {
            let start = Instant::now();
            reader.refuses(content_type, body, 400, "bad-parameters");
            assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
        }
    });
}

/// A thousand names that many hash functions cannot tell apart.
fn colliding() -> Vec<String> {
    let pick = |number: usize, bit: usize| if number >> bit & 1 == 0 { "Ez" } else { "FY" };
    (0..1000).map(|number| (0..10).map(|bit| pick(number, bit)).collect()).collect()
}

#[test]
fn attack_27_a_thousand_colliding_names_are_all_there() {
    let reader = Reader::start(&[]);
    let names = colliding();
    let body = names.iter().map(|name| format!("{name}=1")).collect::<Vec<_>>().join("&");
    reader.unharmed(|| {
        let start = Instant::now();
        let params = reader.params(FORM, &body);
        assert_eq!(params.as_object().map(serde_json::Map::len), Some(1000));
        assert!(names.iter().all(|name| params[name] == "1"));
        assert!(start.elapsed() < PROMPT);
    });
}

#[test]
fn attack_27_a_thousand_names_reach_every_language() {
    let folder = Folder::new();
    let services = [
        (
            "node",
            folder.script("s.js", "module.exports = h => h.res.end(String(Object.keys(h.params).length))"),
        ),
        ("python3", folder.script("s.py", "print(len(hook.params))\n")),
        ("bash", folder.script("s.sh", "echo ${#Hook_params[@]}")),
    ];
    let all_collide = colliding().iter().map(|name| format!("{name}=1")).collect::<Vec<_>>().join("&");
    // In bash `a[b]` and `a_b` want the same variable.
    let same = (0..500).map(|at| format!("a[{at}]=1&a_{at}=2")).collect::<Vec<_>>().join("&");
    for (language, service) in services {
        if interpreter(language) {
            let server = Server::start(&[service]);
            let start = Instant::now();
            assert_eq!(server.post("/", FORM, &all_collide).text(), "1000\n", "{language}");
            let answer = server.post("/", FORM, &same);
            assert_eq!((answer.status, answer.complete), (200, true), "{language}");
            assert!(start.elapsed() < PROMPT, "{language}: {:?}", start.elapsed());
        }
    }
}

#[test]
fn attack_27_a_list_of_a_million_is_one_parameter() {
    let reader = Reader::start(&[]);
    reader.unharmed(|| {
        let body = format!("{{\"a\":[{}1]}}", "1,".repeat(999_999));
        let params = reader.params(JSON, body);
        assert_eq!(params["a"].as_array().map(Vec::len), Some(1_000_000));
        assert_eq!(params["a"][999_999], Value::from(1));
    });
}
