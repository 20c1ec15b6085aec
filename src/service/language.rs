//! The languages: one table, from which detection, help and tests are made.

/// How a language's bridge reads the request document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One JSON object.
    Json,
    /// `name TAB value NL` lines with `\\`, `\n`, `\t` and `\r` escaped.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by the bridges of compiled languages, which come next")
    )]
    Pairs,
    /// Assignments that bash sources.
    Shell,
}

/// The script that loads a user's file and speaks the contract for it.
#[derive(Debug)]
pub(crate) struct Bridge {
    /// The file that the interpreter is given.
    pub(crate) entry: &'static str,
    /// Every file of the bridge: its name and its text.
    pub(crate) files: &'static [(&'static str, &'static str)],
}

/// One language: how its scripts are known and run.
#[derive(Debug)]
pub(crate) struct Language {
    /// The name that `--language` and the first line use.
    pub(crate) name: &'static str,
    /// Other names that `--language` takes.
    pub(crate) aliases: &'static [&'static str],
    /// Extensions without their dot.
    pub(crate) extensions: &'static [&'static str],
    /// Programs to look for, in order; also the names that a shebang may have (a version may follow).
    pub(crate) interpreters: &'static [&'static str],
    /// Arguments between the interpreter and the bridge.
    pub(crate) arguments: &'static [&'static str],
    /// The bridge.
    pub(crate) bridge: Bridge,
    /// The encoding of the document.
    pub(crate) document: Format,
    /// Arguments that make the interpreter print its own real path, to see through a shim.
    pub(crate) locate: &'static [&'static str],
    /// Arguments that make the interpreter print its version.
    pub(crate) version: &'static [&'static str],
    /// The Debian package that has it.
    pub(crate) package: &'static str,
}

/// Every language that has a bridge.
pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        name: "javascript",
        aliases: &["js", "node", "nodejs", "babel", "es6", "es7"],
        extensions: &["js", "cjs", "mjs"],
        interpreters: &["node", "nodejs"],
        arguments: &[],
        bridge: Bridge {
            entry: "bridge.cjs",
            files: &[("bridge.cjs", include_str!("../../langs/javascript/bridge.cjs"))],
        },
        document: Format::Json,
        locate: &["-p", "process.execPath"],
        version: &["--version"],
        package: "nodejs",
    },
    Language {
        name: "python",
        aliases: &["python3", "py"],
        extensions: &["py", "py3"],
        interpreters: &["python3", "python"],
        arguments: &[],
        bridge: Bridge {
            entry: "bridge.py",
            files: &[
                ("bridge.py", include_str!("../../langs/python/bridge.py")),
                ("_stack.py", include_str!("../../langs/python/_stack.py")),
                ("_stack_hook.py", include_str!("../../langs/python/_stack_hook.py")),
                ("_stack_wsgi.py", include_str!("../../langs/python/_stack_wsgi.py")),
            ],
        },
        document: Format::Json,
        locate: &["-c", "import sys; print(sys.executable)"],
        version: &["--version"],
        package: "python3",
    },
    Language {
        name: "bash",
        aliases: &["sh", "shell"],
        extensions: &["sh", "bash"],
        interpreters: &["bash"],
        arguments: &["--norc", "--noprofile"],
        bridge: Bridge {
            entry: "bridge.bash",
            files: &[
                ("bridge.bash", include_str!("../../langs/bash/bridge.bash")),
                ("rare.bash", include_str!("../../langs/bash/rare.bash")),
            ],
        },
        document: Format::Shell,
        locate: &["-c", "echo \"$BASH\""],
        version: &["--version"],
        package: "bash",
    },
];

impl Language {
    /// The language of that name or alias.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.name == name || language.aliases.contains(&name))
    }

    /// The language of that extension.
    pub(crate) fn of_extension(extension: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.extensions.contains(&extension))
    }
}
