//! The settings of admission, and the bounds that follow from them and from the machine.

use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::gate::GateBounds;
use super::rate::RateBounds;
use crate::limits::CallerLimits;

/// The longest time in the queue.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// The operations at the same time for each processor: most of them wait for the database, or for a connection to it. With
/// fewer, short operations wait for their turn beside idle connections.
const RUNNING_PER_CORE: usize = 10;
/// The operations at the same time for each connection to the database.
const RUNNING_PER_DATABASE_CONNECTION: usize = 3;
/// The places in the queue for each operation that may run.
const WAITING_PER_RUNNING: usize = 12;
/// The most connections, whatever the limit of descriptors: each takes some memory.
const MAX_CONNECTIONS: usize = 10_000;
/// The descriptors for everything but connections to clients and to the database: files, listeners, health checks.
const OTHER_DESCRIPTORS: u64 = 96;
/// The descriptors of one connection to the database: SQLite opens a file, its log and its index.
const DESCRIPTORS_PER_DATABASE_CONNECTION: u64 = 4;
/// The limit of descriptors where the system does not tell it.
const USUAL_DESCRIPTORS: u64 = 1024;
/// The least and the most memory for answers by default, in bytes.
const LEAST_ANSWER_MEMORY: u64 = 64 << 20;
const MOST_ANSWER_MEMORY: u64 = 1 << 30;
/// The cost that a caller may ask for in a second, for each processor: about a quarter of what a processor does in that time,
/// the database's share included.
const COST_PER_CORE: usize = 25_000;
/// The seconds in which an empty bucket fills.
const WINDOW: u32 = 2;

/// The bounds of what the server takes on at the same time. Beyond them requests are refused at once, with 429 or 503 and
/// `Retry-After`.
#[derive(Clone, Debug, Args)]
pub struct AdmissionSettings {
    /// The maximum number of connections from clients. Beyond it, the longest idle one is closed. By default, it follows
    /// from the limit of descriptors, and is 10,000 at most.
    #[arg(long, env = "EXTERNAL_CONTACTS_MAX_CONNECTIONS", value_name = "N", value_parser = at_least_one())]
    pub max_connections: Option<u32>,
    /// The maximum number of operations at the same time. By default, 10 for each processor, and no more than 3 for each of
    /// `--connections`. A tenant may have three quarters of them, and seven eighths while there is no other.
    #[arg(long, env = "EXTERNAL_CONTACTS_MAX_RUNNING", value_name = "N", value_parser = at_least_one())]
    pub max_running: Option<u32>,
    /// The maximum number of operations of one caller at the same time, while other callers have operations too. By
    /// default, a quarter of `--max-running`, at least 2.
    #[arg(long, env = "EXTERNAL_CONTACTS_MAX_RUNNING_PER_CALLER", value_name = "N", value_parser = at_least_one())]
    pub max_running_per_caller: Option<u32>,
    /// The maximum number of operations that wait, for 2 seconds at most. By default, 12 for each that may run. A caller
    /// may have a quarter of them.
    #[arg(long, env = "EXTERNAL_CONTACTS_MAX_WAITING", value_name = "N")]
    pub max_waiting: Option<u32>,
    /// The maximum number of sockets and event streams. By default, half of `--max-connections`.
    #[arg(long, env = "EXTERNAL_CONTACTS_MAX_STREAMS", value_name = "N", value_parser = at_least_one())]
    pub max_streams: Option<u32>,
    /// The maximum number of sockets and event streams of one caller.
    #[arg(long, env = "EXTERNAL_CONTACTS_MAX_STREAMS_PER_CALLER", value_name = "N",
          default_value_t = AdmissionSettings::DEFAULT.max_streams_per_caller, value_parser = at_least_one())]
    pub max_streams_per_caller: u32,
    /// The cost that a caller may ask for in a second. A caller who asked for nothing lately may ask for twice as much at
    /// once. By default, 25,000 for each processor.
    #[arg(long, env = "EXTERNAL_CONTACTS_COST_PER_SECOND", value_name = "COST", value_parser = at_least_one())]
    pub cost_per_second: Option<u32>,
    /// The memory for bodies that are read and answers that are written, in bytes. Beyond it no further operation begins.
    /// By default, an eighth of the machine's memory, between 64 MiB and 1 GiB.
    #[arg(long, env = "EXTERNAL_CONTACTS_ANSWER_MEMORY", value_name = "BYTES",
          value_parser = RangedU64ValueParser::<u64>::new().range(1 << 20..))]
    pub answer_memory: Option<u64>,
    /// The maximum time of a request, in seconds. Its statements are cancelled then.
    #[arg(long, env = "EXTERNAL_CONTACTS_REQUEST_TIMEOUT", value_name = "SECONDS",
          default_value_t = AdmissionSettings::DEFAULT.request_timeout,
          value_parser = RangedU64ValueParser::<u32>::new().range(1..=300))]
    pub request_timeout: u32,
}

impl AdmissionSettings {
    const DEFAULT: Self = Self {
        max_connections: None,
        max_running: None,
        max_running_per_caller: None,
        max_waiting: None,
        max_streams: None,
        max_streams_per_caller: 100,
        cost_per_second: None,
        answer_memory: None,
        request_timeout: 10,
    };
}

impl Default for AdmissionSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The machine and the database, from which defaults follow.
#[derive(Clone, Copy, Debug)]
pub struct Resources {
    /// The number of processors.
    pub cores: usize,
    /// The most descriptors that the process may open.
    pub descriptors: u64,
    /// The machine's memory, in bytes, if the system tells.
    pub memory: Option<u64>,
    /// The most connections to the database.
    pub database_connections: u32,
}

impl Resources {
    /// The resources of this process.
    pub fn of_process(database_connections: u32) -> Self {
        Self {
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            descriptors: crate::metrics::max_descriptors().unwrap_or(USUAL_DESCRIPTORS),
            memory: crate::metrics::machine_memory(),
            database_connections,
        }
    }

    /// The memory for answers.
    fn answer_memory(&self) -> u64 {
        let share = self.memory.unwrap_or_default() / 8;
        share.clamp(LEAST_ANSWER_MEMORY, MOST_ANSWER_MEMORY)
    }

    /// The cost per second of a caller.
    fn cost_per_second(&self) -> u32 {
        u32::try_from(self.cores.saturating_mul(COST_PER_CORE)).unwrap_or(u32::MAX)
    }

    /// The descriptors that connections from clients need, and everything beside them.
    pub fn needed_descriptors(&self, connections: usize) -> u64 {
        let connections = u64::try_from(connections).unwrap_or(u64::MAX);
        connections.saturating_add(self.other_descriptors())
    }

    fn other_descriptors(&self) -> u64 {
        OTHER_DESCRIPTORS + u64::from(self.database_connections) * DESCRIPTORS_PER_DATABASE_CONNECTION
    }

    /// The connections that the descriptors suffice for.
    fn max_connections(&self) -> usize {
        let left = self.descriptors.saturating_sub(self.other_descriptors());
        usize::try_from(left)
            .unwrap_or(usize::MAX)
            .clamp(16, MAX_CONNECTIONS)
    }
}

/// The bounds in force.
#[derive(Clone, Copy, Debug)]
pub struct AdmissionBounds {
    /// The most connections from clients.
    pub connections: usize,
    /// The most sockets and event streams.
    pub streams: usize,
    /// The most sockets and event streams of one caller.
    pub streams_per_caller: usize,
    /// The bytes of bodies that are read and answers that are written, beyond which no operation begins.
    pub answer_memory: usize,
    /// The longest time of a request.
    pub request_timeout: Duration,
    pub(in crate::http) gate: GateBounds,
    pub(in crate::http) rate: RateBounds,
}

impl AdmissionBounds {
    /// Works out the bounds.
    pub fn of(settings: &AdmissionSettings, resources: &Resources) -> Self {
        let given = |setting: Option<u32>, default: usize| setting.map_or(default, count);
        let most_running = RUNNING_PER_DATABASE_CONNECTION * count(resources.database_connections);
        let connections = given(settings.max_connections, resources.max_connections());
        let running = given(
            settings.max_running,
            (RUNNING_PER_CORE * resources.cores).min(most_running).max(4),
        );
        let waiting = given(settings.max_waiting, WAITING_PER_RUNNING * running);
        let cost = settings
            .cost_per_second
            .unwrap_or_else(|| resources.cost_per_second());
        Self {
            connections,
            streams: given(settings.max_streams, (connections / 2).max(1)),
            streams_per_caller: count(settings.max_streams_per_caller),
            answer_memory: usize::try_from(
                settings
                    .answer_memory
                    .unwrap_or_else(|| resources.answer_memory()),
            )
            .unwrap_or(usize::MAX),
            request_timeout: Duration::from_secs(settings.request_timeout.into()),
            gate: GateBounds {
                running,
                running_alone: (running * 7 / 8).max(2),
                running_per_tenant: (running * 3 / 4).max(2),
                running_per_caller: given(settings.max_running_per_caller, (running / 4).max(2)),
                waiting,
                waiting_per_caller: waiting.div_ceil(4),
                longest_wait: LONGEST_WAIT,
            },
            rate: RateBounds {
                per_second: cost,
                burst: cost.saturating_mul(WINDOW),
            },
        }
    }

    /// The bounds that concern one caller.
    pub fn of_caller(&self) -> CallerLimits {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        CallerLimits {
            running_operations: number(self.gate.running_per_caller),
            waiting_operations: number(self.gate.waiting_per_caller),
            streams: number(self.streams_per_caller),
            cost_per_second: self.rate.per_second,
            cost_at_once: self.rate.burst,
            request_seconds: u32::try_from(self.request_timeout.as_secs()).unwrap_or(u32::MAX),
        }
    }

    /// Writes the bounds to the log.
    pub fn log(&self) {
        tracing::info!(
            connections = self.connections,
            running = self.gate.running,
            running_alone = self.gate.running_alone,
            running_per_tenant = self.gate.running_per_tenant,
            running_per_caller = self.gate.running_per_caller,
            waiting = self.gate.waiting,
            waiting_per_caller = self.gate.waiting_per_caller,
            streams = self.streams,
            streams_per_caller = self.streams_per_caller,
            cost_per_second = self.rate.per_second,
            answer_memory = self.answer_memory,
            request_timeout_s = self.request_timeout.as_secs(),
            "bounds of admission"
        );
    }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn at_least_one() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_follow_from_the_machine_and_the_pool() {
        let bounds = |cores, descriptors, database_connections| {
            let resources = Resources {
                cores,
                descriptors,
                memory: None,
                database_connections,
            };
            let bounds = AdmissionBounds::of(&AdmissionSettings::default(), &resources);
            let gate = bounds.gate;
            [
                bounds.connections,
                gate.running,
                gate.running_alone,
                gate.running_per_tenant,
                gate.running_per_caller,
                gate.waiting,
                gate.waiting_per_caller,
                count(bounds.rate.per_second),
            ]
        };
        assert_eq!(bounds(2, 1024, 16), [864, 20, 17, 15, 5, 240, 60, 50_000]);
        assert_eq!(
            bounds(16, 1 << 20, 16),
            [10_000, 48, 42, 36, 12, 576, 144, 400_000]
        );
        assert_eq!(bounds(1, 64, 1), [16, 4, 3, 3, 2, 48, 12, 25_000]);
    }

    #[test]
    fn a_setting_stands_for_itself() {
        let settings = AdmissionSettings {
            max_running: Some(1),
            max_waiting: Some(0),
            max_connections: Some(1),
            ..AdmissionSettings::default()
        };
        let resources = Resources {
            cores: 64,
            descriptors: 1024,
            memory: Some(16 << 30),
            database_connections: 64,
        };
        let bounds = AdmissionBounds::of(&settings, &resources);
        assert_eq!((bounds.gate.running, bounds.gate.waiting), (1, 0));
        assert_eq!((bounds.connections, bounds.streams), (1, 1));
        assert_eq!(bounds.answer_memory, 1 << 30);
    }
}
