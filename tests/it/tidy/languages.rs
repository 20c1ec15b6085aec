//! The table of languages, their bridges, starters, examples and services agree.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::every_language::dialect::{CASES, DIALECTS};
use crate::harness::PROJECT;

/// A language that has a bridge.
struct Row {
    name: String,
    extensions: Vec<String>,
    /// The folder of its bridge in `langs/`, which may be another's.
    bridge: String,
}

#[test]
fn languages_bridges_and_examples_agree() {
    let mut faults = Vec::new();
    let mut folders = BTreeSet::new();
    for Row { name, extensions, bridge } in table() {
        for file in [format!("langs/{name}/starter"), example("echo"), example("hello-world")] {
            let written = |extension: &String| has_text(&format!("{file}.{extension}"));
            if !extensions.is_empty() && !extensions.iter().any(written) {
                faults.push(format!("{name}: there is no {file}.{}", extensions[0]));
            }
        }
        if !exists(&format!("langs/{bridge}")) {
            faults.push(format!("{name}: there is no langs/{bridge}"));
        }
        folders.extend([name, bridge]);
    }
    let orphans = folders_in("langs").into_iter().filter(|folder| !folders.contains(folder));
    faults.extend(orphans.map(|folder| format!("langs/{folder} belongs to no language of the table")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_language_of_the_table_has_its_services() {
    let names: BTreeSet<String> = table().into_iter().map(|row| row.name).collect();
    let dialects: BTreeSet<String> = DIALECTS.iter().map(|dialect| dialect.name.to_owned()).collect();
    assert_eq!(names, dialects, "the table and the suite");
    let folders: BTreeSet<String> = DIALECTS.iter().map(|dialect| dialect.folder().to_owned()).collect();
    assert_eq!(folders_in("tests/services"), folders, "tests/services and the suite");
    let mut faults = Vec::new();
    for dialect in DIALECTS {
        for case in CASES {
            let path = dialect.path(case);
            match (exists(&path), dialect.exception(case)) {
                (true, None) | (false, Some(_)) => {}
                (false, None) => faults.push(format!("{path} is missing")),
                (true, Some(why)) => faults.push(format!("{path} is there although {why}")),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The rows of the table, read as text, since the program keeps it to itself.
fn table() -> Vec<Row> {
    let path = Path::new(PROJECT).join("src/service/table.rs");
    let text = fs::read_to_string(path).expect("there is a table");
    let rows = text.split("    Language {\n").skip(1).filter_map(|row| {
        let bridge = quoted(row, "bridge!(", ")").into_iter().next()?;
        Some(Row {
            name: quoted(row, "name: ", ",").remove(0),
            extensions: quoted(row, "extensions: ", "]"),
            bridge,
        })
    });
    rows.collect()
}

/// The quoted words between `key` and what ends its value.
fn quoted(row: &str, key: &str, end: &str) -> Vec<String> {
    let value = row.split_once(key).and_then(|(_, rest)| rest.split_once(end)).map_or("", |(value, _)| value);
    value.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn example(name: &str) -> String {
    format!("examples/services/{name}/{name}")
}

fn exists(path: &str) -> bool {
    Path::new(PROJECT).join(path).exists()
}

fn has_text(path: &str) -> bool {
    fs::read_to_string(Path::new(PROJECT).join(path)).is_ok_and(|text| !text.trim().is_empty())
}

/// The folders in a folder.
fn folders_in(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(Path::new(PROJECT).join(folder)).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
