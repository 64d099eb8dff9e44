//! Batch loading: at most one statement per loader and level of an operation.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, Loader};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, FuturesUnordered};
use futures_util::task::AtomicWaker;
use futures_util::{Stream, StreamExt as _};
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::metrics::METRICS;
use crate::page::{Page, Slice};
use crate::store::{Children, Listed, Sort, Tenant};

/// The loaders of one request. They keep nothing between levels, so that nothing is stale after a change.
pub struct Loaders {
    batches: DataLoader<Batches>,
    pending: PendingLoads,
}

impl Loaders {
    /// Creates loaders for one tenant's data.
    pub fn new(tenant: Tenant) -> Self {
        let pending = PendingLoads::default();
        let batches = DataLoader::new(Batches { tenant }, pending.spawner())
            .delay(Duration::ZERO)
            .max_batch_size(usize::MAX);
        Self { batches, pending }
    }

    /// Returns the driver of a request that uses these loaders.
    pub fn driver(&self) -> Driver {
        Driver::of(self.pending.clone())
    }

    /// Loads the record with this id.
    pub async fn load<T: Listed>(&self, id: Uuid) -> Result<Option<T>> {
        self.batches
            .load_one(Id(id, PhantomData::<fn() -> T>))
            .await
            .map_err(Error::Shared)
    }

    /// A page of a parent's children.
    pub async fn page<T: Listed>(
        &self,
        children: Children<T>,
        parent: Uuid,
        sort: Sort<T::Order>,
        page: Page,
    ) -> Result<Slice<T>> {
        let empty = Slice::empty(&page);
        let key = ChildPage {
            children,
            parent,
            sort,
            page,
        };
        let page = self.batches.load_one(key).await.map_err(Error::Shared)?;
        Ok(page.unwrap_or(empty))
    }

    /// The number of a parent's children, counted up to one more than `most`.
    pub async fn count<T: Listed>(&self, children: Children<T>, parent: Uuid, most: i64) -> Result<i64> {
        let key = ChildCount {
            children,
            parent,
            most,
        };
        let count = self.batches.load_one(key).await.map_err(Error::Shared)?;
        Ok(count.unwrap_or_default())
    }
}

/// Loads batches: one statement for all requested keys.
struct Batches {
    tenant: Tenant,
}

/// The id of a record of type `T`.
struct Id<T>(Uuid, PhantomData<fn() -> T>);

/// The key of a page of a parent's children.
struct ChildPage<T: Listed> {
    children: Children<T>,
    parent: Uuid,
    sort: Sort<T::Order>,
    page: Page,
}

/// The key of the number of a parent's children, counted up to one more than `most`.
struct ChildCount<T: Listed> {
    children: Children<T>,
    parent: Uuid,
    most: i64,
}

/// Implements equality and hashing by the fields alone; deriving them would require the same of `T`.
macro_rules! key {
    ($name:ident of $bound:tt, |$key:ident| $parts:expr) => {
        impl<T: $bound> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                let mine = {
                    let $key = self;
                    $parts
                };
                let others = {
                    let $key = other;
                    $parts
                };
                mine == others
            }
        }

        impl<T: $bound> Eq for $name<T> {}

        impl<T: $bound> Hash for $name<T> {
            fn hash<H: Hasher>(&self, to: &mut H) {
                let $key = self;
                $parts.hash(to);
            }
        }
    };
}

key!(Id of 'static, |key| key.0);
key!(ChildPage of Listed, |key| (&key.children, key.parent, key.sort, &key.page));
key!(ChildCount of Listed, |key| (&key.children, key.parent, key.most));

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self(self.0, PhantomData)
    }
}

impl<T: Listed> Clone for ChildPage<T> {
    fn clone(&self) -> Self {
        Self {
            children: self.children.clone(),
            parent: self.parent,
            sort: self.sort,
            page: self.page.clone(),
        }
    }
}

impl<T: Listed> Clone for ChildCount<T> {
    fn clone(&self) -> Self {
        Self {
            children: self.children.clone(),
            parent: self.parent,
            most: self.most,
        }
    }
}

impl<T: Listed> Loader<Id<T>> for Batches {
    type Value = T;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[Id<T>]) -> Result<HashMap<Id<T>, T>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let span = batch_span("records", T::TABLE, ids.len());
        let records: Vec<T> = self
            .tenant
            .by_ids(&ids)
            .instrument(span)
            .await
            .map_err(Arc::new)?;
        Ok(records
            .into_iter()
            .map(|record| (Id(record.uuid(), PhantomData), record))
            .collect())
    }
}

impl<T: Listed> Loader<ChildPage<T>> for Batches {
    type Value = Slice<T>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ChildPage<T>]) -> Result<HashMap<ChildPage<T>, Slice<T>>, Arc<Error>> {
        let mut pages = HashMap::with_capacity(keys.len());
        // Aliases may ask for different pages of the same edge: a statement for each.
        for group in grouped(keys, |key| (key.children.clone(), key.sort, key.page.clone())) {
            let Some(first) = group.first() else { continue };
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            let mut found = self
                .tenant
                .pages_of(&first.children, first.sort, &first.page, &parents)
                .instrument(batch_span("pages", T::TABLE, parents.len()))
                .await
                .map_err(Arc::new)?;
            for key in group {
                if let Some(page) = found.remove(&key.parent) {
                    pages.insert(key.clone(), page);
                }
            }
        }
        Ok(pages)
    }
}

impl<T: Listed> Loader<ChildCount<T>> for Batches {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ChildCount<T>]) -> Result<HashMap<ChildCount<T>, i64>, Arc<Error>> {
        let mut counts = HashMap::with_capacity(keys.len());
        for group in grouped(keys, |key| (key.children.clone(), key.most)) {
            let Some(first) = group.first() else { continue };
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            let found = self
                .tenant
                .counts_of(&first.children, first.most, &parents)
                .instrument(batch_span("counts", T::TABLE, parents.len()))
                .await
                .map_err(Arc::new)?;
            for key in group {
                let count = found.get(&key.parent).copied();
                counts.insert(key.clone(), count.unwrap_or_default());
            }
        }
        Ok(counts)
    }
}

/// Counts a batch, and returns its span in traces.
fn batch_span(loads: &'static str, table: &'static str, keys: usize) -> Span {
    let count = u32::try_from(keys).unwrap_or(u32::MAX);
    METRICS.loader_batch_keys.observe(f64::from(count));
    tracing::trace_span!("batch", loads, table, keys)
}

fn grouped<K, G: Hash + Eq>(keys: &[K], group: impl Fn(&K) -> G) -> Vec<Vec<&K>> {
    let mut groups: HashMap<G, Vec<&K>> = HashMap::new();
    for key in keys {
        groups.entry(group(key)).or_default().push(key);
    }
    groups.into_values().collect()
}

/// Requested loads that have not begun: the queue that the loaders of one request spawn onto.
#[derive(Clone, Default)]
struct PendingLoads(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl PendingLoads {
    fn spawner(&self) -> impl Fn(BoxFuture<'static, ()>) + Send + Sync + 'static {
        let pending = self.0.clone();
        move |load| {
            pending.lock().unwrap_or_else(PoisonError::into_inner).push(load);
        }
    }

    fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs a request and its loads in turns, so that one level of an operation becomes one batch. Neither timers nor other
/// tasks take part in this.
pub struct Driver {
    pending: PendingLoads,
    running: FuturesUnordered<BoxFuture<'static, ()>>,
    wakes: Arc<WakeSignal>,
    waker: Waker,
}

impl Driver {
    fn of(pending: PendingLoads) -> Self {
        let wakes = Arc::new(WakeSignal::default());
        Self {
            pending,
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
            self.running.extend(self.pending.take());
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
