//! The findings as a person reads them, the problems last, where a terminal ends; and as JSON.

use serde_json::{Value, json};

use super::finding::{Finding, Group, Level};
use crate::service::Printable;

/// A remedy stands on the line of what was seen where both fit into so many columns.
const WIDTH: usize = 100;

/// What is in order by groups, then the advice, then the problems, then their number.
pub(super) fn text(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for group in Group::ALL {
        let in_order = |finding: &&Finding| finding.group == group && finding.level == Level::Ok;
        section(&mut lines, group.name(), findings.iter().filter(in_order));
    }
    for (level, title) in [(Level::Advice, "ADVICE"), (Level::Problem, "PROBLEMS")] {
        section(&mut lines, title, findings.iter().filter(|finding| finding.level == level));
    }
    lines.push(summary(findings));
    lines.join("\n")
}

/// One list of all findings.
pub(super) fn json(findings: &[Finding]) -> String {
    let findings = findings.iter().map(|finding| {
        json!({
            "group": finding.group.name(),
            "check": finding.check,
            "level": finding.level.name(),
            "seen": finding.seen,
            "remedy": finding.remedy,
        })
    });
    format!("{:#}", findings.collect::<Value>())
}

fn section<'a>(lines: &mut Vec<String>, title: &str, findings: impl Iterator<Item = &'a Finding>) {
    let before = lines.len();
    for finding in findings {
        if lines.len() == before {
            lines.push(title.to_owned());
        }
        entry(lines, finding);
    }
    if lines.len() > before {
        lines.push(String::new());
    }
}

fn entry(lines: &mut Vec<String>, finding: &Finding) {
    let seen = format!("  {:<20} {}", finding.check, Printable(&finding.seen));
    let Some(remedy) = &finding.remedy else { return lines.push(seen) };
    let remedy = Printable(remedy).to_string();
    if seen.chars().count() + remedy.chars().count() + 2 <= WIDTH {
        return lines.push(format!("{seen}; {remedy}"));
    }
    lines.extend([seen, format!("{:<23}{remedy}", "")]);
}

fn summary(findings: &[Finding]) -> String {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let problems = match count(Level::Problem) {
        0 => "no problem".to_owned(),
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    };
    match count(Level::Advice) {
        0 => problems,
        1 => format!("{problems}, 1 piece of advice"),
        many => format!("{problems}, {many} pieces of advice"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Group, Finding, json, text};

    fn findings() -> Vec<Finding> {
        vec![
            Finding::new(Group::Limits, "open files", "64").problem("raise the limit"),
            Finding::new(Group::Languages, "tcl", "no tclsh here").advice("a remedy ".repeat(12).trim_end()),
            Finding::new(Group::Languages, "bash", "/bin/bash\u{1b}[2J"),
        ]
    }

    #[test]
    fn problems_come_last_and_nothing_moves_the_cursor() {
        let expected = format!(
            "languages\n  bash                 /bin/bash\\u{{1b}}[2J\n\n\
             ADVICE\n  tcl                  no tclsh here\n{:23}{}\n\n\
             PROBLEMS\n  open files           64; raise the limit\n\n\
             1 problem, 1 piece of advice",
            "",
            "a remedy ".repeat(12).trim_end()
        );
        assert_eq!(text(&findings()), expected);
        assert_eq!(text(&[]), "no problem");
    }

    #[test]
    fn json_has_every_finding_as_it_is() {
        let findings: Vec<serde_json::Value> = serde_json::from_str(&json(&findings())).unwrap();
        assert_eq!(findings[0]["check"], "open files");
        assert_eq!((&findings[0]["level"], &findings[0]["group"]), (&"problem".into(), &"limits".into()));
        assert_eq!(findings[2]["level"], "ok");
        assert!(findings[2]["remedy"].is_null() && findings[2]["seen"] == "/bin/bash\u{1b}[2J");
    }
}
