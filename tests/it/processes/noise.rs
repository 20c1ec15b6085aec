//! What a service writes to its log: it holds nothing up, has its bounds, and cannot pass for anything else.

use super::Shell;
use crate::harness::{Folder, Server};

/// What one request may make the log grow by, with the times and ids of its lines.
const MOST_LOGGED: usize = 8 << 20;

#[test]
fn attack_38_a_gigabyte_of_log_before_the_first_byte() {
    let text = "head -c 1073741824 /dev/zero | tr '\\0' '\\n' >&2; echo done; exit 0";
    let shell = Shell::serve(&["-t", "2m"], text);
    shell.server.unharmed(|| {
        let response = shell.server.get("/noise");
        assert_eq!((response.status, response.text().as_str(), response.complete), (200, "done\n", true));
    });
    assert_bounded(&shell.server);
}

#[test]
fn attack_38_a_line_of_a_hundred_megabytes_while_the_answer_streams() {
    let text = "echo first; head -c 104857600 /dev/zero | tr '\\0' e >&2; echo last";
    let shell = Shell::serve(&["-t", "2m"], text);
    shell.server.unharmed(|| {
        let mut connection = shell.begin("/line");
        assert_eq!(connection.head().status, 200);
        connection.body_until("first\n");
        assert_eq!(connection.rest().0, b"last\n");
    });
    assert_bounded(&shell.server);
    let longest = shell.server.log().iter().map(String::len).max();
    assert!(longest < Some(16 << 10), "{longest:?}: a long line is split");
}

/// The log says how much it leaves out, and neither it nor the server has grown with what was written.
fn assert_bounded(server: &Server) {
    server.wait_for_log(|line| line.contains("bytes of standard error are left out"));
    let logged: usize = server.log().iter().map(String::len).sum();
    assert!(logged < MOST_LOGGED, "{logged} bytes were logged");
    assert!(server.peak_memory() < 64 << 20, "{} bytes were resident", server.peak_memory());
}

#[test]
fn attack_38_the_control_channel_is_no_way_around_the_bounds() {
    let line = "{\"type\":\"log\",\"payload\":\"x\"}";
    for line in [line, "neither JSON nor a field", "{\"type\":\"nothing\"}"] {
        let shell = Shell::serve(&["-t", "2m"], &format!("yes '{line}' | head -c 12000000 >&3; echo done"));
        shell.server.unharmed(|| {
            let response = shell.server.get("/noise");
            assert_eq!((response.status, response.text().as_str(), response.complete), (200, "done\n", true));
        });
        let logged: usize = shell.server.log().iter().map(String::len).sum();
        assert!(logged < MOST_LOGGED, "{logged} bytes were logged for {line}");
    }
}

#[test]
fn attack_38_nothing_passes_for_a_line_of_the_server() {
    let folder = Folder::new();
    let text = "#!/bin/sh
printf 'red \\033[31m and \\233 and \\007\\n' >&2
printf 'over\\rwritten\\n' >&2
printf 'not \\377\\376 text\\n' >&2
printf '2026-01-01T00:00:00Z GET /forged 200 1 B 1ms exit 0 id\\n' >&2
printf 'turned \\342\\200\\256 around\\n' >&2
printf 'no end of line' >&2
echo '{\"type\":\"log\",\"payload\":\"two\\\\nlines\"}' >&3
echo done
";
    let server = Server::start(&[folder.program("service", text)]);
    let response = server.get("/");
    assert_eq!((response.status, response.text().as_str()), (200, "done\n"));
    let id = response.header("x-request-id").expect("every answer has one").to_owned();
    let mark = format!(" {id} | ");
    for words in ["red ", "over", "not ", "/forged", "turned ", "no end of line", "two", "lines"] {
        let line = server.wait_for_log(|line| line.contains(words));
        let (_, said) = line.split_once(&mark).unwrap_or_else(|| panic!("without its id: {line:?}"));
        assert!(!said.chars().any(char::is_control) && !said.contains('\u{202e}'), "{said:?}");
    }
    server.wait_for_log(|line| line.contains("GET / 200") && line.ends_with(&id));
}
