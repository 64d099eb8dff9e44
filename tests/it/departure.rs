//! Clients that end their side of a connection: those that still read are answered, and those that have gone cost nothing.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::live::{Live, soon};

const QUERY: &str = "{ viewer { user { name } } }";
/// A subscription waits for changes, so it runs for as long as its client is there.
const FOLLOW: &str = "subscription { changes { entityId } }";

fn get_events(token: &str) -> Vec<u8> {
    let query: String = url::form_urlencoded::byte_serialize(FOLLOW.as_bytes()).collect();
    format!(
        "GET /graphql?query={query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Accept: text/event-stream\r\n\r\n"
    )
    .into_bytes()
}

async fn until_open_streams(server: &Live, count: usize) {
    soon(async {
        while server.open_streams() != count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

async fn events(server: &Live) -> TcpStream {
    let mut stream = server.sent(&get_events(&server.developer())).await;
    let mut head = [0; 12];
    soon(stream.read_exact(&mut head)).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    until_open_streams(server, 1).await;
    stream
}

async fn read_until(stream: &mut TcpStream, text: &str) {
    let mut received = Vec::new();
    while !String::from_utf8_lossy(&received).contains(text) {
        assert_ne!(soon(stream.read_buf(&mut received)).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_client_that_ends_its_side_is_answered() {
    let server = Live::start(|_| {}).await;
    for version in ["1.0", "1.1"] {
        let request = Live::post(&server.developer(), &json!({ "query": QUERY }));
        let request = String::from_utf8(request)
            .unwrap()
            .replace("HTTP/1.1", &format!("HTTP/{version}"));
        let mut stream = server.sent(request.as_bytes()).await;
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        soon(stream.read_to_string(&mut answer)).await.unwrap();
        assert!(answer.contains(" 200 OK\r\n"), "{answer}");
        assert!(answer.contains("Developer"), "{answer}");
    }
    server.stop().await;
}

#[tokio::test]
async fn events_go_on_for_a_client_that_ends_its_side() {
    let server = Live::start(|_| {}).await;
    let mut stream = events(&server).await;
    stream.shutdown().await.unwrap();
    // The comment that finds out whether the client is there.
    read_until(&mut stream, ":\n\n").await;
    let create = "mutation { createContact(input: { lastName: \"Ada\" }) { contact { id } } }";
    let request = Live::post(&server.developer(), &json!({ "query": create }));
    let _changing = server.sent(&request).await;
    read_until(&mut stream, "event: next").await;
    server.stop().await;
}

#[tokio::test]
async fn a_stream_ends_at_once_when_its_client_goes() {
    let server = Live::start(|_| {}).await;
    let stream = events(&server).await;
    let left = Instant::now();
    drop(stream);
    until_open_streams(&server, 0).await;
    // Long before the next comment is due.
    assert!(left.elapsed() < Duration::from_secs(2));
    server.stop().await;
}
