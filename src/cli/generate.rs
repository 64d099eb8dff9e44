//! The command that generates a tenant of any size.

use anyhow::bail;
use clap::Args;

use super::demo::tenant;
use super::output::print;
use super::progress::Bar;
use crate::app::{self, DEVELOPMENT_TENANT};
use crate::clock::Clock;
use crate::config::DataConfig;
use crate::demo;
use crate::model::TenantName;

#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    #[command(flatten)]
    data: DataConfig,
    /// The tenant to fill; it is created if it does not exist.
    #[arg(long, default_value = DEVELOPMENT_TENANT)]
    tenant: TenantName,
    /// The number of managed entities: of 100, 60 are contacts, 6 organizations, 9 relationships and 25 notes. There are half
    /// as many interactions, which are not counted.
    #[arg(long, value_parser = clap::value_parser!(u64).range(demo::FEWEST_ENTITIES..=1_000_000_000))]
    entities: u64,
    /// The number that all data follows from: another seed makes other data.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl GenerateArgs {
    /// Generates the data, or the rest of it.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let store = app::open_store(&self.data, Clock::system()).await?;
        let filled = tenant(&store, &self.tenant).await?;
        let bar = Bar::of("entities");
        let tell = |done, total| bar.tell(done, total);
        tokio::select! {
            done = demo::generate(&filled, self.entities, self.seed, &tell) => done?,
            _ = tokio::signal::ctrl_c() => bail!("interrupted; the same command continues"),
        }
        bar.finish();
        let managed_entities = filled.managed_entities().await?;
        store.close().await;
        print(&format!(
            "the tenant {} has {managed_entities} managed entities now\n",
            self.tenant
        ))
    }
}
