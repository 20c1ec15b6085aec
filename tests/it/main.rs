//! The tests that run the built program: a module for each surface, one harness for all.

#![allow(clippy::unwrap_used, reason = "a test that fails says so by a panic")]

mod attacks_answers;
mod attacks_environment;
mod attacks_framing;
mod attacks_parsers;
mod builds;
mod command_line;
mod contract;
mod every_language;
mod harness;
mod languages;
mod library;
mod processes;
mod readme;
mod requests;
mod responses;

mod tidy;
