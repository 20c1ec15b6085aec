//! Who a word belongs to: `stack`, the script, or the program; and code that is given as a word.

use std::path::Path;

use rustix::process::Signal;

use super::{run_in, text_of};
use crate::harness::{Folder, Server, interpreter, run};

/// What `stack ARGUMENTS…` answers.
fn answer(arguments: &[&str]) -> String {
    text_of(&Server::start(arguments).get("/"))
}

/// The same in that folder.
fn answer_in(folder: &Folder, arguments: &[&str]) -> String {
    text_of(&Server::builder().directory(folder.root()).arguments(arguments).start().get("/"))
}

#[test]
fn row_13_any_command() {
    assert_eq!(answer(&["echo", "hello world"]), "hello world\n");
    assert_eq!(answer(&["--", "sh", "-c", "echo foo | cat"]), "foo\n");
    // A word with a slash is a file, so that its own words come after the hyphens.
    assert_eq!(answer(&["/bin/echo", "--", "by its path"]), "by its path\n");
    assert_eq!(answer(&["--", "/bin/echo", "by its path"]), "by its path\n");
}

#[test]
fn row_13_after_a_program_every_word_is_the_programs() {
    let words = ["-p", "1", "--", "-h", "--version", "-w", "true", "help"];
    let own = [&["-t", "5s", "echo"][..], &words].concat();
    assert_eq!(answer(&own), "-p 1 -- -h --version -w true help\n");
    assert_eq!(answer(&[&["-q", "--", "echo"][..], &words].concat()), "-p 1 -- -h --version -w true help\n");
}

#[test]
fn row_13_words_arrive_as_they_were_typed() {
    let words = ["", "a b", "$(id)", "*", "'\"\\", "line\nbreak", "héé", "-"];
    let expected: String = words.iter().map(|word| format!("[{word}]")).collect();
    assert_eq!(answer(&[&["printf", "[%s]"][..], &words].concat()), expected);
    let latin = ["sh", "-c", "exec \"$@\" \"$(printf 'caf\\351')\"", "sh"];
    let server = Server::builder().under(&latin).arguments(&["printf", "%s"]).start();
    assert_eq!(server.get("/").body, b"caf\xe9");
}

#[test]
fn row_13_options_of_stack_may_follow_a_file() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "header Content-Type text/x-own; printf '[%s]' \"$@\"");
    for arguments in [
        &["-t", "5s", "--content-type", "text/x-a", &script][..],
        &[&script, "-t", "5s", "--content-type", "text/x-a"],
        &["-q", &script, "--content-type=text/x-a", "-t5s"],
    ] {
        let server = Server::start(arguments);
        assert_eq!(server.get("/").header("content-type"), Some("text/x-own"), "{arguments:?}");
        assert_eq!(text_of(&server.get("/")), "[]", "{arguments:?}");
    }
    let plain = folder.script("plain.sh", "printf plain");
    let server = Server::start(&[&plain, "--content-type", "text/x-a"]);
    assert_eq!(server.get("/").header("content-type"), Some("text/x-a"));
}

#[test]
fn row_13_the_scripts_own_words_come_after_two_hyphens() {
    let folder = Folder::new();
    let scripts = [
        ("bash", "x.sh", "printf '%s|' \"$@\""),
        ("python3", "x.py", "import sys\nprint(''.join(word + '|' for word in sys.argv[1:]), end='')"),
        ("node", "x.js", "process.stdout.write(process.argv.slice(2).map(word => word + '|').join(''))"),
        ("sh", "program", "#!/bin/sh\nprintf '%s|' \"$@\""),
    ];
    for (program, name, text) in scripts {
        if interpreter(program) {
            let script = folder.program(name, text);
            let own = ["a b", "-p", "1", "--", "--help", "$(id)", "é"];
            let arguments = [&["-q", &script, "-t", "5s", "--"][..], &own].concat();
            assert_eq!(answer(&arguments), "a b|-p|1|--|--help|$(id)|é|", "{name}");
        }
    }
}

#[test]
fn row_13_another_word_after_a_file_is_refused_and_shown_where_it_belongs() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "echo");
    let refused = run(&[&script, "hello"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("hello"), "{}", refused.stderr);
    assert!(refused.stderr.contains(&format!("stack {script} -- hello")), "{}", refused.stderr);
}

#[test]
fn row_13_a_subcommand_then_a_path_then_a_program() {
    let folder = Folder::new();
    for name in ["languages", "sort", "help"] {
        folder.program(name, &format!("#!/bin/sh\necho the file {name}\n"));
    }
    let listed = run_in(&folder, &["languages"]);
    assert!(listed.code == 0 && listed.stdout.contains("python"), "{listed:?}");
    assert_eq!(answer_in(&folder, &["sort"]), "the file sort\n");
    assert_eq!(answer_in(&folder, &["./languages"]), "the file languages\n");
    assert_eq!(answer_in(&folder, &["-t", "5s", "./help"]), "the file help\n");
    let program = Server::builder().directory(folder.root()).arguments(&["--", "sort", "-r"]).start();
    assert_eq!(text_of(&program.post("/", "text/plain", "a\nb\n")), "b\na\n");
}

#[test]
fn row_13_two_hyphens_rule_out_a_subcommand() {
    let folder = Folder::new();
    folder.program("bin/languages", "#!/bin/sh\necho a program, $1\n");
    let refused = run(&["--", "languages"]);
    assert!(refused.code == 2 && refused.stderr.contains("languages"), "{refused:?}");
    let path = format!("{}:{}", folder.path("bin"), std::env::var("PATH").unwrap());
    let server = Server::builder().env("PATH", path).arguments(&["--", "languages", "word"]).start();
    assert_eq!(text_of(&server.get("/")), "a program, word\n");
}

#[test]
fn row_13_a_file_runs_in_its_folder_and_a_command_in_the_servers() {
    let folder = Folder::new();
    folder.script("deep/x.sh", "pwd");
    folder.program("deep/tool", "#!/bin/sh\npwd\n");
    let real = |name: &str| std::fs::canonicalize(folder.path(name)).unwrap().display().to_string() + "\n";
    assert_eq!(answer_in(&folder, &["deep/x.sh"]), real("deep"));
    assert_eq!(answer_in(&folder, &["deep/tool"]), real("deep"));
    assert_eq!(answer_in(&folder, &["pwd"]), real(""));
    assert_eq!(answer_in(&folder, &["-l", "bash", "-e", "pwd"]), real(""));
}

#[test]
fn row_14_inline_code() {
    let bash = Server::start(&["-l", "bash", "-e", "echo \"hello $Hook_params_name\""]);
    assert_eq!(text_of(&bash.get("/?name=you")), "hello you\n");
    let others = [
        ("python3", "python", "print('hello', hook.params.name)"),
        ("node", "javascript", "module.exports = hook => hook.res.end(`hello ${hook.params.name}`)"),
        ("node", "es6", "export default ({ params, res }) => res.end(`hello ${params.name}`)"),
    ];
    for (program, language, code) in others {
        if interpreter(program) {
            let server = Server::start(&["-l", language, "-e", code]);
            assert_eq!(text_of(&server.get("/?name=you")), "hello you\n", "{language}");
        }
    }
}

#[test]
fn row_14_inline_code_has_words_and_leaves_nothing_behind() {
    let mut server = Server::start(&["-e", "printf '%s|' \"$@\"", "-l", "sh", "--", "a b", "-p"]);
    assert_eq!(text_of(&server.get("/")), "a b|-p|");
    let files = || std::fs::read_dir(server.temporary()).unwrap().count();
    assert_eq!(files(), 1, "the code is in a folder of its own");
    server.signal(Signal::TERM);
    assert_eq!(server.wait(), 0);
    assert_eq!(std::fs::read_dir(server.temporary()).unwrap().count(), 0);
    assert!(Path::new(server.temporary()).is_dir());
}

#[test]
fn row_14_inline_code_is_the_only_service() {
    let refused = run(&["-l", "bash", "-e", "echo", "./x.sh"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.contains("--eval") && refused.stderr.contains("./x.sh"), "{}", refused.stderr);
}
