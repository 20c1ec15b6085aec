//! The document for bash, as a real bash reads it.

#![expect(clippy::disallowed_types, reason = "only a real bash can say what bash reads")]

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    process::{Command, Stdio},
};

use proptest::{
    collection::{btree_map, vec},
    prelude::{Just, ProptestConfig, Strategy, any, any_with, prop_assert_eq, prop_oneof, proptest},
};

use super::{body, encode, encoded, fields, texts, upload};
use crate::{
    document::flat,
    failure::Kind,
    params::{Map, Value},
    service::Format,
};

/// Sources the document inside a function, as the bridge does, and returns the words that `script` printed.
fn bash(document: &[u8], locale: &str, script: &str) -> Vec<String> {
    let script = format!("load() {{ . /dev/stdin; }}\nload\n{script}");
    let mut child = Command::new("bash")
        .args(["--norc", "--noprofile", "-c", &script])
        .env("LC_ALL", locale)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash is installed");
    // A bash that ends early breaks the pipe; its own words say more about that.
    let _ = child.stdin.take().expect("it is piped").write_all(document);
    let output = child.wait_with_output().expect("bash ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{}", String::from_utf8_lossy(document));
    assert!(output.status.success(), "{}", output.status);
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    printed.split_terminator('\0').map(str::to_owned).collect()
}

fn printed_pairs(words: Vec<String>) -> BTreeMap<String, String> {
    let mut words = words.into_iter();
    let mut pairs = BTreeMap::new();
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        assert!(pairs.insert(name.clone(), value).is_none(), "{name} twice");
    }
    pairs
}

fn bash_map(document: &[u8], array: &str, locale: &str) -> BTreeMap<String, String> {
    let script =
        format!(r#"for key in "${{!{array}[@]}}"; do printf '%s\0%s\0' "$key" "${{{array}[$key]}}"; done"#);
    printed_pairs(bash(document, locale, &script))
}

fn bash_variables(document: &[u8], prefix: &str) -> BTreeMap<String, String> {
    let script = format!(
        r#"while read -r name; do printf '%s\0%s\0' "${{name#{prefix}}}" "${{!name}}"; done < <(compgen -v {prefix})"#
    );
    printed_pairs(bash(document, "C.UTF-8", &script))
}

fn expected_variables(params: &Map) -> BTreeMap<String, String> {
    let entries = flat::entries(params).expect("text");
    entries
        .into_iter()
        .filter_map(|entry| Some((entry.name?.into_owned(), entry.text.into_owned())))
        .collect()
}

fn pairs(table: &[(&str, &str)]) -> BTreeMap<String, String> {
    table.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Names and values that a shell would act on, were they ever code.
const HOSTILE: [&str; 62] = [
    "$(kill -9 $$)",
    "`kill -9 $$`",
    "${x:=$(kill -9 $$)}",
    "x[$(kill -9 $$)]",
    "x[`kill -9 $$`]",
    "a[$(kill -9 $$)0]",
    "$((x[$(kill -9 $$)]))",
    "'; kill -9 $$ #",
    "\"; kill -9 $$ #",
    "'$(kill -9 $$)'",
    "'\\''",
    "'",
    "''",
    "'''",
    "\"",
    "\\",
    "\\\\",
    "\\'",
    "a\\",
    "]",
    "[",
    "[]",
    "][",
    "]=x",
    "']=x; kill -9 $$; Hook_params['y",
    "x]=1 y[z",
    "@",
    "*",
    "?",
    "#",
    "!",
    "!x",
    "$",
    "$x",
    "$_stack_key",
    "~",
    "~root",
    "{a,b}",
    "-1",
    "-n",
    " ",
    "  x  ",
    "\t",
    "\n",
    "a\nb",
    "a\r\nb",
    "a=b",
    "a;id",
    "a$(id)",
    "a&b|c>d<e",
    "() { :;}; kill -9 $$",
    "%s%n",
    "\u{1}",
    "\u{1}\u{1}",
    "\u{7f}",
    "\u{1}\u{7f}x",
    "\u{1b}[31m",
    "\u{80}",
    "é",
    "日本語]",
    "😀",
    "!!",
];

#[test]
fn row_44_bash_knows_the_request_under_every_spelling() {
    let document = encoded(&Map::new(), Format::Shell);
    let facts = [
        ("connection_remoteAddress", "127.0.0.1"),
        ("deadline", "1700000000000"),
        ("host", "localhost:3000"),
        ("httpVersion", "1.1"),
        ("id", "0123"),
        ("method", "GET"),
        ("path", "/a"),
        ("query", "b='"),
        ("url", "/a?b='"),
    ];
    for prefix in ["Hook_req_", "hook_req_", "Hook_input_", "hook_input_"] {
        let script = format!(r#"for name in {}; do name={prefix}$name; printf '%s\0' "${{!name}}"; done"#, {
            facts.map(|(name, _)| name).join(" ")
        });
        assert_eq!(bash(document.as_bytes(), "C", &script), facts.map(|(_, value)| value), "{prefix}");
        let headers = bash_map(document.as_bytes(), &format!("{prefix}headers"), "C");
        assert_eq!(headers, pairs(&[("@", "*"), ("host", "localhost:3000"), ("user-agent", "x\ty'\\")]));
    }
    let script = r#"printf '%s\0' "$Hook_service_name" "$hook_service_path" "$hook_service_language" "#;
    assert_eq!(bash(document.as_bytes(), "C", script), ["echo", "/srv/echo.sh", "bash"]);
    let script = r#"printenv -0 QUERY_STRING; ! printenv no-identifier"#;
    assert_eq!(bash(document.as_bytes(), "C", script), ["b='"]);
}

#[test]
fn row_31_bash_reads_nested_values_by_flat_names_and_paths() {
    let params = fields("a[b]=c&a[x-y]=d&l[]=1&l[]=2&a_b=literal&p[q_r]=first&p_q[r]=second&=empty&0=zero");
    let document = encoded(&params, Format::Shell);
    let variables = [
        ("0", "zero"),
        ("a", r#"{"b":"c","x-y":"d"}"#),
        ("a_b", "literal"),
        ("l", r#"["1","2"]"#),
        ("l_0", "1"),
        ("l_1", "2"),
        ("p", r#"{"q_r":"first"}"#),
        ("p_q", r#"{"r":"second"}"#),
        ("p_q_r", "first"),
    ];
    assert_eq!(bash_variables(document.as_bytes(), "Hook_params_"), pairs(&variables));
    assert_eq!(bash_variables(document.as_bytes(), "hook_params_"), pairs(&variables));
    let map = [
        ("0", "zero"),
        ("a", r#"{"b":"c","x-y":"d"}"#),
        ("a[b]", "c"),
        ("a[x-y]", "d"),
        ("a_b", "literal"),
        ("l", r#"["1","2"]"#),
        ("l[0]", "1"),
        ("l[1]", "2"),
        ("p", r#"{"q_r":"first"}"#),
        ("p[q_r]", "first"),
        ("p_q", r#"{"r":"second"}"#),
        ("p_q[r]", "second"),
    ];
    for array in ["Hook_params", "hook_params", "hook_req_params", "Hook_input_params"] {
        assert_eq!(bash_map(document.as_bytes(), array, "C.UTF-8"), pairs(&map));
    }
}

#[test]
fn row_31_equal_paths_and_names_keep_the_first() {
    let params = body(r#"{"a[b]":{"c":1},"a":{"b":{"c":2},"b][c":3},"x":{"y_z":4},"x_y":{"z":5},"x_y_z":6}"#);
    let document = encoded(&params, Format::Shell);
    let map = bash_map(document.as_bytes(), "Hook_params", "C");
    assert_eq!((map["a[b]"].as_str(), map["a[b][c]"].as_str()), (r#"{"c":1}"#, "1"));
    assert_eq!((map["x[y_z]"].as_str(), map["x_y[z]"].as_str()), ("4", "5"));
    let variables = bash_variables(document.as_bytes(), "hook_params_");
    assert_eq!((variables["a_b_c"].as_str(), variables["x_y_z"].as_str()), ("2", "6"));
    let pairs = encoded(&params, Format::Pairs);
    let names: Vec<_> = pairs.lines().filter_map(|line| Some(line.split_once('\t')?.0)).collect();
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "{names:?}");
}

#[test]
fn row_32_json_values_become_their_text_in_bash() {
    let params = body(
        r#"{"n":1.10,"t":true,"z":null,"s":"a\n\u0027\ud83d\ude00","o":{"k":{"d":1e400}},"e":{},"a":{"x":1,"x":2}}"#,
    );
    let variables = [
        ("a", r#"{"x":1,"x":2}"#),
        ("a_x", "2"),
        ("e", "{}"),
        ("n", "1.10"),
        ("o", r#"{"k":{"d":1e400}}"#),
        ("o_k", r#"{"d":1e400}"#),
        ("o_k_d", "1e400"),
        ("s", "a\n'😀"),
        ("t", "true"),
        ("z", ""),
    ];
    assert_eq!(bash_variables(encoded(&params, Format::Shell).as_bytes(), "Hook_params_"), pairs(&variables));
}

#[test]
fn row_37_files_have_variables_and_a_map_that_no_field_can_fill() {
    let mut params = fields("f_path=%2Fetc%2Fpasswd&g_path=%2Fetc%2Fshadow");
    params.insert("f".to_owned(), upload("/tmp/it's"));
    params.insert("a-b".to_owned(), Value::List(vec![upload("/tmp/1"), upload("/tmp/2")]));
    let document = encoded(&params, Format::Shell);
    let files = pairs(&[("f", "/tmp/it's"), ("a-b[0]", "/tmp/1"), ("a-b[1]", "/tmp/2")]);
    assert_eq!(bash_map(document.as_bytes(), "hook_files", "C"), files);
    let variables = bash_variables(document.as_bytes(), "Hook_params_");
    assert_eq!(variables["f_filename"], "../a\n'b'.txt");
    assert_eq!((variables["f_size"].as_str(), variables["f_type"].as_str()), ("12", "text/plain"));
    assert_eq!(variables["f_path"], "/etc/passwd");
    assert_eq!(bash_map(document.as_bytes(), "Hook_params", "C")["f[path]"], "/tmp/it's");
}

#[test]
fn row_43_a_value_of_a_megabyte_is_intact_in_bash() {
    let value: String = "it's \\ é\n".chars().cycle().take(1 << 20).collect();
    let params = texts(&BTreeMap::from([("big".to_owned(), value.clone())]));
    let words =
        bash(encoded(&params, Format::Shell).as_bytes(), "C.UTF-8", r#"printf '%s\0' "$hook_params_big""#);
    assert_eq!(words, [value]);
}

#[test]
fn attack_05_06_07_hostile_names_and_values_come_back_byte_for_byte() {
    let mut params = BTreeMap::new();
    for (index, text) in HOSTILE.iter().enumerate() {
        params.insert((*text).to_owned(), HOSTILE[(index + 1) % HOSTILE.len()].to_owned());
        params.insert(format!("value_{index}"), (*text).to_owned());
    }
    for name in
        ["PATH", "LD_PRELOAD", "BASH_ENV", "IFS", "UID", "__proto__", "constructor", "params", "0", "_"]
    {
        params.insert(name.to_owned(), "x".to_owned());
    }
    params.insert("long".repeat(2_560), "x".to_owned());
    params.insert("ü".repeat(5_120), "x".to_owned());
    let document = encoded(&texts(&params), Format::Shell);
    for locale in ["C", "C.UTF-8"] {
        assert_eq!(bash_map(document.as_bytes(), "Hook_params", locale), params, "{locale}");
    }
    let expected: BTreeMap<_, _> = params.into_iter().filter(|(name, _)| flat::is_flat(name)).collect();
    assert_eq!(bash_variables(document.as_bytes(), "hook_params_"), expected);
}

#[test]
fn attack_05_06_only_prefixed_variables_are_made() {
    let mut params = fields("PATH=x&IFS=x&a[b]=1&BASH_ENV=x&hook=1&Hook=1&UID=0&x[$(id)]=1");
    params.extend(HOSTILE.iter().map(|text| ((*text).to_owned(), Value::Text((*text).to_owned()))));
    let script = r#"PATH=/no-such-folder; compgen -v"#;
    let before: BTreeSet<_> = lines(&bash(b"", "C", script));
    let after = lines(&bash(encoded(&params, Format::Shell).as_bytes(), "C", script));
    let fresh: Vec<_> = after.difference(&before).filter(|name| !name.starts_with("QUERY_STRING")).collect();
    assert!(!fresh.is_empty());
    for name in fresh {
        assert!(name.starts_with("Hook_") || name.starts_with("hook_"), "{name}");
    }
}

fn lines(words: &[String]) -> BTreeSet<String> {
    words.iter().flat_map(|word| word.lines()).map(str::to_owned).collect()
}

#[test]
fn attack_08_a_nul_is_carried_or_refused_by_name() {
    for params in [fields("na%00me=x"), fields("name=v%00"), body(r#"{"a":{"b":"\u0000"}}"#)] {
        let failure = encode(&params, Format::Shell).expect_err("bash has no NUL");
        assert_eq!(failure.kind, Kind::BadParameters);
        assert!(failure.message.contains("NUL"), "{}", failure.message);
        assert!(encode(&params, Format::Pairs).is_ok() && encode(&params, Format::Json).is_ok());
    }
    let failure = encode(&fields("a=1&na%00me=x"), Format::Shell).expect_err("bash has no NUL");
    assert!(failure.message.starts_with(r#"the parameter "na\0me" holds"#), "{}", failure.message);
}

fn name() -> impl Strategy<Value = String> {
    let text = any_with::<String>("[^\u{0}]{1,12}".into())
        .prop_filter("bash has no empty key", |name| !name.is_empty());
    prop_oneof![
        "[a-zA-Z0-9_]{1,8}",
        text,
        vec(prop_oneof![Just("'"), Just("\\"), Just("]"), Just("["), Just("$"), Just("\u{1}")], 1..6)
            .prop_map(|parts| parts.concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bash_reads_back_any_names_and_values(
        params in btree_map(name(), any_with::<String>("[^\u{0}]{0,24}".into()), 0..24),
        utf_8 in any::<bool>(),
    ) {
        let map = texts(&params);
        let document = encoded(&map, Format::Shell);
        let locale = if utf_8 { "C.UTF-8" } else { "C" };
        prop_assert_eq!(bash_variables(document.as_bytes(), "hook_params_"), expected_variables(&map));
        prop_assert_eq!(bash_map(document.as_bytes(), "Hook_params", locale), params);
    }
}
