//! Work that is done ahead of its use, on a thread of its own.

use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Makes items until there is none, or the receiver is dropped: one while the one before is in use, so that no third is in
/// memory.
pub fn ahead<T: Send + 'static>(mut make: impl FnMut() -> Option<T> + Send + 'static) -> mpsc::Receiver<T> {
    let (to, items) = mpsc::channel(1);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        while let Ok(place) = runtime.block_on(to.reserve()) {
            match make() {
                Some(item) => place.send(item),
                None => return,
            }
        }
    });
    items
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn items_are_made_one_ahead_of_their_use() {
        let made = Arc::new(AtomicU32::new(0));
        let count = made.clone();
        let mut items = ahead(move || {
            let number = count.fetch_add(1, Ordering::SeqCst);
            (number < 3).then_some(number)
        });

        assert_eq!(items.recv().await, Some(0));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(made.load(Ordering::SeqCst), 2);
        assert_eq!(items.recv().await, Some(1));
        assert_eq!(items.recv().await, Some(2));
        assert_eq!(items.recv().await, None);
    }
}
