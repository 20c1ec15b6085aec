//! Programs as they were written for other servers.

use super::{PLAIN, text_of};
use crate::harness::{Folder, Server, interpreter, required, succeeds};

const CGI_PM: &str = r#"#!/usr/bin/perl -T
use strict;
use warnings;
use CGI;
my $q = CGI->new;
if ($q->param('go')) { print $q->redirect('https://example.org/?a=b'); exit }
my $cookie = $q->cookie(-name => 'seen', -value => 'a b', -path => '/');
print $q->header(-type => 'text/html', -charset => 'utf-8', -status => '418 Short and stout', -cookie => $cookie);
print $q->start_html('Greeting'), $q->h1('Hello ' . $q->escapeHTML(scalar $q->param('name'))), "\n";
print $q->request_method, ' ', $q->path_info, ' ', ($q->cookie('old') // 'none'), "\n";
my $file = $q->upload('file');
if ($file) { local $/; print $q->param('file'), ': ', length(<$file>), "\n" }
print $q->end_html;
"#;

/// The script executed by the kernel, and given to its interpreter.
fn cgi_pm(folder: &Folder) -> Option<[Server; 2]> {
    if !required("CGI.pm", succeeds(&["perl", "-MCGI", "-e", "1"])) {
        return None;
    }
    let program = folder.program("greet.cgi", CGI_PM);
    let script = folder.script("greet.pl", CGI_PM);
    Some([program, script].map(|path| Server::start(&["--cgi", &path])))
}

#[test]
fn row_86_an_existing_cgi_pm_script_runs() {
    let folder = Folder::new();
    for server in cgi_pm(&folder).into_iter().flatten() {
        let answer = server.request("GET", "/a/b?name=%3Cyou%3E", &[("Cookie", "old=yes")], b"");
        assert_eq!((answer.status, answer.reason.as_str()), (418, "Short and stout"), "{}", answer.text());
        assert_eq!(answer.header_values("content-type"), ["text/html; charset=utf-8"]);
        assert_eq!(answer.header("set-cookie"), Some("seen=a%20b; path=/"));
        let text = answer.text();
        assert!(text.contains("<h1>Hello &lt;you&gt;</h1>\nGET /a/b yes\n") && answer.complete, "{text}");
        let form = server.post("/", "application/x-www-form-urlencoded", "name=J%C3%BCrgen");
        assert!(
            form.text().contains("Hello J\u{fc}rgen") || form.text().contains("Hello J&"),
            "{}",
            form.text()
        );
        let redirect = server.get("/?go=1");
        let seen = (redirect.status, redirect.header("location"), redirect.body.len());
        assert_eq!(seen, (302, Some("https://example.org/?a=b"), 0));
    }
}

#[test]
fn row_86_a_cgi_pm_script_takes_uploads() {
    let folder = Folder::new();
    for server in cgi_pm(&folder).into_iter().flatten() {
        let file = "x".repeat(3_000_000);
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.txt\"\r\n\
             Content-Type: text/plain\r\n\r\n{file}\r\n--b--\r\n"
        );
        let answer = server.post("/", "multipart/form-data; boundary=b", body);
        assert!(answer.text().contains("f.txt: 3000000\n"), "{}", answer.text());
    }
}

#[test]
fn row_86_a_script_runs_without_its_bridge() {
    let folder = Folder::new();
    let scripts = [
        (
            "perl",
            "s.pl",
            "print \"Content-Type: text/plain\\n\\n\", defined &Hook::log ? 1 : 0, \"@ARGV $0\\n\"",
        ),
        (
            "python3",
            "s.py",
            "import sys\nprint('Content-Type: text/plain\\n')\nprint('hook' in globals(), *sys.argv[1:])",
        ),
        ("bash", "s.sh", "printf 'Content-Type: text/plain\\n\\n'; echo \"${hook_params_a-unset} $*\""),
        (
            "ruby",
            "s.rb",
            "puts 'Content-Type: text/plain', '', \"#{defined?(hook).inspect} #{ARGV.join(' ')}\"",
        ),
    ];
    for (program, name, text) in scripts {
        if interpreter(program) {
            let path = folder.script(name, text);
            let server = Server::start(&["--cgi", &path, "--", "a", "b"]);
            let expected = match program {
                "perl" => format!("0a b {path}\n"),
                "python3" => "False a b\n".to_owned(),
                "bash" => "unset a b\n".to_owned(),
                _ => "nil a b\n".to_owned(),
            };
            assert_eq!(text_of(&server.get("/?a=1")), expected, "{name}");
        }
    }
    let inline = format!("{PLAIN}; echo \"$0\" | grep -c inline");
    let server = Server::start(&["--cgi", "-l", "bash", "-e", &inline]);
    assert_eq!(text_of(&server.get("/")), "1\n");
}

#[test]
fn row_86_an_executable_script_is_run_as_its_first_line_says() {
    let folder = Folder::new();
    let line = format!("{PLAIN}; echo \"$0 $-\"");
    let script = folder.program("s.sh", &format!("#!/bin/sh -e\n{line}\n"));
    let text = text_of(&Server::start(&["--cgi", &script]).get("/"));
    assert!(text.starts_with(&script) && text.trim_end().ends_with('e'), "{text}");
    if interpreter("bash") {
        let chosen = folder.program("t.sh", &format!("#!/bin/false\n{line}\n"));
        let server = Server::start(&["--cgi", "-l", "bash", &chosen]);
        assert!(text_of(&server.get("/")).starts_with(&chosen), "--language names another");
    }
}

#[test]
fn row_86_php_runs_by_its_program_for_cgi() {
    if !interpreter("php-cgi") {
        return;
    }
    let folder = Folder::new();
    let text = "<?php http_response_code(404); header('X-A: b'); setcookie('c', 'd');
echo $_GET['a'], ' ', $_POST['b'] ?? '-', ' ', php_sapi_name(), ' ', $_SERVER['PATH_INFO'] ?? '-', \"\\n\";";
    let script = folder.script("s.php", text);
    let server = Server::start(&["--cgi", &script]);
    let answer = server.get("/?a=1");
    assert_eq!((answer.status, answer.header("x-a")), (404, Some("b")), "{}", answer.text());
    assert!(answer.header("set-cookie").is_some_and(|cookie| cookie.starts_with("c=d")));
    assert!(answer.text().starts_with("1 - cgi-fcgi "), "{}", answer.text());
    let form = server.post("/?a=1", "application/x-www-form-urlencoded", "b=2");
    assert!(form.text().starts_with("1 2 cgi-fcgi "), "{}", form.text());
    // Words in the address must never be words of the command line: CVE-2012-1823.
    for query in ["-s", "-d+allow_url_include%3d1", "%AD-s"] {
        let source = server.get(&format!("/?{query}")).text();
        assert!(!source.contains("<?php") && !source.contains("&lt;?php"), "{query}: {source}");
    }
}
