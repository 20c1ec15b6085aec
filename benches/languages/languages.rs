//! The plain programs: for each language what greets without a bridge, and how it is built and run.

/// One language. In its commands `{interpreter}` stands for the program by which `stack` serves it, `{source}` for
/// the plain program, and `{folder}` for the folder that holds it.
#[derive(Debug)]
pub(crate) struct Language {
    /// As `stack languages` has it.
    pub(crate) name: &'static str,
    /// The extension of its service; empty where `stack` has extensions for the language.
    pub(crate) extension: &'static str,
    /// The plain program's file and its text.
    pub(crate) file: &'static str,
    pub(crate) text: &'static str,
    /// The command that builds it; empty where nothing is built.
    pub(crate) build: &'static [&'static str],
    /// The command that is measured. Flags that `stack` gives an interpreter are here too: what is compared is
    /// the bridge.
    pub(crate) run: &'static [&'static str],
    /// The command that prints variables, one `NAME=value` a line, that the measured one needs; empty for none.
    pub(crate) environment: &'static [&'static str],
    /// The command that prints the version.
    pub(crate) version: &'static [&'static str],
}

/// What most rows have in common.
const ROW: Language = Language {
    name: "",
    extension: "",
    file: "",
    text: "",
    build: &[],
    run: &["{interpreter}", "{source}"],
    environment: &[],
    version: &["{interpreter}", "--version"],
};

/// TypeScript and CoffeeScript are JavaScript when they run.
const JAVASCRIPT: &str = "console.log('hello world');\n";

/// What R's own script sets before it starts R, and that nothing but the base package is loaded, as for a service.
const R_ENVIRONMENT: &str = "v<-c('R_HOME','R_SHARE_DIR','R_INCLUDE_DIR','R_DOC_DIR','LD_LIBRARY_PATH');\
    cat(paste0(v,'=',Sys.getenv(v)),'R_DEFAULT_PACKAGES=NULL',sep='\\n')";

/// In the order of the table of languages.
pub(crate) const LANGUAGES: &[Language] = &[
    Language { name: "javascript", file: "hello.js", text: JAVASCRIPT, ..ROW },
    Language { name: "typescript", file: "hello.js", text: JAVASCRIPT, ..ROW },
    Language { name: "coffee-script", file: "hello.js", text: JAVASCRIPT, ..ROW },
    Language { name: "python", file: "hello.py", text: "print(\"hello world\")\n", ..ROW },
    Language {
        name: "bash",
        file: "hello.sh",
        text: "echo \"hello world\"\n",
        run: &["{interpreter}", "--norc", "--noprofile", "{source}"],
        ..ROW
    },
    Language {
        name: "ruby",
        file: "hello.rb",
        text: "puts \"hello world\"\n",
        run: &["{interpreter}", "--disable-gems", "{source}"],
        ..ROW
    },
    Language { name: "php", file: "hello.php", text: "<?php\necho \"hello world\\n\";\n", ..ROW },
    Language {
        name: "perl",
        file: "hello.pl",
        text: "print \"hello world\\n\";\n",
        version: &["{interpreter}", "-e", "printf '%vd', $^V"],
        ..ROW
    },
    Language {
        name: "lua",
        file: "hello.lua",
        text: "print(\"hello world\")\n",
        version: &["{interpreter}", "-v"],
        ..ROW
    },
    Language {
        name: "tcl",
        file: "hello.tcl",
        text: "puts \"hello world\"\n",
        version: &["/bin/sh", "-c", "echo 'puts [info patchlevel]' | \"$0\"", "{interpreter}"],
        ..ROW
    },
    Language { name: "scheme", file: "hello.scm", text: "(display \"hello world\")\n(newline)\n", ..ROW },
    Language { name: "smalltalk", file: "hello.st", text: "'hello world' displayNl.\n", ..ROW },
    Language {
        name: "r",
        file: "hello.R",
        text: "cat(\"hello world\\n\")\n",
        run: &["{interpreter}", "--no-echo", "--no-restore", "-f", "{source}"],
        environment: &["R", "--no-echo", "--vanilla", "-e", R_ENVIRONMENT],
        version: &["R", "--version"],
        ..ROW
    },
    Language {
        name: "go",
        file: "hello.go",
        text: "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(\"hello world\")\n}\n",
        build: &["{interpreter}", "build", "-o", "{folder}/hello", "{source}"],
        run: &["{folder}/hello"],
        version: &["{interpreter}", "version"],
        ..ROW
    },
    Language {
        name: "c",
        file: "hello.c",
        text: "#include <stdio.h>\n\nint main(void)\n{\n    puts(\"hello world\");\n    return 0;\n}\n",
        build: &["{interpreter}", "-O2", "-o", "{folder}/hello", "{source}"],
        run: &["{folder}/hello"],
        ..ROW
    },
    Language {
        name: "rust",
        file: "hello.rs",
        text: "fn main() {\n    println!(\"hello world\");\n}\n",
        build: &["{interpreter}", "-C", "opt-level=2", "-o", "{folder}/hello", "{source}"],
        run: &["{folder}/hello"],
        ..ROW
    },
    Language { name: "python2", extension: "py", file: "hello.py", text: "print(\"hello world\")\n", ..ROW },
    Language {
        name: "lisp",
        file: "hello.lisp",
        text: "(format t \"hello world~%\")\n",
        run: &["{interpreter}", "--script", "{source}"],
        ..ROW
    },
    Language {
        name: "ocaml",
        file: "hello.ml",
        text: "let () = print_endline \"hello world\"\n",
        build: &["{interpreter}", "ocamlopt", "-o", "{folder}/hello", "{source}"],
        run: &["{folder}/hello"],
        version: &["{interpreter}", "ocamlopt", "-version"],
        ..ROW
    },
    Language {
        name: "java",
        file: "Hello.java",
        text: "class Hello {\n    public static void main(String[] words) {\n        \
               System.out.println(\"hello world\");\n    }\n}\n",
        build: &["javac", "-d", "{folder}", "{source}"],
        run: &["{interpreter}", "-cp", "{folder}", "Hello"],
        ..ROW
    },
    Language {
        name: "awk",
        file: "hello.awk",
        text: "BEGIN { print \"hello world\" }\n",
        run: &["{interpreter}", "-f", "{source}"],
        version: &["{interpreter}", "-W", "version"],
        ..ROW
    },
    Language { name: "elixir", file: "hello.exs", text: "IO.puts(\"hello world\")\n", ..ROW },
    Language {
        name: "deno",
        extension: "js",
        file: "hello.js",
        text: JAVASCRIPT,
        run: &["{interpreter}", "run", "--quiet", "--allow-all", "{source}"],
        ..ROW
    },
    Language {
        name: "bun",
        extension: "js",
        file: "hello.js",
        text: JAVASCRIPT,
        run: &["{interpreter}", "run", "{source}"],
        ..ROW
    },
];
