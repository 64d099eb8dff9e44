//! The bounds of what the server takes on, each with its answer.

use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use external_contacts::app::development_claims;
use external_contacts::auth::Claims;
use external_contacts::clock::Clock;
use external_contacts::store::{Store, Tenant};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::live::{Live, soon};
use crate::support::open;
use crate::support::served::Served;

/// Costs 2 + 5 × 1.
const PEOPLE: &str = "{ contacts(first: 5) { nodes { lastName } } }";
const CREATE: &str = "mutation { createContact(input: { lastName: \"Ada\" }) { contact { id } } }";
const FOLLOW: &str = "subscription { changes { entityId } }";

fn of_user(server: &Live, subject: &str) -> String {
    server.token(&Claims {
        subject: subject.to_owned(),
        ..development_claims()
    })
}

async fn ask(server: &Live, token: &str, query: &str) -> Response {
    let request = Client::new().post(server.url("/graphql")).bearer_auth(token);
    soon(request.json(&json!({ "query": query })).send())
        .await
        .unwrap()
}

async fn code(response: Response) -> Value {
    let body: Value = response.json().await.unwrap();
    body["errors"][0]["extensions"]["code"].clone()
}

async fn data(response: Response) -> Value {
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body.get("errors"), None, "{body}");
    body["data"].clone()
}

/// Another server's store and tenant over the database of this one.
async fn beside(server: &Live) -> (Store, Tenant) {
    let store = open(&server.database(), Clock::system()).await;
    let tenant = store.system().tenant("default").await.unwrap().unwrap();
    (store, tenant)
}

#[tokio::test]
async fn a_caller_who_asks_for_too_much_is_told_when_to_come_back() {
    let server = Live::start(|config| config.admission.cost_per_second = Some(10)).await;
    let (ada, bob) = (of_user(&server, "ada"), of_user(&server, "bob"));

    let first = ask(&server, &ada, PEOPLE).await;
    assert_eq!(first.headers()["ratelimit-policy"], "\"cost\";q=20;w=2");
    assert_eq!(first.headers()["ratelimit"], "\"cost\";r=13;t=1");
    data(first).await;
    let told = data(
        ask(
            &server,
            &bob,
            "{ viewer { callerLimits { costPerSecond costAtOnce } } }",
        )
        .await,
    )
    .await;
    assert_eq!(
        told["viewer"]["callerLimits"],
        json!({ "costPerSecond": 10, "costAtOnce": 20 })
    );
    let refused = loop {
        let response = ask(&server, &ada, PEOPLE).await;
        if response.status() != 200 {
            break response;
        }
    };
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert!(
        refused.headers()["ratelimit"]
            .to_str()
            .unwrap()
            .starts_with("\"cost\";r=")
    );
    assert_eq!(code(refused).await, "RATE_LIMITED");
    data(ask(&server, &bob, PEOPLE).await).await;
    server.stop().await;
}

#[tokio::test]
async fn a_refused_change_is_not_made_and_sockets_are_bounded_too() {
    let server = Live::start(|config| config.admission.cost_per_second = Some(4)).await;
    let (ada, bob) = (of_user(&server, "ada"), of_user(&server, "bob"));
    let mut socket = server.socket(&ada).await;
    let mut made = 0;
    loop {
        socket
            .send(&json!({ "id": "1", "type": "subscribe", "payload": { "query": CREATE } }))
            .await;
        let message = socket.message().await;
        if message["type"] == "error" {
            assert_eq!(message["payload"][0]["extensions"]["code"], "RATE_LIMITED");
            break;
        }
        made += 1;
        assert_eq!(socket.message().await["type"], "complete");
    }
    assert!(made > 0);
    let viewed = data(ask(&server, &bob, "{ viewer { tenant { managedEntities } } }").await).await;
    assert_eq!(viewed["viewer"]["tenant"]["managedEntities"], made);
    socket.close().await;
    server.stop().await;
}

#[tokio::test]
async fn an_operation_beyond_the_queue_is_refused_at_once() {
    let server = Live::start(|config| {
        config.admission.max_running = Some(1);
        config.admission.max_waiting = Some(0);
    })
    .await;
    let (ada, bob) = (of_user(&server, "ada"), of_user(&server, "bob"));
    data(ask(&server, &ada, PEOPLE).await).await;
    data(ask(&server, &bob, PEOPLE).await).await;
    let (store, tenant) = beside(&server).await;
    // The one writer of the database: a change waits for it.
    let writing = tenant.begin(None).await.unwrap();
    let changing = Live::post(&ada, &json!({ "query": CREATE }));
    let changing = server.sent(&changing).await;

    let refused = soon(async {
        loop {
            let response = ask(&server, &bob, PEOPLE).await;
            if response.status() != 200 {
                break response;
            }
        }
    })
    .await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(code(refused).await, "UNAVAILABLE");
    let live = Client::new().get(server.url("/livez")).send().await.unwrap();
    assert_eq!(live.status(), 200);
    // A client that goes leaves its place.
    drop(changing);
    soon(async { while ask(&server, &bob, PEOPLE).await.status() != 200 {} }).await;
    drop(writing);
    store.close().await;
    server.stop().await;
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_and_undone() {
    let server = Live::start(|config| config.admission.request_timeout = 1).await;
    let token = server.developer();
    data(ask(&server, &token, PEOPLE).await).await;
    let (store, tenant) = beside(&server).await;
    let writing = tenant.begin(None).await.unwrap();

    let late = ask(&server, &token, CREATE).await;
    assert_eq!(late.status(), 503);
    assert_eq!(late.headers()["retry-after"], "1");
    assert_eq!(code(late).await, "TIMEOUT");
    drop(writing);
    let people = data(ask(&server, &token, PEOPLE).await).await;
    assert_eq!(people["contacts"]["nodes"], json!([]));
    store.close().await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_drips_in_is_refused_at_its_limit() {
    let server = Live::start(|_| {}).await;
    let request = Live::post(
        &server.developer(),
        &json!({ "query": PEOPLE, "operationName": " ".repeat(1000) }),
    );
    let length = request.len() - 1000;
    let stream = server.sent(&request[..length]).await;
    let (mut answer, mut body) = stream.into_split();
    let start = Instant::now();
    let dripping = tokio::spawn(async move {
        // Ends when the server closes the connection.
        while body.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let mut refused = Vec::new();
    // The end may be a reset, since bytes of the body are left.
    let _ = soon(answer.read_to_end(&mut refused)).await;
    let refused = String::from_utf8(refused).unwrap();
    assert!(refused.starts_with("HTTP/1.1 408 "), "{refused}");
    assert!(refused.contains("the body took too long to arrive"), "{refused}");
    assert!(start.elapsed() >= Duration::from_secs(8));
    soon(dripping).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_caller_has_so_many_streams_and_no_more() {
    let server = Live::start(|config| config.admission.max_streams_per_caller = 1).await;
    let (ada, bob) = (of_user(&server, "ada"), of_user(&server, "bob"));
    let follow = |token: &str| {
        let request = Client::new().post(server.url("/graphql")).bearer_auth(token);
        let request = request.header("accept", "text/event-stream");
        request.json(&json!({ "query": FOLLOW })).send()
    };

    let stream = follow(&ada).await.unwrap();
    assert_eq!(stream.status(), 200);
    let refused = follow(&ada).await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "10");
    assert_eq!(code(refused).await, "RATE_LIMITED");
    assert_eq!(server.begin_socket(&ada).await.closed().await, 1013);
    assert_eq!(follow(&bob).await.unwrap().status(), 200);
    // Its place is free as soon as its client has gone.
    drop(stream);
    soon(async { while follow(&ada).await.unwrap().status() != 200 {} }).await;
    server.stop().await;
}

#[test]
fn health_checks_are_answered_beside_more_idle_sockets_than_there_are_descriptors() {
    const DESCRIPTORS: usize = 128;
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("ulimit -n {DESCRIPTORS} && exec \"$0\" \"$@\""))
        .arg(env!("CARGO_BIN_EXE_external-contacts"))
        .args(["serve", "--dev", "--listen", "0", "--connections", "2", "--data"])
        .arg(folder.path())
        .stderr(Stdio::null());
    let served = Served::start(&mut command);
    let _idle: Vec<TcpStream> = (0..DESCRIPTORS + 40)
        .map(|_| TcpStream::connect(&served.address).unwrap())
        .collect();

    let start = Instant::now();
    for path in ["/livez", "/readyz"] {
        let answer = served.answer(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    // Idle connections are closed on their own much later.
    assert!(start.elapsed() < Duration::from_secs(20));
}
