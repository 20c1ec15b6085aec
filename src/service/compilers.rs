//! How the sources of compiled languages are built; the rows of the table name these.

use super::build::{Compiler, Inputs, Product, Step};

/// What makes JavaScript of the languages that are written for it: a script of the bridge's, which finds their
/// own compilers.
pub(super) const TO_JAVASCRIPT: Compiler = Compiler {
    steps: &[Step {
        words: &["{support}/compile.cjs", "{language}", "{source}", "{output}", "inputs.d"],
        ..INTERPRETER
    }],
    version: &["--version"],
    inputs: Inputs::Dependencies("inputs.d"),
    product: Product::Text,
};

/// A step of a build by the language's own interpreter.
const INTERPRETER: Step = Step { program: None, words: &[] };

pub(super) const C: Compiler = Compiler {
    steps: &[
        Step {
            words: &["-O2", "-x", "c", "-DSTACK_IMPLEMENTATION", "-c", "{support}/stack.h", "-o", "stack.o"],
            ..INTERPRETER
        },
        Step {
            words: &[
                "-O2",
                "-pthread",
                "-isystem",
                "{support}",
                "-MMD",
                "-MF",
                "inputs.d",
                "{source}",
                "stack.o",
                "-lm",
                "-o",
                "{output}",
            ],
            ..INTERPRETER
        },
    ],
    version: &["--version"],
    inputs: Inputs::Dependencies("inputs.d"),
    product: Product::Program,
};

pub(super) const GO: Compiler = Compiler {
    steps: &[Step {
        program: Some("/bin/sh"),
        words: &["{support}/build.sh", "{source}", "{output}", "inputs.d", "{interpreter}"],
    }],
    version: &["-c", "\"$0\" version", "{interpreter}"],
    inputs: Inputs::Dependencies("inputs.d"),
    product: Product::Program,
};

pub(super) const RUST: Compiler = Compiler {
    steps: &[
        Step {
            words: &[
                "--edition",
                "2021",
                "--crate-name",
                "stack",
                "--crate-type",
                "rlib",
                "-C",
                "opt-level=2",
                "-C",
                "codegen-units=1",
                "-o",
                "libstack.rlib",
                "{support}/stack.rs",
            ],
            ..INTERPRETER
        },
        Step {
            words: &[
                "--edition",
                "2021",
                "--crate-name",
                "service",
                "-C",
                "opt-level=2",
                "-C",
                "strip=debuginfo",
                "--extern",
                "stack=libstack.rlib",
                "--emit=dep-info=inputs.d,link={output}",
                "{source}",
            ],
            ..INTERPRETER
        },
    ],
    version: &["-vV"],
    inputs: Inputs::Dependencies("inputs.d"),
    product: Product::Program,
};

pub(super) const OCAML: Compiler = Compiler {
    steps: &[
        Step {
            words: &["ocamlopt", "-g", "-package", "unix", "-c", "-o", "hook.cmx", "{support}/hook.ml"],
            ..INTERPRETER
        },
        Step {
            words: &[
                "ocamlopt",
                "-g",
                "-package",
                "unix,str",
                "-I",
                ".",
                "-open",
                "Hook.Names",
                "-c",
                "-o",
                "service.cmx",
                "-impl",
                "{source}",
            ],
            ..INTERPRETER
        },
        Step {
            words: &[
                "ocamlopt",
                "-g",
                "-package",
                "unix,str",
                "-linkpkg",
                "hook.cmx",
                "service.cmx",
                "-o",
                "{output}",
            ],
            ..INTERPRETER
        },
    ],
    version: &["ocamlopt", "-version"],
    inputs: Inputs::SourceAlone,
    product: Product::Program,
};

pub(super) const JAVA: Compiler = Compiler {
    steps: &[Step {
        words: &[
            "-XX:TieredStopAtLevel=1",
            "{support}/Build.java",
            "{source}",
            "{output}",
            "{support}",
            "inputs.d",
        ],
        ..INTERPRETER
    }],
    version: &["-version"],
    inputs: Inputs::Dependencies("inputs.d"),
    product: Product::Code(&["-cp", "{output}", "@{output}/arguments"]),
};

/// The bridge of Smalltalk, which gst would compile anew for each request.
pub(super) const SMALLTALK_IMAGE: Compiler = Compiler {
    steps: &[Step { words: &["-g", "-f", "{support}/image.st", "{support}", "{output}"], ..INTERPRETER }],
    version: &["--version"],
    inputs: Inputs::SourceAlone,
    product: Product::Image(&["-I", "{output}"]),
};
