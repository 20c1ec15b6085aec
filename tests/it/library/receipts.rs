//! What a request cost and why it ended, and how a failure after the head shows.

use http_body_util::BodyExt;
use stackvana::{Receipt, Report, Stack, spawn};

use super::{get, shell, text};

/// The answer's text, or the error it broke off with, and the account of the request.
async fn account(script: &str) -> (Result<String, String>, Report) {
    let response = spawn(&shell(script), get("/path?a=b")).await;
    let receipt = response.extensions().get::<Receipt>().cloned().expect("every response has one");
    let body = response.into_body().collect().await;
    let body = body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned());
    (body.map_err(|error| error.to_string()), receipt.await.expect("the runtime goes on"))
}

#[tokio::test]
async fn row_64_the_receipt_of_a_success() {
    let (body, report) = account("echo hello").await;
    assert_eq!(body.as_deref(), Ok("hello\n"));
    assert_eq!((report.method.as_str(), report.path.as_str(), report.status), ("GET", "/path", 200));
    assert_eq!((report.bytes, report.exit_code, report.reason.as_str()), (6, Some(0), "exit 0"));
    assert!(!report.broken_off && !report.id.is_empty() && !report.time.is_zero(), "{report:?}");
}

#[tokio::test]
async fn row_64_the_receipt_counts_cpu_time() {
    let (_, report) = account("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; echo $i").await;
    assert!(!report.cpu.is_zero() && report.cpu <= report.time * 2, "{report:?}");
}

#[tokio::test]
async fn row_64_the_receipt_of_a_failure_before_the_head() {
    let (body, report) = account("exit 3").await;
    assert!(body.is_ok_and(|page| page.contains("exit code 3")));
    assert_eq!((report.status, report.exit_code, report.reason.as_str()), (500, Some(3), "exit 3"));
    assert!(!report.broken_off);
}

#[tokio::test]
async fn row_58_a_failure_after_the_head_is_an_error_of_the_body() {
    for (script, code, reason) in
        [("echo part; exit 3", Some(3), "exit 3"), ("echo part; kill -15 $$", None, "signal 15")]
    {
        let (body, report) = account(script).await;
        assert_eq!(body.unwrap_err(), "the service failed after its first byte", "{script}");
        assert_eq!(
            (report.status, report.exit_code, report.reason.as_str()),
            (200, code, reason),
            "{script}"
        );
        assert!(report.broken_off, "{report:?}");
    }
}

#[tokio::test]
async fn row_64_a_receipt_can_be_kept_while_the_answer_goes_on() {
    let response = Stack::new(shell("echo hello")).answer(get("/")).await;
    let receipt = response.extensions().get::<Receipt>().cloned().unwrap();
    let waiting = tokio::spawn(receipt);
    assert_eq!(text(response).await, "hello\n");
    assert_eq!(waiting.await.unwrap().unwrap().exit_code, Some(0));
}
