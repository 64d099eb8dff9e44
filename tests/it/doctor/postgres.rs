//! Findings about PostgreSQL.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Instant;

use chrono::TimeDelta;
use external_contacts::cli::doctor::Level;
use external_contacts::clock::Clock;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};

use super::{Run, doctor, examined, masked, migrate};
use crate::support::SOON;
use crate::support::postgres::own::OwnServer;
use crate::support::postgres::{self, Database};

/// A database of the tests' server, in which nothing was made yet.
async fn empty() -> Database {
    postgres::empty().await
}

fn run(url: &str) -> Run {
    run_with(url, &[])
}

/// Examines until a text is found: a connection is counted for a moment after its client has closed it.
fn eventually(url: &str, text: &str) {
    let began = Instant::now();
    while !run(url).text.contains(text) {
        assert!(began.elapsed() < SOON, "no {text:?} in {}", run(url).text);
    }
}

fn run_with(url: &str, arguments: &[&str]) -> Run {
    doctor(&[&["--dev", "--database-url", url], arguments].concat())
}

async fn execute(url: &str, statements: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    connection.execute(AssertSqlSafe(statements)).await.unwrap();
    connection.close().await.unwrap();
}

/// The name of the database in a URL.
fn name(url: &str) -> String {
    let parsed: url::Url = url.parse().unwrap();
    parsed.path().trim_start_matches('/').to_owned()
}

/// The URL for another user.
fn with_user(url: &str, user: &str) -> String {
    let mut parsed: url::Url = url.parse().unwrap();
    parsed.set_username(user).unwrap();
    parsed.set_password(Some("secret")).unwrap();
    parsed.into()
}

/// A user of one test.
async fn user(url: &str) -> String {
    let user = name(url).replace("test_", "user_");
    let statement = format!("CREATE USER {user} PASSWORD 'secret'");
    execute(url, &statement).await;
    user
}

async fn drop_user(url: &str, user: &str) {
    execute(url, &format!("DROP OWNED BY {user} CASCADE; DROP USER {user}")).await;
}

#[tokio::test]
async fn a_server_without_problems() {
    let server = OwnServer::start();
    let admin = server.url();
    execute(&admin, "CREATE USER contacts PASSWORD 'secret'").await;
    execute(&admin, "CREATE DATABASE contacts OWNER contacts").await;
    execute(&admin, "ALTER SYSTEM SET fsync = on").await;
    execute(&admin, "SELECT pg_reload_conf()").await;
    let url = with_user(&admin, "contacts").replace("/postgres?", "/contacts?");
    migrate(&["--database-url", &url]);
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    fs::write(&secret, "0123456789abcdef0123456789abcdef").unwrap();
    fs::set_permissions(&secret, Permissions::from_mode(0o600)).unwrap();
    let file = folder.path().join("url");
    fs::write(&file, &url).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let arguments = [
        &[
            "--database-url-file",
            file.to_str().unwrap(),
            "--jwt-secret-file",
            secret.to_str().unwrap(),
        ],
        &super::TOKENS[..],
    ];

    let run = doctor(&arguments.concat());

    insta::assert_snapshot!(masked(&run.text, folder.path()), @r"
    ok       settings     the settings fit together
    ok       listen       127.0.0.1:8080 is reached from this machine only
    ok       secrets      [folder]/url is closed to other users
    ok       secrets      [folder]/secret is closed to other users
    ok       descriptors  a process may open […], which suffices for […] connections from clients
    ok       keys         the secret is long enough
    ok       database     PostgreSQL […], as contacts, without TLS
    ok       encoding     the database has the encoding UTF8
    ok       migrations   the database is at […], as this program
    ok       rights       contacts has the rights that the server needs in public
    ok       connections  a server with --connections […] uses up to […], which are free
    ok       durability   acknowledged changes survive a crash
    ok       transactions the settings for transactions are as they should be
    ok       clock        the clock of the database agrees with this machine's

    no problems, no warnings
    ");
    assert_eq!(run.status, 0);
}

#[tokio::test]
async fn a_server_that_cannot_be_used_is_a_problem() {
    let refused = run("postgres://user:enigma@127.0.0.1:1/contacts");
    refused.has("problem", "database", "Connection refused");
    assert!(!refused.text.contains("enigma"), "{}", refused.text);
    let database = empty().await;
    let unknown = database.url.replace("/test_", "/nothing_");
    run(&unknown).has("problem", "database", "does not exist");
    run(&with_user(&database.url, "stranger")).has("problem", "database", "authentication failed");
}

#[tokio::test]
async fn nothing_is_changed() {
    let database = empty().await;
    run(&database.url).has("ok", "migrations", "the database is empty");
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(tables, 0);
}

#[tokio::test]
async fn migrations_of_another_program_are_found() {
    let database = empty().await;
    let url = &database.url;
    migrate(&["--database-url", url]);
    execute(url, "DELETE FROM _sqlx_migrations WHERE version > 11").await;
    run(url).has("warning", "migrations", "the database is at 11, this program at");
    execute(
        url,
        "UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 3",
    )
    .await;
    run(url).has(
        "problem",
        "migrations",
        "the migration 3 is not the one of this program",
    );
    execute(
        url,
        "UPDATE _sqlx_migrations SET success = FALSE WHERE version = 2",
    )
    .await;
    run(url).has("problem", "migrations", "the migration 2 stopped half-way");
    execute(
        url,
        "UPDATE _sqlx_migrations SET version = 9999 WHERE version = 11",
    )
    .await;
    run(url).has("problem", "migrations", "a newer program: it is at 9999");
}

#[tokio::test]
async fn missing_rights_are_problems() {
    let database = empty().await;
    let (admin, user) = (&database.url, user(&database.url).await);
    let url = with_user(admin, &user);
    run(admin).has("warning", "rights", "is a superuser");
    run(&url).has("problem", "rights", "may not create tables in public");

    migrate(&["--database-url", admin]);
    run(&url).has(
        "problem",
        "rights",
        "may not read and write _sqlx_migrations, aliases, changes, changes_seq, ",
    );
    let grant = format!(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user};
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {user}"
    );
    execute(admin, &grant).await;
    run(&url).has("ok", "rights", "has the rights that the server needs in public");

    execute(admin, "DELETE FROM _sqlx_migrations WHERE version > 11").await;
    execute(admin, &format!("GRANT CREATE ON SCHEMA public TO {user}")).await;
    run(&url).has("problem", "rights", "does not own _sqlx_migrations, ");

    execute(admin, &format!("ALTER USER {user} SET search_path = nowhere")).await;
    run(&url).has("problem", "rights", "no schema of the search path exists");
    drop_user(admin, &user).await;
}

#[tokio::test]
async fn too_few_connections_are_found() {
    let server = OwnServer::start();
    let admin = &server.url();
    execute(admin, "CREATE USER contacts PASSWORD 'secret'").await;
    let url = with_user(admin, "contacts");
    run_with(&url, &["--connections", "1000"]).has("problem", "connections", "max_connections allows");

    execute(admin, "ALTER USER contacts CONNECTION LIMIT 20").await;
    run(&url).has("problem", "connections", "the limit of the user allows 20");
    execute(admin, "ALTER USER contacts CONNECTION LIMIT 21").await;
    eventually(&url, "uses up to 21, which are free");
    let used = PgConnection::connect(&url).await.unwrap();
    eventually(&url, "the limit of the user allows 21, and 2 are in use");
    run(&url).has("warning", "connections", "are in use");

    execute(admin, "ALTER USER contacts CONNECTION LIMIT -1").await;
    execute(admin, "ALTER DATABASE postgres CONNECTION LIMIT 20").await;
    run(&url).has("problem", "connections", "the limit of the database allows 20");
    drop(used);
}

#[tokio::test]
async fn settings_that_lose_changes_are_problems() {
    let database = empty().await;
    let (url, name) = (&database.url, name(&database.url));
    // The tests' server does not write to the disk.
    let before = run(url);
    before.has("problem", "durability", "fsync is off");
    before.has("problem", "durability", "full_page_writes is off");
    before.has("problem", "durability", "synchronous_commit is off");
    execute(url, &format!("ALTER DATABASE {name} SET synchronous_commit = on")).await;
    assert_eq!(run(url).lines("durability").len(), 2);
}

#[tokio::test]
async fn transactions_are_checked() {
    let server = OwnServer::start();
    let url = &server.url();
    run(url).has("ok", "transactions", "as they should be");
    let mut other = PgConnection::connect(url).await.unwrap();
    other
        .execute("BEGIN; SET LOCAL application_name = 'nightly report'")
        .await
        .unwrap();
    eventually(url, "nightly report (process");
    run(url).has("warning", "transactions", "delays live changes");
    other.close().await.unwrap();

    execute(
        url,
        "ALTER DATABASE postgres SET default_transaction_isolation = 'serializable'",
    )
    .await;
    run(url).has(
        "warning",
        "transactions",
        "default_transaction_isolation is \"serializable\"",
    );
    execute(
        url,
        "ALTER DATABASE postgres SET default_transaction_read_only = on",
    )
    .await;
    run(url).has("problem", "transactions", "default_transaction_read_only is on");
}

#[tokio::test]
async fn another_encoding_is_a_problem() {
    let database = empty().await;
    let latin = format!("{}_latin", name(&database.url));
    let create = format!(
        "CREATE DATABASE {latin} TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'"
    );
    execute(&database.url, &create).await;
    let url = database.url.replace(&name(&database.url), &latin);
    run(&url).has(
        "problem",
        "encoding",
        "the encoding LATIN1, which cannot store every text",
    );
    execute(&database.url, &format!("DROP DATABASE {latin}")).await;
}

#[tokio::test]
async fn a_forgotten_slot_is_warned_of() {
    let server = OwnServer::start();
    execute(
        &server.url(),
        "SELECT pg_create_physical_replication_slot('forgotten', TRUE)",
    )
    .await;
    run(&server.url()).has("warning", "slots", "the replication slot forgotten");
}

#[tokio::test]
async fn the_clock_of_the_database_is_compared() {
    let database = empty().await;
    for (seconds, expected) in [(0, Level::Ok), (30, Level::Warning), (-3600, Level::Problem)] {
        let shifted = Clock::telling(move || Clock::system().now() + TimeDelta::seconds(seconds));
        let findings = examined(&["--dev", "--database-url", &database.url], &shifted).await;
        let clock = findings.iter().find(|finding| finding.check == "clock").unwrap();
        assert_eq!(clock.level, expected, "{clock:?}");
    }
}

/// A real server whose answers are edited on their way: it says that it is a version older.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_version_is_a_problem() {
    let database = empty().await;
    let mut url: url::Url = database.url.parse().unwrap();
    let server: Arc<str> = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap()).into();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    let proxy = tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (mut from_client, to_client) = client.into_split();
            let (from_server, mut to_server) = TcpStream::connect(&*server).await.unwrap().into_split();
            tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
            tokio::spawn(send_older(from_server, to_client));
        }
    });

    let run = tokio::task::spawn_blocking(move || run(url.as_str()))
        .await
        .unwrap();

    run.has(
        "problem",
        "database",
        "is too old; upgrade it to PostgreSQL 15 or newer",
    );
    proxy.abort();
}

async fn send_older(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf) {
    // The name, the length of the value, and the value.
    const SETTING: &[u8] = b"server_version_num\0\0\0\x06";
    let mut waiting: Vec<u8> = Vec::new();
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        waiting.extend_from_slice(&bytes[..count]);
        if let Some(at) = waiting
            .windows(SETTING.len())
            .position(|window| window == SETTING)
        {
            let value = at + SETTING.len();
            if waiting.len() < value + 2 {
                continue;
            }
            waiting[value..value + 2].copy_from_slice(b"14");
        }
        if to.write_all(&waiting).await.is_err() {
            return;
        }
        waiting.clear();
    }
}
