//! `stack check`: the routes, what is missing, and what is refused.

use super::{check, checked};
use crate::harness::{Folder, run};

#[test]
fn row_72_check_prints_the_routes() {
    let folder = Folder::new();
    folder.script("hello.sh", "echo hello\n");
    folder.script("users.sh", "echo users\n");
    folder.script("notes.md", "nothing\n");
    let text = checked(&folder, &[]);
    assert_eq!(text, "all methods  /hello  bash  hello.sh\nall methods  /users  bash  users.sh\n");
    folder.script(
        "stack.toml",
        "[services.users]\nroute = \"/users/[id]\"\nmethods = [\"GET\", \"POST\"]\nfile = \"users.sh\"\n\
         [services.clock]\ncommand = [\"date\", \"-u\"]\n",
    );
    for words in [&[][..], &["."], &["stack.toml"]] {
        let text = checked(&folder, words);
        let expected = "all methods  /clock       date -u  stack.toml:5\n\
                        GET POST     /users/[id]  bash     stack.toml:1\n";
        assert_eq!(text, expected, "{words:?}");
    }
    let json: serde_json::Value = serde_json::from_str(&checked(&folder, &["--json"])).unwrap();
    assert_eq!(json["routes"][1]["route"], "/users/[id]");
    assert_eq!(json["routes"][1]["methods"], serde_json::json!(["GET", "POST"]));
    assert_eq!(json["routes"][0]["program"], "date -u");
}

#[test]
fn row_72_a_lone_file_is_not_touched_by_a_stack_toml_beside_it() {
    let folder = Folder::new();
    folder.script("hello.sh", "echo hello\n");
    folder.script("stack.toml", "this is no TOML\n");
    assert_eq!(checked(&folder, &["hello.sh"]), "all methods  every path  bash  hello.sh\n");
    assert_eq!(check(&folder, &[]).code, 2);
}

#[test]
fn row_70_a_missing_interpreter_is_told_and_refuses_nothing() {
    let folder = Folder::new();
    folder.script("hello.sh", "echo hello\n");
    let toml = "[services.hello]\nfile = \"hello.sh\"\ninterpreter = \"no-such-bash\"\n\
                [services.tool]\ncommand = [\"no-such-program\"]\n";
    folder.script("stack.toml", toml);
    let text = checked(&folder, &[]);
    for part in ["there is no interpreter no-such-bash", "no-such-program", "until then it answers 502"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn attack_49_what_cannot_be_is_refused_with_file_line_and_remedy() {
    let folder = Folder::new();
    folder.script("a.sh", "echo a\n");
    folder.script("b.sh", "echo b\n");
    let table = [
        (
            "[services.a]\nfile = \"a.sh\"\ntime-out = 5\n",
            "stack.toml:3:1: there is no key \"time-out\" here; did you mean",
        ),
        (
            "[services.a]\nroute = \"/x\"\nfile = \"a.sh\"\n[services.b]\nroute = \"/x\"\nfile = \"b.sh\"\n",
            "stack.toml:1 and stack.toml:4 both answer /x; rename one of them",
        ),
        (
            "[services.a]\nroute = \"/[x]\"\nfile = \"a.sh\"\n[services.b]\nroute = \"/[y]\"\nfile = \"b.sh\"\n",
            "stack.toml:1 and stack.toml:4 both answer /[y]; rename one of them",
        ),
        (
            "[services.a]\nfile = \"a.sh\"\nenv.A = \"${NO_SUCH}\"\n",
            "stack.toml:3: A needs the variable NO_SUCH, which is not set; set",
        ),
        ("[services.a]\nfile = \"no.sh\"\n", "stack.toml:2: the file no.sh does not exist; name"),
        ("[services.a]\nfile = \"a.sh\"\n[services.a]\n", "stack.toml:3:"),
        ("[server]\nhost = \"no such host\"\n[services.a]\nfile = \"a.sh\"\n", "no such host"),
    ];
    for (toml, said) in table {
        folder.script("stack.toml", toml);
        let refused = check(&folder, &[]);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{toml}: {}", refused.stderr);
        assert!(refused.stderr.contains(said), "{toml}: {}", refused.stderr);
    }
}

#[test]
fn attack_49_check_refuses_what_is_not_there() {
    let folder = Folder::new();
    for (words, said) in [
        (&["nowhere"][..], "there is no folder or file nowhere"),
        (&["."], "there is no service in "),
        (&["--no-such"], "--no-such"),
        (&["-e", "echo", "."], "--eval"),
    ] {
        let refused = check(&folder, words);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{words:?}: {}", refused.stderr);
        assert!(refused.stderr.contains(said), "{words:?}: {}", refused.stderr);
    }
    assert_eq!(run(&["check", "--help"]).code, 0);
}

#[test]
fn row_70_names_cannot_act_on_the_terminal() {
    let folder = Folder::new();
    folder.script("a\u{1b}c.sh", "echo a\n");
    assert!(!checked(&folder, &[]).contains('\u{1b}'));
    assert!(!checked(&folder, &["--json"]).contains('\u{1b}'));
}
