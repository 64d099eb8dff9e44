//! The command line.

mod demo;

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand};
use demo::{DemoArgs, GenerateArgs, fill_if_empty};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::app::{self, App, DEVELOPMENT_SUBJECT, DEVELOPMENT_TENANT};
use crate::auth::Claims;
use crate::clock::Clock;
use crate::config::{DataConfig, ServeConfig};
use crate::graphql;
use crate::model::{Permission, Permissions, Region, TenantName};

/// Keeps a company's external organizations, the people in them, and what passed between them and its own people; a
/// GraphQL API.
#[derive(Debug, Parser)]
#[command(name = "external-contacts", version, max_term_width = 100)]
pub struct Cli {
    /// What the log says: a level, or levels by module, such as `info,sqlx=warn`.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_LOG",
        default_value = "info",
        global = true,
        value_name = "FILTER",
        value_parser = log_filter
    )]
    log: String,
    /// Write the log as JSON, one object a line.
    #[arg(long, env = "EXTERNAL_CONTACTS_LOG_JSON", global = true)]
    log_json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer GraphQL requests over HTTP.
    Serve(Box<ServeConfig>),
    /// Bring the database's schema up to date, and stop. `serve` does it as well.
    Migrate(DataConfig),
    /// Print the schema.
    Schema(SchemaArgs),
    /// Print a token for the development server over a data folder.
    Token(TokenArgs),
    /// Make, list and limit tenants.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// Fill an empty tenant with demo data; continue where an interrupted fill stopped.
    Demo(DemoArgs),
    /// Fill a tenant with as many contacts as are asked for, to measure with.
    #[command(hide = true)]
    Generate(GenerateArgs),
}

#[derive(Debug, Args)]
struct SchemaArgs {
    /// As a subgraph for a federated gateway.
    #[arg(long)]
    federation: bool,
}

#[derive(Debug, Args)]
struct TokenArgs {
    #[command(flatten)]
    data: DataConfig,
    /// What it grants, separated by commas; `*` as in `externalContacts:*:view`. Everything when left out.
    #[arg(long, value_delimiter = ',', value_name = "PERMISSION")]
    permissions: Option<Vec<String>>,
    /// Of which tenant.
    #[arg(long, default_value = DEVELOPMENT_TENANT)]
    tenant: TenantName,
    /// For whom.
    #[arg(long, default_value = DEVELOPMENT_SUBJECT)]
    subject: String,
    /// How long it is good, such as `90s`, `15m`, `12h` or `7d`. Servers take it for 60 s more, since clocks differ.
    #[arg(long, default_value = "12h", value_parser = lifetime, value_name = "TIME")]
    expires_in: Duration,
}

#[derive(Debug, Subcommand)]
enum TenantCommand {
    /// Make a tenant.
    Create {
        /// 1 to 63 of a-z, 0-9 and -: what tokens carry.
        name: TenantName,
        /// Where phone numbers without a country code are from (ISO 3166-1 alpha-2).
        #[arg(long, default_value = "US")]
        region: Region,
        #[command(flatten)]
        data: DataConfig,
    },
    /// Print every tenant, one a line: name, entities, limit, region, display name.
    List {
        #[command(flatten)]
        data: DataConfig,
    },
    /// Change how many organizations, contacts, relationships and notes a tenant may have. Running servers see it at once.
    SetLimit {
        /// The tenant.
        name: TenantName,
        /// The new limit.
        #[arg(value_parser = clap::value_parser!(i32).range(0..))]
        limit: i32,
        #[command(flatten)]
        data: DataConfig,
    },
}

impl Cli {
    /// Starts the log, on standard error.
    pub fn start_log(&self) {
        let filter = EnvFilter::try_new(&self.log).unwrap_or_else(|_| EnvFilter::new("info"));
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal());
        if self.log_json {
            log.json().init();
        } else {
            log.init();
        }
    }

    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(config) => serve(*config).await,
            Command::Migrate(data) => migrate(&data).await,
            Command::Schema(args) => print(&graphql::sdl(args.federation)),
            Command::Token(args) => token(args),
            Command::Tenant(command) => tenant(command).await,
            Command::Demo(args) => args.run().await,
            Command::Generate(args) => args.run().await,
        }
    }
}

async fn serve(config: ServeConfig) -> anyhow::Result<()> {
    let app = App::open(&config, Clock::system()).await?;
    if config.demo {
        fill_if_empty(&app.server.store, &DEVELOPMENT_TENANT.parse()?).await?;
    }
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr()?;
    if config.dev || config.playground {
        print(&format!(
            "Open http://{address}/ in a browser; the API is at http://{address}/graphql\n"
        ))?;
    } else {
        print(&format!("The API is at http://{address}/graphql\n"))?;
    }
    tracing::info!(%address, database = ?config.data.database_url(), dev = config.dev, "listening");
    app.serve(listener, stop()).await;
    tracing::info!("stopped");
    Ok(())
}

/// A filter that can be read; it cannot be cloned, as the command line's values must be.
fn log_filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text)
        .map(|_| text.to_owned())
        .map_err(|error| error.to_string())
}

/// Until somebody asks the program to stop.
async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};

    let asked = signal(SignalKind::terminate());
    match asked {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(error) => {
            tracing::warn!(%error, "cannot be told to stop by SIGTERM");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
    tracing::info!("stopping: requests in flight finish, new ones are refused");
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

fn token(args: TokenArgs) -> anyhow::Result<()> {
    let permissions = match args.permissions {
        None => Permissions::all(),
        Some(texts) => {
            for text in &texts {
                if Permissions::granted([text.as_str()]) == Permissions::default() {
                    let all: Vec<&str> = Permission::ALL
                        .iter()
                        .map(|permission| permission.name())
                        .collect();
                    bail!("`{text}` grants nothing; permissions are {}", all.join(", "));
                }
            }
            Permissions::granted(texts.iter().map(String::as_str))
        }
    };
    let known = app::development_claims();
    let is_developer = args.subject == known.subject;
    let claims = Claims {
        subject: args.subject,
        tenant: args.tenant.to_string(),
        permissions,
        name: known.name.filter(|_| is_developer),
        email: known.email.filter(|_| is_developer),
    };
    let key = app::development_key(&args.data.data)?;
    print(&format!(
        "{}\n",
        key.mint(&claims, args.expires_in, &Clock::system())?
    ))
}

async fn tenant(command: TenantCommand) -> anyhow::Result<()> {
    match command {
        TenantCommand::Create { name, region, data } => {
            let store = app::open_store(&data, Clock::system()).await?;
            if store.add_tenant(&name, &region).await?.is_none() {
                bail!("there is a tenant called {name} already");
            }
            store.close().await;
            print(&format!("made the tenant {name}\n"))
        }
        TenantCommand::List { data } => {
            let store = app::open_store(&data, Clock::system()).await?;
            for tenant in store.tenants().await? {
                let record = tenant.record();
                print(&format!(
                    "{}\t{}\t{}\t{}\t{}\n",
                    record.name,
                    tenant.managed_entities().await?,
                    record.managed_entity_limit,
                    record.default_region,
                    record.display_name,
                ))?;
            }
            store.close().await;
            Ok(())
        }
        TenantCommand::SetLimit { name, limit, data } => {
            let store = app::open_store(&data, Clock::system()).await?;
            let Some(tenant) = store.tenant(&name.to_string()).await? else {
                bail!(
                    "there is no tenant called {name}; `external-contacts tenant list` prints those there are"
                );
            };
            tenant.set_limit(limit).await?;
            store.close().await;
            print(&format!("{name} may have {limit} managed entities\n"))
        }
    }
}

/// A time such as `90s`, `15m`, `12h` or `7d`.
fn lifetime(text: &str) -> Result<Duration, String> {
    let wrong = || "must look like 90s, 15m, 12h or 7d".to_owned();
    let (number, unit) = text
        .split_at_checked(text.len().saturating_sub(1))
        .ok_or_else(wrong)?;
    let number: u32 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    Ok(Duration::from_secs(u64::from(number) * seconds))
}

/// Standard output may be closed by a reader that has seen enough.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("cannot write to standard output")
}
