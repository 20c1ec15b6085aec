//! What the server answers itself: the page of the services, files, and other origins.

mod browser;

use std::{fs, os::unix::fs::symlink};

use crate::harness::{Folder, Response, Server, interpreter};

/// A folder with services and files, served with those options.
fn served(options: &[&str]) -> (Folder, Server) {
    interpreter("bash");
    let folder = Folder::new();
    fs::create_dir_all(folder.root().join("services/users")).unwrap();
    fs::create_dir_all(folder.root().join("public/deep")).unwrap();
    folder.script("services/hello.sh", "echo hello");
    folder.script("services/users/[id].sh", "exit 3");
    folder.script("public/index.html", "<h1>home</h1>");
    folder.script("public/deep/index.html", "deep");
    folder.script("public/app.js", "let a = 1");
    folder.script("public/hello", "not the service");
    let services = folder.path("services");
    let server = Server::start(&[&[services.as_str()], options].concat());
    (folder, server)
}

fn with_files() -> (Folder, Server) {
    let (folder, server) = served(&[]);
    drop(server);
    let (services, public) = (folder.path("services"), folder.path("public"));
    let server = Server::start(&[&services, "--static", &public]);
    (folder, server)
}

fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Response {
    server.request("GET", path, headers, b"")
}

#[test]
fn row_70_the_page_lists_the_services_for_whoever_works_on_them() {
    let (_folder, server) = served(&["--errors", "auto", "-w"]);
    assert_eq!(server.get("/users/7").status, 500);
    let page = server.get("/");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let text = page.text();
    for word in ["/hello", "/users/[id]", "bash", "not yet", "500 in ", "exit 3", "/users/id"] {
        assert!(text.contains(word), "{word} is not in {text}");
    }
    assert!(!text.contains("<script"), "{text}");
    assert_eq!(server.request("HEAD", "/", &[], b"").body, b"");
}

#[test]
fn row_70_nobody_else_sees_the_page() {
    let (_folder, server) = served(&["--errors", "hide"]);
    assert_eq!(server.get("/").status, 404);
}

#[test]
fn attack_45_the_page_is_for_this_machine_alone() {
    let (_folder, server) = served(&["-w"]);
    let own = format!("http://{}", server.address());
    assert_eq!(get(&server, "/", &[("Origin", &own)]).status, 200);
    let mut connection = server.connect();
    let rebound = connection.exchange(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    assert_eq!(rebound.status, 404, "a name that was made to point here");
    for headers in [
        [("Origin", "http://evil.example")],
        [("Origin", "null")],
        [("X-Forwarded-For", "10.0.0.1")],
        [("Forwarded", "for=10.0.0.1")],
        [("Via", "1.1 proxy")],
    ] {
        assert_eq!(get(&server, "/", &headers).status, 404, "{headers:?}");
    }
}

#[test]
fn attack_46_names_are_escaped_on_the_page() {
    interpreter("bash");
    let folder = Folder::new();
    folder.script("<script>alert(1)<b>.sh", "exit 3");
    let server = Server::start(&["-w", folder.root().to_str().unwrap()]);
    let text = server.get("/").text();
    assert!(!text.contains("<script") && text.contains("&lt;script&gt;alert(1)&lt;b&gt;"), "{text}");
}

#[test]
fn row_87_files_are_sent_where_no_service_answers() {
    let (_folder, server) = with_files();
    let home = server.get("/");
    assert_eq!((home.status, home.text().as_str()), (200, "<h1>home</h1>"));
    assert_eq!(home.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(home.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(server.get("/hello").body, b"hello\n", "the service comes first");
    assert_eq!(server.get("/app.js").body, b"let a = 1");
    let to_folder = server.get("/deep?a=b");
    assert_eq!((to_folder.status, to_folder.header("location")), (308, Some("/deep/?a=b")));
    assert_eq!(server.get("/deep/").body, b"deep");
    assert_eq!(server.get("/app.js/").status, 404);
    assert_eq!(server.post("/app.js", "text/plain", "x").status, 404);
    let head = server.request("HEAD", "/app.js", &[], b"");
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("9"), 0));
}

#[test]
fn row_87_parts_of_a_file_and_files_that_are_known_already() {
    let (_folder, server) = with_files();
    let part = get(&server, "/app.js", &[("Range", "bytes=4-6")]);
    assert_eq!((part.status, part.body.as_slice()), (206, &b"a ="[..]));
    assert_eq!(part.header("content-range"), Some("bytes 4-6/9"));
    let whole = server.get("/app.js");
    let modified = whole.header("last-modified").expect("files have a time").to_owned();
    assert_eq!(get(&server, "/app.js", &[("If-Modified-Since", &modified)]).status, 304);
}

#[test]
fn row_87_a_lone_service_answers_where_no_file_does() {
    let folder = Folder::new();
    fs::create_dir(folder.root().join("public")).unwrap();
    folder.script("public/style.css", "b{}");
    folder.script("x.sh", "echo service");
    let server = Server::start(&["--static", &folder.path("public"), &folder.path("x.sh")]);
    assert_eq!(server.get("/style.css").body, b"b{}");
    assert_eq!(server.get("/anything").body, b"service\n");
    assert_eq!(server.get("/").body, b"service\n");
}

#[test]
fn attack_48_files_are_decided_by_the_handle_of_their_folder() {
    let (folder, server) = with_files();
    let public = folder.root().join("public");
    fs::create_dir(public.join(".git")).unwrap();
    folder.script("secret.txt", "secret");
    for name in [".git/config", ".env", "x.py~", "#x#", "a.swp"] {
        fs::write(public.join(name), "secret").unwrap();
    }
    symlink(folder.root().join("secret.txt"), public.join("out.txt")).unwrap();
    symlink("../secret.txt", public.join("up.txt")).unwrap();
    symlink("/etc", public.join("etc")).unwrap();
    symlink("/proc/self", public.join("magic")).unwrap();
    symlink("app.js", public.join("inside.js")).unwrap();
    assert_eq!(server.get("/inside.js").body, b"let a = 1");
    let paths = [
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/secret.txt",
        "/../secret.txt",
        "/%252e%252e/secret.txt",
        "/%c0%ae/x",
        "/app.js%00.html",
        "/out.txt",
        "/up.txt",
        "/etc/passwd",
        "/magic/environ",
        "/.git/config",
        "/.env",
        "/x.py~",
        "/%23x%23",
        "/a.swp",
        "//app.js",
        "/deep//index.html",
        "/./app.js",
    ];
    for path in paths {
        let response = server.get(path);
        assert_eq!(response.status, 404, "{path}: {}", response.text());
    }
}

#[test]
fn attack_48_a_folder_of_files_that_holds_a_service_is_refused() {
    let folder = Folder::new();
    let script = folder.script("x.sh", "echo");
    let told = crate::harness::run(&["--static", folder.root().to_str().unwrap(), &script]);
    assert_eq!(told.code, 2, "{}", told.stderr);
    assert!(
        told.stderr.contains("is a service in it") && told.stderr.contains("--static"),
        "{}",
        told.stderr
    );
}

#[test]
fn row_87_a_folder_of_files_among_the_services_is_none_of_them() {
    let folder = Folder::new();
    folder.script("a.sh", "echo service");
    folder.script("public/b.sh", "echo file");
    let server = Server::start(&[folder.root().to_str().unwrap(), "--static", &folder.path("public")]);
    assert_eq!((server.get("/a").text(), server.get("/b").status), ("service\n".to_owned(), 404));
    assert_eq!(server.get("/b.sh").text(), "echo file");
    assert_eq!(server.get("/public/b").status, 404);
}

#[test]
fn row_87_other_origins_may_read_what_they_are_let() {
    let (_folder, server) = served(&["--cors", "https://a.example", "--cors", "https://b.example:8080"]);
    let allowed = |origin: &str| {
        let response = get(&server, "/hello", &[("Origin", origin)]);
        assert_eq!(response.body, b"hello\n");
        response.header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(allowed("https://a.example").as_deref(), Some("https://a.example"));
    assert_eq!(allowed("https://b.example:8080").as_deref(), Some("https://b.example:8080"));
    assert_eq!(allowed("https://evil.example"), None);
    let ask = [
        ("Origin", "https://a.example"),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "x-a"),
    ];
    let preflight = server.request("OPTIONS", "/hello", &ask, b"");
    assert_eq!((preflight.status, preflight.body.len()), (200, 0));
    assert_eq!(preflight.header("access-control-allow-methods"), Some("PUT"));
    assert_eq!(preflight.header("access-control-allow-headers"), Some("x-a"));
    server.wait_for_log(|line| line.contains(" OPTIONS /hello 200 "));
    assert_eq!(get(&server, "/hello", &[]).header("access-control-allow-origin"), None);
}

#[test]
fn row_87_without_the_option_no_other_origin_may_read() {
    let (_folder, server) = served(&[]);
    let response = get(&server, "/hello", &[("Origin", "https://a.example")]);
    assert_eq!(response.header("access-control-allow-origin"), None);
}

#[test]
fn row_87_a_service_may_say_itself_who_reads_it() {
    interpreter("bash");
    let folder = Folder::new();
    folder.script("a.sh", "echo a");
    let toml = "[server]\ncors = \"https://a.example\"\n\n[services.open]\nfile = \"a.sh\"\ncors = true\n\n\
                [services.closed]\nfile = \"a.sh\"\ncors = false\n\n[services.own]\nfile = \"a.sh\"\n\
                headers = { X-Team = \"a\" }\n";
    fs::write(folder.root().join("stack.toml"), toml).unwrap();
    let server = Server::start(&[folder.root().to_str().unwrap()]);
    let origin = |path: &str| {
        let response = get(&server, path, &[("Origin", "https://a.example")]);
        assert_eq!(response.status, 200, "{path}");
        response.header("access-control-allow-origin").map(str::to_owned)
    };
    assert_eq!(origin("/open").as_deref(), Some("*"));
    assert_eq!(origin("/closed"), None);
    assert_eq!(origin("/own").as_deref(), Some("https://a.example"));
    assert_eq!(server.get("/own").header("x-team"), Some("a"));
}
