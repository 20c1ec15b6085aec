//! What a request costs beside many services, many connections and much memory: the same as beside few.

use std::fs;
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use http_body_util::BodyExt;
use stackvana::{Service, spawn};
use tokio::runtime::{Builder, Runtime};

use crate::program;
use crate::report::Row;
use crate::samples::{Rounds, Samples};
use crate::server::{self, STACK, Server};
use crate::spawn::requests;

const ROUNDS: usize = 5;
/// How long each is asked in a round.
const WINDOW: &str = "1";
const SERVICES: [usize; 3] = [10, 100, 1_000];
const CONNECTIONS: [usize; 3] = [10, 1_000, 10_000];
/// What a host may hold beside the library, and how many requests are timed with it and without.
const MEMORY: usize = 480 << 20;
const REQUESTS: usize = 200;
const PAGE: usize = 4096;

pub(crate) fn measure() -> anyhow::Result<Vec<Row>> {
    let hello = program::hello()?;
    let one = Server::stack(&[&hello])?;
    let mut rows = Vec::new();
    for count in SERVICES {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let path = fill(folder.path(), &hello, count)?;
        let mut command = Command::new(STACK);
        command.args(["-p", "0", "--quiet"]).arg(folder.path());
        let many = Server::start(command)?;
        rows.push(against(&one, &many, &path, &format!("{count} services"))?);
    }
    server::allow_descriptors(CONNECTIONS[CONNECTIONS.len() - 1] as u64)?;
    for count in CONNECTIONS {
        let many = Server::stack(&[&hello])?;
        let held: Vec<TcpStream> = (0..count).map(|_| held(&many)).collect::<anyhow::Result<_>>()?;
        rows.push(against(&one, &many, "/", &format!("{count} open connections"))?);
        drop(held);
    }
    rows.push(memory(&hello)?);
    Ok(rows)
}

/// So many services of the same program; the path of the last.
fn fill(folder: &Path, hello: &Path, count: usize) -> anyhow::Result<String> {
    for number in 0..count {
        fs::hard_link(hello, folder.join(format!("s{number}")))?;
    }
    Ok(format!("/s{}", count - 1))
}

/// A connection that has had its answer, and is kept alive.
fn held(server: &Server) -> anyhow::Result<TcpStream> {
    let mut connection = server.connect()?;
    connection.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")?;
    let (mut answer, mut part) = (Vec::new(), [0; 1024]);
    while !answer.windows(6).any(|bytes| bytes == b"hello\n") {
        let count = connection.read(&mut part)?;
        ensure!(count > 0, "the connection ended");
        answer.extend_from_slice(&part[..count]);
    }
    Ok(connection)
}

/// Requests a second of `many` against those of `one`, in turns.
fn against(one: &Server, many: &Server, path: &str, what: &str) -> anyhow::Result<Row> {
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        rounds.add(requests(one, "/", WINDOW)?, requests(many, path, WINDOW)?);
    }
    println!("  {what}: {:.0}/s", rounds.served()?.median());
    rounds.row(&format!("requests beside {what}, of those beside one"))
}

/// The library's own time for a request in a process with little memory and with much.
fn memory(hello: &Path) -> anyhow::Result<Row> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let service = Service::builder().command([hello]).build()?;
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        let little = rate(&runtime, &service)?;
        let mut ballast = vec![0u8; MEMORY];
        ballast.iter_mut().step_by(PAGE).for_each(|byte| *byte = 1);
        let much = rate(&runtime, &service)?;
        black_box(&ballast);
        rounds.add(little, much);
    }
    rounds.row("requests in a process of 500 MB, of those in one of 20 MB")
}

/// Requests a second, one after the other, by the median of their times.
fn rate(runtime: &Runtime, service: &Service) -> anyhow::Result<f64> {
    let mut times = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let begin = Instant::now();
        let body = runtime.block_on(async {
            spawn(service, http::Request::new(String::new())).await.into_body().collect().await
        });
        let bytes = body.ok().context("the answer broke off")?.to_bytes();
        ensure!(bytes == "hello\n", "the answer was {bytes:?}");
        times.push(begin.elapsed().as_secs_f64());
    }
    Ok(Duration::from_secs(1).as_secs_f64() / Samples::new(times)?.median())
}
