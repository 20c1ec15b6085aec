//! Hostile input that aims at the environment, the arguments, the descriptors and the signals of a service.

mod arguments;
mod inherited;
mod parameters;
mod variables;

use crate::harness::{Folder, Response, Server, interpreter};

/// One script in each language that does the same, for what must hold in all of them.
struct Scripts {
    python: &'static str,
    javascript: &'static str,
    bash: &'static str,
}

impl Scripts {
    /// Starts a server for each language that is here and hands it over.
    fn each(&self, mut test: impl FnMut(&str, &Server)) {
        let folder = Folder::new();
        let services = [
            ("python3", "s.py", self.python),
            ("node", "s.js", self.javascript),
            ("bash", "s.sh", self.bash),
        ];
        for (program, name, text) in services {
            if interpreter(program) {
                test(program, &Server::start(&[folder.script(name, text)]));
            }
        }
    }
}

/// The values of one variable in the output of `env`; more than one would be a fault of its own.
fn variables<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('=')).collect()
}

/// The text of an answer that is in order.
fn text_of(response: &Response) -> String {
    assert!(response.status == 200 && response.complete, "{} {}", response.status, response.text());
    response.text()
}

/// A query value, every byte of it escaped.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
