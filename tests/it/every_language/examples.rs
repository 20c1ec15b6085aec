//! The examples that every language has.

use super::dialect::{Dialect, GREETING};
use crate::harness::{Folder, Server, run_with};
use crate::languages::text_of;

pub(super) fn example_echo(dialect: &Dialect) {
    let Some(server) = serve(dialect, "echo/echo") else { return };
    let text = text_of(&server.get("/?foo=bar"));
    assert!(text.lines().count() > 1 && text.contains("bar") && text.ends_with('\n'), "{text}");
    if dialect.has(GREETING) {
        let greetings =
            ["a", "an"].map(|article| format!("Hello, this is {article} {} script.", dialect.title));
        let first = text.lines().next().unwrap_or_default();
        assert!(greetings.iter().any(|greeting| greeting == first), "{first}");
    }
}

pub(super) fn example_hello_world(dialect: &Dialect) {
    let Some(server) = serve(dialect, "hello-world/hello-world") else { return };
    assert_eq!(text_of(&server.get("/")), "hello world\n");
}

pub(super) fn example_clock(dialect: &Dialect) {
    if !dialect.first_shelf {
        return;
    }
    let Some(server) = serve(dialect, "streams/clock") else { return };
    let text = text_of(&server.get("/?count=3"));
    let is_time = |line: &str| line.split(':').count() == 3 && line.contains(|c: char| c.is_ascii_digit());
    assert!(text.lines().count() == 3 && text.lines().all(is_time), "{text}");
}

pub(super) fn example_status(dialect: &Dialect) {
    if !dialect.first_shelf {
        return;
    }
    let Some(server) = serve(dialect, "status/status") else { return };
    for (query, status) in [("?code=418", 418), ("?code=201", 201), ("", 404)] {
        let response = server.get(&format!("/{query}"));
        assert_eq!((response.status, response.header("x-service")), (status, Some("status")), "{query}");
        assert_eq!((response.text().as_str(), response.complete), ("as you asked\n", true), "{query}");
    }
}

pub(super) fn a_starter_answers(dialect: &Dialect) {
    if !dialect.is_here() {
        return;
    }
    let folder = Folder::new();
    let made = run_with(&["new", dialect.name, "first"], b"", |command| {
        command.current_dir(folder.root());
    });
    assert_eq!(made.code, 0, "{}", made.stderr);
    let words: Vec<&str> = made.stdout.trim_end().split(' ').skip(1).collect();
    let server = Server::builder().directory(folder.root()).arguments(&words).start();
    for (query, name) in [("?name=you", "you"), ("", "world")] {
        let text = text_of(&server.get(&format!("/{query}")));
        assert_eq!(text.lines().next(), Some(format!("hello {name}").as_str()), "{text}");
    }
}

/// Serves an example; none where the language has no files of its own, or is not here.
fn serve(dialect: &Dialect, name: &str) -> Option<Server> {
    let path = format!("examples/services/{name}.{}", dialect.extension);
    let served = dialect.owns_its_extension() && dialect.is_here();
    served.then(|| dialect.start(&path, |builder| builder))
}
