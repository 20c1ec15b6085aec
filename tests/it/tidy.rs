//! The rules of ARCHITECTURE.md that a compiler does not hold: layers, first lines, the one unsafe file.

mod languages;
mod source;

use self::source::sources;

/// The layers from the bottom up. A module uses what stands in a lower row or earlier in its own.
const LAYERS: &[&[&str]] = &[
    &["failure", "error"],
    &["params", "schema", "pattern", "service", "document", "control", "policy", "config"],
    &["os", "process", "slots", "spool", "budget", "cache", "compile", "find", "isolate", "warm"],
    &["receipt", "receive", "respond", "protocol", "websocket", "invoke"],
    &["router", "access_log", "metrics", "rate", "current", "mount", "routes", "pages", "stack", "reload"],
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

/// The row and the place in it; lower compares as smaller.
fn place_of(module: &str) -> Option<(usize, usize)> {
    let rows = LAYERS.iter().enumerate();
    rows.filter_map(|(row, names)| Some((row, names.iter().position(|name| *name == module)?))).next()
}
