//! A connection between the program and PostgreSQL that can break at a chosen message.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use external_contacts::store::DatabaseUrl;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A proxy before a PostgreSQL server, ended with this value.
pub struct Proxy {
    /// The URL of the database by way of the proxy.
    pub url: DatabaseUrl,
    loses_commit: Arc<AtomicBool>,
    accepts: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy before the database of this URL.
    pub async fn start(url: &DatabaseUrl) -> Self {
        let DatabaseUrl::Postgres(url) = url else {
            panic!("SQLite has no connections to break")
        };
        let mut url: Url = url.parse().unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let loses_commit = Arc::new(AtomicBool::new(false));
        let loses = loses_commit.clone();
        let accepts = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = TcpStream::connect(&server).await.unwrap().into_split();
                let is_committed = Arc::new(AtomicBool::new(false));
                tokio::spawn(send_on(
                    from_client,
                    to_server,
                    loses.clone(),
                    is_committed.clone(),
                ));
                tokio::spawn(answer(from_server, to_client, is_committed));
            }
        });
        Self {
            url: url.as_str().parse().unwrap(),
            loses_commit,
            accepts,
        }
    }

    /// Breaks the connection of the next COMMIT once the server has answered it.
    pub fn lose_next_commit(&self) {
        self.loses_commit.store(true, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepts.abort();
    }
}

async fn send_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    loses_commit: Arc<AtomicBool>,
    is_committed: Arc<AtomicBool>,
) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        let is_commit = bytes[..count].windows(6).any(|word| word == b"COMMIT");
        if is_commit && loses_commit.swap(false, Ordering::SeqCst) {
            is_committed.store(true, Ordering::SeqCst);
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

/// Hands on what the server answers, up to the answer to a COMMIT that is lost.
async fn answer(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, is_committed: Arc<AtomicBool>) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if is_committed.load(Ordering::SeqCst) || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
