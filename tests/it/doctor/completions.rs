//! `stack completions`: scripts that shells take.

use std::process::Command;

use crate::harness::{Folder, optional_interpreter, run, succeeds};

fn script(shell: &str) -> String {
    let finished = run(&["completions", shell]);
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{shell}");
    finished.stdout
}

/// What bash offers for the last of the words.
fn offered(words: &[&str]) -> Vec<String> {
    let folder = Folder::new();
    let source = folder.script("completions", &script("bash"));
    let complete = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1))
function=$(complete -p stack | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
$function stack \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD - 1]}\"
printf '%s\\n' \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", complete, "bash", &source]).args(words).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn completions_of_bash_offer_options_subcommands_and_languages() {
    assert_eq!(offered(&["stack", "--ti"]), ["--timeout"]);
    assert_eq!(offered(&["stack", "doc"]), ["doctor"]);
    assert_eq!(offered(&["stack", "doctor", "--u"]), ["--url"]);
    assert_eq!(offered(&["stack", "pipe", "--first"]), ["--first-byte-timeout"]);
    assert_eq!(offered(&["stack", "new", "rub"]), ["ruby"]);
    assert_eq!(offered(&["stack", "--language", "rub"]), ["ruby"]);
    assert_eq!(offered(&["stack", "--errors", ""]), ["auto", "show", "hide"]);
    assert_eq!(offered(&["stack", "completions", "z"]), ["zsh"]);
    assert_eq!(offered(&["stack", "help", "inv"]), ["invoke"]);
}

#[test]
fn completions_of_every_shell_know_every_subcommand() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let text = script(shell);
        for word in ["pipe", "languages", "doctor", "completions", "timeout", "max-processes", "version"] {
            assert!(text.contains(word), "{word} is not in the script of {shell}");
        }
        let checks = matches!(shell, "bash" | "zsh" | "fish") && optional_interpreter(shell);
        assert!(!checks || succeeds(&[shell, "-n", &folder.script(shell, &text)]), "{shell}");
    }
    let refused = run(&["completions", "cobol"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("bash") && refused.stderr.contains("fish"), "{}", refused.stderr);
    assert_eq!(run(&["completions"]).code, 2);
}

#[test]
fn completions_are_for_the_name_that_was_called() {
    let other = Command::new(env!("CARGO_BIN_EXE_stackvana")).args(["completions", "bash"]).output().unwrap();
    assert!(String::from_utf8_lossy(&other.stdout).trim_end().ends_with(" stackvana\nfi"));
}
