//! Errors that only a bug or a damaged database can cause, provoked behind the back of the running program.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::support::postgres;
use crate::support::served::Served;

/// The damages: what is done to the database, the operation that meets it, and the cause that the log must name.
const DAMAGES: &[(&str, &str, &str)] = &[
    (
        "UPDATE contacts SET tags = '{\"a\": 1}'",
        "{ contacts { nodes { tags } } }",
        "tags",
    ),
    (
        "DROP TABLE search_words",
        "{ searchContacts(query: \"lovelace\") { nodes { id } } }",
        "search_words",
    ),
    (
        "DROP TABLE IF EXISTS search_words",
        "mutation { createContact(input: { lastName: \"Hopper\" }) { contact { id } userErrors { code } } }",
        "search_words",
    ),
];
/// Words that an answer must not have.
const INSIDE: &[&str] = &[
    "search_words",
    "tags\\\"",
    "SELECT",
    "INSERT",
    "sqlx",
    "table",
    "column",
    "relation",
];

fn program(data: &Path, url: Option<&str>, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_external-contacts"));
    command.args(arguments).arg("--data").arg(data);
    if let Some(url) = url {
        command.args(["--database-url", url]);
    }
    command
}

/// Posts an operation under a request id, and returns the body of the answer.
fn ask(server: &Served, token: &str, id: &str, query: &str) -> Value {
    let body = json!({ "query": query }).to_string();
    let answer = server.answer(&format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-Id: {id}\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len(),
    ));
    let start = answer.find('{').unwrap_or_else(|| panic!("{answer}"));
    let end = answer.rfind('}').unwrap();
    serde_json::from_str(&answer[start..=end]).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

/// Serves a database, damages it, and reads answers and log.
async fn story(url: Option<&str>, meddle: impl AsyncFn(&'static str)) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let serve = ["serve", "--dev", "--listen", "127.0.0.1:0", "--log-json"];
    let mut server = Served::start(program(data, url, &serve).stderr(Stdio::piped()));
    let token = program(data, url, &["token"]).output().unwrap().stdout;
    let token = String::from_utf8(token).unwrap();
    let create = "mutation { createContact(input: { lastName: \"Lovelace\" }) { contact { id } } }";
    let created = ask(&server, token.trim(), "before", create);
    assert_eq!(created["errors"], Value::Null, "{created}");

    for (number, (statement, query, _)) in DAMAGES.iter().enumerate() {
        meddle(statement).await;
        let answer = ask(&server, token.trim(), &format!("damage-{number}"), query);
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{answer}");
        assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{answer}");
        let message = error["message"].as_str().unwrap();
        assert!(INSIDE.iter().all(|word| !message.contains(word)), "{message}");
    }
    meddle("UPDATE contacts SET tags = '[]'").await;
    let after = ask(
        &server,
        token.trim(),
        "after",
        "{ contacts { nodes { lastName } } }",
    );
    server.signal("TERM");
    let mut log = String::new();
    server
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();

    // The write that failed left nothing behind.
    assert_eq!(
        after["data"]["contacts"]["nodes"],
        json!([{ "lastName": "Lovelace" }]),
        "{after}"
    );
    for (number, (_, _, cause)) in DAMAGES.iter().enumerate() {
        let id = format!("damage-{number}");
        let lines: Vec<&str> = log
            .lines()
            .filter(|line| line.contains(&format!("\"{id}\"")) && line.contains("\"ERROR\""))
            .collect();
        let [line] = lines[..] else {
            panic!("one error of {id} in {log}");
        };
        let line: Value = serde_json::from_str(line).unwrap();
        let told = line["fields"]["cause"]
            .as_str()
            .unwrap_or_else(|| panic!("{line}"));
        assert!(told.contains(cause) && told.contains(": "), "{told}");
    }
    let errors = log.lines().filter(|line| line.contains("\"ERROR\"")).count();
    assert_eq!(errors, DAMAGES.len(), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_internal_error_on_sqlite_is_logged_once_with_its_cause_and_answered_without() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.sqlite");
    let url = format!("sqlite:{}", path.display());
    story(Some(&url), async |statement| {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_internal_error_on_postgres_is_logged_once_with_its_cause_and_answered_without() {
    let database = postgres::empty().await;
    story(Some(&database.url), async |statement| {
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        connection.execute(statement).await.unwrap();
        connection.close().await.unwrap();
    })
    .await;
}
