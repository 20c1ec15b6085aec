//! Row 13 of the features: who a word belongs to.

use std::ffi::{OsStr, OsString};

use proptest::prelude::{prop, proptest};

use super::{Subcommand, Target, Words, split};
use crate::{cli::config::grammar, error::Error};

/// Splits, in a folder that has `echo.py`, `languages` and `sort`.
fn try_split(words: &[&str]) -> Result<Words, Error> {
    let is_path = |word: &OsStr| ["echo.py", "languages", "sort"].iter().any(|path| word == *path);
    split(words.iter().map(OsString::from), grammar, is_path)
}

fn parts(words: &[&str]) -> (Vec<OsString>, Target) {
    let words = try_split(words).unwrap();
    (words.options, words.target)
}

fn own(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

fn file(path: &str, words: &[&str]) -> Target {
    Target::File { path: path.into(), words: own(words) }
}

fn program(words: &[&str]) -> Target {
    Target::Program(own(words))
}

#[test]
fn row_13_options_may_follow_a_file_and_its_own_words_come_after_the_hyphens() {
    assert_eq!(parts(&["./echo.py"]), (own(&[]), file("./echo.py", &[])));
    let expected = (own(&["-p", "8080"]), file("./echo.py", &[]));
    assert_eq!(parts(&["./echo.py", "-p", "8080"]), expected);
    assert_eq!(parts(&["-p", "8080", "echo.py"]), (own(&["-p", "8080"]), file("echo.py", &[])));
    let typed = ["-q", "./echo.py", "-t", "1s", "--", "-p", "--", "x"];
    assert_eq!(parts(&typed), (own(&["-q", "-t", "1s"]), file("./echo.py", &["-p", "--", "x"])));
}

#[test]
fn row_13_every_word_after_a_program_is_its_own() {
    assert_eq!(parts(&["echo", "hello world"]), (own(&[]), program(&["echo", "hello world"])));
    let expected = (own(&["-t", "1s"]), program(&["cat", "-p", "--", "-h"]));
    assert_eq!(parts(&["-t", "1s", "cat", "-p", "--", "-h"]), expected);
    assert_eq!(parts(&["nope.js"]), (own(&[]), program(&["nope.js"])));
}

#[test]
fn row_13_a_slash_and_two_hyphens_force() {
    assert_eq!(parts(&["sort"]), (own(&[]), file("sort", &[])));
    let expected = (own(&[]), Target::After(own(&["sort", "-r"])));
    assert_eq!(parts(&["--", "sort", "-r"]), expected);
    let shell = ["sh", "-c", "echo foo | cat"];
    let expected = (own(&["-q"]), Target::After(own(&shell)));
    assert_eq!(parts(&["-q", "--", shell[0], shell[1], shell[2]]), expected);
    assert_eq!(parts(&["./languages"]), (own(&[]), file("./languages", &[])));
    assert_eq!(parts(&["--", "languages"]), (own(&[]), Target::After(own(&["languages"]))));
    assert_eq!(parts(&["./nope.js"]), (own(&[]), file("./nope.js", &[])));
}

#[test]
fn row_13_a_subcommand_comes_before_a_path_of_its_name() {
    let words = try_split(&["languages", "python", "--json"]).unwrap();
    assert_eq!(words.subcommand, Some(Subcommand::Languages));
    assert_eq!(words.options, own(&["python", "--json"]));
    let words = try_split(&["pipe", "./x.js", "-t", "1s", "--", "a"]).unwrap();
    assert_eq!(words.subcommand, Some(Subcommand::Pipe));
    assert_eq!((words.options, words.target), (own(&["-t", "1s"]), file("./x.js", &["a"])));
    let words = try_split(&["pipe", "pipe", "x"]).unwrap();
    assert_eq!(words.target, program(&["pipe", "x"]));
}

#[test]
fn row_22_a_subcommand_has_options_of_its_own() {
    let words =
        try_split(&["invoke", "-q", "a=b", "./x.py", "-q", "-c", "-d", "--", "-i", "--", "-q"]).unwrap();
    assert_eq!(words.subcommand, Some(Subcommand::Invoke));
    assert_eq!(words.options, own(&["-q", "a=b", "-q", "-c", "-d", "--", "-i"]));
    assert_eq!(words.target, file("./x.py", &["-q"]));
    assert_eq!(parts(&["invoke", "-h"]), (own(&["--help"]), Target::None));
    // What is an option of a server only keeps its value, so that clap can say what is wrong.
    assert_eq!(parts(&["pipe", "-p", "1", "cat", "-r"]), (own(&["-p", "1"]), program(&["cat", "-r"])));
    assert_eq!(parts(&["invoke", "-p", "1", "./x.py"]), (own(&["-p", "1"]), file("./x.py", &[])));
}

#[test]
fn row_22_the_word_of_a_request_may_be_a_name_or_a_url() {
    for word in ["shop", "http://127.0.0.1/?a=b", "languages", "./x.py"] {
        assert_eq!(parts(&["invoke", word, "-i"]), (own(&["-i"]), file(word, &[])), "{word}");
    }
    assert_eq!(parts(&["invoke", "--", "sort", "-r"]), (own(&[]), Target::After(own(&["sort", "-r"]))));
    let error = try_split(&["invoke", "./x.py", "hello"]).unwrap_err().to_string();
    assert!(error.ends_with("stack invoke ./x.py -- hello"), "{error}");
}

#[test]
fn row_13_another_word_after_a_file_is_an_error_that_shows_the_hyphens() {
    let error = try_split(&["./echo.py", "hello"]).unwrap_err();
    assert!(error.is_invalid_setting());
    assert!(error.to_string().ends_with("stack ./echo.py -- hello"), "{error}");
}

#[test]
fn row_18_watch_takes_the_next_word_only_when_it_is_a_truth() {
    assert_eq!(parts(&["-w", "./x.py"]), (own(&["-w"]), file("./x.py", &[])));
    assert_eq!(parts(&["-w", "false", "./x.py"]), (own(&["-w=false"]), file("./x.py", &[])));
    assert_eq!(parts(&["--watch", "true", "cat"]), (own(&["--watch=true"]), program(&["cat"])));
    assert_eq!(parts(&["-qw", "true", "cat"]), (own(&["-q", "-w=true"]), program(&["cat"])));
}

#[test]
fn row_01_h_with_nothing_after_it_is_help() {
    assert_eq!(parts(&["-h"]), (own(&["--help"]), Target::None));
    assert_eq!(parts(&["./x.py", "-h"]), (own(&["--help"]), file("./x.py", &[])));
    assert_eq!(parts(&["-h", "0.0.0.0", "./x.py"]), (own(&["-h", "0.0.0.0"]), file("./x.py", &[])));
    assert_eq!(parts(&["-h0.0.0.0", "./x.py"]), (own(&["-h0.0.0.0"]), file("./x.py", &[])));
}

#[test]
fn values_stay_with_their_options() {
    let expected = (own(&["-l", "bash", "-e", "-x \"$1\""]), Target::None);
    assert_eq!(parts(&["-l", "bash", "-e", "-x \"$1\""]), expected);
    assert_eq!(parts(&["-p8080", "cat"]), (own(&["-p8080"]), program(&["cat"])));
    assert_eq!(parts(&["--port=1", "cat"]), (own(&["--port=1"]), program(&["cat"])));
    assert_eq!(parts(&["-qp", "1", "cat"]), (own(&["-q", "-p", "1"]), program(&["cat"])));
    assert_eq!(parts(&["-h", "-q", "cat"]), (own(&["-h", "-q"]), program(&["cat"])));
    assert_eq!(parts(&["--no-such", "cat"]), (own(&["--no-such"]), program(&["cat"])));
}

proptest! {
    #[test]
    fn no_word_of_a_program_is_lost(words in prop::collection::vec(".*", 0..6)) {
        let typed = ["-q", "cat"].into_iter().map(OsString::from);
        let split = split(typed.chain(words.iter().map(OsString::from)), grammar, |_| false).unwrap();
        let expected = [OsString::from("cat")].into_iter().chain(words.iter().map(OsString::from));
        assert_eq!(split.target, Target::Program(expected.collect()));
    }

    #[test]
    fn nothing_panics(words in prop::collection::vec("-{0,2}[a-z=]{0,4}|.*", 0..8)) {
        let _ = split(words.into_iter().map(OsString::from), grammar, |word| word.len() % 2 == 0);
    }
}
