//! git's own http-backend before a real git client.

#![allow(clippy::disallowed_types, reason = "the client is a program of its own")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Folder, Server, required, succeeds};

/// A bare repository that may be pushed to, a server before it, and a place for clients.
struct Hosted {
    folder: Folder,
    server: Server,
}

impl Hosted {
    /// Nothing where there is no git.
    fn start(flags: &[&str]) -> Option<Self> {
        if !required("git", succeeds(&["git", "--version"])) {
            return None;
        }
        let folder = Folder::new();
        fs::create_dir(folder.path("repositories")).expect("a fresh folder");
        git(&folder, ".", &["init", "--quiet", "--bare", "repositories/a.git"]);
        git(&folder, "repositories/a.git", &["config", "http.receivepack", "true"]);
        let backend = PathBuf::from(git(&folder, ".", &["--exec-path"]).trim()).join("git-http-backend");
        let root = format!("GIT_PROJECT_ROOT={}", folder.path("repositories"));
        let server = Server::builder()
            .arguments(&["--cgi", "--env", &root, "--env", "GIT_HTTP_EXPORT_ALL=1"])
            .arguments(flags)
            .arguments(&[backend.to_str().expect("programs have plain names")])
            .start();
        Some(Self { folder, server })
    }

    fn url(&self) -> String {
        format!("http://{}/a.git", self.server.address())
    }

    /// Runs git in a folder; gives what it wrote to both outputs.
    fn git(&self, directory: &str, words: &[&str]) -> String {
        git(&self.folder, directory, words)
    }

    /// A new repository with one commit, whose remote is the server.
    fn work(&self, name: &str) {
        fs::create_dir(self.folder.path(name)).expect("a fresh folder");
        self.git(name, &["init", "--quiet", "--initial-branch=main"]);
        self.git(name, &["remote", "add", "origin", &self.url()]);
        self.commit(name, "file", b"one\n");
    }

    fn commit(&self, work: &str, file: &str, bytes: &[u8]) {
        let path = self.folder.root().join(work).join(file);
        File::create(path).and_then(|mut file| file.write_all(bytes)).expect("our own folder");
        self.git(work, &["add", "."]);
        self.git(work, &["commit", "--quiet", "--message", file]);
    }

    fn head(&self, work: &str) -> String {
        self.git(work, &["rev-parse", "HEAD"])
    }
}

/// Runs git without anything of its user's, and with a word about every header that it sends.
fn git(folder: &Folder, directory: &str, words: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(words).current_dir(folder.root().join(directory)).env("HOME", folder.root());
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0").env("NO_PROXY", "*");
    command.env("GIT_TRACE_CURL", "1").env("GIT_TRACE_CURL_NO_DATA", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "a").env(format!("GIT_{role}_EMAIL"), "a@example.org");
    }
    let output = command.output().expect("git is there");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "git {words:?}: {text}");
    text
}

#[test]
fn row_86_git_pushes_clones_and_fetches() {
    let Some(hosted) = Hosted::start(&[]) else { return };
    hosted.work("one");
    hosted.git("one", &["push", "origin", "main"]);
    hosted.git(".", &["clone", "--branch", "main", &hosted.url(), "two"]);
    assert_eq!(
        (hosted.folder.read("two/file"), hosted.head("two")),
        ("one\n".to_owned(), hosted.head("one"))
    );
    hosted.commit("two", "more", b"two\n");
    hosted.git("two", &["push", "origin", "main"]);
    hosted.git("one", &["pull", "--ff-only", "origin", "main"]);
    assert_eq!(hosted.folder.read("one/more"), "two\n");
    for version in ["0", "2"] {
        let protocol = format!("protocol.version={version}");
        let copy = format!("shallow{version}");
        hosted
            .git(".", &["-c", &protocol, "clone", "--depth", "1", "--branch", "main", &hosted.url(), &copy]);
        assert_eq!(hosted.head(&copy), hosted.head("one"));
    }
    hosted.server.assert_refuses_what_is_not_there();
}

impl Server {
    fn assert_refuses_what_is_not_there(&self) {
        let answer = self.get("/nope.git/info/refs?service=git-upload-pack");
        assert_eq!((answer.status, answer.header("x-stack-error")), (404, None), "{}", answer.text());
        let outside = self.get("/../repositories/a.git/HEAD");
        assert_ne!(outside.status, 200, "{}", outside.text());
    }
}

#[test]
fn row_86_git_sends_requests_in_gzip() {
    let Some(hosted) = Hosted::start(&[]) else { return };
    hosted.work("one");
    // So many branches to want that the request for them is worth packing.
    for number in 0..40 {
        hosted.git("one", &["commit", "--quiet", "--allow-empty", "--message", &number.to_string()]);
        hosted.git("one", &["branch", &format!("b{number}")]);
    }
    hosted.git("one", &["push", "--all", "origin"]);
    let trace = hosted.git(".", &["clone", "--branch", "main", &hosted.url(), "two"]);
    assert!(trace.to_lowercase().contains("=> send header: content-encoding: gzip"), "{trace}");
    let branches = hosted.git("two", &["branch", "--remotes"]);
    assert_eq!(branches.lines().filter(|line| line.contains("origin/b")).count(), 40, "{branches}");
}

#[test]
fn row_86_git_pushes_what_is_large() {
    let Some(hosted) = Hosted::start(&["-t", "5m"]) else { return };
    hosted.work("one");
    let mut noise = Vec::new();
    File::open("/dev/urandom")
        .and_then(|noisy| noisy.take(24 << 20).read_to_end(&mut noise))
        .expect("Linux has it");
    hosted.commit("one", "noise", &noise);
    let trace = hosted.git("one", &["-c", "http.postBuffer=65536", "push", "origin", "main"]).to_lowercase();
    assert!(trace.contains("=> send header: transfer-encoding: chunked"), "{trace}");
    hosted.git(".", &["clone", "--branch", "main", &hosted.url(), "two"]);
    let copy = fs::read(hosted.folder.path("two/noise")).expect("it was cloned");
    assert!(copy == noise, "{} bytes came back of {}", copy.len(), noise.len());
    assert!(hosted.server.peak_memory() < 100 << 20, "{} bytes", hosted.server.peak_memory());
}

#[test]
fn row_86_git_is_told_what_it_may_not_push() {
    let Some(hosted) = Hosted::start(&[]) else { return };
    hosted.work("one");
    hosted.git("repositories/a.git", &["config", "--unset", "http.receivepack"]);
    // Nobody is a user here, and http-backend gives its pushes to users alone.
    let refused = hosted.server.get("/a.git/info/refs?service=git-receive-pack");
    assert_eq!((refused.status, refused.complete), (403, true), "{}", refused.text());
    let allowed = ["GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.receivepack", "GIT_CONFIG_VALUE_0=true"];
    let flags: Vec<_> = allowed.iter().flat_map(|variable| ["--env", variable]).collect();
    let other = Hosted::start(&flags).expect("there is a git");
    other.git("repositories/a.git", &["config", "--unset", "http.receivepack"]);
    other.work("one");
    other.git("one", &["push", "origin", "main"]);
}
