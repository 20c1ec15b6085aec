//! Where the server listens, and what it says of it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;

use super::ports::{DefaultPorts, FIRST, free_port};
use super::{run_with_variable, text_of};
use crate::harness::{Folder, Server, interpreter, run};

#[test]
fn row_04_a_file_is_served() {
    let folder = Folder::new();
    let script = "echo 'hello world'\necho \"\\$Hook_params_foo: $Hook_params_foo\"\n";
    folder.script("echo.sh", script);
    let server = Server::builder().directory(folder.root()).arguments(&["./echo.sh"]).start();
    assert_eq!(text_of(&server.get("/?foo=bar")), "hello world\n$Hook_params_foo: bar\n");
    assert_eq!(text_of(&server.get("/any/path?foo=b")), "hello world\n$Hook_params_foo: b\n");
}

#[test]
fn row_05_the_first_line_is_the_only_one_on_standard_output() {
    let folder = Folder::new();
    let program = folder.program("tool", "#!/bin/sh\necho tool; echo log >&2\n");
    let services: [(&[&str], &str); 4] = [
        (&["-w", &folder.script("x.sh", "echo bash; log log")], "bash"),
        (&["-l", "sh", "-e", "echo inline"], "bash"),
        (&["sh", "-c", "echo  a\necho b"], "sh -c echo  a\\necho b"),
        (&[&program], &program),
    ];
    for (arguments, name) in services {
        let mut server = Server::start(arguments);
        assert_eq!(server.first_line(), format!("{name} stack started at: http://{}", server.address()));
        text_of(&server.get("/"));
        server.wait_for_log(|line| line.contains("GET / 200"));
        server.signal(rustix::process::Signal::TERM);
        assert_eq!(server.wait(), 0);
        assert_eq!(server.stdout().len(), 1, "{:?}", server.stdout());
    }
}

#[test]
fn row_05_the_command_to_try_works() {
    if !interpreter("curl") {
        return;
    }
    let script = "echo \"foo is $hook_params_foo\"";
    let services: [(&[&str], &str); 3] = [
        (&["-l", "bash", "-e", script], "foo is bar\n"),
        (&["-h", "0.0.0.0", "-l", "bash", "-e", script], "foo is bar\n"),
        (&["cat"], "hello"),
    ];
    for (arguments, expected) in services {
        let server = Server::start(arguments);
        let advice = server.wait_for_log(|line| line.starts_with("try: curl "));
        let output = Command::new("sh").args(["-c", advice.trim_start_matches("try: ")]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{advice}: {output:?}");
    }
}

#[test]
fn row_05_what_is_watched_and_which_port_is_taken_are_said() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "echo");
    let watching = Server::start(&["-w", &script]);
    let line = watching.wait_for_log(|line| line.starts_with("watching "));
    assert_eq!(line, format!("watching {}", folder.root().display()));
    let _turn = DefaultPorts::take();
    // When it cannot be had, another program keeps it, and taken is taken.
    let _held = TcpListener::bind((Ipv4Addr::LOCALHOST, FIRST));
    let server = Server::builder().without_port().arguments(&["echo", "hello"]).start();
    let port = server.address().port();
    assert!(port > FIRST, "{port}");
    server.wait_for_log(|line| line == format!("{FIRST} is taken, so {port}"));
    assert_eq!(text_of(&server.get("/")), "hello\n");
}

#[test]
fn row_06_the_port_that_was_asked_for_or_none() {
    let port = free_port();
    let text = port.to_string();
    let server = Server::builder().without_port().arguments(&["-p", &text, "echo", "hello"]).start();
    assert_eq!(server.address(), SocketAddr::from(([127, 0, 0, 1], port)));
    assert_eq!(text_of(&server.get("/")), "hello\n");
    for host in ["127.0.0.1", "0.0.0.0"] {
        let refused = run(&["-p", &text, "-h", host, "echo", "other"]);
        assert_eq!((refused.code, refused.stdout.as_str()), (1, ""), "{}", refused.stderr);
        let expected = format!("stack: {host}:{port} is taken");
        assert!(refused.stderr.starts_with(&expected), "{}", refused.stderr);
    }
    assert_eq!(text_of(&server.get("/")), "hello\n");
}

#[test]
fn row_06_a_restarted_server_has_its_port_back_at_once() {
    let text = free_port().to_string();
    for _ in 0..3 {
        let server = Server::builder().without_port().arguments(&["-p", &text, "echo", "hello"]).start();
        // The server closes first, so that its side of the connection lingers in TIME_WAIT.
        assert_eq!(text_of(&server.get("/")), "hello\n");
        assert_eq!(server.stop(), 0);
    }
}

#[test]
fn row_06_port_0_is_a_free_one() {
    let servers = [Server::start(&["echo"]), Server::start(&["echo"])];
    let [first, second] = servers.each_ref().map(|server| server.address().port());
    assert!(first != 0 && second != 0 && first != second, "{first} {second}");
}

/// An address of this machine that only a server on every address has: 127.0.0.2 reaches no 127.0.0.1.
fn beside_loopback(server: &Server) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 2], server.address().port()))
}

#[test]
fn row_07_loopback_unless_a_host_is_named() {
    let server = Server::start(&["echo", "hello"]);
    assert_eq!(server.address().ip(), Ipv4Addr::LOCALHOST);
    TcpStream::connect(beside_loopback(&server)).unwrap_err();
    for host in ["0.0.0.0", "127.0.0.2"] {
        let server = Server::start(&["-h", host, "echo", "hello"]);
        let expected = format!("stack started at: http://{host}:{}", server.address().port());
        assert!(server.first_line().ends_with(&expected), "{}", server.first_line());
        TcpStream::connect(beside_loopback(&server)).unwrap();
        assert!(server.log().iter().all(|line| !line.contains("PORT")), "{:?}", server.log());
    }
    let server = Server::start(&["-h", "localhost", "echo", "hello"]);
    assert!(server.address().ip().is_loopback());
}

#[test]
fn row_07_port_in_the_environment_means_every_address_and_no_other_port() {
    let port = free_port();
    let builder = || Server::builder().without_port().env("PORT", port.to_string());
    let server = builder().arguments(&["echo", "hello"]).start();
    assert!(server.first_line().ends_with(&format!("http://0.0.0.0:{port}")), "{}", server.first_line());
    TcpStream::connect(beside_loopback(&server)).unwrap();
    let said = server.wait_for_log(|line| line.starts_with("PORT is set"));
    for part in [&format!("0.0.0.0:{port}"), "-h 127.0.0.1", "env -u PORT"] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    let refused = run_with_variable(("PORT", &port.to_string()), &["echo"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""), "{}", refused.stderr);
    assert!(refused.stderr.contains(&format!("0.0.0.0:{port} is taken")), "{}", refused.stderr);
    let flagged = builder().arguments(&["-p", "0", "echo", "hello"]).start();
    assert_eq!(flagged.address().ip(), Ipv4Addr::LOCALHOST);
    TcpStream::connect(beside_loopback(&flagged)).unwrap_err();
    drop(server);
    let kept = builder().arguments(&["-h", "127.0.0.1", "echo", "hello"]).start();
    assert_eq!(kept.address(), SocketAddr::from(([127, 0, 0, 1], port)));
    TcpStream::connect(beside_loopback(&kept)).unwrap_err();
}

#[test]
fn row_07_a_port_in_the_environment_that_is_none() {
    for value in ["http", "99999", "-1"] {
        let refused = run_with_variable(("PORT", value), &["echo"]);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{}", refused.stderr);
        assert!(refused.stderr.contains(&format!("PORT={value}")), "{}", refused.stderr);
    }
}

#[test]
fn row_07_as_process_1_it_says_that_it_is_reachable_from_nowhere() {
    let container =
        ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount-proc"];
    let allowed = Command::new(container[0]).args(&container[1..]).arg("true").output();
    if !interpreter("unshare") || !allowed.is_ok_and(|output| output.status.success()) {
        return;
    }
    let builder = || Server::builder().under(&container);
    let server = builder().arguments(&["echo", "hello"]).start();
    server.wait_for_log(|line| line == "loopback only: use -h 0.0.0.0 or set PORT");
    assert_eq!(text_of(&server.get("/")), "hello\n");
    let reachable = builder().arguments(&["-h", "0.0.0.0", "echo", "hello"]).start();
    assert_eq!(text_of(&reachable.get("/")), "hello\n");
    reachable.wait_for_log(|line| line.contains("GET / 200"));
    assert!(reachable.log().iter().all(|line| !line.contains("loopback")), "{:?}", reachable.log());
}

#[test]
fn row_08_servers_with_defaults_find_ports_of_their_own() {
    let _turn = DefaultPorts::take();
    let start = |word| Server::builder().without_port().arguments(&["echo", word]).start();
    let servers = ["one", "two", "three"].map(start);
    let ports = servers.each_ref().map(|server| server.address().port());
    assert!(ports[0] >= FIRST && ports.is_sorted_by(|one, next| one < next), "{ports:?}");
    for (server, word) in servers.iter().zip(["one\n", "two\n", "three\n"]) {
        assert_eq!(server.address().ip(), Ipv4Addr::LOCALHOST);
        assert_eq!(text_of(&server.get("/")), word);
    }
}
