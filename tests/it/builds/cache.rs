//! What is built is kept: across requests, servers and clients that leave.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::{BEFORE, Place, mode_of, printing, text_of};
use crate::harness::Folder;

#[test]
fn a_source_is_built_once_for_its_content() {
    let Some(place) = Place::new(&printing("one")) else { return };
    for _ in 0..2 {
        let server = place.serve(&[]);
        for _ in 0..2 {
            assert_eq!(text_of(&server.get("/")), "one\n");
        }
    }
    assert_eq!(place.compilations(), 1, "a second server finds what the first has built");
}

#[test]
fn requests_during_a_build_wait_for_the_one_build() {
    let Some(place) = Place::new(&printing("one")) else { return };
    place.close(BEFORE);
    let server = place.serve(&[]);
    place.wait_at(BEFORE, 1);
    std::thread::scope(|scope| {
        let requests: Vec<_> = (0..8).map(|_| scope.spawn(|| text_of(&server.get("/")))).collect();
        place.open(BEFORE);
        for request in requests {
            assert_eq!(request.join().unwrap(), "one\n");
        }
    });
    assert_eq!(place.compilations(), 1);
}

#[test]
fn a_client_that_leaves_ends_no_build() {
    let Some(place) = Place::new(&printing("one")) else { return };
    let server = place.serve(&[]);
    assert_eq!(text_of(&server.get("/")), "one\n");
    place.close(BEFORE);
    place.write(&printing("two"));
    let mut connection = server.connect();
    connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    place.wait_at(BEFORE, 2);
    drop(connection);
    place.open(BEFORE);
    assert_eq!(text_of(&server.get("/")), "two\n");
    assert_eq!(place.compilations(), 2, "the build that was begun for it");
}

#[test]
fn the_server_s_end_is_the_compiler_s_end() {
    let Some(place) = Place::new(&printing("one")) else { return };
    place.close(BEFORE);
    let server = place.serve(&[]);
    place.wait_at(BEFORE, 1);
    let compilers: Vec<_> = server.processes().into_iter().map(|process| process.pid).collect();
    assert!(!compilers.is_empty());
    assert_eq!(server.stop(), 0);
    for pid in compilers {
        assert!(crate::harness::wait_for_exit(pid, crate::harness::DEADLINE), "{pid} is left");
    }
}

#[test]
fn the_cache_is_private_and_can_be_emptied() {
    let Some(place) = Place::new(&printing("one")) else { return };
    let server = place.serve(&[]);
    assert_eq!(text_of(&server.get("/")), "one\n");
    let builds = place.folder.path("cache/stack/builds");
    assert_eq!(mode_of(&builds), 0o700);
    for entry in fs::read_dir(&builds).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode_of(path.to_str().unwrap()) & 0o077, 0, "{}", path.display());
    }
    fs::remove_dir_all(&builds).unwrap();
    assert_eq!(text_of(&server.get("/")), "one\n");
    assert_eq!(place.compilations(), 2);
}

#[test]
fn a_build_without_its_program_is_built_anew() {
    let Some(place) = Place::new(&printing("one")) else { return };
    let server = place.serve(&[]);
    assert_eq!(text_of(&server.get("/")), "one\n");
    let built = place.folder.files().into_iter().filter(|path| path.ends_with("service"));
    let built: Vec<_> = built.filter(|path| path.is_file()).collect();
    assert_eq!(built.len(), 1, "{built:?}");
    fs::write(built[0].with_file_name("other"), "").unwrap();
    fs::remove_file(&built[0]).unwrap();
    assert_eq!(text_of(&server.get("/")), "one\n");
    assert_eq!(text_of(&place.serve(&[]).get("/")), "one\n");
    assert_eq!(place.compilations(), 2);
}

#[test]
fn a_cache_that_others_can_write_to_is_not_used() {
    let Some(place) = Place::new(&printing("one")) else { return };
    let cache = Folder::new();
    fs::create_dir(cache.path("stack")).unwrap();
    fs::set_permissions(cache.path("stack"), Permissions::from_mode(0o777)).unwrap();
    fs::create_dir(place.folder.path("cache")).unwrap();
    std::os::unix::fs::symlink(cache.path("stack"), place.folder.path("cache/stack")).unwrap();
    let server = place.serve(&[]);
    for _ in 0..2 {
        assert_eq!(text_of(&server.get("/")), "one\n");
    }
    assert_eq!(place.compilations(), 1);
    assert!(cache.files().iter().all(|path| path.ends_with("stack")), "{:?}", cache.files());
    let temporary = server.temporary().to_owned();
    assert!(fs::read_dir(&temporary).unwrap().count() > 0, "it stands in a private folder");
}

#[test]
fn a_client_that_leaves_during_a_build_is_noticed() {
    let Some(place) = Place::new(&printing("one")) else { return };
    let server = place.serve(&[]);
    assert_eq!(text_of(&server.get("/")), "one\n");
    place.close(BEFORE);
    place.write(&printing("two"));
    let mut connection = server.connect();
    connection.send("GET /leaves HTTP/1.1\r\nHost: x\r\n\r\n");
    place.wait_at(BEFORE, 1);
    drop(connection);
    server.wait_for_log(|line| line.contains("GET /leaves"));
    place.open(BEFORE);
    assert_eq!(text_of(&server.get("/")), "two\n");
}

#[test]
fn more_requests_than_may_wait_for_a_build_are_refused() {
    let Some(place) = Place::new(&printing("one")) else { return };
    place.close(BEFORE);
    let server = place.serve(&["--queue", "1"]);
    place.wait_at(BEFORE, 1);
    std::thread::scope(|scope| {
        let requests: Vec<_> = (0..3).map(|_| scope.spawn(|| server.get("/"))).collect();
        let mut refused = 0;
        server.wait_for_log(|line| {
            refused += usize::from(line.contains("GET / 503"));
            refused == 2
        });
        place.open(BEFORE);
        let mut statuses: Vec<_> =
            requests.into_iter().map(|request| request.join().unwrap().status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 503, 503]);
    });
}
