//! Trailers reach whoever can take them: on HTTP/1.1 who says `TE: trailers`, on HTTP/2 everybody.

use super::Scripts;
use crate::harness::{Connection, End, Response, Server};

const BEFORE: Scripts = Scripts {
    javascript: "module.exports = ({ res }) => { res.addTrailers({ 'X-Sum': 'abc', 'X-Two': '2' }); res.end('body'); };",
    python: "hook.res.add_trailers({'X-Sum': 'abc', 'X-Two': 2})
print('body')
",
    bash: "trailer X-Sum abc; trailer X-Two 2; echo body",
    program: "echo '{\"type\":\"addTrailers\",\"payload\":{\"trailers\":{\"X-Sum\":\"abc\",\"X-Two\":2}}}' >&3; echo body",
};

/// The trailers are only known behind the body: when that of the request has ended.
const AFTER: Scripts = Scripts {
    javascript: "module.exports = ({ req, res }) => {
  res.setHeader('Trailer', 'X-Sum');
  res.write('body\\n');
  req.resume().on('end', () => { res.addTrailers({ 'X-Sum': 'abc', 'X-Other': 'never' }); res.end(); });
};",
    python: "import sys
hook.res.set_header('Trailer', 'X-Sum')
print('body')
sys.stdin.read()
hook.res.add_trailers({'X-Sum': 'abc', 'X-Other': 'never'})
",
    bash: "header Trailer X-Sum; echo body; cat; trailer X-Sum abc; trailer X-Other never",
    program: "echo 'Trailer: X-Sum' >&3; echo body; cat
echo '{\"type\":\"addTrailers\",\"payload\":{\"trailers\":{\"X-Sum\":\"abc\",\"X-Other\":\"never\"}}}' >&3",
};

fn willing(server: &Server) -> Response {
    server.request("GET", "/", &[("TE", "trailers")], b"")
}

/// The names that a head announces, in lower case.
fn announced(answer: &Response) -> Vec<String> {
    let all = answer.header_values("trailer").join(",").to_lowercase();
    all.split(',').map(|name| name.trim().to_owned()).collect()
}

#[test]
fn engine_b8_trailers_that_are_known_early_are_announced_and_sent() {
    BEFORE.each(&[], |language, server| {
        let answer = willing(server);
        assert_eq!((answer.text().as_str(), answer.end), ("body\n", End::Complete), "{language}");
        assert_eq!(announced(&answer), ["x-sum", "x-two"], "{language}");
        assert_eq!(
            (answer.trailer("x-sum"), answer.trailer("x-two")),
            (Some("abc"), Some("2")),
            "{language}"
        );
        assert_eq!(answer.header("x-sum"), None, "{language}");
    });
}

#[test]
fn engine_b8_late_trailers_go_out_when_the_head_announced_them() {
    AFTER.each(&[], |language, server| {
        let mut connection = server.connect();
        connection.send("PUT / HTTP/1.1\r\nHost: x\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n");
        let head = connection.head();
        assert_eq!(head.header("trailer").map(str::to_lowercase).as_deref(), Some("x-sum"), "{language}");
        connection.body_until("body\n");
        connection.send("0\r\n\r\n");
        assert_eq!(connection.rest(), (Vec::new(), End::Complete), "{language}");
        assert_eq!(connection.trailers(), [("x-sum".to_owned(), "abc".to_owned())], "{language}");
    });
}

#[test]
fn engine_b8_who_does_not_ask_gets_none_and_stays_in_step() {
    BEFORE.each(&[], |language, server| {
        let mut connection = server.connect();
        for headers in ["", "TE: gzip\r\n", "TE: trailers\r\n", ""] {
            connection.send(format!("GET / HTTP/1.1\r\nHost: x\r\n{headers}\r\n"));
            let answer = connection.response();
            assert_eq!((answer.text().as_str(), answer.end), ("body\n", End::Complete), "{language}");
            assert_eq!(!answer.trailers.is_empty(), headers.contains("trailers"), "{language}: {headers}");
        }
    });
}

#[test]
fn engine_b8_trailers_of_a_broken_answer_are_not_sent() {
    let script = "echo '{\"type\":\"addTrailers\",\"payload\":{\"trailers\":{\"X-Sum\":\"abc\"}}}' >&3; echo part; exit 3";
    let answer = willing(&Server::start(&["--", "sh", "-c", script]));
    assert_eq!((answer.text().as_str(), answer.end, answer.trailers.len()), ("part\n", End::Closed, 0));
}

#[test]
fn engine_b8_no_trailers_on_http_1_0_and_for_head() {
    BEFORE.each(&[], |language, server| {
        let mut old: Connection = server.connect();
        old.send("GET / HTTP/1.0\r\nTE: trailers\r\n\r\n");
        let answer = old.response();
        assert_eq!((answer.text().as_str(), answer.end), ("body\n", End::Complete), "{language}");
        let head = server.request("HEAD", "/", &[("TE", "trailers")], b"");
        assert_eq!((head.status, head.trailers.len()), (200, 0), "{language}");
    });
}

#[test]
fn engine_b8_trailers_that_may_not_be_are_left_out() {
    let server = super::speaker(&[]);
    let trailers = r#"{"Content-Length":"5","Transfer-Encoding":"chunked","Trailer":"a","X\r\nY":"b","X-N":"a\nb","X-Sum":"abc"}"#;
    let message = format!("{{\"type\":\"addTrailers\",\"payload\":{{\"trailers\":{trailers}}}}}\n");
    let answer = server.request("POST", "/", &[("TE", "trailers")], message.as_bytes());
    assert_eq!((answer.text().as_str(), answer.end), ("body\n", End::Complete));
    assert_eq!(announced(&answer), ["x-sum"]);
    assert_eq!(answer.trailers, [("x-sum".to_owned(), "abc".to_owned())]);
}

#[test]
fn engine_b8_on_http_2_trailers_are_always_sent() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for scripts in [BEFORE, AFTER] {
        scripts.each(&[], |language, server| {
            let (body, trailers) = runtime.block_on(over_http_2(server));
            assert_eq!(body, "body\n", "{language}");
            assert_eq!(trailers["x-sum"], "abc", "{language}");
        });
    }
}

/// The body and the trailers of an answer on HTTP/2.
async fn over_http_2(server: &Server) -> (String, http::HeaderMap) {
    let mut body = super::get_over_http_2(server).await.into_body();
    let mut text = Vec::new();
    while let Some(bytes) = body.data().await {
        text.extend(bytes.unwrap());
    }
    let trailers = body.trailers().await.unwrap().expect("there are trailers");
    (String::from_utf8(text).unwrap(), trailers)
}
