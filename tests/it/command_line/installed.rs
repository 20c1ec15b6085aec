//! Which languages are installed, and what is said of one that is not.

use std::path::Path;

use serde_json::Value;

use super::{real_python, run_with_variable, text_of};
use crate::harness::{Finished, Folder, Server, interpreter, run};

fn listed(finished: &Finished) -> Vec<Value> {
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{finished:?}");
    serde_json::from_str(&finished.stdout).unwrap()
}

#[test]
fn row_24_languages_are_listed_with_their_interpreters() {
    let text = run(&["languages"]);
    assert_eq!((text.code, text.stderr.as_str()), (0, ""));
    let known = [("javascript", ".js .cjs .mjs"), ("python", ".py .py3"), ("bash", ".sh .bash")];
    for (name, extensions) in known {
        let line = text.stdout.lines().find(|line| line.starts_with(name));
        assert!(line.is_some_and(|line| line.contains(extensions)), "{name}: {}", text.stdout);
    }
    let languages = listed(&run(&["languages", "--json"]));
    for (name, program) in [("javascript", "node"), ("python", "python3"), ("bash", "bash"), ("r", "R")] {
        let language = languages.iter().find(|language| language["name"] == name).unwrap();
        if interpreter(program) {
            let (path, version) = (language["interpreter"].as_str().unwrap(), language["version"].as_str());
            assert!(Path::new(path).is_absolute() && Path::new(path).is_file(), "{language}");
            assert!(version.is_some_and(|version| version.contains('.')), "{language}");
            assert!(text.stdout.contains(path), "{path} is not in: {}", text.stdout);
        }
    }
}

#[test]
fn row_24_one_language_by_any_of_its_names() {
    for (name, language) in
        [("python", "python"), ("node", "javascript"), ("es6", "javascript"), ("sh", "bash")]
    {
        let text = run(&["languages", name]);
        assert!(text.code == 0 && text.stdout.starts_with(language), "{name}: {text:?}");
        let languages = listed(&run(&["languages", "--json", name]));
        assert_eq!(languages.len(), 1);
        assert_eq!(languages[0]["name"], language);
    }
    let refused = run(&["languages", "cobol"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("\"cobol\""), "{}", refused.stderr);
}

#[test]
fn row_24_a_missing_one_names_its_package() {
    let folder = Folder::new();
    let path = folder.path("");
    let text = run_with_variable(("PATH", &path), &["languages"]);
    assert_eq!(text.code, 0);
    for package in ["nodejs", "python3", "bash"] {
        assert!(text.stdout.contains(&format!("install the package {package}")), "{}", text.stdout);
    }
    for language in listed(&run_with_variable(("PATH", &path), &["languages", "--json"])) {
        assert!(language["interpreter"].is_null() && language["version"].is_null(), "{language}");
        assert!(language["package"].is_string(), "{language}");
    }
}

#[test]
fn row_24_a_shim_is_said() {
    let Some(python) = real_python() else { return };
    let folder = Folder::new();
    let shim = folder.program("shims/python3", &format!("#!/bin/sh\nexec '{python}' \"$@\"\n"));
    let path = format!("{}:/usr/bin:/bin", folder.path("shims"));
    let languages = listed(&run_with_variable(("PATH", &path), &["languages", "--json", "python"]));
    assert_eq!(languages[0]["interpreter"], python);
    let notes = languages[0]["notes"].to_string();
    assert!(notes.contains(&shim), "{notes}");
}

#[test]
fn row_25_a_missing_interpreter_is_refused_at_the_start() {
    let folder = Folder::new();
    let scripts = [
        (folder.script("tool.py", ""), "tool.py needs python3", "the package python3"),
        (folder.script("tool.js", ""), "tool.js needs node", "the package nodejs"),
        (folder.script("tool.sh", ""), "tool.sh needs bash", "the package bash"),
    ];
    for (script, needs, package) in scripts {
        for words in [&["-p", "0", &script][..], &["pipe", &script]] {
            let refused = run_with_variable(("PATH", &folder.path("")), words);
            assert_eq!((refused.code, refused.stdout.as_str()), (1, ""), "{}", refused.stderr);
            let expected = format!("stack: {needs}, and there is none here");
            assert!(refused.stderr.starts_with(&expected), "{}", refused.stderr);
            for part in [package, "--interpreter"] {
                assert!(refused.stderr.contains(part), "{part} is not in: {}", refused.stderr);
            }
        }
    }
}

#[test]
fn row_25_an_interpreter_that_was_chosen_and_is_missing() {
    let folder = Folder::new();
    let script = folder.script("tool.py", "");
    for chosen in ["/nowhere/python3", "python3.77"] {
        let refused = run(&["--interpreter", chosen, &script]);
        assert_eq!((refused.code, refused.stdout.as_str()), (1, ""), "{}", refused.stderr);
        assert!(refused.stderr.contains(chosen), "{}", refused.stderr);
    }
}

#[test]
fn row_25_the_remedies_work() {
    let Some(python) = real_python() else { return };
    let folder = Folder::new();
    let start =
        |arguments: &[&str]| Server::builder().env("PATH", folder.path("")).arguments(arguments).start();
    let script = folder.script("tool.py", "print('hello')\n");
    assert_eq!(text_of(&start(&["--interpreter", &python, &script]).get("/")), "hello\n");
    let named = folder.script("named.py", &format!("#!{python}\nprint('hello')\n"));
    assert_eq!(text_of(&start(&[&named]).get("/")), "hello\n");
}
