//! Names and values of parameters that would be code, syntax or format elsewhere.

use serde_json::{Value, json};

use super::{Scripts, escaped, text_of};
use crate::harness::{Folder, Server, interpreter};
use crate::requests::document_server;

const NAMES: &[&str] = &[
    "a;id",
    "a$(id)",
    "a`id`",
    "a\nb",
    "a=b",
    "",
    "ключ-€",
    "__proto__",
    "constructor",
    "toString",
    "-s",
    "a b",
];

#[test]
fn attack_06_names_are_exact_in_the_document() {
    let server = document_server();
    let long = "n".repeat(10 << 10);
    let names = NAMES.iter().copied().chain([long.as_str()]);
    let pairs: Vec<(String, &str)> = names.map(|name| (format!("{}=v", escaped(name)), name)).collect();
    let query: Vec<_> = pairs.iter().map(|(pair, _)| pair.as_str()).collect();
    server.unharmed(|| {
        let response = server.post("/", "application/x-www-form-urlencoded", query.join("&"));
        text_of(&response);
        let params = &response.json()["params"];
        let expected: Value = pairs.iter().map(|(_, name)| ((*name).to_owned(), json!("v"))).collect();
        assert_eq!(params, &expected);
    });
}

#[test]
fn attack_06_names_become_no_shell_variable() {
    let folder = Folder::new();
    let server = Server::start(&[folder.script("names.sh", "compgen -v")]);
    let known = text_of(&server.get("/"));
    let names: Vec<_> = NAMES.iter().map(|name| format!("{}=v", escaped(name))).collect();
    server.unharmed(|| {
        let text = text_of(&server.get(&format!("/?{}&PATH=v&IFS=v", names.join("&"))));
        let new = text.lines().filter(|name| !known.lines().any(|known| known == *name));
        let foreign: Vec<_> = new.filter(|name| !name.to_lowercase().starts_with("hook_")).collect();
        assert_eq!(foreign, [""; 0]);
    });
}

#[test]
fn attack_06_no_prototype_is_polluted() {
    if !interpreter("node") {
        return;
    }
    let folder = Folder::new();
    let script = "module.exports = hook => {
  const seen = [({}).polluted, Object.prototype.polluted, Object.polluted, Function.prototype.polluted, [].polluted];
  hook.res.json({ seen: seen.map(String), names: Object.getOwnPropertyNames(hook.params) });
}";
    let server = Server::start(&[folder.script("prototype.js", script)]);
    let urlencoded = "__proto__[polluted]=1&constructor[prototype][polluted]=1&a[__proto__][polluted]=1";
    let json = r#"{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":{"polluted":1}}}"#;
    let answers = [
        server.get(&format!("/?{urlencoded}")),
        server.post("/", "application/x-www-form-urlencoded", urlencoded),
        server.post("/", "application/json", json),
    ];
    for answer in answers {
        text_of(&answer);
        assert_eq!(answer.json()["seen"], json!(vec!["undefined"; 5]));
        assert_eq!(answer.json()["names"], json!(["__proto__", "constructor", "a"]), "kept as data");
    }
}

const VALUES: &[&str] = &[
    "$(touch MARKER)",
    "`touch MARKER`",
    "'; touch MARKER #",
    "\"; touch MARKER #",
    "' .. io.popen('touch MARKER') .. '",
    "[exec touch MARKER]",
    "() { :;}; touch MARKER",
    "%s%n%x",
    "trailing\\",
    "\\'",
    "two\r\nlines\n",
    "tab\tand \u{1b}[31m\u{7f}",
    "$HOME ${PATH} $'\\x41' !! ~ *",
    "{{7*7}} ${{7*7}} <%= 7 %>",
    "€ \u{1f600} \u{feff}",
    " leading and trailing ",
    "\n",
    "-n -e",
];

const ECHO: Scripts = Scripts {
    python: "import sys\nsys.stdout.write(Hook['params']['v'])\n",
    javascript: "module.exports = hook => { hook.res.write(hook.params.v); hook.res.end() }",
    bash: "printf %s \"$Hook_params_v\"",
};

#[test]
fn attack_07_values_come_back_and_nothing_is_executed() {
    let folder = Folder::new();
    let marker = folder.path("marker");
    ECHO.each(|language, server| {
        for value in VALUES {
            let value = value.replace("MARKER", &marker);
            let answers = [
                server.get(&format!("/?v={}", escaped(&value))),
                server.post("/", "application/x-www-form-urlencoded", format!("v={}", escaped(&value))),
                server.post("/", "application/json", json!({ "v": value }).to_string()),
            ];
            for answer in answers {
                assert_eq!(text_of(&answer), value, "{language}");
            }
        }
    });
    assert_eq!(folder.files(), [""; 0].map(std::path::PathBuf::from), "a value was executed");
}

#[test]
fn attack_07_nested_values_in_bash() {
    let folder = Folder::new();
    let marker = folder.path("marker");
    let scripts = Folder::new();
    let script = r#"key="k']; id"
printf '%s|' "$Hook_params_a_b" "${Hook_params[a[b]]}" "${Hook_params[$key]}""#;
    let server = Server::start(&[scripts.script("nested.sh", script)]);
    for value in VALUES {
        let value = value.replace("MARKER", &marker);
        let query = format!("/?a[b]={}&{}={}", escaped(&value), escaped("k']; id"), escaped(&value));
        assert_eq!(text_of(&server.get(&query)), format!("{value}|{value}|{value}|"));
    }
    assert!(folder.files().is_empty(), "a value was executed");
}

#[test]
fn attack_08_a_nul_is_exact_or_refused() {
    let server = Server::start(&["--document", "--", "sh", "-c", "cat /dev/fd/4; env -0 | tr '\\0' '\\n'"]);
    server.unharmed(|| {
        let text = text_of(&server.get("/?v=a%00b&n%00m=c"));
        assert!(text.contains(r#""v":"a\u0000b""#) && text.contains(r#""n\u0000m":"c""#), "{text}");
        assert!(!text.contains('\0'), "none in the environment");
    });
    ECHO.each(|language, server| {
        let response = server.get("/?v=a%00b");
        match language {
            // Bash holds no NUL, so it is refused instead of cut.
            "bash" => {
                assert_eq!(
                    (response.status, response.header("x-stack-error")),
                    (400, Some("bad-parameters"))
                );
                assert!(response.text().contains("NUL"), "{}", response.text());
            }
            _ => assert_eq!(text_of(&response), "a\0b", "{language}"),
        }
    });
}
