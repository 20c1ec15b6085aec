//! What a builder takes, and what it refuses.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use stackvana::{Error, Errors, Service, Stack, spawn};

use super::{get, post, shell, text};
use crate::harness::{Folder, eventually};

#[tokio::test]
async fn row_85_settings_reach_the_process() {
    let folder = Folder::new();
    let variables = folder.script("variables", "FROM_FILE=file\nBOTH=file\n");
    let service = Service::builder()
        .command([
            "sh",
            "-c",
            "printf '%s|' \"$FROM_FILE\" \"$BOTH\" \"${CARGO_MANIFEST_DIR-cleared}\" \"$@\"",
            "sh",
        ])
        .arguments(["a b", "$(id)"])
        .clear_env()
        .env_file(variables)
        .env("BOTH", "flag")
        .content_type("text/x-a")
        .build()
        .unwrap();
    let response = spawn(&service, get("/")).await;
    assert_eq!(response.headers()["content-type"], "text/x-a");
    assert_eq!(text(response).await, "file|flag|cleared|a b|$(id)|");
}

#[tokio::test]
async fn row_85_bodies_are_parsed_or_raw_as_was_asked() {
    let document =
        |builder: stackvana::Builder| builder.command(["cat", "/dev/fd/4"]).document().build().unwrap();
    let form = || {
        let mut request = post("a=b");
        request.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        request
    };
    let parsed = text(spawn(&document(Service::builder().parse()), form()).await).await;
    assert!(parsed.contains("\"params\":{\"a\":\"b\"}"), "{parsed}");
    let raw = text(spawn(&document(Service::builder()), form()).await).await;
    assert!(raw.contains("\"params\":{}"), "{raw}");
    let capped = document(Service::builder().parse().max_body(2));
    assert_eq!(spawn(&capped, form()).await.status(), 413);
}

#[tokio::test]
async fn row_85_a_timeout_is_a_504() {
    let service = Service::builder().command(["sleep", "77"]).timeout(Some(Duration::from_millis(300)));
    let response = spawn(&service.build().unwrap(), get("/")).await;
    assert_eq!(response.status(), 504);
    assert_eq!(response.headers()["x-stack-error"], "timeout");
}

#[tokio::test]
async fn row_85_exit_codes_can_be_accepted() {
    let builder = || Service::builder().command(["sh", "-c", "exit 3"]);
    assert_eq!(spawn(&builder().build().unwrap(), get("/")).await.status(), 500);
    assert_eq!(spawn(&builder().ok_exit([3]).build().unwrap(), get("/")).await.status(), 200);
}

#[tokio::test]
async fn row_85_details_are_shown_to_nobody_unless_asked() {
    let builder = || Service::builder().command(["sh", "-c", "echo 'the secret reason' >&2; exit 3"]);
    for (errors, shown) in [
        (None, false),
        (Some(Errors::Hide), false),
        (Some(Errors::ShowLocal), false),
        (Some(Errors::Show), true),
    ] {
        let service =
            errors.into_iter().fold(builder(), |builder, errors| builder.errors(errors)).build().unwrap();
        let page = text(spawn(&service, get("/")).await).await;
        assert_eq!(page.contains("the secret reason"), shown, "{errors:?}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_85_log_lines_are_handed_over_with_their_requests_id() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&lines);
    let service = Service::builder()
        .code("echo one >&2; log two; printf three >&2; echo body")
        .language("bash")
        .log(move |line| taken.lock().unwrap().push((line.id.to_owned(), line.text.to_owned())))
        .build()
        .unwrap();
    let response = Stack::new(service).answer(get("/")).await;
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert_eq!(text(response).await, "body\n");
    let logged = eventually("three lines are logged", || {
        let mut lines = lines.lock().unwrap().clone();
        lines.sort();
        (lines.len() == 3).then_some(lines)
    });
    assert_eq!(logged, ["one", "three", "two"].map(|text| (id.clone(), text.to_owned())));
}

#[test]
fn row_85_errors_answer_questions_and_name_what_is_wrong() {
    let folder = Folder::new();
    let script = folder.script("x.py", "");
    let plain = folder.script("plain", "");
    type Question = fn(&Error) -> bool;
    let cases: [(stackvana::Builder, Question, &str); 8] = [
        (Service::builder(), Error::is_nothing_to_serve, "nothing to serve"),
        (Service::builder().file("/nowhere/x.py"), Error::is_missing_file, "/nowhere/x.py"),
        (Service::builder().command(["no-such-program"]), Error::is_missing_program, "no-such-program"),
        (Service::builder().file(folder.root()), Error::is_not_servable, "folder"),
        (Service::builder().file(plain), Error::is_unknown_language, "language"),
        (Service::builder().code("echo"), Error::is_unknown_language, "language"),
        (
            Service::builder().file(script).interpreter("/nowhere/python"),
            Error::is_missing_interpreter,
            "/nowhere/python",
        ),
        (
            Service::builder().command(["true"]).env("STACK_CONTROL", "x"),
            Error::is_invalid_setting,
            "STACK_CONTROL",
        ),
    ];
    for (builder, question, named) in cases {
        let error = builder.build().unwrap_err();
        assert!(question(&error), "{error}");
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[tokio::test]
async fn row_85_a_service_is_cheap_to_clone_and_outlives_its_builder() {
    let service = Service::builder().code("echo hello").language("bash").build().unwrap();
    let clone = service.clone();
    drop(service);
    assert_eq!(text(spawn(&clone, get("/")).await).await, "hello\n");
    assert!(shell("true").notes().is_empty());
}
