//! Three languages next to native routes in axum: cargo run --example monolith

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to whoever runs it")]

use axum::{Router, routing::get};
use stackvana::{Service, Stack};
use tokio::{net::TcpListener, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let script =
        |name: &str| Service::builder().file(format!("examples/services/hello-world/{name}")).build();
    let scripts = Stack::builder()
        .route("/python", script("hello-world.py")?)
        .route("/javascript", script("hello-world.js")?)
        .route("/bash", script("hello-world.sh")?)
        .max_processes(64)
        .build()?;
    let sort = Service::builder().command(["sort"]).build()?;

    // What has no route of its own here goes to the scripts.
    let app = Router::new()
        .route("/", get(async || "native\n"))
        .route_service("/sort", Stack::new(sort))
        .fallback_service(scripts);

    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("try: curl http://{}/python", listener.local_addr()?);
    let ended = async { signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, app).with_graceful_shutdown(ended).await?;
    Ok(())
}
