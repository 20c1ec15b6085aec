//! A plain hello world, built where that is needed, and started without any server.

use std::env;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::languages::Language;
use crate::program;

/// What the bare program and the server have of the environment: cargo adds dozens of variables, one of which
/// slows every dynamic linking, and others steer an interpreter.
const ENVIRONMENT: &[&str] =
    &["PATH", "HOME", "LANG", "TMPDIR", "XDG_CACHE_HOME", "CARGO_HOME", "RUSTUP_HOME"];

/// Between two measures: the process of the one before has ended when this is over.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

const LIMIT: Duration = Duration::from_secs(120);

/// What to do when a program is not there.
const HINT: &str = "./test --prepare installs it on Debian";

/// The program, ready to be started again and again.
#[derive(Debug)]
pub(crate) struct Bare {
    run: Command,
    version: Command,
}

/// What the words of a row stand for.
struct Places<'a> {
    interpreter: &'a Path,
    folder: PathBuf,
    source: PathBuf,
}

impl Bare {
    /// Writes the program, builds it, and sees that it works.
    pub(crate) fn prepare(language: &Language, interpreter: &Path) -> anyhow::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("languages").join(language.name);
        fs::create_dir_all(&folder)?;
        let source = folder.join(language.file);
        fs::write(&source, language.text)?;
        let places = Places { interpreter, folder, source };
        if !language.build.is_empty() {
            program::output(&mut places.command(language.build), LIMIT, HINT)?;
        }
        let mut run = places.command(language.run);
        if !language.environment.is_empty() {
            let printed = program::output(&mut places.command(language.environment), LIMIT, HINT)?;
            run.envs(printed.lines().filter_map(|line| line.split_once('=')));
        }
        let printed = program::output(&mut run, LIMIT, HINT)?;
        ensure!(printed.trim_end() == "hello world", "{run:?} printed {printed:?}");
        run.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        Ok(Self { run, version: places.command(language.version) })
    }

    /// The milliseconds from the start of the process to its first byte. With nothing but pipes, an environment
    /// and an absolute path to care for, the standard library starts it by posix_spawn(3).
    pub(crate) fn first_byte(&mut self) -> anyhow::Result<f64> {
        thread::sleep(PAUSE);
        let begin = Instant::now();
        let mut process = program::start(&mut self.run, HINT)?;
        let mut output = process.0.stdout.take().context("the output was piped above")?;
        let mut text = vec![0; 1];
        output.read_exact(&mut text)?;
        let time = begin.elapsed();
        output.read_to_end(&mut text)?;
        ensure!(process.0.wait()?.success(), "{:?} failed", self.run);
        Ok(time.as_secs_f64() * 1e3)
    }

    /// The first number that the interpreter prints of itself.
    pub(crate) fn version(&mut self) -> anyhow::Result<String> {
        let printed = program::output(&mut self.version, LIMIT, HINT)?;
        let number = |word: &str| {
            let word = word.trim_start_matches("go").trim_start_matches('v');
            let end = word.find(|character: char| !character.is_ascii_digit() && character != '.');
            let number = word[..end.unwrap_or(word.len())].trim_end_matches('.');
            number.contains('.').then(|| number.to_owned())
        };
        Ok(printed.split_whitespace().find_map(number).unwrap_or_default())
    }
}

impl Places<'_> {
    fn command(&self, words: &[&str]) -> Command {
        let fill = |word: &&str| {
            word.replace("{interpreter}", &self.interpreter.to_string_lossy())
                .replace("{folder}", &self.folder.to_string_lossy())
                .replace("{source}", &self.source.to_string_lossy())
        };
        let words: Vec<String> = words.iter().map(fill).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        plain_environment(&mut command);
        command
    }
}

/// Leaves of the environment what the measures need.
pub(crate) fn plain_environment(command: &mut Command) {
    command.env_clear();
    command.envs(ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
}
