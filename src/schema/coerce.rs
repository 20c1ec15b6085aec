//! Texts into the types that a schema asks for, and defaults where a member is missing.

use serde_json::value::{RawValue, to_raw_value};

use super::{
    types::{Types, typed},
    view::View,
};
use crate::params::{Map, Value, json};

/// How many defaults one request is given: a schema can hold itself as its own default.
const DEFAULTS: usize = 1_000;
/// How deep they may stand in one another.
const DEEPEST: usize = 32;

/// The parameters of one request on their way to what the schema asks for.
pub(super) struct Coercion {
    /// How many more defaults there may be.
    left: usize,
    depth: usize,
}

impl Coercion {
    /// Without defaults JSON is left alone.
    pub(super) fn new(has_defaults: bool) -> Self {
        Self { left: if has_defaults { DEFAULTS } else { 0 }, depth: 0 }
    }

    /// The members, each as its place asks for, and those that are missing.
    pub(super) fn object(&mut self, map: Map, view: &View<'_>) -> Map {
        let member = |(name, member): (String, Value)| {
            let member = self.value(member, &view.property(&name));
            (name, member)
        };
        let mut map: Map = map.into_iter().map(member).collect();
        for (name, default) in self.missing(view, |name| map.contains_key(name)) {
            map.insert(name, default);
        }
        map
    }

    fn value(&mut self, value: Value, view: &View<'_>) -> Value {
        if view.is_empty() {
            return value;
        }
        match value {
            Value::Text(text) => self.text(text, view),
            Value::List(items) => {
                let item = |(at, item)| self.value(item, &view.item(at));
                Value::List(items.into_iter().enumerate().map(item).collect())
            }
            Value::Map(map) => Value::Map(self.object(map, view)),
            Value::Json(json) => self.json(&json, view).unwrap_or(Value::Json(json)),
            Value::File(file) => {
                let types = view.types();
                let is_item = types.has(Types::ARRAY) && !types.has(Types::OBJECT);
                if is_item { Value::List(vec![Value::File(file)]) } else { Value::File(file) }
            }
        }
    }

    /// A list of one cannot be told from a value in a query, so a text may become that too.
    fn text(&mut self, text: String, view: &View<'_>) -> Value {
        let types = view.types();
        match typed(&text, types) {
            Some(value) => value,
            None if types.has(Types::ARRAY) && !types.has(Types::STRING) => {
                Value::List(vec![self.value(Value::Text(text), &view.item(0))])
            }
            None => Value::Text(text),
        }
    }

    /// JSON says its types itself; it only gets its defaults. Nothing when it has them all: then it stays as it was
    /// written.
    fn json(&mut self, value: &RawValue, view: &View<'_>) -> Option<Value> {
        if self.left == 0 || self.depth == DEEPEST || view.is_empty() {
            return None;
        }
        self.depth += 1;
        let opened = match value.get().as_bytes().first() {
            Some(b'{') => self.json_object(value, view),
            Some(b'[') => self.json_list(value, view),
            _ => None,
        };
        self.depth -= 1;
        opened
    }

    fn json_object(&mut self, object: &RawValue, view: &View<'_>) -> Option<Value> {
        let members = json::members(object, usize::MAX).ok()??;
        let member = |(name, member): (String, _)| {
            let opened = self.json(member, &view.property(&name));
            (name, member, opened)
        };
        let members: Vec<_> = members.into_iter().map(member).collect();
        let missing = self.missing(view, |name| members.iter().any(|(known, ..)| known == name));
        if missing.is_empty() && members.iter().all(|(.., opened)| opened.is_none()) {
            return None;
        }
        let written = |(name, member, opened): (_, &RawValue, Option<_>)| {
            (name, opened.unwrap_or_else(|| Value::Json(member.to_owned())))
        };
        Some(Value::Map(members.into_iter().map(written).chain(missing).collect()))
    }

    fn json_list(&mut self, list: &RawValue, view: &View<'_>) -> Option<Value> {
        let items = json::items(list, usize::MAX).ok()??;
        let item = |(at, item)| (item, self.json(item, &view.item(at)));
        let items: Vec<(&RawValue, Option<Value>)> = items.into_iter().enumerate().map(item).collect();
        if items.iter().all(|(_, opened)| opened.is_none()) {
            return None;
        }
        let written =
            |(item, opened): (&RawValue, Option<_>)| opened.unwrap_or_else(|| Value::Json(item.to_owned()));
        Some(Value::List(items.into_iter().map(written).collect()))
    }

    /// The defaults of what is not there, filled themselves.
    fn missing(&mut self, view: &View<'_>, is_there: impl Fn(&str) -> bool) -> Vec<(String, Value)> {
        let mut missing = Vec::new();
        if self.left == 0 {
            return missing;
        }
        for (name, default) in view.defaults() {
            let Ok(default) = to_raw_value(default) else { continue };
            if self.left == 0 || is_there(name) {
                continue;
            }
            self.left -= 1;
            let default = self.json(&default, &view.property(name)).unwrap_or(Value::Json(default));
            missing.push((name.to_owned(), default));
        }
        missing
    }
}
