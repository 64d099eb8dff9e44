//! The connections: accepted, answered, and given up when the other side leaves them waiting.

use std::error::Error;
use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

/// How long the other side of a connection may leave the server waiting.
#[derive(Clone, Copy)]
pub struct Patience {
    /// For the head of a request, from the connection's start or from the end of the answer before.
    head: Duration,
    /// For taking some of what is sent.
    write: Duration,
    /// For the answers under way when the server stops.
    end: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            // Longer than the 60 s after which proxies drop an idle connection by default: who drops it first knows not
            // to use it again.
            head: Duration::from_secs(75),
            // Longer than a WebSocket has, which is told why it is closed.
            write: Duration::from_secs(20),
            // A little longer than an answer may take.
            end: Duration::from_secs(35),
        }
    }
}

/// Answers by `router` until `stop`; then accepts no more, and waits for the answers under way, but not for good.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head);
    let service = TowerToHyperService::new(router);
    // Each connection listens to it for as long as it lives.
    let (stopping, _) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            // By axum's way to wait out what cannot be helped, such as too many open files.
            (stream, _) = Listener::accept(&mut listener) => stream,
            () = &mut stop => break,
        };
        let io = TokioIo::new(impatient(stream, patience.write));
        let connection = http.serve_connection(io, service.clone()).with_upgrades();
        let mut told = stopping.subscribe();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let outcome = tokio::select! {
                outcome = &mut connection => outcome,
                _ = told.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = outcome {
                tracing::debug!(error = &error as &dyn Error, "a connection was given up");
            }
        });
    }
    drop(listener);
    stopping.send_replace(());
    if timeout(patience.end, stopping.closed()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

fn impatient(stream: TcpStream, write: Duration) -> Pin<Box<TimeoutStream<TcpStream>>> {
    // Events are small: each is sent as it comes.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "small packets wait for each other");
    }
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(write));
    Box::pin(stream)
}

#[cfg(test)]
mod tests;
