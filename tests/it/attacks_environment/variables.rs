//! Headers and query fields that are named like variables.

use super::{Scripts, text_of, variables};
use crate::harness::Server;

/// Every variable of the service, as `env` prints it.
const ENVIRONMENT: Scripts = Scripts {
    python: "import os\nfor n, v in os.environ.items(): print(n + '=' + v)\n",
    javascript: "module.exports = h => { for (const n in process.env) h.res.write(`${n}=${process.env[n]}\\n`) }",
    bash: "env",
};

#[test]
fn attack_01_the_proxy_header_sets_no_proxy() {
    let server = Server::builder()
        .arguments(&["--document", "--", "sh", "-c", "env; cat /dev/fd/4"])
        .env("HTTP_PROXY", "http://upper")
        .env("http_proxy", "http://lower")
        .start();
    server.unharmed(|| {
        let text = text_of(&server.request("GET", "/", &[("Proxy", "http://evil")], b""));
        assert_eq!(variables(&text, "HTTP_PROXY"), ["http://upper"]);
        assert_eq!(variables(&text, "http_proxy"), ["http://lower"]);
        assert!(!text.contains("evil"), "neither in the environment nor in the document: {text}");
    });
    ENVIRONMENT.each(|language, server| {
        let text = text_of(&server.request("GET", "/", &[("Proxy", "http://evil")], b""));
        assert!(!text.contains("evil"), "{language}: {text}");
    });
}

#[test]
fn attack_02_headers_become_prefixed_variables_only() {
    let names = ["Path", "Ld-Preload", "Query", "Method", "Node-Options", "Bash-Env", "Ifs", "Home", "Shell"];
    let headers: Vec<_> = names.iter().map(|name| (*name, "/evil")).collect();
    let check = |what: &str, server: &Server| {
        let plain = text_of(&server.get("/"));
        let text = text_of(&server.request("GET", "/", &headers, b""));
        for name in names {
            let name = name.to_uppercase().replace('-', "_");
            assert_eq!(variables(&text, &format!("HTTP_{name}")), ["/evil"], "{what}");
            assert_eq!(variables(&text, &name), variables(&plain, &name), "{what}: {name} changed");
        }
        assert_eq!(text.matches("/evil").count(), names.len(), "{what}: {text}");
    };
    let server = Server::start(&["env"]);
    server.unharmed(|| check("a command", &server));
    ENVIRONMENT.each(check);
}

#[test]
fn attack_03_names_with_underscores_never_arrive() {
    let server = Server::start(&["env"]);
    server.unharmed(|| {
        for headers in [[("X_Foo", "a"), ("X-Foo", "b")], [("X-Foo", "b"), ("X_Foo", "a")]] {
            let text = text_of(&server.request("GET", "/", &headers, b""));
            assert_eq!(variables(&text, "HTTP_X_FOO"), ["b"]);
        }
        let text = text_of(&server.request("GET", "/", &[("X_Foo", "a")], b""));
        assert_eq!(variables(&text, "HTTP_X_FOO"), [""; 0]);
    });
}

#[test]
fn attack_04_credentials_and_body_headers_stay_out() {
    let server = Server::start(&["env"]);
    let headers = [
        ("Authorization", "Basic c2VjcmV0"),
        ("Proxy-Authorization", "Basic c2VjcmV0"),
        ("Content-Type", "text/x-thing"),
    ];
    server.unharmed(|| {
        let text = text_of(&server.request("POST", "/", &headers, b"hello"));
        assert!(!text.contains("c2VjcmV0"), "{text}");
        for name in ["HTTP_AUTHORIZATION", "HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"] {
            assert_eq!(variables(&text, name), [""; 0], "{name}");
        }
        assert_eq!(variables(&text, "CONTENT_TYPE"), ["text/x-thing"]);
        assert_eq!(variables(&text, "CONTENT_LENGTH"), ["5"]);
    });
}

#[test]
fn attack_05_a_query_changes_no_variable() {
    let query =
        "/?PATH=/x&LD_PRELOAD=/x.so&BASH_ENV=/x&https_proxy=h&IFS=x&HOME=/x&NODE_OPTIONS=--x&PYTHONPATH=/x";
    let names =
        ["PATH", "LD_PRELOAD", "BASH_ENV", "https_proxy", "IFS", "HOME", "NODE_OPTIONS", "PYTHONPATH"];
    let check = |what: &str, server: &Server| {
        let (plain, text) = (text_of(&server.get("/")), text_of(&server.get(query)));
        for name in names {
            assert_eq!(variables(&text, name), variables(&plain, name), "{what}: {name}");
        }
    };
    let server = Server::start(&["env"]);
    server.unharmed(|| check("a command", &server));
    ENVIRONMENT.each(check);
}

#[test]
fn attack_05_a_query_changes_no_shell_variable() {
    let folder = crate::harness::Folder::new();
    let script = "declare -p IFS PATH BASH_ENV LD_PRELOAD PS4 PROMPT_COMMAND 2>/dev/null; declare -p UID\n";
    let server = Server::start(&[folder.script("declare.sh", script)]);
    let plain = text_of(&server.get("/"));
    let text =
        text_of(&server.get("/?IFS=x&PATH=/x&BASH_ENV=/x&LD_PRELOAD=/x&PS4=x&PROMPT_COMMAND=id&UID=7"));
    assert_eq!(text, plain);
}
