//! Folders that change while they are served: real files, real edits.

use std::fs;

use rustix::process::Signal;

use crate::harness::{Folder, Response, Server, eventually, interpreter};

/// Waits until the path is answered as wanted.
fn wait_for(server: &Server, path: &str, wanted: impl Fn(&Response) -> bool) -> Response {
    eventually(&format!("{path} as it should be"), || Some(server.get(path)).filter(&wanted))
}

fn says<'a>(text: &'a str) -> impl Fn(&Response) -> bool + 'a {
    move |response| response.status == 200 && response.body == text.as_bytes()
}

fn is(status: u16) -> impl Fn(&Response) -> bool {
    move |response| response.status == status
}

/// A folder with one service, served.
fn served(files: &[(&str, &str)]) -> (Folder, Server) {
    interpreter("bash");
    let folder = Folder::new();
    for (name, text) in files {
        folder.script(name, text);
    }
    let server = Server::start(&[folder.root().to_str().unwrap()]);
    (folder, server)
}

#[test]
fn row_73_services_come_go_and_change_without_a_restart() {
    let (folder, server) = served(&[("one.sh", "echo one")]);
    assert_eq!(server.get("/one").body, b"one\n");
    assert_eq!(server.get("/two").status, 404);
    folder.script("two.sh", "echo two");
    wait_for(&server, "/two", says("two\n"));
    fs::remove_file(folder.root().join("one.sh")).unwrap();
    wait_for(&server, "/one", is(404));
    fs::create_dir(folder.root().join("deep")).unwrap();
    folder.script("deep/[id].sh", "echo \"deep $hook_params_id\"");
    wait_for(&server, "/deep/7", says("deep 7\n"));
    server.wait_for_log(|line| line.contains("/one is gone"));
    server.wait_for_log(|line| line.contains("/deep/[id] is new"));
}

#[test]
fn row_73_a_running_request_finishes_on_the_old_services() {
    let (folder, server) = served(&[("one.sh", "echo started; read line < go-on; echo done")]);
    let pipe = folder.fifo("go-on");
    let mut connection = server.connect();
    connection.send("GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(connection.head().status, 200);
    assert_eq!(connection.piece().unwrap(), b"started\n");
    fs::remove_file(folder.root().join("one.sh")).unwrap();
    wait_for(&server, "/one", is(404));
    fs::write(pipe, "go on\n").unwrap();
    assert_eq!(connection.piece().unwrap(), b"done\n");
}

#[test]
fn row_73_attack_50_a_broken_configuration_keeps_the_old_one_until_it_is_whole() {
    let (folder, server) = served(&[("one.sh", "echo one")]);
    fs::write(folder.root().join("stack.toml"), "[services.two]\nfile = \"one.sh\"\nrou").unwrap();
    server.wait_for_log(|line| line.contains("the old services go on") && line.contains("stack.toml:3"));
    assert_eq!(server.get("/one").body, b"one\n");
    fs::write(folder.root().join("stack.toml"), "[services.two]\nfile = \"one.sh\"\nroute = \"/three\"\n")
        .unwrap();
    wait_for(&server, "/three", says("one\n"));
    assert_eq!(server.get("/one").status, 404);
}

#[test]
fn row_73_the_page_says_why_the_services_are_the_old_ones() {
    interpreter("bash");
    let folder = Folder::new();
    folder.script("one.sh", "echo one");
    let server = Server::start(&["-w", folder.root().to_str().unwrap()]);
    let toml = folder.root().join("stack.toml");
    fs::write(&toml, "[server]\nscna = true\n").unwrap();
    let page = wait_for(&server, "/", |page| page.text().contains("The old services go on: "));
    assert!(page.text().contains("stack.toml:2:1") && page.text().contains("/one"), "{}", page.text());
    fs::remove_file(toml).unwrap();
    wait_for(&server, "/", |page| page.status == 200 && !page.text().contains("The old services"));
}

#[test]
fn attack_50_a_file_that_is_renamed_into_place_answers_and_ten_thousand_changes_cost_nothing() {
    let (folder, server) = served(&[("one.sh", "echo one")]);
    let (scratch, script) = (folder.root().join("one.sh.tmp"), folder.root().join("one.sh"));
    for round in 0..2_000 {
        fs::write(&scratch, format!("echo {round}")).unwrap();
        fs::rename(&scratch, &script).unwrap();
        fs::write(folder.root().join("other.txt"), "x").unwrap();
        if round % 500 == 0 {
            assert_eq!(server.get("/one").status, 200);
        }
    }
    wait_for(&server, "/one", says("1999\n"));
    fs::remove_file(script).unwrap();
    wait_for(&server, "/one", is(404));
}

#[test]
fn row_73_no_request_is_lost_while_services_change() {
    let (folder, server) = served(&[("one.sh", "echo one")]);
    for round in 0..20 {
        folder.script(&format!("more-{round}.sh"), "echo more");
        assert_eq!(server.get("/one").status, 200);
    }
    wait_for(&server, "/more-19", says("more\n"));
}

#[test]
fn row_73_sighup_reads_the_folder_once_more() {
    let (folder, server) = served(&[("one.sh", "echo one")]);
    let toml = folder.root().join("stack.toml");
    fs::write(&toml, "[services.two]\nfile = \"one.sh\"\n").unwrap();
    wait_for(&server, "/two", says("one\n"));
    fs::write(&toml, "[services.two]\nfile = \"gone.sh\"\n").unwrap();
    server.wait_for_log(|line| line.contains("the old services go on"));
    let told = server.log().len();
    server.signal(Signal::HUP);
    eventually("the second attempt", || {
        let again = server.log()[told..].iter().any(|line| line.contains("the old services go on"));
        again.then_some(())
    });
    assert_eq!(server.get("/two").body, b"one\n");
}

#[test]
fn row_25_an_interpreter_that_is_missing_answers_502_until_it_is_there() {
    if !(interpreter("bash") && interpreter("ruby")) {
        return;
    }
    let folder = Folder::new();
    fs::create_dir(folder.root().join("bin")).unwrap();
    fs::create_dir(folder.root().join("services")).unwrap();
    folder.script("services/one.rb", "puts 1");
    folder.script("services/two.sh", "echo two");
    let path = format!("{}:/nowhere", folder.path("bin"));
    std::os::unix::fs::symlink("/bin/bash", folder.root().join("bin/bash")).unwrap();
    let server = Server::builder().env("PATH", path).arguments(&[folder.path("services")]).start();
    server.wait_for_log(|line| line.contains("one.rb needs ruby"));
    let refused = server.get("/one");
    assert_eq!(refused.status, 502);
    assert_eq!(refused.header("x-stack-error"), Some("program-missing"));
    assert_eq!(server.get("/two").body, b"two\n");
    std::os::unix::fs::symlink("/usr/bin/ruby", folder.root().join("bin/ruby")).unwrap();
    assert_eq!(server.get("/one").body, b"1\n");
}
