//! Folders that are one service.

use super::{Folder, file, place, route};
use crate::config::Time;

#[test]
fn row_71_a_package_is_one_route_and_not_looked_into() {
    let folder =
        Folder::of(&["x.py", "api/run.py", "api/lib.py", "shop/app.js", "shop/lib/a.js", "lib/i.js"]);
    folder.file("api/stack.toml", "[service]\nfile = \"run.py\"\n[defaults]\ntimeout = \"5s\"\n");
    folder.file("shop/package.json", "{\"name\": \"shop\", \"main\": \"./app.js\", \"language\": \"node\"}");
    folder.file("lib/package.json", "{\"name\": \"lib\"}");
    assert_eq!(folder.routes(), ["/api", "/lib/i", "/shop", "/x"]);
    let site = folder.site();
    let api = place(&site, "api");
    assert_eq!((api.source.as_str(), file(api).to_str()), ("api/stack.toml:1", Some("run.py")));
    assert_eq!(api.folder, folder.path().join("api"));
    assert_eq!(api.settings.effective().timeout.map(|Time(time)| time.as_secs()), Some(5));
    let shop = place(&site, "shop");
    assert_eq!((shop.source.as_str(), file(shop).to_str()), ("shop/package.json", Some("./app.js")));
    assert_eq!(shop.settings.effective().language.as_deref(), Some("node"));
}

#[test]
fn row_71_the_served_folder_as_a_package_answers_every_path() {
    let folder = Folder::of(&["app.js", "other.js"]);
    folder.file("package.json", "\u{feff}{\"main\": \"app\"}");
    assert_eq!(folder.routes(), ["every path"]);
    let site = folder.site();
    assert_eq!(
        (site.places[0].name.as_str(), file(&site.places[0]).to_str()),
        (site.name.as_str(), Some("app.js"))
    );
    assert!(site.notes[0].contains("server.scan"), "{:?}", site.notes);
    folder.file("stack.toml", "[defaults]\ntimeout = 5\n");
    assert_eq!(folder.routes(), ["every path"]);
    folder.file("stack.toml", "[service]\nmethods = [\"POST\"]\n");
    let site = folder.site();
    assert_eq!(
        (route(&site.places[0]).as_str(), file(&site.places[0]).to_str()),
        ("every path", Some("app.js"))
    );
    folder.file("stack.toml", "[service]\nfile = \"app.js\"\nroute = \"/only\"\n");
    assert_eq!(folder.routes(), ["/only"]);
    folder.file("stack.toml", "[server]\nscan = true\n");
    assert_eq!(folder.routes(), ["/app", "/other"]);
    folder.file("stack.toml", "[server]\nscan = true\n[service]\nfile = \"app.js\"\n");
    assert_eq!(folder.routes(), ["every path", "/other"]);
}

#[test]
fn row_71_paths_of_the_outer_defaults_begin_at_the_outer_folder() {
    let folder = Folder::of(&["api/run.py", "_auth.py", "common.env", "api/own.env"]);
    folder.file("stack.toml", "[defaults]\nenv_file = [\"common.env\"]\nbefore = [\"_auth.py\"]\n");
    folder.file("api/stack.toml", "[service]\nfile = \"run.py\"\n");
    let site = folder.site();
    let api = place(&site, "api");
    assert_eq!(api.settings.effective().env_file, Some(vec![folder.path().join("common.env")]));
    assert_eq!(api.gates[0].folder.join(file(&api.gates[0])), folder.path().join("_auth.py"));
    assert!(api.gates[0].gates.is_empty());
    folder.file("api/stack.toml", "[service]\nfile = \"run.py\"\n[defaults]\nenv_file = [\"own.env\"]\n");
    let site = folder.site();
    assert_eq!(place(&site, "api").settings.effective().env_file, Some(vec!["own.env".into()]));
}

#[test]
fn attack_49_a_package_that_cannot_be_is_refused_with_its_place() {
    let package = |name: &str, text: &str| {
        let folder = Folder::of(&["api/run.py", "x.py"]);
        folder.file(&format!("api/{name}"), text);
        folder.refusal()
    };
    let table = [
        ("package.json", "{\n  \"main\": 1}", "api/package.json:2:11: invalid type: integer"),
        ("package.json", "{\"main\": \"run.py\",}", "api/package.json:1:19: "),
        (
            "package.json",
            "{\"main\": \"no.js\", \"language\": \"node\"}",
            "api/package.json: there is no file no.js; ",
        ),
        ("package.json", "{\"language\": \"node\"}", "api/package.json: it names a language, but no main; "),
        (
            "package.json",
            "{\"main\": \"../../../etc/passwd\"}",
            "api/package.json: ../../../etc/passwd leads out of the folder",
        ),
        ("stack.toml", "[service]\n[server]\nport = 1\n", "api/stack.toml:2: [server] stands in "),
        ("stack.toml", "[service]\n[services.a]\n", "api/stack.toml:2: [services] stands in "),
        ("stack.toml", "[defaults]\ntimeout = 1\n", "api/stack.toml:1: there is no [service]; "),
        (
            "stack.toml",
            "[service]\ntimeout = 1\n",
            "api/stack.toml:1: the service \"api\" has none of file, ",
        ),
        (
            "stack.toml",
            "[service]\nfle = \"x\"\n",
            "api/stack.toml:2:1: there is no key \"fle\" here; did you mean ",
        ),
        (
            "stack.toml",
            "[service]\nfile = \"../../no\"\n",
            "api/stack.toml:2: the file ../../no does not exist; ",
        ),
    ];
    for (name, text, expected) in table {
        let said = package(name, text);
        assert!(said.starts_with(expected), "{text}: {said}");
    }
    let library = Folder::of(&["lib/x.py"]);
    library.file("lib/package.json", "{\"main\": \"dist/index.js\"}");
    assert_eq!(library.routes(), ["/lib/x"]);
}
