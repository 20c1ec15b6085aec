//! A folder that is served by its `stack.toml`.

use crate::harness::{Folder, Server};

fn serve(folder: &Folder) -> Server {
    Server::start(&[folder.root().to_str().expect("temporary folders have plain names")])
}

#[test]
fn row_72_services_answer_by_their_routes_methods_and_settings() {
    let folder = Folder::new();
    folder.script("user.sh", "echo \"$hook_params_id $TEAM\"\n");
    folder.script("beside.sh", "echo beside\n");
    folder.script(
        "stack.toml",
        "[defaults]\nenv = { TEAM = \"a\" }\nheaders = { X-Team = \"a\" }\n\
         [services.user]\nroute = \"/users/[id]\"\nmethods = [\"GET\"]\nfile = \"user.sh\"\n\
         [services.cat]\ncommand = [\"cat\"]\ncontent_type = \"text/plain\"\n\
         [services.hello]\ncode = \"echo hello\"\nlanguage = \"bash\"\n",
    );
    let server = serve(&folder);
    let user = server.get("/users/7");
    assert_eq!((user.status, user.text().as_str()), (200, "7 a\n"));
    assert_eq!(user.header("x-team"), Some("a"));
    let refused = server.post("/users/7", "text/plain", "x");
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
    let copy = server.post("/cat", "text/plain", "copied");
    assert_eq!((copy.status, copy.text().as_str()), (200, "copied"));
    assert_eq!(server.get("/hello").text(), "hello\n");
    for path in ["/", "/beside", "/user", "/users", "/users/7/8", "/stack.toml"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn row_72_a_package_answers_every_path() {
    let folder = Folder::new();
    folder.script("run.sh", "echo packaged\n");
    folder.script("stack.toml", "[service]\nfile = \"run.sh\"\n");
    let server = serve(&folder);
    for path in ["/", "/a/b"] {
        assert_eq!(server.get(path).text(), "packaged\n", "{path}");
    }
}
