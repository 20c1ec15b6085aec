//! The languages: one table, from which detection, help, starters and tests are made.

use super::{
    compilers::{C, GO, JAVA, OCAML, RUST, SMALLTALK_IMAGE, TO_JAVASCRIPT},
    language::{Bridge, Environment, Format, Language, Starter},
    words::{PHP_DISABLED, R_WHEREABOUTS},
};

/// The files of a bridge, from its folder in `langs/`: the first is the one that the interpreter is given. That one may
/// be made of several, since a file that loads another starts later than one with both texts.
macro_rules! bridge {
    ($folder:literal, $entry:literal $(, $file:literal)*) => {
        bridge!($folder, $entry = $entry $(, $file)*)
    };
    ($folder:literal, $entry:literal = $($part:literal)+ $(, $file:literal)*) => {
        Some(Bridge {
            entry: $entry,
            files: &[
                ($entry, concat!($(include_str!(concat!("../../langs/", $folder, "/", $part))),+)),
                $(($file, include_str!(concat!("../../langs/", $folder, "/", $file)))),*
            ],
        })
    };
}

/// The first service of a language, from its folder in `langs/`.
macro_rules! starter {
    ($folder:literal, $extension:literal) => {
        Some(Starter {
            extension: $extension,
            text: include_str!(concat!("../../langs/", $folder, "/starter.", $extension)),
        })
    };
}

/// What most rows have in common.
const ROW: Language = Language {
    name: "",
    aliases: &[],
    extensions: &[],
    interpreters: &[],
    arguments_of: &[],
    command: &["{flags}", "{bridge}", "{script}"],
    wrapped: false,
    environment: Environment::FromDocument,
    slow: false,
    imports: false,
    forks: None,
    bridge: None,
    compiler: None,
    document: None,
    locate: &[],
    version: &["--version"],
    package: "",
    starter: None,
};

/// Languages that take their time to start, whose bridges import ahead, and that fork.
const SLOW: Language = Language { slow: true, ..ROW };
const IMPORTING: Language = Language { imports: true, ..SLOW };
const FORKING: Language = Language { forks: Some(&[]), ..IMPORTING };

/// Every language that is known by its name; the first shelf, then the second.
pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        name: "javascript",
        aliases: &["js", "node", "nodejs", "babel", "es6", "es7"],
        extensions: &["js", "cjs", "mjs"],
        interpreters: &["node", "nodejs"],
        bridge: bridge!("javascript", "bridge.cjs", "rare.cjs", "ahead.cjs"),
        document: Some(Format::Json),
        locate: &["-p", "process.execPath"],
        package: "nodejs",
        starter: starter!("javascript", "js"),
        ..IMPORTING
    },
    Language {
        name: "typescript",
        aliases: &["ts"],
        extensions: &["ts", "mts", "cts"],
        interpreters: &["node", "nodejs"],
        bridge: bridge!("javascript", "bridge.cjs", "rare.cjs", "ahead.cjs", "compile.cjs"),
        compiler: Some(TO_JAVASCRIPT),
        document: Some(Format::Json),
        locate: &["-p", "process.execPath"],
        package: "nodejs",
        starter: starter!("typescript", "ts"),
        ..IMPORTING
    },
    Language {
        name: "coffee-script",
        aliases: &["coffee", "coffeescript"],
        extensions: &["coffee"],
        interpreters: &["node", "nodejs"],
        bridge: bridge!("javascript", "bridge.cjs", "rare.cjs", "ahead.cjs", "compile.cjs"),
        compiler: Some(TO_JAVASCRIPT),
        document: Some(Format::Json),
        locate: &["-p", "process.execPath"],
        package: "coffeescript",
        starter: starter!("coffee-script", "coffee"),
        ..IMPORTING
    },
    Language {
        name: "python",
        aliases: &["python3", "py"],
        extensions: &["py", "py3"],
        interpreters: &["python3", "python"],
        bridge: bridge!(
            "python",
            "bridge.py",
            "_stack.py",
            "_stack_hook.py",
            "_stack_wsgi.py",
            "_stack_ahead.py"
        ),
        document: Some(Format::Json),
        locate: &["-c", "import sys; print(sys.executable)"],
        package: "python3",
        starter: starter!("python", "py"),
        ..FORKING
    },
    Language {
        name: "bash",
        aliases: &["sh", "shell"],
        extensions: &["sh", "bash"],
        interpreters: &["bash"],
        command: &["--norc", "--noprofile", "{flags}", "{bridge}", "{script}"],
        bridge: bridge!("bash", "bridge.bash", "rare.bash"),
        document: Some(Format::Shell),
        locate: &["-c", "echo \"$BASH\""],
        package: "bash",
        starter: starter!("bash", "sh"),
        ..ROW
    },
    Language {
        name: "ruby",
        aliases: &["rb"],
        extensions: &["rb"],
        interpreters: &["ruby"],
        command: &["--disable-gems", "{flags}", "-r", "{bridge}", "{script}"],
        bridge: bridge!("ruby", "bridge.rb", "response.rb", "rack.rb"),
        document: Some(Format::Json),
        locate: &["--disable-gems", "-e", "print RbConfig.ruby"],
        package: "ruby",
        starter: starter!("ruby", "rb"),
        ..FORKING
    },
    Language {
        name: "php",
        extensions: &["php"],
        interpreters: &["php"],
        command: &[
            "{flags}",
            PHP_DISABLED,
            "-dstack.prepend=${auto_prepend_file}",
            "-dstack.append=${auto_append_file}",
            "-dauto_prepend_file={bridge}",
            "-dauto_append_file={bridge}",
            "{script}",
        ],
        bridge: bridge!("php", "bridge.php", "response.php", "hook.php", "web.php", "form.php", "input.php"),
        document: Some(Format::Json),
        locate: &["-r", "echo PHP_BINARY;"],
        package: "php-cli",
        starter: starter!("php", "php"),
        ..FORKING
    },
    Language {
        name: "perl",
        aliases: &["pl"],
        extensions: &["pl"],
        interpreters: &["perl"],
        // Perl loads modules by their names alone, and so is told to look for one first in a place that is the bridge.
        // Something must stand between `-M` and the first semicolon: `no 6` is true, and cheaper than any `use`.
        command: &["-I", "{bridge}", "-M-6;BEGIN{require shift@INC}", "{flags}", "{script}"],
        bridge: bridge!("perl", "bridge.pl", "request.pl", "response.pl", "finish.pl", "rare.pl"),
        document: Some(Format::JsonWithNames),
        locate: &["-e", "print $^X"],
        version: &["-e", "print \"perl $^V\""],
        package: "perl",
        starter: starter!("perl", "pl"),
        ..FORKING
    },
    Language {
        name: "lua",
        extensions: &["lua"],
        interpreters: &["lua5.4", "lua", "lua5.3", "lua5.2", "lua5.1"],
        bridge: bridge!("lua", "bridge.lua", "json.lua", "response.lua"),
        environment: Environment::FromStart,
        document: Some(Format::JsonWithNames),
        version: &["-v"],
        package: "lua5.4",
        starter: starter!("lua", "lua"),
        ..ROW
    },
    Language {
        name: "tcl",
        aliases: &["tclsh"],
        extensions: &["tcl"],
        interpreters: &["tclsh", "tclsh8.7", "tclsh8.6"],
        bridge: bridge!("tcl", "bridge.tcl", "request.tcl", "respond.tcl"),
        version: &[],
        document: Some(Format::JsonWithNames),
        package: "tcl",
        starter: starter!("tcl", "tcl"),
        ..ROW
    },
    Language {
        name: "scheme",
        aliases: &["guile", "ss", "scm"],
        extensions: &["ss", "scm"],
        interpreters: &["guile", "guile-3.0"],
        command: &["--no-auto-compile", "{flags}", "{bridge}", "{script}"],
        bridge: bridge!("scheme", "bridge.scm", "stack.scm"),
        document: Some(Format::JsonWithNames),
        package: "guile-3.0",
        starter: starter!("scheme", "ss"),
        forks: Some(&[("GC_MARKERS", "1")]),
        ..FORKING
    },
    Language {
        name: "smalltalk",
        aliases: &["gst", "st"],
        extensions: &["st"],
        interpreters: &["gst"],
        command: &["{flags}", "-g", "-f", "{bridge}", "{script}"],
        bridge: bridge!("smalltalk", "bridge.st", "image.st", "service.st", "response.st", "failure.st"),
        compiler: Some(SMALLTALK_IMAGE),
        document: Some(Format::Pairs),
        package: "gnu-smalltalk",
        starter: starter!("smalltalk", "st"),
        ..ROW
    },
    Language {
        name: "r",
        aliases: &["R", "rscript", "Rscript"],
        extensions: &["r", "R"],
        interpreters: &["R", "Rscript"],
        wrapped: true,
        command: &["--no-echo", "--no-restore", "{flags}", "-f", "{bridge}", "--args", "{script}"],
        bridge: bridge!("r", "bridge.R", "stack.R", "response.R", "packages.R", "json.R"),
        document: Some(Format::PairsWithoutNul),
        // No word has a blank in it: the wrapper would rewrite it.
        locate: &["--no-echo", "--vanilla", "-e", R_WHEREABOUTS],
        package: "r-base-core",
        starter: starter!("r", "R"),
        ..FORKING
    },
    Language {
        name: "go",
        aliases: &["golang"],
        extensions: &["go"],
        interpreters: &["go"],
        bridge: bridge!("go", "build.sh", "stack.go"),
        compiler: Some(GO),
        document: Some(Format::Pairs),
        environment: Environment::FromStart,
        version: &["version"],
        package: "golang-go",
        starter: starter!("go", "go"),
        ..ROW
    },
    Language {
        name: "c",
        aliases: &["cc", "gcc"],
        extensions: &["c"],
        interpreters: &["gcc", "cc", "clang"],
        bridge: bridge!("c", "stack.h"),
        compiler: Some(C),
        document: Some(Format::PairsWithoutNul),
        environment: Environment::FromStart,
        package: "gcc",
        starter: starter!("c", "c"),
        ..ROW
    },
    Language {
        name: "rust",
        aliases: &["rs", "rustc"],
        extensions: &["rs"],
        interpreters: &["rustc"],
        bridge: bridge!("rust", "stack.rs"),
        compiler: Some(RUST),
        document: Some(Format::Pairs),
        environment: Environment::FromStart,
        package: "rustc",
        starter: starter!("rust", "rs"),
        ..ROW
    },
    Language {
        name: "python2",
        interpreters: &["python2", "python2.7"],
        bridge: bridge!("python2", "bridge.py", "_stack.py"),
        document: Some(Format::Json),
        locate: &["-c", "import sys; print(sys.executable)"],
        package: "python2",
        starter: starter!("python2", "py"),
        ..SLOW
    },
    Language {
        name: "lisp",
        aliases: &["common-lisp", "sbcl", "cl"],
        extensions: &["lisp", "cl"],
        interpreters: &["sbcl"],
        command: &["{flags}", "--script", "{bridge}", "{script}"],
        bridge: bridge!("lisp", "bridge.lisp", "compile.lisp", "stack.lisp", "trace.lisp"),
        document: Some(Format::Pairs),
        package: "sbcl",
        starter: starter!("lisp", "lisp"),
        ..ROW
    },
    Language {
        name: "ocaml",
        aliases: &["ml"],
        extensions: &["ml"],
        interpreters: &["ocamlfind"],
        bridge: bridge!("ocaml", "hook.ml"),
        compiler: Some(OCAML),
        document: Some(Format::Pairs),
        environment: Environment::FromStart,
        version: &["ocamlopt", "-version"],
        package: "ocaml-findlib",
        starter: starter!("ocaml", "ml"),
        ..ROW
    },
    Language {
        name: "java",
        extensions: &["java"],
        interpreters: &["java"],
        bridge: bridge!("java", "Build.java", "Hook.java"),
        compiler: Some(JAVA),
        document: Some(Format::Pairs),
        environment: Environment::FromStart,
        version: &["--version"],
        package: "default-jdk-headless",
        starter: starter!("java", "java"),
        ..ROW
    },
    Language {
        name: "awk",
        aliases: &["gawk", "mawk"],
        extensions: &["awk"],
        interpreters: &["mawk", "gawk", "awk"],
        // Its input is buffered by the block otherwise, and gawk warns of the flag.
        arguments_of: &[("mawk", &["-W", "interactive"])],
        command: &["{flags}", "-f", "{bridge}", "-f", "{script}"],
        bridge: bridge!("awk", "bridge.awk"),
        environment: Environment::FromStart,
        document: Some(Format::PairsWithoutNul),
        version: &["-W", "version"],
        package: "gawk",
        starter: starter!("awk", "awk"),
        ..ROW
    },
    Language {
        name: "elixir",
        aliases: &["exs"],
        extensions: &["exs"],
        interpreters: &["elixir"],
        version: &["--short-version"],
        command: &["--erl", "+fnu", "{flags}", "{bridge}", "{script}"],
        bridge: bridge!("elixir", "bridge.exs", "hook.ex"),
        document: Some(Format::Pairs),
        package: "elixir",
        starter: starter!("elixir", "exs"),
        ..SLOW
    },
    Language {
        name: "deno",
        interpreters: &["deno"],
        command: &["run", "--quiet", "--allow-all", "--no-lock", "--preload", "{bridge}", "{script}"],
        bridge: bridge!("deno", "bridge.mjs" = "deno.mjs" "bridge.mjs", "rare.cjs"),
        document: Some(Format::Json),
        locate: &["eval", "console.log(Deno.execPath())"],
        package: "deno, which is none of Debian's",
        starter: starter!("deno", "js"),
        ..SLOW
    },
    Language {
        name: "bun",
        interpreters: &["bun"],
        command: &["run", "--preload", "{bridge}", "{script}"],
        bridge: bridge!("deno", "bridge" = "bun.mjs" "bridge.mjs", "rare.cjs"),
        document: Some(Format::Json),
        locate: &["-p", "process.execPath"],
        package: "bun, which is none of Debian's",
        starter: starter!("deno", "js"),
        ..SLOW
    },
    Language {
        name: "wasm",
        aliases: &["wasmtime"],
        extensions: &["wasm"],
        interpreters: &["wasmtime"],
        command: &["run", "-S", "inherit-env=y", "{script}"],
        environment: Environment::FromStart,
        package: "wasmtime, which is none of Debian's",
        ..ROW
    },
];
