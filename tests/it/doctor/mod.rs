//! `external-contacts doctor`: each finding, provoked.

mod certificate;
mod keys;
mod postgres;
mod settings;
mod sqlite;

use std::path::Path;
use std::process::{Command, Output};

use clap::Parser;
use external_contacts::cli::doctor::{Finding, examine};
use external_contacts::clock::Clock;
use external_contacts::config::ServeConfig;
use serde_json::Value;

/// The settings of a server that verifies tokens with a secret.
const TOKENS: [&str; 4] = ["--issuer", "https://id.example.com/", "--audience", "contacts"];

/// The result of a run.
struct Run {
    status: i32,
    text: String,
    errors: String,
}

impl Run {
    fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap(),
            text: String::from_utf8(output.stdout.clone()).unwrap(),
            errors: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// The line that begins with a level and a check, and contains a text.
    fn has(&self, level: &str, check: &str, text: &str) {
        let is_wanted = |line: &&str| {
            let mut words = line.split_whitespace();
            words.next() == Some(level) && words.next() == Some(check) && line.contains(text)
        };
        let found = self.text.lines().find(is_wanted);
        assert!(
            found.is_some(),
            "no {level} of {check} with {text:?} in\n{}{}",
            self.text,
            self.errors
        );
        assert!(
            level == "ok" || found.unwrap_or_default().contains("; "),
            "{found:?} says what to do"
        );
        if level == "problem" {
            assert_eq!(self.status, 1);
        }
    }

    /// The lines of a check.
    fn lines(&self, check: &str) -> Vec<&str> {
        let lines = self.text.lines();
        lines
            .filter(|line| line.split_whitespace().nth(1) == Some(check))
            .collect()
    }
}

/// The command in an empty environment.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_external-contacts"));
    command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin");
    command
}

fn doctor(arguments: &[&str]) -> Run {
    Run::of(&command(&[&["doctor"], arguments].concat()).output().unwrap())
}

/// Examines a development server with a folder of data.
fn development(data: &Path, arguments: &[&str]) -> Run {
    doctor(&[&["--dev", "--data", data.to_str().unwrap()], arguments].concat())
}

fn migrate(arguments: &[&str]) {
    let output = command(&[&["migrate"], arguments].concat()).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Examines in this process, with a clock of its own.
async fn examined(arguments: &[&str], clock: &Clock) -> Vec<Finding> {
    #[derive(Parser)]
    struct Arguments {
        #[command(flatten)]
        config: ServeConfig,
    }
    let all = ["doctor"].into_iter().chain(arguments.iter().copied());
    examine(&Arguments::parse_from(all).config, false, clock).await
}

/// A text with the parts that vary masked: a folder, versions and numbers.
fn masked(text: &str, folder: &Path) -> String {
    let text = text.replace(folder.to_str().unwrap(), "[folder]");
    let words = text.split(' ').map(|word| {
        let (number, end) = word
            .find([',', '\n', ';'])
            .map_or((word, ""), |at| word.split_at(at));
        let digits = number.trim_start_matches(['v', ':']);
        let is_version = digits.contains('.')
            && digits
                .chars()
                .all(|letter| letter.is_ascii_digit() || letter == '.');
        let is_number = !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_digit());
        if is_version || is_number {
            format!("[…]{end}")
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_status_tells_whether_there_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let well = development(&folder.path().join("data"), &[]);
    let ill = doctor(&["--data", folder.path().to_str().unwrap()]);
    let unreadable = doctor(&["--connections", "none"]);
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "lisen = 1").unwrap();
    let misconfigured = doctor(&["--config", config.to_str().unwrap()]);

    assert_eq!(
        [well.status, ill.status, unreadable.status, misconfigured.status],
        [0, 1, 2, 2],
        "{}",
        well.text
    );
    assert!(
        misconfigured.errors.contains("did you mean `listen`"),
        "{}",
        misconfigured.errors
    );
}

#[test]
fn findings_are_printed_as_json_for_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let run = development(folder.path(), &["--json", "--demo", "--listen", "192.0.2.1:80"]);
    let report: Value = serde_json::from_str(&run.text).unwrap();

    assert_eq!(report["result"], "problem");
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    let findings = report["findings"].as_array().unwrap();
    let first = &findings[0];
    assert_eq!(
        (&first["level"], &first["check"]),
        (&"problem".into(), &"settings".into())
    );
    assert!(
        first["finding"]
            .as_str()
            .unwrap()
            .contains("listens on loopback only"),
        "{first}"
    );
    assert!(first["remedy"].is_string(), "{first}");
    let is_well = |finding: &&Value| finding["level"] == "ok";
    assert!(
        findings
            .iter()
            .filter(is_well)
            .all(|finding| finding["remedy"].is_null())
    );
}
