//! The names and forms of JavaScript.

use super::{serve, text_of};
use crate::harness::interpreter;

#[test]
fn languages_javascript_names() {
    if !interpreter("node") {
        return;
    }
    let script = serve(
        "x.js",
        "const same = [hook === Hook, hook === service, hook.input === hook.req, hook.params === hook.req.params];
const kinds = [typeof hook.params, typeof hook.env, typeof hook.req, typeof hook.res, typeof hook.log];
process.stdout.write(JSON.stringify([same, kinds, hook.service, hook.params]) + '\\n');",
    );
    let answer: serde_json::Value = serde_json::from_str(&text_of(&script.get("/?a[b]=c"))).unwrap();
    assert_eq!(answer[0], serde_json::json!([true, true, true, true]));
    assert_eq!(answer[1], serde_json::json!(["object", "object", "object", "object", "function"]));
    let path = script.folder.path("x.js");
    assert_eq!(
        answer[2],
        serde_json::json!({ "name": "javascript", "path": path, "language": "javascript" })
    );
    assert_eq!(answer[3], serde_json::json!({ "a": { "b": "c" } }));
}

#[test]
fn languages_javascript_forms() {
    if !interpreter("node") {
        return;
    }
    let forms = [
        ("x.js", "module.exports = function (hook) { hook.res.end('ok') }"),
        ("x.js", "module.exports = given => given.res.end(given === hook ? 'ok' : 'other')"),
        ("x.js", "module.exports = function (req, res, next) { res.end(req.method === 'GET' && 'ok') }"),
        ("x.js", "module.exports = (req, res) => { res.end('ok') }"),
        ("x.js", "module.exports = async ({ res }) => { await null; res.end('ok') }"),
        ("x.js", "module.exports = async (req, res) => { await null; res.end('ok') }"),
        ("x.js", "exports.default = ({ res }) => res.end('ok')"),
        ("x.js", "export default function (hook) { hook.res.end('ok') }"),
        ("x.js", "export default async ({ res }) => { await null; res.end('ok') }"),
        ("x.js", "const { res } = hook; setTimeout(() => res.end('ok'), 1)"),
        ("x.js", "process.stdout.write('ok\\n')"),
        ("x.js", "#!/usr/bin/env node\nhook.res.end('ok')"),
        ("x.cjs", "module.exports = hook => hook.res.end('ok')"),
        ("x.mjs", "export default hook => hook.res.end('ok')"),
        ("x.mjs", "await null;\nhook.res.end('ok')"),
        (
            "x.js",
            "import fs from 'fs';\nexport default ({ res }) => res.end(typeof fs.readFile === 'function' && 'ok')",
        ),
    ];
    for (name, text) in forms {
        assert_eq!(text_of(&serve(name, text).get("/")), "ok\n", "{name}: {text}");
    }
}

#[test]
fn languages_javascript_a_file_that_does_nothing_says_so() {
    if !interpreter("node") {
        return;
    }
    for text in ["", "const answer = 42;", "console.log('hello')", "module.exports = { name: 'no function' }"]
    {
        let response = serve("x.js", text).get("/");
        assert_eq!(response.status, 500, "{text}: {}", response.text());
        let page = response.text();
        assert!(page.contains("x.js") && page.contains("module.exports = function (hook)"), "{text}: {page}");
    }
    let response = serve("x.js", "module.exports = () => new Promise(() => {})").get("/");
    assert!(response.status == 500 && response.text().contains("promise"), "{}", response.text());
}

#[test]
fn languages_javascript_next_takes_an_error() {
    if !interpreter("node") {
        return;
    }
    for text in [
        "next(new Error('the reason'))",
        "setTimeout(next, 1, new Error('the reason'))",
        "next('the reason')",
    ] {
        let response = serve("x.js", &format!("module.exports = (req, res, next) => {{ {text} }}")).get("/");
        assert!(response.status == 500 && response.text().contains("the reason"), "{}", response.text());
    }
}

#[test]
fn languages_javascript_the_request_is_a_readable_stream() {
    if !interpreter("node") {
        return;
    }
    let forms = [
        "module.exports = ({ req, res }) => req.pipe(res)",
        "module.exports = (req, res) => { req.on('data', chunk => res.write(chunk)); req.on('end', () => res.end()) }",
        "module.exports = async ({ req, res }) => { for await (const chunk of req) res.write(chunk) }",
        "module.exports = ({ req, res }) => require('stream/promises').pipeline(req, res)",
        "module.exports = ({ res }) => process.stdin.pipe(res)",
    ];
    let body: Vec<u8> = (0..1_u32 << 18).flat_map(u32::to_le_bytes).collect();
    for text in forms {
        let response = serve("x.js", text).post("/", "application/octet-stream", &body);
        assert!(response.complete && response.status == 200, "{text}: {}", response.status);
        assert!(response.body == body, "{text}: {} bytes of {}", response.body.len(), body.len());
    }
}

#[test]
fn languages_javascript_the_console_goes_to_the_log() {
    if !interpreter("node") {
        return;
    }
    let script = serve(
        "x.js",
        "module.exports = ({ res }) => {
            console.log('log %s', 'one'); console.info('info'); console.warn('warn'); console.error('error');
            console.table([[1]]); console.dir({ a: 1 }); res.end('body');
        };",
    );
    let response = script.get("/");
    assert_eq!(text_of(&response), "body\n");
    let id = response.header("x-request-id").unwrap();
    for words in ["log one", "info", "warn", "error", "{ a: 1 }"] {
        script.wait_for_log(|line| line.ends_with(&format!("{id} | {words}")));
    }
}

#[test]
fn languages_javascript_ordinary_globals_are_there() {
    if !interpreter("node") {
        return;
    }
    let script = serve(
        "x.js",
        "const names = ['process', 'require', 'URL', 'URLSearchParams', 'Buffer', 'setTimeout', 'setInterval', 'setImmediate',
    'queueMicrotask', 'fetch', 'TextDecoder', 'AbortController', 'structuredClone', 'performance', 'console'];
const missing = names.filter(name => eval('typeof ' + name) === 'undefined');
const place = [__filename === process.argv[1], __dirname === process.cwd(), require.main === module, module.id === '.'];
process.stdout.write(JSON.stringify([missing, place, require('./part.js')]) + '\\n');",
    );
    script.folder.script("part.js", "module.exports = typeof module.parent");
    assert_eq!(text_of(&script.get("/")), "[[],[true,true,true,true],\"object\"]\n");
}

#[test]
fn languages_javascript_everything_written_is_sent_before_it_exits() {
    if !interpreter("node") {
        return;
    }
    let forms = [
        "res.end('x'.repeat(3e6))",
        "res.write('x'.repeat(3e6)); process.exit(0)",
        "process.stdout.write('x'.repeat(3e6)); process.exit()",
        "res.write('x'.repeat(3e6), () => process.exit(0))",
    ];
    for text in forms {
        let response = serve("x.js", &format!("module.exports = ({{ res }}) => {{ {text} }}")).get("/");
        assert!(
            response.complete && response.body.len() >= 3_000_000,
            "{text}: {} bytes",
            response.body.len()
        );
    }
}

#[test]
fn row_52_javascript_what_was_set_can_be_asked() {
    if !interpreter("node") {
        return;
    }
    let script = serve(
        "x.js",
        "module.exports = ({ res }) => {
            const before = [res.statusCode, res.headersSent, res.hasHeader('X-A'), res.getHeader('x-a')];
            res.status(404).setHeader('X-A', 'b');
            const after = [res.statusCode, res.headersSent, res.hasHeader('x-a'), res.getHeader('X-A')];
            res.flushHeaders();
            res.writeContinue();
            res.write(JSON.stringify([before, after]));
            res.end(' ' + res.headersSent);
        };",
    );
    let response = script.get("/");
    assert_eq!((response.status, response.header("x-a")), (404, Some("b")));
    assert_eq!(response.text(), "[[200,false,false,null],[404,false,true,\"b\"]] true\n");
}
