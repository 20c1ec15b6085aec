//! Turns a script, or any program, in any language, into a streaming HTTP microservice: for every request a
//! fresh process, the request body on its standard input, its standard output as the response.
//!
//! [`spawn`] answers one request; [`Stack`] is a `tower::Service` with bounds on processes, queue and memory;
//! the `stack` command is a caller of both.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use http_body_util::BodyExt;
//! use stackvana::{Service, spawn};
//!
//! let service = Service::builder().command(["sort", "--reverse"]).build()?;
//! let response = spawn(&service, http::Request::post("/").body("a\nb\n".to_owned())?).await;
//! assert_eq!(response.into_body().collect().await?.to_bytes(), "b\na\n");
//! # Ok(())
//! # }
//! ```
//!
//! The library never prints, exits, changes the environment or installs signal handlers.

#![cfg_attr(
    not(feature = "cli"),
    allow(
        dead_code,
        unused_imports,
        reason = "the command line's server calls more of the engine than an embedder can"
    )
)]

#[cfg(not(target_os = "linux"))]
compile_error!("stack runs on Linux (5.10 or newer) alone: it is built on clone(2), pidfds and /proc");

mod access_log;
mod budget;
mod cache;
mod compile;
#[cfg(feature = "cli")]
mod config;
mod control;
mod current;
mod document;
mod error;
mod failure;
mod find;
mod invoke;
mod mount;
#[allow(unsafe_code, reason = "the one file that starts processes, see its own words")]
mod os;
#[cfg(feature = "cli")]
mod pages;
mod params;
mod pattern;
mod process;
mod protocol;
mod receipt;
mod receive;
#[cfg(feature = "cli")]
mod reload;
mod respond;
mod router;
mod routes;
mod schema;
#[cfg(feature = "cli")]
mod server;
mod service;
mod slots;
mod spool;
mod stack;
mod warm;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;

pub use self::{
    error::Error,
    find::Builder,
    mount::Route,
    receipt::{Receipt, Report},
    respond::Body,
    service::{Caps, Errors, LogLine, Service, Warm},
    stack::{Layered, Stack, StackBuilder, spawn},
};
