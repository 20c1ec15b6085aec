//! Letting go of a request ends its process.

use std::pin::pin;
use std::time::Duration;

use http_body_util::BodyExt;
use stackvana::{Receipt, Service, spawn};
use tokio::runtime::Builder;

use super::{get, shell};
use crate::harness::{DEADLINE, Folder, all_processes, eventually, wait_for_exit};

/// A service that says who it and its child are, and then stays; after a line of output when asked.
fn lasting(folder: &Folder, output: &str) -> Service {
    let pids = folder.path("pids");
    shell(&format!("{output} sleep 77 & echo $! $$ > '{pids}.new'; mv '{pids}.new' '{pids}'; wait"))
}

fn pids(folder: &Folder) -> Option<Vec<u32>> {
    let text = folder.read("pids");
    (!text.is_empty()).then(|| text.split_whitespace().map(|pid| pid.parse().unwrap()).collect())
}

/// All have ended; the last, which is the service itself, is reaped too.
fn assert_gone(pids: &[u32]) {
    assert!(pids.iter().all(|&pid| wait_for_exit(pid, DEADLINE)), "{pids:?} go on");
    let leader = *pids.last().expect("a service");
    eventually("it is reaped", || all_processes().iter().all(|process| process.pid != leader).then_some(()));
}

/// Waits for what no future tells of, without keeping the runtime from its work.
async fn eventually_async<T: Send + 'static>(
    what: &'static str,
    ask: impl FnMut() -> Option<T> + Send + 'static,
) -> T {
    tokio::task::spawn_blocking(move || eventually(what, ask)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_62_dropping_the_future_ends_the_process() {
    let folder = std::sync::Arc::new(Folder::new());
    let service = lasting(&folder, "");
    let started = std::sync::Arc::clone(&folder);
    let running = {
        let mut answer = pin!(spawn(&service, get("/")));
        tokio::select! {
            response = &mut answer => panic!("it answered: {response:?}"),
            running = eventually_async("the service runs", move || pids(&started)) => running,
        }
    };
    assert_gone(&running);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_62_dropping_the_response_ends_the_process() {
    for frames in [0, 1] {
        let folder = Folder::new();
        let service = lasting(&folder, "echo started;");
        let mut response = spawn(&service, get("/")).await;
        let receipt = response.extensions().get::<Receipt>().cloned().unwrap();
        for _ in 0..frames {
            let frame = response.body_mut().frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap(), "started\n");
        }
        let running = eventually("the service runs", || pids(&folder));
        drop(response);
        assert_gone(&running);
        let report = receipt.await.unwrap();
        assert_eq!((report.status, report.reason.as_str()), (200, "client left"));
    }
}

#[test]
fn row_62_the_end_of_the_runtime_ends_the_process() {
    let folder = Folder::new();
    let service = lasting(&folder, "echo started;");
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let response = runtime.block_on(spawn(&service, get("/")));
    assert_eq!(response.status(), 200);
    let running = eventually("the service runs", || pids(&folder));
    runtime.shutdown_timeout(Duration::from_secs(5));
    assert!(running.iter().all(|&pid| wait_for_exit(pid, DEADLINE)), "{running:?} go on");
    drop(response);
}
