//! Findings about the certificate of HTTPS.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use chrono::{Datelike as _, TimeDelta};
use external_contacts::clock::Clock;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::{Run, TOKENS, doctor};

/// Writes a certificate that is valid between days from today, and its key.
fn issue(folder: &Path, from: i64, until: i64) {
    let day = |days| {
        let date = (Clock::system().now() + TimeDelta::days(days)).date_naive();
        date_time_ymd(
            date.year(),
            date.month().try_into().unwrap(),
            date.day().try_into().unwrap(),
        )
    };
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_before = day(from);
    params.not_after = day(until);
    let certificate = params.self_signed(&key).unwrap();
    fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
    write_key(folder, &key.serialize_pem());
}

fn write_key(folder: &Path, text: &str) {
    let file = folder.join("key.pem");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
}

fn examined(folder: &Path) -> Run {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let secret = path("secret");
    fs::write(&secret, "0123456789abcdef0123456789abcdef").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let (certificate, key, data) = (path("cert.pem"), path("key.pem"), path("data"));
    let arguments = [
        &["--jwt-secret-file", &secret, "--data", &data][..],
        &["--tls-cert", &certificate, "--tls-key", &key],
        &TOKENS,
    ];
    doctor(&arguments.concat())
}

#[test]
fn a_certificate_that_clients_refuse_or_will_soon_is_found() {
    let folder = tempfile::tempdir().unwrap();
    for (from, until, level, text) in [
        (-30, 60, "ok", "the certificate is valid until"),
        (-30, 10, "warning", "the certificate is valid until"),
        (-30, -1, "problem", "the certificate was valid until"),
        (2, 60, "problem", "the certificate is not valid before"),
    ] {
        issue(folder.path(), from, until);
        examined(folder.path()).has(level, "certificate", text);
    }
}

#[test]
fn a_certificate_that_the_server_refuses_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    issue(folder.path(), -30, 60);
    write_key(folder.path(), &KeyPair::generate().unwrap().serialize_pem());
    examined(folder.path()).has("problem", "certificate", "does not belong to the certificate");

    fs::remove_file(folder.path().join("cert.pem")).unwrap();
    examined(folder.path()).has("problem", "certificate", "cannot read");
}
