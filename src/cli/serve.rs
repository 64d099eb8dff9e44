//! The command that answers requests.

use anyhow::Context as _;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::signal::unix::{SignalKind, signal};

use super::demo::fill_if_empty;
use super::listen::Listeners;
use super::output::print;
use super::reload::{LogFilter, Reload};
use super::supervisor;
use crate::app::{App, DEVELOPMENT_TENANT};
use crate::clock::Clock;
use crate::config::ServeConfig;

/// Serves until the program is told to stop.
pub(super) async fn run(config: ServeConfig, log: Option<LogFilter>) -> anyhow::Result<()> {
    // Before a database is created: settings that cannot work leave nothing behind.
    config.check()?;
    let reload = Reload::new(log)?;
    let Listeners { api, metrics } = Listeners::open(&config).await?;
    let app = App::open(&config, Clock::system()).await?;
    if config.demo {
        fill_if_empty(&app.server.store, &DEVELOPMENT_TENANT.parse()?).await?;
    }
    let stops = stop_signals()?.inspect(|()| supervisor::stopping());
    let address = api.local_addr()?;
    let scheme = app.scheme();
    let url = format!("{scheme}://{address}/");
    if config.dev || config.playground {
        print(&format!("Open {url} in a browser; the API is at {url}graphql\n"))?;
    } else {
        print(&format!("The API is at {url}graphql\n"))?;
    }
    tracing::info!(%address, scheme, database = ?config.data.database_url()?, dev = config.dev, "listening");
    if let Some(metrics) = metrics {
        tracing::info!(address = %metrics.local_addr()?, "metrics are at /metrics");
        app.serve_metrics(metrics);
    }
    let (server, certificates) = (app.server.clone(), app.certificate_reload());
    let reloading = tokio::spawn(async move { reload.whenever_told(&server.identity, certificates).await });
    let watchdog = tokio::spawn(supervisor::feed_watchdog());
    supervisor::ready();
    app.serve(api, stops).await;
    reloading.abort();
    watchdog.abort();
    tracing::info!("stopped");
    Ok(())
}

/// Begins to listen for the signals to stop, SIGTERM and Ctrl+C, which end the program otherwise.
fn stop_signals() -> anyhow::Result<impl Stream<Item = ()>> {
    let terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let interrupt = signal(SignalKind::interrupt()).context("cannot wait for Ctrl+C")?;
    let signals = (terminate, interrupt);
    Ok(stream::unfold(signals, async |(mut terminate, mut interrupt)| {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Some(((), (terminate, interrupt)))
    }))
}
