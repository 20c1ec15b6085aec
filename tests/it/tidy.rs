//! The rules of ARCHITECTURE.md that a compiler does not hold: layers, first lines, the one unsafe file.

mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use self::source::sources;
use crate::harness::PROJECT;

/// The layers from the bottom up. A module uses what stands in a lower row or earlier in its own.
const LAYERS: &[&[&str]] = &[
    &["failure", "error"],
    &["params", "service", "document", "control", "policy", "config"],
    &["os", "process", "slots", "spool", "budget", "find", "compile", "isolate", "warm"],
    &["receipt", "receive", "respond", "protocol", "websocket", "invoke"],
    &["router", "access_log", "metrics", "rate", "reload", "stack"],
    &["server"],
    &["cli", "main"],
];

/// The file that may hold unsafe code.
const UNSAFE: &str = "os.rs";

/// The longest a source file may be.
const LINES: usize = 400;

#[test]
fn modules_use_only_what_stands_below_them() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let module = source.module();
        if module == "lib" || module == "bin" {
            continue;
        }
        let Some(place) = place_of(&module) else {
            faults.push(format!(
                "{}: `{module}` has no layer; give it one here and in ARCHITECTURE.md",
                source.path
            ));
            continue;
        };
        for used in source.crate_uses() {
            match place_of(&used) {
                Some(other) if other < place || used == module => {}
                Some(_) => faults.push(format!("{}: `{module}` may not use `{used}`", source.path)),
                None => faults.push(format!("{}: `crate::{used}` is no module of a layer", source.path)),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    let mut faults = Vec::new();
    for source in sources("src").into_iter().chain(sources("tests")) {
        if !source.text.starts_with("//! ") {
            faults.push(format!("{} does not begin with a `//!` line", source.path));
        }
        let lines = source.text.lines().count();
        if lines > LINES {
            faults.push(format!("{} has {lines} lines of {LINES}", source.path));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn unsafe_code_stands_in_one_file() {
    let named = |word: &'static str| {
        sources("src").into_iter().filter(move |source| source.has_word(word)).map(|source| source.path)
    };
    let elsewhere: Vec<_> =
        named("unsafe").filter(|path| !path.ends_with(&format!("src/{UNSAFE}"))).collect();
    assert_eq!(elsewhere, [""; 0], "unsafe code outside src/{UNSAFE}");
    let hooks: Vec<_> = named("pre_exec").collect();
    assert_eq!(hooks, [""; 0], "a hook between fork and exec copies the whole address space");
}

#[test]
fn languages_bridges_and_examples_agree() {
    let table = fs::read_to_string(Path::new(PROJECT).join("src/service/language.rs")).unwrap();
    let rows: Vec<&str> = table.split("Language {").filter(|row| row.contains("name: \"")).collect();
    let mut faults = Vec::new();
    let mut folders = BTreeSet::new();
    for row in rows {
        let name = quoted(row, "name: ").remove(0);
        let extensions = quoted(row, "extensions: ");
        for file in quoted(row, "include_str!(") {
            let path = file.trim_start_matches("../../");
            if !Path::new(PROJECT).join(path).is_file() {
                faults.push(format!("{name}: there is no {path}"));
            }
            folders.extend(
                path.strip_prefix("langs/").and_then(|path| path.split('/').next()).map(str::to_owned),
            );
        }
        for example in ["echo", "hello-world"] {
            let names = names_in(&format!("examples/services/{example}"));
            let has = |extension: &String| names.iter().any(|name| name.ends_with(&format!(".{extension}")));
            if !extensions.iter().any(has) {
                faults.push(format!("{name}: examples/services/{example} has no file of it"));
            }
        }
    }
    let orphans = names_in("langs").into_iter().filter(|folder| !folders.contains(folder));
    faults.extend(orphans.map(|folder| format!("langs/{folder} belongs to no language of the table")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The row and the place in it; lower compares as smaller.
fn place_of(module: &str) -> Option<(usize, usize)> {
    let rows = LAYERS.iter().enumerate();
    rows.filter_map(|(row, names)| Some((row, names.iter().position(|name| *name == module)?))).next()
}

/// The quoted words of every expression that follows `key` in a row of the table.
fn quoted(row: &str, key: &str) -> Vec<String> {
    let expressions = row.split(key).skip(1).map(|rest| {
        let end = if rest.starts_with("&[") { "]" } else { "\"" };
        let start = rest.find('"').unwrap_or(0);
        let length = rest[start + 1..].find(end).map_or(rest.len(), |at| start + 1 + at);
        &rest[start..length]
    });
    expressions
        .flat_map(|text| text.split(['"', ',', ' ', '\n']).filter(|word| !word.is_empty()))
        .map(str::to_owned)
        .collect()
}

fn names_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(Path::new(PROJECT).join(folder)).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
