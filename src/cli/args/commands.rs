//! What the small subcommands take.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser};

use super::{AboutFlags, LimitFlags, REQUEST, ServiceFlags};

const INVOKE: &str = "stack invoke [OPTIONS] FILE|NAME|URL [OPTIONS] [-- WORDS...]
       stack invoke [OPTIONS] -- PROGRAM [WORDS...]
       stack invoke [OPTIONS] -l LANGUAGE -e CODE [-- WORDS...]";

const INVOKE_NOTES: &str = "Examples:
  stack invoke ./echo.py -q foo=bar               one request, without a server
  stack invoke ./echo.py -d a=1 -d b=2            a form
  stack invoke ./echo.py -H 'Content-Type: application/json' -d '{\"a\":1}'
  tail -f log | stack invoke ./count.sh -d @-     standard input as it comes
  stack invoke http://127.0.0.1:3000/ -i          a server, with the head of its answer

A word with a slash, or that exists, is a file; http:// and https:// begin a URL; any other is the
name of a service of this folder.

The exit code is the service's own, and 1 when the request was refused or the answer broken off. Of
a URL it is 0 when the answer came whole with a status below 400, else 1. Redirects are not followed.
A URL takes the options of Request, and --timeout, --first-byte-timeout and --idle-timeout, of which
the last two are 30s there. SSL_CERT_FILE names a file of certificates that are trusted instead of
the system's.";

/// Lists the languages, and which of their interpreters are installed here
#[derive(Debug, Parser)]
#[command(name = "stack languages", version, override_usage = "stack languages [NAME] [--json]")]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(in crate::cli) struct LanguagesArguments {
    /// Only the language of this name
    pub(in crate::cli) name: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    about: AboutFlags,
}

/// Makes a folder with a first service of a language in it
#[derive(Debug, Parser)]
#[command(name = "stack new", version, override_usage = "stack new LANGUAGE [FOLDER]")]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(in crate::cli) struct NewArguments {
    /// The language, by a name that `stack languages` lists
    pub(in crate::cli) language: String,
    /// The folder to make
    #[arg(value_name = "FOLDER", default_value = "service")]
    pub(in crate::cli) name: PathBuf,
    #[command(flatten)]
    about: AboutFlags,
}

/// Writes a first service of a language into this folder
#[derive(Debug, Parser)]
#[command(name = "stack init", version, override_usage = "stack init LANGUAGE")]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(in crate::cli) struct InitArguments {
    /// The language, by a name that `stack languages` lists
    pub(in crate::cli) language: String,
    #[command(flatten)]
    about: AboutFlags,
}

/// Makes one request of a service, without a server, or of a URL
#[derive(Debug, Parser)]
#[command(name = "stack invoke", version, max_term_width = 100)]
#[command(override_usage = INVOKE, after_help = INVOKE_NOTES)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(in crate::cli) struct InvokeArguments {
    #[command(flatten)]
    pub(in crate::cli) request: RequestFlags,
    #[command(flatten)]
    pub(in crate::cli) service: ServiceFlags,
    #[command(flatten)]
    pub(in crate::cli) limits: LimitFlags,
    #[command(flatten)]
    about: AboutFlags,
}

/// What is asked.
#[derive(Args, Debug)]
#[command(next_help_heading = REQUEST)]
pub(in crate::cli) struct RequestFlags {
    /// The body: a text, the bytes of @FILE, or @- for standard input; several are joined by &, and
    /// without -H 'Content-Type: …' they are a form (application/x-www-form-urlencoded), as with curl
    #[arg(short, long, value_name = "DATA|@FILE", allow_hyphen_values = true)]
    pub(in crate::cli) data: Vec<OsString>,
    /// Add a parameter to the query, percent-encoded; may be repeated
    #[arg(short, long, value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub(in crate::cli) query: Vec<OsString>,
    /// Send a header, instead of a default one of this name; 'NAME:' sends none; may be repeated
    #[arg(short = 'H', long, value_name = "NAME: VALUE", allow_hyphen_values = true)]
    pub(in crate::cli) header: Vec<OsString>,
    /// The method [default: GET, or POST with data]
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    pub(in crate::cli) method: Option<String>,
    /// The path that a service is asked for [default: /]
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) path: Option<String>,
    /// Print the status line and the headers first
    #[arg(short, long)]
    pub(in crate::cli) include: bool,
}

/// Reads a folder or its stack.toml without serving it, and lists the routes
#[derive(Debug, Parser)]
#[command(name = "stack check", version, max_term_width = 100)]
#[command(override_usage = "stack check [FOLDER|FILE] [--explain SERVICE] [--json]")]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(in crate::cli) struct CheckArguments {
    /// The folder, or the file of a lone service
    #[arg(value_name = "FOLDER|FILE", default_value = ".")]
    pub(in crate::cli) target: PathBuf,
    /// Show what a request of this service would get, and where each setting comes from; a name or a route
    #[arg(long, value_name = "SERVICE")]
    pub(in crate::cli) explain: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    pub(in crate::cli) service: ServiceFlags,
    #[command(flatten)]
    pub(in crate::cli) limits: LimitFlags,
    #[command(flatten)]
    about: AboutFlags,
}

/// Prints an OpenAPI 3.1 document of the services
#[derive(Debug, Parser)]
#[command(name = "stack openapi", version, override_usage = "stack openapi [FOLDER|FILE] [--title TITLE]")]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(in crate::cli) struct OpenapiArguments {
    /// The folder, or the file of a lone service
    #[arg(value_name = "FOLDER|FILE", default_value = ".")]
    pub(in crate::cli) target: PathBuf,
    /// What the interface is called [default: the folder's name]
    #[arg(long, value_name = "TITLE")]
    pub(in crate::cli) title: Option<String>,
    #[command(flatten)]
    about: AboutFlags,
}

/// Looks for what is missing, slow or in the way on this machine, each with its remedy
#[derive(Debug, Parser)]
#[command(
    name = "stack doctor",
    version,
    override_usage = "stack doctor [--url URL] [--temp-dir FOLDER] [--json]"
)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(in crate::cli) struct DoctorArguments {
    /// A streaming service of yours: see whether a proxy in front of it holds its answers back
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) url: Option<String>,
    /// Where uploads are to be kept [default: the system's]
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) temp_dir: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    #[command(flatten)]
    about: AboutFlags,
}

/// Prints what a shell needs to complete the options
#[derive(Debug, Parser)]
#[command(name = "stack completions", version, override_usage = "stack completions SHELL")]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell that is to complete them
    #[arg(value_enum)]
    pub(in crate::cli) shell: clap_complete::Shell,
    #[command(flatten)]
    about: AboutFlags,
}

/// Prints the manual page, or writes all of them into a folder
#[derive(Debug, Parser)]
#[command(name = "stack man", version, override_usage = "stack man [FOLDER]")]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub(in crate::cli) struct ManArguments {
    /// A folder for the pages of all subcommands, made where it is missing
    pub(in crate::cli) folder: Option<PathBuf>,
    #[command(flatten)]
    about: AboutFlags,
}
