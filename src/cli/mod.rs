//! The command line.

mod demo;
mod output;
mod serve;
mod tenant;
mod token;

use std::io::IsTerminal as _;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use self::demo::{DemoArgs, GenerateArgs};
pub use self::output::explain;
use self::output::print;
use self::tenant::TenantCommand;
use self::token::TokenArgs;
use crate::app;
use crate::clock::Clock;
use crate::config::{DataConfig, ServeConfig, TelemetryConfig};
use crate::graphql;
use crate::traces::Traces;

/// A GraphQL API for a company's external contacts: organizations, the people in them, relationships, notes and
/// interactions.
#[derive(Debug, Parser)]
#[command(name = "external-contacts", version, max_term_width = 100)]
pub struct Cli {
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
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer GraphQL requests over HTTP.
    Serve(Box<ServeConfig>),
    /// Create the database or bring its schema up to date, and exit. `serve` does so as well.
    Migrate(DataConfig),
    /// Print the schema.
    Schema(SchemaArgs),
    /// Print a token for the development server of a data folder.
    Token(TokenArgs),
    /// Create, list and limit tenants.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Fill an empty tenant with demo data; continue where an interrupted fill stopped.
    Demo(DemoArgs),
    /// Fill a tenant with generated contacts, for measurements.
    #[command(hide = true)]
    Generate(GenerateArgs),
}

#[derive(Debug, Args)]
struct SchemaArgs {
    /// Print it as a subgraph for a federated gateway.
    #[arg(long)]
    federation: bool,
}

impl Cli {
    /// Starts the log, on standard error, and the traces of a server that has a collector for them.
    ///
    /// # Errors
    /// Fails when the collector's address cannot be used.
    pub fn start_log(&self) -> anyhow::Result<Option<Traces>> {
        let filter = EnvFilter::try_new(&self.log).unwrap_or_else(|_| EnvFilter::new("info"));
        let log = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal());
        let log = if self.log_json {
            log.json().boxed()
        } else {
            log.boxed()
        };
        let traces = self.traces()?;
        tracing_subscriber::registry()
            .with(log.with_filter(filter))
            .with(traces.as_ref().map(Traces::layer))
            .init();
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

    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(config) => serve::run(*config).await,
            Command::Migrate(data) => migrate(&data).await,
            Command::Schema(args) => print(&graphql::sdl(args.federation)),
            Command::Token(args) => args.run().await,
            Command::Tenant(command) => command.run().await,
            Command::Demo(args) => args.run().await,
            Command::Generate(args) => args.run().await,
        }
    }
}

async fn migrate(config: &DataConfig) -> anyhow::Result<()> {
    let store = app::connect(config, Clock::system()).await?;
    let version = store.migrate().await?;
    store.close().await;
    print(&format!(
        "the database {:?} is at version {version}\n",
        config.database_url()
    ))
}

/// Checks a filter of the log, and keeps its text: a filter cannot be cloned, as clap wants of values.
fn log_filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}
