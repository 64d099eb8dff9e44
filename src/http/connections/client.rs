//! The client of a connection: whether it still waits for an answer.
//!
//! A client that ends its side of the stream may still read the answer (`shutdown(SHUT_WR)`, as `nc -N` does), or may have
//! gone. Both look alike to a read. nginx and Go give up the request in either case, and hyper by default too; hyper's
//! `half_close` answers in either case, and statements of clients that have gone run to their end. Here the request goes
//! on, and an interim response, `100 Continue`, is sent: clients must skip it (RFC 9110, section 15.2), and the operating
//! system of a client that has gone answers it with a reset, which drops the request. An event stream sends a comment
//! instead. Clients of HTTP/1.0 know no interim responses: their requests run to their end, within the time limit.
//!
//! TLS has a message of its own for the end of one side, `close_notify`: a client that only sends this is answered. One that ends
//! its side of the TCP stream below has gone.

use std::io::{IoSlice, Result};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::http::Version;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};
use tokio::time::sleep;

/// The interim response that finds out whether the client is there. Old libraries skip this one alone.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
/// The time that an answer has before the client is sent an interim response.
const GRACE: Duration = Duration::from_millis(20);
/// The pause between two looks at a client that sends its next request before the answer to the last.
const PAUSE: Duration = Duration::from_millis(50);

/// The state of a connection's client. It is used by one task.
pub(super) struct Client {
    /// Whether a request of HTTP/1.1 is being answered, and no byte of its response was written.
    may_interrupt: AtomicBool,
    /// Whether all bytes of earlier responses were written.
    is_flushed: AtomicBool,
    input_ended: watch::Sender<bool>,
    /// The turn at which the connection became idle; 0 while a request is answered.
    idle_since: AtomicU64,
    closing: Notify,
}

/// Tells the handler of a request that the client has ended its side of the stream.
#[derive(Clone)]
pub(in crate::http) struct InputEnd(watch::Receiver<bool>);

impl InputEnd {
    /// Waits until the client has ended its side of the stream.
    pub async fn ended(&mut self) {
        if self.0.wait_for(|has_ended| *has_ended).await.is_err() {
            // The connection has ended; whoever waits will be dropped.
            std::future::pending::<()>().await;
        }
    }
}

impl Client {
    pub fn new() -> Self {
        Self {
            may_interrupt: AtomicBool::new(false),
            is_flushed: AtomicBool::new(true),
            input_ended: watch::Sender::new(false),
            idle_since: AtomicU64::new(next_turn()),
            closing: Notify::new(),
        }
    }

    /// Notes that the next request is waited for.
    pub fn idle(&self) {
        self.idle_since.store(next_turn(), Ordering::Relaxed);
    }

    /// The turn at which the connection became idle, if it is.
    pub fn idle_since(&self) -> Option<u64> {
        Some(self.idle_since.load(Ordering::Relaxed)).filter(|turn| *turn > 0)
    }

    /// Closes the connection if it is still idle.
    pub fn close(&self) {
        self.closing.notify_one();
    }

    /// Waits until the connection is to be closed.
    pub async fn closed(&self) {
        loop {
            self.closing.notified().await;
            if self.idle_since().is_some() {
                break;
            }
        }
    }

    /// Notes that a request came.
    pub fn asked(&self, version: Version) -> InputEnd {
        self.idle_since.store(0, Ordering::Relaxed);
        self.may_interrupt
            .store(version == Version::HTTP_11, Ordering::Relaxed);
        InputEnd(self.input_ended.subscribe())
    }

    /// Notes that hyper sends bytes. The interim response with which it asks for a body is none of the answer.
    pub fn sending(&self, slices: &[IoSlice<'_>]) {
        self.is_flushed.store(false, Ordering::Relaxed);
        if !matches!(slices, [slice] if **slice == *CONTINUE) {
            self.may_interrupt.store(false, Ordering::Relaxed);
        }
    }

    /// Notes that all bytes were sent.
    pub fn sent(&self) {
        self.is_flushed.store(true, Ordering::Relaxed);
    }

    /// Waits until the client is known to have gone.
    pub async fn gone(&self, tcp: &TcpStream) {
        if input_end(tcp).await.is_err() {
            return;
        }
        sleep(GRACE).await;
        self.input_ended.send_replace(true);
        let may_interrupt = self.may_interrupt.load(Ordering::Relaxed);
        if may_interrupt && self.is_flushed.load(Ordering::Relaxed) {
            match tcp.try_write(CONTINUE) {
                // Part of it would garble the answer.
                Ok(written) if written < CONTINUE.len() => return,
                // A stream that takes nothing has bytes on their way, which find out as well.
                _ => {}
            }
        }
        // A reset, or a failure to reach the client.
        let _ = tcp.ready(Interest::ERROR).await;
    }

    /// Waits until the client of a connection with TLS is known to have gone.
    pub async fn gone_from_tls(&self, tcp: &TcpStream) {
        if input_end(tcp).await.is_ok() {
            // An answer that is as good as written is sent, and the connection ends in order.
            sleep(GRACE).await;
        }
    }
}

/// The next turn: connections that became idle earlier have smaller ones.
fn next_turn() -> u64 {
    static TURNS: AtomicU64 = AtomicU64::new(1);
    TURNS.fetch_add(1, Ordering::Relaxed)
}

/// Waits until the client ends its side of the stream.
async fn input_end(tcp: &TcpStream) -> Result<()> {
    loop {
        if tcp.peek(&mut [0]).await? == 0 || tcp.ready(Interest::READABLE).await?.is_read_closed() {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
}
