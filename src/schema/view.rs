//! A place in a schema: all parts of it that hold for one value, as far as they can be told without the value.

use std::ops::BitOr;

use serde_json::{Map, Value};

use super::types::Types;

/// How many parts one place has at most; recursion ends earlier.
const PARTS: usize = 64;
/// How many `anyOf` may stand in one another before their types are not looked at.
const ALTERNATIVES: usize = 4;

/// What holds for one value: the schema that stands there, what it refers to, and what `allOf` adds.
#[derive(Clone, Debug)]
pub(super) struct View<'s> {
    root: &'s Value,
    parts: Vec<&'s Map<String, Value>>,
}

impl<'s> View<'s> {
    /// The place of the whole value.
    pub(super) fn new(root: &'s Value) -> Self {
        Self::of(root, [root])
    }

    fn of(root: &'s Value, schemas: impl IntoIterator<Item = &'s Value>) -> Self {
        let mut view = Self { root, parts: Vec::new() };
        schemas.into_iter().for_each(|schema| view.add(schema));
        view
    }

    fn add(&mut self, schema: &'s Value) {
        let Some(part) = schema.as_object() else { return };
        if self.parts.len() == PARTS || self.parts.iter().any(|known| std::ptr::eq(*known, part)) {
            return;
        }
        self.parts.push(part);
        let target = part.get("$ref").and_then(Value::as_str).and_then(|name| self.target(name));
        target.into_iter().chain(list(part, "allOf")).for_each(|schema| self.add(schema));
    }

    /// What a reference within the document names; one by `$anchor` or `$id` is not followed here.
    fn target(&self, reference: &str) -> Option<&'s Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// Whether nothing is known of the value.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The place of a member of the value.
    pub(super) fn property(&self, name: &str) -> Self {
        let parts = self.with_alternatives();
        let schemas =
            parts.iter().filter_map(|part| match part.get("properties").and_then(|all| all.get(name)) {
                Some(schema) => Some(schema),
                // Which pattern a name fits is the validator's matter.
                None if part.contains_key("patternProperties") => None,
                None => part.get("additionalProperties"),
            });
        Self::of(self.root, schemas)
    }

    /// The place of an item of the value.
    pub(super) fn item(&self, at: usize) -> Self {
        let parts = self.with_alternatives();
        let schemas = parts.iter().filter_map(|part| match part.get("items") {
            // So it was written before draft 2020-12.
            Some(Value::Array(items)) => items.get(at).or_else(|| part.get("additionalItems")),
            items => list(part, "prefixItems").nth(at).or(items),
        });
        Self::of(self.root, schemas)
    }

    /// The members that have a default, with it.
    pub(super) fn defaults(&self) -> Vec<(&'s str, &'s Value)> {
        let parts = self.with_alternatives();
        let properties = parts.iter().filter_map(|part| part.get("properties")?.as_object()).flatten();
        let default = |(name, schema): (&'s String, &'s Value)| {
            let view = Self::of(self.root, [schema]);
            Some((name.as_str(), view.parts.iter().find_map(|part| part.get("default"))?))
        };
        properties.filter_map(default).collect()
    }

    /// The members that have a schema, each once.
    #[cfg(feature = "cli")]
    pub(super) fn properties(&self) -> Vec<(&'s str, &'s Value)> {
        let parts = self.parts.iter().filter_map(|part| part.get("properties")?.as_object());
        let mut properties: Vec<(&str, &Value)> = Vec::new();
        for (name, schema) in parts.flatten() {
            if !properties.iter().any(|(known, _)| known == name) {
                properties.push((name, schema));
            }
        }
        properties
    }

    /// The members that must be there.
    #[cfg(feature = "cli")]
    pub(super) fn required(&self) -> Vec<&'s str> {
        self.parts.iter().flat_map(|part| list(part, "required")).filter_map(Value::as_str).collect()
    }

    /// The types that the value may have.
    pub(super) fn types(&self) -> Types {
        self.types_within(ALTERNATIVES)
    }

    fn types_within(&self, levels: usize) -> Types {
        let Some(below) = levels.checked_sub(1) else { return Types::ALL };
        let of_part = |part: &&'s Map<String, Value>| {
            let named = part.get("type").map_or(Types::ALL, Types::named);
            let constant = part.get("const").map_or(Types::ALL, Types::of);
            let listed = any(list(part, "enum").map(Types::of));
            let alternatives = |keyword| {
                any(list(part, keyword).map(|schema| match schema {
                    Value::Bool(true) => Types::ALL,
                    schema => Self::of(self.root, [schema]).types_within(below),
                }))
            };
            named & constant & listed & alternatives("anyOf") & alternatives("oneOf")
        };
        self.parts.iter().map(of_part).fold(Types::ALL, |all, types| all & types)
    }

    /// The parts, and the one alternative of each that is not null: `anyOf: [{…}, {type: null}]` is how an optional
    /// value is written. Among several only the validator can choose.
    fn with_alternatives(&self) -> Vec<&'s Map<String, Value>> {
        let mut view = self.clone();
        for part in &self.parts {
            for keyword in ["anyOf", "oneOf"] {
                let mut others = list(part, keyword).filter(|schema| !is_null(schema));
                if let (Some(schema), None) = (others.next(), others.next()) {
                    view.add(schema);
                }
            }
        }
        view.parts
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|named| named == "null")
}

fn list<'s>(part: &'s Map<String, Value>, keyword: &str) -> impl Iterator<Item = &'s Value> {
    part.get(keyword).and_then(Value::as_array).into_iter().flatten()
}

/// All of these types; without any all there are.
fn any(types: impl Iterator<Item = Types>) -> Types {
    types.reduce(BitOr::bitor).unwrap_or(Types::ALL)
}
