//! Status, headers and body in spellings and forms beyond those that every language is held to.

use super::{runs, serve};
use crate::harness::Response;

/// Runs the code of each language for a request that takes trailers, and hands over its answer.
fn each(codes: &[(&str, &str)], check: impl Fn(&str, &Response)) {
    for (name, code) in codes {
        if !runs(name) {
            continue;
        }
        let text = match name.ends_with(".js") {
            true => format!("module.exports = ({{ res }}) => {{ {code} }};"),
            false => (*code).to_owned(),
        };
        let response = serve(name, &text).request("GET", "/", &[("TE", "trailers")], b"");
        assert!(response.complete, "{name}: {code}");
        check(&format!("{name}: {code}"), &response);
    }
}

#[test]
fn row_52_the_status() {
    let codes = [
        ("x.js", "res.status(404).write('text')"),
        ("x.js", "res.writeHead(404); res.write('text'); res.end()"),
        ("x.py", "hook.res.statusCode = 404\nprint('text', end='')"),
        ("x.py", "hook.res.status_code = 404\nprint('text', end='')"),
        ("x.py", "hook.res.status = 404\nprint('text', end='')"),
        ("x.py", "hook.res.status(404).write('text')"),
        ("x.py", "Hook['res'].write_head(404).write('text')"),
        ("x.sh", "status 404; printf text"),
        ("x.sh", "printf 'Status: 404\\n' >&3; printf text"),
    ];
    each(&codes, |code, response| {
        let parts = (response.status, response.reason.as_str(), response.text());
        assert_eq!(parts, (404, "Not Found", "text".to_owned()), "{code}");
    });
}

#[test]
fn row_52_the_status_without_a_body() {
    let codes = [
        ("x.js", "res.status(403)"),
        ("x.js", "res.status(403).end()"),
        ("x.py", "hook.res.status(403)"),
        ("x.sh", "status 403"),
    ];
    each(&codes, |code, response| {
        assert_eq!((response.status, response.text()), (403, String::new()), "{code}")
    });
}

#[test]
fn row_52_the_status_message() {
    let codes = [
        ("x.js", "res.writeHead(404, 'Not Here'); res.end('text')"),
        ("x.py", "hook.res.status = 404\nhook.res.statusMessage = 'Not Here'\nprint('text')"),
        ("x.py", "hook.res.status_message = 'Not Here'\nhook.res.status(404)\nprint('text')"),
        ("x.py", "hook.res.writeHead(404, 'Not Here')\nprint('text')"),
    ];
    each(&codes, |code, response| {
        assert_eq!((response.status, response.reason.as_str()), (404, "Not Here"), "{code}");
    });
}

#[test]
fn row_52_headers_are_set_appended_and_removed() {
    let codes = [
        (
            "x.js",
            "res.setHeader('X-Gone', '1').removeHeader('X-Gone').setHeader('X-L', ['1', '2']);
             res.writeHead(200, { 'X-A': 'b c' }); res.end()",
        ),
        (
            "x.py",
            "res = hook.res
res.setHeader('X-A', 'lost'); res.set_header('x-a', 'b c'); res.setHeader('X-Gone', '1')
res.appendHeader('X-L', 1).append_header('X-L', 2).removeHeader('x-gone')",
        ),
        (
            "x.py",
            "hook.res.set_header('X-Gone', '1').remove_header('X-Gone')
hook.res.writeHead(200, {'X-A': 'b c', 'X-L': ['1', '2']})",
        ),
        ("x.sh", "printf 'X-A: b c\\nX-L: 1\\nX-L: 2\\n' >&3"),
    ];
    each(&codes, |code, response| {
        assert_eq!(response.header_values("x-a"), ["b c"], "{code}");
        assert_eq!(response.header_values("x-l"), ["1", "2"], "{code}");
        assert_eq!(response.header("x-gone"), None, "{code}");
    });
}

#[test]
fn row_52_two_cookies_stay_two() {
    let codes = [
        ("x.js", "res.appendHeader('Set-Cookie', 'a=1'); res.appendHeader('Set-Cookie', 'b=2'); res.end()"),
        ("x.py", "hook.res.appendHeader('Set-Cookie', 'a=1')\nhook.res.appendHeader('Set-Cookie', 'b=2')"),
    ];
    each(&codes, |code, response| {
        assert_eq!(response.header_values("set-cookie"), ["a=1", "b=2"], "{code}");
    });
}

#[test]
fn row_52_trailers() {
    let codes = [
        (
            "x.js",
            "res.setHeader('Trailer', 'X-Sum'); res.write('text'); res.addTrailers({ 'X-Sum': '5' }); res.end()",
        ),
        ("x.py", "hook.res.addTrailers({'X-Sum': 5})\nprint('text')"),
        (
            "x.py",
            "hook.res.set_header('Trailer', 'X-Sum')\nprint('text')\nhook.res.add_trailers({'X-Sum': '5'})",
        ),
        ("x.sh", "header Trailer X-Sum; echo text; trailer X-Sum 5"),
    ];
    each(&codes, |code, response| assert_eq!(response.trailer("x-sum"), Some("5"), "{code}: {response:?}"));
}

#[test]
fn row_52_json_of_what_is_no_map_and_under_another_type() {
    let own = [
        ("x.js", "res.setHeader('Content-Type', 'application/geo+json'); res.json([])", "[]\n"),
        ("x.py", "hook.res.set_header('Content-Type', 'application/geo+json')\nhook.res.json(())", "[]\n"),
        ("x.js", "res.setHeader('Content-Type', 'application/geo+json'); res.json(null)", "null\n"),
        (
            "x.py",
            "hook.res.set_header('Content-Type', 'application/geo+json')\nhook.res.json(None)",
            "null\n",
        ),
    ];
    for (name, code, expected) in own {
        each(&[(name, code)], |code, response| {
            assert_eq!(response.header("content-type"), Some("application/geo+json"), "{code}");
            assert_eq!(response.text(), expected, "{code}");
        });
    }
}

#[test]
fn row_52_end_breaks_the_line_after_text_and_never_after_bytes() {
    let codes = [
        ("x.js", "res.write('a'); res.write('b'); res.end('text')", "abtext\n"),
        ("x.js", "res.write(Buffer.from('ab')); res.end(Buffer.from('bytes'))", "abbytes"),
        ("x.js", "res.end(new Uint8Array([98, 121]))", "by"),
        ("x.js", "res.end('')", "\n"),
        ("x.py", "hook.res.write('a').write('b')\nhook.res.end('text')", "abtext\n"),
        ("x.py", "hook.res.write(b'ab')\nhook.res.end(b'bytes')", "abbytes"),
        ("x.py", "hook.res.write('a')\nhook.res.end()", "a"),
        ("x.sh", "printf ab; printf 'text\\n'", "abtext\n"),
    ];
    for (name, code, expected) in codes {
        each(&[(name, code)], |code, response| assert_eq!(response.text(), expected, "{code}"));
    }
}
