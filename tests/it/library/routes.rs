//! Several services on one stack, and a stack before a service that is not ours.

use std::{convert::Infallible, time::Duration};

use axum::{Router, routing};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use stackvana::{Route, Service, Stack};
use tower_layer::Layer;
use tower_service::Service as _;

use super::{get, shell, text};
use crate::harness::Folder;

fn by(method: Method, address: &str) -> Request<Full<Bytes>> {
    let request = Request::builder().method(method).uri(address).header("Host", "localhost");
    request.body(Full::default()).expect("a plain address")
}

/// What is not ours: it says which request it was given.
#[derive(Clone)]
struct Native;

impl tower_service::Service<Request<Full<Bytes>>> for Native {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let said = format!("native {} {}\n", request.method(), request.uri().path());
        std::future::ready(Ok(Response::new(said.into())))
    }
}

#[tokio::test]
async fn row_85_services_answer_by_their_routes_and_one_of_them_everything_else() {
    let one = Service::builder().code("echo \"one $hook_params_id $SCRIPT_NAME\"").language("bash");
    let rest = shell("echo \"rest $SCRIPT_NAME $PATH_INFO\"");
    let stack = Stack::builder()
        .route("/one/[id]", one.build().unwrap())
        .route("/files/[...path]", rest)
        .service(shell("echo \"every $PATH_INFO\""));
    let stack = stack.build().unwrap();
    for (path, said) in [
        ("/one/7", "one 7 /one/7\n"),
        ("/files/a/b", "rest /files /a/b\n"),
        ("/one", "every /one\n"),
        ("/", "every /\n"),
    ] {
        assert_eq!(text(stack.answer(get(path)).await).await, said, "{path}");
    }
    assert!(Stack::builder().build().unwrap_err().is_nothing_to_serve());
    assert!(Stack::builder().route("one", shell("true")).build().unwrap_err().is_invalid_setting());
}

#[tokio::test]
async fn row_85_a_route_has_methods_and_headers_of_its_own() {
    let (name, value) = (HeaderName::from_static("x-team"), HeaderValue::from_static("a"));
    let route = Route::new(shell("echo hello")).methods([Method::GET]).header(name, value);
    let stack = Stack::builder().route("/", route).build().unwrap();
    let answer = stack.answer(get("/")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["x-team"], "a");
    assert_eq!(stack.answer(by(Method::HEAD, "/")).await.status(), StatusCode::OK);
    let refused = stack.answer(by(Method::DELETE, "/")).await;
    assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(refused.headers()["allow"], "GET, HEAD");
    assert_eq!(stack.answer(get("/other")).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn row_74_a_service_has_bounds_within_those_of_all() {
    let folder = Folder::new();
    let pipe = folder.fifo("go-on");
    let slow = Route::new(shell(&format!("echo started; read line < '{pipe}'; echo done"))).max_processes(1);
    let stack = Stack::builder().route("/slow", slow).route("/quick", shell("echo quick"));
    let stack = stack.queue(0, Duration::ZERO).build().unwrap();
    let running = stack.answer(get("/slow")).await;
    assert_eq!(stack.answer(get("/slow")).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(text(stack.answer(get("/quick")).await).await, "quick\n");
    std::fs::write(pipe, "go on\n").unwrap();
    assert_eq!(text(running).await, "started\ndone\n");
}

#[tokio::test]
async fn row_85_a_layer_hands_on_what_has_no_route() {
    let route = Route::new(shell("echo ours")).methods([Method::GET]);
    let mut layered = Stack::builder().route("/ours", route).build().unwrap().layer(Native);
    for (method, path, said) in [
        (Method::GET, "/ours", "ours\n"),
        (Method::POST, "/ours", "native POST /ours\n"),
        (Method::GET, "/other", "native GET /other\n"),
        (Method::GET, "/..%2fours", "native GET /..%2fours\n"),
    ] {
        let Ok(answer) = layered.call(by(method, path)).await;
        let Ok(body) = answer.into_body().collect().await else { panic!("{path} broke off") };
        assert_eq!(body.to_bytes(), said, "{path}");
    }
}

#[tokio::test]
async fn row_85_mounted_in_axum() {
    let scripts = Stack::builder().route("/script/[name]", shell("echo \"script $PATH_INFO$SCRIPT_NAME\""));
    let app = Router::new()
        .route("/", routing::get(async || "native\n"))
        .route_service("/sort", Stack::new(Service::builder().command(["sort", "-r"]).build().unwrap()))
        .fallback_service(scripts.build().unwrap());
    let ask = async |path: &str, body: &'static str| {
        let method = if body.is_empty() { Method::GET } else { Method::POST };
        let request = Request::builder().method(method).uri(path).header("Host", "localhost");
        let request = request.body(axum::body::Body::from(body)).unwrap();
        let Ok(answer) = app.clone().call(request).await;
        answer.into_body().collect().await.unwrap().to_bytes()
    };
    assert_eq!(ask("/", "").await, "native\n");
    assert_eq!(ask("/script/x", "").await, "script /script/x\n");
    assert_eq!(ask("/sort", "a\nb\n").await, "b\na\n");
}
