//! What was typed: where the options of `stack` end and the words of the script or program begin.
//!
//! The first word that is no option is a subcommand, else a path that exists, else a program. After a path
//! more options of ours may follow, and the script's own words come after `--`. After a program every word
//! is the program's. A word with a slash is always a path, and a `--` in front rules out a subcommand and
//! a file of the program's name. `stack invoke` runs no program without that `--`, so that its word is always
//! as a path is here; what it names is found out later.

use std::ffi::{OsStr, OsString};

use clap::Command;

use crate::error::{Error, ErrorKind};

/// The argument list, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    pub(super) subcommand: Option<Subcommand>,
    /// The options of `stack` and their values, from all places, for clap to read.
    pub(super) options: Vec<OsString>,
    pub(super) target: Target,
}

/// The first word, when it is one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subcommand {
    Help,
    Version,
    Pipe,
    Languages,
    New,
    Init,
    Invoke,
    Check,
    Openapi,
    Doctor,
    Completions,
    Man,
}

/// What is to be run, with its own words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Target {
    #[default]
    None,
    /// After `invoke` it may be a name or a URL as well.
    File {
        path: OsString,
        words: Vec<OsString>,
    },
    Program(Vec<OsString>),
    /// Words after a `--` with nothing in front of it: a program's, or the own words of inline code.
    After(Vec<OsString>),
}

/// Which options take a value.
#[derive(Debug)]
pub(super) struct Grammar {
    shorts: Vec<(char, Takes)>,
    longs: Vec<(String, Takes)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Nothing,
    /// The next word, unless it begins with a hyphen.
    Value,
    /// The next word, whatever it is.
    AnyValue,
    /// The next word, only when it is `true` or `false`.
    Truth,
}

impl Grammar {
    /// Reads the options of that command, so that they are listed in one place only.
    pub(super) fn of(mut command: Command) -> Self {
        command.build();
        let mut grammar = Self { shorts: Vec::new(), longs: Vec::new() };
        for argument in command.get_arguments() {
            let takes = match argument {
                argument if !argument.get_action().takes_values() => Takes::Nothing,
                argument if argument.is_require_equals_set() => Takes::Truth,
                argument if argument.is_allow_hyphen_values_set() => Takes::AnyValue,
                _ => Takes::Value,
            };
            let shorts = argument.get_short_and_visible_aliases().unwrap_or_default();
            grammar.shorts.extend(shorts.into_iter().map(|short| (short, takes)));
            let longs = argument.get_long_and_visible_aliases().unwrap_or_default();
            grammar.longs.extend(longs.into_iter().map(|long| (long.to_owned(), takes)));
        }
        grammar
    }

    /// Knows others after its own, so that what is no option here is still told apart from its value.
    fn add(&mut self, others: Self) {
        self.shorts.extend(others.shorts);
        self.longs.extend(others.longs);
    }

    /// What an option takes; one that we do not know takes nothing, and clap will say so.
    fn short(&self, short: char) -> Takes {
        self.shorts.iter().find(|(name, _)| *name == short).map_or(Takes::Nothing, |(_, takes)| *takes)
    }

    fn long(&self, long: &str) -> Takes {
        self.longs.iter().find(|(name, _)| name == long).map_or(Takes::Nothing, |(_, takes)| *takes)
    }
}

impl Subcommand {
    /// Whether a target with its own words comes after it.
    fn has_target(self) -> bool {
        matches!(self, Self::Pipe | Self::Invoke)
    }

    fn named(word: &OsStr) -> Option<Self> {
        match word.to_str()? {
            "help" => Some(Self::Help),
            "version" => Some(Self::Version),
            "pipe" => Some(Self::Pipe),
            "languages" => Some(Self::Languages),
            "new" => Some(Self::New),
            "init" => Some(Self::Init),
            "invoke" => Some(Self::Invoke),
            "check" => Some(Self::Check),
            "openapi" => Some(Self::Openapi),
            "doctor" => Some(Self::Doctor),
            "completions" => Some(Self::Completions),
            "man" => Some(Self::Man),
            _ => None,
        }
    }
}

/// Takes the argument list apart; `grammar` gives the options of a subcommand and those that stand before any,
/// and `is_path` says whether a word is a path that exists.
pub(super) fn split(
    words: impl IntoIterator<Item = OsString>,
    grammar: impl Fn(Option<Subcommand>) -> Grammar,
    is_path: impl Fn(&OsStr) -> bool,
) -> Result<Words, Error> {
    let mut reader =
        Reader { words: words.into_iter().collect(), grammar: grammar(None), options: Vec::new() };
    reader.words.reverse();
    let (mut subcommand, mut file) = (None, None);
    while let Some(word) = reader.words.pop() {
        if word == "--" {
            let words = reader.rest();
            let target = match file {
                Some(path) => Target::File { path, words },
                None => Target::After(words),
            };
            return Ok(Words { subcommand, options: reader.options, target });
        }
        if is_option(&word) {
            reader.option(word);
        } else if let Some(file) = &file {
            return Err(stray(&word, file, subcommand));
        } else if let (None, Some(named)) = (subcommand, Subcommand::named(&word)) {
            subcommand = Some(named);
            if named.has_target() {
                let general = std::mem::replace(&mut reader.grammar, grammar(subcommand));
                reader.grammar.add(general);
            } else {
                let words = reader.rest();
                reader.options.extend(words);
            }
        } else if subcommand == Some(Subcommand::Invoke) || has_slash(&word) || is_path(&word) {
            file = Some(word);
        } else {
            let words = [word].into_iter().chain(reader.rest()).collect();
            return Ok(Words { subcommand, options: reader.options, target: Target::Program(words) });
        }
    }
    let target = file.map_or(Target::None, |path| Target::File { path, words: Vec::new() });
    Ok(Words { subcommand, options: reader.options, target })
}

/// The words that are left, last first, and the options that were read.
struct Reader {
    words: Vec<OsString>,
    grammar: Grammar,
    options: Vec<OsString>,
}

impl Reader {
    fn rest(&mut self) -> Vec<OsString> {
        self.words.drain(..).rev().collect()
    }

    fn option(&mut self, word: OsString) {
        let Some(text) = word.to_str() else { return self.options.push(word) };
        match text.strip_prefix("--") {
            Some(long) if long.contains('=') => self.options.push(word),
            Some(long) => {
                let takes = self.grammar.long(long);
                self.with_value(format!("--{long}"), takes);
            }
            None => {
                let shorts = text[1..].to_owned();
                self.shorts(&shorts);
            }
        }
    }

    /// Takes a cluster such as `-qw` apart, up to the first that has its value attached.
    fn shorts(&mut self, shorts: &str) {
        for (at, short) in shorts.char_indices() {
            let attached = &shorts[at + short.len_utf8()..];
            let takes = self.grammar.short(short);
            let has_value = matches!(takes, Takes::Value | Takes::AnyValue) && !attached.is_empty();
            if has_value || attached.starts_with('=') {
                return self.options.push(format!("-{short}{attached}").into());
            }
            self.with_value(format!("-{short}"), takes);
        }
    }

    fn with_value(&mut self, option: String, takes: Takes) {
        let next = self.words.last().map(OsString::as_os_str);
        if option == "-h" && next.is_none_or(|next| next == "--") {
            // The host's flag with nothing after it can only be somebody who looks for help.
            return self.options.push("--help".into());
        }
        let takes_next = next.is_some_and(|next| match takes {
            Takes::Nothing => false,
            Takes::Value => !is_option(next) && next != "--",
            Takes::AnyValue => true,
            Takes::Truth => next == "true" || next == "false",
        });
        let value = if takes_next { self.words.pop() } else { None };
        match (takes, value) {
            (Takes::Truth, Some(value)) => {
                let mut joined = OsString::from(option);
                joined.push("=");
                joined.push(value);
                self.options.push(joined);
            }
            (_, value) => self.options.extend([option.into()].into_iter().chain(value)),
        }
    }
}

/// Whether the word is an option: a hyphen alone is a word.
fn is_option(word: &OsStr) -> bool {
    matches!(word.as_encoded_bytes(), [b'-', _, ..]) && word != "--"
}

/// Whether the word can only be a path.
pub(super) fn has_slash(word: &OsStr) -> bool {
    word.as_encoded_bytes().contains(&b'/')
}

fn stray(word: &OsStr, file: &OsStr, subcommand: Option<Subcommand>) -> Error {
    let (word, file) = (word.display(), file.display());
    let stack = match subcommand {
        Some(Subcommand::Pipe) => "stack pipe",
        Some(Subcommand::Invoke) => "stack invoke",
        _ => "stack",
    };
    let message = format!("{word} after {file} is no option of {stack}");
    let remedy = format!("the script's own words come after --, as in: {stack} {file} -- {word}");
    Error::new(ErrorKind::InvalidSetting, message).remedy(remedy)
}

#[cfg(test)]
mod tests;
