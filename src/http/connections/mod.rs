//! Accepts connections, serves them, and closes those whose client makes the server wait.

mod beyond_bound;
mod client;
mod crowd;
mod head_timeout;
mod header_case;
mod tcp;

use std::error::Error;
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
use tokio_rustls::server::TlsStream;

use self::beyond_bound::BeyondBound;
pub(super) use self::beyond_bound::refusal_beyond_bound;
use self::client::Client;
pub(super) use self::client::InputEnd;
use self::crowd::{Crowd, Place};
use self::head_timeout::watch_head;
use self::tcp::SharedStream;
use super::lifecycle::{Stage, StageWatch};
use super::tls::Tls;

/// The maximum times that the client of a connection may make the server wait.
#[derive(Clone, Copy)]
pub struct ConnectionTimeouts {
    /// The time for the first byte of a request, from the connection's start or from the end of the previous response.
    idle: Duration,
    /// The time for the handshake of TLS.
    handshake: Duration,
    /// The time for the head of a request, from its first byte.
    head: Duration,
    /// The time for accepting some of the bytes that the server sends.
    write: Duration,
}

impl Default for ConnectionTimeouts {
    fn default() -> Self {
        Self {
            // Longer than the 60 s after which proxies drop an idle connection by default: the side that drops it first
            // knows not to use it again.
            idle: Duration::from_secs(75),
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            // Longer than the limit of a WebSocket, whose client is told why it is closed.
            write: Duration::from_secs(20),
        }
    }
}

/// The settings of connections.
pub struct ConnectionSettings {
    /// The most connections.
    pub most: usize,
    /// The limits of time.
    pub timeouts: ConnectionTimeouts,
    /// The certificate, if clients are to speak TLS.
    pub tls: Option<Arc<Tls>>,
}

/// The connections over which a router is served, within a bound.
#[derive(Clone)]
pub struct Connections(Arc<Shared>);

/// The state that connections share.
struct Shared {
    router: TowerToHyperService<Router>,
    crowd: Arc<Crowd>,
    timeouts: ConnectionTimeouts,
    stages: StageWatch,
    tls: Option<Arc<Tls>>,
    /// Each connection holds a receiver for as long as it lives.
    open: watch::Sender<()>,
}

impl Connections {
    /// Serves `router` as the stages of the server tell.
    pub fn new(settings: ConnectionSettings, router: Router, stages: StageWatch) -> Self {
        Self(Arc::new(Shared {
            router: TowerToHyperService::new(router),
            crowd: Crowd::new(settings.most),
            timeouts: settings.timeouts,
            tls: settings.tls,
            stages,
            open: watch::Sender::new(()),
        }))
    }

    /// Accepts connections until the server drains, and closes the listener.
    pub async fn accept(&self, mut listener: TcpListener) {
        let mut stages = self.0.stages.clone();
        loop {
            let stream = tokio::select! {
                biased;
                () = stages.reached(Stage::Draining) => break,
                // axum's way waits out failures that pass, such as too many open files.
                (stream, _) = Listener::accept(&mut listener) => stream,
            };
            let Some(place) = self.0.crowd.enter() else {
                tracing::debug!("a connection beyond the bound was closed");
                continue;
            };
            let (shared, open) = (self.0.clone(), self.0.open.subscribe());
            tokio::spawn(async move {
                shared.serve(stream, place).await;
                drop(open);
            });
        }
    }

    /// The number of connections on which a request is answered, event streams included.
    pub(super) fn busy(&self) -> usize {
        self.0.crowd.busy()
    }

    /// Waits until no connection is open.
    pub(super) async fn ended(&self) {
        self.0.open.closed().await;
    }
}

impl Shared {
    /// Serves a connection until its end, or until its client has gone.
    async fn serve(&self, tcp: TcpStream, place: Place) {
        // Events are small: each is sent as it comes.
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "small packets wait for each other");
        }
        let (tcp, client) = (Arc::new(tcp), &place.client);
        let stream = SharedStream::new(tcp.clone(), client.clone());
        match &self.tls {
            None => self.serve_http(stream, &place, client.gone(&tcp)).await,
            Some(tls) => {
                if let Some(stream) = self.handshake(tls, stream, &tcp, client).await {
                    self.serve_http(stream, &place, client.gone_from_tls(&tcp)).await;
                }
            }
        }
    }

    /// Begins TLS with a client. Until then the connection is idle, and closed when another one needs its place.
    async fn handshake(
        &self,
        tls: &Tls,
        stream: SharedStream,
        tcp: &TcpStream,
        client: &Client,
    ) -> Option<TlsStream<SharedStream>> {
        let mut stages = self.stages.clone();
        tokio::select! {
            outcome = timeout(self.timeouts.handshake, tls.accept(stream, tcp)) => match outcome {
                Ok(Ok(stream)) => return Some(stream),
                Ok(Err(error)) => tracing::debug!(%error, "a client did not begin TLS"),
                Err(_) => tracing::debug!("a client took too long to begin TLS"),
            },
            () = client.closed() => {}
            () = stages.reached(Stage::Draining) => {}
        }
        None
    }

    /// Serves the requests of a connection.
    async fn serve_http<S>(&self, stream: S, place: &Place, gone: impl Future<Output = ()>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let client = &place.client;
        let (timer, stream) = watch_head(
            with_write_timeout(stream, self.timeouts.write),
            self.timeouts.head,
            client.clone(),
        );
        let (asked, is_beyond_bound) = (client.clone(), place.is_beyond_bound);
        let router = self.router.clone();
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
            .header_read_timeout(self.timeouts.idle)
            // Some clients compare names in the case that RFCs print them in.
            .title_case_headers(true)
            // `client` tells those that still read from those that have gone.
            .half_close(true)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let (mut connection, mut gone) = (pin!(connection), pin!(gone));
        let mut closed = pin!(client.closed());
        let (mut draining, mut ended) = (self.stages.clone(), self.stages.clone());
        let mut is_draining = false;
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
                () = ended.reached(Stage::Ended) => return,
                () = draining.reached(Stage::Draining), if !is_draining => {
                    is_draining = true;
                    connection.as_mut().graceful_shutdown();
                }
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
#[cfg(test)]
mod tls_tests;
