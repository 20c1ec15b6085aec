//! A script that does not compile answers with its compiler's own words.

use super::{Scripts, id, wait_for_line};

const BROKEN: Scripts = Scripts {
    javascript: "module.exports = function (hook {\n",
    python: "def f(:\n    pass\n",
    bash: "echo before\nif then fi\n",
    program: "if then fi",
};

/// The words that each compiler has for it.
fn words(language: &str) -> &'static str {
    match language {
        "node" | "python3" => "SyntaxError",
        "bash" => "syntax error",
        _ => "yntax error",
    }
}

/// Bash runs what stands before the error, so that only its log and the break tell.
fn begins_to_answer(language: &str) -> bool {
    language == "bash"
}

#[test]
fn row_61_the_owner_sees_what_the_compiler_says() {
    BROKEN.each(&["--errors", "show"], |language, server| {
        let answer = server.get("/");
        wait_for_line(server, &id(&answer), words(language));
        if begins_to_answer(language) {
            assert!(!answer.complete, "{language}: {}", answer.text());
            return;
        }
        assert_eq!(answer.status, 500, "{language}");
        assert!(answer.text().contains(words(language)), "{language}: {}", answer.text());
    });
}

#[test]
fn row_61_others_see_a_code_and_an_id() {
    BROKEN.each(&[], |language, server| {
        let answer = server.get("/");
        if !begins_to_answer(language) {
            assert_eq!(answer.status, 500, "{language}");
            assert!(!answer.text().contains(words(language)), "{language}: {}", answer.text());
            assert!(answer.text().contains(&id(&answer)), "{language}");
        }
    });
}

#[test]
fn row_61_the_page_names_the_file_and_the_line_and_no_bridge() {
    let scripts = Scripts {
        javascript: "// one\n// two\nconst x = = 1;\n",
        python: "# one\n# two\nx = = 1\n",
        bash: "# one\n# two\n)\n",
        program: ")",
    };
    scripts.each(&["--errors", "show"], |language, server| {
        let page = server.get("/").text();
        let (file, line) = match language {
            "node" => ("s.js", ":3"),
            "python3" => ("s.py", "line 3"),
            "bash" => ("s.sh", "line 3"),
            _ => return,
        };
        assert!(page.contains(file) && page.contains(line), "{language}: {page}");
        for ours in ["bridge.cjs", "bridge.py", "_stack", "bridge.bash"] {
            assert!(!page.contains(ours), "{language}: {ours} in {page}");
        }
    });
}
