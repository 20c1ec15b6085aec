//! All commands as one tree, for completions and manual pages: the definitions that are read, and what `words`
//! takes out before, put back: the file or program and its words.

use clap::{
    Arg, Command, CommandFactory, ValueHint,
    builder::{PossibleValue, PossibleValuesParser},
};

use crate::{
    cli::args::{
        CheckArguments, CompletionsArguments, DoctorArguments, InitArguments, InvokeArguments,
        LanguagesArguments, ManArguments, NewArguments, OpenapiArguments, PipeArguments, ServeArguments,
    },
    service::{LANGUAGES, Language},
};

/// Every subcommand, as its arguments define it.
fn subcommands() -> [Command; 10] {
    [
        PipeArguments::command(),
        InvokeArguments::command(),
        CheckArguments::command(),
        OpenapiArguments::command(),
        LanguagesArguments::command(),
        NewArguments::command(),
        InitArguments::command(),
        DoctorArguments::command(),
        CompletionsArguments::command(),
        ManArguments::command(),
    ]
}

/// The definition of that subcommand; that of `stack` itself where there is none of the name.
pub(super) fn command(name: Option<&str>) -> Command {
    let named = subcommands().into_iter().find(|command| Some(short_name(command)) == name);
    named.unwrap_or_else(ServeArguments::command)
}

/// `stack` with its subcommands.
pub(super) fn whole_command() -> Command {
    let stack = with_values(with_target(ServeArguments::command(), "FILE|PROGRAM"));
    subcommands().into_iter().fold(stack, |stack, command| {
        let name = short_name(&command).to_owned();
        let command = match name.as_str() {
            "pipe" => with_target(command, "FILE|PROGRAM"),
            "invoke" => with_target(command, "FILE|NAME|URL"),
            _ => command,
        };
        stack.subcommand(with_values(command).name(name))
    })
}

/// Without the `stack` before it, which stands there for the words of errors.
fn short_name(command: &Command) -> &str {
    command.get_name().rsplit(' ').next().unwrap_or_default()
}

fn with_target(command: Command, name: &'static str) -> Command {
    let target = Arg::new("target").value_name(name).value_hint(ValueHint::AnyPath);
    let words = Arg::new("words").value_name("WORDS").num_args(0..).last(true).value_hint(ValueHint::AnyPath);
    command
        .next_help_heading("Arguments")
        .arg(target.help("What is run; an option of stack may follow a file"))
        .arg(words.help("The words of the file or program itself"))
}

/// Says of each value what it may be, where its name tells.
fn with_values(command: Command) -> Command {
    let is_new = ["new", "init"].contains(&short_name(&command));
    let lists_languages = short_name(&command) == "languages";
    command.mut_args(|argument| {
        let value = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
        match (argument.get_id().as_str(), value.as_deref()) {
            ("language", _) if is_new => one_of(argument, |language| language.starter.is_some()),
            ("language", _) => one_of(argument, |_| true),
            ("name", _) if lists_languages => one_of(argument, |_| true),
            (_, Some("FOLDER")) => argument.value_hint(ValueHint::DirPath),
            (_, Some("FILE")) => argument.value_hint(ValueHint::FilePath),
            (_, Some("URL")) => argument.value_hint(ValueHint::Url),
            _ => argument,
        }
    })
}

/// One of the languages, by its first name.
fn one_of(argument: Arg, is_wanted: fn(&Language) -> bool) -> Arg {
    let names = LANGUAGES.iter().filter(|language| is_wanted(language)).map(|language| language.name);
    argument
        .value_parser(PossibleValuesParser::new(names.map(PossibleValue::new)))
        // A page is long enough without them; `stack languages` lists them.
        .hide_possible_values(true)
}

#[cfg(test)]
mod tests {
    use super::{command, whole_command};

    #[test]
    fn the_tree_holds_and_has_every_subcommand() {
        whole_command().debug_assert();
        let tree = whole_command();
        let names: Vec<_> = tree.get_subcommands().map(clap::Command::get_name).collect();
        assert!(names.contains(&"pipe") && names.contains(&"doctor"), "{names:?}");
        for name in names {
            assert_eq!(command(Some(name)).get_name(), format!("stack {name}"));
        }
        assert_eq!(command(Some("nonsense")).get_name(), "stack");
        assert_eq!(command(None).get_name(), "stack");
    }
}
