//! The time limits for the head of a request: a long one until its first byte, a short one from then on.
//!
//! hyper has a single limit for both. An idle connection is kept for longer than a head may take, so this module gives
//! hyper a timer whose deadline moves closer as soon as the connection has read a byte.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::client::Client;
use super::header_case::with_websocket_case;

/// The instant of the first byte since hyper began to wait for a head.
#[derive(Clone, Default)]
struct FirstByte(Arc<Mutex<Option<Instant>>>);

impl FirstByte {
    fn get(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn note(&self) {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(Instant::now);
    }
}

/// The timer of one connection and the stream that it watches. hyper asks the timer for nothing but the head's deadline.
pub(super) fn watch_head<S>(stream: S, head: Duration, client: Arc<Client>) -> (HeadTimer, WatchedStream<S>) {
    let first_byte = FirstByte::default();
    let timer = HeadTimer {
        head,
        first_byte: first_byte.clone(),
        client,
    };
    (timer, WatchedStream { stream, first_byte })
}

/// A timer whose deadline moves closer at the first byte.
pub(super) struct HeadTimer {
    head: Duration,
    first_byte: FirstByte,
    client: Arc<Client>,
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.first_byte.clear();
        self.client.idle();
        Box::pin(HeadSleep {
            sleep: Box::pin(tokio::time::sleep_until(deadline.into())),
            head: self.head,
            first_byte: self.first_byte.clone(),
        })
    }
}

/// Resolves when a head is due. hyper polls it after each read that did not complete the head.
struct HeadSleep {
    sleep: Pin<Box<tokio::time::Sleep>>,
    head: Duration,
    first_byte: FirstByte,
}

impl Sleep for HeadSleep {}

impl Future for HeadSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Some(first) = self.first_byte.get() {
            let due = (first + self.head).into();
            if due < self.sleep.deadline() {
                self.sleep.as_mut().reset(due);
            }
        }
        self.sleep.as_mut().poll(context)
    }
}

/// The stream of one connection: it notes when bytes arrive, and writes the names of an upgrade in their usual case.
pub(super) struct WatchedStream<S> {
    stream: S,
    first_byte: FirstByte,
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.first_byte.note();
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        match with_websocket_case(bytes) {
            Some(fixed) => Pin::new(&mut self.stream).poll_write(context, &fixed),
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        match slices.first().and_then(|first| with_websocket_case(first)) {
            Some(fixed) => Pin::new(&mut self.stream).poll_write(context, &fixed),
            None => Pin::new(&mut self.stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
