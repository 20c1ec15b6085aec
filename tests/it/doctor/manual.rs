//! `stack man`: pages that are complete and that a formatter takes.

use std::process::Command;

use crate::harness::{Folder, optional_interpreter, run};

#[test]
fn manual_of_stack_has_every_option_of_its_help() {
    let page = run(&["man"]);
    assert_eq!((page.code, page.stderr.as_str()), (0, ""));
    for section in
        [".TH stack 1", ".SH NAME", ".SH SYNOPSIS", ".SH LIMITS", ".SH EXAMPLES", "stack\\-pipe(1)"]
    {
        assert!(page.stdout.contains(section), "{section} is not in: {}", page.stdout);
    }
    let help = run(&["--help"]).stdout;
    let longs = help.lines().filter(|line| line.trim_start().starts_with('-'));
    let longs: Vec<_> =
        longs.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--"))).collect();
    assert!(longs.len() > 20, "{longs:?}");
    for long in longs {
        let long = long.split(['[', '=']).next().unwrap().replace('-', "\\-");
        assert!(page.stdout.contains(&long), "{long} is not in the page");
    }
}

#[test]
fn manual_in_a_folder_has_a_page_for_each_subcommand() {
    let folder = Folder::new();
    let written = run(&["man", &folder.path("man/man1")]);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""), "{}", written.stderr);
    for name in ["stack", "stack-pipe", "stack-languages", "stack-new", "stack-invoke", "stack-doctor"] {
        let page = folder.read(&format!("man/man1/{name}.1"));
        let begun = page.contains(&format!(".TH {name} 1 ")) && page.contains(".SH SYNOPSIS");
        assert!(begun && page.contains(".SH \"SEE ALSO\""), "{name}: {page}");
    }
    assert_eq!(folder.read("man/man1/stack.1"), run(&["man"]).stdout);
    let pages = folder.files().into_iter().filter(|path| path.extension().is_some());
    for page in pages.filter(|_| optional_interpreter("groff")) {
        let formatted =
            Command::new("groff").args(["-K", "utf8", "-man", "-ww", "-Tutf8"]).arg(&page).output();
        let formatted = formatted.unwrap();
        assert!(formatted.status.success() && formatted.stderr.is_empty(), "{page:?}: {formatted:?}");
        assert!(formatted.stdout.len() > 200, "{page:?}");
    }
}

#[test]
fn manual_that_cannot_be_written_is_an_error() {
    let folder = Folder::new();
    let file = folder.script("file", "");
    let refused = run(&["man", &file]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains(&file), "{}", refused.stderr);
}
