//! The program itself, as an operator runs it.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::served::{Served, printed};

fn program(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_external-contacts"));
    command
        .args(arguments)
        .arg("--data")
        .arg(data)
        .env("EXTERNAL_CONTACTS_LOG", "info");
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    program(data, arguments).output().unwrap()
}

/// Starts a development server.
fn serve(data: &Path) -> Served {
    let mut command = program(data, &["serve", "--dev", "--listen", "127.0.0.1:0"]);
    Served::start(command.stderr(Stdio::piped()))
}

#[test]
fn the_server_accepts_the_token_that_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path());
    let all = printed(&run(folder.path(), &["token"]));
    let view = printed(&run(
        folder.path(),
        &[
            "token",
            "--permissions",
            "externalContacts:contact:view",
            "--expires-in",
            "5m",
        ],
    ));
    let create = "mutation { createContact(input: { lastName: \"Ada\" }) { contact { version } } }";

    let refused = server.ask(view.trim(), create);
    let accepted = server.ask(all.trim(), create);

    assert!(
        refused.contains("needs the permission externalContacts:contact:add"),
        "{refused}"
    );
    assert!(
        accepted.contains(r#"{"data":{"createContact":{"contact":{"version":1}}}}"#),
        "{accepted}"
    );
}

#[test]
fn a_permission_nobody_knows_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(
        folder.path(),
        &["token", "--permissions", "externalContacts:contact:fly"],
    );
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("`externalContacts:contact:fly` grants nothing")
    );
}

#[test]
fn what_cannot_be_used_is_told_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str]| {
        let output = run(folder.path(), arguments);
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let filter = refused(&["tenant", "list", "--log", "garbage==="]);
    assert!(
        filter.contains("invalid value 'garbage===' for '--log"),
        "{filter}"
    );
    // Nothing listens there.
    let database = refused(&[
        "tenant",
        "list",
        "--database-url",
        "postgres://user:secret@127.0.0.1:1/contacts",
    ]);
    assert!(database.contains("postgres://127.0.0.1:1/contacts"), "{database}");
    assert!(database.contains("Connection refused"), "{database}");
    assert!(!database.contains("secret"), "{database}");
}

#[test]
fn a_running_server_sees_a_new_limit_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path());
    let token = printed(&run(folder.path(), &["token"]));
    let create = "mutation { createContact(input: { lastName: \"Ada\" }) { userErrors { code } } }";
    assert!(server.ask(token.trim(), create).contains(r#""userErrors":[]"#));

    printed(&run(folder.path(), &["tenant", "set-limit", "default", "1"]));

    assert!(server.ask(token.trim(), create).contains("ENTITY_LIMIT_REACHED"));
    let list = printed(&run(folder.path(), &["tenant", "list"]));
    assert_eq!(list, "default\t1\t1\tUS\tdefault\n");
}

#[test]
fn the_log_holds_no_token_and_nothing_personal() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(folder.path());
    let token = printed(&run(folder.path(), &["token"]));
    server.ask(
        token.trim(),
        "{ searchContacts(query: \"lovelace@example.com\") { nodes { id } } }",
    );
    server.ask("bad.token.here", "{ viewer { user { id } } }");
    let mut log = server.child.stderr.take().unwrap();
    server.signal("TERM");
    let mut said = String::new();
    log.read_to_string(&mut said).unwrap();

    assert!(said.contains("listening"), "{said}");
    for secret in [token.trim(), "bad.token.here", "lovelace"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn a_password_in_a_url_that_cannot_be_read_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    for url in [
        "postgre://ada:enigma@db/contacts",
        "postgres://ada:enigma@db:port/contacts",
    ] {
        for command in [&["serve", "--dev"][..], &["migrate"], &["tenant", "list"]] {
            let given = run(folder.path(), &[command, &["--database-url", url]].concat());
            let in_environment = program(folder.path(), command)
                .env("EXTERNAL_CONTACTS_DATABASE_URL", url)
                .output()
                .unwrap();
            for output in [given, in_environment] {
                let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
                assert!(!output.status.success());
                assert!(!printed.contains("enigma"), "{printed}");
                assert!(printed.contains("the database URL must look like"), "{printed}");
            }
        }
    }
}

#[test]
fn an_older_program_refuses_a_newer_database() {
    let folder = tempfile::tempdir().unwrap();
    printed(&run(folder.path(), &["migrate"]));
    let file = folder.path().join("external-contacts.sqlite");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display()))
            .await
            .unwrap();
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'later', 1, X'00', 0)",
        )
        .execute(&pool)
        .await
        .unwrap();
        pool.close().await;
    });

    let output = run(folder.path(), &["migrate"]);

    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("written by a newer version of this program"),
        "{said}"
    );
}

/// The error of a command that must fail, and whether it left the data folder behind.
fn failed(arguments: &[&str]) -> (String, bool) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let output = run(&data, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    (String::from_utf8(output.stderr).unwrap(), data.exists())
}

#[test]
fn commands_that_only_read_create_nothing() {
    for arguments in [
        &["tenant", "list"][..],
        &["tenant", "create", "acme"],
        &["tenant", "set-limit", "acme", "1"],
    ] {
        let (error, is_left) = failed(arguments);
        assert!(error.contains("there is no database"), "{error}");
        assert!(!is_left, "{arguments:?}");
    }
    let (error, is_left) = failed(&["token"]);
    assert!(error.contains("`serve --dev` creates one"), "{error}");
    assert!(!is_left);
}

#[test]
fn a_token_for_a_tenant_that_does_not_exist_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _server = serve(folder.path());
    let output = run(folder.path(), &["token", "--tenant", "nope"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no tenant called nope"));
}

#[test]
fn settings_that_cannot_work_leave_no_database() {
    let secret = "0123456789abcdef0123456789abcdef";
    for (arguments, reason) in [
        (&["serve"][..], "no token can be verified"),
        (
            &["serve", "--jwt-secret", secret, "--issuer", "a"],
            "without --audience",
        ),
        (
            &["serve", "--jwt-secret", secret],
            "without --issuer and --audience",
        ),
        (
            &[
                "serve",
                "--jwt-secret",
                "short",
                "--issuer",
                "a",
                "--audience",
                "b",
            ],
            "must have 32 or more",
        ),
        (&["serve", "--dev", "--documents", "/nowhere"], "/nowhere"),
        (&["serve", "--dev", "--cors-origin", "*"], "is not an origin"),
    ] {
        let with_port = [arguments, &["--listen", "0"]].concat();
        let (error, is_left) = failed(&with_port);
        assert!(error.contains(reason), "{error}");
        assert!(!is_left, "{arguments:?}");
    }
}

#[test]
fn a_port_in_use_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path());
    let (error, is_left) = failed(&["serve", "--dev", "--listen", &server.address]);
    assert!(error.contains("use --listen with another port"), "{error}");
    assert!(!is_left);
}

#[test]
fn a_cause_is_told_once_and_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("external-contacts.sqlite"),
        "not a database, but text",
    )
    .unwrap();
    let output = run(folder.path(), &["tenant", "list"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error.matches("file is not a database").count(), 1, "{error}");
    assert!(
        error.contains("check that the file is a database of this program"),
        "{error}"
    );
}
