//! Services that run before another: they answer the request, or pass it on.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use stackvana::{Body, Route, Service, Stack};

use crate::harness::Folder;

/// A service of those words of a shell; what it says of the head is a line on descriptor 3.
fn shell(script: &str) -> Service {
    Service::builder().command(["sh", "-c", script]).build().expect("every system has a shell")
}

fn bash(script: &str) -> Service {
    Service::builder().code(script).language("bash").build().expect("bash is installed")
}

/// The stack of a service behind those gates.
fn behind<const N: usize>(gates: [Service; N], service: Service) -> Stack {
    let route = gates.into_iter().fold(Route::new(service), Route::before);
    Stack::builder().route("/", route).build().unwrap()
}

async fn ask(stack: &Stack, request: Request<Full<Bytes>>) -> (StatusCode, Response<String>) {
    let (head, body) = stack.answer(request).await.into_parts();
    let body = body.collect().await.expect("the body is whole").to_bytes();
    (head.status, Response::from_parts(head, String::from_utf8_lossy(&body).into_owned()))
}

async fn get(stack: &Stack) -> (StatusCode, Response<String>) {
    ask(stack, request(Method::GET, "/?name=you", "")).await
}

fn request(method: Method, uri: &str, body: &'static str) -> Request<Full<Bytes>> {
    let request = Request::builder().method(method).uri(uri).header("Host", "localhost");
    request.body(Full::from(body)).expect("a plain request")
}

#[tokio::test]
async fn row_82_output_concatenates_and_headers_stay() {
    let gates = [
        shell("printf 'X-First: 1\\nX-Both: gate\\nContent-Length: 2\\n' >&3; echo a"),
        shell("echo 'X-Second: 2' >&3; echo b"),
    ];
    let stack = behind(
        gates,
        shell(
            "printf '%s\\n' '{\"type\":\"setHeader\",\"payload\":{\"name\":\"X-Both\",\"value\":\"service\"}}' >&3; echo c",
        ),
    );
    let (status, response) = get(&stack).await;
    assert_eq!((status, response.body().as_str()), (StatusCode::OK, "a\nb\nc\n"));
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
    assert_eq!(
        (header("x-first"), header("x-second"), header("x-both")),
        (Some("1"), Some("2"), Some("service"))
    );
}

#[tokio::test]
async fn row_82_a_gate_that_sets_a_status_answers_and_nothing_runs_behind_it() {
    let folder = Folder::new();
    let started = folder.path("started");
    let service = shell(&format!("echo x >> '{started}'"));
    let stack = behind([shell("echo before"), shell("echo 'Status: 403' >&3; echo no")], service.clone());
    let (status, response) = get(&stack).await;
    assert_eq!((status, response.body().as_str()), (StatusCode::FORBIDDEN, "before\nno\n"));
    assert!(!folder.root().join("started").exists());
    // Even a status that says that all is well.
    let stack = behind([shell("echo 'Status: 200' >&3; echo cached")], service);
    assert_eq!(get(&stack).await.1.body(), "cached\n");
    assert!(!folder.root().join("started").exists());
}

#[tokio::test]
async fn row_82_a_gate_that_fails_is_the_answer() {
    let stack = behind([shell("exit 3")], shell("echo never"));
    let (status, response) = get(&stack).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.headers()["x-stack-error"], "exit");
    let stack = behind([shell("printf 's%se' om; exit 3")], shell("echo never"));
    let (status, response) = get(&stack).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!response.body().contains("some"), "{}", response.body());
}

#[tokio::test]
async fn row_82_a_service_that_fails_behind_a_gate_is_a_status_too() {
    let stack = behind([shell("printf 's%se' om")], shell("exit 4"));
    let (status, response) = get(&stack).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!response.body().contains("some"), "{}", response.body());
}

#[tokio::test]
async fn row_82_a_gate_has_the_parameters_and_the_service_the_body_too() {
    let gate = bash("echo \"gate $hook_params_name $(cat)\"");
    let stack = behind([gate], bash("echo \"service $hook_params_name $(cat)\""));
    let mut form = request(Method::POST, "/", "name=you");
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    form.headers_mut().insert(HeaderName::from_static("content-type"), kind);
    let (_, response) = ask(&stack, form).await;
    assert_eq!(response.body(), "gate you name=you\nservice you name=you\n");
    // A body that is streamed is the service's alone.
    let stack = behind([shell("cat; echo gate")], shell("cat"));
    let (_, response) = ask(&stack, request(Method::POST, "/", "raw")).await;
    assert_eq!(response.body(), "gate\nraw");
}

#[tokio::test]
async fn row_82_what_a_gate_may_leave_is_bounded() {
    let stack = behind([shell("head -c 2000000 /dev/zero")], shell("echo never"));
    let (status, response) = get(&stack).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(response.body().contains("more than 1048576 bytes"), "{}", response.body());
}

#[tokio::test]
async fn row_82_a_gate_that_answers_streams() {
    let folder = Folder::new();
    let pipe = folder.fifo("go-on");
    let gate = shell(&format!("echo 'Status: 200' >&3; echo first; read line < '{pipe}'; echo second"));
    let stack = behind([gate], shell("echo never"));
    let mut body: Body = stack.answer(request(Method::GET, "/", "")).await.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "first\n");
    std::fs::write(pipe, "go on\n").unwrap();
    assert_eq!(body.collect().await.unwrap().to_bytes(), "second\n");
}
