//! Uploads beyond every limit leave no file behind.

use super::{MULTIPART, Reader, form};
use crate::harness::{Server, eventually, interpreter};

const FILE: &[u8] = b"Content-Disposition: form-data; name=f; filename=f";

#[test]
fn attack_32_beyond_the_limit_alone_and_together() {
    let reader = Reader::start(&["--max-upload", "1000"]);
    let files = |lengths: &[usize]| {
        let contents: Vec<_> = lengths.iter().map(|length| vec![b'x'; *length]).collect();
        form(&contents.iter().map(|content| (FILE, content.as_slice())).collect::<Vec<_>>())
    };
    reader.unharmed(|| {
        assert!(reader.document(MULTIPART, files(&[500, 500])).contains("\"size\":500"));
        for lengths in [&[1001][..], &[500, 501], &[999, 1, 1], &[10_000_000]] {
            reader.refuses(MULTIPART, files(lengths), 413, "upload-too-large");
        }
    });
}

#[test]
fn attack_32_beyond_the_limit_in_mid_stream() {
    let reader = Reader::start(&["--max-upload", "1000000"]);
    reader.unharmed(|| {
        let mut connection = reader.server.connect();
        connection.send(format!(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {MULTIPART}\r\nTransfer-Encoding: chunked\r\n\r\n"
        ));
        connection.send_chunk([b"--XX\r\n", FILE, b"\r\n\r\n"].concat());
        for _ in 0..31 {
            connection.send_chunk([b'x'; 32 << 10]);
        }
        // Refused before the client says that the body has ended.
        let answer = connection.response();
        assert_eq!((answer.status, answer.header("x-stack-error")), (413, Some("upload-too-large")));
    });
}

#[test]
fn attack_32_ten_thousand_files() {
    let reader = Reader::start(&[]);
    reader.unharmed(|| {
        let parts = vec![(FILE, b"x".as_slice()); 10_000];
        reader.refuses(MULTIPART, form(&parts), 413, "upload-too-large");
    });
}

#[test]
fn attack_32_an_upload_that_breaks_off_leaves_nothing() {
    let reader = Reader::start(&[]);
    reader.unharmed(|| {
        for reset in [false, true] {
            let mut connection = reader.server.connect();
            connection.send(format!(
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {MULTIPART}\r\nContent-Length: 10000000\r\n\r\n"
            ));
            connection.send([b"--XX\r\n", FILE, b"\r\n\r\n", [b'x'; 1 << 20].as_slice()].concat());
            eventually("the upload is on the disk", || {
                (!reader.server.footprint().files.is_empty()).then_some(())
            });
            if reset {
                connection.reset();
            }
        }
    });
}

#[test]
#[expect(
    clippy::disallowed_types,
    reason = "whether a file system may be mounted here is asked of the system"
)]
fn attack_32_a_full_disk_is_507_and_everything_is_removed() {
    let mount = "mount -t tmpfs -o size=4m none \"$TMPDIR\" && exec \"$@\"";
    let probe = std::process::Command::new("unshare")
        .args(["-rm", "sh", "-c", mount, "sh", "true"])
        .env("TMPDIR", "/tmp")
        .output();
    if !interpreter("unshare") || !probe.is_ok_and(|output| output.status.success()) {
        return;
    }
    let list = "ls -A \"$TMPDIR\" | wc -l; cat /dev/fd/4";
    let server = Server::builder()
        .under(&["unshare", "-rm", "sh", "-c", mount, "sh"])
        .arguments(&["--document", "--parse", "--", "sh", "-c", list])
        .start();
    let upload = |length: usize| server.post("/", MULTIPART, form(&[(FILE, &vec![b'x'; length])]));
    for _ in 0..3 {
        let answer = upload(8 << 20);
        assert_eq!(
            (answer.status, answer.header("x-stack-error")),
            (507, Some("no-room")),
            "{}",
            answer.text()
        );
    }
    eventually("the folders are gone", || server.get("/").text().starts_with("0\n").then_some(()));
    let small = upload(1 << 20);
    assert_eq!(small.status, 200, "there is room again: {}", small.text());
    assert!(small.text().contains("\"size\":1048576"), "{}", small.text());
}
