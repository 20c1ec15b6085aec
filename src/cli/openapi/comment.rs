//! The first comment of a script, told by how it looks: a comment is one in every language that writes it so.

use std::{fs::File, io::Read, path::Path};

/// How much of a file is read for its comment.
const BEGINNING: u64 = 16 << 10;
/// How long the summary may be.
const SUMMARY: usize = 120;

/// What begins and ends a comment of several lines, the longer beginnings first.
const BLOCKS: &[(&str, &str)] = &[
    ("\"\"\"", "\"\"\""),
    ("'''", "'''"),
    ("/*", "*/"),
    ("(*", "*)"),
    ("{-", "-}"),
    ("#|", "|#"),
    ("<#", "#>"),
    ("<!--", "-->"),
    ("--[[", "]]"),
    ("=begin", "=end"),
    ("=pod", "=cut"),
    ("\"", "\""),
];
/// What begins a comment of one line.
const LINES: &[&str] = &["//", "#", "--", ";", "%"];
/// Words behind a `#` that make it no comment: a preprocessor, an attribute, a dialect.
const NO_COMMENTS: &[&str] = &[
    "!", "[", ":", "include", "define", "undef", "if", "else", "endif", "pragma", "import", "error", "line",
    "lang",
];
/// What a line has that is written for a tool and not for a reader.
const DIRECTIVES: &[&str] = &[
    "-*-",
    "coding:",
    "coding=",
    "vim:",
    "frozen_string_literal:",
    "shellcheck",
    "eslint",
    "@ts-",
    "pylint:",
    "type: ignore",
    "SPDX-License-Identifier",
];
/// Lines of code that may stand before the comment.
const PREAMBLE: &[&str] =
    &["<?php", "\"use strict\"", "'use strict'", "package main", "declare(strict_types=1);"];

/// What a comment says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Comment {
    /// Its first sentence.
    pub(super) summary: String,
    /// All of it, where that is more.
    pub(super) description: Option<String>,
}

/// The first comment of that file; none of one that cannot be read or is no text.
pub(super) fn of_file(path: &Path) -> Option<Comment> {
    // Opening a pipe would wait for whoever writes to it.
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let mut beginning = Vec::new();
    File::open(path).ok()?.take(BEGINNING).read_to_end(&mut beginning).ok()?;
    if beginning.contains(&0) { None } else { of_source(&String::from_utf8_lossy(&beginning)) }
}

/// The first comment of a source: what stands before any code, but for what must.
pub(super) fn of_source(source: &str) -> Option<Comment> {
    let mut rest = source.trim_start_matches('\u{feff}');
    if rest.starts_with("#!") && !rest.starts_with("#![") {
        rest = after_line(rest);
    }
    loop {
        rest = rest.trim_start();
        let line = rest.lines().next()?;
        if let Some(code) = PREAMBLE.iter().find(|code| line.starts_with(**code)) {
            rest = rest[code.len()..].trim_start_matches(';');
        } else if is_comment(line) && is_directive(line) && line_marker(line).is_some() {
            rest = after_line(rest);
        } else {
            break;
        }
    }
    let text = match BLOCKS.iter().find(|(begin, _)| rest.starts_with(begin)) {
        Some((begin, end)) => block(&rest[begin.len()..], end)?,
        None => lines(rest),
    };
    comment(&text)
}

fn after_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rest)| rest)
}

fn is_comment(line: &str) -> bool {
    line_marker(line).is_some() || BLOCKS.iter().any(|(begin, _)| line.starts_with(begin))
}

fn is_directive(line: &str) -> bool {
    DIRECTIVES.iter().any(|word| line.contains(word))
}

/// What begins the comment that this line is.
fn line_marker(line: &str) -> Option<&'static str> {
    let marker = LINES.iter().find(|marker| line.starts_with(**marker))?;
    let text = line.trim_start_matches('#');
    let is_code = *marker == "#" && NO_COMMENTS.iter().any(|word| text.starts_with(word));
    (!is_code).then_some(marker)
}

/// The comment up to its end, without the stars that stand before its lines.
fn block(text: &str, end: &str) -> Option<String> {
    let (text, _) = text.split_once(end)?;
    let plain = |line: &str| line.trim().trim_start_matches(['*', '!']).trim_start().to_owned();
    let kept = text.lines().filter(|line| !is_directive(line));
    Some(kept.map(plain).collect::<Vec<_>>().join("\n"))
}

/// The lines from here on that begin with the same marker.
fn lines(text: &str) -> String {
    let Some(marker) = text.lines().next().and_then(line_marker) else { return String::new() };
    let is_own = |line: &&str| line_marker(line.trim_start()) == Some(marker);
    let sign = marker.chars().next().unwrap_or('#');
    let plain = |line: &str| {
        let line = line.trim().trim_start_matches([sign, '!']);
        line.strip_prefix(' ').unwrap_or(line).to_owned()
    };
    let kept = text.lines().take_while(is_own).filter(|line| !is_directive(line));
    kept.map(plain).collect::<Vec<_>>().join("\n")
}

/// The first sentence, and all of it.
fn comment(text: &str) -> Option<Comment> {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let text = text.trim();
    let paragraph: Vec<_> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let paragraph = paragraph.join(" ");
    let sentence = paragraph.split_once(". ").map_or(paragraph.as_str(), |(sentence, _)| sentence);
    let mut summary = sentence.trim_end_matches('.').to_owned();
    if summary.is_empty() {
        return None;
    }
    if let Some((end, _)) = summary.char_indices().nth(SUMMARY) {
        summary.truncate(end);
        summary.push('…');
    }
    let is_more = text.trim_end_matches('.') != summary;
    Some(Comment { summary, description: is_more.then(|| text.to_owned()) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::of_source;

    fn summary(source: &str) -> Option<String> {
        of_source(source).map(|comment| comment.summary)
    }

    #[test]
    fn row_84_the_first_comment_is_found_in_every_way_to_write_one() {
        let sources = [
            "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n# Adds a user.\nimport sys\n",
            "\"\"\"Adds a user.\n\nMore.\n\"\"\"\nimport sys\n",
            "'use strict';\n// Adds a user.\n",
            "/**\n * Adds a user.\n * @param {string} name\n */\n",
            "<?php // Adds a user.\necho 1;\n",
            "<?php\n\n/* Adds a user. */\n",
            "-- Adds a user.\nprint(1)\n",
            "--[[ Adds a user. ]]\n",
            ";; Adds a user.\n(display 1)\n",
            "=begin\nAdds a user.\n=end\n",
            "(* Adds a user. *)\n",
            "#| Adds a user. |#\n",
            "\"Adds a user.\"\nTranscript show: 1\n",
            "# frozen_string_literal: true\n\n# Adds a user.\n",
            "//! Adds a user.\nfn main() {}\n",
            "package main\n\n// Adds a user.\n",
            "\u{feff}##  \n## Adds a user.\n",
            "#Adds a user.\n",
        ];
        for source in sources {
            let found = summary(source).unwrap_or_default();
            assert!(found.starts_with("Adds a user"), "{source:?}: {found:?}");
        }
    }

    #[test]
    fn row_84_code_is_no_comment() {
        let sources = [
            "",
            "\n",
            "#!/bin/sh\necho # no\n",
            "#include <stdio.h>\n",
            "#[derive(Debug)]\nstruct A;\n",
            "#![no_std]\n",
            "#lang racket\n",
            "import os  # no\n",
            "/* never ends",
            "#\n#\n",
            "'use strict';\nlet a\n",
        ];
        for source in sources {
            assert_eq!(summary(source), None, "{source:?}");
        }
    }

    #[test]
    fn row_84_a_sentence_is_the_summary_and_all_the_description() {
        let comment = of_source("# Adds a user\n# to the list. Really.\n#\n#   - once\nx = 1\n").unwrap();
        assert_eq!(comment.summary, "Adds a user to the list");
        let description = "Adds a user\nto the list. Really.\n\n  - once";
        assert_eq!(comment.description.as_deref(), Some(description));
        assert_eq!(of_source("// One.\n").unwrap().description, None);
    }

    proptest! {
        #[test]
        fn no_source_panics(source in any::<String>(), begin in "(#|//|--|\"\"\"|/\\*|<\\?php|;)?") {
            let comment = of_source(&format!("{begin}{source}"));
            prop_assert!(comment.is_none_or(|comment| !comment.summary.is_empty()));
        }
    }
}
