//! A service in a plain hyper server, mounted twice: cargo run --example simple-http-server

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use stackvana::{Route, Service, Stack};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let echo = Service::builder()
        .file("examples/services/echo/echo.py")
        .log(|line| eprintln!("{}", line.text.escape_debug()));
    let echo = echo.build()?;
    let greeting = http::HeaderValue::from_static("hello");
    let twice = Route::new(echo.clone()).header(http::HeaderName::from_static("x-greeting"), greeting);
    let stack = Stack::builder().route("/echo", echo).route("/greet/[name]", twice).build()?;

    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("try: curl http://{}/greet/you", listener.local_addr()?);
    loop {
        let (socket, _) = listener.accept().await?;
        let stack = stack.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let stack = stack.clone();
                async move { Ok::<_, std::convert::Infallible>(stack.answer(request).await) }
            });
            // A connection that fails concerns its client alone.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
        });
    }
}
