//! The log of a day: a line for each request, and nothing in it that a caller wants kept secret.

use std::io::Write;
use std::sync::{Arc, Mutex};

use external_contacts::app::development_claims;
use external_contacts::log;
use external_contacts::model::Permissions;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::support::live::Live;

/// A name that only requests and answers have.
const PERSONAL: &str = "Quixote";
const CREATE: &str = "mutation QuixoteOperation($name: String!) { createContact(input: { lastName: $name }) {
    contact { id } userErrors { code } } }";

/// The lines of the log, as JSON.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Catches what this thread logs at `info`, as the program does by default.
    fn start(&self) -> DefaultGuard {
        let log = self.clone();
        let lines = log::lines(move || log.clone(), true, false);
        let subscriber = Registry::default().with(LevelFilter::INFO).with(lines);
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines of requests.
    fn answered(&self) -> Vec<Value> {
        let lines = self.text();
        let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap());
        lines
            .filter(|line: &Value| line["fields"]["message"] == "answered")
            .collect()
    }

    /// The one line of the request with this id.
    fn line(&self, id: &str) -> Value {
        let lines = self.answered();
        let mut own = lines.iter().filter(|line| line["request"]["id"] == id);
        let line = own.next().unwrap_or_else(|| panic!("{id} in {lines:#?}"));
        assert_eq!(own.next(), None);
        line.clone()
    }

    async fn until_answered(&self, count: usize) {
        crate::support::live::soon(async {
            while self.answered().len() < count {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        })
        .await;
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The requests of a day, each with its id, its status and its code in the log.
fn requests(server: &Live, client: &Client) -> Vec<(RequestBuilder, u16, &'static str)> {
    let developer = server.developer();
    let nobody = server.token(&external_contacts::auth::Claims {
        subject: "nobody".to_owned(),
        permissions: Permissions::default(),
        ..development_claims()
    });
    let post = |token: &str, query: &str| {
        let body = json!({ "query": query, "variables": { "name": PERSONAL } });
        client
            .post(server.url("/graphql"))
            .bearer_auth(token)
            .header("accept", "application/graphql-response+json")
            .json(&body)
    };
    let ask = |query: &str| post(&developer, query);
    let get = |path: &str| client.get(server.url(path));
    vec![
        (ask(CREATE), 200, "OK"),
        (
            ask("{ contacts(first: 5) { nodes { displayName organization { name } } } }"),
            200,
            "OK",
        ),
        (
            ask("mutation { createContact(input: {}) { userErrors { message } } }"),
            200,
            "OK",
        ),
        (ask("{ contact(id: \"Quixote\") { id } }"), 200, "BAD_USER_INPUT"),
        (
            ask("{ contacts(after: \"Quixote\") { nodes { id } } }"),
            200,
            "INVALID_CURSOR",
        ),
        (ask("{ Quixote"), 400, "GRAPHQL_PARSE_FAILED"),
        (ask("{ Quixote }"), 400, "GRAPHQL_VALIDATION_FAILED"),
        (
            ask("{ contacts(first: 100) { nodes { notes(first: 100) { nodes { text author { id } } } } } }"),
            400,
            "COST_LIMIT_EXCEEDED",
        ),
        (post(&nobody, CREATE), 200, "FORBIDDEN"),
        (post("Quixote", CREATE), 401, "UNAUTHENTICATED"),
        (
            client
                .post(server.url("/graphql"))
                .json(&json!({ "query": PERSONAL })),
            401,
            "UNAUTHENTICATED",
        ),
        (
            client.post(server.url("/graphql")).body(PERSONAL),
            415,
            "BAD_USER_INPUT",
        ),
        (ask(CREATE).body("{ Quixote"), 400, "BAD_USER_INPUT"),
        (
            ask(CREATE).body("Quixote".repeat(50_000)),
            413,
            "OPERATION_LIMIT_EXCEEDED",
        ),
        (
            client.request(Method::PUT, server.url("/graphql")),
            405,
            "BAD_USER_INPUT",
        ),
        (
            get("/graphql?query={viewer{user{name}}}&token=Quixote").bearer_auth(&developer),
            200,
            "OK",
        ),
        (get("/graphql/Quixote"), 404, "BAD_USER_INPUT"),
        (get("/Quixote"), 404, "OK"),
        (get("/livez"), 200, "OK"),
        (get("/readyz"), 200, "OK"),
        (
            ask("{ viewer { user { name } } }").header("accept", "text/event-stream"),
            200,
            "OK",
        ),
    ]
}

#[tokio::test]
async fn a_day_is_logged_with_a_line_for_each_request_and_no_secrets() {
    let log = Log::default();
    let _guard = log.start();
    let server = Live::start(|_| {}).await;
    let client = Client::new();

    let requests = requests(&server, &client);
    let mut count = requests.len();
    for (number, (request, status, code)) in requests.into_iter().enumerate() {
        let id = format!("request-{number}");
        let request = request.header("x-request-id", &id).header("x-secret", PERSONAL);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["x-request-id"], id.as_str());
        assert_eq!(answer.status(), status, "{id}");
        answer.bytes().await.unwrap();
        log.until_answered(number + 1).await;
        let line = log.line(&id);
        assert_eq!(line["fields"]["code"], code, "{line:#}");
        assert_eq!(line["fields"]["status"], status, "{line:#}");
        assert!(line["fields"]["duration_ms"].is_u64(), "{line:#}");
    }
    let mut socket = server.socket(&server.developer()).await;
    for (id, query) in [
        ("Quixote-1", "{ viewer { user { name } } }"),
        ("Quixote-2", "{ Quixote }"),
    ] {
        let payload = json!({ "query": query });
        socket
            .send(&json!({ "id": id, "type": "subscribe", "payload": payload }))
            .await;
    }
    // The socket itself, and two operations.
    count += 3;
    log.until_answered(count).await;
    socket.close().await;
    server.stop().await;

    let text = log.text();
    assert_eq!(log.answered().len(), count, "{text}");
    for unwanted in [PERSONAL, "\"ERROR\"", "Bearer", "eyJ", "token="] {
        assert!(!text.contains(unwanted), "{unwanted} in\n{text}");
    }
}

#[tokio::test]
async fn a_line_has_the_operation_its_cost_and_its_statements() {
    let log = Log::default();
    let _guard = log.start();
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("manifest.json");
    let document = "query Company { organizations(first: 5) { nodes { name contacts { nodes { id } } } } }";
    std::fs::write(&manifest, json!({ "company": document }).to_string()).unwrap();
    let server = Live::start(|config| config.operations.documents = Some(manifest)).await;
    let ask = async |id: &str, body: Value| {
        let request = Client::new()
            .post(server.url("/graphql"))
            .bearer_auth(server.developer());
        let answer = request
            .header("x-request-id", id)
            .json(&body)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    };
    let create = "mutation { createOrganization(input: { name: \"Apex\" }) { organization { id } } }";
    ask("create", json!({ "query": create })).await;
    ask("own", json!({ "query": document })).await;
    ask("trusted", json!({ "documentId": "company" })).await;
    server.stop().await;

    let line = log.line("own");
    assert_eq!(line["request"]["method"], "POST");
    assert_eq!(line["request"]["path"], "/graphql");
    assert_eq!(line["fields"]["operation"], "query");
    assert_eq!(line["fields"]["cost"], 2 + 5 * (1 + 2 + 10));
    assert_eq!(line["fields"]["statements"], 2);
    assert_eq!(log.line("trusted")["fields"]["operation"], "Company");
    let line = log.line("create");
    assert_eq!(line["fields"]["operation"], "mutation");
    assert!(line["fields"]["statements"].as_u64().unwrap() > 1);
}

#[tokio::test]
async fn an_id_that_is_not_fit_for_the_log_is_replaced() {
    let log = Log::default();
    let _guard = log.start();
    let server = Live::start(|_| {}).await;
    let ask = async |id: &str| {
        let request = Client::new().get(server.url("/livez")).header("x-request-id", id);
        request.send().await.unwrap().headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned()
    };

    assert_eq!(ask("a.B-1_").await, "a.B-1_");
    for unfit in ["<b>", &"a".repeat(3_000), "a b"] {
        let replaced = ask(unfit).await;
        assert!(uuid::Uuid::parse_str(&replaced).is_ok(), "{replaced}");
        log.line(&replaced);
    }
    server.stop().await;
}
