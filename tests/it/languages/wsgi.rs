//! WSGI applications in Python.

use super::serve;
use crate::harness::{Response, interpreter};

/// What the module answers to a POST of `body` to `/p/%20q?a=b`; nothing where there is no Python.
fn answer(text: &str) -> Option<Response> {
    interpreter("python3").then(|| {
        let headers = [("Content-Type", "text/plain"), ("X-A", "value"), ("Authorization", "Basic eA==")];
        serve("x.py", text).request("POST", "/p/%20q?a=b", &headers, b"body")
    })
}

#[test]
fn languages_wsgi_a_module_level_application_is_run() {
    let applications = [
        "def app(environ, start_response):",
        "def application(environ, start_response):",
        "@stack.wsgi\ndef anything(environ, start_response):",
        "class App:\n  def __call__(self, environ, start_response):",
    ];
    for head in applications {
        let indent = if head.contains("class") { "    " } else { "  " };
        let end = if head.contains("class") { "app = App()\n" } else { "" };
        let text = format!(
            "{head}\n{indent}start_response('201 Made', [('Set-Cookie', 'a=1'), ('Set-Cookie', 'b=2')])\n\
             {indent}return [b'one ', b'two']\n{end}"
        );
        let Some(response) = answer(&text) else { return };
        assert_eq!((response.status, response.reason.as_str()), (201, "Made"), "{head}: {}", response.text());
        assert_eq!(response.header_values("set-cookie"), ["a=1", "b=2"], "{head}");
        assert!(response.complete && response.text() == "one two", "{head}: {}", response.text());
    }
}

#[test]
fn languages_wsgi_the_environ_is_what_the_standard_says() {
    let text = "
import json
def app(environ, start_response):
    start_response('200 OK', [('Content-Type', 'application/json')])
    names = ['REQUEST_METHOD', 'PATH_INFO', 'QUERY_STRING', 'CONTENT_TYPE', 'CONTENT_LENGTH', 'SERVER_PROTOCOL',
        'HTTP_X_A', 'HTTP_AUTHORIZATION', 'wsgi.url_scheme', 'wsgi.multithread', 'wsgi.multiprocess', 'wsgi.run_once']
    values = [environ[name] for name in names] + [environ['wsgi.input'].read().decode(), environ['wsgi.version']]
    environ['wsgi.errors'].write('to the log\\n')
    return [json.dumps(values).encode()]
";
    let Some(response) = answer(text) else { return };
    let expected = serde_json::json!([
        "POST",
        "/p/ q",
        "a=b",
        "text/plain",
        "4",
        "HTTP/1.1",
        "value",
        "Basic eA==",
        "http",
        false,
        true,
        true,
        "body",
        [1, 0]
    ]);
    assert_eq!(response.json(), expected);
}

#[test]
fn languages_wsgi_the_head_waits_for_the_first_byte() {
    let text = "
import sys
class Chunks:
    def __init__(self): self.left = [b'', b'one ', b'two']
    def __iter__(self): return self
    def __next__(self):
        if not self.left: raise StopIteration
        return self.left.pop(0)
    def close(self): sys.stderr.write('closed\\n')
def app(environ, start_response):
    start_response('200 OK', [('X-A', 'first')])
    try:
        raise ValueError
    except ValueError:
        start_response('404 Not Found', [('X-A', 'second')], sys.exc_info())
    return Chunks()
";
    let Some(response) = answer(text) else { return };
    assert_eq!((response.status, response.text().as_str()), (404, "one two"));
    assert_eq!(response.header_values("x-a"), ["second"]);
}

#[test]
fn languages_wsgi_the_write_function_and_empty_answers() {
    let write = "
def app(environ, start_response):
    start_response('200 OK', [])(b'one ')
    return [b'two']
";
    let Some(response) = answer(write) else { return };
    assert_eq!((response.status, response.text().as_str()), (200, "one two"));
    let empty =
        "def app(environ, start_response):\n    start_response('204 No Content', [])\n    return []\n";
    assert_eq!(answer(empty).unwrap().status, 204);
}

#[test]
fn languages_wsgi_what_goes_wrong_is_a_500() {
    let faults = [
        ("def app(environ, start_response):\n    raise ValueError('the reason')\n", "the reason"),
        ("def app(environ, start_response):\n    return [b'no head']\n", "start_response"),
        ("async def app(scope, receive, send):\n    pass\n", "ASGI"),
    ];
    for (text, reason) in faults {
        let Some(response) = answer(text) else { return };
        assert!(response.status == 500 && response.text().contains(reason), "{text}: {}", response.text());
    }
}

#[test]
fn languages_wsgi_an_ordinary_function_of_that_name_is_left_alone() {
    let Some(response) = answer("def app(name):\n    print('called', name)\napp('by the script')\n") else {
        return;
    };
    assert_eq!((response.status, response.text().as_str()), (200, "called by the script\n"));
}
