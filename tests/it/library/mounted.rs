//! A stack behind a server that is not ours.

use bytes::Bytes;
use http_body::Frame;
use http_body_util::BodyExt;
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use stackvana::{Stack, spawn};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::shell;
use crate::harness::{Connection, Folder};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_85_mounted_in_plain_hyper() {
    let folder = Folder::new();
    let pipe = folder.fifo("go-on");
    let stack =
        Stack::new(shell(&format!("echo first; read line < '{pipe}'; echo \"second $QUERY_STRING\"")));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        http1::Builder::new().serve_connection(TokioIo::new(socket), TowerToHyperService::new(stack)).await
    });
    let client = tokio::task::spawn_blocking(move || {
        let mut connection = Connection::open(address);
        connection.send("GET /?a=b HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(connection.head().status, 200);
        assert_eq!(connection.body_until("first\n"), b"first\n");
        std::fs::write(pipe, "go on\n").unwrap();
        connection.rest()
    });
    assert_eq!(client.await.unwrap(), (b"second a=b\n".to_vec(), crate::harness::End::Complete));
}

/// A request body that the test writes bit by bit.
struct Typed(mpsc::Receiver<&'static str>);

impl http_body::Body for Typed {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0
            .poll_recv(context)
            .map(|text| text.map(|text| Ok(Frame::data(Bytes::from_static(text.as_bytes())))))
    }
}

#[tokio::test]
async fn row_41_both_ways_at_once() {
    let (sender, receiver) = mpsc::channel(1);
    sender.send("a").await.unwrap();
    let request = http::Request::post("/").header("Host", "x").body(Typed(receiver)).unwrap();
    let mut response = spawn(&shell("cat"), request).await;
    for (next, expected) in [("b", "a"), ("c", "b")] {
        let frame = response.body_mut().frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), expected);
        sender.send(next).await.unwrap();
    }
    drop(sender);
    let rest = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(rest, "c");
}
