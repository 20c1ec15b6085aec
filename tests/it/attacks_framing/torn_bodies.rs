//! Bodies that break off or break the chunked coding: never taken for a whole one.

use std::time::Duration;

use crate::harness::{Connection, End, Folder, Server, eventually, holds_for};

const HEAD: &str = "POST / HTTP/1.1\r\nHost: x\r\n";
const CHUNKED: &str = "Transfer-Encoding: chunked\r\n\r\n";

/// A program that notes what it was sent and, only at a regular end of its input, that it was whole.
struct Upload {
    folder: Folder,
    server: Server,
}

impl Upload {
    fn new() -> Self {
        let folder = Folder::new();
        let script = "[ \"$REQUEST_METHOD\" = GET ] && exit\necho begun\ncat > \"$HERE/received\"\necho whole >> \"$HERE/whole\"\n";
        let program = folder.program("upload", &format!("#!/bin/sh\n{script}"));
        let server = Server::builder().arguments(&[program]).env("HERE", folder.root()).start();
        Self { folder, server }
    }

    /// Sends a head and the beginning of a body, and waits until the program has read that beginning.
    fn begin(&self, framing: &str, beginning: &str, expected: &str) -> Connection {
        std::fs::write(self.folder.root().join("received"), "").unwrap();
        let mut connection = self.server.connect();
        connection.send(format!("{HEAD}{framing}{beginning}"));
        assert_eq!(connection.head().status, 200);
        connection.body_until("begun\n");
        eventually("the program has read", || self.folder.read("received").ends_with(expected).then_some(()));
        connection
    }

    /// The program ends without having seen an end of its input, and nothing of it is left.
    fn assert_never_whole(&self, what: &str) {
        eventually("the program is ended", || self.server.services().is_empty().then_some(()));
        assert_eq!(self.folder.lines("whole"), 0, "{what}: a torn upload looked whole");
    }
}

#[test]
fn attack_16_a_whole_upload_is_whole() {
    let upload = Upload::new();
    let mut connection = upload.begin(CHUNKED, "5\r\nhello\r\n", "hello");
    connection.send("0\r\n\r\n");
    assert_eq!(connection.rest().1, End::Complete);
    assert_eq!((upload.folder.read("received").as_str(), upload.folder.lines("whole")), ("hello", 1));
}

#[test]
fn attack_16_broken_chunks_end_the_program_before_its_input_ends() {
    let upload = Upload::new();
    upload.server.unharmed(|| {
        let extension = format!("5;x={}\r\nhello\r\n0\r\n\r\n", "x".repeat(1 << 20));
        let broken = [
            "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
            "10000000000000000\r\nhello\r\n0\r\n\r\n",
            "-5\r\nhello\r\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n",
            "zz\r\nhello\r\n0\r\n\r\n",
            "\r\n0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "5\r\nhelloX\r\n0\r\n\r\n",
            extension.as_str(),
        ];
        for broken in broken {
            let shown = &broken[..broken.len().min(40)];
            let mut connection = upload.begin(CHUNKED, "5\r\nhello\r\n", "hello");
            // The server may close while the rest is still being sent.
            let _ = connection.try_send(broken);
            assert_ne!(connection.rest().1, End::Complete, "{shown:?}: the answer must be cut too");
            upload.assert_never_whole(shown);
        }
        assert!(upload.server.peak_memory() < 64 << 20);
    });
}

#[test]
fn attack_16_a_reset_in_a_body_is_no_end() {
    let upload = Upload::new();
    upload.server.unharmed(|| {
        for framing in [(CHUNKED, "5\r\nhello\r\n"), ("Content-Length: 10\r\n\r\n", "hello")] {
            let connection = upload.begin(framing.0, framing.1, "hello");
            connection.reset();
            upload.assert_never_whole("reset");
        }
    });
}

#[test]
fn attack_16_an_early_fin_in_a_body_is_no_end() {
    for flags in [&[][..], &["--half-close"]] {
        let folder = Folder::new();
        let program = "#!/bin/sh\n[ \"$REQUEST_METHOD\" = GET ] && exit\necho begun\ncat > \"$HERE/received\"\necho whole >> \"$HERE/whole\"\n";
        let program = folder.program("upload", program);
        let server =
            Server::builder().arguments(flags).arguments(&[program]).env("HERE", folder.root()).start();
        let upload = Upload { folder, server };
        upload.server.unharmed(|| {
            for framing in [(CHUNKED, "5\r\nhello\r\n"), ("Content-Length: 10\r\n\r\n", "hello")] {
                let mut connection = upload.begin(framing.0, framing.1, "hello");
                connection.finish_sending();
                assert_ne!(connection.rest().1, End::Complete, "{flags:?} {framing:?}");
                upload.assert_never_whole("FIN");
            }
        });
    }
}

#[test]
fn attack_16_a_torn_body_that_is_parsed_starts_nothing() {
    let folder = Folder::new();
    let script = folder.script("count.sh", "echo started >> \"$HERE/starts\"");
    let server = Server::builder().arguments(&[script]).env("HERE", folder.root()).start();
    server.unharmed(|| {
        let before = folder.lines("starts");
        let json = "Content-Type: application/json\r\n";
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let multipart = "Content-Type: multipart/form-data; boundary=XX\r\n";
        let part = "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nhello";
        let bodies = [
            (json, "Content-Length: 10\r\n\r\n{\"a\":1}".to_owned()),
            (form, "Content-Length: 10\r\n\r\na=1".to_owned()),
            (form, format!("{CHUNKED}3\r\na=1\r\n")),
            (multipart, format!("Content-Length: 1000\r\n\r\n{part}")),
        ];
        for (content_type, rest) in bodies {
            let mut connection = server.connect();
            connection.send(format!("{HEAD}{content_type}{rest}"));
            connection.finish_sending();
            if let Ok(head) = connection.try_head() {
                assert_eq!(head.status, 400, "{content_type}{rest}");
            }
            let mut connection = server.connect();
            connection.send(format!("{HEAD}{content_type}{rest}"));
            connection.reset();
        }
        let mut broken = server.connect();
        broken.send(format!("{HEAD}{form}{CHUNKED}3\r\na=1\r\nzz\r\n"));
        assert_eq!(broken.try_head().map_or(400, |head| head.status), 400);
        assert!(
            holds_for(Duration::from_millis(200), || folder.lines("starts") == before),
            "something was started"
        );
    });
}
