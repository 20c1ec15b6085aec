//! What typed words come to mean.

use std::{ffi::OsString, time::Duration};

use super::{AccessLog, Once, Serve, Served, grammar, pipe, serve};
use crate::{
    cli::{
        settle::{Settled, Surroundings},
        words::{Words, split},
    },
    config,
    find::Builder,
    service::{Errors, Spec},
};

fn words(typed: &[&str]) -> Words {
    split(typed.iter().map(OsString::from), grammar, |_| false).unwrap()
}

fn served_at(typed: &[&str], surroundings: Surroundings) -> anyhow::Result<Serve> {
    serve(words(typed), surroundings)
}

fn served(typed: &[&str]) -> Serve {
    served_at(typed, Surroundings::default()).unwrap()
}

fn piped(typed: &[&str]) -> Once {
    pipe(words(typed)).unwrap()
}

fn settled(serve: &Serve) -> Settled {
    Settled::of(&serve.server, &config::Server::default(), "".as_ref(), &serve.surroundings).unwrap()
}

/// The one service that is served, with what all of them have.
fn lone(serve: Serve) -> Builder {
    let making = settled(&serve).making;
    match serve.served {
        Served::Lone(builder, _) => making.prepare(*builder),
        Served::Folder(folder) => panic!("{} is a folder", folder.display()),
    }
}

fn spec(serve: Serve) -> std::sync::Arc<Spec> {
    lone(serve).build().unwrap().spec().clone()
}

fn error(typed: &[&str]) -> crate::error::Error {
    let result = served_at(typed, Surroundings::default());
    let result = result.map_err(|error| error.downcast().unwrap()).and_then(|serve| lone(serve).build());
    result.unwrap_err()
}

#[test]
fn the_defaults_are_the_documented_ones() {
    let serve = served(&["true"]);
    let settled = settled(&serve);
    assert_eq!((settled.engine.max_processes, settled.engine.queue), (256, 256));
    assert_eq!(settled.engine.queue_timeout, Duration::from_secs(10));
    assert_eq!((settled.drain, settled.engine.max_buffered), (Duration::from_secs(10), 256 << 20));
    assert_eq!((serve.access_log, settled.making.watch), (AccessLog::Written, false));
    let spec = spec(serve);
    assert_eq!((&spec.timeouts, &spec.caps), (&Default::default(), &Default::default()));
    assert_eq!((spec.errors, spec.buffering_hint, spec.half_close), (Errors::Hide, false, false));
}

#[test]
fn row_03_nothing_to_serve() {
    for typed in [&[][..], &["-p", "0"], &["--"]] {
        assert!(error(typed).is_nothing_to_serve(), "{typed:?}");
    }
}

#[test]
fn row_14_inline_code_takes_words_but_no_second_service() {
    let spec = spec(served(&["-l", "bash", "-e", "echo", "--", "a", "b"]));
    let words: Vec<_> = spec.start.ready().arguments.iter().collect();
    assert!(words.ends_with(&[b"a", b"b"]), "{words:?}");
    assert!(error(&["-l", "bash", "-e", "echo", "cat"]).is_invalid_setting());
    assert!(error(&["-e", "echo"]).is_unknown_language());
}

#[test]
fn row_15_zero_is_no_limit() {
    let timeouts = |typed: &[&str]| {
        let timeouts = spec(served(typed)).timeouts.clone();
        (timeouts.total, timeouts.first_byte, timeouts.silence)
    };
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    assert_eq!(timeouts(&["-t", "1000", "true"]), (seconds(1), None, None));
    assert_eq!(timeouts(&["-t", "0", "true"]), (None, None, None));
    assert_eq!(timeouts(&["--idle-timeout", "0", "true"]), (None, seconds(10), None));
    assert_eq!(
        timeouts(&["-t", "5m", "--first-byte-timeout", "2s", "true"]),
        (seconds(300), seconds(2), None)
    );
}

#[test]
fn row_18_row_59_details_are_for_who_works_on_it_on_loopback() {
    let terminal = || Surroundings { is_terminal: true, ..Surroundings::default() };
    let errors = |typed: &[&str], surroundings| spec(served_at(typed, surroundings).unwrap()).errors;
    assert_eq!(errors(&["true"], terminal()), Errors::ShowLocal);
    assert_eq!(errors(&["true"], Surroundings::default()), Errors::Hide);
    assert_eq!(errors(&["-w", "--", "true"], Surroundings::default()), Errors::ShowLocal);
    assert_eq!(errors(&["-h", "0.0.0.0", "true"], terminal()), Errors::Hide);
    assert_eq!(errors(&["--errors", "show", "-h", "0.0.0.0", "true"], terminal()), Errors::Show);
    assert_eq!(errors(&["--errors", "hide", "true"], terminal()), Errors::Hide);
    let port = Surroundings { port: Some("8080".into()), ..terminal() };
    assert_eq!(errors(&["true"], port), Errors::Hide);
    assert!(spec(served_at(&["true"], terminal()).unwrap()).buffering_hint);
}

#[test]
fn row_22_a_filter_takes_the_flags_of_a_service() {
    let spec = piped(&["pipe", "-t", "1s", "sort", "-r"]).builder.build().unwrap().spec().clone();
    assert_eq!((spec.name.as_str(), spec.timeouts.total), ("sort -r", Some(Duration::from_secs(1))));
    assert!(pipe(words(&["pipe", "-p", "1", "sort"])).is_err());
}

#[test]
fn row_23_environment_flags() {
    let spec = spec(served(&["--clear-env", "--env", "A=b=c", "--env", "D=", "true"]));
    let variables: Vec<_> = spec.start.ready().environment.iter().collect();
    assert_eq!(variables, [&b"A=b=c"[..], b"D=", b"STACK_CONTROL=/dev/fd/3"]);
    assert!(error(&["--env", "A", "true"]).is_invalid_setting());
}

#[test]
fn row_58_exit_codes_are_accepted_besides_zero() {
    assert_eq!(spec(served(&["--ok-exit", "0,1", "true"])).ok_exit, [0, 1]);
    assert_eq!(spec(served(&["--ok-exit", "3", "true"])).ok_exit, [0, 3]);
}
