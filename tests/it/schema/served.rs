//! What fits and what does not, through the library and through the program.

use http::Request;
use serde_json::json;
use stackvana::{Service, spawn};

use super::{Noting, PERSON, get, post, text};
use crate::harness::{Folder, Server, interpreter};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn row_84_query_form_and_path_become_what_the_schema_asks_for() {
    let service = Noting::new(PERSON);
    let expected = json!({ "age": 5, "tags": [1], "at": { "x": 1.5, "y": 0.5 }, "admin": false });
    assert_eq!(service.params(get("/?age=5&tags=1&at[x]=1.5"), "").await, expected);
    assert_eq!(service.params(post(FORM), "age=5&tags[]=1&at[x]=1.5").await, expected);
    assert_eq!(service.params(get("/people/5?tags=1&at[x]=1.5"), "").await, expected);
    let multipart = "--XX\r\nContent-Disposition: form-data; name=\"age\"\r\n\r\n5\r\n--XX--\r\n";
    let params = service.params(post("multipart/form-data; boundary=XX"), multipart).await;
    assert_eq!(params, json!({ "age": 5, "admin": false }));
}

#[tokio::test]
async fn row_84_json_keeps_its_types_and_digits_and_gets_its_defaults() {
    let service = Noting::new(PERSON);
    let body = r#"{"age":9223372036854775809,"at":{"x":1.10},"friend":{"age":1.0},"other":1.10}"#;
    let response = service.send(post("application/json"), body).await;
    let page = text(response).await;
    let params = [
        r#"{"age":9223372036854775809,"at":{"x":1.10,"y":0.5},"#,
        r#""friend":{"age":1.0,"admin":false},"other":1.10,"admin":false}"#,
    ];
    assert!(page.contains(&format!("\"params\":{},", params.concat())), "{page}");
    let found = service.refuses(post("application/json"), r#"{"age":"5"}"#).await;
    assert_eq!(found, [("/age".to_owned(), "age is not of type \"integer\"".to_owned())]);
}

#[tokio::test]
async fn row_84_every_failure_is_listed_and_nothing_is_started() {
    let service = Noting::new(PERSON);
    let mut found =
        service.refuses(get("/?admin=perhaps&tags=1&tags=x&at[x]=y").header("Accept", "text/html"), "").await;
    found.sort();
    let expected = [
        ("/admin", "admin is not of type \"boolean\""),
        ("/age", "age is missing"),
        ("/at/x", "at[x] is not of type \"number\""),
        ("/tags/1", "tags[1] is not of type \"integer\""),
    ];
    assert_eq!(found, expected.map(|(pointer, detail)| (pointer.to_owned(), detail.to_owned())));
    // Nor does another type of body get by.
    assert_eq!(service.refuses(post("text/plain"), "age=5").await.len(), 1);
    assert_eq!(service.refuses(post("application/json"), "[5]").await.len(), 1);
    assert_eq!(service.refuses(get("/people/old?age=5"), "").await.len(), 1, "the path wins");
}

#[tokio::test]
async fn row_84_a_raw_program_has_its_query_and_path_checked() {
    let service = Noting::with(PERSON, |builder| builder);
    assert_eq!(service.params(get("/people/5"), "").await, json!({ "age": 5, "admin": false }));
    let body = r#"{"age":"x"}"#;
    let params = service.params(post("application/json").uri("/?age=5"), body).await;
    assert_eq!(params["age"], 5, "its body is its own");
    assert_eq!(service.refuses(get("/?age=x"), "").await.len(), 1);
    let response = service.send(get("/?age=5&%ff=1"), "").await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-stack-error"]),
        (400, &"bad-parameters".parse().unwrap())
    );
}

#[tokio::test]
async fn row_84_values_arrive_typed_in_a_script() {
    let folder = Folder::new();
    let scripts = [
        (
            "python3",
            "x.py",
            "import json\nprint(json.dumps([hook.params.age, hook.params.admin, hook.params.tags]))\n",
        ),
        (
            "node",
            "x.js",
            "module.exports = ({ params: p, res }) => res.end(JSON.stringify([p.age, p.admin, p.tags]))\n",
        ),
    ];
    for (program, name, source) in scripts {
        if interpreter(program) {
            let service =
                Service::builder().file(folder.script(name, source)).schema(PERSON).build().unwrap();
            let request = Request::get("/?age=5&tags=7").header("Host", "x").body(String::new()).unwrap();
            let page = text(spawn(&service, request).await).await;
            assert_eq!(page.replace(' ', "").trim(), "[5,false,[7]]", "{name}");
        }
    }
}

#[test]
fn row_84_what_is_no_schema_is_refused_at_once() {
    for (schema, said) in [
        (r#"{"type": 5}"#, "at /type: "),
        ("{", "the schema is no JSON"),
        (r#"{"$ref": "http://127.0.0.1:1/"}"#, "whole in itself"),
    ] {
        let error = Service::builder().command(["true"]).schema(schema).build().unwrap_err();
        assert!(error.is_invalid_setting() && error.to_string().contains(said), "{error}");
    }
}

#[test]
fn row_84_schemas_stand_in_stack_toml_or_beside_it() {
    let folder = Folder::new();
    folder.script("one.sh", "echo \"$hook_params_age\"");
    folder.script("two.sh", "echo \"$hook_params_age\"");
    folder.script("age.json", r#"{ "properties": { "age": { "type": "integer", "default": 7 } } }"#);
    folder.script(
        "stack.toml",
        "[services.one]\nfile = 'one.sh'\nschema = { required = ['age'], properties.age.type = 'integer' }\n\
         [services.two]\nfile = 'two.sh'\nschema = 'age.json'\n",
    );
    let server = Server::start(&[folder.root().to_str().unwrap()]);
    assert_eq!(server.get("/one?age=5").text(), "5\n");
    assert_eq!(server.get("/two").text(), "7\n");
    let refused = server.get("/one?age=x");
    assert_eq!((refused.status, refused.header("content-type")), (400, Some("application/problem+json")));
    assert_eq!(refused.json()["errors"][0]["pointer"], "/age");
    assert_eq!(server.get("/two?age=").status, 400);
}
