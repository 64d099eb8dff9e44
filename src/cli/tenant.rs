//! The commands for tenants.

use anyhow::bail;
use clap::Subcommand;

use super::output::print;
use crate::app;
use crate::clock::Clock;
use crate::config::DataConfig;
use crate::model::{Region, TenantName};

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Create a tenant.
    Create {
        /// The name that tokens carry: 1 to 63 of a-z, 0-9 and -.
        name: TenantName,
        /// The country of phone numbers without a country code (ISO 3166-1 alpha-2).
        #[arg(long, default_value = "US")]
        region: Region,
        #[command(flatten)]
        data: DataConfig,
    },
    /// Print every tenant, one per line: name, entities, limit, region, display name.
    List {
        #[command(flatten)]
        data: DataConfig,
    },
    /// Set the limit for a tenant's organizations, contacts, relationships and notes together. It takes effect in running
    /// servers at once.
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

impl TenantCommand {
    /// Runs the command on a database that is there: a mistyped folder must not become a new one.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Create { name, region, data } => create(&name, &region, &data).await,
            Self::List { data } => list(&data).await,
            Self::SetLimit { name, limit, data } => set_limit(&name, limit, &data).await,
        }
    }
}

async fn create(name: &TenantName, region: &Region, data: &DataConfig) -> anyhow::Result<()> {
    let store = app::open_existing_store(data, Clock::system()).await?;
    if store.system().add_tenant(name, region).await?.is_none() {
        bail!("a tenant called {name} exists already");
    }
    store.close().await;
    print(&format!("created the tenant {name}\n"))
}

async fn list(data: &DataConfig) -> anyhow::Result<()> {
    let store = app::open_existing_store(data, Clock::system()).await?;
    for tenant in store.system().tenants().await? {
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

async fn set_limit(name: &TenantName, limit: i32, data: &DataConfig) -> anyhow::Result<()> {
    let store = app::open_existing_store(data, Clock::system()).await?;
    let tenant = app::existing_tenant(&store, name).await?;
    tenant.set_limit(limit).await?;
    store.close().await;
    print(&format!("{name} may have {limit} managed entities\n"))
}
