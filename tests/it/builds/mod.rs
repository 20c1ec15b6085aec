//! Sources that are built before they run: once for each content, shared by all requests, kept and bounded.

mod cache;
mod changes;
mod meanwhile;

use std::os::unix::fs::PermissionsExt;

use crate::harness::{Builder, Folder, Response, Server, eventually, interpreter};

/// A source of C that prints a word, through the standard library alone.
fn printing(word: &str) -> String {
    format!("#include <stdio.h>\nint main(void) {{ puts(\"{word}\"); return 0; }}\n")
}

/// Each run that compiles the user's source leaves a line when it begins and one when it has ended; at both, while
/// there is a pipe of that name, it waits to read it.
const COMPILER: &str = r#"#!/bin/sh
pass() { echo >>"$PLACE/$1.lines"; [ ! -p "$PLACE/$1" ] || read -r _ <"$PLACE/$1"; }
case "$*" in *service.c*) ;; *) exec gcc "$@" ;; esac
pass before
gcc "$@"
code=$?
pass after
exit "$code"
"#;

/// A source of C that does not compile; the error is in its third line.
const BROKEN: &str = "#include <stdio.h>\nint main(void) {\n  return undeclared_name;\n}\n";

/// The pipe that a compiler reads before it begins, while there is one, and the one after it has ended.
const BEFORE: &str = "before";
const AFTER: &str = "after";

/// A folder with a source, a cache of its own, and a compiler that can be held up and counted.
struct Place {
    folder: Folder,
    source: String,
}

impl Place {
    /// Nothing when there is no C compiler here.
    fn new(source: &str) -> Option<Self> {
        if !interpreter("gcc") {
            return None;
        }
        let folder = Folder::new();
        let source = folder.script("source/service.c", source);
        folder.program("compiler", COMPILER);
        Some(Self { folder, source })
    }

    fn serve(&self, options: &[&str]) -> Server {
        self.serve_with(options, |builder| builder)
    }

    /// The same with a hand on how the server is started.
    fn serve_with(&self, options: &[&str], adjust: impl FnOnce(Builder) -> Builder) -> Server {
        let compiler = self.folder.path("compiler");
        let words = [&["--interpreter", &compiler], options, &[&self.source]].concat();
        let builder = Server::builder()
            .env("STACK_ERRORS", "show")
            .env("XDG_CACHE_HOME", self.folder.path("cache"))
            .env("PLACE", self.folder.root());
        adjust(builder).arguments(&words).start()
    }

    fn write(&self, text: &str) {
        self.folder.script("source/service.c", text);
    }

    /// From now on compilers wait there for [`Self::open`].
    fn close(&self, gate: &str) {
        self.folder.fifo(gate);
    }

    /// Lets the compiler go on that waits there.
    fn open(&self, gate: &str) {
        std::fs::write(self.folder.path(gate), "go\n").expect("a compiler reads it");
        std::fs::remove_file(self.folder.path(gate)).expect("our own pipe");
    }

    /// How often the user's source was compiled.
    fn compilations(&self) -> usize {
        self.folder.lines("before.lines")
    }

    /// Waits until so many compilers have come there.
    fn wait_at(&self, gate: &str, count: usize) {
        let lines = || self.folder.lines(&format!("{gate}.lines"));
        eventually("the compiler comes there", || (lines() >= count).then_some(()));
    }
}

/// The text of an answer that is in order.
fn text_of(response: &Response) -> String {
    assert!(response.status == 200 && response.complete, "{} {}", response.status, response.text());
    response.text()
}

fn mode_of(path: &str) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}
