//! The keys that wait for their batches.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;
use tracing::Span;

use crate::error::{Error, Result};
use crate::graphql::driver::Driver;
use crate::graphql::kept::Kept;
use crate::metrics::METRICS;
use crate::store::{Tenant, Wanted};

/// A key by which something is loaded, together with all others of its kind that the same level asks for.
pub trait LoadKey: Clone + Eq + Hash + Send + 'static {
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
pub struct Queues {
    /// The tenant whose data is loaded.
    pub tenant: Tenant,
    /// For each kind of load, its [`Waiting`].
    keys: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
    pending: Mutex<Vec<BoxFuture<'static, ()>>>,
    /// The records that a query looked ahead for.
    pub kept: Kept,
}

impl Queues {
    /// Creates the queues of one tenant's data.
    pub fn new(tenant: Tenant) -> Self {
        Self {
            tenant,
            keys: Mutex::default(),
            pending: Mutex::default(),
            kept: Kept::default(),
        }
    }

    /// Returns the driver of a request that uses these queues.
    pub fn driver(self: &Arc<Self>) -> Driver {
        let queues = self.clone();
        Driver::of(move || std::mem::take(&mut *lock(&queues.pending)))
    }

    /// Waits for the batch with a key.
    pub async fn load<K: LoadKey>(self: &Arc<Self>, key: K, wanted: Wanted) -> Result<Option<K::Value>> {
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

/// Counts a batch, and returns its span in traces.
pub fn batch_span(loads: &'static str, table: &'static str, keys: usize) -> Span {
    let count = u32::try_from(keys).unwrap_or(u32::MAX);
    METRICS.loader_batch_keys.observe(f64::from(count));
    tracing::trace_span!("batch", loads, table, keys)
}
