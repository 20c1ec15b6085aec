//! A JSON body as parameters.

use serde_json::value::RawValue;

use crate::{
    failure::{Failure, Kind},
    params::{Map, Value, allowance::exceeded, json},
};

/// An object gives its members by name, the last of equal names; anything else is the one parameter `body`.
///
/// More than `limit` members are refused, counted as they are written, and so is a name with half of a
/// surrogate pair, which no Unicode text has.
pub(crate) fn of_body(body: Box<RawValue>, limit: usize) -> Result<Map, Failure> {
    if !body.get().starts_with('{') {
        return Ok(Map::from([("body".to_owned(), Value::Json(body))]));
    }
    let members = json::members(&body, limit)
        .map_err(|error| Failure::new(Kind::BadJson, json::sentence(&error)))?
        .ok_or_else(exceeded)?;
    Ok(members.into_iter().map(|(name, value)| (name, Value::Json(value.to_owned()))).collect())
}

#[cfg(test)]
mod tests {
    use super::of_body;
    use crate::{
        failure::{Failure, Kind},
        params::{Map, Value, json},
    };

    fn params(text: &str) -> Result<Map, Failure> {
        of_body(json::parse(text.as_bytes())?, 1_000)
    }

    fn raw(text: &str) -> Vec<(String, String)> {
        let raw = |value: &Value| match value {
            Value::Json(value) => value.get().to_owned(),
            other => panic!("{other:?}"),
        };
        params(text).expect("a valid body").iter().map(|(name, value)| (name.clone(), raw(value))).collect()
    }

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn row_32_an_object_spreads_and_numbers_keep_their_digits() {
        let body = r#" {"a":{"b":1.10},"l":[1, 2],"n":9223372036854775809,"t":true,"e":1e400} "#;
        let expected = [
            ("a", r#"{"b":1.10}"#),
            ("l", "[1, 2]"),
            ("n", "9223372036854775809"),
            ("t", "true"),
            ("e", "1e400"),
        ];
        assert_eq!(raw(body), pairs(&expected));
        assert_eq!(raw("{}"), []);
    }

    #[test]
    fn row_34_what_is_no_object_is_the_body() {
        for body in ["[1,2]", "5", "\"x\"", "null"] {
            assert_eq!(raw(body), pairs(&[("body", body)]));
        }
    }

    #[test]
    fn attack_06_names_are_data() {
        let body = r#"{"__proto__":{"x":1},"a[b]":2,"":3,"a\u0000b":4,"\ud83d\ude00":5}"#;
        let expected = [("__proto__", r#"{"x":1}"#), ("a[b]", "2"), ("", "3"), ("a\0b", "4"), ("😀", "5")];
        assert_eq!(raw(body), pairs(&expected));
    }

    #[test]
    fn attack_27_too_many_names_are_refused_even_when_they_are_equal() {
        let members = |count: usize| format!("{{{}\"a\":0}}", "\"a\":0,".repeat(count - 1));
        assert_eq!(raw(&members(1_000)), pairs(&[("a", "0")]));
        assert_eq!(params(&members(1_001)).expect_err("over the limit").kind, Kind::BadParameters);
        // Were it not linear, the runner\'s limit on a test\'s time would meet it here.
        assert_eq!(params(&members(1_000_000)).expect_err("over the limit").kind, Kind::BadParameters);
    }

    #[test]
    fn attack_28_equal_names_keep_the_last_and_half_surrogates_no_name() {
        assert_eq!(raw(r#"{"a":1,"b":2,"a":3}"#), pairs(&[("a", "3"), ("b", "2")]));
        assert_eq!(raw(r#"{"a":"\ud800"}"#), pairs(&[("a", r#""\ud800""#)]));
        assert_eq!(params(r#"{"\ud800":1}"#).expect_err("no Unicode").kind, Kind::BadJson);
    }
}
