//! Parameters by every name, in every shape, at any size.

use super::FORM;
use super::dialect::Dialect;
use crate::languages::text_of;

pub(super) fn row_30_a_parameter(dialect: &Dialect) {
    let Some(server) = dialect.serve("parameter") else { return };
    assert_eq!(text_of(&server.get("/?v=bar")), "bar");
    assert_eq!(text_of(&server.get("/?other=1&v=b%C3%A9+%F0%9F%98%80%0A")), "bé 😀\n");
    assert_eq!(text_of(&server.get("/?v=")), "");
    assert_eq!(text_of(&server.post("/", FORM, "v=a+form")), "a form");
    assert_eq!(text_of(&server.post("/", "application/json", r#"{"v":"JSON \u00e9"}"#)), "JSON é");
}

pub(super) fn row_31_nested_and_repeated(dialect: &Dialect) {
    let Some(server) = dialect.serve("nested") else { return };
    assert_eq!(text_of(&server.get("/?a[b]=c&l[]=1&l[]=2")), "c\n1\n2\n");
    let json = r#"{"a":{"b":"c"},"l":["1","2"]}"#;
    assert_eq!(text_of(&server.post("/", "application/json", json)), "c\n1\n2\n");
}

pub(super) fn row_40_a_form_is_parameters_and_the_bytes_too(dialect: &Dialect) {
    let Some(server) = dialect.serve("form") else { return };
    assert_eq!(text_of(&server.post("/?b=2", FORM, "a=x+%C3%A9")), "x é 2 a=x+%C3%A9\n");
}

pub(super) fn row_43_a_big_parameter(dialect: &Dialect) {
    let Some(server) = dialect.serve("parameter") else { return };
    let unit = "1 MB of text: é € 😀 \"'\\ ";
    let value = unit.repeat(1_000_000 / unit.len() + 1);
    let answer = server.post("/", FORM, format!("v={}", value.replace(' ', "+")));
    let text = text_of(&answer);
    assert!(text == value, "{} bytes of {}, of which {:?}…", text.len(), value.len(), start(&text));
}

pub(super) fn every_name_of_a_parameter(dialect: &Dialect) {
    let Some(server) = dialect.serve("names") else { return };
    let text = text_of(&server.get("/?foo=bar"));
    assert!(text.lines().count() >= 3, "these are too few: {text}");
    let others: Vec<_> = text.lines().enumerate().filter(|(_, line)| *line != "bar").collect();
    assert!(others.is_empty(), "some names have another value: {others:?}");
}

fn start(text: &str) -> String {
    text.chars().take(100).collect()
}
