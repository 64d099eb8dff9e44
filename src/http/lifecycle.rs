//! The stages of a server, and the sockets and event streams that are open meanwhile.

use std::future::pending;

use tokio::sync::watch;

use crate::metrics::METRICS;

/// A stage of a server, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Requests are answered.
    Serving,
    /// Requests are answered, and `/readyz` tells load balancers to send no more.
    Leaving,
    /// No connection is accepted. Requests and operations in flight finish; sockets and streams end.
    Draining,
    /// Everything that still runs is dropped.
    Ended,
}

/// The stage of a server, and the number of its sockets and event streams.
pub struct Lifecycle {
    stage: watch::Sender<Stage>,
    // Each open one holds a receiver.
    sockets: watch::Sender<()>,
    event_streams: watch::Sender<()>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            stage: watch::Sender::new(Stage::Serving),
            sockets: watch::Sender::new(()),
            event_streams: watch::Sender::new(()),
        }
    }
}

impl Lifecycle {
    /// Enters a stage, which everything that watches the stages learns at once.
    pub(super) fn enter(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    /// Whether this stage was reached.
    pub(super) fn has_reached(&self, stage: Stage) -> bool {
        *self.stage.borrow() >= stage
    }

    /// A watch over the stages.
    pub fn watch(&self) -> StageWatch {
        StageWatch(self.stage.subscribe())
    }

    /// The number of sockets that are open.
    pub fn open_sockets(&self) -> usize {
        self.sockets.receiver_count()
    }

    /// The number of event streams that are open.
    pub fn open_event_streams(&self) -> usize {
        self.event_streams.receiver_count()
    }

    /// Waits until no socket and no event stream is open.
    pub(super) async fn streams_ended(&self) {
        self.sockets.closed().await;
        self.event_streams.closed().await;
    }

    /// Counts a socket as open for as long as the result is kept.
    pub(super) fn open_socket(&self) -> OpenStream {
        OpenStream::new(self.watch(), self.sockets.subscribe())
    }

    /// Counts an event stream as open for as long as the result is kept.
    pub(super) fn open_event_stream(&self) -> OpenStream {
        OpenStream::new(self.watch(), self.event_streams.subscribe())
    }
}

/// A watch over the stages of a server.
#[derive(Clone)]
pub struct StageWatch(watch::Receiver<Stage>);

impl StageWatch {
    /// Waits until a stage is reached, for good if the server is dropped before.
    pub(super) async fn reached(&mut self, stage: Stage) {
        if self.0.wait_for(|current| *current >= stage).await.is_err() {
            pending::<()>().await;
        }
    }
}

/// One socket or event stream that is open.
pub(super) struct OpenStream {
    stages: StageWatch,
    _counted: watch::Receiver<()>,
}

impl OpenStream {
    fn new(stages: StageWatch, counted: watch::Receiver<()>) -> Self {
        METRICS.streams.inc();
        Self {
            stages,
            _counted: counted,
        }
    }

    /// Waits until the server drains.
    pub async fn draining(&mut self) {
        self.stages.reached(Stage::Draining).await;
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        METRICS.streams.dec();
    }
}
