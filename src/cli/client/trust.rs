//! Whose certificates are believed: those that the system believes, or those of `SSL_CERT_FILE`.

use std::{io, sync::Arc};

use rustls_native_certs::load_native_certs;
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, CertificateError, ClientConfig, RootCertStore, crypto::ring::default_provider,
        pki_types::ServerName,
    },
};

use super::Url;
use crate::error::{Error, ErrorKind};

/// Makes the connection private, and sure of the other side.
pub(super) async fn secure(url: &Url, stream: TcpStream) -> Result<TlsStream<TcpStream>, Error> {
    let name = ServerName::try_from(url.host.clone())
        .map_err(|_| failed(url, "no certificate can be for such a name"))?;
    let connector = TlsConnector::from(Arc::new(config(url)?));
    connector.connect(name, stream).await.map_err(|error| explain(url, &error))
}

fn config(url: &Url) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    // What cannot be read of a store is no reason not to use the rest.
    roots.add_parsable_certificates(load_native_certs().certs);
    if roots.is_empty() {
        let remedy = "install the package ca-certificates, or name a file of them by SSL_CERT_FILE";
        return Err(failed(url, "no certificate is trusted here").remedy(remedy));
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let builder =
        builder.with_safe_default_protocol_versions().map_err(|error| failed(url, &error.to_string()))?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn explain(url: &Url, error: &io::Error) -> Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        // The second is a stranger by the name of somebody who is trusted.
        Some(rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        )) => failed(url, "its certificate is from nobody who is trusted here")
            .remedy("to trust it, name its issuer's certificate, as in SSL_CERT_FILE=./ca.pem"),
        Some(rustls::Error::InvalidMessage(_)) => {
            failed(url, "its answer is no TLS").remedy("a server without it is asked by http://")
        }
        _ => failed(url, &error.to_string()),
    }
}

fn failed(url: &Url, why: &str) -> Error {
    Error::new(ErrorKind::System, format!("there is no secure connection to {}: {why}", url.authority()))
}
