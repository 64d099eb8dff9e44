//! Tests of connections with TLS: the limits on them are those of plain ones.

use std::fs;
use std::net::SocketAddr;

use axum::routing::get;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::tests::soon;
use super::*;
use crate::http::lifecycle::Lifecycle;
use crate::http::tls::TlsSettings;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
const SHORT: Duration = Duration::from_millis(200);

/// A server with a certificate of its own, whose answers come when they are allowed to.
struct Running {
    address: SocketAddr,
    connector: TlsConnector,
    asked: Arc<Semaphore>,
    allowed: Arc<Semaphore>,
    dropped: Arc<Semaphore>,
    _folder: TempDir,
}

/// Tells when a request is dropped or answered.
struct Request(Arc<Semaphore>);

impl Drop for Request {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

impl Running {
    async fn start(most: usize, handshake: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
        let CertifiedKey {
            cert: own,
            signing_key,
        } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(&cert, own.pem()).unwrap();
        fs::write(&key, signing_key.serialize_pem()).unwrap();
        let tls = Tls::load(&TlsSettings {
            tls_cert: Some(cert),
            tls_key: Some(key),
        });
        let settings = ConnectionSettings {
            most,
            timeouts: ConnectionTimeouts {
                handshake,
                ..ConnectionTimeouts::default()
            },
            tls: tls.unwrap().map(Arc::new),
        };
        let semaphores: [Arc<Semaphore>; 3] = std::array::from_fn(|_| Arc::new(Semaphore::new(0)));
        let [asked, allowed, dropped] = semaphores.clone();
        let answer = async move || {
            let _request = Request(dropped);
            asked.add_permits(1);
            allowed.acquire().await.unwrap().forget();
            "hello"
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(answer));
        let connections = Connections::new(settings, router, Lifecycle::default().watch());
        tokio::spawn(async move { connections.accept(listener).await });
        let mut roots = RootCertStore::empty();
        roots.add(own.der().clone()).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let [asked, allowed, dropped] = semaphores;
        Self {
            address,
            connector: Arc::new(client).into(),
            asked,
            allowed,
            dropped,
            _folder: folder,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A client whose request has reached its handler.
    async fn asking(&self) -> TlsStream<TcpStream> {
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = soon(self.connector.connect(name, self.connect().await))
            .await
            .unwrap();
        stream.write_all(REQUEST).await.unwrap();
        soon(self.asked.acquire()).await.unwrap().forget();
        stream
    }

    async fn answer(&self, stream: &mut TlsStream<TcpStream>) -> String {
        self.allowed.add_permits(1);
        let mut answer = Vec::new();
        while !answer.ends_with(b"hello") {
            assert_ne!(soon(stream.read_buf(&mut answer)).await.unwrap(), 0, "closed");
        }
        String::from_utf8(answer).unwrap()
    }
}

#[tokio::test]
async fn a_request_over_tls_is_dropped_when_its_client_goes() {
    let server = Running::start(100, SHORT * 100).await;
    for ends_in_order in [false, true] {
        let mut stream = server.asking().await;
        assert_eq!(server.dropped.available_permits(), 0);
        let left = Instant::now();
        if ends_in_order {
            stream.shutdown().await.unwrap();
        }
        drop(stream);
        soon(server.dropped.acquire()).await.unwrap().forget();
        // Generous on a busy machine, and far below the limits of time.
        assert!(left.elapsed() < Duration::from_secs(2));
    }
}

#[tokio::test]
async fn a_client_that_ends_its_side_of_tls_alone_is_answered() {
    let server = Running::start(100, SHORT * 100).await;
    let mut stream = server.asking().await;
    stream.get_mut().1.send_close_notify();
    stream.flush().await.unwrap();
    tokio::time::sleep(SHORT).await;
    let answer = server.answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[tokio::test]
async fn a_handshake_that_does_not_come_to_an_end_is_cut_off() {
    let server = Running::start(100, SHORT).await;
    for begun in [&b""[..], b"\x16\x03\x01\x02\x00\x01"] {
        let start = Instant::now();
        let mut stream = server.connect().await;
        stream.write_all(begun).await.unwrap();
        let mut rest = Vec::new();
        // Closed or reset, with bytes of it unread.
        let _ = soon(stream.read_to_end(&mut rest)).await;
        assert!(start.elapsed() >= SHORT);
        assert_eq!(rest, b"");
    }
    let mut stream = server.asking().await;
    tokio::time::sleep(2 * SHORT).await;
    server.answer(&mut stream).await;
}

#[tokio::test]
async fn handshakes_count_against_the_bound_of_connections() {
    let server = Running::start(2, SHORT * 1000).await;
    let mut busy = server.asking().await;
    let mut beginning = server.connect().await;
    // Its place is taken once another client needs it.
    let mut next = server.asking().await;
    assert_eq!(soon(beginning.read(&mut [0])).await.unwrap(), 0);
    // In the order in which they wait.
    server.answer(&mut busy).await;
    server.answer(&mut next).await;
}

#[tokio::test]
async fn a_client_of_plain_http_is_told() {
    let server = Running::start(100, SHORT * 100).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(
        answer.ends_with("\r\n\r\nthis port speaks HTTPS, not plain HTTP\n"),
        "{answer}"
    );
}

/// A first message of a client that offers this version and no newer one.
fn client_hello(version: [u8; 2]) -> Vec<u8> {
    let random = [7; 32];
    // No session, one cipher suite (ECDHE-ECDSA-AES128-GCM-SHA256), and no compression.
    let offers = [0x00, 0x00, 0x02, 0xc0, 0x2b, 0x01, 0x00];
    let extensions = [
        &[0x00, 0x18][..],
        // ECDSA and RSA with SHA-256.
        &[0x00, 0x0d, 0x00, 0x06, 0x00, 0x04, 0x04, 0x03, 0x04, 0x01],
        // The curve P-256.
        &[0x00, 0x0a, 0x00, 0x04, 0x00, 0x02, 0x00, 0x17],
        &[0x00, 0x0b, 0x00, 0x02, 0x01, 0x00],
    ]
    .concat();
    let hello = [&version[..], &random, &offers, &extensions].concat();
    let length = u8::try_from(hello.len()).unwrap();
    let head = [0x16, 0x03, 0x01, 0x00, length + 4, 0x01, 0x00, 0x00, length];
    [&head[..], &hello].concat()
}

#[tokio::test]
async fn tls_1_2_is_accepted_and_tls_1_1_is_refused() {
    let server = Running::start(100, SHORT * 100).await;
    let mut answers = Vec::new();
    for version in [[0x03, 0x03], [0x03, 0x02]] {
        let mut stream = server.connect().await;
        stream.write_all(&client_hello(version)).await.unwrap();
        let mut answer = [0; 7];
        soon(stream.read_exact(&mut answer)).await.unwrap();
        answers.push(answer);
    }
    assert_eq!((answers[0][0], answers[0][5]), (0x16, 2), "a ServerHello");
    assert_eq!(
        (answers[1][0], &answers[1][5..]),
        (0x15, &[2, 70][..]),
        "a fatal alert: protocol_version"
    );
}
