//! `https://`: whose certificates are believed, and what is said of the others.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rcgen::{CertificateParams, DnType, KeyPair};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::read_head;
use crate::harness::{Finished, Folder, run_with};

/// A server with a certificate that it signed itself for some names; the certificate is in its folder.
pub(crate) struct Secure {
    port: u16,
    folder: Folder,
}

impl Secure {
    pub(crate) fn start(names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut parameters = CertificateParams::new(names.clone()).unwrap();
        parameters.distinguished_name.push(DnType::CommonName, names[0].clone());
        let key = KeyPair::generate().unwrap();
        let cert = parameters.self_signed(&key).unwrap();
        let folder = Folder::new();
        folder.script("cert.pem", &cert.pem());
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(vec![cert.der().clone()], key.into()).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A client that trusts nobody breaks the handshake off, which is no failure of the server.
                let _ = answer(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
            }
        });
        Self { port, folder }
    }

    /// The path of its certificate.
    pub(crate) fn certificate(&self) -> String {
        self.folder.path("cert.pem")
    }

    pub(crate) fn url(&self, host: &str) -> String {
        format!("https://{host}:{}/path?a=b", self.port)
    }
}

/// Repeats the request's first line.
fn answer(connection: ServerConnection, stream: TcpStream) -> std::io::Result<()> {
    let mut stream = StreamOwned::new(connection, stream);
    stream.conn.complete_io(&mut stream.sock)?;
    let head = read_head(&mut stream);
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    stream.write_all(head.lines().next().unwrap_or_default().as_bytes())?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// Invokes, with only these certificates trusted.
fn trusting(certificates: &str, words: &[&str]) -> Finished {
    run_with(&[&["invoke"], words].concat(), b"", |command| {
        command.env("SSL_CERT_FILE", certificates).env_remove("SSL_CERT_DIR");
    })
}

#[test]
fn a_server_whose_certificate_is_trusted_is_asked() {
    let server = Secure::start(&["localhost", "127.0.0.1"]);
    for host in ["localhost", "127.0.0.1"] {
        let finished = trusting(&server.certificate(), &[&server.url(host), "-q", "c=d"]);
        let parts = (finished.code, finished.stdout.as_str(), finished.stderr.as_str());
        assert_eq!(parts, (0, "GET /path?a=b&c=d HTTP/1.1\n", ""), "{host}");
    }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_with_a_remedy() {
    let server = Secure::start(&["localhost"]);
    // A stranger, and one who took the name of somebody who is trusted.
    for trusted in ["other.example", "localhost"] {
        let other = Secure::start(&[trusted]);
        let refused = trusting(&other.certificate(), &[&server.url("localhost")]);
        assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
        let words = "its certificate is from nobody who is trusted here; to trust it, name its issuer's";
        assert!(
            refused.stderr.contains(words) && refused.stderr.contains("SSL_CERT_FILE"),
            "{}",
            refused.stderr
        );
    }
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let server = Secure::start(&["shop.example"]);
    let refused = trusting(&server.certificate(), &[&server.url("localhost")]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("shop.example"), "{}", refused.stderr);
}

#[test]
fn without_certificates_there_is_a_remedy() {
    let server = Secure::start(&["localhost"]);
    let refused = trusting(&server.folder.script("none.pem", ""), &[&server.url("localhost")]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("ca-certificates"), "{}", refused.stderr);
}

#[test]
fn a_server_without_tls_is_told_from_one_with() {
    let server = Secure::start(&["localhost"]);
    let plain = crate::harness::Server::start(&["echo"]);
    let url = format!("https://localhost:{}/", plain.address().port());
    let refused = trusting(&server.certificate(), &[&url]);
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert!(refused.stderr.contains("no TLS") && refused.stderr.contains("http://"), "{}", refused.stderr);
}
