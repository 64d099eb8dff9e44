//! A server that listens, for what shows itself only over a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use external_contacts::app::{App, development_claims, development_key};
use external_contacts::auth::Claims;
use external_contacts::clock::Clock;
use external_contacts::config::ServeConfig;
use external_contacts::http::Server;
use external_contacts::store::DatabaseUrl;
use futures_util::FutureExt as _;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::SOON;
use crate::http::config;

/// A development server over a folder of its own.
pub struct Live {
    pub address: SocketAddr,
    server: Arc<Server>,
    folder: tempfile::TempDir,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Live {
    pub async fn start(change: impl FnOnce(&mut ServeConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path());
        change(&mut config);
        let app = App::open(&config, Clock::system()).await.unwrap();
        let server = app.server.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(app.serve(listener, stopped.map(|_| ()).into_stream()));
        Self {
            address,
            server,
            folder,
            stop,
            ended,
        }
    }

    /// Ends the server, and waits until it has.
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        soon(self.ended).await.unwrap();
    }

    /// The sockets and event streams that are open.
    pub fn open_streams(&self) -> usize {
        self.server.lifecycle.open_sockets() + self.server.lifecycle.open_event_streams()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn token(&self, claims: &Claims) -> String {
        let key = development_key(self.folder.path()).unwrap();
        key.mint(claims, Duration::from_mins(1), &Clock::system())
            .unwrap()
    }

    /// The token of the developer, who may do everything.
    pub fn developer(&self) -> String {
        self.token(&development_claims())
    }

    /// The bytes of a request by POST.
    pub fn post(token: &str, body: &Value) -> Vec<u8> {
        let body = body.to_string();
        format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    /// A connection on which so much was sent.
    pub async fn sent(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// The database.
    pub fn database(&self) -> DatabaseUrl {
        DatabaseUrl::embedded(self.folder.path())
    }

    /// A WebSocket after its acknowledgement.
    pub async fn socket(&self, token: &str) -> Socket {
        let mut socket = self.begin_socket(token).await;
        assert_eq!(socket.message().await["type"], "connection_ack");
        socket
    }

    /// A WebSocket over which a token was sent.
    pub async fn begin_socket(&self, token: &str) -> Socket {
        Socket::begin(self.address, token).await
    }
}

/// A client's side of a WebSocket, as far as tests need it: text and close frames of up to 64 KiB.
pub struct Socket<S = TcpStream>(S);

impl Socket {
    /// Opens a socket, and sends a token over it.
    pub async fn begin(address: SocketAddr, token: &str) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap(), token).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// Opens a socket over a connection, and sends a token over it.
    pub async fn over(mut stream: S, token: &str) -> Self {
        stream
            .write_all(
                b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                  Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                  Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
            )
            .await
            .unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(soon(stream.read_u8()).await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "));
        let mut socket = Self(stream);
        let payload = serde_json::json!({ "Authorization": format!("Bearer {token}") });
        socket
            .send(&serde_json::json!({ "type": "connection_init", "payload": payload }))
            .await;
        socket
    }

    pub async fn send(&mut self, message: &Value) {
        self.frame(0x1, message.to_string().as_bytes()).await;
    }

    pub async fn close(&mut self) {
        self.frame(0x8, &1000_u16.to_be_bytes()).await;
    }

    async fn frame(&mut self, kind: u8, payload: &[u8]) {
        let length = u16::try_from(payload.len()).unwrap();
        // Masked with zeros, which leaves the payload as it is.
        let mut frame = vec![0x80 | kind, 0xfe];
        frame.extend_from_slice(&length.to_be_bytes());
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        self.0.write_all(&frame).await.unwrap();
    }

    /// The next message.
    pub async fn message(&mut self) -> Value {
        let (kind, payload) = soon(self.next_frame()).await;
        assert_eq!(kind, 0x1, "{payload:?}");
        serde_json::from_slice(&payload).unwrap()
    }

    /// The code of the frame that closes the socket.
    pub async fn closed(&mut self) -> u16 {
        let (kind, payload) = soon(self.next_frame()).await;
        assert_eq!(kind, 0x8, "{payload:?}");
        u16::from_be_bytes([payload[0], payload[1]])
    }

    async fn next_frame(&mut self) -> (u8, Vec<u8>) {
        let kind = self.0.read_u8().await.unwrap() & 0xf;
        let length = match self.0.read_u8().await.unwrap() {
            126 => self.0.read_u16().await.unwrap().into(),
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).await.unwrap();
        (kind, payload)
    }
}

/// The outcome, which must come soon.
pub async fn soon<T>(outcome: impl Future<Output = T>) -> T {
    timeout(SOON, outcome).await.expect("waited in vain")
}
