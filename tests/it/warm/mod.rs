//! Processes that were started before their requests: spares, and forks.

mod ends;
mod forks;
mod forks_end;
mod frameworks;
mod fresh;

use std::time::Duration;

use crate::harness::{Folder, Response, Server, eventually, holds_for, interpreter};

/// What has slept for so long has loaded all that it will load.
const CALM: Duration = Duration::from_millis(100);

/// A server of one script that may have spares, in a folder of its own.
struct Warm {
    folder: Folder,
    server: Server,
}

impl Warm {
    /// Nothing where the interpreter is missing.
    fn serve(name: &str, text: &str, options: &[&str]) -> Option<Self> {
        let program = match name.rsplit_once('.').expect("a name with an extension").1 {
            "js" | "mjs" => "node",
            "py" => "python3",
            "rb" => "ruby",
            "pl" => "perl",
            "php" => "php",
            "sh" => "bash",
            other => panic!("no language has the extension {other}"),
        };
        if !interpreter(program) {
            return None;
        }
        let folder = Folder::new();
        folder.script(name, text);
        Some(Self::of(folder, name, options))
    }

    /// The server of that script in the folder.
    fn of(folder: Folder, name: &str, options: &[&str]) -> Self {
        let script = folder.path(name);
        let server = Server::builder().env("STACK_WARM", "spare");
        let server = server.arguments(&[options, &[script.as_str()]].concat()).start();
        Self { folder, server }
    }

    /// Waits until a spare waits and does nothing else, and gives its pid.
    fn spare(&self) -> u32 {
        let waiting = || match self.server.services().as_slice() {
            [spare] if spare.state == 'S' => Some(spare.pid),
            _ => None,
        };
        eventually("a spare waits", || {
            let spare = waiting()?;
            holds_for(CALM, || waiting() == Some(spare)).then_some(spare)
        })
    }

    /// The answer of a process that was waiting for it.
    fn get(&self, path: &str) -> Response {
        self.spare();
        let response = self.server.get(path);
        assert!(was_spare(&response), "{:?}", response.header("server-timing"));
        response
    }
}

#[test]
fn warm_a_service_that_can_have_no_spares_says_so() {
    let server = Server::builder().env("STACK_WARM", "spare").arguments(&["printf", "here"]).start();
    server.wait_for_log(|line| line.contains("none is started ahead"));
    assert_eq!(server.get("/").text(), "here");
}

fn was_spare(response: &Response) -> bool {
    was(response, "spare")
}

/// Whether its process came to wait for it that way.
fn was(response: &Response, way: &str) -> bool {
    response.header("server-timing").is_some_and(|timing| timing.ends_with(&format!(", {way}")))
}
