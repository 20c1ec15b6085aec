//! Failures: an uncaught error, a syntax error, an exit code.

use std::fs;
use std::path::Path;

use super::dialect::{Dialect, PLACE, SYNTAX_PLACE};
use crate::harness::PROJECT;
use crate::languages::text_of;

pub(super) fn row_57_an_uncaught_error(dialect: &Dialect) {
    let Some(server) = dialect.serve("throws") else { return };
    let response = server.get("/");
    let page = response.text();
    assert_eq!((response.status, response.complete), (500, true), "{page}");
    assert!(page.contains("the reason"), "{page}");
    if dialect.has(PLACE) {
        assert!(names_line(&page, &format!("throws.{}", dialect.extension), 3), "{page}");
    }
    assert_no_bridge(dialect, &page);
}

/// A message that is heard together with the first output comes before it, and then all of it is a 500; what must
/// never be is an answer that looks whole.
pub(super) fn row_57_an_uncaught_error_after_output(dialect: &Dialect) {
    let Some(server) = dialect.serve("throws_late") else { return };
    let response = server.get("/");
    let page = response.text();
    match response.status {
        200 => assert_eq!((page.as_str(), response.complete), ("before\n", false)),
        status => assert!(status == 500 && page.contains("the reason"), "{status} {page}"),
    }
    server.wait_for_log(|line| line.contains("the reason"));
}

pub(super) fn row_61_a_syntax_error(dialect: &Dialect) {
    let Some(server) = dialect.serve("broken") else { return };
    let response = server.get("/");
    let page = response.text();
    assert_eq!((response.status, response.complete), (500, true), "{page}");
    let words = dialect.syntax_errors;
    assert!(words.iter().any(|words| page.contains(words)), "{words:?} is not in {page}");
    if dialect.has(SYNTAX_PLACE) {
        assert!(names_line(&page, &format!("broken.{}", dialect.extension), 3), "{page}");
    }
    assert_no_bridge(dialect, &page);
}

pub(super) fn row_58_an_exit_code(dialect: &Dialect) {
    let Some(server) = dialect.serve("exits") else { return };
    let response = server.get("/");
    assert_eq!((response.status, response.complete), (500, true), "{}", response.text());
    let Some(server) = dialect.serve_with("exits", |builder| builder.arguments(&["--ok-exit", "0,3"])) else {
        return;
    };
    assert_eq!(text_of(&server.get("/")), "", "3 is what it exits with");
}

/// Whether a file is named with a number close behind it: `x.js:3`, `x.py", line 3`, `x.pl line 3.`
fn names_line(page: &str, file: &str, line: u32) -> bool {
    page.match_indices(file).any(|(at, _)| {
        let behind = page[at + file.len()..].chars().take_while(|character| *character != '\n').take(40);
        let behind: String = behind.collect();
        behind.split(|character: char| !character.is_ascii_digit()).any(|word| word == line.to_string())
    })
}

/// The files of the bridge are nothing that the user wrote.
fn assert_no_bridge(dialect: &Dialect, page: &str) {
    let folder = Path::new(PROJECT).join("langs").join(dialect.folder());
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    for name in names.chain(["bridge.".to_owned()]) {
        assert!(!page.contains(&name), "{name} is in {page}");
    }
}
