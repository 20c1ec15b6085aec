//! Several requests on one connection: pipelining, `Expect`, and answers without a body.

use std::time::Duration;

use super::Counted;
use crate::harness::{End, Folder, Server};

#[test]
fn attack_18_a_pipelined_request_waits_and_is_never_input() {
    let folder = Folder::new();
    let fifo = folder.fifo("go");
    let script = "#!/bin/sh\nbody=$(cat)\n[ \"$PATH_INFO\" = /one ] && read -r line < \"$HERE/go\"\necho \"$PATH_INFO got [$body]\"\n";
    let server =
        Server::builder().arguments(&[folder.program("echo", script)]).env("HERE", folder.root()).start();
    server.unharmed(|| {
        let mut connection = server.connect();
        connection.send(
            "POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc\
             POST /two HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ndef\r\n0\r\n\r\n\
             GET /three HTTP/1.1\r\nHost: x\r\n\r\n",
        );
        assert!(connection.quiet_for(Duration::from_millis(200)), "nothing overtakes the first");
        std::fs::write(&fifo, "go\n").unwrap();
        for expected in ["/one got [abc]\n", "/two got [def]\n", "/three got []\n"] {
            let response = connection.response();
            assert_eq!((response.status, response.text().as_str()), (200, expected));
        }
    });
}

#[test]
fn attack_20_continue_is_sent_when_the_body_is_wanted() {
    let folder = Folder::new();
    let services = [vec!["cat".to_owned()], vec![folder.script("cat.sh", "cat")]];
    for arguments in services {
        let server = Server::start(&arguments);
        let mut connection = server.connect();
        connection.send(
            "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n\
             Content-Length: 7\r\n\r\n",
        );
        assert_eq!(connection.head().status, 100, "{arguments:?}");
        connection.send("{\"a\":1}");
        let response = connection.response();
        assert_eq!((response.status, response.text().as_str()), (200, "{\"a\":1}"), "{arguments:?}");
    }
}

#[test]
fn attack_20_continue_is_never_sent_for_what_is_refused() {
    let folder = Folder::new();
    let script = folder.script("cat.sh", "cat");
    let server = Server::start(&["--max-body", "1000", "--max-upload", "1000", &script]);
    server.unharmed(|| {
        let refused = [
            ("Content-Type: application/json\r\nContent-Length: 1001\r\n", 413),
            ("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1001\r\n", 413),
            ("Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n", 415),
            ("Content-Type: multipart/form-data\r\nContent-Length: 10\r\n", 400),
        ];
        for (headers, status) in refused {
            let mut connection = server.connect();
            connection.send(format!("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n{headers}\r\n"));
            assert_eq!(connection.head().status, status, "{headers}");
            let (_, end) = connection.rest();
            assert_eq!(end, End::Complete);
        }
        let mut connection = server.connect();
        connection.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        assert_eq!(connection.head().status, 400, "no Host");
    });
}

#[test]
fn attack_21_head_has_no_body_and_stays_in_step() {
    let counted = Counted::new();
    counted.server.unharmed(|| {
        let mut connection = counted.server.connect();
        for _ in 0..3 {
            connection.send("HEAD /head HTTP/1.1\r\nHost: x\r\n\r\n");
            let head = connection.response_to_head();
            assert_eq!(head.status, 200);
            connection.send("GET /get HTTP/1.1\r\nHost: x\r\n\r\n");
            assert_eq!(connection.response().text(), "|GET /get\n");
        }
    });
}

#[test]
fn attack_21_no_content_and_not_modified_have_no_body_and_stay_in_step() {
    let folder = Folder::new();
    let script =
        "case $PATH_INFO in\n/204) status 204 ;;\n/304) status 304 ;;\nesac\necho \"body of $PATH_INFO\"";
    let server = Server::start(&[folder.script("status.sh", script)]);
    server.unharmed(|| {
        for keep in ["keep-alive", "close"] {
            for status in [204, 304] {
                let mut connection = server.connect();
                let request =
                    |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: {keep}\r\n\r\n");
                connection.send(request(&format!("/{status}")));
                let response = connection.response();
                assert_eq!(response.status, status);
                assert_eq!(response.header("transfer-encoding"), None);
                if keep == "keep-alive" {
                    connection.send(request("/next"));
                    assert_eq!(connection.response().text(), "body of /next\n");
                } else {
                    assert_eq!(connection.closed(), End::Closed, "no bytes behind the head");
                }
            }
        }
    });
}
