//! The configuration file, beside flags and the environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::CommandFactory as _;
use external_contacts::cli::Cli;

/// A folder with a configuration file.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(text: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("config.toml", text);
        folder
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("config.toml")
    }

    /// Runs the program with the file, in an environment without settings.
    fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_external-contacts"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("EXTERNAL_CONTACTS_CONFIG", self.file())
            .envs(environment.iter().copied())
            .output()
            .unwrap()
    }

    fn shown(&self, flags: &[&str], environment: &[(&str, &str)]) -> String {
        let output = self.run(&[&["config", "show"], flags].concat(), environment);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    fn refusal(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments, &[]);
        assert!(!output.status.success(), "{arguments:?}");
        text(&output.stderr)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn line<'s>(shown: &'s str, name: &str) -> &'s str {
    shown
        .lines()
        .find(|line| line.starts_with(&format!("{name} = ")))
        .unwrap_or_else(|| panic!("no {name} in {shown}"))
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
    let empty = Folder::with("");
    let folder = Folder::with(
        "connections = 5\ndev = true\ncors-origin = [\"https://a.example\", \"https://b.example\"]\n",
    );
    let variable = [("EXTERNAL_CONTACTS_CONNECTIONS", "6")];
    let file = folder.file().display().to_string();

    assert_eq!(
        line(&empty.shown(&[], &[]), "connections"),
        "connections = 16 # default"
    );
    let from_file = folder.shown(&[], &[]);
    assert_eq!(
        line(&from_file, "connections"),
        format!("connections = 5 # file, {file}")
    );
    assert_eq!(line(&from_file, "dev"), format!("dev = true # file, {file}"));
    assert_eq!(
        line(&from_file, "cors-origin"),
        format!("cors-origin = [\"https://a.example\", \"https://b.example\"] # file, {file}")
    );
    assert_eq!(
        line(&folder.shown(&[], &variable), "connections"),
        "connections = 6 # environment, EXTERNAL_CONTACTS_CONNECTIONS"
    );
    assert_eq!(
        line(&folder.shown(&["--connections", "7"], &variable), "connections"),
        "connections = 7 # flag"
    );
    let other = empty.write("other.toml", "connections = 8");
    let named = folder.shown(&["--config", other.to_str().unwrap()], &[]);
    assert_eq!(
        line(&named, "connections"),
        format!("connections = 8 # file, {}", other.display())
    );
}

#[test]
fn every_setting_of_the_server_is_shown() {
    let shown = Folder::with("").shown(&[], &[]);
    let mut command = Cli::command();
    command.build();
    let serve = command.find_subcommand("serve").unwrap();
    let names: Vec<&str> = serve
        .get_arguments()
        .filter(|argument| argument.get_env().is_some())
        .filter_map(|argument| argument.get_long())
        .filter(|name| *name != "config")
        .collect();

    assert_eq!(shown.lines().count(), names.len(), "{shown}");
    for name in names {
        let is_shown = |line: &str| {
            line.starts_with(&format!("{name} = ")) || line.starts_with(&format!("# {name} is "))
        };
        assert!(shown.lines().any(is_shown), "{name}: {shown}");
    }
}

#[test]
fn secrets_are_hidden_wherever_they_come_from() {
    let secret = "0123456789abcdef0123456789abcdef";
    let url = "postgres://user:hunter2@db.example.com/contacts";
    let file = Folder::with(&format!("jwt-secret = \"{secret}\"\ndatabase-url = \"{url}\"\n"));
    let empty = Folder::with("");

    for shown in [
        file.shown(&[], &[]),
        empty.shown(&["--jwt-secret", secret, "--database-url", url], &[]),
        empty.shown(
            &[],
            &[
                ("EXTERNAL_CONTACTS_JWT_SECRET", secret),
                ("EXTERNAL_CONTACTS_DATABASE_URL", url),
            ],
        ),
    ] {
        assert!(shown.contains("# jwt-secret is set and hidden ("), "{shown}");
        assert!(shown.contains("# database-url is set and hidden ("), "{shown}");
        assert!(!shown.contains(secret) && !shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn the_settings_that_are_shown_are_a_configuration_file() {
    let values = |shown: &str| -> Vec<String> {
        let lines = shown.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split(" # ").next().unwrap().to_owned())
            .collect()
    };
    let folder = Folder::with("issuer = \"https://id.example.com/\"\ntraced-share = 0.25\nno-get = true\n");
    let first = folder.shown(&["--connections", "3"], &[]);

    let second = Folder::with(&first).shown(&[], &[]);

    assert_eq!(values(&first), values(&second));
    assert_eq!(
        line(&second, "traced-share").split(" # ").next(),
        Some("traced-share = 0.25")
    );
}

#[test]
fn a_file_that_cannot_be_used_is_refused_with_its_name_and_the_reason() {
    for (text, reason) in [
        (
            "lisen = \"8080\"",
            "there is no setting `lisen`; did you mean `listen`?",
        ),
        ("Listen = \"8080\"", "did you mean `listen`?"),
        (
            "frobnicate-everything = 1",
            "there is no setting `frobnicate-everything`; settings have the names of flags",
        ),
        ("config = \"other.toml\"", "there is no setting `config`"),
        ("[listen]\nport = 1", "`listen` has no value of a setting"),
        (
            "listen = [\"8080\", \"8081\"]",
            "`listen` takes one value, not a list",
        ),
        ("listen = 2026-01-01", "`listen` has no value of a setting"),
        ("listen = ", "TOML parse error at line 1"),
        ("listen = \"1\"\nlisten = \"2\"", "duplicate key"),
        (
            "connections = 0",
            "`connections` cannot be \"0\": 0 is not in 1..=1000",
        ),
        (
            "listen = \"nowhere\"",
            "`listen` cannot be \"nowhere\": write it as 8080",
        ),
        ("dev = \"perhaps\"", "`dev` cannot be \"perhaps\""),
    ] {
        let folder = Folder::with(text);
        for command in [&["config", "show"][..], &["serve"]] {
            let refusal = folder.refusal(command);
            assert!(refusal.contains(reason), "{text}: {refusal}");
            assert!(refusal.contains("config.toml"), "{text}: {refusal}");
        }
    }
    let folder = Folder::with("");
    let missing = folder.refusal(&["config", "show", "--config", "/nowhere/config.toml"]);
    assert!(
        missing.contains("cannot read the configuration file /nowhere/config.toml"),
        "{missing}"
    );
}

#[test]
fn settings_that_exclude_or_need_each_other_are_refused_wherever_they_stand() {
    for (text, flags, reason) in [
        (
            "jwt-secret-file = \"s\"",
            &["--jwks-url", "https://a.example/"][..],
            "exclude each other",
        ),
        (
            "jwks-file = \"a\"\njwks-url = \"https://a.example/\"",
            &[],
            "exclude each other",
        ),
        (
            "database-url = \"postgres://a/b\"\ndatabase-url-file = \"c\"\ndev = true",
            &[],
            "exclude each other",
        ),
        (
            "direct-url = \"postgres://a/b\"\ndirect-url-file = \"c\"\ndev = true",
            &[],
            "exclude each other",
        ),
        (
            "direct-url = \"postgres://a/b\"\ndev = true",
            &[],
            "--direct-url and --database-url must both look like postgres://",
        ),
        (
            "only-documents = true\ndev = true",
            &[],
            "--only-documents needs --documents",
        ),
        (
            "demo = true",
            &["--jwks-url", "https://a.example/"],
            "--demo needs --dev",
        ),
        (
            "dev = true\njwt-secret-file = \"s\"",
            &[],
            "--dev has a key of its own",
        ),
    ] {
        let refusal = Folder::with(text).refusal(&[&["serve", "--listen", "0"], flags].concat());
        assert!(refusal.contains(reason), "{text}: {refusal}");
    }
}

#[test]
fn the_url_of_the_database_may_stand_in_a_file_and_is_not_in_the_refusal() {
    let folder = Folder::with("database-url-file = \"url\"");
    folder.write("url", "postgres://user:hunter2@127.0.0.1:1/contacts\n");
    let refusal = folder.refusal(&["tenant", "list"]);
    assert!(refusal.contains("postgres://127.0.0.1:1/contacts"), "{refusal}");

    folder.write("url", "mysql://user:hunter2@127.0.0.1/contacts");
    let other = folder.refusal(&["tenant", "list"]);
    assert!(
        other.contains("cannot read the URL of the database in url"),
        "{other}"
    );
    fs::remove_file(folder.0.path().join("url")).unwrap();
    let missing = folder.refusal(&["tenant", "list"]);
    assert!(
        missing.contains("cannot read the URL of the database in url"),
        "{missing}"
    );

    assert!(
        ![refusal, other, missing]
            .iter()
            .any(|text| text.contains("hunter2"))
    );
}

#[test]
fn commands_take_the_settings_that_they_have() {
    let folder = Folder::with("data = \"kept\"\nlisten = \"127.0.0.1:0\"\ndev = true\n");

    let output = folder.run(&["migrate"], &[]);

    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(folder.0.path().join("kept/external-contacts.sqlite").is_file());
    assert!(Path::new(&folder.0.path().join("kept")).is_dir());
}
