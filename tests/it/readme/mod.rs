//! The README: every command in it is run, and what it says of flags, languages and limits is held true.

mod blocks;
mod frames;
mod session;

use std::path::Path;

use self::blocks::{blocks, links, quoted, readme, steps, table};
use self::session::{Session, serves};
use crate::harness::{Folder, PROJECT, Server, interpreter, run};

/// Whether everything is here that the README's commands call.
fn is_equipped() -> bool {
    ["curl", "python3", "node"].iter().all(|program| interpreter(program))
}

#[test]
fn readme_console_blocks_print_what_they_show() {
    if !is_equipped() {
        return;
    }
    let (mut run, mut started) = (0, 0);
    for block in blocks("console") {
        let mut session = Session::new(".");
        for step in steps(&block) {
            session.run(&step);
            run += 1;
            if serves(&step.command.replace("cargo run --release --", "stack")) {
                assert_eq!(session.last().get("/?foo=bar&name=you").status, 200, "{}", step.command);
                started += 1;
            }
        }
    }
    assert!(run >= 4 && started >= 2, "{run} commands, {started} servers");
}

#[test]
fn readme_commands_that_serve_start_and_answer() {
    if !is_equipped() {
        return;
    }
    let blocks = blocks("sh");
    let commands: Vec<&str> =
        blocks.iter().flat_map(|block| block.lines()).filter(|line| serves(line)).collect();
    assert!(commands.len() >= 5, "{commands:?}");
    let session = Session::new("examples/services/echo");
    for command in commands.into_iter().filter(|command| frames::can_run(command)) {
        let server = session.serve(command);
        let response = server.get("/?foo=bar");
        assert!(response.status == 200 && response.complete, "{command}: {}", response.text());
        let posted = server.post("/?foo=bar", "text/plain", "from the body");
        assert!(posted.status == 200 && posted.complete, "{command}: {}", posted.text());
        match command {
            _ if command.contains("echo \"hello world\"") => assert_eq!(response.text(), "hello world\n"),
            _ if command.contains("cat") => {
                assert!(posted.text().ends_with("from the body"), "{}", posted.text())
            }
            _ => assert!(response.text().contains("bar"), "{command}: {}", response.text()),
        }
    }
}

#[test]
fn readme_scripts_do_what_they_say() {
    let scripts: Vec<String> = blocks("sh").into_iter().filter(|block| block.starts_with("#!")).collect();
    assert!(!scripts.is_empty());
    for text in scripts {
        let folder = Folder::new();
        // A program by the kernel, and a script of bash: the contract is the same.
        for name in ["service", "service.sh"] {
            let response = Server::start(&[folder.program(name, &text)]).get("/");
            let content_type = response.header("content-type");
            assert_eq!((response.status, content_type), (418, Some("text/css")), "{name}: {text}");
            assert_eq!(response.text(), "body {}\n", "{name}: {text}");
        }
    }
}

#[test]
fn readme_languages_are_those_that_there_are() {
    let listed = run(&["languages", "--json"]);
    let languages: Vec<serde_json::Value> = serde_json::from_str(&listed.stdout).unwrap();
    let rows = table("language");
    let names: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    let known: Vec<&str> = languages.iter().map(|language| language["name"].as_str().unwrap()).collect();
    assert_eq!(names, [&known[..], &["any program"]].concat());
    for (row, language) in rows.iter().zip(&languages) {
        let extensions: Vec<_> = quoted(&row[1]).iter().map(|extension| extension[1..].to_owned()).collect();
        assert_eq!(serde_json::json!(extensions), language["extensions"]);
        let aliases = language["aliases"].as_array().unwrap();
        for name in quoted(&row[2]) {
            assert!(aliases.contains(&name.clone().into()), "{name} is no alias of {}", row[0]);
        }
    }
}

#[test]
fn readme_languages_read_and_answer_as_the_table_says() {
    let rows = table("language");
    let row = |name: &str| rows.iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("{name}"));
    for (name, program, file, text) in frames::FRAMES {
        let (read, answer) = (quoted(&row(name)[3]).remove(0), quoted(&row(name)[4]).remove(0));
        let text = text.replace("ANSWER", &answer).replace("READ", &read);
        if !frames::is_here(program) {
            continue;
        }
        let folder = Folder::new();
        let path = folder.program(file, &text);
        let flags: &[&str] = if *name == "python2" { &["-l", "python2"] } else { &[] };
        let response = Server::start(&[flags, &["--errors", "show", &path]].concat()).get("/?foo=bar");
        assert_eq!((response.status, response.text().as_str()), (404, "bar\n"), "{text}");
    }
}

#[test]
fn readme_languages_without_words_of_their_own_are_few() {
    let silent =
        table("language").into_iter().filter(|row| quoted(&row[4]).is_empty()).map(|row| row[0].clone());
    assert_eq!(silent.collect::<Vec<_>>(), ["deno", "bun", "wasm"]);
    let framed: Vec<_> = frames::FRAMES.iter().map(|(name, ..)| *name).collect();
    let told: Vec<_> = table("language").into_iter().map(|row| row[0].clone()).collect();
    let expected = told.iter().filter(|name| !["deno", "bun", "wasm"].contains(&name.as_str()));
    assert_eq!(framed, expected.collect::<Vec<_>>());
}

#[test]
fn readme_flags_are_those_of_the_help() {
    let help = run(&["--help"]).stdout;
    let flags: Vec<String> = quoted(&readme()).into_iter().filter(|text| text.starts_with("--")).collect();
    assert!(flags.len() >= 10, "{flags:?}");
    for flag in flags {
        assert!(help.contains(&format!("{flag} ")), "{flag} is not in:\n{help}");
    }
}

/// What the help says of a flag, on one line.
fn described(help: &str, flag: &str) -> String {
    let (_, rest) =
        help.split_once(&format!("{flag} <")).unwrap_or_else(|| panic!("{flag} is not in the help"));
    let lines = rest.lines().enumerate();
    let own = lines
        .take_while(|(at, line)| *at == 0 || line.starts_with("            "))
        .map(|(_, line)| line.trim());
    own.collect::<Vec<_>>().join(" ")
}

#[test]
fn readme_limits_are_the_defaults() {
    let help = run(&["--help"]).stdout;
    let mut compared = 0;
    for row in table("what") {
        let defaults: Vec<&str> = row[1].split([';', ',']).map(str::trim).collect();
        let flags = quoted(&row[2]);
        for (flag, default) in flags.iter().zip(&defaults).filter(|(_, default)| **default != "none") {
            assert_eq!(flags.len(), defaults.len(), "{row:?}");
            let short = default.replace(' ', "").replace("iB", "");
            let described = described(&help, flag);
            assert!(
                described.contains(&format!("[default: {short}")),
                "{flag} {short} is not in: {described}"
            );
            compared += 1;
        }
    }
    assert!(compared >= 8, "{compared} defaults");
}

#[test]
fn readme_links_lead_somewhere() {
    let links = links();
    assert!(links.len() >= 5, "{links:?}");
    for link in links {
        assert!(Path::new(PROJECT).join(&link).exists(), "there is no {link}");
    }
    let version = env!("CARGO_PKG_VERSION").rsplit_once('.').unwrap().0;
    assert!(
        readme().contains(&format!("stackvana = {{ version = \"{version}\"")),
        "the version is {version}"
    );
}
