//! `stack pipe FILE`: one request without a server; standard input is its body, standard output its answer.

use std::process::ExitCode;

use http::{Method, Request, header::HOST};

use crate::cli::{
    config::Once,
    once::{Shown, once},
    streams::Input,
};

/// Runs the service once as a filter; its exit code is the program's.
pub(super) async fn pipe(filter: Once) -> anyhow::Result<ExitCode> {
    let request = Request::builder().method(Method::POST).uri("/").header(HOST, "localhost");
    once(filter, request.body(Input::standard()?)?, Shown::Output).await
}
