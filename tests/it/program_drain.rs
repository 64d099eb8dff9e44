//! The end of a running server: it finishes what runs, and says what it cut off.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use external_contacts::app::development_claims;
use external_contacts::auth::DevelopmentKey;
use external_contacts::clock::Clock;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::live::{Live, Socket, soon};
use crate::support::open;
use crate::support::served::Served;

const FOLLOW: &str = "subscription { changes { entityId } }";
const CREATE: &str = "mutation { createContact(input: { lastName: \"Ada\" }) { contact { version } } }";

/// A development server with its log.
struct Server {
    served: Served,
    log: BufReader<ChildStderr>,
    token: String,
    _folder: tempfile::TempDir,
}

impl Server {
    fn start(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_external-contacts"));
        command
            .args(["serve", "--dev", "--listen", "0", "--log", "info", "--data"])
            .arg(folder.path())
            .args(flags)
            .stderr(Stdio::piped());
        let mut served = Served::start(&mut command);
        let log = BufReader::new(served.child.stderr.take().unwrap());
        let token = DevelopmentKey::open(folder.path())
            .unwrap()
            .mint(&development_claims(), Duration::from_mins(5), &Clock::system())
            .unwrap();
        Self {
            served,
            log,
            token,
            _folder: folder,
        }
    }

    /// Reads the log up to a line with this text, and returns that line.
    fn logged(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.log.read_line(&mut line).unwrap(), 0, "no {text} in the log");
            if line.contains(text) {
                return line;
            }
        }
    }

    fn get(&self, path: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        self.served.answer(&head)
    }

    /// Begins a request whose last byte is still to come, and returns that byte. The server is known to have it.
    fn begin_request(&self) -> (TcpStream, &'static [u8]) {
        let mut stream = self.served.connect();
        let body = json!({ "query": "{ viewer { user { id } } }" }).to_string();
        write!(
            stream,
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.token,
            body.len(),
        )
        .unwrap();
        let mut interim = [0; 25];
        stream.read_exact(&mut interim).unwrap();
        assert!(interim.starts_with(b"HTTP/1.1 100 Continue"));
        stream.write_all(&body.as_bytes()[..body.len() - 1]).unwrap();
        (stream, b"}")
    }

    /// An event stream that has begun.
    fn follow(&self) -> TcpStream {
        let mut stream = self.served.connect();
        let body = json!({ "query": FOLLOW }).to_string();
        write!(
            stream,
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len(),
        )
        .unwrap();
        let mut head = [0; 15];
        stream.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 200 OK");
        stream
    }

    /// A socket with a subscription.
    fn socket(&self, runtime: &Runtime) -> Socket {
        runtime.block_on(async {
            let address = self.served.address.parse().unwrap();
            let mut socket = Socket::begin(address, &self.token).await;
            assert_eq!(socket.message().await["type"], "connection_ack");
            socket.send(&subscribe(FOLLOW)).await;
            socket.send(&json!({ "type": "ping" })).await;
            assert_eq!(socket.message().await["type"], "pong");
            socket
        })
    }
}

fn subscribe(query: &str) -> Value {
    json!({ "id": "1", "type": "subscribe", "payload": { "query": query } })
}

fn rest(stream: &mut TcpStream) -> String {
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    rest
}

#[test]
fn sigterm_finishes_what_runs_and_the_log_counts_it() {
    let runtime = Runtime::new().unwrap();
    let mut server = Server::start(&[]);
    let (mut request, last) = server.begin_request();
    let mut events = server.follow();
    let mut socket = server.socket(&runtime);
    // A health check whose head has begun.
    let mut health = server.served.connect();
    health.write_all(b"GET /readyz HTTP/1.1\r\n").unwrap();
    // Accepted after it.
    assert!(server.get("/readyz").contains("200 OK"));

    server.served.signal("TERM");

    let waited_for = server.logged("draining");
    assert!(
        waited_for.contains("requests=1 sockets=1 event_streams=1"),
        "{waited_for}"
    );
    assert_eq!(runtime.block_on(socket.closed()), 1001);
    runtime.block_on(socket.close());
    let events = rest(&mut events);
    assert!(events.ends_with("0\r\n\r\n"), "{events}");
    assert!(
        !events.contains("complete"),
        "the client is to come back: {events}"
    );
    health.write_all(b"Host: localhost\r\n\r\n").unwrap();
    let not_ready = rest(&mut health);
    assert!(not_ready.starts_with("HTTP/1.1 503"), "{not_ready}");
    assert!(not_ready.contains("the server is stopping"), "{not_ready}");
    request.write_all(last).unwrap();
    let answer = rest(&mut request);
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("user_"),
        "{answer}"
    );
    let finished = server.logged("drained");
    assert!(
        finished.contains("requests=1 sockets=1 event_streams=1"),
        "{finished}"
    );
    let mut end = String::new();
    server.log.read_to_string(&mut end).unwrap();
    assert!(end.contains("stopped") && !end.contains("cut off"), "{end}");
    assert!(server.served.child.wait().unwrap().success());
    assert!(TcpStream::connect(&server.served.address).is_err());
}

#[test]
fn what_does_not_finish_in_time_is_cut_off_and_counted() {
    let runtime = Runtime::new().unwrap();
    let mut server = Server::start(&["--drain-timeout", "1"]);
    let (mut request, _last) = server.begin_request();
    // Its client does not answer that the socket is closed.
    let _socket = server.socket(&runtime);
    let _events = server.follow();

    server.served.signal("TERM");

    let finished = server.logged("drained");
    assert!(
        finished.contains("requests=0 sockets=0 event_streams=1"),
        "{finished}"
    );
    let cut_off = server.logged("cut off");
    assert!(
        cut_off.contains("requests=1 sockets=1 event_streams=0"),
        "{cut_off}"
    );
    assert_eq!(rest(&mut request), "");
    assert!(server.served.child.wait().unwrap().success());
}

#[test]
fn load_balancers_have_the_delay_to_learn_of_the_end_and_a_second_signal_ends_it_at_once() {
    let mut server = Server::start(&["--drain-delay", "3600", "--drain-timeout", "3600"]);
    let (mut request, _last) = server.begin_request();

    server.served.signal("TERM");
    server.logged("not ready");

    let not_ready = server.get("/readyz");
    assert!(not_ready.starts_with("HTTP/1.1 503"), "{not_ready}");
    let alive = server.get("/livez");
    assert!(alive.starts_with("HTTP/1.1 200"), "{alive}");
    let made = server.served.ask(&server.token, CREATE);
    assert!(made.contains(r#""version":1"#), "{made}");

    let start = Instant::now();
    server.served.signal("TERM");
    let cut_off = server.logged("cut off");
    assert!(
        cut_off.contains("requests=1 sockets=0 event_streams=0"),
        "{cut_off}"
    );
    assert_eq!(rest(&mut request), "");
    assert!(server.served.child.wait().unwrap().success());
    // Before the limit of the request's body, which would end it as well.
    assert!(start.elapsed() < Duration::from_secs(7));
}

#[tokio::test]
async fn a_change_that_runs_over_a_socket_is_made_and_answered_before_the_socket_is_closed() {
    let server = Live::start(|_| {}).await;
    let mut socket = server.socket(&server.developer()).await;
    let store = open(&server.database(), Clock::system()).await;
    let tenant = store.system().tenant("default").await.unwrap().unwrap();
    // The one writer of the database: the change waits for it.
    let writing = tenant.begin(None).await.unwrap();
    socket.send(&subscribe(CREATE)).await;
    socket.send(&json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await["type"], "pong");

    let address = server.address;
    let stopped = tokio::spawn(server.stop());
    soon(async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    drop(writing);

    let answer = socket.message().await;
    assert_eq!(
        answer["payload"]["data"]["createContact"]["contact"]["version"], 1,
        "{answer}"
    );
    assert_eq!(socket.message().await["type"], "complete");
    assert_eq!(socket.closed().await, 1001);
    socket.close().await;
    soon(stopped).await.unwrap();
    store.close().await;
}
