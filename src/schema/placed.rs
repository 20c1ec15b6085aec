//! A schema as a part of another document, where its references must say so.

use serde_json::{Map, Value};

use super::{checked::Schema, types::Types, view::View};

/// One parameter that a schema names.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) name: String,
    /// Its schema, with references into the document that the whole stands in.
    pub(crate) schema: Value,
    pub(crate) is_required: bool,
    /// Whether it can only be an object.
    pub(crate) is_object: bool,
}

/// Keywords whose members are schemas by names that mean nothing themselves.
const NAMED: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
/// Keywords that hold data.
const DATA: [&str; 5] = ["const", "enum", "default", "examples", "example"];

impl Schema {
    /// The whole schema as it stands at `place` of another document, a reference like `#/components/schemas/User`.
    /// What `given` names comes from elsewhere, and is not required.
    pub(crate) fn placed(&self, place: &str, given: &[&str]) -> Value {
        let mut schema = placed(self.document(), place);
        if let Some(object) = schema.as_object_mut() {
            // It would be what the references begin at.
            object.remove("$id");
            if let Some(Value::Array(required)) = object.get_mut("required") {
                required.retain(|name| !given.iter().any(|given| name == given));
            }
        }
        schema
    }

    /// The parameters that it names, for a schema that stands there.
    pub(crate) fn properties(&self, place: &str) -> Vec<Property> {
        let view = View::new(self.document());
        let required = view.required();
        let property = |(name, schema): (&str, &Value)| Property {
            name: name.to_owned(),
            schema: placed(schema, place),
            is_required: required.contains(&name),
            is_object: view.property(name).types() == Types::OBJECT,
        };
        view.properties().into_iter().map(property).collect()
    }
}

fn placed(schema: &Value, place: &str) -> Value {
    match schema {
        Value::Object(members) => members
            .iter()
            .map(|(keyword, value)| (keyword.clone(), of_keyword(keyword, value, place)))
            .collect(),
        Value::Array(items) => items.iter().map(|item| placed(item, place)).collect(),
        other => other.clone(),
    }
}

fn of_keyword(keyword: &str, value: &Value, place: &str) -> Value {
    match value {
        Value::String(reference) if keyword == "$ref" => match reference.strip_prefix('#') {
            // An anchor is known in the whole document.
            Some(pointer) if pointer.is_empty() || pointer.starts_with('/') => {
                format!("{place}{pointer}").into()
            }
            _ => value.clone(),
        },
        Value::Object(schemas) if NAMED.contains(&keyword) => schemas
            .iter()
            .map(|(name, schema)| (name.clone(), placed(schema, place)))
            .collect::<Map<_, _>>()
            .into(),
        value if DATA.contains(&keyword) => value.clone(),
        value => placed(value, place),
    }
}
