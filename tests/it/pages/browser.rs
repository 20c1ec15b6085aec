//! A real browser: the page of the services, and an `EventSource` for as long as it is open.

#![allow(clippy::disallowed_types, reason = "tests start programs by the standard library's Command")]

use std::{
    fs,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::harness::{Folder, Server, eventually, interpreter, required, succeeds};

/// Debian's names of a Chromium without a window.
const NAMES: [&str; 3] = ["chromium-headless-shell", "chromium", "google-chrome"];

/// A browser that shows one address, ended with the test.
struct Browser {
    child: Child,
    _profile: Folder,
}

impl Browser {
    /// Opens that address; nothing where there is no browser.
    fn open(url: &str, options: &[&str], output: Stdio) -> Option<Self> {
        let found = NAMES.into_iter().find(|name| succeeds(&[name, "--version"]));
        if !required("chromium-headless-shell", found.is_some()) {
            return None;
        }
        let profile = Folder::new();
        let mut command = Command::new(found?);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]);
        command.arg(format!("--user-data-dir={}", profile.path("profile"))).args(options).arg(url);
        command.stdin(Stdio::null()).stdout(output).stderr(Stdio::null()).process_group(0);
        let child = command.spawn().expect("it was just asked for its version");
        Some(Self { child, _profile: profile })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // All of its processes; one that has ended already is none to end.
        let leader = Pid::from_child(&self.child);
        let _ = kill_process_group(leader, Signal::KILL);
        let _ = self.child.wait();
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn row_70_a_browser_shows_the_page_of_the_services() {
    interpreter("bash");
    let folder = Folder::new();
    folder.script("hello.sh", "echo hello");
    let server = Server::start(&["-w", folder.root().to_str().unwrap()]);
    let (dom, url) = (Folder::new(), format!("http://{}/", server.address()));
    let file = fs::File::create(dom.root().join("dom")).unwrap();
    let Some(_browser) = Browser::open(&url, &["--dump-dom"], file.into()) else { return };
    let shown = eventually("the page in the browser", || {
        let shown = read(&dom.root().join("dom"));
        shown.contains("</html>").then_some(shown)
    });
    assert!(shown.contains("<code>/hello</code>") && shown.contains("<td>bash</td>"), "{shown}");
}

#[test]
fn row_65_an_event_source_gets_each_event_as_it_comes() {
    interpreter("python3");
    let folder = Folder::new();
    fs::create_dir_all(folder.root().join("services")).unwrap();
    fs::create_dir_all(folder.root().join("public")).unwrap();
    let (pipe, seen) = (folder.fifo("go-on"), folder.path("seen"));
    folder.script(
        "services/events.py",
        &format!(
            "hook.res.set_header('Content-Type', 'text/event-stream')\nprint('data: one\\n')\n\
             print('data: ' + open({pipe:?}).readline())\nopen({pipe:?}).readline()\n"
        ),
    );
    folder.script("services/seen.sh", &format!("echo \"$hook_params_event\" >> '{seen}'"));
    folder.script(
        "public/index.html",
        "<!doctype html><script>
         new EventSource('/events').onmessage = event => fetch('/seen?event=' + event.data);
         </script>",
    );
    let server = Server::start(&[&folder.path("services"), "--static", &folder.path("public")]);
    let url = format!("http://{}/", server.address());
    let Some(browser) = Browser::open(&url, &["--remote-debugging-port=0"], Stdio::null()) else { return };
    let wait_for = |wanted: &str| {
        eventually(wanted, || (read(&folder.root().join("seen")) == wanted).then_some(()));
    };
    wait_for("one\n");
    fs::write(&pipe, "two\n").unwrap();
    wait_for("one\ntwo\n");
    drop(browser);
    server.wait_for_log(|line| line.contains("/events") && line.contains("client left"));
}
