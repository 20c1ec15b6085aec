//! What is printed: a list for programs, and a text whose end is what matters.

use super::examine;
use crate::harness::{Folder, run, run_with};

#[test]
fn doctor_lists_every_finding_with_its_level_and_its_remedy() {
    let findings = examine(&Folder::new(), &[], |_| {});
    let groups = ["program", "languages", "environment", "folders", "limits", "kernel", "proxy"];
    for finding in &findings.list {
        assert!(groups.iter().any(|group| finding["group"] == *group), "{finding}");
        assert!(finding["check"].is_string() && finding["seen"].is_string(), "{finding}");
        let level = finding["level"].as_str().unwrap();
        assert!(["ok", "advice", "problem"].contains(&level), "{finding}");
        assert_eq!(finding["remedy"].is_string(), level != "ok", "{finding}");
    }
    let has_problem = findings.list.iter().any(|finding| finding["level"] == "problem");
    assert_eq!(findings.code, i32::from(has_problem));
    for check in ["stack", "python", "uploads", "cache", "open files", "version", "guardian", "starts"] {
        findings.one(check);
    }
}

#[test]
fn doctor_speaks_of_problems_last() {
    let folder = Folder::new();
    let text = run_with(&["doctor"], b"", |command| {
        command.env("PATH", folder.root()).env("TMPDIR", folder.path("missing"));
    });
    assert_eq!((text.code, text.stderr.as_str()), (1, ""));
    let place = |title: &str| text.stdout.lines().position(|line| line == title).unwrap();
    assert!(place("kernel") < place("ADVICE") && place("ADVICE") < place("PROBLEMS"), "{}", text.stdout);
    let problems: Vec<_> = text.stdout.lines().skip(place("PROBLEMS")).collect();
    assert!(problems[1].contains("uploads"), "{problems:#?}");
    assert!(problems.last().unwrap().contains("problem"), "{problems:#?}");
}

#[test]
fn doctor_refuses_what_it_cannot_examine() {
    for url in ["ftp://127.0.0.1/", "127.0.0.1", "nonsense"] {
        let refused = run(&["doctor", "--url", url]);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{}", refused.stderr);
        assert!(refused.stderr.contains("--url") && refused.stderr.contains("http://"), "{}", refused.stderr);
    }
    assert_eq!(run(&["doctor", "--nonsense"]).code, 2);
}
