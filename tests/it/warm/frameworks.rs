//! Applications of frameworks, forked for each request: the examples.

use super::was;
use crate::harness::{PROJECT, Server, eventually, interpreter, required, succeeds};

/// An example answers by a process that was forked for it, by what it finds in query and body.
fn answers(example: &str, options: &[&str]) {
    let path = format!("{PROJECT}/examples/services/{example}");
    let options = [&["--warm", "fork"], options, &[path.as_str()]].concat();
    let server = Server::builder().arguments(&options).start();
    eventually("a fork answers", || was(&server.get("/"), "fork").then_some(()));
    let response = server.get("/?name=you");
    assert_eq!((response.status, response.text().as_str()), (200, "Hello, you!\n"));
    assert!(was(&response, "fork"));
    let response = server.post("/sum", "application/json", "[1, 2, 3]");
    let text: String = response.text().split_whitespace().collect();
    assert_eq!((response.status, text.as_str()), (200, "{\"sum\":6}"));
    assert_eq!(server.get("/nowhere").status, 404);
}

#[test]
fn fork_a_flask_application() {
    let has_flask = |python: &&str| succeeds(&[python, "-c", "import flask"]);
    // Debian's own has Debian's packages, whichever comes first.
    let python = ["python3", "/usr/bin/python3"].into_iter().find(has_flask);
    if interpreter("python3") && required("flask", python.is_some()) {
        answers("flask/app.py", &["--interpreter", python.expect("as required")]);
    }
}

#[test]
fn fork_a_sinatra_application() {
    let probe = ["ruby", "-e", "require 'sinatra/base'"];
    if interpreter("ruby") && required("sinatra", succeeds(&probe)) {
        answers("sinatra/app.rb", &[]);
    }
}
