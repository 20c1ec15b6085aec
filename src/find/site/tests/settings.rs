//! Settings and where they come from.

use super::{Folder, file, place, route, site};
use crate::config::{self, Origin, Time};

fn seconds(service: &config::Service) -> Option<u64> {
    service.timeout.map(|Time(time)| time.as_secs())
}

#[test]
fn row_72_services_have_names_and_files_beside_them_are_none() {
    let folder = Folder::of(&["users.py", "other.py", "_auth.js"]);
    let text = "[services.users]\nroute = \"/users/[id]\"\nfile = \"users.py\"\nbefore = [\"auth\", \"_auth.js\"]\n\
                [services.hello]\ncode = \"echo\"\nlanguage = \"bash\"\n\
                [services.auth]\ncommand = [\"no-such-program\"]\n";
    folder.file("stack.toml", text);
    assert_eq!(folder.routes(), ["/auth", "/hello", "/users/[id]"]);
    let site = folder.site();
    let users = place(&site, "users");
    assert_eq!((users.source.as_str(), file(users).to_str()), ("stack.toml:1", Some("users.py")));
    let gates: Vec<_> = users.gates.iter().map(|gate| (gate.name.as_str(), gate.source.as_str())).collect();
    assert_eq!(gates, [("auth", "stack.toml:8"), ("_auth.js", "_auth.js")]);
    assert_eq!(place(&site, "hello").stamps, []);
    folder.file("stack.toml", &format!("[server]\nscan = true\n{text}"));
    assert_eq!(folder.routes(), ["/auth", "/hello", "/other", "/users/[id]"]);
}

#[test]
fn row_72_flags_before_the_service_before_its_defaults() {
    let folder = Folder::of(&["a.py", "b.py"]);
    let defaults =
        "[defaults]\ntimeout = \"9s\"\ncontent_type = \"text/a\"\nenv = { A = \"d\", B = \"d\" }\n";
    folder.file(
        "stack.toml",
        &format!("{defaults}[services.a]\nfile = \"a.py\"\ntimeout = \"5s\"\nenv.A = \"s\"\n"),
    );
    let flags = config::Service { content_type: Some("text/b".to_owned()), ..config::Service::default() };
    let site = site(folder.path(), &flags, None).unwrap();
    let settings = place(&site, "a").settings.effective();
    assert_eq!((seconds(&settings), settings.content_type.as_deref()), (Some(5), Some("text/b")));
    assert_eq!(
        settings.env.into_iter().collect::<Vec<_>>(),
        [("A", "s"), ("B", "d")].map(|(a, b)| (a.into(), b.into()))
    );
    let explained = place(&site, "a").settings.explained();
    let origin = |name: &str| explained.iter().find(|(key, ..)| key == name).map(|found| found.2.clone());
    let table = |name: &str| Some(Origin::Table { file: "stack.toml".to_owned(), name: name.to_owned() });
    assert_eq!(origin("timeout"), table("services.a"));
    assert_eq!(origin("content_type"), Some(Origin::Flags));
}

#[test]
fn row_72_defaults_are_every_found_files_too() {
    let folder = Folder::of(&["a.py", "_auth.py"]);
    folder.file("stack.toml", "[defaults]\ntimeout = \"9s\"\nbefore = [\"_auth.py\"]\n");
    let site = folder.site();
    let a = place(&site, "a");
    assert_eq!((seconds(&a.settings.effective()), a.gates.len()), (Some(9), 1));
    assert_eq!(seconds(&a.gates[0].settings.effective()), Some(9));
    assert_eq!(a.settings.explained().iter().find(|(key, ..)| key == "file").unwrap().2, &Origin::Place);
}

#[test]
fn row_72_a_gate_of_all_does_not_run_before_itself() {
    let folder = Folder::of(&["a.py", "auth.py"]);
    let text = "[defaults]\nbefore = [\"auth\"]\n[services.auth]\nfile = \"auth.py\"\n[services.a]\nfile = \"a.py\"\n";
    folder.file("stack.toml", text);
    let site = folder.site();
    assert_eq!((place(&site, "auth").gates.len(), place(&site, "a").gates.len()), (0, 1));
}

#[test]
fn row_72_methods_share_a_route() {
    let folder = Folder::of(&["get.py", "post.py"]);
    let text = |two: &str| {
        format!(
            "[services.get]\nroute = \"/a\"\nmethods = [\"GET\"]\nfile = \"get.py\"\n\
             [services.post]\nroute = \"/a\"\nmethods = [\"{two}\"]\nfile = \"post.py\"\n"
        )
    };
    folder.file("stack.toml", &text("POST"));
    assert_eq!(folder.routes(), ["/a", "/a"]);
    folder.file("stack.toml", &text("HEAD"));
    assert!(
        folder.refusal().starts_with("stack.toml:1 and stack.toml:5 both answer /a; "),
        "{}",
        folder.refusal()
    );
}

#[test]
fn row_72_pages_are_no_services() {
    let folder = Folder::of(&["a.py", "public/app.js"]);
    folder.file("stack.toml", "[server]\nstatic = \"public\"\n");
    assert_eq!(folder.routes(), ["/a"]);
    assert_eq!(folder.site().server.pages.unwrap().to_str(), Some("public"));
}

#[test]
fn row_87_the_folder_of_files_is_apart_whoever_names_it() {
    let folder = Folder::of(&["a.py", "public/b.py"]);
    let pages = folder.path().join("public");
    let site = site(folder.path(), &config::Service::default(), Some(&pages)).unwrap();
    assert_eq!(site.places.iter().map(route).collect::<Vec<_>>(), ["/a"]);
    folder.file("stack.toml", "[server]\nstatic = \"public\"\n");
    assert_eq!(folder.routes(), ["/a"]);
}

#[test]
fn row_73_a_line_above_a_service_changes_nothing_about_it() {
    let folder = Folder::of(&["a.py"]);
    let text = "[services.a]\nfile = \"a.py\"\n";
    folder.file("stack.toml", text);
    let before = folder.site();
    folder.file("stack.toml", &format!("# A remark.\n{text}"));
    let after = folder.site();
    assert_eq!(place(&before, "a"), place(&after, "a"));
    assert_eq!(place(&after, "a").source, "stack.toml:2");
    folder.file("stack.toml", &format!("{text}timeout = \"5s\"\n"));
    assert_ne!(place(&before, "a"), place(&folder.site(), "a"));
}

#[test]
fn row_72_the_settings_of_a_changed_schema_or_environment_are_new() {
    let folder = Folder::of(&["a.py", ".env"]);
    folder.file("a.json", "{}");
    folder.file("stack.toml", "[services.a]\nfile = \"a.py\"\nenv_file = [\".env\"]\nschema = \"a.json\"\n");
    let before = folder.site();
    for (name, text) in [(".env", "A=b\n"), ("a.json", "{\"type\": \"object\"}")] {
        let last = folder.site();
        folder.file(name, text);
        assert_ne!(place(&last, "a"), place(&folder.site(), "a"), "{name}");
    }
    assert_eq!(place(&before, "a").stamps.len(), 3);
}

#[test]
fn row_72_the_fixture_is_a_site() {
    let folder = Folder::of(&["users.py", "_auth.js", ".env", "public/x.html"]);
    folder.file("stack.toml", include_str!("../../../../tests/fixtures/stack.toml"));
    assert_eq!(folder.routes(), ["/git/[...path]", "/hello", "/users/[id]"]);
}
