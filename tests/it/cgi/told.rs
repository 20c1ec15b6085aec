//! What a CGI program is told of its request, and what is no CGI program.

use super::{PLAIN, shell, text_of};
use crate::harness::{Folder, Server, run};

#[test]
fn contract_38_row_86_a_file_knows_where_it_stands() {
    let folder = Folder::new();
    let line = "echo \"$SCRIPT_FILENAME|$REDIRECT_STATUS|$SCRIPT_NAME|$PATH_INFO|$QUERY_STRING|\
                ${PATH_TRANSLATED-unset}|${STACK_REQUEST-unset}|$#\"";
    let program = folder.program("show.cgi", &format!("#!/bin/sh\n{PLAIN}; {line}\n"));
    for words in [vec![program.clone()], vec![program.clone(), "--document".to_owned()]] {
        let document = if words.len() == 1 { "unset" } else { "/dev/fd/4" };
        let server = Server::builder().arguments(&["--cgi"]).arguments(&words).start();
        let expected = format!("{program}|200||/a b/c|x=1|unset|{document}|0\n");
        assert_eq!(text_of(&server.get("/a%20b/c?x=1")), expected);
    }
    let command = shell(&format!("{PLAIN}; echo \"${{SCRIPT_FILENAME-unset}} $REDIRECT_STATUS\""));
    assert_eq!(text_of(&command.get("/")), "unset 200\n", "a command is no file");
}

#[test]
fn row_86_no_inherited_variable_passes_for_the_servers() {
    let line =
        format!("{PLAIN}; echo \"${{SCRIPT_FILENAME-unset}} $REDIRECT_STATUS ${{REMOTE_USER-unset}}\"");
    let server = Server::builder().arguments(&["--cgi", "--", "sh", "-c", &line]);
    let server = server.env("SCRIPT_FILENAME", "/x").env("REDIRECT_STATUS", "404").env("REMOTE_USER", "root");
    assert_eq!(text_of(&server.start().get("/")), "unset 200 unset\n");
}

#[test]
fn row_86_a_body_is_raw_and_needs_no_length() {
    let line =
        format!("{PLAIN}; echo \"${{CONTENT_LENGTH-unset}} $HTTP_CONTENT_ENCODING $CONTENT_TYPE\"; cat");
    let server = shell(&line);
    let bytes = b"\x1f\x8b\x08 no stream of gzip";
    let headers = [("Content-Encoding", "gzip"), ("Content-Type", "application/x-www-form-urlencoded")];
    let answer = server.request("POST", "/", &headers, bytes);
    let expected = [b"21 gzip application/x-www-form-urlencoded\n", &bytes[..]].concat();
    assert_eq!(answer.body, expected);
    let chunked =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na=\r\n1\r\nb\r\n0\r\n\r\n";
    assert_eq!(text_of(&server.connect().exchange(chunked.as_bytes())), "unset  \na=b");
}

#[test]
fn row_86_credentials_are_withheld() {
    let server = shell(&format!("{PLAIN}; echo \"${{HTTP_AUTHORIZATION-unset}} ${{REMOTE_USER-unset}}\""));
    let answer = server.request("GET", "/", &[("Authorization", "Basic YTpi")], b"");
    assert_eq!(text_of(&answer), "unset unset\n");
}

#[test]
fn row_86_programs_that_write_whole_responses_are_refused() {
    let folder = Folder::new();
    let program = folder.program("nph-old.cgi", "#!/bin/sh\nprintf 'HTTP/1.0 200 OK\\r\\n\\r\\n'\n");
    let script = folder.script("nph-old.pl", "print \"HTTP/1.0 200 OK\\r\\n\\r\\n\";\n");
    for words in [vec!["--cgi", &program], vec!["--cgi", &script], vec!["--cgi", "--", &program, "word"]] {
        let refused = run(&words);
        assert_eq!(refused.code, 2, "{words:?}: {}", refused.stderr);
        assert!(
            refused.stderr.contains("writes the status line and the framing itself"),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains("without nph-"), "{}", refused.stderr);
    }
    assert_eq!(
        text_of(&Server::start(&[program]).get("/")),
        "HTTP/1.0 200 OK\r\n\r\n",
        "without --cgi it is output"
    );
}

#[test]
fn row_86_a_source_that_is_built_is_refused() {
    let folder = Folder::new();
    let source = folder.script("x.c", "int main(void) { return 0; }\n");
    let refused = run(&["--cgi", &source]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("x.c is c") && refused.stderr.contains("build it yourself"),
        "{}",
        refused.stderr
    );
}
