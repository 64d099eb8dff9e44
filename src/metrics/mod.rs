//! Metrics: numbers about the running program, which a Prometheus server collects.
//!
//! All of them are declared here and counted where things happen, whether or not anybody collects them: a count is one
//! atomic addition. No label has a value that callers choose freely, so that the number of series is bounded.

#[cfg(target_os = "linux")]
mod process;

use std::fmt;
use std::sync::LazyLock;
use std::time::Instant;

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

#[cfg(target_os = "linux")]
pub use process::{machine_memory, max_descriptors};

/// The most descriptors that the process may open, if the system tells.
#[cfg(not(target_os = "linux"))]
pub const fn max_descriptors() -> Option<u64> {
    None
}

/// The machine's memory, in bytes, if the system tells.
#[cfg(not(target_os = "linux"))]
pub const fn machine_memory() -> Option<u64> {
    None
}

/// The metrics of this process.
pub static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

/// The metrics of a process, each under the name that follows `external_contacts_`.
pub struct Metrics {
    registry: Registry,
    /// `requests`: answered requests and operations of sockets, by operation and code.
    pub requests: Family<Answered, Counter>,
    /// `request_duration_seconds`: the time from a request's head to its answer, by operation.
    pub request_duration: Family<Operation, Histogram, fn() -> Histogram>,
    /// `request_cost`: the cost of operations that were valid.
    pub request_cost: Histogram,
    /// `statement_duration_seconds`: the time from asking for a connection to the last row.
    pub statement_duration: Histogram,
    /// `transactions`: transactions that wrote, by outcome.
    pub transactions: Family<Ended, Counter>,
    /// `loader_batch_keys`: the keys that one statement of a loader answers.
    pub loader_batch_keys: Histogram,
    /// `cache_lookups`: look-ups in caches, by cache and result.
    pub cache_lookups: Family<Lookup, Counter>,
    /// `streams`: sockets and event streams that are open.
    pub streams: Gauge,
    /// `feed_delay_seconds`: the time from a change to its delivery to followers.
    pub feed_delay: Histogram,
    /// `pool_connections`: connections to the database, by pool and state.
    pub pool_connections: Family<PoolState, Gauge>,
    /// `tenants`: the tenants of the database.
    pub tenants: Gauge,
    /// `managed_entities`: the organizations, contacts, relationships and notes of all tenants.
    pub managed_entities: Gauge,
}

/// An operation: the name of a trusted document, or the kind of any other operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Operation {
    /// The name, or `query`, `mutation`, `subscription`, or `none` if the request named no valid operation.
    pub operation: String,
}

/// An answered operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Answered {
    /// As in [`Operation`].
    pub operation: String,
    /// The code of the first error, or `OK`.
    pub code: String,
}

/// The end of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Ended {
    /// The outcome.
    pub outcome: Outcome,
}

/// The outcome of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was committed.
    Committed,
    /// It was rolled back: the change was refused, or failed.
    RolledBack,
    /// Another transaction was in the way.
    Contended,
}

/// A look-up in a cache.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Lookup {
    /// The name of the cache.
    pub cache: &'static str,
    /// Whether it had the entry.
    pub result: Found,
}

/// The result of a look-up in a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Found {
    /// The entry was there.
    Hit,
    /// The entry had to be made.
    Miss,
}

/// Connections of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct PoolState {
    /// The name of the pool.
    pub pool: &'static str,
    /// Whether they are in use.
    pub state: Use,
}

/// The state of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// Ready for a statement.
    Idle,
    /// Running a statement or a transaction.
    Busy,
}

/// Encodes an enum as the text of a label.
macro_rules! label_texts {
    ($($name:ident { $($variant:ident = $text:literal),* })*) => {$(
        impl EncodeLabelValue for $name {
            fn encode(
                &self,
                encoder: &mut prometheus_client::encoding::LabelValueEncoder<'_>,
            ) -> Result<(), fmt::Error> {
                let text = match self {
                    $(Self::$variant => $text),*
                };
                EncodeLabelValue::encode(&text, encoder)
            }
        }
    )*};
}

label_texts! {
    Outcome { Committed = "committed", RolledBack = "rolled_back", Contended = "contended" }
    Found { Hit = "hit", Miss = "miss" }
    Use { Idle = "idle", Busy = "busy" }
}

/// Seconds, from half a millisecond to the longest that an answer may take.
fn durations() -> Histogram {
    Histogram::new([
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    ])
}

impl Metrics {
    fn new() -> Self {
        let mut registry = Registry::default();
        let metrics = Self {
            requests: Family::default(),
            request_duration: Family::new_with_constructor(durations),
            request_cost: Histogram::new([1.0, 10.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0]),
            statement_duration: durations(),
            transactions: Family::default(),
            loader_batch_keys: Histogram::new([1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 1_000.0]),
            cache_lookups: Family::default(),
            streams: Gauge::default(),
            feed_delay: durations(),
            pool_connections: Family::default(),
            tenants: Gauge::default(),
            managed_entities: Gauge::default(),
            registry: Registry::default(),
        };
        metrics.register(registry.sub_registry_with_prefix("external_contacts"));
        #[cfg(target_os = "linux")]
        registry.register_collector(Box::new(process::ProcessCollector));
        Self { registry, ..metrics }
    }

    fn register(&self, to: &mut Registry) {
        let seconds = || Unit::Seconds;
        to.register(
            "requests",
            "Answered requests, and operations of sockets, by the name of the trusted document or else the kind of \
             operation, and by the code of the first error",
            self.requests.clone(),
        );
        to.register_with_unit(
            "request_duration",
            "Time from a request's head to its answer",
            seconds(),
            self.request_duration.clone(),
        );
        to.register(
            "request_cost",
            "Cost of valid operations",
            self.request_cost.clone(),
        );
        to.register_with_unit(
            "statement_duration",
            "Time of a statement, waiting for a connection included",
            seconds(),
            self.statement_duration.clone(),
        );
        to.register(
            "transactions",
            "Transactions that wrote, by outcome; contended ones are tried again",
            self.transactions.clone(),
        );
        to.register(
            "loader_batch_keys",
            "Keys that one statement of a loader answers",
            self.loader_batch_keys.clone(),
        );
        to.register(
            "cache_lookups",
            "Look-ups in caches, by result",
            self.cache_lookups.clone(),
        );
        to.register("streams", "Open sockets and event streams", self.streams.clone());
        to.register_with_unit(
            "feed_delay",
            "Time from a change to its delivery to followers",
            seconds(),
            self.feed_delay.clone(),
        );
        to.register(
            "pool_connections",
            "Connections to the database, by pool and state",
            self.pool_connections.clone(),
        );
        to.register("tenants", "Tenants of the database", self.tenants.clone());
        to.register(
            "managed_entities",
            "Organizations, contacts, relationships and notes of all tenants",
            self.managed_entities.clone(),
        );
    }

    /// Writes all metrics in the `OpenMetrics` text format 1.0, which Prometheus reads.
    ///
    /// # Errors
    /// Fails when a collector does.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// Counts a look-up in a cache.
    pub fn looked_up(&self, cache: &'static str, result: Found) {
        self.cache_lookups.get_or_create(&Lookup { cache, result }).inc();
    }

    /// Counts the end of a transaction.
    pub fn transaction_ended(&self, outcome: Outcome) {
        self.transactions.get_or_create(&Ended { outcome }).inc();
    }
}

/// Observes, when it is dropped, the time since it was made.
pub struct Timer<'h> {
    began: Instant,
    histogram: &'h Histogram,
}

impl<'h> Timer<'h> {
    /// Begins to measure.
    pub fn of(histogram: &'h Histogram) -> Self {
        Self {
            began: Instant::now(),
            histogram,
        }
    }
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        self.histogram.observe(self.began.elapsed().as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_written_with_their_labels_and_units() {
        let metrics = Metrics::new();
        metrics.looked_up("operations", Found::Hit);
        metrics.transaction_ended(Outcome::RolledBack);
        drop(Timer::of(&metrics.statement_duration));

        let text = metrics.encode().unwrap();

        for line in [
            "external_contacts_cache_lookups_total{cache=\"operations\",result=\"hit\"} 1",
            "external_contacts_transactions_total{outcome=\"rolled_back\"} 1",
            "external_contacts_statement_duration_seconds_count 1",
            "# UNIT external_contacts_statement_duration_seconds seconds",
            "# TYPE process_resident_memory_bytes gauge",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }
}
