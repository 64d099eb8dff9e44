//! Tests over real connections. `soon` fails a test that would wait for good.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::middleware::Next;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::*;
use crate::http::lifecycle::Lifecycle;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_hours(1);

/// A server that says hello as often as it is allowed to.
struct Running {
    address: SocketAddr,
    asked: Arc<Semaphore>,
    allowed: Arc<Semaphore>,
    lifecycle: Lifecycle,
    ended: JoinHandle<()>,
}

impl Running {
    async fn start(timeouts: ConnectionTimeouts) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, allowed) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let answer = {
            let (asked, allowed) = (asked.clone(), allowed.clone());
            async move || {
                asked.add_permits(1);
                allowed.acquire().await.unwrap().forget();
                "hello"
            }
        };
        let lifecycle = Lifecycle::default();
        let router = Router::new().route("/", get(answer));
        let connections = Connections::new(plain(100, timeouts), router, lifecycle.watch());
        let ended = tokio::spawn(async move {
            connections.accept(listener).await;
            connections.ended().await;
        });
        Self {
            address,
            asked,
            allowed,
            lifecycle,
            ended,
        }
    }

    /// A connection on which so much was sent.
    async fn sent(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }
}

fn plain(most: usize, timeouts: ConnectionTimeouts) -> ConnectionSettings {
    ConnectionSettings {
        most,
        timeouts,
        tls: None,
    }
}

pub(super) async fn soon<T>(outcome: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), outcome)
        .await
        .expect("waited in vain")
}

async fn answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"hello") {
        assert_ne!(soon(stream.read_buf(&mut answer)).await.unwrap(), 0, "closed");
    }
    String::from_utf8(answer).unwrap()
}

async fn closed(stream: &mut TcpStream) {
    assert_eq!(
        soon(stream.read_u8()).await.unwrap_err().kind(),
        std::io::ErrorKind::UnexpectedEof
    );
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let idle = SHORT;
    let server = Running::start(ConnectionTimeouts {
        idle,
        ..ConnectionTimeouts::default()
    })
    .await;
    let start = Instant::now();
    closed(&mut server.sent(b"").await).await;
    assert!(start.elapsed() >= idle);
}

#[tokio::test]
async fn a_head_has_less_time_than_an_idle_connection() {
    let head = SHORT;
    let server = Running::start(ConnectionTimeouts {
        head,
        idle: LONG,
        ..ConnectionTimeouts::default()
    })
    .await;
    let start = Instant::now();
    closed(&mut server.sent(&REQUEST[..20]).await).await;
    assert!(start.elapsed() >= head);
}

#[tokio::test]
async fn every_head_of_a_connection_has_the_same_time() {
    let head = SHORT;
    let server = Running::start(ConnectionTimeouts {
        head,
        idle: LONG,
        ..ConnectionTimeouts::default()
    })
    .await;
    server.allowed.add_permits(2);
    let mut stream = server.sent(REQUEST).await;
    answer(&mut stream).await;
    // The connection is idle for longer than a head may take.
    tokio::time::sleep(3 * head).await;
    stream.write_all(REQUEST).await.unwrap();
    answer(&mut stream).await;
    let start = Instant::now();
    stream.write_all(&REQUEST[..20]).await.unwrap();
    closed(&mut stream).await;
    assert!(start.elapsed() >= head);
}

#[tokio::test]
async fn a_head_that_trickles_in_gains_no_time() {
    let server = Running::start(ConnectionTimeouts {
        head: SHORT,
        idle: LONG,
        ..ConnectionTimeouts::default()
    })
    .await;
    let stream = server.sent(&REQUEST[..4]).await;
    let (mut read, mut write) = stream.into_split();
    let trickle = tokio::spawn(async move {
        while write.write_all(b"x").await.is_ok() {
            tokio::time::sleep(SHORT / 4).await;
        }
    });
    let _ = soon(read.read_u8()).await.unwrap_err();
    soon(trickle).await.unwrap();
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request_but_not_for_good() {
    let idle = SHORT;
    let server = Running::start(ConnectionTimeouts {
        idle,
        ..ConnectionTimeouts::default()
    })
    .await;
    server.allowed.add_permits(2);
    let mut stream = server.sent(REQUEST).await;
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 OK\r\n"));
    stream.write_all(REQUEST).await.unwrap();
    answer(&mut stream).await;
    let start = Instant::now();
    closed(&mut stream).await;
    assert!(start.elapsed() >= idle / 2);
}

#[tokio::test]
async fn an_answer_may_take_longer_than_a_request() {
    let head = SHORT;
    let server = Running::start(ConnectionTimeouts {
        head,
        ..ConnectionTimeouts::default()
    })
    .await;
    let mut stream = server.sent(REQUEST).await;
    tokio::time::sleep(3 * head).await;
    server.allowed.add_permits(1);
    answer(&mut stream).await;
}

#[tokio::test]
async fn draining_waits_for_answers_but_not_for_requests() {
    let server = Running::start(ConnectionTimeouts {
        head: LONG,
        idle: LONG,
        ..ConnectionTimeouts::default()
    })
    .await;
    let mut silent = server.sent(b"").await;
    let mut idle = server.sent(REQUEST).await;
    server.allowed.add_permits(1);
    answer(&mut idle).await;
    let mut asking = server.sent(REQUEST).await;
    // Once for each of the two; the silent one was accepted before them.
    soon(server.asked.acquire_many(2)).await.unwrap().forget();

    server.lifecycle.enter(Stage::Draining);
    closed(&mut silent).await;
    closed(&mut idle).await;
    assert!(TcpStream::connect(server.address).await.is_err());
    assert!(!server.ended.is_finished());
    server.allowed.add_permits(1);
    assert!(answer(&mut asking).await.contains("Connection: close\r\n"));
    soon(server.ended).await.unwrap();
}

#[tokio::test]
async fn the_end_cuts_off_what_still_runs() {
    let server = Running::start(ConnectionTimeouts {
        head: LONG,
        idle: LONG,
        ..ConnectionTimeouts::default()
    })
    .await;
    let mut beginning = server.sent(&REQUEST[..20]).await;
    let mut asking = server.sent(REQUEST).await;
    soon(server.asked.acquire()).await.unwrap().forget();

    server.lifecycle.enter(Stage::Draining);
    assert!(!server.ended.is_finished());
    server.lifecycle.enter(Stage::Ended);
    closed(&mut beginning).await;
    closed(&mut asking).await;
    soon(server.ended).await.unwrap();
}

/// Serves a router for as long as the test runs.
fn serve(listener: TcpListener, router: Router, most: usize) {
    let stages = Lifecycle::default().watch();
    let settings = plain(most, ConnectionTimeouts::default());
    let connections = Connections::new(settings, router, stages);
    tokio::spawn(async move { connections.accept(listener).await });
}

/// A handler's future, which tells when it is dropped.
struct Dropped(Arc<Semaphore>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

/// A server whose answers never come: requests that began, and those that were dropped.
async fn unanswering() -> (SocketAddr, Arc<Semaphore>, Arc<Semaphore>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (begun, dropped) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let answer = {
        let (begun, dropped) = (begun.clone(), dropped.clone());
        async move || {
            let _guard = Dropped(dropped);
            begun.add_permits(1);
            std::future::pending::<()>().await;
        }
    };
    let router = Router::new().route("/", get(answer));
    serve(listener, router, 100);
    (address, begun, dropped)
}

#[tokio::test]
async fn a_request_is_dropped_when_its_client_goes() {
    let (address, begun, dropped) = unanswering().await;
    // With a byte of the next request, too, which is not read before the answer.
    for request in [REQUEST, &[REQUEST, b"G"].concat()] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        soon(begun.acquire()).await.unwrap().forget();
        assert_eq!(dropped.available_permits(), 0);
        let left = Instant::now();
        drop(stream);
        soon(dropped.acquire()).await.unwrap().forget();
        // Generous on a busy machine, and far below the limits of time.
        assert!(left.elapsed() < Duration::from_secs(2));
    }
}

#[tokio::test]
async fn a_client_that_ends_its_side_is_found_to_be_there() {
    let server = Running::start(ConnectionTimeouts::default()).await;
    let mut stream = server.sent(REQUEST).await;
    soon(server.asked.acquire()).await.unwrap().forget();
    stream.shutdown().await.unwrap();
    let mut interim = [0; 25];
    soon(stream.read_exact(&mut interim)).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.allowed.add_permits(1);
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 OK\r\n"));
    closed(&mut stream).await;
}

#[tokio::test]
async fn a_client_of_http_1_0_gets_the_answer_alone() {
    let server = Running::start(ConnectionTimeouts::default()).await;
    let mut stream = server.sent(b"GET / HTTP/1.0\r\n\r\n").await;
    soon(server.asked.acquire()).await.unwrap().forget();
    stream.shutdown().await.unwrap();
    // Longer than the pause after which others are sent an interim response.
    tokio::time::sleep(SHORT).await;
    server.allowed.add_permits(1);
    assert!(answer(&mut stream).await.starts_with("HTTP/1.0 200 OK\r\n"));
}

/// A server over this many connections: `/slow` answers when it is allowed to, health checks at once.
async fn bounded(most: usize) -> (SocketAddr, Arc<Semaphore>, Arc<Semaphore>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, allowed) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let slow = {
        let (asked, allowed) = (asked.clone(), allowed.clone());
        async move || {
            asked.add_permits(1);
            allowed.acquire().await.unwrap().forget();
            "hello"
        }
    };
    let router = Router::new()
        .route("/slow", get(slow))
        .route("/livez", get(async || "hello"))
        .layer(axum::middleware::from_fn(
            async |request: Request, next: Next| match refusal_beyond_bound(&request) {
                Some(refusal) => refusal,
                None => next.run(request).await,
            },
        ));
    serve(listener, router, most);
    (address, asked, allowed)
}

async fn asking(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn the_longest_idle_connection_makes_room_for_the_next() {
    let (address, asked, allowed) = bounded(3).await;
    let mut busy = asking(address, "/slow").await;
    soon(asked.acquire()).await.unwrap().forget();
    let mut idle = Vec::new();
    for _ in 0..2 {
        let mut stream = asking(address, "/livez").await;
        answer(&mut stream).await;
        idle.push(stream);
    }
    let mut last = asking(address, "/livez").await;
    answer(&mut last).await;
    closed(&mut idle[0]).await;
    // The others are kept.
    idle[1]
        .write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    answer(&mut idle[1]).await;
    allowed.add_permits(1);
    answer(&mut busy).await;
}

#[tokio::test]
async fn health_checks_are_answered_beyond_the_bound_and_others_are_told_to_come_back() {
    let (address, asked, allowed) = bounded(2).await;
    let mut busy = [asking(address, "/slow").await, asking(address, "/slow").await];
    soon(asked.acquire_many(2)).await.unwrap().forget();

    answer(&mut asking(address, "/livez").await).await;
    let mut refused = asking(address, "/slow").await;
    let mut response = String::new();
    soon(refused.read_to_string(&mut response)).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
    assert!(response.contains("Retry-After: 1\r\n"), "{response}");
    assert!(response.contains("UNAVAILABLE"), "{response}");
    allowed.add_permits(2);
    for stream in &mut busy {
        answer(stream).await;
    }
}
