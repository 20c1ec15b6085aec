//! `stack openapi`: a folder and a file as an interface.

use serde_json::{Value, json};

use crate::harness::{Folder, run};

fn printed(arguments: &[&str]) -> Value {
    let finished = run(&[&["openapi"], arguments].concat());
    assert_eq!((finished.code, finished.stderr.as_str()), (0, ""), "{}", finished.stdout);
    serde_json::from_str(&finished.stdout).unwrap()
}

#[test]
fn row_84_a_folder_is_an_interface() {
    let folder = Folder::new();
    folder.script(
        "users/[id].py",
        "#!/usr/bin/env python3\n\"\"\"One user.\n\nWith all that is known.\n\"\"\"\n",
    );
    folder.script("files/[...rest].sh", "# Files.\ncat\n");
    folder.script("add.js", "'use strict';\n// Adds a user.\n");
    folder.script(
        "add.json",
        r##"{ "properties": { "age": { "$ref": "#/$defs/age" } }, "required": ["age"],
        "$defs": { "age": { "type": "integer" } } }"##,
    );
    folder.script(
        "stack.toml",
        "[server]\nscan = true\n\
         [services.add]\nfile = 'add.js'\nroute = '/users'\nmethods = ['GET', 'PUT']\nschema = 'add.json'\n",
    );
    let root = folder.root().to_str().unwrap();
    let document = printed(&[root, "--title", "Users"]);
    assert_eq!((&document["openapi"], &document["info"]["title"]), (&"3.1.0".into(), &"Users".into()));
    let paths: Vec<_> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/files/{rest}", "/users", "/users/{id}"]);
    let user = &document["paths"]["/users/{id}"]["post"];
    assert_eq!((&user["summary"], &user["operationId"]), (&"One user".into(), &"postUsersById".into()));
    let add = &document["paths"]["/users"];
    assert_eq!(add["put"]["summary"], "Adds a user");
    let age = json!({ "$ref": "#/components/schemas/add/$defs/age" });
    assert_eq!(
        add["get"]["parameters"],
        json!([{ "name": "age", "in": "query", "required": true, "schema": age }])
    );
    assert_eq!(document["components"]["schemas"]["add"]["properties"]["age"], age);
    assert!(add.get("post").is_none());
    assert_eq!(printed(&[&format!("{root}/stack.toml")])["paths"], document["paths"]);
}

#[test]
fn row_84_a_lone_file_is_one_too() {
    let folder = Folder::new();
    let script = folder.script("echo.py", "# Says what it hears.\n");
    folder.script("package.json", r#"{ "version": "1.2.3" }"#);
    let document = printed(&[&script]);
    assert_eq!(document["info"], json!({ "title": "echo.py", "version": "1.2.3" }));
    assert_eq!(document["paths"]["/"]["get"]["summary"], "Says what it hears");
}

#[test]
fn row_84_what_is_not_there_or_no_schema_is_named() {
    let folder = Folder::new();
    let missing = run(&["openapi", &folder.path("none")]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("there is no folder or file"), "{}", missing.stderr);
    folder.script("a.sh", "cat\n");
    folder.script("stack.toml", "[services.a]\nfile = 'a.sh'\nschema = { type = 5 }\n");
    let wrong = run(&["openapi", folder.root().to_str().unwrap()]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("stack.toml:1") && wrong.stderr.contains("at /type: "), "{}", wrong.stderr);
}
