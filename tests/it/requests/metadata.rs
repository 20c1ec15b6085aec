//! The facts of a request: in the document, in the environment, and under the names of each language.

use serde_json::json;

use super::document_server;
use crate::harness::{Folder, Server, interpreter};

#[test]
fn row_44_the_document_describes_the_request() {
    let server = document_server();
    let headers = [("X-Thing", "one"), ("Accept", "text/html")];
    let document = server.request("PUT", "/some/path?x=1&y", &headers, b"").json();
    let req = &document["req"];
    assert_eq!(req["method"], json!("PUT"));
    assert_eq!(req["url"], json!("/some/path?x=1&y"));
    assert_eq!(req["path"], json!("/some/path"));
    assert_eq!(req["query"], json!("x=1&y"));
    assert_eq!(req["headers"]["x-thing"], json!("one"));
    assert_eq!(req["headers"]["accept"], json!("text/html"));
    assert_eq!(req["host"], json!(server.address().to_string()));
    assert_eq!(req["httpVersion"], json!("1.1"));
    assert_eq!(req["connection"]["remoteAddress"], json!("127.0.0.1"));
    assert!(req["id"].as_str().is_some_and(|id| !id.is_empty()), "{req}");
    assert_eq!(document["params"], json!({"x": "1", "y": ""}));
}

#[test]
fn row_44_the_id_is_the_response_header_and_the_variable() {
    let server = Server::start(&["--document", "--", "sh", "-c", "printf %s \"$STACK_REQUEST_ID\""]);
    let (one, two) = (server.get("/"), server.get("/"));
    assert!(!one.text().is_empty());
    assert_ne!(one.text(), two.text());
}

#[test]
fn row_44_every_name_in_every_language() {
    let folder = Folder::new();
    let python = "
r = Hook['req']
assert Hook['input']['method'] == hook.req.method == r['method']
print(r['method'], r['path'], r['query'], r['headers']['x-a'], r['connection']['remoteAddress'], r['params']['x'])
";
    let javascript = "module.exports = hook => {
  const r = hook.req;
  if (hook.input !== r) throw new Error('input is no alias');
  hook.res.end([r.method, r.path, r.query, r.headers['x-a'], r.connection.remoteAddress, r.params.x].join(' '));
}";
    let bash = "echo $Hook_input_method $Hook_req_path $Hook_req_query ${Hook_req_headers[x-a]} \
         $Hook_req_connection_remoteAddress ${Hook_req_params[x]}";
    let services = [("python3", "m.py", python), ("node", "m.js", javascript), ("bash", "m.sh", bash)];
    for (program, name, text) in services {
        if interpreter(program) {
            let server = Server::start(&[folder.script(name, text)]);
            let response = server.request("GET", "/p?x=1", &[("X-A", "b")], b"");
            assert_eq!(response.text(), "GET /p x=1 b 127.0.0.1 1\n", "{name}");
        }
    }
}

/// Every meta-variable of RFC 3875 that a request has, its headers, and the server's own.
const EXPECTED: &[(&str, &str)] = &[
    ("GATEWAY_INTERFACE", "CGI/1.1"),
    ("REQUEST_METHOD", "POST"),
    ("QUERY_STRING", "x=1&y=%20"),
    ("PATH_INFO", "/a b/c"),
    ("SCRIPT_NAME", ""),
    ("CONTENT_TYPE", "text/x-thing"),
    ("CONTENT_LENGTH", "5"),
    ("SERVER_NAME", "example.org"),
    ("SERVER_PROTOCOL", "HTTP/1.1"),
    ("REMOTE_ADDR", "127.0.0.1"),
    ("HTTP_X_FOO", "bar"),
    ("HTTP_HOST", "example.org:81"),
];

#[test]
fn row_45_cgi_variables_everywhere() {
    let folder = Folder::new();
    let names: Vec<_> = EXPECTED.iter().map(|(name, _)| format!("'{name}'")).collect();
    let names = names.join(", ");
    let python =
        format!("import os\nfor name in [{names}]: print(name + '=' + os.environ.get(name, '(none)'))\n");
    let javascript = format!(
        "module.exports = hook => {{ for (const n of [{names}]) hook.res.write(`${{n}}=${{process.env[n]}}\\n`) }}"
    );
    let server = Server::start(&["env"]);
    check_variables("a command", &server);
    let services = [
        ("bash", folder.script("env.sh", "env")),
        ("python3", folder.script("env.py", &python)),
        ("node", folder.script("env.js", &javascript)),
    ];
    for (program, script) in services {
        if interpreter(program) {
            check_variables(program, &Server::start(&[script]));
        }
    }
}

fn check_variables(what: &str, server: &Server) {
    let mut connection = server.connect();
    connection.send(
        "POST /a%20b/c?x=1&y=%20 HTTP/1.1\r\nHost: example.org:81\r\nContent-Type: text/x-thing\r\n\
         Content-Length: 5\r\nX-Foo: bar\r\n\r\nhello",
    );
    let text = connection.response().text();
    for (name, value) in EXPECTED {
        assert!(
            text.lines().any(|line| line == format!("{name}={value}")),
            "{what}: {name}={value} in {text}"
        );
    }
}

#[test]
fn row_45_the_port_and_the_software() {
    let server = Server::start(&["env"]);
    let text = server.get("/").text();
    assert!(text.contains(&format!("SERVER_PORT={}\n", server.address().port())), "{text}");
    assert!(text.contains("SERVER_SOFTWARE=stack"), "{text}");
    assert!(
        !text.contains("CONTENT_LENGTH=") && !text.contains("CONTENT_TYPE="),
        "no body, no description: {text}"
    );
}
