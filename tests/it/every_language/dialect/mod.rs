//! A language of the suite: where its services are, what they need, and what it cannot have.

mod table;

use std::{env, path::Path, time::Duration};

pub(crate) use self::table::DIALECTS;
use crate::harness::{
    Builder, PROJECT, Process, Server, eventually, holds_for, interpreter, notice, optional_interpreter,
    required, succeeds,
};

/// One language as the checks see it.
#[derive(Debug)]
pub(crate) struct Dialect {
    /// Its name in the table.
    pub(crate) name: &'static str,
    /// The language whose services it runs, if they are not its own.
    shares: Option<&'static str>,
    /// As its examples call it.
    pub(super) title: &'static str,
    /// The extension of its services.
    pub(crate) extension: &'static str,
    /// What its services are run or built with.
    program: &'static str,
    need: Need,
    /// Arguments that name the language, where the extension belongs to another.
    flags: &'static [&'static str],
    /// Whether it has the examples of the first shelf.
    pub(super) first_shelf: bool,
    /// Of what its compilers say of the case `broken` one is a part.
    pub(super) syntax_errors: &'static [&'static str],
    /// The cases and the points that it cannot have, and why.
    exceptions: &'static [(&'static str, &'static str)],
}

/// How it is told whether a language is here.
#[derive(Debug)]
enum Need {
    /// The program is on the PATH; where nothing may be skipped it has to be.
    OnPath,
    /// The same where only a command can tell.
    Success(&'static [&'static str]),
    /// It runs, and is more than the shim of a version manager; nobody has to have it.
    Optional,
}

/// The services that every language has in `tests/services/LANGUAGE`.
pub(crate) const CASES: &[&str] = &[
    "parameter",
    "dump",
    "names",
    "nested",
    "request",
    "environment",
    "hostile_environment",
    "status",
    "write_head",
    "json",
    "end",
    "log",
    "body",
    "form",
    "lines",
    "half_seconds",
    "large",
    "upload",
    "throws",
    "throws_late",
    "broken",
    "exits",
    "empty",
    "sleeps",
    "fresh",
];

/// What a language may be without although it has the case.
const POINTS: &[&str] = &[BINARY, EMPTY_NAME, GREETING, NUL, PLACE, SYNTAX_PLACE];
/// Bytes that are no text, in a body.
pub(super) const BINARY: &str = "binary bodies";
/// A parameter without a name.
pub(super) const EMPTY_NAME: &str = "an empty name";
/// The first line of the echo example.
pub(super) const GREETING: &str = "the greeting of the echo example";
/// A NUL in a text.
pub(super) const NUL: &str = "NUL in texts";
/// The file and the line of an uncaught error.
pub(super) const PLACE: &str = "the place of an error";
/// The file and the line of a syntax error.
pub(super) const SYNTAX_PLACE: &str = "the place of a syntax error";

/// Languages in which nothing can be started ahead, and those that fork.
const NOT_AHEAD: &[&str] = &["lua", "go", "c", "rust", "ocaml", "java", "awk"];
const FORKING: &[&str] = &["python", "ruby", "php", "perl", "r", "scheme"];
const FORK: &str = "fork";

/// What has slept for so long has loaded all that it will load.
const CALM: Duration = Duration::from_millis(30);

impl Dialect {
    /// The language that a module of the suite is named after.
    pub(super) fn named(module: &str) -> &'static Self {
        let name = module.replace('_', "-");
        DIALECTS
            .iter()
            .find(|dialect| dialect.name == name)
            .unwrap_or_else(|| panic!("no language is {name}"))
    }

    /// The folder of its services in `tests/services`.
    pub(crate) fn folder(&self) -> &'static str {
        self.shares.unwrap_or(self.name)
    }

    /// Where a case of this language stands, below the project.
    pub(crate) fn path(&self, case: &str) -> String {
        format!("tests/services/{}/{case}.{}", self.folder(), self.extension)
    }

    /// Why it has no such case or point; none where it has it.
    pub(crate) fn exception(&self, what: &str) -> Option<&'static str> {
        self.exceptions.iter().find(|(known, _)| *known == what).map(|(_, why)| *why)
    }

    pub(super) fn has(&self, what: &str) -> bool {
        self.exception(what).is_none()
    }

    /// Whether files of its extension are its own without a flag.
    pub(crate) fn owns_its_extension(&self) -> bool {
        self.flags.is_empty()
    }

    /// Whether its program is here.
    pub(super) fn is_here(&self) -> bool {
        match self.need {
            Need::OnPath => interpreter(self.program),
            Need::Success(probe) => required(self.program, succeeds(probe)),
            Need::Optional => optional_interpreter(self.program),
        }
    }

    /// Serves a case with details of failures shown; none where it cannot be, which is said.
    pub(super) fn serve(&self, case: &str) -> Option<Server> {
        self.serve_with(case, |builder| builder)
    }

    /// The same with a hand on how the server is started.
    pub(super) fn serve_with(&self, case: &str, adjust: impl FnOnce(Builder) -> Builder) -> Option<Server> {
        assert!(CASES.contains(&case), "no case is called {case}");
        if let Some(why) = self.exception(case) {
            notice(&format!("not run: {} has no {case}: {why}", self.name));
            return None;
        }
        self.is_here().then(|| self.start(&self.path(case), adjust))
    }

    /// Serves a file of this language, which must be there.
    pub(super) fn start(&self, path: &str, adjust: impl FnOnce(Builder) -> Builder) -> Server {
        assert!(Path::new(PROJECT).join(path).is_file(), "{path} is missing");
        let builder = Server::builder().arguments(&["--errors", "show", "--timeout", "60s"]);
        let server = adjust(builder).arguments(self.flags).arguments(&[path]).start();
        // What cannot be compiled never waits for a request.
        if !path.contains("/broken.") {
            self.waiting(&server);
        }
        server
    }

    /// The processes that wait for a request: where this language has some in this run, at least one.
    pub(super) fn waiting(&self, server: &Server) -> Vec<Process> {
        let Some(way) = self.way() else { return Vec::new() };
        let enough = if way == FORK { 2 } else { 1 };
        eventually("a process waits for a request", || {
            let services = server.services();
            let wait = || {
                let now = server.services();
                now.len() == services.len() && now.iter().all(|process| process.state == 'S')
            };
            (services.len() >= enough && holds_for(CALM, wait)).then_some(services)
        })
    }

    /// How the processes of this run come to wait for their requests, as `Server-Timing` has it: by `TEST_WARM`, where
    /// the language can.
    pub(super) fn way(&self) -> Option<&'static str> {
        match env::var("TEST_WARM").as_deref() {
            Err(_) | Ok("off") => None,
            Ok(_) if NOT_AHEAD.contains(&self.name) => None,
            Ok(FORK) if FORKING.contains(&self.name) => Some(FORK),
            Ok(_) => Some("spare"),
        }
    }
}

#[test]
fn exceptions_are_of_cases_and_points() {
    for dialect in DIALECTS {
        for (what, why) in dialect.exceptions {
            assert!(CASES.contains(what) || POINTS.contains(what), "{}: what is {what}?", dialect.name);
            assert!(!why.is_empty(), "{}: why is there no {what}?", dialect.name);
        }
    }
}
