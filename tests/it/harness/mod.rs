//! Runs the built `stack` as its users do, and speaks to it over sockets, byte for byte.
//!
//! - [`Server`]: `Server::start(&["examples/services/echo/echo.py"])`, or [`Server::builder`] for an
//!   environment, a folder, a standard input. It listens on a free port, is killed on drop, and its
//!   log is shown when the test fails. [`run`] is for command lines that end by themselves.
//! - [`Response`]: what `server.get("/?a=b")`, `server.post(…)` and `server.request(…)` give.
//! - [`Connection`]: exact bytes out, heads and body pieces in, and how the connection ended.
//! - [`Folder`]: scripts and programs of a test, in a folder that vanishes with it.
//! - [`Server::unharmed`]: the frame of every attack: afterwards a plain GET answers 200, and no
//!   process, descriptor, thread or temporary file is left.
//! - [`eventually`], [`wait_for_exit`], [`Server::wait_for_log`]: waiting with a deadline; tests never
//!   sleep for a guessed time.
//!
//! Every wait has [`DEADLINE`]; a test that states a time of its own measures it with `Instant`. Tests
//! that measure end in `_alone`, and the runner gives them the machine for themselves.

#![allow(clippy::disallowed_types, reason = "tests start programs by the standard library's Command")]
#![allow(dead_code, reason = "a harness offers more than today's tests use")]

mod client;
mod command;
mod folder;
mod footprint;
mod log;
mod server;
mod wait;

#[allow(unused_imports, reason = "a harness offers more than today's tests use")]
pub(crate) use self::{
    client::{Connection, End, Head, Response},
    command::{Finished, interpreter, notice, optional_interpreter, required, run, run_with, succeeds},
    folder::Folder,
    footprint::{Footprint, Process, all_processes},
    server::{Builder, Server},
    wait::{DEADLINE, eventually, holds_for, wait_for_exit},
};

/// The folder that holds `Cargo.toml`, and the working directory of every server unless told otherwise.
pub(crate) const PROJECT: &str = env!("CARGO_MANIFEST_DIR");
