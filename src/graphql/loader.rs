//! Batch loading: at most one statement per kind of load and level of an operation.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use super::driver::Driver;
use super::kept::Kept;
use super::shared::Shared;
use crate::error::{Error, Result};
use crate::id::ContactId;
use crate::metrics::METRICS;
use crate::model::{Contact, ContactPoint, Subject};
use crate::page::{Page, Slice};
use crate::store::{
    Children, Filter, Listed, MOST_RECOGNIZED, PageQuery, Sort, Table as _, Tenant, Wanted, recognize,
};

/// The loaders of one request. Between levels they keep nothing but the records that a query looked ahead for; mutations, whose
/// data changes, and subscriptions do not look ahead.
pub struct Loaders(Arc<Queues>);

impl Loaders {
    /// Creates loaders for one tenant's data.
    pub fn new(tenant: Tenant) -> Self {
        Self(Arc::new(Queues {
            tenant,
            keys: Mutex::default(),
            pending: Mutex::default(),
            kept: Kept::default(),
        }))
    }

    /// Returns the driver of a request that uses these loaders.
    pub fn driver(&self) -> Driver {
        let queues = self.0.clone();
        Driver::of(move || std::mem::take(&mut *lock(&queues.pending)))
    }

    /// Loads the record with this id.
    pub async fn load<T: Listed>(&self, id: Uuid, wanted: Wanted) -> Result<Option<Shared<T>>> {
        self.0.load(Id(id, PhantomData::<fn() -> T>), wanted).await
    }

    /// Loads the record with this id, to which another one refers, unless they were read together.
    pub async fn load_other<T: Listed>(
        &self,
        referring: Uuid,
        id: Uuid,
        wanted: Wanted,
    ) -> Result<Option<Shared<T>>> {
        match self.0.kept.find((referring, id), wanted.columns) {
            Some(record) => Ok(Some(record)),
            None => self.load(id, wanted).await,
        }
    }

    /// Returns a page of a list.
    pub async fn list<T: Listed>(
        &self,
        filter: &dyn Filter,
        query: PageQuery<'_, T::Order>,
    ) -> Result<Slice<Shared<T>>> {
        let page = self.0.tenant.list(filter, query).await?;
        Ok(page.map(|found| self.0.kept.take_in(found)))
    }

    /// A page of a parent's children.
    pub async fn page<T: Listed>(
        &self,
        children: Children<T>,
        parent: Uuid,
        query: PageQuery<'_, T::Order>,
    ) -> Result<Slice<Shared<T>>> {
        let key = ChildPage {
            children,
            parent,
            sort: query.sort,
            page: query.page.clone(),
        };
        let page = self.0.load(key, query.wanted).await?;
        Ok(page.unwrap_or_else(|| Slice::empty(query.page)))
    }

    /// The number of a parent's children, counted up to one more than `most`.
    pub async fn count<T: Listed>(&self, children: Children<T>, parent: Uuid, most: i64) -> Result<i64> {
        let key = ChildCount {
            children,
            parent,
            most,
        };
        Ok(self.0.load(key, Wanted::PLAIN).await?.unwrap_or_default())
    }

    /// Returns the ids of the records that became part of one.
    pub async fn parts_of(&self, record: Uuid) -> Result<Vec<Uuid>> {
        Ok(self
            .0
            .load(Parts(record), Wanted::PLAIN)
            .await?
            .unwrap_or_default())
    }

    /// Returns the contacts that have a contact point, at most [`MOST_RECOGNIZED`].
    pub async fn contacts_with(&self, point: ContactPoint) -> Result<Vec<ContactId>> {
        Ok(self.0.load(point, Wanted::PLAIN).await?.unwrap_or_default())
    }
}

/// A key by which something is loaded, together with all others of its kind that the same level asks for.
trait LoadKey: Clone + Eq + Hash + Send + 'static {
    /// The value of a key; one that has none is absent.
    type Value: Clone + Send + 'static;

    /// Loads the values of keys, of which none is repeated.
    fn load_all(
        queues: &Queues,
        keys: Vec<Self>,
        wanted: Wanted,
    ) -> impl Future<Output = Result<HashMap<Self, Self::Value>>> + Send;
}

/// The end at which a value is sent to one who waits for it.
type Sender<V> = oneshot::Sender<Result<Option<V>>>;

/// The keys of one kind of load that wait for their batch.
struct Waiting<K: LoadKey> {
    /// The columns and references that any of them wants of its records.
    wanted: Wanted,
    /// All who wait for each key.
    keys: HashMap<K, Vec<Sender<K::Value>>>,
}

impl<K: LoadKey> Default for Waiting<K> {
    fn default() -> Self {
        Self {
            wanted: Wanted::PLAIN,
            keys: HashMap::new(),
        }
    }
}

/// The keys that wait for their batches, and the batches that have not begun.
struct Queues {
    tenant: Tenant,
    /// For each kind of load, its [`Waiting`].
    keys: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
    pending: Mutex<Vec<BoxFuture<'static, ()>>>,
    kept: Kept,
}

impl Queues {
    /// Waits for the batch with a key.
    async fn load<K: LoadKey>(self: &Arc<Self>, key: K, wanted: Wanted) -> Result<Option<K::Value>> {
        let value = self.enqueue(key, wanted).await;
        value.map_err(|_| Error::internal(anyhow::anyhow!("a batch ended without its values")))?
    }

    /// Adds a key to its batch, which is pending from its first key on.
    fn enqueue<K: LoadKey>(
        self: &Arc<Self>,
        key: K,
        wanted: Wanted,
    ) -> oneshot::Receiver<Result<Option<K::Value>>> {
        let (sender, value) = oneshot::channel();
        let mut keys = lock(&self.keys);
        let waiting = keys.entry(TypeId::of::<K>());
        let waiting = waiting.or_insert_with(|| Box::new(Waiting::<K>::default()));
        if let Some(waiting) = waiting.downcast_mut::<Waiting<K>>() {
            if waiting.keys.is_empty() {
                lock(&self.pending).push(Box::pin(self.clone().run::<K>()));
            }
            waiting.wanted = waiting.wanted.and(wanted);
            waiting.keys.entry(key).or_default().push(sender);
        }
        value
    }

    /// Loads the values of all keys that wait.
    async fn run<K: LoadKey>(self: Arc<Self>) {
        let waiting = lock(&self.keys)
            .get_mut(&TypeId::of::<K>())
            .and_then(|waiting| waiting.downcast_mut::<Waiting<K>>())
            .map(std::mem::take)
            .unwrap_or_default();
        let keys = waiting.keys.keys().cloned().collect();
        let loaded = K::load_all(&self, keys, waiting.wanted).await;
        let mut loaded = loaded.map_err(Arc::new);
        for (key, senders) in waiting.keys {
            let value = match &mut loaded {
                Ok(values) => Ok(values.remove(&key)),
                Err(error) => Err(error.clone()),
            };
            for sender in senders {
                // One who does not wait any more has left.
                let _ = sender.send(value.clone().map_err(Error::Shared));
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

impl<T: Listed> LoadKey for Id<T> {
    type Value = Shared<T>;

    async fn load_all(queues: &Queues, keys: Vec<Self>, wanted: Wanted) -> Result<HashMap<Self, Shared<T>>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let span = batch_span("records", T::TABLE, ids.len());
        let records = queues.tenant.joined_by_ids::<T>(ids.clone(), wanted);
        let records = records.instrument(span).await?.into_iter();
        let key = |id| Id(id, PhantomData);
        let mut loaded: HashMap<Self, Shared<T>> = records
            .map(|found| (key(found.record.uuid()), queues.kept.take_in(found)))
            .collect();
        if T::IS_MERGEABLE && loaded.len() < ids.len() {
            // They may have been merged into others, which have their own ids.
            let missing = ids.into_iter().filter(|id| !loaded.contains_key(&key(*id)));
            let missing: Vec<Uuid> = missing.collect();
            let span = batch_span("aliases", T::TABLE, missing.len());
            let records = queues.tenant.joined_by_aliases::<T>(missing, wanted);
            let records = records.instrument(span).await?.into_iter();
            loaded.extend(records.map(|it| (key(it.alias), queues.kept.take_in(it.found))));
        }
        Ok(loaded)
    }
}

impl<T: Listed> LoadKey for ChildPage<T> {
    type Value = Slice<Shared<T>>;

    async fn load_all(
        queues: &Queues,
        keys: Vec<Self>,
        wanted: Wanted,
    ) -> Result<HashMap<Self, Self::Value>> {
        let mut pages = HashMap::with_capacity(keys.len());
        // Aliases may ask for different pages of the same edge: a statement for each.
        for group in grouped(keys, |key| (key.children.clone(), key.sort, key.page.clone())) {
            let Some(first) = group.first() else { continue };
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            let query = PageQuery {
                sort: first.sort,
                page: &first.page,
                wanted,
            };
            let mut found = queues
                .tenant
                .pages_of(&first.children, query, &parents)
                .instrument(batch_span("pages", T::TABLE, parents.len()))
                .await?;
            for key in group {
                if let Some(page) = found.remove(&key.parent) {
                    pages.insert(key, page.map(|found| queues.kept.take_in(found)));
                }
            }
        }
        Ok(pages)
    }
}

impl<T: Listed> LoadKey for ChildCount<T> {
    type Value = i64;

    async fn load_all(queues: &Queues, keys: Vec<Self>, _: Wanted) -> Result<HashMap<Self, i64>> {
        let mut counts = HashMap::with_capacity(keys.len());
        for group in grouped(keys, |key| (key.children.clone(), key.most)) {
            let Some(first) = group.first() else { continue };
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            let found = queues
                .tenant
                .counts_of(&first.children, first.most, &parents)
                .instrument(batch_span("counts", T::TABLE, parents.len()))
                .await?;
            for key in group {
                let count = found.get(&key.parent).copied();
                counts.insert(key, count.unwrap_or_default());
            }
        }
        Ok(counts)
    }
}

/// The key of the records that became part of one.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Parts(Uuid);

impl LoadKey for Parts {
    type Value = Vec<Uuid>;

    async fn load_all(queues: &Queues, keys: Vec<Self>, _: Wanted) -> Result<HashMap<Self, Vec<Uuid>>> {
        let span = batch_span("parts", "aliases", keys.len());
        let records = keys.into_iter().map(|Parts(record)| record).collect();
        let found = queues.tenant.parts_of(records).instrument(span).await?;
        let mut parts: HashMap<Self, Vec<Uuid>> = HashMap::new();
        for (record, part) in found {
            parts.entry(Parts(record)).or_default().push(part);
        }
        Ok(parts)
    }
}

/// The contacts that have a contact point.
impl LoadKey for ContactPoint {
    type Value = Vec<ContactId>;

    async fn load_all(
        queues: &Queues,
        points: Vec<Self>,
        _: Wanted,
    ) -> Result<HashMap<Self, Vec<ContactId>>> {
        let span = batch_span("contacts", Contact::TABLE, points.len());
        let mut reader = &queues.tenant;
        let recognized = recognize(&mut reader, &points, &[Subject::Contacts]);
        let contacts = recognized.instrument(span).await?.into_iter().map(|found| {
            let contacts = found.contacts.into_iter();
            contacts.take(MOST_RECOGNIZED).collect()
        });
        Ok(points.into_iter().zip(contacts).collect())
    }
}

/// Counts a batch, and returns its span in traces.
fn batch_span(loads: &'static str, table: &'static str, keys: usize) -> Span {
    let count = u32::try_from(keys).unwrap_or(u32::MAX);
    METRICS.loader_batch_keys.observe(f64::from(count));
    tracing::trace_span!("batch", loads, table, keys)
}

fn grouped<K, G: Hash + Eq>(keys: Vec<K>, group: impl Fn(&K) -> G) -> Vec<Vec<K>> {
    let mut groups: HashMap<G, Vec<K>> = HashMap::new();
    for key in keys {
        groups.entry(group(&key)).or_default().push(key);
    }
    groups.into_values().collect()
}
