//! `stack completions SHELL`: the options, for a shell to complete.

use std::{env, process::ExitCode};

use clap::{Arg, Command, builder::PossibleValuesParser};
use clap_complete::generate;

use crate::{
    cli::{args::CompletionsArguments, definitions::whole_command, say},
    error::Error,
};

/// Prints the script, for the name that the program was called by.
pub(super) fn completions(arguments: &CompletionsArguments) -> Result<ExitCode, Error> {
    let own = env::current_exe().ok();
    let name = own.as_deref().and_then(|own| own.file_name()?.to_str()).unwrap_or("stack");
    let mut script = Vec::new();
    generate(arguments.shell, &mut with_words(whole_command()), name, &mut script);
    say::out(String::from_utf8_lossy(&script).trim_end());
    Ok(ExitCode::SUCCESS)
}

/// Adds the two words that are no subcommand with options of its own.
fn with_words(stack: Command) -> Command {
    let names: Vec<_> = stack.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let about = Arg::new("about").value_parser(PossibleValuesParser::new(names));
    let help = Command::new("help").about("Prints help, of a subcommand too").arg(about);
    let version = Command::new("version").about("Prints the version");
    let plain = |command: Command| command.disable_help_flag(true).disable_version_flag(true);
    stack.disable_help_subcommand(true).subcommands([plain(help), plain(version)])
}
