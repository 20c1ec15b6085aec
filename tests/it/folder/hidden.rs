//! What of a folder is never reached, and that no source is ever sent.

use std::os::unix::fs::symlink;

use super::serve;
use crate::harness::{Folder, Server};

/// Stands in every file that nobody may read; no answer may have it.
const MARK: &str = "SOURCE-OF-A-FILE";

/// A folder with one service and everything that must not be reached.
fn folder(outside: &Folder) -> Folder {
    let folder = Folder::new();
    folder.script("x.sh", &format!("# {MARK}\necho served\n"));
    for name in [
        ".env",
        ".git/config",
        "_auth.sh",
        "_private/x.sh",
        "x.sh~",
        "x.sh.bak",
        ".x.sh.swp",
        "README.md",
        "data.json",
        "node_modules/a/index.sh",
        "lib/notes.txt",
    ] {
        folder.script(name, MARK);
    }
    outside.script("secret.sh", &format!("echo {MARK}\n"));
    outside.script("more/secret.sh", &format!("echo {MARK}\n"));
    symlink(outside.path("secret.sh"), folder.path("far.sh")).unwrap();
    symlink(outside.path("more"), folder.path("more")).unwrap();
    symlink("/etc/passwd", folder.path("passwd.sh")).unwrap();
    symlink("/proc/self/environ", folder.path("environ.sh")).unwrap();
    folder
}

fn nothing_at(server: &Server, path: &str) {
    for method in ["GET", "POST", "HEAD"] {
        let answer = server.request(method, path, &[], b"");
        assert!(matches!(answer.status, 404 | 400), "{method} {path}: {}", answer.status);
        let text = answer.text();
        assert!(!text.contains(MARK) && !text.contains("root:"), "{method} {path}: {text}");
    }
}

#[test]
fn attack_48_no_path_leaves_the_folder_and_no_source_is_sent() {
    let outside = Folder::new();
    let folder = folder(&outside);
    let server = serve(&folder);
    server.wait_for_log(|line| line.contains("far.sh leads out of the folder"));
    assert_eq!(server.get("/x").text(), "served\n");
    let up = "/..".repeat(8);
    for path in [
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/%2e%2e/",
        "/%252e%252e/x",
        "/%252e",
        "/%c0%ae%c0%ae/x",
        "/%c0%ae",
        "/%00.py",
        "/x%00.sh",
        "/x%00",
        "/./x",
        "//x",
        "/x/../x",
        "/x.sh",
        "/x.sh~",
        "/x.sh.bak",
        "/x~",
        "/.x.sh.swp",
        "/.env",
        "/.git/config",
        "/.git",
        "/%2egit/config",
        "/_auth",
        "/_auth.sh",
        "/_private/x",
        "/README.md",
        "/README",
        "/data.json",
        "/data",
        "/lib",
        "/lib/",
        "/lib/notes.txt",
        "/node_modules/a",
        "/far",
        "/far.sh",
        "/more/secret",
        "/passwd",
        "/passwd.sh",
        "/environ",
        "/",
        &format!("{up}/etc/passwd"),
        "/etc/passwd",
    ] {
        nothing_at(&server, path);
    }
    assert_eq!(server.get("/x").text(), "served\n");
}

#[test]
fn attack_48_a_link_that_turns_away_after_the_start_is_not_followed_at_the_next_reading() {
    let outside = Folder::new();
    outside.script("secret.sh", &format!("echo {MARK}\n"));
    let folder = Folder::new();
    folder.script("a.sh", "echo a\n");
    folder.script("x.sh", "echo x\n");
    let server = serve(&folder);
    assert_eq!(server.get("/x").text(), "x\n");
    std::fs::remove_file(folder.path("x.sh")).unwrap();
    symlink(outside.path("secret.sh"), folder.path("x.sh")).unwrap();
    server.signal(rustix::process::Signal::HUP);
    server.wait_for_log(|line| line.contains("/x is gone"));
    nothing_at(&server, "/x");
    assert_eq!(server.get("/a").text(), "a\n");
}
