//! The README taken apart: its fenced blocks, commands with their output, tables and links.

use std::fs;
use std::path::Path;

use crate::harness::PROJECT;

pub(super) fn readme() -> String {
    fs::read_to_string(Path::new(PROJECT).join("README.md")).expect("a project has a README.md")
}

/// The texts of all fenced blocks of that language.
pub(super) fn blocks(language: &str) -> Vec<String> {
    let readme = readme();
    let fence = format!("\n```{language}\n");
    let parts = readme.split(&fence).skip(1);
    parts.map(|part| part.split_once("\n```").expect("a fence is closed").0.to_owned() + "\n").collect()
}

/// One `$ command` of a console block and the lines that stand behind it.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) command: String,
    pub(super) output: String,
}

pub(super) fn steps(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command: command.to_owned(), output: String::new() }),
            (None, Some(step)) => step.output += &format!("{line}\n"),
            (None, None) => panic!("{line:?} stands before the first command"),
        }
    }
    steps
}

/// The rows of the table with that first heading, their cells trimmed.
pub(super) fn table(heading: &str) -> Vec<Vec<String>> {
    let readme = readme();
    let lines = readme.lines().skip_while(|line| !line.starts_with(&format!("| {heading} |")));
    let rows = lines.skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// What stands between backquotes.
pub(super) fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Where the links lead that lead into the project.
pub(super) fn links() -> Vec<String> {
    let readme = readme();
    let targets = readme.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).filter(|target| !target.contains("://")).collect()
}
