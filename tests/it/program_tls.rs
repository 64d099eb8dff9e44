//! The program with a certificate of its own, as an operator and its clients see it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use external_contacts::app::development_claims;
use external_contacts::auth::DevelopmentKey;
use external_contacts::clock::Clock;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use reqwest::{Certificate, Client, Response};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use crate::support::live::{Socket, soon};
use crate::support::served::Served;

/// An authority that signs certificates for `localhost`.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Writes a certificate that is valid until the end of a year, and its key.
    fn issue(&self, folder: &Path, last_year: i32) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_after = date_time_ymd(last_year, 12, 31);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
        let file = folder.join("key.pem");
        fs::write(&file, key.serialize_pem()).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// A client that trusts this authority alone, and connects anew for each request.
    fn client(&self) -> Client {
        let root = Certificate::from_pem(self.0.pem().as_bytes()).unwrap();
        Client::builder()
            .tls_certs_only([root])
            .pool_max_idle_per_host(0)
            .build()
            .unwrap()
    }

    fn connector(&self, version: &'static SupportedProtocolVersion) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(self.0.pem().as_bytes()).unwrap();
        roots.add(root).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Arc::new(config).into()
    }
}

/// A year in which certificates of these tests are valid.
const VALID: i32 = 3000;

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_external-contacts"));
    command
        .current_dir(folder)
        .args(["serve", "--dev", "--listen", "0", "--data", "data"])
        .args(["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    command
}

/// A development server with its log.
struct Server {
    served: Served,
    log: BufReader<ChildStderr>,
    token: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut served = Served::start(command(folder).stderr(Stdio::piped()));
        let log = BufReader::new(served.child.stderr.take().unwrap());
        let key = DevelopmentKey::open(&folder.join("data")).unwrap();
        let token = key.mint(&development_claims(), Duration::from_mins(5), &Clock::system());
        Self {
            served,
            log,
            token: token.unwrap(),
        }
    }

    fn port(&self) -> &str {
        self.served.address.rsplit(':').next().unwrap()
    }

    async fn ask(&self, client: Client) -> reqwest::Result<Response> {
        let url = format!("https://localhost:{}/graphql", self.port());
        let request = client.post(url).bearer_auth(&self.token);
        soon(
            request
                .json(&json!({ "query": "{ viewer { user { name } } }" }))
                .send(),
        )
        .await
    }

    /// Sends SIGHUP, and returns the line that says what was reloaded.
    fn reload(&mut self) -> String {
        self.served.signal("HUP");
        loop {
            let mut line = String::new();
            assert_ne!(self.log.read_line(&mut line).unwrap(), 0);
            if line.contains("reloaded") {
                return line;
            }
        }
    }
}

#[tokio::test]
async fn requests_and_sockets_are_answered_over_tls_1_2_and_1_3() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.issue(folder.path(), VALID);
    let server = Server::start(folder.path());

    let answer = server.ask(authority.client()).await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["data"]["viewer"]["user"]["name"], "Developer", "{answer}");
    assert!(
        server.ask(Authority::new().client()).await.is_err(),
        "an unknown authority"
    );

    for version in [&TLS12, &TLS13] {
        let stream = TcpStream::connect(&server.served.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = soon(authority.connector(version).connect(name, stream))
            .await
            .unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        let mut socket = Socket::over(stream, &server.token).await;
        assert_eq!(socket.message().await["type"], "connection_ack");
        let query = json!({ "query": "{ viewer { user { name } } }" });
        socket
            .send(&json!({ "id": "1", "type": "subscribe", "payload": query }))
            .await;
        let next = socket.message().await;
        assert_eq!(next["payload"]["data"]["viewer"]["user"]["name"], "Developer");
    }
}

#[tokio::test]
async fn a_certificate_is_replaced_on_sighup_and_stays_when_the_next_one_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (old, new) = (Authority::new(), Authority::new());
    old.issue(folder, VALID);
    let mut server = Server::start(folder);
    assert_eq!(server.ask(old.client()).await.unwrap().status(), 200);

    new.issue(folder, VALID);
    assert!(server.reload().contains("certificates=1"));
    assert!(server.ask(old.client()).await.is_err());
    assert_eq!(server.ask(new.client()).await.unwrap().status(), 200);

    // A certificate without its key, as in the middle of a renewal.
    let key = fs::read(folder.join("key.pem")).unwrap();
    new.issue(folder, VALID);
    fs::write(folder.join("key.pem"), key).unwrap();
    let line = server.reload();
    assert!(line.contains("does not belong to the certificate"), "{line}");
    assert!(
        line.contains("keys=") && line.contains("stays as it was"),
        "{line}"
    );
    assert_eq!(server.ask(new.client()).await.unwrap().status(), 200);

    // An expired one is for clients to refuse.
    new.issue(folder, 2000);
    assert!(server.reload().contains("certificates=1"));
    assert!(server.ask(new.client()).await.is_err());
    new.issue(folder, VALID);
    server.reload();
    assert_eq!(server.ask(new.client()).await.unwrap().status(), 200);
}

#[test]
fn files_that_cannot_be_used_stop_the_start_with_their_reason() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let authority = Authority::new();
    let refusal = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(!output.status.success());
        assert!(!folder.join("data/external-contacts.sqlite").exists());
        String::from_utf8(output.stderr).unwrap()
    };
    let changed = |name: &str, text: &str| {
        authority.issue(folder, VALID);
        fs::write(folder.join(name), text).unwrap();
        refusal(&mut command(folder))
    };

    let missing = refusal(&mut command(folder));
    assert!(
        missing.contains("cannot read cert.pem: No such file"),
        "{missing}"
    );
    let text = changed("cert.pem", "no certificate");
    assert!(text.contains("there is no certificate in cert.pem"), "{text}");
    let bad = changed(
        "cert.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    assert!(
        bad.contains("the certificate in cert.pem or its key cannot be used"),
        "{bad}"
    );
    let no_key = changed("key.pem", "no key");
    assert!(no_key.contains("there is no private key in key.pem"), "{no_key}");
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let encrypted = changed("key.pem", encrypted);
    assert!(
        encrypted.contains("is encrypted; decrypt it with `openssl pkey`"),
        "{encrypted}"
    );
    let other = changed("key.pem", &KeyPair::generate().unwrap().serialize_pem());
    assert!(
        other.contains("does not belong to the certificate in cert.pem"),
        "{other}"
    );

    let mut alone = Command::new(env!("CARGO_BIN_EXE_external-contacts"));
    alone
        .current_dir(folder)
        .args(["serve", "--dev", "--tls-cert", "cert.pem"]);
    let alone = refusal(&mut alone);
    assert!(alone.contains("--tls-cert needs --tls-key"), "{alone}");
}

#[test]
fn a_key_that_others_can_read_is_warned_about() {
    let folder = tempfile::tempdir().unwrap();
    Authority::new().issue(folder.path(), VALID);
    let key = folder.path().join("key.pem");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let mut server = Server::start(folder.path());
    let mut log = String::new();
    while !log.contains("listening") {
        assert_ne!(server.log.read_line(&mut log).unwrap(), 0, "{log}");
    }
    assert!(log.contains("may read the key of TLS"), "{log}");
}
