//! The names and habits of Lua, in each of its versions.

use super::text_of;
use crate::harness::{Folder, PROJECT, Response, Server, interpreter};

/// A body of JSON with what a version of Lua may not hold.
const JSON: &str = r#"{"i":12,"big":12345678901234567890,"f":1.5,"huge":1e400,"none":null,"list":[1,null,"é"],
    "empty":[],"t":true,"m":{"x":{"y":[0]}},"a.b":"😀\u0000\ud83d\ude00"}"#;

/// Asks the script in every version that is here.
fn each(text: &str, check: impl Fn(&str, &Server, &Response)) {
    for version in ["5.1", "5.2", "5.3", "5.4"] {
        let program = format!("lua{version}");
        if interpreter(&program) {
            let folder = Folder::new();
            folder.script("beside.lua", "return { name = ... }");
            let path = folder.script("x.lua", text);
            let server =
                Server::start(&["--errors", "show", "--interpreter", &program, &path, "--", "a", "b c"]);
            let response = server.post("/?foo=bar", "application/json", JSON);
            check(version, &server, &response);
        }
    }
}

/// Whether the script's answer is `expected` in every version.
fn answers(text: &str, expected: &str) {
    each(text, |version, _, response| assert_eq!(text_of(response), expected, "{version}: {text}"));
}

#[test]
fn languages_lua_every_version_runs_the_services() {
    for version in ["5.1", "5.2", "5.3", "5.4"] {
        let program = format!("lua{version}");
        if !interpreter(&program) {
            continue;
        }
        let serve = |case: &str| {
            Server::start(&["--interpreter", &program, &format!("{PROJECT}/tests/services/lua/{case}.lua")])
        };
        assert_eq!(text_of(&serve("nested").get("/?a[b]=c&l[]=1&l[]=2")), "c\n1\n2\n", "{version}");
        assert_eq!(text_of(&serve("names").get("/?foo=bar")), "bar\n".repeat(8), "{version}");
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(serve("body").post("/", "application/octet-stream", &bytes).body, bytes, "{version}");
        let status = serve("status").request("GET", "/", &[("TE", "trailers")], b"");
        assert_eq!((status.status, status.trailer("x-sum")), (404, Some("5")), "{version}");
        assert_eq!(text_of(&serve("end").get("/")), "one\ntwo\n", "{version}");
        assert_eq!(serve("json").get("/").json()["a"][2], true, "{version}");
        assert_eq!(serve("exits").get("/").status, 500, "{version}");
    }
}

#[test]
fn languages_lua_names() {
    answers(
        "print(Hook == hook, service == hook, hook.input == hook.req, hook.req.params == hook.params)",
        "true\ttrue\ttrue\ttrue\n",
    );
    // The print of 5.1 ends at a NUL.
    answers("io.write(Hook_params_foo, hook_params_m_x_y_0, Hook.params['a.b'])", "bar0😀\0😀");
    answers("print(hook.service.name, hook.service.path == arg[0])", "lua\ttrue\n");
    answers(
        "print(os.getenv('REQUEST_METHOD'), hook.env.REQUEST_METHOD, os.getenv('STACK_REQUEST'))",
        "POST\tPOST\tnil\n",
    );
    answers(
        "print(os.getenv('PATH') == hook.env.PATH, os.getenv('NOPE'), hook.env.NOPE)",
        "true\tnil\tnil\n",
    );
}

#[test]
fn languages_lua_json() {
    answers(
        "local p = hook.params print(p.i + 1, p.f, p.t, p.none, #p.list, p.list[3], #p.empty)",
        "13\t1.5\ttrue\tnil\t3\té\t0\n",
    );
    answers("print(hook.params.list[2] == hook.null, hook.null)", "true\tnull\n");
    // What this Lua cannot hold keeps its digits.
    answers("print(hook.params.big, hook.params.huge)", "12345678901234567890\t1e400\n");
    answers(
        "hook.res:json({ list = hook.list(), map = {}, n = 3, f = -1.25, s = '\\1\\255é', null = hook.null })",
        "{\n  \"f\": -1.25,\n  \"list\": [],\n  \"map\": {},\n  \"n\": 3,\n  \"null\": null,\n  \
         \"s\": \"\\u0001\u{fffd}é\"\n}\n",
    );
}

#[test]
fn languages_lua_the_response_takes_colons_and_dots() {
    for text in [
        "hook.res:status(404, 'Not Here') hook.res:set_header('X-A', 1)",
        "hook.res.status(404, 'Not Here').setHeader('X-A', 1)",
        "hook.res.statusCode = 404 hook.res.statusMessage = 'Not Here' hook.res.set_header('X-A', '1')",
        "hook.res.status_code = '404' hook.res.status_message = 'Not Here' hook.res:appendHeader('X-A', 1)",
        "Hook['res']:write_head(404, 'Not Here', { ['X-A'] = 1 })",
    ] {
        each(text, |version, _, response| {
            let parts = (response.status, response.reason.as_str(), response.header("x-a"));
            assert_eq!(parts, (404, "Not Here", Some("1")), "{version}: {text}");
        });
    }
}

#[test]
fn languages_lua_it_is_the_main_program() {
    answers("print(#arg, arg[1], arg[2], ...)", "2\ta\tb c\ta\tb c\n");
    answers("print(require('beside').name, arg[0]:match('[^/]*$'))", "beside\tx.lua\n");
    answers("#!/usr/bin/env lua\nprint(debug.getinfo(1).currentline)", "2\n");
    answers("io.write('no line end') os.exit(0)", "no line end");
    each("os.exit(3)", |version, _, response| assert_eq!(response.status, 500, "{version}"));
}

#[test]
fn languages_lua_errors_are_lua_s_own() {
    let cases = [
        ("local x\nx()", "x.lua:2: attempt to call"),
        ("error('the reason')", "x.lua:1: the reason"),
        ("hook.res:json({ print })", "x.lua:1: a function is nothing that JSON has"),
        ("hook.res.nope = 1", "x.lua:1: a response has no nope to set"),
        ("x = = 1", "x.lua:1: unexpected symbol near '='"),
    ];
    for (text, expected) in cases {
        each(text, |version, _, response| {
            let page = response.text();
            assert!(response.status == 500 && page.contains(expected), "{version}: {page}");
        });
    }
    let text = "error(setmetatable({}, { __tostring = function() return 'an object' end }))";
    each(text, |version, _, response| {
        // Lua 5.1 says only that it is no string.
        let expected = if version == "5.1" { "error object is not a string" } else { "an object" };
        assert!(response.text().contains(expected), "{version}: {}", response.text());
    });
}

#[test]
fn languages_lua_what_runs_at_the_close_is_part_of_the_answer() {
    let text = "local function last() print('last') end
        if newproxy then kept = newproxy(true) getmetatable(kept).__gc = last
        else kept = setmetatable({}, { __gc = last }) end
        print('body')";
    answers(text, "body\nlast\n");
}

#[test]
fn languages_lua_the_log_takes_any_bytes() {
    each("hook.log('a\\0b', '\\255', nil, true) hook:log('by a colon')", |version, server, response| {
        assert_eq!(text_of(response), "", "{version}");
        server.wait_for_log(|line| line.ends_with(" | by a colon"));
        server.wait_for_log(|line| line.contains(" \u{fffd} nil true"));
    });
}
