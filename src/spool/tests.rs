//! Folders on a real disk: private while they are used, and gone afterwards.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process,
    sync::Arc,
};

use rustix::{fs::statvfs, io::Errno, process::getppid};
use tokio::runtime::{Builder, Runtime};

use super::{BATCH, Spool, Stored, failed, folder::has_room, sweep};
use crate::failure::Kind;

/// Its drop waits for everything that was begun off its thread.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn store(spool: &mut Spool, chunks: &[&[u8]]) -> Stored {
    let mut writer = spool.next_file();
    for chunk in chunks {
        writer.write(chunk).await.unwrap();
    }
    writer.finish().await.unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn parent_process() -> String {
    getppid().map_or(0, |pid| pid.as_raw_nonzero().get()).to_string()
}

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn row_37_files_are_private_whole_and_gone_with_the_spool() {
    let parent = tempfile::tempdir().unwrap();
    let big = vec![7; BATCH];
    let spool = runtime().block_on(async {
        let mut spool = Spool::create(parent.path()).await.unwrap();
        let first = store(&mut spool, &[b"ab", b"", b"c"]).await;
        let empty = store(&mut spool, &[]).await;
        let long = store(&mut spool, &[b"x", &big, b"y", &big[1..]]).await;
        assert_eq!((first.size, empty.size, long.size), (3, 0, 2 * BATCH as u64 + 1));
        assert_eq!(fs::read(&first.path).unwrap(), b"abc");
        assert_eq!(fs::read(&empty.path).unwrap(), b"");
        assert_eq!(fs::read(&long.path).unwrap(), [b"x", &big[..], b"y", &big[1..]].concat());
        assert_eq!(mode(&first.path), 0o600);
        let folder = Path::new(&first.path).parent().unwrap();
        assert!(folder.is_absolute());
        assert_eq!(
            (mode(folder), names(folder)),
            (0o700, vec!["0".to_owned(), "1".to_owned(), "2".to_owned()])
        );
        spool
    });
    assert_eq!(names(parent.path()).len(), 1);
    drop(spool);
    assert!(names(parent.path()).is_empty());
}

#[test]
fn row_37_a_runtime_that_ends_removes_everything() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().to_owned();
    let runtime = runtime();
    runtime.spawn(async move {
        let mut spool = Spool::create(&path).await.unwrap();
        store(&mut spool, &[b"x"]).await;
        std::future::pending::<()>().await;
    });
    runtime.block_on(async {
        while names(parent.path()).is_empty() {
            tokio::task::yield_now().await;
        }
    });
    drop(runtime);
    assert!(names(parent.path()).is_empty());
}

#[test]
fn attack_32_a_request_that_is_dropped_while_it_writes_leaves_nothing() {
    let parent = tempfile::tempdir().unwrap();
    for polls in 0..12 {
        let runtime = runtime();
        runtime.block_on(async {
            let request = async {
                let mut spool = Spool::create(parent.path()).await.unwrap();
                let mut writer = spool.next_file();
                for _ in 0..4 {
                    writer.write(&[0; BATCH]).await.unwrap();
                }
                writer.finish().await.unwrap();
            };
            let mut request = Box::pin(request);
            for _ in 0..polls {
                tokio::select! {
                    biased;
                    () = &mut request => {}
                    () = tokio::task::yield_now() => continue,
                }
                break;
            }
        });
        drop(runtime);
        assert!(names(parent.path()).is_empty(), "after {polls} polls");
    }
}

#[test]
fn row_37_what_the_service_adds_or_takes_away_does_not_matter() {
    let parent = tempfile::tempdir().unwrap();
    let elsewhere = parent.path().join("kept");
    let spool = runtime().block_on(async {
        let mut spool = Spool::create(parent.path()).await.unwrap();
        let first = store(&mut spool, &[b"first"]).await;
        let folder = Path::new(&first.path).parent().unwrap();
        fs::rename(&first.path, &elsewhere).unwrap();
        fs::create_dir(folder.join("deeper")).unwrap();
        fs::write(folder.join("deeper/file"), "x").unwrap();
        symlink(&elsewhere, folder.join("link")).unwrap();
        spool
    });
    drop(spool);
    assert_eq!(names(parent.path()), ["kept"]);
    assert_eq!(fs::read(elsewhere).unwrap(), b"first");
}

#[test]
fn attack_32_a_full_disk_is_no_room_and_anything_else_is_told_to_the_owner() {
    for (errno, kind) in [
        (Errno::NOSPC, Kind::NoRoom),
        (Errno::DQUOT, Kind::NoRoom),
        (Errno::MFILE, Kind::NoProcess),
        (Errno::ROFS, Kind::Internal),
    ] {
        assert_eq!(failed(&errno.into()).kind, kind);
    }
    let missing = tempfile::tempdir().unwrap().path().join("missing");
    let failure = runtime().block_on(Spool::create(&missing)).unwrap_err();
    assert_eq!(failure.kind, Kind::Internal);
    assert!(!failure.to_string().contains("missing") && failure.detail.is_some());
}

#[test]
fn attack_32_a_reserve_is_left_to_others() {
    let mut system = statvfs("/").unwrap();
    (system.f_frsize, system.f_blocks, system.f_bavail) = (4096, 1 << 30, (64 << 20) / 4096 + 1);
    assert!(has_room(&system, 4096) && !has_room(&system, 4097));
    (system.f_blocks, system.f_bavail) = (100, 6);
    assert!(has_room(&system, 4096) && !has_room(&system, 4097));
    (system.f_blocks, system.f_bavail) = (0, 0);
    assert!(has_room(&system, u64::MAX));
}

#[test]
fn row_37_a_sweep_removes_what_nobody_uses_and_nothing_else() {
    let parent = tempfile::tempdir().unwrap();
    let [dead, own, alive] = [i32::MAX.to_string(), process::id().to_string(), parent_process()];
    let left = [format!("stack-{dead}-0123456789abcdef"), format!("stack-{own}-0123456789abcdef")];
    let kept = [
        format!("stack-{alive}-0123456789abcdef"),
        format!("stack-{dead}-0123456789abcde"),
        format!("stack-{dead}-0123456789abcdeg"),
        "stack-0-0123456789abcdef".to_owned(),
        "stack-x-0123456789abcdef".to_owned(),
        "stack-0123456789abcdef".to_owned(),
        "other".to_owned(),
    ];
    for name in left.iter().chain(&kept) {
        fs::create_dir(parent.path().join(name)).unwrap();
        fs::write(parent.path().join(name).join("0"), "x").unwrap();
    }
    let link = format!("stack-{dead}-fedcba9876543210");
    symlink(parent.path().join("other"), parent.path().join(&link)).unwrap();
    let file = format!("stack-{dead}-aaaaaaaaaaaaaaaa");
    fs::write(parent.path().join(&file), "x").unwrap();
    let spool = Arc::new(runtime().block_on(Spool::create(parent.path())).unwrap());
    sweep(parent.path());
    sweep(&parent.path().join("missing"));
    let mut expected = kept.to_vec();
    let used = Path::new(&spool.folder.path_of("")).file_name().unwrap().to_str().unwrap().to_owned();
    expected.extend([link, file, used]);
    expected.sort();
    assert_eq!(names(parent.path()), expected);
}
