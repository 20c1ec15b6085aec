//! What a client gets of a service: its head, its bytes as they are written, its end, and the pages of failures.

mod control;
mod ends;
mod errors;
mod exits;
mod heads;
mod lengths;
mod order;
mod receipts;
mod starts;
mod streams;
mod syntax;
mod trailers;

use std::fs::{File, OpenOptions};
use std::io::Write;

use crate::harness::{Connection, Folder, Response, Server, interpreter};

/// The same service four times: in each language, and as a program.
struct Scripts {
    javascript: &'static str,
    python: &'static str,
    bash: &'static str,
    program: &'static str,
}

impl Scripts {
    /// Starts a server for each that is here and hands it over.
    fn each(&self, flags: &[&str], mut test: impl FnMut(&str, &Server)) {
        self.each_at_a_gate(flags, |language, server, _| test(language, server));
    }

    /// The same where services wait at the gate that `GATE` names.
    fn each_at_a_gate(&self, flags: &[&str], mut test: impl FnMut(&str, &Server, &mut Gate)) {
        let folder = Folder::new();
        let services = [
            ("node", folder.script("s.js", self.javascript)),
            ("python3", folder.script("s.py", self.python)),
            ("bash", folder.script("s.sh", self.bash)),
            ("sh", folder.program("s", &format!("#!/bin/sh\n{}\n", self.program))),
        ];
        for (language, service) in services {
            if interpreter(language) {
                let mut gate = Gate::shut(&folder, &format!("{language}.gate"));
                let server = Server::builder().arguments(flags).arguments(&[service]).env("GATE", &gate.path);
                test(language, &server.start(), &mut gate);
            }
        }
    }
}

/// A named pipe that a service reads from to wait.
struct Gate {
    pipe: File,
    path: String,
}

impl Gate {
    fn shut(folder: &Folder, name: &str) -> Self {
        let path = folder.fifo(name);
        // Open for both, so that neither side waits for the other to open it.
        let pipe = OpenOptions::new().read(true).write(true).open(&path).expect("our own pipe");
        Self { pipe, path }
    }

    /// Lets one service go on.
    fn open(&mut self) {
        self.pipe.write_all(b"go\n").expect("a pipe has room for a line");
    }
}

/// A program that takes its request body for control messages, and then writes `body`.
fn speaker(flags: &[&str]) -> Server {
    Server::builder().arguments(flags).arguments(&["--", "sh", "-c", "cat >&3; echo body"]).start()
}

/// The answer to these control messages.
fn said(server: &Server, messages: &str) -> Response {
    server.post("/", "text/plain", messages)
}

/// A request of which nothing is read yet.
fn begin(server: &Server, path: &str) -> Connection {
    let mut connection = server.connect();
    connection.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    connection
}

/// The answer on a connection of HTTP/2, asked for without a word about trailers.
async fn get_over_http_2(server: &Server) -> http::Response<h2::RecvStream> {
    let stream = tokio::net::TcpStream::connect(server.address()).await.expect("the server listens");
    let (client, connection) = h2::client::handshake(stream).await.expect("it speaks HTTP/2");
    tokio::spawn(connection);
    let uri = format!("http://{}/", server.address());
    let request = http::Request::builder().uri(uri).body(()).expect("a plain address");
    let (answer, _) = client.ready().await.unwrap().send_request(request, true).expect("a request is sent");
    answer.await.expect("an answer comes")
}

/// The id under which the log knows a request.
fn id(response: &Response) -> String {
    response.header("x-request-id").expect("every answer has an id").to_owned()
}

/// Waits for the line of the log that has this id and this text.
fn wait_for_line(server: &Server, id: &str, text: &str) -> String {
    server.wait_for_log(|line| line.contains(id) && line.contains(text))
}
