//! A running server reloads its keys and the level of its log on SIGHUP.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use external_contacts::clock::Clock;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

const FIRST: &str = "the first secret, of more than 32 bytes";
const SECOND: &str = "the second secret, of more than 32 bytes";

/// A server with a configuration file, ended with the test.
struct Server {
    child: Child,
    log: BufReader<ChildStderr>,
    address: String,
}

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_external-contacts"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("EXTERNAL_CONTACTS_CONFIG", folder.join("config.toml"));
    command
}

fn configure(folder: &Path, log: &str) {
    let text = format!(
        "listen = \"127.0.0.1:0\"\njwt-secret-file = \"secret\"\nissuer = \"i\"\naudience = \"a\"\nlog = \"{log}\"\n"
    );
    fs::write(folder.join("config.toml"), text).unwrap();
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = program(folder, &["serve"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap();
        Self {
            address: address.to_owned(),
            log: BufReader::new(child.stderr.take().unwrap()),
            child,
        }
    }

    /// Sends SIGHUP, and returns the log up to the line that says what was reloaded.
    fn reload(&mut self) -> String {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-HUP", &id])
                .status()
                .unwrap()
                .success()
        );
        let mut log = String::new();
        while !log.contains("reloaded") {
            assert_ne!(self.log.read_line(&mut log).unwrap(), 0, "{log}");
        }
        log
    }

    /// The status of a request with a token that this secret signed.
    fn status(&self, secret: &str) -> String {
        let expiry = Clock::system().now().timestamp() + 600;
        let claims = json!({ "iss": "i", "aud": "a", "sub": "ada", "tenant": "acme", "exp": expiry });
        let key = EncodingKey::from_secret(secret.as_bytes());
        let token = jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap();
        let body = r#"{"query":"{ viewer { user { id } } }"}"#;
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(
            stream,
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len(),
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_hangup_reloads_the_keys_and_the_level_of_the_log_and_keeps_what_works() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    configure(folder, "info");
    fs::write(folder.join("secret"), FIRST).unwrap();
    for arguments in [&["migrate"][..], &["tenant", "create", "acme"]] {
        let output = program(folder, arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let mut server = Server::start(folder);
    assert_eq!(server.status(FIRST), "200");
    assert_eq!(server.status(SECOND), "401");

    fs::write(folder.join("secret"), SECOND).unwrap();
    configure(folder, "off,external_contacts::cli=info");
    let log = server.reload();
    assert!(log.contains("answered"), "{log}");
    assert!(
        log.contains("keys=1") && log.contains("off,external_contacts::cli=info"),
        "{log}"
    );
    assert_eq!(server.status(FIRST), "401");
    assert_eq!(server.status(SECOND), "200");

    fs::write(folder.join("secret"), "too short").unwrap();
    configure(folder, "garbage===");
    let log = server.reload();
    assert!(
        !log.contains("answered"),
        "requests are not logged at the new level: {log}"
    );
    assert!(
        log.contains("must have 32 or more") && log.contains("garbage==="),
        "{log}"
    );
    assert!(!log.contains("too short") && !log.contains(SECOND), "{log}");
    assert_eq!(server.status(SECOND), "200", "the last good keys stay");
}
