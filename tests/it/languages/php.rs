//! What a PHP programmer expects of a web server: the superglobals, `header()` and its kin, uploads, sessions.

use super::{Script, serve, text_of};
use crate::harness::{Response, Server, interpreter};

const FORM: &str = "application/x-www-form-urlencoded";

/// A server of that script; none where there is no PHP.
fn script(text: &str) -> Option<Script> {
    interpreter("php").then(|| serve("x.php", &format!("<?php\n{text}\n")))
}

/// What the script answers to a form, with a query and cookies.
fn answer(text: &str) -> Option<Response> {
    let headers = [
        ("Content-Type", FORM),
        ("Cookie", "c=1+1%20x; c=2; d.e=3"),
        ("Authorization", "Basic dXNlcjpwYTpzcw=="),
        ("X-Foo", "bar"),
    ];
    let body = b"a.b=f+g&x=2&m[k][]=z";
    Some(script(text)?.request("POST", "/p%20q?n=12&a.b=1&l[]=1&l[]=2", &headers, body))
}

/// Whether the script's answer is `expected`, or there is no PHP to ask.
fn answers(text: &str, expected: &str) {
    if let Some(response) = answer(text) {
        assert_eq!(text_of(&response), expected, "{text}");
    }
}

#[test]
fn languages_php_superglobals() {
    answers("echo json_encode($_GET);", r#"{"n":"12","a_b":"1","l":["1","2"]}"#);
    answers("echo json_encode($_POST);", r#"{"a_b":"f g","x":"2","m":{"k":["z"]}}"#);
    answers(
        "echo json_encode($_REQUEST);",
        r#"{"n":"12","a_b":"f g","l":["1","2"],"x":"2","m":{"k":["z"]}}"#,
    );
    answers("echo json_encode([$_COOKIE, $_FILES]);", r#"[{"c":"1+1 x","d_e":"3"},[]]"#);
    answers("echo $hook['params']['a.b'];", "f g");
    for (name, value) in [
        ("REQUEST_METHOD", "POST"),
        ("REQUEST_URI", "/p%20q?n=12&a.b=1&l[]=1&l[]=2"),
        ("QUERY_STRING", "n=12&a.b=1&l[]=1&l[]=2"),
        ("SCRIPT_NAME", ""),
        ("PHP_SELF", "/p q"),
        ("HTTP_X_FOO", "bar"),
        ("CONTENT_TYPE", FORM),
        ("PHP_AUTH_USER", "user"),
        ("PHP_AUTH_PW", "pa:ss"),
    ] {
        answers(&format!("echo $_SERVER['{name}'];"), value);
    }
    answers(
        "echo basename($_SERVER['SCRIPT_FILENAME']), ' ', $argc, ' ', count($_SERVER['argv']);",
        "x.php 1 1",
    );
    answers(
        "var_dump(isset($_SERVER['STACK_REQUEST']), getenv('STACK_REQUEST'));",
        "bool(false)\nbool(false)\n",
    );
    answers("echo getallheaders()['X-Foo'], apache_request_headers()['X-Foo'];", "barbar");
    answers(
        "echo filter_input(INPUT_GET, 'n', FILTER_VALIDATE_INT) + 1, filter_input(INPUT_POST, 'a_b'), \
         var_export(filter_input(INPUT_GET, 'none'), true), filter_input(INPUT_SERVER, 'REQUEST_METHOD');",
        "13f gNULLPOST",
    );
}

#[test]
fn languages_php_the_body_is_php_input_and_standard_input() {
    let body = "a.b=f+g&x=2&m[k][]=z";
    answers("echo file_get_contents('php://input');", body);
    answers("echo stream_get_contents(STDIN);", body);
    answers("echo file_get_contents('php://stdin');", body);
    answers(
        "foreach ([1, 2] as $_) { $f = fopen('php://input', 'r'); fseek($f, 4); echo fread($f, 3); }",
        "f+gf+g",
    );
    answers(
        "$f = fopen('php://temp', 'w+'); fwrite($f, \"a\\nb\\n\"); rewind($f); fgets($f); echo fgets($f);",
        "b\n",
    );
    // Else a script that includes what a parameter names would run the body.
    answers("var_dump(@include 'php://input');", "bool(false)\n");
    if let Some(script) = script("var_dump(file_get_contents('php://input'), $_POST);") {
        assert_eq!(text_of(&script.get("/")), "string(0) \"\"\narray(0) {\n}\n");
    }
}

#[test]
fn languages_php_headers() {
    let text = "header('X-A: 1'); header('X-A: 2', false); header('x-b: lost'); header('X-B: kept');
        header('X-Gone: 1'); header_remove('x-gone'); header('Content-Type: text/html');
        header_register_callback(function () { header('X-Late: 1'); });
        echo json_encode([headers_list(), headers_sent()], JSON_UNESCAPED_SLASHES), json_encode(headers_sent());";
    let Some(response) = answer(text) else { return };
    let expected = r#"[["X-A: 1","X-A: 2","X-B: kept","Content-Type: text/html;charset=UTF-8"],false]true"#;
    assert_eq!(text_of(&response), expected);
    for (name, values) in
        [("x-a", vec!["1", "2"]), ("x-b", vec!["kept"]), ("x-gone", vec![]), ("x-late", vec!["1"])]
    {
        assert_eq!(response.header_values(name), values, "{name}");
    }
    assert_eq!(response.header("content-type"), Some("text/html;charset=UTF-8"));
}

#[test]
fn languages_php_the_status() {
    for (text, status, reason) in [
        ("header('HTTP/1.1 404 Not Here');", 404, "Not Here"),
        ("header('HTTP/1.0 404');", 404, "Not Found"),
        ("http_response_code(404);", 404, "Not Found"),
        ("header('Status: 404 Not Found');", 404, "Not Found"),
        ("header('X-A: 1', true, 404);", 404, "Not Found"),
        ("header('Location: /x');", 302, "Found"),
        ("header('Location: /x', true, 301); exit;", 301, "Moved Permanently"),
        ("http_response_code(201); header('Location: /x');", 201, "Created"),
        ("header('WWW-Authenticate: Basic');", 401, "Unauthorized"),
        ("$hook['res']->statusCode = 404;", 404, "Not Found"),
        ("$hook['res']->set_header('X-A', 1)->write_head(404, 'Not Here');", 404, "Not Here"),
    ] {
        let Some(response) = answer(text) else { return };
        assert_eq!((response.status, response.reason.as_str()), (status, reason), "{text}");
        assert!(response.complete && response.text().is_empty(), "{text}");
    }
    answers("var_dump(http_response_code()); http_response_code(200);", "int(200)\n");
}

#[test]
fn languages_php_cookies() {
    let text =
        "setcookie('a', 'b c', ['expires' => 1, 'path' => '/p', 'samesite' => 'Lax', 'httponly' => true]);
        setcookie('gone'); setrawcookie('raw', 'a%20b', 0, '/', 'example.org', true);
        try { setcookie('a=', 'b'); } catch (ValueError $error) { echo 'refused'; }";
    let Some(response) = answer(text) else { return };
    let first = "expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0";
    let expected = [
        format!("a=b%20c; {first}; path=/p; HttpOnly; SameSite=Lax"),
        format!("gone=deleted; {first}"),
        "raw=a%20b; path=/; domain=example.org; secure".to_owned(),
    ];
    assert_eq!(response.header_values("set-cookie"), expected);
    assert_eq!(text_of(&response), "refused");
}

#[test]
fn languages_php_a_header_behind_the_body_is_php_s_own_warning() {
    let Some(script) = script("echo 'body';\nheader('X-A: 1');\nsetcookie('a', 'b');") else { return };
    let response = script.get("/");
    assert_eq!((text_of(&response).as_str(), response.header("x-a")), ("body", None));
    for line in [3, 4] {
        let place = format!("x.php on line {line}");
        script.wait_for_log(|words| words.contains("headers already sent by") && words.ends_with(&place));
    }
}

#[test]
fn languages_php_uploads() {
    let text = "$f = $_FILES['f'];
        echo $f['name'], ' ', $f['type'], ' ', $f['size'] + 1, ' ', $f['error'], ' ', $_FILES['g']['name']['x'][1];
        echo ' ', $_FILES['none']['error'], ' ', $_POST['a_b'], ' ', $_POST['f']['path'], \"\\n\";
        var_dump(is_uploaded_file($f['tmp_name']), is_uploaded_file($_POST['f']['path']));
        move_uploaded_file($f['tmp_name'], 'moved'); echo file_get_contents('moved');";
    let Some(script) = script(text) else { return };
    let parts = [
        ("a.b", None, "text"),
        ("f", Some("C:\\dir\\é.txt"), "content"),
        ("f[path]", None, "/etc/passwd"),
        ("g[x][]", Some("1.txt"), "one"),
        ("g[x][]", Some("2.txt"), "two"),
        ("none", Some(""), ""),
    ];
    let parts = parts.map(|(name, file, content)| {
        let file =
            file.map_or(String::new(), |file| format!("; filename=\"{file}\"\r\nContent-Type: text/x"));
        format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n")
    });
    let response = script.post("/", "multipart/form-data; boundary=XX", parts.concat() + "--XX--\r\n");
    let expected = "é.txt text/x 8 0 2.txt 4 text /etc/passwd\nbool(true)\nbool(false)\ncontent";
    assert_eq!(text_of(&response), expected);
}

#[test]
fn languages_php_sessions() {
    let text = "session_save_path(__DIR__); session_start(); $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1;
        if (isset($_GET['there'])) { header('Location: /'); exit; } echo $_SESSION['n'];";
    let Some(script) = script(text) else { return };
    let first = script.get("/?there");
    assert_eq!((first.status, first.header("pragma")), (302, Some("no-cache")));
    let cookie = first.header("set-cookie").expect("a session has its cookie");
    let cookie = cookie.split(';').next().unwrap_or_default();
    let second = script.request("GET", "/", &[("Cookie", cookie)], b"");
    assert_eq!((text_of(&second).as_str(), second.header("set-cookie")), ("2", None));
}

#[test]
fn languages_php_it_is_the_main_program() {
    answers(
        "var_dump(debug_backtrace() === [], get_included_files()[0] === __FILE__);",
        "bool(true)\nbool(true)\n",
    );
    answers(
        "register_shutdown_function(function () { echo ' last'; }); ob_start(); echo 'body';",
        "body last",
    );
    answers(
        "class A { function __destruct() { echo ' destructed'; } } $a = new A(); echo 'body';",
        "body destructed",
    );
    answers("echo 'body '; die('words');", "body words");
    if !interpreter("php") {
        return;
    }
    let text = "#!/usr/bin/env php\n<?php\ndeclare(strict_types=1);\nnamespace A;
        header('X-A: 1'); echo __LINE__, __NAMESPACE__;";
    let response = serve("x.php", text).get("/");
    assert_eq!((text_of(&response).as_str(), response.header("x-a")), ("5A", Some("1")));
    assert_eq!(
        text_of(&serve("x.php", "plain <?= $hook['params']['foo'] ?>\n").get("/?foo=bar")),
        "plain bar"
    );
}

#[test]
fn languages_php_failures() {
    for text in ["nope();", "ini_set('memory_limit', '4M'); str_repeat('x', 1 << 26);", "require 'nope.php';"]
    {
        let Some(response) = answer(text) else { return };
        assert_eq!(response.status, 500, "{text}");
        let page = response.text();
        assert!(page.contains("x.php") && page.contains("on line 2"), "{page}");
    }
    let Some(script) = script("echo $undefined, 'body';") else { return };
    assert_eq!(text_of(&script.get("/")), "body");
    script.wait_for_log(|line| line.contains("Undefined variable $undefined"));
    let Some(response) = answer(
        "set_exception_handler(function ($e) { http_response_code(418); die($e->getMessage()); });
        throw new Exception('handled');",
    ) else {
        return;
    };
    assert_eq!((response.status, response.text().as_str()), (418, "handled"));
    let page =
        "register_shutdown_function(function () { http_response_code(503); echo 'my page'; }); nope();";
    let Some(response) = answer(page) else { return };
    assert_eq!((response.status, response.text().as_str(), response.complete), (503, "my page", false));
}

#[test]
fn languages_php_ini_counts() {
    let Some(script) = script(
        "var_dump(function_exists('exec'), function_exists('header'), isset($prepended), $Hook['params']);",
    ) else {
        return;
    };
    let folder = &script.folder;
    let prepended = folder.script("prepended.php", "<?php $prepended = isset($hook);");
    let appended = folder.script("appended.php", "<?php echo 'appended';");
    let settings =
        format!("disable_functions=exec\nauto_prepend_file={prepended}\nauto_append_file={appended}\n");
    folder.script("php.ini", &settings);
    let server = Server::builder().env("PHPRC", folder.root()).arguments(&[folder.path("x.php")]).start();
    let expected = "bool(false)\nbool(true)\nbool(true)\narray(0) {\n}\nappended";
    assert_eq!(text_of(&server.get("/")), expected);
}
