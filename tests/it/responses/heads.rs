//! Status, reason, headers and the last newline, as every language sets them.

use serde_json::json;

use super::Scripts;
use crate::harness::{Folder, Response, Server, interpreter};

/// A path, and what comes back for it: status, reason, one header's values, body.
type Expected = (&'static str, u16, &'static str, (&'static str, &'static [&'static str]), &'static str);

const EXPECTED: &[Expected] = &[
    ("/status", 404, "Not Found", ("x-a", &[]), "x\n"),
    ("/reason", 202, "Taken In", ("x-a", &[]), "x\n"),
    ("/set", 200, "OK", ("x-a", &["2"]), "x\n"),
    ("/append", 200, "OK", ("x-a", &["1", "2"]), "x\n"),
    ("/remove", 200, "OK", ("x-a", &[]), "x\n"),
    ("/cookies", 200, "OK", ("set-cookie", &["a=1; Path=/", "b=2, c"]), "x\n"),
    ("/type", 200, "OK", ("content-type", &["text/css"]), "x\n"),
    ("/head", 201, "Created", ("x-a", &["b", "c"]), "x\n"),
];

const HEADS: Scripts = Scripts {
    javascript: "const answers = {
  '/status': res => res.status(404),
  '/reason': res => { res.statusCode = 202; res.statusMessage = 'Taken In' },
  '/set': res => { res.setHeader('X-A', '1'); res.setHeader('x-a', 2) },
  '/append': res => res.appendHeader('X-A', '1').appendHeader('X-A', '2'),
  '/remove': res => { res.setHeader('X-A', '1'); res.removeHeader('x-a') },
  '/cookies': res => res.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2, c']),
  '/type': res => { res.setHeader('Content-Type', 'text/plain'); res.setHeader('content-type', 'text/css') },
  '/head': res => { res.setHeader('X-A', 'old'); res.writeHead(201, { 'X-A': ['b', 'c'] }) },
};
module.exports = ({ req, res }) => { answers[req.path](res); res.end('x') };",
    python: "res = hook.res
match hook.req.path:
    case '/status': res.status(404)
    case '/reason':
        res.status_code = 202
        res.status_message = 'Taken In'
    case '/set': res.set_header('X-A', '1').set_header('x-a', 2)
    case '/append': res.append_header('X-A', '1').append_header('X-A', '2')
    case '/remove': res.set_header('X-A', '1').remove_header('x-a')
    case '/cookies': res.set_header('Set-Cookie', ['a=1; Path=/', 'b=2, c'])
    case '/type': res.set_header('Content-Type', 'text/plain').set_header('content-type', 'text/css')
    case '/head': res.set_header('X-A', 'old').write_head(201, {'X-A': ['b', 'c']})
print('x')
",
    bash: "case $Hook_req_path in
/status) status 404 ;;
/reason) status 202 'Taken In' ;;
/set) header X-A 1; header x-a 2 ;;
/append) header X-A 1; header --append X-A 2 ;;
/remove) header X-A 1; header --remove x-a ;;
/cookies) header Set-Cookie 'a=1; Path=/'; header set-cookie 'b=2, c' ;;
/type) header Content-Type text/plain; header content-type text/css ;;
/head) status 201; header X-A b; header --append X-A c ;;
esac
echo x",
    program: "case $PATH_INFO in
/status) echo 'Status: 404' >&3 ;;
/reason) echo 'Status: 202 Taken In' >&3 ;;
/set) echo '{\"type\":\"setHeader\",\"payload\":{\"name\":\"X-A\",\"value\":\"2\"}}' >&3 ;;
/append) echo 'X-A: 1' >&3; echo 'x-a: 2' >&3 ;;
/remove) echo 'X-A: 1' >&3; echo '{\"type\":\"removeHeader\",\"payload\":{\"name\":\"x-a\"}}' >&3 ;;
/cookies) echo 'Set-Cookie: a=1; Path=/' >&3; echo 'Set-Cookie: b=2, c' >&3 ;;
/type) echo 'Content-Type: text/plain' >&3; echo 'content-type: text/css' >&3 ;;
/head) echo '{\"type\":\"writeHead\",\"payload\":{\"code\":201,\"headers\":{\"X-A\":[\"b\",\"c\"]}}}' >&3 ;;
esac
echo x",
};

#[test]
fn row_52_status_reason_and_headers_in_every_language() {
    HEADS.each(&[], |language, server| {
        for &(path, status, reason, (name, values), body) in EXPECTED {
            let answer = server.get(path);
            assert_eq!((answer.status, answer.reason.as_str()), (status, reason), "{language} {path}");
            assert_eq!(answer.header_values(name), values, "{language} {path}");
            assert_eq!((answer.text().as_str(), answer.complete), (body, true), "{language} {path}");
        }
    });
}

/// A server of that text in that language; none where the language is not here.
fn one(language: &str, text: &str) -> Option<(Folder, Server)> {
    let folder = Folder::new();
    let name = if language == "node" { "s.js" } else { "s.py" };
    interpreter(language).then(|| {
        let server = Server::start(&[folder.script(name, text)]);
        (folder, server)
    })
}

#[test]
fn row_52_the_other_spellings_of_javascript() {
    let script = "const answers = {
  '/status-code': res => { res.statusCode = 404; res.end() },
  '/write-head': res => { res.writeHead(418, 'Short and Stout', { 'X-A': 'b' }); res.end() },
  '/append-many': res => { res.setHeader('X-A', 'b'); res.appendHeader('x-a', ['c', 'd']); res.end() },
  '/get-header': res => { res.setHeader('X-A', 'b'); res.end(`${res.getHeader('x-a')} ${res.hasHeader('x-b')}`) },
  '/sent': res => { const before = res.headersSent; res.write('x'); res.end(`${before} ${res.headersSent}`) },
};
module.exports = ({ req, res }) => answers[req.path](res);";
    let Some((_folder, server)) = one("node", script) else { return };
    assert_eq!(server.get("/status-code").status, 404);
    let head = server.get("/write-head");
    assert_eq!((head.status, head.reason.as_str(), head.header("x-a")), (418, "Short and Stout", Some("b")));
    assert_eq!(server.get("/append-many").header_values("x-a"), ["b", "c", "d"]);
    assert_eq!(server.get("/get-header").text(), "b false\n");
    assert_eq!(server.get("/sent").text(), "xfalse true\n");
}

const JSON: &str = "{\n  \"a\": [\n    1,\n    \"é\"\n  ],\n  \"b\": {}\n}\n";

fn assert_json(answer: &Response) {
    assert_eq!(answer.header_values("content-type"), ["application/json"]);
    assert_eq!((answer.status, answer.text().as_str()), (200, JSON));
    assert_eq!(answer.json(), json!({"a": [1, "é"], "b": {}}));
}

#[test]
fn row_52_json_is_indented_typed_and_ends_in_a_newline() {
    let script = "module.exports = ({ res }) => res.json({ a: [1, 'é'], b: {} });";
    if let Some((_folder, server)) = one("node", script) {
        assert_json(&server.get("/"));
    }
    if let Some((_folder, server)) = one("python3", "hook.res.json({'a': [1, 'é'], 'b': {}})\n") {
        assert_json(&server.get("/"));
    }
}

#[test]
fn row_52_json_keeps_the_status_and_a_type_of_its_own() {
    let script = "module.exports = ({ res }) => {
  res.status(422).setHeader('Content-Type', 'application/problem+json');
  res.json({ title: 'no' });
};";
    let Some((_folder, server)) = one("node", script) else { return };
    let answer = server.get("/");
    assert_eq!(answer.header_values("content-type"), ["application/problem+json"]);
    assert_eq!((answer.status, answer.json()), (422, json!({"title": "no"})));
}

#[test]
fn row_52_end_puts_a_newline_behind_text_and_never_behind_bytes() {
    let javascript = "module.exports = ({ req, res }) => ({
  '/text': () => res.end('text'),
  '/bytes': () => res.end(Buffer.from('text')),
  '/nothing': () => { res.write('text'); res.end() },
  '/written': () => { res.write('text') },
})[req.path]();";
    let python = "match hook.req.path:
    case '/text': hook.res.end('text')
    case '/bytes': hook.res.end(b'text')
    case '/nothing':
        hook.res.write('text')
        hook.res.end()
    case '/written': hook.res.write('text')
";
    for (language, script) in [("node", javascript), ("python3", python)] {
        let Some((_folder, server)) = one(language, script) else { continue };
        for (path, body) in
            [("/text", "text\n"), ("/bytes", "text"), ("/nothing", "text"), ("/written", "text")]
        {
            let answer = server.get(path);
            assert_eq!((answer.text().as_str(), answer.complete), (body, true), "{language} {path}");
        }
    }
}

#[test]
fn row_52_without_a_type_browsers_must_not_guess() {
    HEADS.each(&[], |language, server| {
        let plain = server.get("/set");
        assert_eq!(plain.header("content-type"), None, "{language}");
        assert_eq!(plain.header("x-content-type-options"), Some("nosniff"), "{language}");
    });
}

#[test]
fn row_52_a_default_type_stands_where_the_service_names_none() {
    HEADS.each(&["--content-type", "text/html; charset=utf-8"], |language, server| {
        let default = server.get("/set").header_values("content-type").join("|");
        assert_eq!(default, "text/html; charset=utf-8", "{language}");
        assert_eq!(server.get("/type").header_values("content-type"), ["text/css"], "{language}");
    });
}
