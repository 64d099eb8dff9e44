//! Findings about settings, files of secrets, and the machine.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Run, TOKENS, command, development, doctor};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn settings_that_a_server_refuses_are_problems() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let secret = folder.path().join("secret");
    write(&secret, SECRET, 0o600);
    let secret = secret.to_str().unwrap();
    for (arguments, text) in [
        (&[][..], "no token can be verified"),
        (&["--jwt-secret-file", secret], "without --issuer and --audience"),
        (
            &["--jwt-secret-file", secret, "--issuer", "a"],
            "without --audience",
        ),
        (
            &["--dev", "--jwt-secret-file", secret],
            "--dev has a key of its own",
        ),
        (
            &["--dev", "--listen", "0.0.0.0:8080"],
            "--dev listens on loopback only",
        ),
        (&["--demo"], "--demo needs --dev"),
        (
            &["--dev", "--only-documents"],
            "--only-documents needs --documents",
        ),
        (
            &["--dev", "--database-url-file", "/nowhere"],
            "cannot read the URL of the database",
        ),
        (
            &["--dev", "--database-url", "mysql://a"],
            "the database URL must look like",
        ),
    ] {
        doctor(&[&["--data", data], arguments].concat()).has("problem", "settings", text);
    }
}

#[test]
fn origins_of_every_page_are_refused_as_an_argument() {
    let run = doctor(&["--dev", "--cors-origin", "*"]);
    assert_eq!(run.status, 2);
    assert!(run.errors.contains("is not an origin"), "{}", run.errors);
}

#[test]
fn addresses_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let run = development(
        folder.path(),
        &["--listen", "127.0.0.2:0", "--metrics-listen", "0.0.0.0:9090"],
    );
    run.has("ok", "listen", "127.0.0.2:0 is reached from this machine only");
    run.has("warning", "metrics", "on every network of this machine");
    // An address of documentation (RFC 5737) is no machine's.
    let run = development(folder.path(), &["--metrics-listen", "192.0.2.1:9090"]);
    run.has("problem", "listen", "192.0.2.1 cannot be listened on");
    let run = development(folder.path(), &["--metrics-listen", "9090"]);
    run.has("ok", "metrics", "the operator's own network");
}

/// A network of its own has any address.
#[test]
fn addresses_of_the_internet_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let script = "ip link set lo up && ip address add 8.8.4.4/32 dev lo && exec \"$@\"";
    let output = std::process::Command::new("unshare")
        .args([
            "--net",
            "sh",
            "-c",
            script,
            "sh",
            env!("CARGO_BIN_EXE_external-contacts"),
            "doctor",
        ])
        .args([
            "--listen",
            "8.8.4.4:80",
            "--metrics-listen",
            "8.8.4.4:9090",
            "--data",
        ])
        .arg(folder.path())
        .output()
        .unwrap();
    let run = Run::of(&output);
    run.has("warning", "listen", "8.8.4.4:80 is an address of the internet");
    run.has("warning", "metrics", "8.8.4.4:9090 is an address of the internet");
}

#[test]
fn origins_without_tls_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let plain = ["--cors-origin", "http://app.example.com,http://localhost:3000"];
    let run = development(folder.path(), &plain);
    run.has(
        "warning",
        "origins",
        "pages of http://app.example.com may use the API",
    );
    let run = development(folder.path(), &["--cors-origin", "https://app.example.com"]);
    run.has(
        "ok",
        "origins",
        "pages of https://app.example.com may use the API",
    );
}

#[test]
fn documents_that_stop_the_start_are_problems() {
    let folder = tempfile::tempdir().unwrap();
    let documents = folder.path().join("documents");
    fs::create_dir(&documents).unwrap();
    let arguments = ["--documents", documents.to_str().unwrap()];
    development(folder.path(), &arguments).has("problem", "documents", "there are none");
    fs::write(documents.join("a.graphql"), "{ viewer { user { id } } }").unwrap();
    development(folder.path(), &arguments).has("ok", "documents", "has 1 valid documents");
    fs::write(documents.join("b.graphql"), "{ nothing }").unwrap();
    development(folder.path(), &arguments).has("problem", "documents", "b.graphql");
}

#[test]
fn secrets_that_others_can_read_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (secret, config, data) = (path("secret"), path("config.toml"), path("data"));
    write(Path::new(&secret), SECRET, 0o644);
    let in_file = [&["--jwt-secret-file", &secret, "--data", &data], &TOKENS[..]].concat();
    doctor(&in_file).has("warning", "secrets", "(mode 0644); chmod 640");
    write(Path::new(&secret), SECRET, 0o440);
    doctor(&in_file).has("ok", "secrets", "is closed to other users");

    let in_flag = [&["--jwt-secret", SECRET, "--data", &data], &TOKENS[..]].concat();
    let run = doctor(&in_flag);
    run.has("warning", "secrets", "--jwt-secret is on the command line");
    assert!(!run.text.contains(SECRET), "{}", run.text);

    write(Path::new(&config), &format!("jwt-secret = \"{SECRET}\"\n"), 0o644);
    let configured = [&["--config", &config, "--data", &data], &TOKENS[..]].concat();
    doctor(&configured).has("warning", "secrets", "config.toml (mode 0644)");
    write(Path::new(&config), "connections = 2\n", 0o644);
    assert!(
        development(folder.path(), &["--config", &config])
            .lines("secrets")
            .is_empty()
    );
}

#[test]
fn too_few_descriptors_are_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let limited = |arguments: &[&str]| {
        let output = std::process::Command::new("sh")
            .args([
                "-c",
                "ulimit -n 256; exec \"$@\"",
                "sh",
                env!("CARGO_BIN_EXE_external-contacts"),
            ])
            .args(["doctor", "--dev", "--data"])
            .arg(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        Run::of(&output)
    };
    // 96 for all but connections, 4 for each of the 16 to the database.
    limited(&["--max-connections", "97"]).has(
        "problem",
        "descriptors",
        "97 connections from clients need 257 descriptors, and a process may open 256",
    );
    limited(&["--max-connections", "96"]).has("ok", "descriptors", "suffices for 96 connections");
    limited(&["--connections", "100"]).has("problem", "descriptors", "16 connections from clients need 512");
}

#[test]
fn help_states_the_exit_status() {
    let output = command(&["doctor", "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(
        help.contains("Exit status:") && help.contains("1  there is a problem"),
        "{help}"
    );
}
