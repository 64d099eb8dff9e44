//! Findings about the keys that verify tokens.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use external_contacts::clock::Clock;

use super::{TOKENS, development, doctor};

/// The key of RFC 8037, appendix A.2.
const KEYS: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

/// An identity provider that gives one answer, and its URL.
fn provider(status: &'static str, date: String, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let head = format!(
            "HTTP/1.1 {status}\r\nDate: {date}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(format!("{head}{body}").as_bytes());
    });
    format!("http://{address}/keys")
}

/// The date of a header, some seconds from now.
fn date(seconds: i64) -> String {
    let then = Clock::system().now() + chrono::TimeDelta::seconds(seconds);
    then.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn with_url(url: &str) -> super::Run {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    doctor(&[&["--jwks-url", url, "--data", data], &TOKENS[..]].concat())
}

#[test]
fn an_identity_provider_is_asked_for_its_keys_and_its_clock() {
    let run = with_url(&provider("200 OK", date(0), KEYS));
    run.has("ok", "keys", "the key set has 1 usable keys");
    run.has("ok", "clock", "the clock of the identity provider agrees");

    let behind = with_url(&provider("200 OK", date(-30), KEYS));
    behind.has("warning", "clock", "seconds behind this machine's");
    let ahead = with_url(&provider("200 OK", date(3600), KEYS));
    ahead.has("problem", "clock", "seconds ahead of this machine's");
}

#[test]
fn keys_that_cannot_be_read_or_used_are_problems() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    with_url(&format!("http://{closed}/keys")).has("problem", "keys", "Connection refused");
    with_url(&provider("503 Busy", date(0), "")).has("problem", "keys", "it answered 503");
    with_url(&provider("200 OK", date(0), r#"{"keys":[]}"#)).has("problem", "keys", "it has no key that");
    with_url("http://id.example.com/keys").has("problem", "keys", "must begin with https://");
}

#[test]
fn files_of_keys_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys");
    let data = folder.path().to_str().unwrap();
    let with = |flag: &str, text: &str| {
        fs::write(&file, text).unwrap();
        doctor(&[&[flag, file.to_str().unwrap(), "--data", data], &TOKENS[..]].concat())
    };
    with("--jwks-file", KEYS).has("ok", "keys", "1 usable keys");
    with("--jwks-file", "no JSON").has("problem", "keys", "it is not a JSON Web Key Set");
    with("--jwt-secret-file", "0123456789abcdef0123456789abcdef\n").has("ok", "keys", "long enough");
    with("--jwt-secret-file", "short").has("problem", "keys", "it is 5 bytes long and must have 32");
}

#[test]
fn the_key_of_development_is_checked_and_not_created() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("dev-key");
    development(folder.path(), &[]).has("ok", "keys", "`serve --dev` creates its key");
    assert!(!key.exists());
    fs::write(&key, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    development(folder.path(), &[]).has("problem", "keys", "its mode is 644");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    development(folder.path(), &[]).has("ok", "keys", "the key of development is there");
}
