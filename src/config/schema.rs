//! The published JSON Schema of `stack.toml`, and the page about it: both must say what the types say.

use std::{collections::BTreeSet, env, fs, path::Path};

use serde_json::Value;

use super::{File, read};

const PUBLISHED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/stack.schema.json");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/stack.toml.md");
const FIXTURE: &str = include_str!("../../tests/fixtures/stack.toml");

fn generated() -> Value {
    let mut schema = schemars::schema_for!(File).to_value();
    schema["title"] = "stack.toml".into();
    schema["description"] = "What stands in a stack.toml; docs/stack.toml.md has every key".into();
    schema
}

fn published() -> Value {
    serde_json::from_str(&fs::read_to_string(PUBLISHED).unwrap()).unwrap()
}

/// The examples of a page: its blocks that are marked as TOML.
fn examples(page: &str) -> Vec<String> {
    let blocks = page.split("```toml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

fn in_json(text: &str) -> Value {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn row_72_the_published_schema_is_that_of_the_types() {
    let text = format!("{:#}\n", generated());
    if env::var_os("STACK_BLESS").is_some() {
        fs::create_dir_all(Path::new(PUBLISHED).parent().unwrap()).unwrap();
        fs::write(PUBLISHED, &text).unwrap();
    }
    let published = fs::read_to_string(PUBLISHED).unwrap_or_default();
    assert!(published == text, "schema/stack.schema.json is another; STACK_BLESS=1 writes it anew");
}

#[test]
fn row_72_the_schema_takes_what_the_types_take() {
    let validator = jsonschema::validator_for(&published()).unwrap();
    let page = fs::read_to_string(PAGE).unwrap();
    let examples = examples(&page);
    assert!(examples.len() >= 3, "the page has examples");
    for text in examples.iter().map(String::as_str).chain([FIXTURE, ""]) {
        read("stack.toml", text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
        let errors: Vec<_> = validator.iter_errors(&in_json(text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}:\n{text}");
    }
}

#[test]
fn attack_49_the_schema_refuses_what_the_types_refuse() {
    let validator = jsonschema::validator_for(&published()).unwrap();
    for text in [
        "[sever]\n",
        "[server]\nport = \"x\"\n",
        "[server]\nport = 65536\n",
        "[defaults]\ntimeout = \"soon\"\n",
        "[defaults]\nmax_body = \"10MB\"\n",
        "[services.a]\ntime-out = 5\n",
        "[services.a]\nprotocol = \"fastcgi\"\n",
        "[services.a]\nok_exit = [256]\n",
    ] {
        assert!(read("stack.toml", text).is_err(), "{text}");
        assert!(!validator.is_valid(&in_json(text)), "{text}");
    }
}

#[test]
fn row_72_the_page_has_every_key() {
    let page = fs::read_to_string(PAGE).unwrap();
    let schema = generated();
    let of =
        |table: &Value| table["properties"].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    for (table, keys) in
        [("server", of(&schema["$defs"]["Server"])), ("service", of(&schema["$defs"]["Service"]))]
    {
        for key in keys {
            assert!(page.contains(&format!("| `{key}` |")), "the page does not have {key} of {table}");
        }
    }
}
