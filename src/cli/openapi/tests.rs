//! Whole documents of services made by hand.

use serde_json::{Value, json};

use super::{
    comment,
    document::{Described, document},
};
use crate::{pattern::Pattern, schema::Schema};

fn described(pattern: &str, methods: &[&str], schema: Option<Value>) -> Described {
    Described {
        name: pattern.trim_start_matches('/').to_owned(),
        pattern: Some(Pattern::parse(pattern).unwrap()),
        methods: methods.iter().map(|&method| method.to_owned()).collect(),
        content_type: None,
        schema: schema.map(|schema| Schema::parse(&schema.to_string()).unwrap()),
        comment: comment::of_source("# Does it. Well.\n").unwrap(),
    }
}

fn user() -> Value {
    json!({
        "$id": "https://example.com/user",
        "properties": {
            "id": { "type": "integer" },
            "age": { "$ref": "#/$defs/age" },
            "at": { "type": "object" },
        },
        "required": ["id", "age"],
        "$defs": { "age": { "type": "integer", "default": { "$ref": "#" } } },
    })
}

#[test]
fn row_84_routes_are_paths_and_schemas_their_parameters() {
    let services = [described("/users/[id]", &["GET", "PUT", "PROPFIND"], Some(user()))];
    let document = document("t", "1.2", &services);
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"], json!({ "title": "t", "version": "1.2" }));
    let item = &document["paths"]["/users/{id}"];
    let methods: Vec<_> = item.as_object().unwrap().keys().collect();
    assert_eq!(methods, ["get", "put"]);
    let place = "#/components/schemas/users__id_";
    assert_eq!(
        item["get"]["parameters"],
        json!([
            { "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } },
            { "name": "age", "in": "query", "required": true, "schema": { "$ref": format!("{place}/$defs/age") } },
            { "name": "at", "in": "query", "required": false, "schema": { "type": "object" },
                "style": "deepObject", "explode": true },
        ])
    );
    assert_eq!(
        (&item["get"]["summary"], &item["get"]["description"]),
        (&"Does it".into(), &"Does it. Well.".into())
    );
    assert_eq!(item["get"]["operationId"], "getUsersById");
    let content = &item["put"]["requestBody"]["content"];
    assert_eq!(content["application/json"]["schema"]["$ref"], place);
    assert_eq!(content["application/x-www-form-urlencoded"]["schema"]["$ref"], place);
    assert_eq!(item["put"]["parameters"].as_array().unwrap().len(), 1);
}

#[test]
fn row_84_references_stay_valid_and_data_stays_data() {
    let document = document("t", "0", &[described("/u/[id]", &[], Some(user()))]);
    let schema = &document["components"]["schemas"]["u__id_"];
    assert_eq!(schema["properties"]["age"]["$ref"], "#/components/schemas/u__id_/$defs/age");
    assert_eq!(schema["$defs"]["age"]["default"]["$ref"], "#");
    assert_eq!(schema["required"], json!(["age"]), "the path gives the other");
    assert!(schema.get("$id").is_none());
    every_reference_is_there(&document);
}

#[test]
fn row_84_several_services_share_a_path_and_have_names_of_their_own() {
    let services = [
        described("/a/[x]", &["GET"], Some(json!({}))),
        described("/a/[x]", &["POST"], Some(json!({}))),
        described("/a/by/x", &["GET"], None),
        described("/files/[...rest]", &[], None),
        described("/odd {name}", &[], None),
    ];
    let document = document("t", "0", &services);
    let paths: Vec<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(paths, ["/a/by/x", "/a/{x}", "/files/{rest}", "/odd%20%7Bname%7D"]);
    let rest = &document["paths"]["/files/{rest}"]["get"]["parameters"][0];
    assert!(rest["description"].as_str().unwrap().contains("or more"));
    let mut ids: Vec<_> =
        operations(&document).map(|operation| operation["operationId"].as_str().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((count, ids.len()), (7, 7), "{ids:?}");
    every_reference_is_there(&document);
}

#[test]
fn row_84_a_lone_service_answers_every_path() {
    let lone = Described { pattern: None, ..described("/", &[], None) };
    let document = document("t", "0", &[lone]);
    let operation = &document["paths"]["/"]["get"];
    assert!(operation["description"].as_str().unwrap().ends_with("Answers every path."));
    assert!(operation["responses"]["default"]["$ref"].is_string());
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let items = document["paths"].as_object().unwrap().values();
    items.flat_map(|item| item.as_object().unwrap().values())
}

/// Whether everything that is referred to stands in the document; the data of `user` is none.
fn every_reference_is_there(document: &Value) {
    fn look(value: &Value, document: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                    assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
                }
                members.values().for_each(|member| look(member, document));
            }
            Value::Array(items) => items.iter().for_each(|item| look(item, document)),
            _ => {}
        }
    }
    look(document, document);
    for schema in document["components"]["schemas"].as_object().unwrap().values() {
        assert!(jsonschema::meta::is_valid(schema), "{schema}");
    }
}
