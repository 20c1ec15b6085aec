//! Variables that every start of an interpreter pays for. Whether they do is measured, since it differs with the
//! interpreter's version.

use std::{
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::finding::{Finding, Group};
use crate::{find::Installed, process::probe};

/// A variable, the language whose interpreter reads it, and words that make that print something at once.
struct Suspect {
    variable: &'static str,
    /// None for what every program pays for.
    language: Option<&'static str>,
    words: &'static [&'static str],
}

const NODE: &[&str] = &["-p", "1"];
const PYTHON: &[&str] = &["-c", "print(1)"];
const SUSPECTS: &[Suspect] = &[
    Suspect { variable: "NODE_EXTRA_CA_CERTS", language: Some("javascript"), words: NODE },
    Suspect { variable: "NODE_OPTIONS", language: Some("javascript"), words: NODE },
    Suspect { variable: "PYTHONPATH", language: Some("python"), words: PYTHON },
    Suspect { variable: "PYTHONDEVMODE", language: Some("python"), words: PYTHON },
    Suspect { variable: "RUBYOPT", language: Some("ruby"), words: &["-e", "puts 1"] },
    Suspect { variable: "PERL5OPT", language: Some("perl"), words: &["-e", "print 1"] },
    Suspect { variable: "LD_PRELOAD", language: None, words: &["--version"] },
];

/// Each is started so often with the variable and without, and the fastest start of each counts.
const ROUNDS: usize = 5;
/// What is a difference: a quarter, and more than a clock's noise.
const FACTOR: f64 = 1.25;
const NOISE: Duration = Duration::from_micros(500);

/// One finding for every such variable that is set and whose interpreter is here.
pub(super) fn findings(installed: &[Installed]) -> Vec<Finding> {
    SUSPECTS.iter().filter_map(|suspect| suspect.examine(installed)).collect()
}

/// The fastest start, and what was printed.
struct Starts {
    fastest: Duration,
    printed: Vec<u8>,
}

impl Suspect {
    fn examine(&self, installed: &[Installed]) -> Option<Finding> {
        env::var_os(self.variable).filter(|value| !value.is_empty())?;
        let program = self.program(installed)?;
        let (with, without) = self.measure(&program).ok()?;
        Some(self.judge(&name_of(&program), &with, &without))
    }

    fn program(&self, installed: &[Installed]) -> Option<PathBuf> {
        match self.language {
            None => env::current_exe().ok(),
            Some(name) => {
                installed.iter().find(|installed| installed.language.name == name)?.interpreter.clone()
            }
        }
    }

    /// In turn, so that a load that comes or goes slows both.
    fn measure(&self, program: &Path) -> io::Result<(Starts, Starts)> {
        let unset = [(OsString::from(self.variable), OsString::new())];
        let mut with = start(program, self.words, &[])?;
        let mut without = start(program, self.words, &unset)?;
        for _ in 1..ROUNDS {
            with.fastest = with.fastest.min(start(program, self.words, &[])?.fastest);
            without.fastest = without.fastest.min(start(program, self.words, &unset)?.fastest);
        }
        Ok((with, without))
    }

    fn judge(&self, program: &str, with: &Starts, without: &Starts) -> Finding {
        let variable = self.variable;
        let finding = |seen: String| Finding::new(Group::Environment, variable, seen);
        let remedy = format!("unset it where it is not needed, or for one service: --env {variable}=");
        if with.printed != without.printed {
            return finding(format!("{program} does not start with it as it does without")).problem(remedy);
        }
        let times =
            format!("{program} starts in {:.1?} with it, in {:.1?} without", with.fastest, without.fastest);
        let slows = with.fastest > without.fastest.mul_f64(FACTOR) && with.fastest - without.fastest > NOISE;
        if slows { finding(times).advice(remedy) } else { finding(times) }
    }
}

fn start(program: &Path, words: &[&str], variables: &[(OsString, OsString)]) -> io::Result<Starts> {
    let begun = Instant::now();
    let printed = probe(program, words, (Path::new("/"), variables))?;
    Ok(Starts { fastest: begun.elapsed(), printed })
}

fn name_of(program: &Path) -> String {
    program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{super::finding::Level, SUSPECTS, Starts};

    fn level(with: (u64, &str), without: (u64, &str)) -> Level {
        let starts = |(micros, printed): (u64, &str)| Starts {
            fastest: Duration::from_micros(micros),
            printed: printed.into(),
        };
        SUSPECTS[0].judge("node", &starts(with), &starts(without)).level
    }

    #[test]
    fn what_slows_or_breaks_a_start_is_told_from_what_does_not() {
        assert_eq!(level((118_000, "1\n"), (37_000, "1\n")), Level::Advice);
        assert_eq!(level((40_000, "1\n"), (37_000, "1\n")), Level::Ok);
        assert_eq!(level((900, "1\n"), (500, "1\n")), Level::Ok, "noise");
        assert_eq!(level((37_000, "1\n"), (118_000, "1\n")), Level::Ok);
        assert_eq!(level((5_000, ""), (37_000, "1\n")), Level::Problem);
    }
}
