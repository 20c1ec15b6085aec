//! One method of one path: what it takes and what it answers.

use serde_json::{Value, json};

use super::document::{Described, parameters};
use crate::{
    pattern::{Pattern, Segment},
    schema::Property,
};

/// The operation; `component` is where the service's schema stands in the document.
pub(super) fn operation(service: &Described, method: &str, component: Option<&str>) -> Value {
    let has_body = matches!(method, "post" | "put" | "patch");
    let properties = match (&service.schema, component) {
        (Some(schema), Some(component)) => schema.properties(component),
        _ => Vec::new(),
    };
    let mut operation = json!({ "responses": responses(service) });
    if !service.comment.summary.is_empty() {
        operation["summary"] = service.comment.summary.as_str().into();
    }
    if let Some(description) = description(service) {
        operation["description"] = description.into();
    }
    let mut fields = path_fields(service, &properties);
    if !has_body {
        fields.extend(query_fields(service, &properties));
    }
    if !fields.is_empty() {
        operation["parameters"] = fields.into();
    }
    if has_body {
        operation["requestBody"] = body(component);
    }
    operation
}

fn description(service: &Described) -> Option<String> {
    let everything = service.pattern.is_none().then_some("Answers every path.");
    match (&service.comment.description, everything) {
        (Some(text), Some(everything)) => Some(format!("{text}\n\n{everything}")),
        (text, everything) => text.clone().or(everything.map(str::to_owned)),
    }
}

fn path_fields(service: &Described, properties: &[Property]) -> Vec<Value> {
    let field = |segment: &Segment| {
        let (name, is_rest) = match segment {
            Segment::Static(_) => return None,
            Segment::Parameter(name) => (name, false),
            Segment::Rest(name) => (name, true),
        };
        let known = properties.iter().find(|property| property.name == *name);
        let schema = known.map_or_else(|| json!({ "type": "string" }), |property| property.schema.clone());
        let mut field = json!({ "name": name, "in": "path", "required": true, "schema": schema });
        if is_rest {
            field["description"] = "One segment of the path or more, with the slashes between them".into();
        }
        Some(field)
    };
    service.pattern.iter().flat_map(Pattern::segments).filter_map(field).collect()
}

fn query_fields(service: &Described, properties: &[Property]) -> Vec<Value> {
    let of_path = parameters(service);
    let of_query = properties.iter().filter(|property| !of_path.contains(&property.name.as_str()));
    let field = |property: &Property| {
        let mut field = json!({
            "name": property.name,
            "in": "query",
            "required": property.is_required,
            "schema": property.schema,
        });
        if property.is_object {
            // `a[b]=c`, which is how a query nests here.
            field["style"] = "deepObject".into();
            field["explode"] = true.into();
        }
        field
    };
    of_query.map(field).collect()
}

/// What is sent; a service without a schema takes anything.
fn body(component: Option<&str>) -> Value {
    match component {
        Some(component) => {
            let content = json!({ "schema": { "$ref": component } });
            json!({
                "content": { "application/json": content, "application/x-www-form-urlencoded": content },
            })
        }
        None => json!({ "content": { "*/*": {} } }),
    }
}

fn responses(service: &Described) -> Value {
    let media_type = service.content_type.as_deref().unwrap_or("*/*");
    let problem = json!({ "$ref": "#/components/responses/Problem" });
    let mut responses = json!({
        "200": { "description": "What the service writes", "content": { media_type: {} } },
        "default": problem,
    });
    if service.schema.is_some() {
        responses["400"] = problem;
    }
    responses
}
