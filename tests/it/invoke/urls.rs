//! A request to a server: what is sent, what is printed, and the exit code.

use std::io::Write;
use std::net::TcpListener;

use super::{invoke, invoke_with, output_of, read_head};
use crate::harness::{Folder, Server, required};

const LINE: &str =
    "echo \"$REQUEST_METHOD $REQUEST_URI $HTTP_HOST ${CONTENT_TYPE-none} ${CONTENT_LENGTH-none}\"; cat";

/// A server that reads one head, and answers with these bytes and a close; gives its address.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_head(&mut stream);
        stream.write_all(answer.as_bytes()).unwrap();
    });
    address
}

#[test]
fn the_request_is_that_of_a_service() {
    let server = Server::start(&["--", "sh", "-c", LINE]);
    let host = server.address();
    let url = format!("http://{host}/x?y=1#part");
    assert_eq!(output_of(&[&url]), format!("GET /x?y=1 {host} none none\n"));
    assert_eq!(output_of(&["-q", "a=b c", &url, "-qd"]), format!("GET /x?y=1&a=b%20c&d {host} none none\n"));
    let form = "application/x-www-form-urlencoded 3\na=1\n";
    assert_eq!(output_of(&[&format!("HTTP://{host}"), "-d", "a=1"]), format!("POST / {host} {form}"));
    let words = ["-X", "PUT", "-d", "@-", "-H", "Content-Type:", "-H", "Host: shop.example", &url];
    let sent = invoke_with(&words, b"as it comes");
    assert_eq!(sent.stdout, "PUT /x?y=1 shop.example none none\nas it comes\n", "{}", sent.stderr);
}

#[test]
fn the_exit_code_tells_whether_the_answer_is_good_and_whole() {
    let folder = Folder::new();
    let script = "case $hook_params_a in found) ;; lost) status 404;; failed) exit 3;; *) echo part; exit 3;; esac\n\
                  echo body";
    let server = Server::start(&[&folder.script("x.sh", script)]);
    for (case, code, output) in [("found", 0, "body\n"), ("lost", 1, "body\n"), ("torn", 1, "part\n")] {
        let finished = invoke(&[&format!("http://{}/?a={case}", server.address())]);
        assert_eq!((finished.code, finished.stdout.as_str()), (code, output), "{case}: {}", finished.stderr);
        assert_eq!(finished.stderr.contains("broken off"), case == "torn", "{case}: {}", finished.stderr);
    }
    let failed = invoke(&["-i", &format!("http://{}/", server.address()), "-q", "a=failed"]);
    assert_eq!((failed.code, failed.stderr.as_str()), (1, ""));
    assert!(failed.stdout.starts_with("HTTP/1.1 500 Internal Server Error\n"), "{}", failed.stdout);
    assert!(failed.stdout.contains("\nx-stack-error: exit\n"), "{}", failed.stdout);
}

#[test]
fn a_redirect_is_shown_and_not_followed() {
    let answer = "HTTP/1.1 302 Over There\r\nLocation: /other\r\nContent-Length: 6\r\n\r\nmoved\n";
    let printed = output_of(&["-i", &format!("http://{}/", answering(answer))]);
    assert_eq!(printed, "HTTP/1.1 302 Over There\nlocation: /other\ncontent-length: 6\n\nmoved\n");
}

#[test]
fn an_answer_that_a_close_ends_is_whole_and_one_cut_short_is_not() {
    let whole = format!("http://{}/", answering("HTTP/1.0 200 OK\r\n\r\nuntil the close"));
    assert_eq!(output_of(&[&whole]), "until the close\n");
    let cut =
        invoke(&[&format!("http://{}/", answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart"))]);
    assert_eq!((cut.code, cut.stdout.as_str()), (1, "part\n"));
    assert!(cut.stderr.starts_with("stack: the answer was broken off"), "{}", cut.stderr);
}

#[test]
fn an_address_of_the_sixth_version() {
    if required("IPv6 on loopback", TcpListener::bind("[::1]:0").is_ok()) {
        let server = Server::start(&["-h", "::1", "echo", "here"]);
        assert_eq!(output_of(&[&format!("http://[::1]:{}/", server.address().port())]), "here\n");
    }
}

#[test]
fn what_cannot_be_reached_or_understood_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = invoke(&[&format!("http://{free}/")]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("nobody listens there"), "{}", refused.stderr);
    let closed = invoke(&[&format!("http://{}/", answering(""))]);
    assert!(closed.code == 1 && closed.stderr.contains("there is no answer from"), "{closed:?}");
    let other = invoke(&[&format!("http://{}/", answering("220 mail.example ESMTP\r\n\r\n"))]);
    assert!(other.code == 1 && other.stderr.contains("there is no answer from"), "{other:?}");
}

#[test]
fn a_url_that_cannot_be_asked_is_refused() {
    for (words, named) in [
        (&["http://"][..], "is no URL"),
        (&["http://me:secret@127.0.0.1/"], "Authorization"),
        (&["http://127.0.0.1:99999/"], "99999"),
        (&["http://127.0.0.1/a b"], "%20"),
        (&["http://127.0.0.1/", "--", "word"], "--"),
        (&["http://127.0.0.1/", "--path", "/x"], "--path"),
        (&["http://127.0.0.1/", "-e", "echo"], "--eval"),
    ] {
        let refused = invoke(words);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{words:?}");
        assert!(refused.stderr.contains(named) && !refused.stderr.contains("secret"), "{}", refused.stderr);
    }
}
