//! The memory of requests that are read and of answers that are written, within a budget.
//!
//! A client that reads slowly keeps its answer in memory, however fast the answer was made. So answers count for as long as
//! they are written, and bodies while they are read. While the budget is used up, no further operation begins; those that
//! run finish, since a change that was made has to be answered. The bound is therefore the budget and one answer for each
//! operation that runs.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::response::Response;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// Counts bytes within a budget.
pub(in crate::http) struct Memory {
    most: usize,
    used: AtomicUsize,
}

/// Bytes that are in use until this is dropped.
pub(in crate::http) struct Share {
    memory: Arc<Memory>,
    bytes: usize,
}

impl Memory {
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            used: AtomicUsize::new(0),
        })
    }

    /// Whether the budget is used up.
    pub fn is_used_up(&self) -> bool {
        self.used.load(Ordering::Relaxed) >= self.most
    }

    /// A share without bytes.
    pub fn share(self: &Arc<Self>) -> Share {
        Share {
            memory: self.clone(),
            bytes: 0,
        }
    }

    /// Counts the body of a response until it is written, or its client has gone.
    pub fn hold(self: &Arc<Self>, response: Response) -> Response {
        let length = response.body().size_hint().lower();
        let mut share = self.share();
        share.grow(usize::try_from(length).unwrap_or(usize::MAX));
        response.map(|body| Body::new(HeldBody { body, _share: share }))
    }
}

impl Share {
    /// Counts more bytes.
    pub fn grow(&mut self, bytes: usize) {
        self.bytes += bytes;
        self.memory.used.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.memory.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A body, and its share of the memory.
struct HeldBody {
    body: Body,
    _share: Share,
}

impl HttpBody for HeldBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn an_answer_counts_until_it_is_written_or_given_up() {
        let memory = Memory::new(10);
        let mut share = memory.share();
        share.grow(4);
        assert!(!memory.is_used_up());
        let answer = memory.hold(Response::new(Body::from("answer")));
        assert!(memory.is_used_up());

        assert_eq!(to_bytes(answer.into_body(), 10).await.unwrap(), "answer");
        assert_eq!(memory.used.load(Ordering::Relaxed), 4);
        drop(memory.hold(Response::new(Body::from("given up"))));
        drop(share);
        assert_eq!(memory.used.load(Ordering::Relaxed), 0);
    }
}
