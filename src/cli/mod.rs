//! The command line.

mod backup;
mod config;
mod demo;
pub mod doctor;
mod export;
mod generate;
mod import;
mod listen;
mod output;
mod progress;
mod reload;
mod serve;
mod settings_file;
mod supervisor;
mod tenant;
mod token;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use tracing::Subscriber;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, reload as reloadable};

use self::backup::{BackupArgs, RestoreArgs};
use self::config::ConfigCommand;
use self::demo::DemoArgs;
use self::doctor::DoctorArgs;
use self::export::ExportArgs;
use self::generate::GenerateArgs;
use self::import::ImportArgs;
pub use self::output::explain;
use self::output::print;
use self::reload::LogFilter;
use self::settings_file::SettingsFile;
use self::tenant::TenantCommand;
use self::token::TokenArgs;
use crate::app;
use crate::clock::Clock;
use crate::config::{DataConfig, ServeConfig, TelemetryConfig};
use crate::graphql;
use crate::log;
use crate::traces::Traces;

/// A GraphQL API for a company's external contacts: organizations, the people in them, relationships, notes and
/// interactions.
#[derive(Debug, Parser)]
#[command(name = "external-contacts", version, max_term_width = 100)]
pub struct Cli {
    /// The configuration file: TOML, with the names of flags as keys, such as `listen = "0.0.0.0:8080"`. Flags win over the
    /// environment, the environment over the file.
    #[arg(long, env = "EXTERNAL_CONTACTS_CONFIG", global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The log's level, or levels by module, such as `info,sqlx=warn`.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_LOG",
        default_value = "info",
        global = true,
        value_name = "FILTER",
        value_parser = log_filter
    )]
    log: String,
    /// Write the log as JSON, one object per line.
    #[arg(long, env = "EXTERNAL_CONTACTS_LOG_JSON", global = true)]
    log_json: bool,
    /// The description of the settings, for `config show`.
    #[arg(skip)]
    settings: String,
    /// The filter of the log that was started.
    #[arg(skip)]
    log_filter: Option<LogFilter>,
    #[command(subcommand)]
    command: Command,
}

/// The reason why the command line or the configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The command line, or a request for help.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// The configuration file.
    #[error(transparent)]
    File(#[from] anyhow::Error),
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer GraphQL requests over HTTP.
    Serve(Box<ServeConfig>),
    /// Create the database or bring its schema up to date, and exit. `serve` does so as well.
    Migrate(DataConfig),
    /// Write a copy of the SQLite database to a file, while the server runs, and check it.
    Backup(BackupArgs),
    /// Replace the SQLite database by a backup, while no server runs.
    Restore(RestoreArgs),
    /// Import records of a kind from a file, such as contacts from a table; an import that was interrupted goes on where it
    /// stopped.
    Import(Box<ImportArgs>),
    /// Export every record of a kind to a file that `import` reads.
    Export(ExportArgs),
    /// Expire every cursor of changes, so that clients read everything again: after the database was set back in a way that
    /// the program cannot notice, such as by a snapshot of its disk.
    ExpireCursors(DataConfig),
    /// Look for what would keep a server with these settings from working, and change nothing.
    Doctor(Box<DoctorArgs>),
    /// Print the settings in force.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the schema.
    Schema(SchemaArgs),
    /// Print a token for the development server of a data folder.
    Token(TokenArgs),
    /// Create, list and limit tenants.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Fill an empty tenant with demo data; continue where an interrupted fill stopped.
    Demo(DemoArgs),
    /// Fill an empty tenant with generated data of any size, the same every time; continue where an interrupted run stopped.
    Generate(GenerateArgs),
}

#[derive(Debug, Args)]
struct SchemaArgs {
    /// Print it as a subgraph for a federated gateway.
    #[arg(long)]
    federation: bool,
}

impl Cli {
    /// Reads the command line, the environment and the configuration file.
    ///
    /// # Errors
    /// Fails when one of them has a value or a name that cannot be used, or help is asked for.
    pub fn load(arguments: &[OsString]) -> Result<Self, LoadError> {
        let file = SettingsFile::named_in(&Self::command(), arguments)?;
        let mut command = file.give_defaults(Self::command());
        let matches = command.try_get_matches_from_mut(arguments).map_err(|error| {
            file.explain(&error)
                .map_or_else(|| error.into(), |text| LoadError::File(anyhow::anyhow!(text)))
        })?;
        let mut cli = Self::from_arg_matches(&matches)?;
        if matches!(cli.command, Command::Config(_)) {
            cli.settings = config::describe(&command, &matches, &file);
        }
        if let Command::Doctor(doctor) = &mut cli.command {
            doctor.exposed = config::exposed_secrets(&command, &matches, &file);
        }
        Ok(cli)
    }

    /// Starts the log, on standard error, and the traces of a server that has a collector for them.
    ///
    /// # Errors
    /// Fails when the collector's address cannot be used.
    pub fn start_log(&mut self) -> anyhow::Result<Option<Traces>> {
        let (filter, handle) = reloadable::Layer::new(self.log.parse::<Targets>()?);
        self.log_filter = Some(handle);
        let traces = self.traces()?;
        let subscriber = tracing_subscriber::registry();
        match &traces {
            // A filter for all costs each request less than a filter of the log's own.
            None => subscriber.with(filter).with(log_lines(self.log_json)).init(),
            Some(traces) => subscriber
                .with(log_lines(self.log_json).with_filter(filter))
                .with(traces.layer())
                .init(),
        }
        Ok(traces)
    }

    fn traces(&self) -> anyhow::Result<Option<Traces>> {
        let Command::Serve(config) = &self.command else {
            return Ok(None);
        };
        let TelemetryConfig {
            otlp_endpoint,
            traced_share,
            ..
        } = &config.telemetry;
        otlp_endpoint
            .as_ref()
            .map(|endpoint| Traces::to(endpoint, *traced_share))
            .transpose()
    }

    /// Runs the command, and returns the status for the end of the program.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Doctor(doctor) => return doctor.run().await,
            Command::Serve(config) => serve::run(*config, self.log_filter).await,
            Command::Migrate(data) => migrate(&data).await,
            Command::Backup(args) => args.run().await,
            Command::Restore(args) => args.run().await,
            Command::Import(args) => args.run().await,
            Command::Export(args) => args.run().await,
            Command::ExpireCursors(data) => backup::expire_cursors(&data).await,
            Command::Config(ConfigCommand::Show(_)) => print(&self.settings),
            Command::Schema(args) => print(&graphql::sdl(args.federation)),
            Command::Token(args) => args.run().await,
            Command::Tenant(command) => command.run().await,
            Command::Demo(args) => args.run().await,
            Command::Generate(args) => args.run().await,
        }
        .map(|()| ExitCode::SUCCESS)
    }
}

async fn migrate(config: &DataConfig) -> anyhow::Result<()> {
    let store = app::connect(config, Clock::system()).await?;
    let version = store.migrate().await?;
    store.close().await;
    print(&format!(
        "the database {:?} is at version {version}\n",
        config.database_url()?
    ))
}

/// Writes the lines of the log on standard error.
fn log_lines<S>(as_json: bool) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    log::lines(std::io::stderr, as_json, std::io::stderr().is_terminal())
}

/// Checks a filter of the log, and keeps its text.
fn log_filter(text: &str) -> Result<String, String> {
    text.parse::<Targets>()
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}
