//! What each language gives its scripts: every documented name, and the examples.

mod bash;
mod examples;
mod javascript;
mod lua;
mod modules;
mod perl;
mod php;
mod python;
mod response;
mod ruby;
mod shape;
mod tcl;
mod wasm;
mod wsgi;

use std::ops::Deref;

use crate::harness::{Folder, Response, Server, interpreter};

/// A server of one script, in a folder of its own.
struct Script {
    folder: Folder,
    server: Server,
}

impl Deref for Script {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// Serves that text, with details of failures shown.
fn serve(name: &str, text: &str) -> Script {
    let folder = Folder::new();
    let server = Server::start(&["--errors", "show", &folder.script(name, text)]);
    Script { folder, server }
}

/// Whether the interpreter of a file of that name is here.
fn runs(name: &str) -> bool {
    let (_, extension) = name.rsplit_once('.').expect("a name with an extension");
    interpreter(match extension {
        "js" | "cjs" | "mjs" => "node",
        "py" => "python3",
        "sh" => "bash",
        other => panic!("no language has the extension {other}"),
    })
}

/// The text of an answer that is in order.
pub(crate) fn text_of(response: &Response) -> String {
    assert!(response.status == 200 && response.complete, "{} {}", response.status, response.text());
    response.text()
}
