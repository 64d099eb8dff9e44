//! The end of a server: what it waits for, for how long, and what its log says about it.

use std::time::Duration;

use clap::Args;
use tokio::time::{sleep, timeout};

use super::connections::Connections;
use super::lifecycle::{Lifecycle, Stage};

/// The time in which what was cut off gives back its connections to the database.
const CUT_OFF_TIMEOUT: Duration = Duration::from_secs(1);

/// The settings of the end of a server.
#[derive(Clone, Copy, Debug, Args)]
pub struct DrainSettings {
    /// The time for which connections are accepted after SIGTERM, in seconds. `/readyz` answers 503 meanwhile, so that load
    /// balancers send their requests elsewhere.
    #[arg(long, env = "EXTERNAL_CONTACTS_DRAIN_DELAY", value_name = "SECONDS",
          default_value_t = DrainSettings::DEFAULT.drain_delay, value_parser = clap::value_parser!(u32).range(..=3600))]
    pub drain_delay: u32,
    /// The maximum time for the requests, sockets and event streams in flight to finish after that, in seconds. A second
    /// SIGTERM ends it at once.
    #[arg(long, env = "EXTERNAL_CONTACTS_DRAIN_TIMEOUT", value_name = "SECONDS",
          default_value_t = DrainSettings::DEFAULT.drain_timeout, value_parser = clap::value_parser!(u32).range(..=3600))]
    pub drain_timeout: u32,
}

impl DrainSettings {
    const DEFAULT: Self = Self {
        drain_delay: 0,
        drain_timeout: 30,
    };
}

impl Default for DrainSettings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The numbers of what runs on a server.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct InFlight {
    requests: usize,
    sockets: usize,
    event_streams: usize,
}

impl InFlight {
    fn on(lifecycle: &Lifecycle, connections: &Connections) -> Self {
        let event_streams = lifecycle.open_event_streams();
        Self {
            requests: connections.busy().saturating_sub(event_streams),
            sockets: lifecycle.open_sockets(),
            event_streams,
        }
    }

    const fn counts(self) -> (usize, usize, usize) {
        (self.requests, self.sockets, self.event_streams)
    }

    fn without(self, left: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(left.requests),
            sockets: self.sockets.saturating_sub(left.sockets),
            event_streams: self.event_streams.saturating_sub(left.event_streams),
        }
    }
}

/// Ends a server: it becomes not ready, stops accepting connections, and finishes what runs. What still runs after the
/// limit, or when `at_once` completes, is cut off.
pub async fn drain(
    lifecycle: &Lifecycle,
    connections: &Connections,
    settings: DrainSettings,
    at_once: impl Future<Output = ()>,
) {
    lifecycle.enter(Stage::Leaving);
    let (delay, limit) = (settings.drain_delay.into(), settings.drain_timeout.into());
    tracing::info!(
        delay_s = delay,
        timeout_s = limit,
        "stopping: not ready any longer"
    );
    let mut waited_for = None;
    let drained = async {
        sleep(Duration::from_secs(delay)).await;
        let in_flight = InFlight::on(lifecycle, connections);
        let (requests, sockets, event_streams) = in_flight.counts();
        tracing::info!(
            requests,
            sockets,
            event_streams,
            "draining: no connection is accepted, and these are waited for"
        );
        waited_for = Some(in_flight);
        lifecycle.enter(Stage::Draining);
        let _ = timeout(Duration::from_secs(limit), all_ended(lifecycle, connections)).await;
    };
    tokio::select! {
        () = drained => {}
        () = at_once => tracing::warn!("told to stop at once"),
    }
    let cut_off = InFlight::on(lifecycle, connections);
    let finished = waited_for.unwrap_or(cut_off).without(cut_off);
    lifecycle.enter(Stage::Ended);
    let (requests, sockets, event_streams) = finished.counts();
    tracing::info!(requests, sockets, event_streams, "drained: these finished");
    if cut_off != InFlight::default() {
        let (requests, sockets, event_streams) = cut_off.counts();
        tracing::warn!(requests, sockets, event_streams, "these were cut off");
    }
    let _ = timeout(CUT_OFF_TIMEOUT, all_ended(lifecycle, connections)).await;
}

async fn all_ended(lifecycle: &Lifecycle, connections: &Connections) {
    connections.ended().await;
    // An upgraded connection is no request for hyper, so sockets are waited for beside the others.
    lifecycle.streams_ended().await;
}
