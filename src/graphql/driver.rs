//! The driver of a request: its resolvers and its loads in turns.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as TaskContext, Poll, Wake, Waker};

use futures_util::future::BoxFuture;
use futures_util::stream::{self, FuturesUnordered};
use futures_util::task::AtomicWaker;
use futures_util::{Stream, StreamExt as _};

/// Runs a request and its loads in turns, so that one level of an operation becomes one batch. Neither timers nor other
/// tasks take part in this.
pub struct Driver {
    /// Takes the loads that have not begun.
    pending: Box<dyn FnMut() -> Vec<BoxFuture<'static, ()>> + Send>,
    running: FuturesUnordered<BoxFuture<'static, ()>>,
    wakes: Arc<WakeSignal>,
    waker: Waker,
}

impl Driver {
    /// Creates the driver of a request whose loads `pending` takes.
    pub fn of(pending: impl FnMut() -> Vec<BoxFuture<'static, ()>> + Send + 'static) -> Self {
        let wakes = Arc::new(WakeSignal::default());
        Self {
            pending: Box::new(pending),
            running: FuturesUnordered::new(),
            waker: Waker::from(wakes.clone()),
            wakes,
        }
    }

    /// Runs `work` and begins loads only when it cannot proceed without them and the previous loads are done.
    pub async fn drive<T>(mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(move |cx| self.turn(cx, |cx| work.as_mut().poll(cx))).await
    }

    /// Drives each item of a stream in the same way.
    pub fn drive_stream<S: Stream + Send + 'static>(
        mut self,
        items: S,
    ) -> impl Stream<Item = S::Item> + Send {
        let mut items = Box::pin(items);
        stream::poll_fn(move |cx| self.turn(cx, |cx| items.as_mut().poll_next(cx)))
    }

    /// Polls the work and, when it waits for data, the loads.
    fn turn<T>(
        &mut self,
        cx: &mut TaskContext<'_>,
        poll: impl FnOnce(&mut TaskContext<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.wakes.task.register(cx.waker());
        self.wakes.is_woken.store(false, Ordering::SeqCst);
        if let Poll::Ready(answer) = poll(&mut TaskContext::from_waker(&self.waker)) {
            return Poll::Ready(answer);
        }
        if self.wakes.is_woken.load(Ordering::SeqCst) {
            // It only paused, as FuturesUnordered and tokio's budget do; the task is woken already.
            return Poll::Pending;
        }
        if self.running.is_empty() {
            self.running.extend((self.pending)());
        }
        while let Poll::Ready(Some(())) = self.running.poll_next_unpin(cx) {}
        Poll::Pending
    }
}

/// A waker that tells work that yielded from work that waits for data.
#[derive(Default)]
struct WakeSignal {
    is_woken: AtomicBool,
    task: AtomicWaker,
}

impl Wake for WakeSignal {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}
