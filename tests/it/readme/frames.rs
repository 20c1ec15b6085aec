//! A whole service around what the README's table of languages says: `ANSWER` sets the status, `READ` is the
//! parameter.

use crate::harness::{interpreter, optional_interpreter};

/// Language, the program that must be here, the file's name, its text; in the order of the README.
pub(super) const FRAMES: &[(&str, &str, &str, &str)] = &[
    ("javascript", "node", "x.js", "module.exports = hook => { ANSWER; hook.res.end(READ); }"),
    ("typescript", "esbuild", "x.ts", "declare const hook: any;\nANSWER;\nhook.res.end(READ as string);"),
    ("coffee-script", "coffee", "x.coffee", "ANSWER\nhook.res.end READ"),
    ("python", "python3", "x.py", "ANSWER\nprint(READ)"),
    ("bash", "bash", "x.sh", "ANSWER; echo \"READ\""),
    ("ruby", "ruby", "x.rb", "ANSWER\nputs READ"),
    ("php", "php", "x.php", "<?php\nANSWER;\necho READ, \"\\n\";"),
    ("perl", "perl", "x.pl", "ANSWER;\nprint READ, \"\\n\";"),
    ("lua", "lua5.4", "x.lua", "ANSWER\nprint(READ)"),
    ("tcl", "tclsh", "x.tcl", "ANSWER\nputs READ"),
    ("scheme", "guile", "x.ss", "ANSWER\n(display READ)\n(newline)"),
    ("smalltalk", "gst", "x.st", "ANSWER.\nTranscript showCr: READ."),
    ("r", "R", "x.R", "ANSWER\ncat(READ, '\\n', sep = '')"),
    (
        "go",
        "go",
        "x.go",
        "package main\nimport (\n\"fmt\"\n\"stack\"\n)\nfunc main() {\nANSWER\nfmt.Println(READ)\n}",
    ),
    ("c", "gcc", "x.c", "#include <stack.h>\n#include <stdio.h>\nint main(void) { ANSWER; puts(READ); }"),
    ("rust", "rustc", "x.rs", "fn main() { ANSWER; println!(\"{}\", READ.unwrap()); }"),
    ("python2", "python2", "x.py", "ANSWER\nprint READ"),
    ("lisp", "sbcl", "x.lisp", "ANSWER\n(format t \"~a~%\" READ)"),
    ("ocaml", "ocamlfind", "x.ml", "let () = ANSWER; print_endline (READ)"),
    (
        "java",
        "javac",
        "x.java",
        "class X { public static void main(String[] words) { ANSWER; System.out.println(READ); } }",
    ),
    ("awk", "mawk", "x.awk", "BEGIN { ANSWER; print READ }"),
    ("elixir", "elixir", "x.exs", "ANSWER\nIO.puts(READ)"),
    ("any program", "sh", "program", "#!/bin/sh\nANSWER; echo \"READ\" | sed 's/foo=//'"),
];

/// Whether the program is here; a few may be missing even where nothing else may.
pub(super) fn is_here(program: &str) -> bool {
    match program {
        "gst" | "python2" => optional_interpreter(program),
        _ => interpreter(program),
    }
}

/// Whether what a command serves can run here, by the extension of its file.
pub(super) fn can_run(command: &str) -> bool {
    let files = command.split_whitespace().filter_map(|word| word.rsplit_once('.'));
    let extensions: Vec<&str> = files.map(|(_, extension)| extension).collect();
    let mut frames = FRAMES.iter().filter(|(_, _, file, _)| {
        file.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
    });
    frames.next().is_none_or(|(_, program, ..)| is_here(program))
}
