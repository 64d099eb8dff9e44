//! Items that are made before they are asked for.

use std::panic::resume_unwind;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

/// Items that a thread of their own makes: one while the one before is in use, so that no third is in memory. It ends when this
/// is dropped.
pub struct Prefetch<T> {
    items: mpsc::Receiver<T>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Prefetch<T> {
    /// Begins to make items, until there is none.
    pub fn of(mut make: impl FnMut() -> Option<T> + Send + 'static) -> Self {
        let (to, items) = mpsc::channel(1);
        let runtime = Handle::current();
        let thread = spawn_blocking(move || {
            while let Ok(place) = runtime.block_on(to.reserve()) {
                match make() {
                    Some(item) => place.send(item),
                    None => return,
                }
            }
        });
        Self {
            items,
            thread: Some(thread),
        }
    }

    /// Returns the next item, or `None` after the last. Panics if making it did.
    pub async fn next(&mut self) -> Option<T> {
        let item = self.items.recv().await;
        if item.is_none()
            && let Some(thread) = self.thread.take()
            && let Err(failed) = thread.await
            && let Ok(panic) = failed.try_into_panic()
        {
            resume_unwind(panic);
        }
        item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn items_are_made_one_before_they_are_asked_for() {
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut number = 0;
        let mut items = Prefetch::of(move || {
            number += 1;
            tell.send(number).unwrap();
            (number < 4).then_some(number)
        });

        assert_eq!(items.next().await, Some(1));
        assert_eq!((told.recv().await, told.recv().await), (Some(1), Some(2)));
        assert!(told.try_recv().is_err());
        assert_eq!(items.next().await, Some(2));
        assert_eq!(items.next().await, Some(3));
        assert_eq!(items.next().await, None);
        assert_eq!(items.next().await, None);
    }

    #[tokio::test]
    #[should_panic(expected = "a bad row")]
    async fn a_panic_is_not_taken_for_the_end() {
        let mut items: Prefetch<u32> = Prefetch::of(|| panic!("a bad row"));
        items.next().await;
    }
}
