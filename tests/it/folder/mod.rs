//! A folder of services: its routes, and what of it is never reached.

mod hidden;
mod routes;

use crate::harness::{Folder, Server};

fn serve(folder: &Folder) -> Server {
    Server::start(&[folder.root().to_str().expect("temporary folders have plain names")])
}
