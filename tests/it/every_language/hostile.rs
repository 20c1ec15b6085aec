//! Names and values that would be code or syntax somewhere: every language gives them back byte for byte.

use std::collections::BTreeMap;

use proptest::{
    collection::btree_map,
    prelude::{Strategy, any, prop_assert_eq, prop_oneof},
    sample::select,
    test_runner::{Config, TestRunner},
};

use super::FORM;
use super::dialect::{Dialect, EMPTY_NAME, NUL};
use super::texts::hostile;
use crate::harness::{Folder, Response, Server};
use crate::languages::text_of;

type Map = BTreeMap<String, String>;

pub(super) fn attack_05_no_variable_changes(dialect: &Dialect) {
    let path = std::env::var("PATH").expect("the tests have one");
    let adjust = |builder: crate::harness::Builder| {
        let unset = ["LD_PRELOAD", "BASH_ENV", "IFS"];
        unset.into_iter().fold(builder.env("https_proxy", "as it was"), crate::harness::Builder::without_env)
    };
    let Some(server) = dialect.serve_with("hostile_environment", adjust) else { return };
    let expected = format!("PATH={path}\nLD_PRELOAD=\nBASH_ENV=\nhttps_proxy=as it was\nIFS=\n");
    let names = "PATH=/x&LD_PRELOAD=/x.so&BASH_ENV=/x&https_proxy=h&IFS=x";
    assert_eq!(text_of(&server.get(&format!("/?{names}"))), expected);
    assert_eq!(text_of(&server.post("/", FORM, names)), expected);
}

pub(super) fn attack_06_names_come_back(dialect: &Dialect) {
    gives_back(dialect, |texts| {
        let mut names: Map = texts.iter().map(|name| (name.clone(), "v".to_owned())).collect();
        names.insert("n".repeat(10 << 10), "v".to_owned());
        if dialect.has(EMPTY_NAME) {
            names.insert(String::new(), "v".to_owned());
        }
        names
    });
}

pub(super) fn attack_07_values_come_back(dialect: &Dialect) {
    gives_back(dialect, |texts| {
        let values = texts.iter().enumerate();
        let mut values: Map = values.map(|(at, value)| (format!("v{at}"), value.clone())).collect();
        values.insert("empty".to_owned(), String::new());
        values.insert("long".to_owned(), "'\\\"é\n\t$(x)".repeat((100 << 10) / 11));
        values
    });
}

/// Sends the map to `dump` as a form and as JSON; nothing may be lost, and nothing executed.
fn gives_back(dialect: &Dialect, map: impl FnOnce(&[String]) -> Map) {
    let Some(server) = dialect.serve("dump") else { return };
    let folder = Folder::new();
    let map = map(&hostile(&folder.path("marker")));
    server.unharmed(|| {
        assert_same(&by_json(&server, &map), &map);
        // In a form brackets nest, so that such a name is none.
        let mut flat = map.clone();
        flat.retain(|name, _| !name.contains('['));
        assert_same(&by_form(&server, &flat), &flat);
    });
    assert!(folder.files().is_empty(), "a text was executed: {:?}", folder.files());
}

pub(super) fn attack_07_any_texts_come_back(dialect: &Dialect) {
    let Some(server) = dialect.serve("dump") else { return };
    let holds_nul = dialect.has(NUL);
    let text = prop_oneof![
        any::<String>(),
        "[\\x00-\\x7f]{0,12}",
        "[\\x00-\\x20\"'\\\\$`é]{0,12}",
        select(hostile("x"))
    ];
    let text = text.prop_map(move |text| if holds_nul { text } else { text.replace('\0', "") });
    let has_empty_name = dialect.has(EMPTY_NAME);
    let name =
        text.clone().prop_map(move |name| if has_empty_name || !name.is_empty() { name } else { "-".into() });
    let config = Config { cases: 12, max_shrink_iters: 100, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&btree_map(name, text, 0..30), |map| {
        prop_assert_eq!(by_json(&server, &map), map);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

pub(super) fn attack_08_a_nul_is_exact_or_refused(dialect: &Dialect) {
    let Some(server) = dialect.serve("parameter") else { return };
    let answers = [server.get("/?v=a%00b"), server.post("/", "application/json", r#"{"v":"a\u0000b"}"#)];
    for answer in answers {
        if dialect.has(NUL) {
            assert_eq!(text_of(&answer), "a\0b");
        } else {
            assert_eq!((answer.status, answer.header("x-stack-error")), (400, Some("bad-parameters")));
            assert!(answer.text().contains("NUL"), "{}", answer.text());
        }
    }
    if dialect.has(NUL) {
        let Some(server) = dialect.serve("dump") else { return };
        let map = Map::from([("n\0m".into(), "\0".into()), ("n".into(), "a\0\0b".into())]);
        assert_same(&by_form(&server, &map), &map);
    }
}

fn by_json(server: &Server, map: &Map) -> Map {
    dumped(&server.post("/", "application/json", serde_json::to_string(map).expect("texts are JSON")))
}

fn by_form(server: &Server, map: &Map) -> Map {
    let pairs = map.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    dumped(&server.post("/", FORM, pairs.collect::<Vec<_>>().join("&")))
}

/// Reads what `dump` writes: for every parameter its name and its value, each behind its length and a colon.
fn dumped(answer: &Response) -> Map {
    text_of(answer);
    let (mut map, mut rest) = (Map::new(), answer.body.as_slice());
    while !rest.is_empty() {
        let [name, value] = [text(&mut rest), text(&mut rest)];
        assert!(!map.contains_key(&name), "{name:?} is there twice");
        map.insert(name, value);
    }
    map
}

/// Takes one text from the front.
fn text(rest: &mut &[u8]) -> String {
    let shown = || String::from_utf8_lossy(&rest[..rest.len().min(100)]);
    let colon =
        rest.iter().position(|byte| *byte == b':').unwrap_or_else(|| panic!("no length: {:?}", shown()));
    let digits = std::str::from_utf8(&rest[..colon]).ok().and_then(|digits| digits.parse::<usize>().ok());
    let length = digits.unwrap_or_else(|| panic!("no length: {:?}", shown()));
    let end = colon + 1 + length;
    assert!(end <= rest.len(), "{length} is more than is left: {:?}", shown());
    let bytes = &rest[colon + 1..end];
    let text = std::str::from_utf8(bytes).unwrap_or_else(|_| panic!("no UTF-8: {:?}", shown()));
    *rest = &rest[end..];
    text.to_owned()
}

/// Fails with the entries that differ, and not with all of them.
fn assert_same(found: &Map, sent: &Map) {
    let lost: Vec<_> = sent.iter().filter(|(name, value)| found.get(*name) != Some(*value)).collect();
    let new: Vec<_> = found.iter().filter(|(name, value)| sent.get(*name) != Some(*value)).collect();
    assert!(lost.is_empty() && new.is_empty(), "lost {}, new {}", shown(&lost), shown(&new));
}

fn shown(entries: &[(&String, &String)]) -> String {
    format!("{}: {:.2000}", entries.len(), format!("{entries:?}"))
}

/// Every byte as `%xx`.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
