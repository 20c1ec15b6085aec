//! `stack doctor`, and the pages and completions that come from the same definitions as the options.

#![allow(clippy::disallowed_types, reason = "tests start programs by the standard library's Command")]

mod completions;
mod folders;
mod interpreters;
mod limits;
mod manual;
mod program;
mod proxy;
mod report;

use std::process::Command;

use serde_json::Value;

use crate::harness::{Finished, Folder, run_with};

/// The findings of a doctor who sees no program but those of the folder.
fn examine(folder: &Folder, words: &[&str], adjust: impl FnOnce(&mut Command)) -> Findings {
    let words = [&["doctor", "--json"], words].concat();
    let finished = run_with(&words, b"", |command| {
        command.env("PATH", folder.root());
        for name in ["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "PYTHONPATH", "RUBYOPT", "PERL5OPT"] {
            command.env_remove(name);
        }
        adjust(command);
    });
    Findings::of(&finished)
}

/// What was printed, and how it ended.
struct Findings {
    code: i32,
    list: Vec<Value>,
}

impl Findings {
    fn of(finished: &Finished) -> Self {
        let list = serde_json::from_str(&finished.stdout);
        Self { code: finished.code, list: list.unwrap_or_else(|_| panic!("{finished:?}")) }
    }

    /// All findings of that name.
    fn all(&self, check: &str) -> Vec<Finding<'_>> {
        let named = self.list.iter().filter(|finding| finding["check"] == check);
        named.map(Finding::of).collect()
    }

    /// The one finding of that name.
    fn one(&self, check: &str) -> Finding<'_> {
        let mut all = self.all(check);
        assert_eq!(all.len(), 1, "{check}: {:#?}", self.list);
        all.remove(0)
    }
}

/// One finding, with an empty remedy where there is none.
#[derive(Debug)]
struct Finding<'a> {
    level: &'a str,
    seen: &'a str,
    remedy: &'a str,
}

impl<'a> Finding<'a> {
    fn of(value: &'a Value) -> Self {
        let text = |name: &str| value[name].as_str().unwrap_or_default();
        Self { level: text("level"), seen: text("seen"), remedy: text("remedy") }
    }
}
