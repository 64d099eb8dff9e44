//! The command that looks for what would keep a server from working, and changes nothing.

mod certificate;
mod clocks;
mod files;
mod finding;
mod keys;
mod machine;
mod migrations;
mod postgres;
mod settings;
mod sqlite;

use std::process::ExitCode;

use clap::Args;

pub use self::finding::{Finding, Level, Report};
pub(super) use self::settings::Exposed;
use super::output::print;
use crate::clock::Clock;
use crate::config::ServeConfig;
use crate::store::DatabaseUrl;

/// The exit status, for the end of the help.
const EXIT_STATUS: &str = "Exit status:\n  0  all is well, or there are warnings only\n  \
                           1  there is a problem\n  2  the settings cannot be read";

/// The arguments of the command.
#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    config: ServeConfig,
    /// Print the findings as one JSON object.
    #[arg(long)]
    json: bool,
    /// Check the integrity of a SQLite file of any size, which reads all of it. By default, files of up to 256 MiB are
    /// checked.
    #[arg(long)]
    thorough: bool,
    /// The secrets that others may read.
    #[arg(skip)]
    pub(super) exposed: Exposed,
}

impl DoctorArgs {
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let mut findings = settings::check_exposed(&self.exposed);
        findings.extend(examine(&self.config, self.thorough, &Clock::system()).await);
        let report = Report::of(findings);
        if self.json {
            print(&format!("{}\n", serde_json::to_string_pretty(&report)?))?;
        } else {
            print(&report.text())?;
        }
        Ok(match report.result {
            Level::Ok | Level::Warning => ExitCode::SUCCESS,
            Level::Problem => ExitCode::FAILURE,
        })
    }
}

/// Examines the settings, the machine, the keys and the database.
pub async fn examine(config: &ServeConfig, thorough: bool, clock: &Clock) -> Vec<Finding> {
    let mut findings = settings::check(config);
    findings.push(machine::check(config));
    findings.extend(certificate::check(config, clock));
    findings.extend(keys::check(config, clock).await);
    // A URL that cannot be read is a finding of the settings.
    match config.data.database_url() {
        Ok(DatabaseUrl::Sqlite(path)) => findings.extend(sqlite::check(&path, thorough).await),
        Ok(url) => findings.extend(postgres::check(config, &url, clock).await),
        Err(_) => {}
    }
    findings
}
