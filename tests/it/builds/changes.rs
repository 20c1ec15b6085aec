//! What changes a build: the source, what it includes, and failures.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

use super::{BEFORE, BROKEN, Place, printing, text_of};
use crate::harness::eventually;

#[test]
fn row_19_an_edit_is_built_and_waited_for() {
    let Some(place) = Place::new(&printing("one")) else { return };
    let server = place.serve(&[]);
    assert_eq!(text_of(&server.get("/")), "one\n");
    place.write(&printing("two"));
    assert_eq!(text_of(&server.get("/")), "two\n");
    place.write(&printing("one"));
    assert_eq!(text_of(&server.get("/")), "one\n");
    assert_eq!(place.compilations(), 2, "the first content was kept");
}

#[test]
fn row_61_a_failed_build_answers_with_the_compiler_s_words_until_the_file_changes() {
    let Some(place) = Place::new(BROKEN) else { return };
    let server = place.serve(&[]);
    for _ in 0..3 {
        let response = server.get("/");
        assert_eq!((response.status, response.header("x-stack-error")), (500, Some("build-failed")));
        for words in ["service.c:3", "undeclared_name"] {
            assert!(response.text().contains(words), "{words} is not in: {}", response.text());
        }
    }
    assert_eq!(place.compilations(), 1, "the same failure is not made again");
    server.wait_for_log(|line| line.contains("service.c:3") && line.contains("undeclared_name"));
    place.write(&printing("healed"));
    assert_eq!(text_of(&server.get("/")), "healed\n");
}

#[test]
fn row_59_others_see_no_compiler_s_words() {
    let Some(place) = Place::new(BROKEN) else { return };
    let server = place.serve(&["--errors", "hide"]);
    let response = server.get("/");
    assert_eq!(response.status, 500);
    assert!(!response.text().contains("undeclared_name"), "{}", response.text());
}

#[test]
fn row_18_the_old_version_serves_until_the_new_one_is_whole() {
    let Some(place) = Place::new(&printing("old")) else { return };
    let server = place.serve(&["-w"]);
    assert_eq!(text_of(&server.get("/")), "old\n");
    place.close(BEFORE);
    place.write(&printing("new"));
    for _ in 0..3 {
        assert_eq!(text_of(&server.get("/")), "old\n");
    }
    place.wait_at(BEFORE, 2);
    assert_eq!(text_of(&server.get("/")), "old\n");
    place.open(BEFORE);
    eventually("the new version answers", || (text_of(&server.get("/")) == "new\n").then_some(()));
    assert_eq!(place.compilations(), 2);
}

#[test]
fn row_18_a_broken_edit_is_the_answer_and_the_next_good_one_heals() {
    let Some(place) = Place::new(&printing("old")) else { return };
    let server = place.serve(&["-w"]);
    assert_eq!(text_of(&server.get("/")), "old\n");
    place.write(BROKEN);
    let broken =
        eventually("the error answers", || Some(server.get("/")).filter(|answer| answer.status != 200));
    assert!(broken.status == 500 && broken.text().contains("undeclared_name"), "{}", broken.text());
    place.write(&printing("healed"));
    eventually("the good one heals", || (text_of(&server.get("/")) == "healed\n").then_some(()));
}

#[test]
fn an_included_file_belongs_to_the_build() {
    let source = "#include <stdio.h>\n#include \"word.h\"\nint main(void) { puts(WORD); return 0; }\n";
    let Some(place) = Place::new(source) else { return };
    let word = |word: &str| place.folder.script("source/word.h", &format!("#define WORD \"{word}\"\n"));
    let server = place.serve(&[]);
    assert_eq!(server.get("/").status, 500, "there is no word.h");
    word("one");
    assert_eq!(text_of(&server.get("/")), "one\n");
    word("two");
    assert_eq!(text_of(&server.get("/")), "two\n");
    drop(server);
    let compilations = place.compilations();
    let server = place.serve(&[]);
    assert_eq!(text_of(&server.get("/")), "two\n");
    assert_eq!(place.compilations(), compilations);
    word("one");
    assert_eq!(text_of(&server.get("/")), "one\n");
}

#[test]
fn a_compiler_that_is_killed_is_tried_again() {
    let Some(place) = Place::new(&printing("one")) else { return };
    let killed = "#!/bin/sh\ncase \"$*\" in *service.c*) [ -e \"$PLACE/before.lines\" ] || { echo >>\"$PLACE/before.lines\"; kill -9 $$; };; esac\n\
                  exec gcc \"$@\"\n";
    place.folder.program("compiler", killed);
    let server = place.serve(&[]);
    place.wait_at(BEFORE, 1);
    let answers = [server.get("/"), server.get("/")];
    assert!(answers[0].status == 200 || answers[0].header("x-stack-error") == Some("build-failed"));
    assert_eq!(text_of(&answers[1]), "one\n");
}

#[test]
fn a_failure_holds_until_a_file_below_changes() {
    let source = "#include <stdio.h>\n#include \"lib/word.h\"\nint main(void) { puts(WORD); return 0; }\n";
    let Some(place) = Place::new(source) else { return };
    place.folder.script("source/lib/other.h", "");
    let server = place.serve(&[]);
    assert_eq!(server.get("/").status, 500, "there is no word.h");
    assert_eq!(server.get("/").status, 500);
    assert_eq!(place.compilations(), 1, "the same failure is not made again");
    place.folder.script("source/lib/word.h", "#define WORD \"one\"\n");
    assert_eq!(text_of(&server.get("/")), "one\n");
}

#[test]
fn a_source_that_is_a_pipe_now_holds_nothing_up() {
    let Some(place) = Place::new(&printing("one")) else { return };
    let server = place.serve(&[]);
    assert_eq!(text_of(&server.get("/")), "one\n");
    fs::remove_file(&place.source).unwrap();
    place.folder.fifo("source/service.c");
    let response = server.get("/");
    assert_eq!((response.status, response.header("x-stack-error")), (500, Some("build-failed")));
    fs::remove_file(&place.source).unwrap();
    place.write(&printing("two"));
    assert_eq!(text_of(&server.get("/")), "two\n");
}

#[test]
fn what_a_compiler_leaves_behind_holds_nothing_up() {
    let Some(place) = Place::new(&printing("one")) else { return };
    let compiler = r#"#!/bin/sh
setsid sh -c 'echo $$ >"$PLACE/left.$0"; exec sleep 1000' $$ &
while [ ! -s "$PLACE/left.$$" ]; do sleep 0.01; done
exec gcc "$@"
"#;
    place.folder.program("compiler", compiler);
    let server = place.serve(&[]);
    assert_eq!(text_of(&server.get("/")), "one\n");
    for path in place.folder.files().iter().filter(|path| path.file_stem().is_some_and(|stem| stem == "left"))
    {
        let pid = fs::read_to_string(path).unwrap().trim().parse().ok().and_then(Pid::from_raw);
        kill_process(pid.expect("what the shell wrote"), Signal::KILL).unwrap();
    }
}

#[test]
fn a_variable_that_compilers_heed_belongs_to_the_build() {
    let source = "#include <stdio.h>\n#include <word.h>\nint main(void) { puts(WORD); return 0; }\n";
    let Some(place) = Place::new(source) else { return };
    for word in ["one", "two", "one"] {
        place.folder.script(&format!("{word}/word.h"), &format!("#define WORD \"{word}\"\n"));
        let path = place.folder.path(word);
        let server = place.serve_with(&[], |builder| builder.env("C_INCLUDE_PATH", path));
        assert_eq!(text_of(&server.get("/")), format!("{word}\n"));
    }
    assert_eq!(place.compilations(), 2);
}
