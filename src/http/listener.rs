//! Where connections come from; those that do not take what is sent to them are given up.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::serve::Listener as Accepts;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

/// How long a connection may take nothing of what is sent. Longer than a WebSocket has, which is told why it is closed.
const LONGEST_WRITE: Duration = Duration::from_secs(20);

/// Accepts connections.
pub struct Listener(TcpListener);

impl Listener {
    /// Over a listener of the system's.
    pub fn over(listener: TcpListener) -> Self {
        Self(listener)
    }
}

impl Accepts for Listener {
    type Io = Pin<Box<TimeoutStream<TcpStream>>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        // By the system's listener's own way to wait out what cannot be helped, such as too many open files.
        let (stream, address) = Accepts::accept(&mut self.0).await;
        // Events are small: each is sent as it comes.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "small packets wait for each other");
        }
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(LONGEST_WRITE));
        (Box::pin(stream), address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Accepts::local_addr(&self.0)
    }
}
