//! Folders without a word about them: each file a route.

use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt, os::unix::fs::symlink, time::Instant};

use super::{Folder, file, place};

#[test]
fn row_70_one_route_a_file() {
    let folder = Folder::of(&[
        "index.py",
        "users.py",
        "users/[id].js",
        "users/me.rb",
        "api/index.sh",
        "files/[...rest].js",
        "[team]/posts.pl",
        "README.md",
        "data.json",
        "Makefile",
        "types.d.ts",
    ]);
    folder.with_mode("tool", "#!/bin/sh\n", 0o755);
    let routes =
        ["/", "/[team]/posts", "/api", "/files/[...rest]", "/tool", "/users", "/users/[id]", "/users/me"];
    assert_eq!(folder.routes(), routes);
    let site = folder.site();
    assert_eq!(site.name, folder.path().file_name().unwrap().to_str().unwrap());
    assert_eq!(site.root, folder.path());
    let user = place(&site, "users/[id]");
    assert_eq!((user.source.as_str(), file(user).to_str()), ("users/[id].js", Some("users/[id].js")));
    assert_eq!((user.folder.as_path(), user.stamps.len()), (folder.path(), 1));
    assert_eq!(place(&site, "index").source, "index.py");
    assert!(site.notes.is_empty(), "{:?}", site.notes);
}

#[test]
fn attack_48_private_names_leftovers_and_what_tools_fill_is_never_routed() {
    let folder = Folder::of(&[
        ".env",
        ".git/config",
        ".git/hook.sh",
        "_auth.js",
        "_private/x.py",
        "x.py~",
        "#x.py#",
        "x.py.bak",
        "x.orig",
        ".x.py.swp",
        "node_modules/a/index.js",
        "__pycache__/x.py",
        "venv/bin/activate.sh",
        "vendor/x.php",
        "target/x.rs",
    ]);
    assert_eq!(folder.routes(), [""; 0]);
    let notes = folder.site().notes;
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert!(notes.iter().all(|note| note.contains("/ is passed over")), "{notes:?}");
}

#[test]
fn attack_48_links_out_of_the_folder_are_passed_over_and_told() {
    let outside = Folder::of(&["secret.py", "more/x.py"]);
    let folder = Folder::of(&["a/x.py"]);
    let link = |to: &str, name: &str| symlink(to, folder.path().join(name)).unwrap();
    link(outside.path().join("secret.py").to_str().unwrap(), "far.py");
    link(outside.path().join("more").to_str().unwrap(), "more");
    link("/etc/passwd", "passwd.py");
    link("nowhere.py", "dangling.py");
    link("a", "b");
    link("a/x.py", "near.py");
    link(".", "a/again");
    link("..", "a/up");
    assert_eq!(folder.routes(), ["/a/x", "/b/x", "/near"]);
    let notes = folder.site().notes.join("\n");
    for (name, why) in [
        ("far.py", "leads out of the folder"),
        ("more", "leads out of the folder"),
        ("passwd.py", "leads out of the folder"),
        ("dangling.py", "leads nowhere"),
        ("a/again", "leads back"),
        ("a/up", "leads back"),
    ] {
        assert!(notes.contains(&format!("{name} {why}")), "{name}: {notes}");
    }
}

#[test]
fn attack_48_names_that_are_no_utf_8_have_no_route() {
    let folder = Folder::of(&["x.py"]);
    fs::write(folder.path().join(OsStr::from_bytes(b"\xff.py")), "").unwrap();
    assert_eq!(folder.routes(), ["/x"]);
    let notes = folder.site().notes;
    assert!(notes.len() == 1 && notes[0].contains("no UTF-8"), "{notes:?}");
}

#[test]
fn row_70_pipes_and_sockets_hold_nobody() {
    let folder = Folder::of(&[]);
    let mode = rustix::fs::Mode::from_raw_mode(0o644);
    let path = folder.path().join("x.py");
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    assert_eq!(folder.routes(), [""; 0]);
}

#[test]
fn row_70_a_folder_that_is_too_large_or_too_deep_is_refused() {
    let folder = Folder::of(&[]);
    for number in 0..10_001 {
        fs::write(folder.path().join(format!("{number}.txt")), "").unwrap();
    }
    let begin = Instant::now();
    assert!(folder.refusal().contains("has more than 10000 files"), "{}", folder.refusal());
    assert!(begin.elapsed().as_secs() < 5, "{:?}", begin.elapsed());
    let deep = "a/".repeat(17);
    let folder = Folder::of(&[&format!("{deep}x.py")]);
    assert!(folder.refusal().contains("is more than 16 folders deep"), "{}", folder.refusal());
    assert_eq!(Folder::of(&[&format!("{}x.py", "a/".repeat(15))]).routes().len(), 1);
}

#[test]
fn attack_49_two_files_for_one_route_are_both_named() {
    for (one, two, route) in [
        ("users.js", "users.py", "/users"),
        ("users/index.js", "users.py", "/users"),
        ("users/[id].py", "users/[name].js", "/users/[name]"),
        ("f/[...a].py", "f/[...b].py", "/f/[...b]"),
    ] {
        let said = Folder::of(&[one, two]).refusal();
        assert!(said.starts_with(&format!("{one} and {two} both answer {route}; ")), "{said}");
    }
}

#[test]
fn attack_49_a_name_that_is_no_route_is_refused() {
    for name in ["a[1].py", "[...rest]/x.py", "[id]/[id].py"] {
        let said = Folder::of(&[name]).refusal();
        assert!(
            said.starts_with(&format!("{name}: its route ")) && said.contains("begin its name with _"),
            "{said}"
        );
    }
}

#[test]
fn row_70_reading_it_again_tells_what_changed() {
    let folder = Folder::of(&["a.py", "b.py"]);
    let before = folder.site();
    folder.file("b.py", "print()");
    folder.file("c.py", "");
    let after = folder.site();
    assert_eq!(place(&before, "a"), place(&after, "a"));
    assert_ne!(place(&before, "b"), place(&after, "b"));
    assert_eq!(after.places.len(), 3);
}
