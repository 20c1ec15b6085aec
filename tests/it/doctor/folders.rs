//! Where uploads and the cache are kept.

use std::{fs::Permissions, os::unix::fs::PermissionsExt};

use super::examine;
use crate::harness::{Folder, notice};

#[test]
fn doctor_tries_the_folder_for_uploads() {
    let folder = Folder::new();
    let (missing, file) = (folder.path("missing"), folder.script("file", ""));
    for place in [&missing, &file] {
        let by_flag = examine(&folder, &["--temp-dir", place], |_| {});
        let by_variable = examine(&folder, &[], |command| {
            command.env("TMPDIR", place);
        });
        let by_option = examine(&folder, &[], |command| {
            command.env("STACK_TEMP_DIR", place);
        });
        for findings in [by_flag, by_variable, by_option] {
            let finding = findings.one("uploads");
            assert_eq!((findings.code, finding.level), (1, "problem"), "{finding:?}");
            assert!(finding.seen.contains(place.as_str()), "{finding:?}");
            assert!(finding.remedy.contains("--temp-dir"), "{finding:?}");
        }
    }
    let kept = Folder::new();
    let findings = examine(&folder, &["--temp-dir", &kept.path("")], |_| {});
    assert_ne!(findings.one("uploads").level, "problem", "{:?}", findings.one("uploads"));
    assert!(kept.files().is_empty(), "{:?}", kept.files());
}

#[test]
fn doctor_says_that_uploads_would_take_memory() {
    const SHARED_MEMORY: &str = "/dev/shm";
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap();
    if !mounts.lines().any(|line| line.contains(" /dev/shm tmpfs rw")) {
        return notice("not run: no tmpfs at /dev/shm");
    }
    let findings = examine(&Folder::new(), &["--temp-dir", SHARED_MEMORY], |_| {});
    let finding = findings.one("uploads");
    assert_eq!(finding.level, "advice", "{finding:?}");
    assert!(finding.seen.contains("in memory") && finding.remedy.contains("--max-upload"), "{finding:?}");
}

#[test]
fn doctor_sees_a_cache_that_others_can_write_to() {
    let folder = Folder::new();
    let cache = |path: &str| {
        let path = folder.path(path);
        move |command: &mut std::process::Command| {
            command.env("XDG_CACHE_HOME", path);
        }
    };
    let private = examine(&folder, &[], cache("private"));
    assert_eq!(private.one("cache").seen, folder.path("private/stack"));
    let open = folder.root().join("open/stack");
    std::fs::create_dir_all(&open).unwrap();
    std::fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
    let findings = examine(&folder, &[], cache("open"));
    let finding = findings.one("cache");
    assert_eq!(finding.level, "advice", "{finding:?}");
    assert!(finding.remedy.contains("XDG_CACHE_HOME") && finding.remedy.contains("700"), "{finding:?}");
}
