//! Reloads keys, the log's level and the certificate on SIGHUP.

use std::ffi::OsString;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::Registry;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::reload::Handle;

use super::{Cli, supervisor};
use crate::auth::Identity;

/// The filter of the log that runs.
pub(super) type LogFilter = Handle<Targets, Registry>;

/// The signal to reload, and what a reload needs.
pub(super) struct Reload {
    hangups: Signal,
    log: Option<LogFilter>,
}

impl Reload {
    /// Begins to listen for the signal, which ends the program otherwise.
    pub(super) fn new(log: Option<LogFilter>) -> anyhow::Result<Self> {
        let hangups = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
        Ok(Self { hangups, log })
    }

    /// Reloads whenever the signal arrives, without end.
    pub(super) async fn whenever_told(
        mut self,
        identity: &Identity,
        certificates: impl Fn() -> anyhow::Result<Option<usize>>,
    ) {
        while self.hangups.recv().await.is_some() {
            supervisor::reloading();
            // The log first: its line about the keys is written at the new level.
            let log = self.reload_log();
            let keys = identity.reload_keys().await;
            match (keys, log, certificates()) {
                (Ok(keys), Ok(log), Ok(certificates)) => {
                    tracing::info!(keys, log, certificates, "reloaded");
                }
                (keys, log, certificates) => tracing::warn!(
                    keys = outcome(keys),
                    log = outcome(log),
                    certificates = certificates.transpose().map(outcome),
                    "reloaded in part; what failed stays as it was"
                ),
            }
            supervisor::ready();
        }
    }

    fn reload_log(&self) -> anyhow::Result<String> {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        let level = Cli::load(&arguments)?.log;
        if let Some(log) = &self.log {
            log.reload(level.parse::<Targets>()?)?;
        }
        Ok(level)
    }
}

fn outcome(result: anyhow::Result<impl ToString>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(error) => format!("{error:#}"),
    }
}
