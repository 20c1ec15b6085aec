//! The whole document: information, paths, and what they have in common.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{comment::Comment, operation::operation};
use crate::{
    pattern::{Pattern, Segment},
    schema::Schema,
};

/// What is known of a service.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) name: String,
    /// None for a lone service, which answers every path.
    pub(super) pattern: Option<Pattern>,
    /// None for all.
    pub(super) methods: Vec<String>,
    pub(super) content_type: Option<String>,
    pub(super) schema: Option<Schema>,
    pub(super) comment: Comment,
}

/// What a service with all methods is described by.
const USUAL: [&str; 2] = ["get", "post"];
/// The methods that the format has a place for.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// The name of the schema of error pages.
const PROBLEM: &str = "Problem";

/// The services as an OpenAPI 3.1 document.
pub(super) fn document(title: &str, version: &str, services: &[Described]) -> Value {
    let mut names = HashSet::from([PROBLEM.to_owned()]);
    let mut ids = HashSet::new();
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas = Map::from_iter([(PROBLEM.to_owned(), problem())]);
    for service in services {
        let component = service.schema.as_ref().map(|schema| {
            let name = unused(&mut names, &component_name(&service.name));
            let place = format!("#/components/schemas/{name}");
            schemas.insert(name, schema.placed(&place, &parameters(service)));
            place
        });
        let path = path(service.pattern.as_ref());
        let Some(item) = paths.entry(path).or_insert_with(|| json!({})).as_object_mut() else { continue };
        for method in methods(service) {
            let id = unused(&mut ids, &operation_id(&method, service.pattern.as_ref()));
            let mut operation = operation(service, &method, component.as_deref());
            operation["operationId"] = id.into();
            item.insert(method, operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {
                PROBLEM: {
                    "description": "A failure: as plain text instead where the request accepts no JSON",
                    "content": {
                        "application/problem+json": { "schema": { "$ref": format!("#/components/schemas/{PROBLEM}") } },
                    },
                },
            },
        },
    })
}

/// The methods of a service in lower case, as far as they can be described.
fn methods(service: &Described) -> Vec<String> {
    if service.methods.is_empty() {
        return USUAL.map(str::to_owned).to_vec();
    }
    let methods = service.methods.iter().map(|method| method.to_ascii_lowercase());
    methods.filter(|method| METHODS.contains(&method.as_str())).collect()
}

/// The names of the path's parameters.
pub(super) fn parameters(service: &Described) -> Vec<&str> {
    let segments = service.pattern.iter().flat_map(Pattern::segments);
    let name = |segment| match segment {
        &Segment::Static(_) => None,
        Segment::Parameter(name) | Segment::Rest(name) => Some(name.as_str()),
    };
    segments.filter_map(name).collect()
}

/// `/users/[id]` as `/users/{id}`.
fn path(pattern: Option<&Pattern>) -> String {
    let segments = pattern.map_or(&[][..], Pattern::segments);
    if segments.is_empty() {
        return "/".to_owned();
    }
    let segment = |segment: &Segment| match segment {
        Segment::Static(text) => format!("/{}", encoded(text)),
        Segment::Parameter(name) | Segment::Rest(name) => format!("/{{{name}}}"),
    };
    segments.iter().map(segment).collect()
}

/// A segment as it stands in a path (RFC 3986, section 3.3).
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
    let one = |byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

/// `getUsersById` for `GET /users/[id]`.
fn operation_id(method: &str, pattern: Option<&Pattern>) -> String {
    let segments = pattern.map_or(&[][..], Pattern::segments);
    let word = |segment: &Segment| match segment {
        Segment::Static(text) => capitalized(text),
        Segment::Parameter(name) => format!("By{}", capitalized(name)),
        Segment::Rest(name) => format!("Below{}", capitalized(name)),
    };
    let words: String = segments.iter().map(word).collect();
    format!("{method}{words}")
}

/// Its words without what stands between them, each with a capital letter.
fn capitalized(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

/// A name in the letters that components may have.
fn component_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    name.chars().map(plain).collect()
}

/// The name, or with a number behind it when another has it.
fn unused(taken: &mut HashSet<String>, name: &str) -> String {
    let mut candidate = name.to_owned();
    let mut number = 1;
    while !taken.insert(candidate.clone()) {
        number += 1;
        candidate = format!("{name}{number}");
    }
    candidate
}

/// An error page, as docs/contract.md describes it.
fn problem() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "description": "An error page as RFC 9457 has it",
        "properties": {
            "title": text("The words of the status"),
            "status": { "type": "integer" },
            "code": text("The stable name of the failure"),
            "detail": text("What failed"),
            "remedy": text("What can be done about it"),
            "id": text("The id of the request"),
            "errors": {
                "type": "array",
                "description": "What is wrong with each parameter",
                "items": {
                    "type": "object",
                    "properties": { "pointer": text("The parameter, a JSON Pointer"), "detail": text("What is wrong") },
                    "required": ["pointer", "detail"],
                },
            },
        },
        "required": ["title", "status", "code", "detail", "id"],
    })
}
