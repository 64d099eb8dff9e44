//! The commands for backups.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::HumanBytes;

use super::output::print;
use super::progress::Bar;
use crate::app;
use crate::clock::Clock;
use crate::config::DataConfig;
use crate::store::{DatabaseUrl, back_up, restore};

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The file to write.
    file: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    data: DataConfig,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The backup.
    file: PathBuf,
    /// Keep no copy of the present database.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    data: DataConfig,
}

impl BackupArgs {
    /// Writes the backup.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let database = file_of(&self.data, "pg_dump")?;
        let bar = Bar::of_bytes();
        let tell = |done, total| bar.tell(done, total);
        let written = until_interrupted(back_up(&database, &self.file, self.force, &tell)).await;
        bar.finish();
        print(&format!(
            "wrote {} with {}, and checked it\n",
            self.file.display(),
            HumanBytes(written?)
        ))
    }
}

impl RestoreArgs {
    /// Puts the backup in the place of the database.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let database = file_of(&self.data, "pg_restore")?;
        let kept_at = (!self.force).then(|| Clock::system().now());
        let bar = Bar::of_bytes();
        let tell = |done, total| bar.tell(done, total);
        let kept = until_interrupted(restore(&self.file, &database, kept_at, &tell)).await;
        bar.finish();
        let kept = kept?.map_or_else(String::new, |kept| {
            format!("; the database that was there is {} now", kept.display())
        });
        print(&format!(
            "restored {} from {}{kept}\n",
            database.display(),
            self.file.display()
        ))
    }
}

/// Expires every cursor of changes.
pub(super) async fn expire_cursors(data: &DataConfig) -> anyhow::Result<()> {
    let store = app::open_existing_store(data, Clock::system()).await?;
    store.system().expire_cursors().await?;
    store.close().await;
    print("every cursor of changes has expired; clients read everything again\n")
}

/// Returns the file of the embedded database.
fn file_of(data: &DataConfig, program: &str) -> anyhow::Result<PathBuf> {
    match data.database_url()? {
        DatabaseUrl::Sqlite(path) => Ok(path),
        DatabaseUrl::Postgres(_) | DatabaseUrl::Pooled { .. } => {
            bail!("this command is for SQLite; use `{program}` for a database on PostgreSQL")
        }
    }
}

/// Works until Ctrl+C or SIGTERM, and leaves no half of a file behind then.
async fn until_interrupted<T, E>(work: impl Future<Output = Result<T, E>>) -> anyhow::Result<T>
where
    E: Into<anyhow::Error>,
{
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    tokio::select! {
        done = work => done.map_err(Into::into),
        _ = terminate.recv() => bail!("interrupted; nothing was changed"),
        _ = tokio::signal::ctrl_c() => bail!("interrupted; nothing was changed"),
    }
}
