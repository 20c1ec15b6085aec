//! Rust sources as words: without comments and string literals, so that only code is judged.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::harness::PROJECT;

/// One file of the project.
pub(super) struct Source {
    /// Below the project's folder.
    pub(super) path: String,
    pub(super) text: String,
    code: String,
}

/// Every Rust file below a folder of the project.
pub(super) fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(PROJECT).join(folder)).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if entry.path().is_dir() {
            found.extend(sources(&path));
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(entry.path()).expect("sources are UTF-8");
            found.push(Source { code: code_of(&text), path, text });
        }
    }
    found
}

impl Source {
    /// The module right below the crate that the file belongs to: `src/find/shim.rs` is `find`.
    pub(super) fn module(&self) -> String {
        let below = self.path.split('/').nth(1).unwrap_or_default();
        below.trim_end_matches(".rs").to_owned()
    }

    pub(super) fn has_word(&self, word: &str) -> bool {
        self.code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|found| found == word)
    }

    /// The names that follow `crate::` anywhere: in `use` lines, groups, and paths.
    pub(super) fn crate_uses(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for rest in self.code.split("crate::").skip(1) {
            match rest.trim_start().strip_prefix('{') {
                Some(group) => names.extend(heads_of_group(group)),
                None => names.extend(identifier(rest)),
            }
        }
        names
    }
}

/// `a::{b, c}, d}` gives `a` and `d`.
fn heads_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut start) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                heads.extend(identifier(&group[start..at]));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    heads
}

fn identifier(text: &str) -> Option<String> {
    let name: String = text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The text without line comments, and with every string literal emptied.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['/', '"', '\'', 'r']) {
        let (before, from) = rest.split_at(at);
        code.push_str(before);
        let length = skipped(from, before);
        if length == 0 {
            code.push_str(&from[..1]);
        }
        rest = &from[length.max(1)..];
    }
    code + rest
}

/// How many bytes of comment or literal begin here; none when it is code.
fn skipped(from: &str, before: &str) -> usize {
    let end_of =
        |start: usize, end: &str| from[start..].find(end).map_or(from.len(), |at| start + at + end.len());
    let in_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if from.starts_with("//") {
        return from.find('\n').unwrap_or(from.len());
    }
    if from.starts_with('"') {
        return string_length(from);
    }
    if from.starts_with("'\"'") || from.starts_with("'\\") {
        return 1 + from[2..].find('\'').map_or(0, |at| at + 2);
    }
    if from.starts_with('r') && (!in_word || before.ends_with('b')) {
        let hashes = from[1..].chars().take_while(|c| *c == '#').count();
        if from[1 + hashes..].starts_with('"') {
            return end_of(2 + hashes, &format!("\"{}", "#".repeat(hashes)));
        }
    }
    0
}

/// A string literal with its quotes; a backslash escapes the next byte.
fn string_length(from: &str) -> usize {
    let bytes = from.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::{code_of, heads_of_group};

    #[test]
    fn comments_and_literals_are_no_code() {
        let text =
            "let a = \"un\\\"safe // x\"; // unsafe\nlet b = '\"'; let c = r#\"crate::x\"#; crate::y::z";
        assert_eq!(code_of(text), "let a = ; \nlet b = ; let c = ; crate::y::z");
    }

    #[test]
    fn a_group_names_its_heads() {
        assert_eq!(heads_of_group("a::{b, c}, d};"), ["a", "d"]);
        assert_eq!(heads_of_group("\n  e::f,\n};"), ["e"]);
    }
}
