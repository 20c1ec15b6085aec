//! The state of a build: what is remembered of it, and what becomes of it when its task ends early.

use std::{
    ffi::CString,
    fs,
    future::Future,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
};

use super::{Build, Command, Recipe, Runs};
use crate::service::{Builds, Inputs, Strings};

/// A build by a shell's command.
fn build(source: &Path, command: &'static [&'static str]) -> Build {
    let shell = |words| Command { program: PathBuf::from("/bin/sh"), words };
    let (environment, directory) = (Strings::default(), CString::default());
    Build::new(Recipe {
        interpreter: "/bin/sh".into(),
        heeded: Vec::new(),
        language: "sh",
        source: source.to_owned(),
        support: PathBuf::from("/"),
        commands: vec![shell(command)],
        version: shell(&["-c", "echo 1"]),
        environment: std::env::vars_os().map(|(name, value)| [name, value].join("=".as_ref())).collect(),
        inputs: Inputs::SourceAlone,
        runs: Runs { program: None, words: Vec::new(), environment, variable: None, directory },
    })
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), future).await.expect("it is done soon")
}

fn gate() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(1))
}

#[test]
fn a_build_whose_runtime_has_ended_is_begun_anew() {
    const COMMAND: &[&str] = &[
        "-c",
        "[ -e '{source}.go' ] || { echo >'{source}.begun'; exec sleep 1000; }; cp '{source}' '{output}'",
    ];
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("x");
    fs::write(&source, "text").unwrap();
    let build = build(&source, COMMAND);
    let first = runtime();
    first.block_on(async { build.begin(&gate()) });
    let deadline = Instant::now() + Duration::from_secs(30);
    while !source.with_extension("begun").exists() {
        assert!(Instant::now() < deadline, "the command is not begun");
        std::thread::yield_now();
    }
    drop(first);
    fs::write(source.with_extension("go"), "").unwrap();
    let launch = runtime().block_on(soon(async { build.launch(&gate()).await })).unwrap();
    assert_eq!(fs::read_to_string(launch.program.to_str().unwrap()).unwrap(), "text");
}

#[test]
fn a_failure_that_is_not_the_source_s_is_not_remembered() {
    const COMMAND: &[&str] = &["-c", "mkdir '{source}.once' && kill -9 $$; cp '{source}' '{output}'"];
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("x");
    fs::write(&source, "text").unwrap();
    let build = build(&source, COMMAND);
    runtime().block_on(soon(async {
        let gate = gate();
        assert!(build.launch(&gate).await.is_err());
        assert!(build.launch(&gate).await.is_ok());
    }));
}
