//! TLS by files: a certificate and its key, loaded at the start and again on SIGHUP.
//!
//! Connections speak TLS 1.3 or 1.2, and HTTP/1.1 inside. HTTP/2 was not chosen: the limits on heads, idle connections and
//! clients that have gone are those of a connection with one request at a time.

use std::fs;
use std::io::{Error as IoError, ErrorKind};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use clap::Args;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{Error, InconsistentKeys, ServerConfig};
use tokio_rustls::server::TlsStream;

/// The protocol inside TLS, as clients are told.
const HTTP_1_1: &[u8] = b"http/1.1";
/// The answer to a client that does not speak TLS.
const PLAIN_HTTP: &[u8] = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\
    Content-Length: 39\r\n\r\nthis port speaks HTTPS, not plain HTTP\n";
/// The bytes of such a client that are read and dropped, so that it reads the answer.
const MAX_DISCARDED: u64 = 64 * 1024;

/// The settings of TLS.
#[derive(Clone, Debug, Default, Args)]
pub struct TlsSettings {
    /// Speak HTTPS, with the certificate in this file: PEM, the server's own first, then those between it and the root.
    /// Reloaded on SIGHUP. Needs --tls-key.
    #[arg(long, env = "EXTERNAL_CONTACTS_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The file with the private key of the certificate: PEM, not encrypted. Reloaded on SIGHUP. Needs --tls-cert.
    #[arg(long, env = "EXTERNAL_CONTACTS_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
}

impl TlsSettings {
    /// The files of the certificate and of its key.
    fn files(&self) -> Option<(&Path, &Path)> {
        self.tls_cert.as_deref().zip(self.tls_key.as_deref())
    }
}

/// The reason why a certificate and its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}", .0.display())]
    File(PathBuf, #[source] IoError),
    /// The file of the certificate has none.
    #[error("there is no certificate in {}: it must begin with -----BEGIN CERTIFICATE-----", .0.display())]
    NoCertificate(PathBuf),
    /// The file of the key has none.
    #[error("there is no private key in {}: it must begin with -----BEGIN PRIVATE KEY-----", .0.display())]
    NoKey(PathBuf),
    /// The key is encrypted.
    #[error("the key in {} is encrypted; decrypt it with `openssl pkey`", .0.display())]
    EncryptedKey(PathBuf),
    /// The key and the certificate do not belong together.
    #[error("the key in {} does not belong to the certificate in {}", .key.display(), .certificate.display())]
    OtherKey {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// TLS cannot be spoken with the certificate or the key.
    #[error("the certificate in {} or its key cannot be used", .0.display())]
    Unusable(PathBuf, #[source] Error),
}

/// A certificate and its key.
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Loads the certificate and the key that the settings name, if they do.
    ///
    /// # Errors
    /// Fails when one of the files cannot be read or used.
    pub fn load(settings: &TlsSettings) -> Result<Option<Self>, TlsError> {
        let Some((certificate, key)) = settings.files() else {
            return Ok(None);
        };
        warn_of_others(key);
        Ok(Some(Self {
            current: RwLock::new(Arc::new(server_config(certificate, key)?.0)),
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        }))
    }

    /// Checks the files that the settings name, if they do, as [`load`](Self::load) does. Returns the server's own certificate.
    ///
    /// # Errors
    /// Fails when one of the files cannot be read or used.
    pub fn check(settings: &TlsSettings) -> Result<Option<CertificateDer<'static>>, TlsError> {
        let Some((certificate, key)) = settings.files() else {
            return Ok(None);
        };
        Ok(server_config(certificate, key)?.1.into_iter().next())
    }

    /// Loads the files again, for connections from now on, and returns the number of certificates.
    ///
    /// # Errors
    /// Fails when one of the files cannot be read or used. The last certificate stays in force then.
    pub fn reload(&self) -> Result<usize, TlsError> {
        let (config, chain) = server_config(&self.certificate, &self.key)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
        Ok(chain.len())
    }

    /// Accepts a client that speaks TLS over `stream`, of the socket `tcp`.
    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut stream: S,
        tcp: &TcpStream,
    ) -> Result<TlsStream<S>, IoError> {
        let mut first = [0];
        // A message of TLS begins with its type, which is no letter; a request with a method.
        if tcp.peek(&mut first).await? > 0 && first.iter().all(u8::is_ascii_alphabetic) {
            stream.write_all(PLAIN_HTTP).await?;
            stream.shutdown().await?;
            tokio::io::copy(&mut stream.take(MAX_DISCARDED), &mut tokio::io::sink()).await?;
            return Err(IoError::new(
                ErrorKind::InvalidData,
                "the client speaks plain HTTP",
            ));
        }
        let current = self
            .current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        TlsAcceptor::from(current).accept(stream).await
    }
}

/// Loads the files, and returns the certificates beside the configuration.
fn server_config(
    certificate: &Path,
    key: &Path,
) -> Result<(ServerConfig, Vec<CertificateDer<'static>>), TlsError> {
    let read = |path: &Path| fs::read(path).map_err(|error| TlsError::File(path.to_owned(), error));
    let unusable = |error| TlsError::Unusable(certificate.to_owned(), error);
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&read(certificate)?)
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::NoCertificate(certificate.to_owned()))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate(certificate.to_owned()));
    }
    let text = read(key)?;
    if text.windows(9).any(|word| word == b"ENCRYPTED") {
        return Err(TlsError::EncryptedKey(key.to_owned()));
    }
    let private = PrivateKeyDer::from_pem_slice(&text).map_err(|_| TlsError::NoKey(key.to_owned()))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain.clone(), private)
        .map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsError::OtherKey {
                certificate: certificate.to_owned(),
                key: key.to_owned(),
            },
            error => unusable(error),
        })?;
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    Ok((config, chain))
}

/// Warns if other users of this machine may read the key. Its group may: some systems have one for those that need keys.
fn warn_of_others(key: &Path) {
    if key
        .metadata()
        .is_ok_and(|found| found.permissions().mode() & 0o007 != 0)
    {
        tracing::warn!(file = %key.display(), "other users of this machine may read the key of TLS; use `chmod 600`");
    }
}
