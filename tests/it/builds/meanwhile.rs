//! What changes while a build runs: the answer is never older than its request, and what is kept is only what
//! was made of what it is named by.

use super::{AFTER, BEFORE, Place, printing, text_of};

/// A source that prints the word of `word.h`.
const INCLUDING: &str = "#include <stdio.h>\n#include \"word.h\"\nint main(void) { puts(WORD); return 0; }\n";

fn write_word(place: &Place, word: &str) {
    place.folder.script("source/word.h", &format!("#define WORD \"{word}\"\n"));
}

#[test]
fn an_edit_before_the_compiler_reads_is_not_kept_under_the_old_content() {
    let Some(place) = Place::new(&printing("one")) else { return };
    place.close(BEFORE);
    let server = place.serve(&[]);
    place.wait_at(BEFORE, 1);
    place.write(&printing("two"));
    place.open(BEFORE);
    assert_eq!(text_of(&server.get("/")), "two\n");
    place.write(&printing("one"));
    assert_eq!(text_of(&server.get("/")), "one\n");
}

#[test]
fn an_edit_after_the_compiler_has_read_is_not_answered_by_what_it_made() {
    let Some(place) = Place::new(&printing("one")) else { return };
    place.close(AFTER);
    let server = place.serve(&[]);
    place.wait_at(AFTER, 1);
    place.write(&printing("two"));
    std::thread::scope(|scope| {
        // Several: whoever hears first of the end begins the next build, and the others must not miss theirs.
        let requests: Vec<_> = (0..4).map(|_| scope.spawn(|| text_of(&server.get("/")))).collect();
        place.open(AFTER);
        for request in requests {
            assert_eq!(request.join().unwrap(), "two\n");
        }
    });
}

#[test]
fn an_included_file_that_changes_meanwhile_is_not_kept_as_it_was() {
    let Some(place) = Place::new(INCLUDING) else { return };
    write_word(&place, "one");
    place.close(AFTER);
    let server = place.serve(&[]);
    place.wait_at(AFTER, 1);
    write_word(&place, "two");
    place.open(AFTER);
    assert_eq!(text_of(&server.get("/")), "two\n");
    assert_eq!(text_of(&place.serve(&[]).get("/")), "two\n");
}
