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
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::page::{Page, Slice};
use crate::store::{Edge, Listed, Sort, Tenant};

/// The loaders of one request. They keep nothing between levels, so that nothing is stale after a change.
pub struct Loaders {
    batches: DataLoader<Batches>,
    asked: Asked,
}

impl Loaders {
    /// Creates loaders for one tenant's data.
    pub fn new(tenant: Tenant) -> Self {
        let asked = Asked::default();
        let batches = DataLoader::new(Batches { tenant }, asked.spawner())
            .delay(Duration::ZERO)
            .max_batch_size(usize::MAX);
        Self { batches, asked }
    }

    /// Returns the driver of a request that uses these loaders.
    pub fn driver(&self) -> Asked {
        self.asked.clone()
    }

    /// Loads the record with this id.
    pub async fn load<T: Listed>(&self, id: Uuid) -> Result<Option<T>> {
        self.batches
            .load_one(Id(id, PhantomData::<fn() -> T>))
            .await
            .map_err(Error::Shared)
    }

    /// A page of a parent's children.
    pub async fn page<T: Listed>(&self, key: Children<T>) -> Result<Slice<T>> {
        let empty = Slice::empty(&key.page);
        let page = self.batches.load_one(key).await.map_err(Error::Shared)?;
        Ok(page.unwrap_or(empty))
    }

    /// Counts the children of a parent.
    pub async fn count<T: Listed>(&self, key: ChildCount<T>) -> Result<i64> {
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
pub struct Children<T: Listed> {
    /// The edge from the parent to the children.
    pub edge: &'static Edge<T>,
    /// The parent.
    pub parent: Uuid,
    /// The sort order.
    pub sort: Sort<T::Order>,
    /// The page.
    pub page: Page,
}

/// The key of the number of a parent's children, counted up to one more than `most`.
pub struct ChildCount<T: 'static> {
    /// The edge from the parent to the children.
    pub edge: &'static Edge<T>,
    /// The parent.
    pub parent: Uuid,
    /// The limit of the count.
    pub most: i64,
}

/// Implements equality and hashing by the fields alone; deriving them would require the same of `T`.
macro_rules! key {
    ($name:ident of $bound:tt, |$key:ident| $parts:expr) => {
        impl<T: $bound> Clone for $name<T> {
            fn clone(&self) -> Self {
                let $key = self;
                $name::again($key)
            }
        }

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

impl<T> Id<T> {
    const fn again(key: &Self) -> Self {
        Self(key.0, PhantomData)
    }
}

impl<T: Listed> Children<T> {
    fn again(key: &Self) -> Self {
        Self {
            edge: key.edge,
            parent: key.parent,
            sort: key.sort,
            page: key.page.clone(),
        }
    }
}

impl<T> ChildCount<T> {
    const fn again(key: &Self) -> Self {
        Self {
            edge: key.edge,
            parent: key.parent,
            most: key.most,
        }
    }
}

key!(Id of 'static, |key| key.0);
key!(Children of Listed, |key| (key.edge.column, key.edge.condition, key.parent, key.sort, &key.page));
key!(ChildCount of 'static, |key| (key.edge.column, key.edge.condition, key.parent, key.most));

impl<T: Listed> Loader<Id<T>> for Batches {
    type Value = T;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[Id<T>]) -> Result<HashMap<Id<T>, T>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let records: Vec<T> = self.tenant.by_ids(&ids).await.map_err(Arc::new)?;
        Ok(records
            .into_iter()
            .map(|record| (Id(record.uuid(), PhantomData), record))
            .collect())
    }
}

impl<T: Listed> Loader<Children<T>> for Batches {
    type Value = Slice<T>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[Children<T>]) -> Result<HashMap<Children<T>, Slice<T>>, Arc<Error>> {
        let mut pages = HashMap::with_capacity(keys.len());
        // Aliases may ask for different pages of the same edge: a statement for each.
        for group in grouped(keys, |key| {
            (key.edge.column, key.edge.condition, key.sort, key.page.clone())
        }) {
            let Some(first) = group.first() else { continue };
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            let mut found = self
                .tenant
                .pages_of(first.edge, first.sort, &first.page, &parents)
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
        for group in grouped(keys, |key| (key.edge.column, key.edge.condition, key.most)) {
            let Some(first) = group.first() else { continue };
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            let found = self
                .tenant
                .counts_of(first.edge, first.most, &parents)
                .await
                .map_err(Arc::new)?;
            for key in group {
                counts.insert(key.clone(), found.get(&key.parent).copied().unwrap_or_default());
            }
        }
        Ok(counts)
    }
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
pub struct Asked(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl Asked {
    fn spawner(&self) -> impl Fn(BoxFuture<'static, ()>) + Send + Sync + 'static {
        let asked = self.0.clone();
        move |load| {
            asked.lock().unwrap_or_else(PoisonError::into_inner).push(load);
        }
    }

    fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs `work` and begins loads only when it cannot proceed without them and the previous loads are done, so that
    /// one level of an operation becomes one batch. Neither timers nor other tasks take part in this.
    pub async fn drive<T>(self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut turn = Turn::of(self);
        poll_fn(move |cx| turn.take(cx, |cx| work.as_mut().poll(cx))).await
    }

    /// Drives each item of a stream in the same way.
    pub fn drive_stream<S: Stream + Send + 'static>(self, items: S) -> impl Stream<Item = S::Item> + Send {
        let mut items = Box::pin(items);
        let mut turn = Turn::of(self);
        stream::poll_fn(move |cx| turn.take(cx, |cx| items.as_mut().poll_next(cx)))
    }
}

/// The running loads of a request, and the state for alternating between them and the work.
struct Turn {
    asked: Asked,
    loads: FuturesUnordered<BoxFuture<'static, ()>>,
    awake: Arc<Awake>,
    waker: Waker,
}

impl Turn {
    fn of(asked: Asked) -> Self {
        let awake = Arc::new(Awake::default());
        Self {
            asked,
            loads: FuturesUnordered::new(),
            waker: Waker::from(awake.clone()),
            awake,
        }
    }

    /// Polls the work and, when it waits for data, the loads.
    fn take<T>(
        &mut self,
        cx: &mut TaskContext<'_>,
        poll: impl FnOnce(&mut TaskContext<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.awake.task.register(cx.waker());
        self.awake.asked.store(false, Ordering::SeqCst);
        if let Poll::Ready(answer) = poll(&mut TaskContext::from_waker(&self.waker)) {
            return Poll::Ready(answer);
        }
        if self.awake.asked.load(Ordering::SeqCst) {
            // It only paused, as FuturesUnordered and tokio's budget do; the task is woken already.
            return Poll::Pending;
        }
        if self.loads.is_empty() {
            self.loads.extend(self.asked.take());
        }
        while let Poll::Ready(Some(())) = self.loads.poll_next_unpin(cx) {}
        Poll::Pending
    }
}

/// A waker that tells work that yielded from work that waits for data.
#[derive(Default)]
struct Awake {
    asked: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Awake {
    fn wake(self: Arc<Self>) {
        self.asked.store(true, Ordering::SeqCst);
        self.task.wake();
    }
}
