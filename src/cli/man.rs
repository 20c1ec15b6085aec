//! `stack man`: the manual pages, from the definitions of the flags.

use std::{fs, io, path::Path, process::ExitCode};

use clap::Command;
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};

use crate::{
    cli::{args::ManArguments, definitions::whole_command, say},
    error::Error,
};

/// Prints the page of `stack`, or writes one of each command.
pub(super) fn man(arguments: &ManArguments) -> Result<ExitCode, Error> {
    let mut stack = whole_command().disable_help_subcommand(true);
    // Gives the subcommands the names of their pages.
    stack.build();
    match &arguments.folder {
        None => say::out(page(&stack)?.trim_end()),
        Some(folder) => {
            let failed = |error| Error::system(format!("cannot write into {}", folder.display()), error);
            let written = write_all(&stack, folder).map_err(failed)?;
            say::note(&format!("wrote {written} pages into {}", folder.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write_all(stack: &Command, folder: &Path) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    let commands = [stack].into_iter().chain(stack.get_subcommands());
    let mut written = 0;
    for command in commands {
        let name = Man::new(command.clone()).get_filename();
        fs::write(folder.join(name), page(command).map_err(io::Error::other)?)?;
        written += 1;
    }
    Ok(written)
}

fn page(command: &Command) -> Result<String, Error> {
    let mut page = Vec::new();
    // Memory takes all that is written to it.
    render(command, &mut page).map_err(|error| Error::system("cannot make the page", error))?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn render(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(command.clone()).manual("stack").source(concat!("stack ", env!("CARGO_PKG_VERSION")));
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    let mut rest = Roff::default();
    notes(command, &mut rest);
    see_also(command, &mut rest);
    rest.to_writer(page)
}

/// What the help ends with, line by line: its examples stand in columns.
fn notes(command: &Command, roff: &mut Roff) {
    let Some(notes) = command.get_after_help().map(ToString::to_string) else { return };
    let (title, lines) = match notes.strip_prefix("Examples:\n") {
        Some(examples) => ("EXAMPLES", examples),
        None => ("NOTES", notes.as_str()),
    };
    roff.control("SH", [title]).control("nf", []);
    lines.lines().for_each(|line| {
        roff.text([roman(line)]);
    });
    roff.control("fi", []);
}

fn see_also(command: &Command, roff: &mut Roff) {
    let pages: Vec<_> = match command.has_subcommands() {
        true => command.get_subcommands().map(|other| format!("stack-{}(1)", other.get_name())).collect(),
        false => vec!["stack(1)".to_owned()],
    };
    roff.control("SH", ["SEE ALSO"]).text([roman(pages.join(", "))]);
}
