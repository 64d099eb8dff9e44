//! Accepts connections, serves them, and closes those whose client makes the server wait.

mod beyond_bound;
mod client;
mod crowd;
mod head_timeout;
mod header_case;
mod tcp;

use std::error::Error;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

use self::beyond_bound::BeyondBound;
pub(super) use self::beyond_bound::refuse_beyond_bound;
pub(super) use self::client::InputEnd;
use self::crowd::{Crowd, Place};
use self::head_timeout::watch_head;
use self::tcp::SharedStream;

/// The maximum times that the client of a connection may make the server wait.
#[derive(Clone, Copy)]
pub struct ConnectionTimeouts {
    /// The time for the first byte of a request, from the connection's start or from the end of the previous response.
    idle: Duration,
    /// The time for the head of a request, from its first byte.
    head: Duration,
    /// The time for accepting some of the bytes that the server sends.
    write: Duration,
    /// The time for the responses in flight when the server stops.
    shutdown: Duration,
}

impl Default for ConnectionTimeouts {
    fn default() -> Self {
        Self {
            // Longer than the 60 s after which proxies drop an idle connection by default: the side that drops it first
            // knows not to use it again.
            idle: Duration::from_secs(75),
            head: Duration::from_secs(10),
            // Longer than the limit of a WebSocket, whose client is told why it is closed.
            write: Duration::from_secs(20),
            // A little longer than an answer may take.
            shutdown: Duration::from_secs(35),
        }
    }
}

/// Serves `router` until `stop`, over `most` connections. Then accepts no more connections, and waits for the responses in flight, within a limit.
pub async fn serve(
    mut listener: TcpListener,
    router: Router,
    most: usize,
    timeouts: ConnectionTimeouts,
    stop: impl Future<Output = ()>,
) {
    let service = TowerToHyperService::new(router);
    let crowd = Crowd::new(most);
    // Each connection holds a receiver for as long as it lives.
    let (stopping, _) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let stream = tokio::select! {
            // axum's way waits out failures that pass, such as too many open files.
            (stream, _) = Listener::accept(&mut listener) => stream,
            () = &mut stop => break,
        };
        let Some(place) = crowd.enter() else {
            tracing::debug!("a connection beyond the bound was closed");
            continue;
        };
        tokio::spawn(serve_connection(
            stream,
            place,
            service.clone(),
            timeouts,
            stopping.subscribe(),
        ));
    }
    drop(listener);
    stopping.send_replace(());
    if timeout(timeouts.shutdown, stopping.closed()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
}

/// Serves the requests of a connection until its end, or until its client has gone.
async fn serve_connection(
    stream: TcpStream,
    place: Place,
    router: TowerToHyperService<Router>,
    timeouts: ConnectionTimeouts,
    mut stopped: watch::Receiver<()>,
) {
    // Events are small: each is sent as it comes.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "small packets wait for each other");
    }
    let (tcp, client) = (Arc::new(stream), &place.client);
    let stream = SharedStream::new(tcp.clone(), client.clone());
    let (timer, stream) = watch_head(
        with_write_timeout(stream, timeouts.write),
        timeouts.head,
        client.clone(),
    );
    let (asked, is_beyond_bound) = (client.clone(), place.is_beyond_bound);
    let service = service_fn(move |mut request: Request<Incoming>| {
        let input_end = asked.asked(request.version());
        request.extensions_mut().insert(input_end);
        if is_beyond_bound {
            request.extensions_mut().insert(BeyondBound);
        }
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(timer)
        .header_read_timeout(timeouts.idle)
        // Some clients compare names in the case that RFCs print them in.
        .title_case_headers(true)
        // `client` tells those that still read from those that have gone.
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let (mut connection, mut gone) = (pin!(connection), pin!(client.gone(&tcp)));
    let mut closed = pin!(client.closed());
    let mut is_stopping = false;
    loop {
        tokio::select! {
            biased;
            outcome = connection.as_mut() => {
                if let Err(error) = outcome {
                    tracing::debug!(error = &error as &dyn Error, "a connection was closed early");
                }
                return;
            }
            // Its request is dropped, and with it what runs for it.
            () = gone.as_mut() => return,
            () = closed.as_mut() => return,
            _ = stopped.changed(), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

fn with_write_timeout<S: AsyncRead + AsyncWrite>(stream: S, write: Duration) -> Pin<Box<TimeoutStream<S>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(write));
    Box::pin(stream)
}

#[cfg(test)]
mod tests;
