//! What a spare answers is what a process answers that was started for its request.

use std::{fs, path::Path};

use super::{Warm, was_spare};
use crate::harness::{Folder, Server, eventually, interpreter};

/// A script for each language that has spares unless somebody says no, or imports ahead in them; each prints its pid,
/// a random number, a parameter, a variable of the request, and whether it can see that it was a spare.
const SCRIPTS: &[(&str, &str)] = &[
    (
        "x.py",
        "import os, random, json, urllib.parse
print(os.getpid(), random.random(), hook.params.foo, os.environ['QUERY_STRING'], os.environ.get('STACK_AHEAD'))",
    ),
    (
        "x.js",
        "const { randomBytes } = require('crypto');
module.exports = ({ params, res }) => res.end([process.pid, randomBytes(8).toString('hex') + Math.random(), params.foo,
  process.env.QUERY_STRING, process.env.STACK_AHEAD ?? 'None'].join(' '));",
    ),
    (
        "x.mjs",
        "import { randomBytes } from 'node:crypto';
export default ({ params, res }) => res.end([process.pid, randomBytes(8).toString('hex'), params.foo,
  process.env.QUERY_STRING, process.env.STACK_AHEAD ?? 'None'].join(' '));",
    ),
    (
        "x.rb",
        "require 'json'\nrequire \"set\"
puts [$$, rand, hook.params.foo, ENV['QUERY_STRING'], ENV['STACK_AHEAD'] || 'None'].join(' ')",
    ),
    (
        "x.pl",
        "use POSIX; print join ' ', $$, rand, $hook->{params}{foo}, $ENV{QUERY_STRING}, $ENV{STACK_AHEAD} // 'None'",
    ),
    (
        "x.php",
        "<?php echo implode(' ', [getmypid(), mt_rand() . lcg_value(), $_GET['foo'], getenv('QUERY_STRING'),
  getenv('STACK_AHEAD') ?: 'None']);",
    ),
    ("x.sh", "echo $$ $RANDOM$SRANDOM $Hook_params_foo $QUERY_STRING ${STACK_AHEAD-None}"),
];

#[test]
fn warm_three_requests_are_three_fresh_processes_that_know_their_own_request() {
    for (name, text) in SCRIPTS {
        let Some(warm) = Warm::serve(name, text, &[]) else { continue };
        let mut seen: Vec<(String, String)> = Vec::new();
        for foo in ["a", "b", "c"] {
            let waiting = warm.spare();
            let answer = warm.get(&format!("/?foo={foo}")).text();
            let words: Vec<_> = answer.split_whitespace().map(str::to_owned).collect();
            let [pid, random, rest @ ..] = words.as_slice() else { panic!("{name}: {answer}") };
            assert_eq!(*pid, waiting.to_string(), "{name}");
            assert_eq!(rest, [foo, &format!("foo={foo}"), "None"], "{name}");
            assert!(
                seen.iter().all(|(other, number)| other != pid && number != random),
                "{name}: {seen:?} {answer}"
            );
            seen.push((pid.clone(), random.clone()));
        }
    }
}

#[test]
fn warm_no_line_of_a_script_runs_before_its_request() {
    let scripts = [
        ("x.py", "open('mark', 'w'); print('ran')"),
        ("x.js", "require('fs').writeFileSync('mark', ''); module.exports = () => 'ran\\n'"),
        ("x.mjs", "import fs from 'fs'; fs.writeFileSync('mark', ''); export default () => 'ran\\n'"),
        ("x.rb", "File.write('mark', ''); puts 'ran'"),
        ("x.pl", "open my $file, '>', 'mark'; print \"ran\\n\""),
        ("x.php", "<?php touch('mark'); echo \"ran\\n\";"),
        ("x.sh", "touch mark; echo ran"),
    ];
    for (name, text) in scripts {
        let Some(warm) = Warm::serve(name, text, &[]) else { continue };
        let mark = warm.folder.path("mark");
        warm.spare();
        assert!(!Path::new(&mark).exists(), "{name}");
        assert_eq!(warm.get("/").text(), "ran\n", "{name}");
        assert!(Path::new(&mark).exists(), "{name}");
    }
}

#[test]
fn warm_a_body_is_streamed_and_no_body_is_its_end() {
    let Some(warm) = Warm::serve("x.py", "import sys\nprint(len(sys.stdin.read()))", &[]) else { return };
    assert_eq!(warm.get("/").text(), "0\n");
    warm.spare();
    let response = warm.server.post("/", "text/plain", "x".repeat(300_000));
    assert!(was_spare(&response));
    assert_eq!(response.text(), "300000\n");
}

#[test]
fn warm_a_module_that_stands_in_the_place_of_pythons_own_is_left_to_the_script() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    let mark = folder.path("imported");
    folder.script("x.py", "import colorsys\nprint(colorsys.NAME)");
    folder.script("colorsys.py", &format!("NAME = 'mine'\nopen({mark:?}, 'a').write('x')"));
    let warm = Warm::of(folder, "x.py", &[]);
    warm.spare();
    assert!(!Path::new(&mark).exists(), "imported before the request");
    assert_eq!(warm.get("/").text(), "mine\n");
    assert_eq!(fs::read_to_string(&mark).unwrap(), "x");
}

#[test]
fn warm_what_is_named_is_loaded_ahead_once() {
    let scripts = [
        ("python3", "x.py", "import own\nprint('here')", "own.py", "own", "open('mark', 'a').write('x')"),
        (
            "ruby",
            "x.rb",
            "require './own'\nputs 'here'",
            "own.rb",
            "./own",
            "File.write('mark', 'x', mode: 'a')",
        ),
        (
            "node",
            "x.js",
            "require('./own.cjs'); module.exports = () => 'here\\n'",
            "own.cjs",
            "./own.cjs",
            "require('fs').appendFileSync('mark', 'x')",
        ),
        (
            "php",
            "x.php",
            "<?php require_once 'own.php'; echo \"here\\n\";",
            "own.php",
            "own.php",
            "<?php file_put_contents('mark', 'x', FILE_APPEND);",
        ),
    ];
    for (program, name, text, module, preload, loaded) in scripts {
        if !interpreter(program) {
            continue;
        }
        let folder = Folder::new();
        folder.script(name, text);
        folder.script(module, loaded);
        let warm = Warm::of(folder, name, &["--preload", preload]);
        warm.spare();
        let mark = warm.folder.path("mark");
        assert_eq!(fs::read_to_string(&mark).unwrap_or_default(), "x", "{name}: before the request");
        assert_eq!(warm.server.get("/").text(), "here\n", "{name}");
        // The next spare has loaded it again, and no request has.
        warm.spare();
        assert_eq!(fs::read_to_string(&mark).unwrap(), "xx", "{name}");
    }
}

#[test]
fn warm_what_cannot_be_loaded_is_named_and_ends_nothing() {
    let scripts = [
        ("python3", "x.py", "print('here')", "missing"),
        ("ruby", "x.rb", "puts 'here'", "./missing"),
        ("node", "x.js", "module.exports = () => 'here\\n'", "./missing.cjs"),
        ("php", "x.php", "<?php echo \"here\n\";", "missing.php"),
        ("php", "x.php", "<?php echo \"here\n\";", "broken.php"),
        ("perl", "x.pl", "print \"here\\n\";", "Missing::Module"),
        ("Rscript", "x.R", "cat('here\n')", "missing"),
        ("guile", "x.scm", "(display \"here\n\")", "missing/module"),
    ];
    for (program, name, text, preload) in scripts {
        if !interpreter(program) {
            continue;
        }
        let folder = Folder::new();
        folder.script(name, text);
        folder.script("broken.php", "<?php this is no PHP");
        let warm = Warm::of(folder, name, &["--preload", preload]);
        assert_eq!(warm.get("/").text(), "here\n", "{name}");
        let expected = format!("{preload} cannot be loaded ahead");
        warm.server.wait_for_log(|line| line.contains(&expected));
    }
}

#[test]
fn warm_row_19_a_script_that_has_changed_is_never_answered_by_its_old_spare() {
    for (name, text) in [("x.py", "print('one')"), ("x.sh", "echo one"), ("x.rb", "puts 'one'")] {
        let Some(warm) = Warm::serve(name, text, &[]) else { continue };
        assert_eq!(warm.get("/").text(), "one\n");
        warm.spare();
        warm.folder.script(name, &text.replace("one", "three"));
        let response = warm.server.get("/");
        assert_eq!((response.text().as_str(), was_spare(&response)), ("three\n", false), "{name}");
        assert_eq!(warm.get("/").text(), "three\n");
    }
}

#[test]
fn warm_row_18_a_change_below_the_folder_retires_spares_at_once() {
    let Some(warm) = Warm::serve("x.py", "import own\nprint(own.NAME)", &["-w"]) else { return };
    warm.folder.script("own.py", "NAME = 1");
    let old = warm.spare();
    warm.folder.script("own.py", "NAME = 22");
    assert_eq!(warm.server.get("/").text(), "22\n");
    eventually("the old spare is gone", || {
        warm.server.services().iter().all(|process| process.pid != old).then_some(())
    });
}

#[test]
fn warm_row_18_watching_is_cold_unless_spares_were_asked_for() {
    if !interpreter("python3") {
        return;
    }
    let folder = Folder::new();
    let script = folder.script("x.py", "print(1)");
    for (options, expected) in [(vec!["-w"], 0), (vec![], 1)] {
        let server = Server::builder().env("STACK_WARM", "auto");
        let server = server.arguments(&[options, vec![script.as_str()]].concat()).start();
        let wait = || {
            eventually("as many spares wait as expected", || {
                (server.services().len() == expected).then_some(())
            });
        };
        wait();
        assert_eq!(server.get("/").text(), "1\n");
        wait();
    }
}
