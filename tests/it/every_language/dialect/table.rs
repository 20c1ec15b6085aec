//! The languages of the suite, in the order of the program's own table.

use super::{BINARY, Dialect, EMPTY_NAME, GREETING, NUL, Need, PLACE};

/// What most languages have in common.
const ROW: Dialect = Dialect {
    name: "",
    shares: None,
    title: "",
    extension: "",
    program: "",
    need: Need::OnPath,
    flags: &[],
    first_shelf: true,
    syntax_errors: &["yntax error"],
    exceptions: &[],
};

/// What most languages of the second shelf have in common.
const SECOND: Dialect = Dialect { first_shelf: false, ..ROW };

/// Every language that has a bridge.
pub(crate) const DIALECTS: &[Dialect] = &[
    Dialect {
        name: "javascript",
        title: "JavaScript",
        extension: "js",
        program: "node",
        syntax_errors: &["SyntaxError"],
        ..ROW
    },
    Dialect {
        name: "typescript",
        title: "TypeScript",
        extension: "ts",
        program: "node that takes types away, and no esbuild",
        need: Need::Success(&[
            "sh",
            "-c",
            "node -e 'process.exit(process.features.typescript ? 0 : 1)' || esbuild --version",
        ]),
        syntax_errors: &["Unexpected \"=\"", "Expression expected"],
        ..ROW
    },
    Dialect {
        name: "coffee-script",
        title: "CoffeeScript",
        extension: "coffee",
        program: "coffee",
        syntax_errors: &["error: unexpected"],
        ..ROW
    },
    Dialect {
        name: "python",
        title: "Python",
        extension: "py",
        program: "python3",
        syntax_errors: &["SyntaxError"],
        ..ROW
    },
    Dialect {
        name: "bash",
        title: "bash",
        extension: "sh",
        program: "bash",
        exceptions: &[
            ("write_head", "status and header say it"),
            ("json", "it has no such values"),
            ("end", "exit says it"),
            (EMPTY_NAME, "its arrays have no empty key"),
            (GREETING, "it is the one of the ancestor"),
            (NUL, "its texts end there"),
        ],
        ..ROW
    },
    Dialect { name: "ruby", title: "Ruby", extension: "rb", program: "ruby", ..ROW },
    Dialect {
        name: "php",
        title: "PHP",
        extension: "php",
        program: "php",
        syntax_errors: &["Parse error"],
        ..ROW
    },
    Dialect { name: "perl", title: "Perl", extension: "pl", program: "perl", ..ROW },
    Dialect {
        name: "lua",
        title: "Lua",
        extension: "lua",
        program: "lua5.4",
        syntax_errors: &["unexpected symbol", "syntax error"],
        ..ROW
    },
    Dialect {
        name: "tcl",
        title: "Tcl",
        extension: "tcl",
        program: "tclsh",
        syntax_errors: &["missing close-bracket"],
        exceptions: &[("json", "its values have no types")],
        ..ROW
    },
    Dialect {
        name: "scheme",
        title: "Scheme",
        extension: "ss",
        program: "guile",
        syntax_errors: &["unexpected"],
        ..ROW
    },
    Dialect {
        name: "smalltalk",
        title: "Smalltalk",
        extension: "st",
        program: "gst",
        need: Need::Optional,
        syntax_errors: &["expected object"],
        ..ROW
    },
    Dialect {
        name: "r",
        title: "R",
        extension: "R",
        program: "R",
        syntax_errors: &["unexpected"],
        exceptions: &[(NUL, "its texts end there")],
        ..ROW
    },
    Dialect { name: "go", title: "Go", extension: "go", program: "go", ..ROW },
    Dialect {
        name: "c",
        title: "C",
        extension: "c",
        program: "gcc",
        syntax_errors: &["error: expected"],
        exceptions: &[("json", "it has no such values"), (NUL, "its texts end there")],
        ..ROW
    },
    Dialect {
        name: "rust",
        title: "Rust",
        extension: "rs",
        program: "rustc",
        syntax_errors: &["error: expected"],
        exceptions: &[("json", "its standard library has no such values")],
        ..ROW
    },
    Dialect {
        name: "python2",
        title: "Python",
        extension: "py",
        program: "python2",
        need: Need::Optional,
        flags: &["-l", "python2"],
        syntax_errors: &["SyntaxError"],
        ..SECOND
    },
    Dialect {
        name: "lisp",
        title: "Lisp",
        extension: "lisp",
        program: "sbcl",
        syntax_errors: &["end of file"],
        exceptions: &[("json", "its standard has no such values")],
        ..SECOND
    },
    Dialect {
        name: "ocaml",
        title: "OCaml",
        extension: "ml",
        program: "ocamlfind",
        syntax_errors: &["Syntax error"],
        exceptions: &[("json", "its standard library has no such values")],
        ..SECOND
    },
    Dialect {
        name: "java",
        title: "Java",
        extension: "java",
        program: "javac",
        syntax_errors: &["error:"],
        exceptions: &[("json", "its standard library has no such values")],
        ..SECOND
    },
    Dialect {
        name: "awk",
        title: "AWK",
        extension: "awk",
        program: "gawk",
        exceptions: &[
            ("json", "it has no such values"),
            ("write_head", "a call cannot take a table of headers"),
            (BINARY, "mawk reads lines of text"),
            (NUL, "mawk's texts end there"),
            (PLACE, "it does not name the place of an error that a program reports itself"),
        ],
        ..SECOND
    },
    Dialect {
        name: "elixir",
        title: "Elixir",
        extension: "exs",
        program: "elixir",
        syntax_errors: &["SyntaxError"],
        exceptions: &[("json", "its standard library has no such values")],
        ..SECOND
    },
    Dialect {
        name: "deno",
        shares: Some("javascript"),
        title: "JavaScript",
        extension: "js",
        program: "deno",
        need: Need::Optional,
        flags: &["-l", "deno"],
        syntax_errors: &["SyntaxError"],
        ..SECOND
    },
    Dialect {
        name: "bun",
        shares: Some("javascript"),
        title: "JavaScript",
        extension: "js",
        program: "bun",
        need: Need::Optional,
        flags: &["-l", "bun"],
        syntax_errors: &["error: Unexpected"],
        ..SECOND
    },
];
