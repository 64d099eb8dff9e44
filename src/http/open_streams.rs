//! The sockets and event streams that are open, and their end when the program stops.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::metrics::METRICS;

/// The time that open streams have to end when the program stops.
const END_TIMEOUT: Duration = Duration::from_secs(5);

/// Counts the sockets and event streams that are open, and tells them that the program stops.
pub struct OpenStreams(watch::Sender<bool>);

impl Default for OpenStreams {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl OpenStreams {
    /// Tells every open stream that the program stops.
    pub fn end(&self) {
        self.0.send_replace(true);
    }

    /// Waits until all have ended, for a few seconds at most.
    pub async fn ended(&self) {
        if timeout(END_TIMEOUT, self.0.closed()).await.is_err() {
            tracing::warn!(open = self.count(), "streams were cut off");
        }
    }

    /// The number of streams that are open.
    pub fn count(&self) -> usize {
        self.0.receiver_count()
    }

    /// Counts a stream as open for as long as the result is kept.
    pub(super) fn open(&self) -> OpenStream {
        METRICS.streams.inc();
        OpenStream(self.0.subscribe())
    }
}

/// One stream that is open.
pub(super) struct OpenStream(watch::Receiver<bool>);

impl OpenStream {
    /// Waits until the program stops.
    pub async fn ended(&mut self) {
        // The sender belongs to the server, which outlives its streams.
        let _ = self.0.wait_for(|is_ending| *is_ending).await;
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        METRICS.streams.dec();
    }
}
