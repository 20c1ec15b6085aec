//! The flags: names, values and help, in groups. What they mean together is `config`'s matter.

mod commands;

use std::{ffi::OsStr, path::PathBuf, time::Duration};

use clap::{
    ArgAction, Args, Command, CommandFactory, FromArgMatches, Parser, ValueEnum, builder::BoolishValueParser,
};

pub(super) use self::commands::{
    CheckArguments, CompletionsArguments, DoctorArguments, InitArguments, InvokeArguments,
    LanguagesArguments, ManArguments, NewArguments, OpenapiArguments, RequestFlags,
};
use crate::config::{
    Mode, Warm, mode,
    units::{duration, port, size},
};

const USAGE: &str = "stack [OPTIONS] FILE|FOLDER [OPTIONS] [-- WORDS...]
       stack [OPTIONS] PROGRAM [WORDS...]
       stack [OPTIONS] -l LANGUAGE -e CODE [-- WORDS...]
       stack pipe [OPTIONS] FILE [OPTIONS] [-- WORDS...]
       stack invoke [OPTIONS] FILE|NAME|URL [OPTIONS] [-- WORDS...]
       stack check [FOLDER|FILE] [--explain SERVICE] [--json]
       stack openapi [FOLDER|FILE] | stack languages [NAME] | stack doctor [--url URL]
       stack new LANGUAGE [FOLDER] | stack init LANGUAGE
       stack completions SHELL | stack man [FOLDER] | stack help | stack version";

/// The heading of the options that say what is asked. They are of one request, so that none has a name in the
/// environment, where a service has variables like `STACK_REQUEST`.
const REQUEST: &str = "Request";

const EXAMPLES: &str = "Examples:
  stack ./echo.py                       serve a script on http://127.0.0.1:3000
  curl 'http://127.0.0.1:3000/?foo=bar'
  stack ./echo.py -p 8080 -w            on another port, with errors shown
  stack ./services                      every script of a folder under its path
  stack sort -r                         serve any program: its input is the request's body
  stack -- sh -c 'date; cat'            every word after -- is the program's
  stack -l bash -e 'echo \"hello $hook_params_name\"'
  echo hi | stack pipe ./transform.js   one run as a filter, without a server
  stack invoke ./echo.py -q foo=bar     one request, without a server

Every option has a name in the environment: --timeout is STACK_TIMEOUT, --max-body is STACK_MAX_BODY.
Times are milliseconds or as in 30s and 5m; sizes are bytes or as in 512K and 10M.";

/// Serves a script, or any program, over HTTP: a fresh process for every request, streaming both ways
#[derive(Debug, Parser)]
#[command(name = "stack", version, override_usage = USAGE, after_help = EXAMPLES, max_term_width = 100)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(super) struct ServeArguments {
    #[command(flatten)]
    pub(super) service: ServiceFlags,
    #[command(flatten)]
    pub(super) server: ServerFlags,
    #[command(flatten)]
    pub(super) limits: LimitFlags,
    #[command(flatten)]
    pub(super) output: OutputFlags,
    #[command(flatten)]
    about: AboutFlags,
}

/// Runs a service once as a filter: standard input is the request, standard output the answer
#[derive(Debug, Parser)]
#[command(name = "stack pipe", version, max_term_width = 100)]
#[command(override_usage = "stack pipe [OPTIONS] FILE|PROGRAM [OPTIONS] [-- WORDS...]")]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(super) struct PipeArguments {
    #[command(flatten)]
    pub(super) service: ServiceFlags,
    #[command(flatten)]
    pub(super) limits: LimitFlags,
    #[command(flatten)]
    about: AboutFlags,
}

/// What is served and what it is given.
#[derive(Args, Debug)]
#[command(next_help_heading = "Service")]
pub(super) struct ServiceFlags {
    /// The script's language; otherwise its extension or first line tells
    #[arg(short, long, value_name = "NAME")]
    pub(super) language: Option<String>,
    /// Serve this source text instead of a file
    #[arg(short, long, value_name = "CODE", allow_hyphen_values = true)]
    pub(super) eval: Option<String>,
    /// The interpreter: a path, or a name on the PATH
    #[arg(long, value_name = "PATH")]
    pub(super) interpreter: Option<PathBuf>,
    /// Set an environment variable of the service; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) env: Vec<String>,
    /// Set the variables of a file of NAME=VALUE lines; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Vec<PathBuf>,
    /// Pass on nothing of the server's own environment
    #[arg(long)]
    pub(super) clear_env: bool,
    /// Run a CGI program: its output begins with a header block
    #[arg(long)]
    pub(super) cgi: bool,
    /// Parse forms and JSON bodies for a program too
    #[arg(long, conflicts_with = "raw")]
    pub(super) parse: bool,
    /// Parse no body, for a script either
    #[arg(long)]
    pub(super) raw: bool,
    /// Give a program the request document on descriptor 4
    #[arg(long)]
    pub(super) document: bool,
    /// The Content-Type of answers that name none
    #[arg(long, value_name = "TYPE")]
    pub(super) content_type: Option<String>,
    /// Exit codes that mean success besides 0
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    pub(super) ok_exit: Vec<u8>,
}

/// Where it is served, and to how many.
#[derive(Args, Debug)]
#[command(next_help_heading = "Server")]
pub(super) struct ServerFlags {
    /// Listen on this address [default: 127.0.0.1]
    #[arg(short = 'h', long)]
    pub(super) host: Option<String>,
    /// Listen on this port, 0 for any [default: the first free one from 3000]
    #[arg(short, long, value_name = "PORT", value_parser = port)]
    pub(super) port: Option<u16>,
    /// Develop: every edit counts at the next request, and errors are shown
    #[arg(short, long, value_name = "true|false", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", value_parser = BoolishValueParser::new(), hide_possible_values = true)]
    pub(super) watch: Option<bool>,
    /// Start processes before their requests: auto (in languages that start slowly, except with --watch), off,
    /// spare[=N] for at most N at once, or fork [default: auto, 8 of them]
    #[arg(long, value_name = "MODE", value_parser = mode)]
    pub(super) warm: Option<Mode>,
    /// Modules that these processes load besides those that the script names
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub(super) preload: Vec<String>,
    /// The memory that these processes may take together [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(super) warm_memory: Option<u64>,
    /// Processes that live at once [default: 256]
    #[arg(long, value_name = "N")]
    pub(super) max_processes: Option<usize>,
    /// Requests that wait for a process [default: 256]
    #[arg(long, value_name = "N")]
    pub(super) queue: Option<usize>,
    /// How long a request waits for a process [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) queue_timeout: Option<Duration>,
    /// How long running requests may take to finish once the server ends [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) drain_timeout: Option<Duration>,
    /// Answer clients that closed their sending half, instead of taking them for gone
    #[arg(long)]
    pub(super) half_close: bool,
    /// Send the files of this folder where no service answers
    #[arg(long = "static", value_name = "FOLDER")]
    pub(super) pages: Option<PathBuf>,
    /// Let pages of these origins read the answers, * for all; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    pub(super) cors: Vec<String>,
}

/// How long and how large a request may be.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitFlags {
    /// The whole request, 0 for no limit of time [default: see the next two]
    #[arg(short, long, value_name = "TIME", value_parser = duration)]
    pub(super) timeout: Option<Duration>,
    /// Until the first byte of the answer, 0 for no limit [default: 10s, none with --timeout]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) first_byte_timeout: Option<Duration>,
    /// Without a byte in either direction, 0 for no limit [default: 10s, none with --timeout]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) idle_timeout: Option<Duration>,
    /// Between SIGTERM and SIGKILL [default: 250ms]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) kill_grace: Option<Duration>,
    /// A body that is parsed [default: 10M]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(super) max_body: Option<u64>,
    /// All files of one upload [default: 1G]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(super) max_upload: Option<u64>,
    /// All parsed bodies together [default: 256M]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(super) max_buffered: Option<u64>,
    /// Where uploads are kept while their request runs [default: the system's]
    #[arg(long, value_name = "FOLDER")]
    pub(super) temp_dir: Option<PathBuf>,
}

impl ServerFlags {
    /// What is started ahead, where something was said of it.
    pub(super) fn warm(&self) -> Option<Warm> {
        let preload = (!self.preload.is_empty()).then(|| self.preload.clone());
        (self.warm.is_some() || preload.is_some()).then_some(Warm { mode: self.warm, preload })
    }
}

/// What is told to whom.
#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputFlags {
    /// Show what a failing service wrote: to clients on this machine while it is worked on, or always [default: auto]
    #[arg(long, value_name = "WHEN", value_enum)]
    pub(super) errors: Option<Errors>,
    /// Write no line for every request
    #[arg(short, long)]
    pub(super) quiet: bool,
}

/// What ends at once.
#[derive(Args, Debug)]
#[command(next_help_heading = "About")]
struct AboutFlags {
    /// Print this help; -h with nothing after it does too
    #[arg(long, action = ArgAction::HelpShort)]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'v', visible_short_alias = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

/// When details of a failure are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Errors {
    /// From a terminal or with --watch, to clients on this machine, on loopback
    Auto,
    /// To everybody
    Show,
    /// To nobody
    Hide,
}

/// Reads the options with those from the environment.
pub(super) fn read<A: CommandFactory + FromArgMatches>(
    options: Vec<std::ffi::OsString>,
) -> Result<A, clap::Error> {
    let words = [OsStr::new("stack").to_owned()].into_iter().chain(options);
    A::from_arg_matches(&with_environment(A::command()).try_get_matches_from(words)?)
}

/// Gives every option its name in the environment; an empty variable counts as none.
fn with_environment(command: Command) -> Command {
    command.mut_args(|argument| {
        let argument = match argument.get_action() {
            ArgAction::SetTrue => argument.value_parser(BoolishValueParser::new()),
            _ => argument,
        };
        if argument.get_help_heading() == Some(REQUEST) {
            return argument;
        }
        let Some(name) = argument.get_long().and_then(variable) else { return argument };
        match std::env::var_os(&name).is_some_and(|value| !value.is_empty()) {
            true => argument.env(name).hide_env(true),
            false => argument,
        }
    })
}

/// The name in the environment of that option; what ends at once has none.
fn variable(long: &str) -> Option<String> {
    let named = !matches!(long, "help" | "version" | "json" | "explain");
    named.then(|| format!("STACK_{}", long.replace('-', "_").to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, time::Duration};

    use clap::CommandFactory;

    use super::{
        Errors, InitArguments, InvokeArguments, LanguagesArguments, NewArguments, PipeArguments,
        ServeArguments, read, variable,
    };

    fn serve(words: &[&str]) -> Result<ServeArguments, clap::Error> {
        read(words.iter().map(OsString::from).collect())
    }

    #[test]
    fn the_definitions_hold() {
        ServeArguments::command().debug_assert();
        PipeArguments::command().debug_assert();
        InvokeArguments::command().debug_assert();
        LanguagesArguments::command().debug_assert();
        NewArguments::command().debug_assert();
        InitArguments::command().debug_assert();
    }

    #[test]
    fn row_01_the_help_shows_every_flag_in_groups_with_examples() {
        let help = ServeArguments::command().render_help().to_string();
        let flags =
            ["-t, --timeout", "-h, --host", "-p, --port", "-l, --language", "-w, --watch", "-v, --version"];
        for text in flags.into_iter().chain(["Service:", "Server:", "Limits:", "Output:", "Examples:"]) {
            assert!(help.contains(text), "{text} is not in:\n{help}");
        }
    }

    #[test]
    fn the_documented_flags_are_read() {
        let read = serve(&["-t", "30s", "-w=false", "--ok-exit", "0,1", "--errors", "show", "-q"]).unwrap();
        assert_eq!(read.limits.timeout, Some(Duration::from_secs(30)));
        assert_eq!(read.server.watch, Some(false));
        assert_eq!(read.service.ok_exit, [0, 1]);
        assert_eq!(read.output.errors, Some(Errors::Show));
        assert!(read.output.quiet);
        assert_eq!(serve(&["-w"]).unwrap().server.watch, Some(true));
        assert_eq!(serve(&[]).unwrap().server.watch, None);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let wrong: [&[&str]; 6] =
            [&["-t", "x"], &["-p", "65536"], &["--raw", "--parse"], &["--nope"], &["word"], &["-h"]];
        for words in wrong {
            assert_eq!(serve(words).unwrap_err().exit_code(), 2, "{words:?}");
        }
        assert_eq!(serve(&["--version"]).unwrap_err().exit_code(), 0);
    }

    #[test]
    fn options_have_names_in_the_environment() {
        assert_eq!(variable("max-body").as_deref(), Some("STACK_MAX_BODY"));
        assert_eq!(variable("help"), None);
    }
}
