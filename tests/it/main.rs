//! The tests that run the built program: a module for each surface, one harness for all.

#![allow(clippy::unwrap_used, reason = "a test that fails says so by a panic")]

mod attacks_answers;
mod attacks_environment;
mod attacks_framing;
mod attacks_parsers;
mod builds;
mod cgi;
mod command_line;
mod configuration;
mod contract;
mod doctor;
mod every_language;
mod folder;
mod gates;
mod harness;
mod invoke;
mod languages;
mod library;
mod pages;
mod processes;
mod readme;
mod reloading;
mod requests;
mod responses;
mod schema;
mod warm;

mod tidy;
