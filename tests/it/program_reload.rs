//! A running server reloads its keys and the level of its log on SIGHUP.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};

use external_contacts::clock::Clock;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

use crate::support::served::Served;

const FIRST: &str = "the first secret, of more than 32 bytes";
const SECOND: &str = "the second secret, of more than 32 bytes";

/// A server with a configuration file, and its log.
struct Server {
    served: Served,
    log: BufReader<ChildStderr>,
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
        let mut served = Served::start(program(folder, &["serve"]).stderr(Stdio::piped()));
        let log = BufReader::new(served.child.stderr.take().unwrap());
        Self { served, log }
    }

    /// Sends SIGHUP, and returns the log up to the line that says what was reloaded.
    fn reload(&mut self) -> String {
        self.served.signal("HUP");
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
        let answer = self.served.ask(&token, "{ viewer { user { id } } }");
        answer.split(' ').nth(1).unwrap().to_owned()
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
