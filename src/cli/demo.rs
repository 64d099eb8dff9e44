//! The command that fills a tenant with the demo.

use clap::Args;

use super::output::print;
use super::progress::Bar;
use crate::app::{self, DEVELOPMENT_TENANT};
use crate::clock::Clock;
use crate::config::DataConfig;
use crate::demo::{self, FillError};
use crate::model::{Region, TenantName};
use crate::store::{Store, Tenant};

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    #[command(flatten)]
    data: DataConfig,
    /// The tenant to fill; it is created if it does not exist.
    #[arg(long, default_value = DEVELOPMENT_TENANT)]
    tenant: TenantName,
}

impl DemoArgs {
    /// Fills the tenant with the demo.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let store = app::open_store(&self.data, Clock::system()).await?;
        let tenant = tenant(&store, &self.tenant).await?;
        let bar = Bar::of("companies");
        let filled = demo::fill(&tenant, &|done, total| bar.tell(done, total)).await?;
        bar.finish();
        store.close().await;
        print(&format!(
            "the tenant {} has {} managed entities now\n",
            self.tenant, filled.managed_entities
        ))
    }
}

/// Fills the tenant with the demo, unless there is other data in it.
pub(super) async fn fill_if_empty(store: &Store, name: &TenantName) -> anyhow::Result<()> {
    let tenant = tenant(store, name).await?;
    let bar = Bar::of("companies");
    match demo::fill(&tenant, &|done, total| bar.tell(done, total)).await {
        Ok(_) => bar.finish(),
        Err(FillError::NotEmpty(_)) => tracing::info!(tenant = %name, "there is data already: no demo"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Returns a tenant, which is created if it does not exist.
pub(super) async fn tenant(store: &Store, name: &TenantName) -> anyhow::Result<Tenant> {
    if let Some(tenant) = store.system().add_tenant(name, &Region::default()).await? {
        return Ok(tenant);
    }
    let tenant = store.system().tenant(&name.to_string()).await?;
    tenant.ok_or_else(|| anyhow::anyhow!("the tenant {name} was deleted meanwhile"))
}
