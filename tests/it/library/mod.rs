//! The library, as a program uses it that embeds the engine.

mod building;
mod dropping;
mod mounted;
mod receipts;
mod routes;

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use stackvana::{Body, Service, Stack, spawn};
use tower_service::Service as _;

use crate::harness::{Folder, interpreter};

fn get(address: &str) -> Request<Full<Bytes>> {
    Request::get(address).header("Host", "localhost").body(Full::default()).expect("a plain address")
}

fn post(body: &'static str) -> Request<Full<Bytes>> {
    Request::post("/").header("Host", "localhost").body(Full::from(body)).expect("a plain address")
}

/// A service of those words of a shell.
fn shell(script: &str) -> Service {
    Service::builder().command(["sh", "-c", script]).build().expect("every system has a shell")
}

/// The text of a body that ends well.
async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.expect("the body is whole").to_bytes();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn row_85_one_request_by_one_process() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "status 201; header X-A b; echo \"hello $hook_params_name\"");
    let service = Service::builder().file(script).build().unwrap();
    assert_eq!(service.name(), "bash");
    let response = spawn(&service, get("/?name=you")).await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["x-a"], "b");
    assert_eq!(text(response).await, "hello you\n");
}

#[tokio::test]
async fn row_85_the_body_of_the_request_is_standard_input() {
    let service = Service::builder().command(["sort", "-r"]).build().unwrap();
    assert_eq!(text(spawn(&service, post("a\nb\n")).await).await, "b\na\n");
    assert_eq!(text(spawn(&service, get("/")).await).await, "");
}

#[tokio::test]
async fn row_85_a_stack_is_a_tower_service_that_cannot_fail() {
    let mut stack = Stack::new(shell("echo hello"));
    std::future::poll_fn(|context| {
        <Stack as tower_service::Service<Request<Full<Bytes>>>>::poll_ready(&mut stack, context)
    })
    .await
    .unwrap();
    let answer: Result<Response<Body>, Infallible> = stack.call(get("/")).await;
    let Ok(response) = answer;
    assert_eq!(text(response).await, "hello\n");
    let mut failing = Stack::new(shell("exit 3"));
    let Ok(response) = failing.call(get("/")).await;
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers()["x-stack-error"], "exit");
    let Ok(response) = failing.call(Request::get("/").body(Full::<Bytes>::default()).unwrap()).await;
    assert_eq!(response.status(), 400, "a request of HTTP/1.1 without a Host");
}

#[tokio::test]
async fn row_85_clones_share_their_bounds() {
    let folder = Folder::new();
    let pipe = folder.fifo("go-on");
    let service = shell(&format!("echo started; read line < '{pipe}'; echo done"));
    let stack = Stack::builder().service(service).max_processes(1).queue(0, std::time::Duration::ZERO);
    let stack = stack.build().unwrap();
    let running = stack.answer(get("/")).await;
    let refused = stack.clone().answer(get("/")).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    std::fs::write(pipe, "go on\n").unwrap();
    assert_eq!(text(running).await, "started\ndone\n");
}

#[tokio::test]
async fn row_85_inline_code() {
    let codes = [
        ("bash", "bash", "echo \"hello $hook_params_a\""),
        ("python3", "python", "print('hello', hook.params.a)"),
        ("node", "javascript", "module.exports = hook => hook.res.end(`hello ${hook.params.a}`)"),
    ];
    for (program, language, code) in codes {
        if interpreter(program) {
            let service = Service::builder().code(code).language(language).build().unwrap();
            assert_eq!(service.name(), language);
            assert_eq!(text(spawn(&service, get("/?a=b")).await).await, "hello b\n", "{language}");
        }
    }
}
