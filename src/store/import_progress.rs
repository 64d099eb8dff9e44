//! The progress of imports, each written in the transactions of its rows.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::types::Json;
use tracing::instrument;

use super::engine::sql;
use super::{Tenant, Tx, change};
use crate::error::Result;

/// The time for which the progress of an import that was interrupted is kept.
const KEPT: TimeDelta = TimeDelta::days(30);

/// The progress of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProgress {
    /// The settings that it began with.
    pub settings: String,
    /// The number of rows that were read.
    pub rows: i64,
    /// The numbers of their outcomes.
    pub result: Value,
}

impl Tenant {
    /// Returns the progress of the import of the file with this fingerprint, unless it is finished or did not begin.
    #[instrument(level = "debug", skip_all)]
    pub async fn import_progress(&self, fingerprint: &[u8]) -> Result<Option<ImportProgress>> {
        let progress: Option<(String, i64, Json<Value>)> = self
            .fetch_optional(sql!(
                "SELECT settings, row_count, progress FROM imports WHERE tenant_id = $1 AND fingerprint = $2",
                fingerprint.to_vec(),
            ))
            .await?;
        Ok(progress.map(|(settings, rows, Json(result))| ImportProgress {
            settings,
            rows,
            result,
        }))
    }

    /// Forgets the import of a file, which is finished or is to begin anew.
    #[instrument(level = "debug", skip_all)]
    pub async fn forget_import(&self, fingerprint: &[u8]) -> Result<()> {
        let fingerprint = fingerprint.to_vec();
        change!(self, None, |tx| {
            tx.execute(sql!(
                "DELETE FROM imports WHERE tenant_id = $1 AND fingerprint = $2",
                fingerprint,
            ))
            .await
            .map(drop)
        })
    }
}

impl Tenant {
    /// Forgets the imports that were interrupted so long before an instant that nobody will continue them.
    #[instrument(level = "debug", skip_all)]
    pub async fn sweep_imports(&self, now: DateTime<Utc>) -> Result<()> {
        change!(self, None, |tx| {
            if !tx.may_sweep().await? {
                return Ok(());
            }
            tx.execute(sql!(
                "DELETE FROM imports WHERE tenant_id = $1 AND updated_at < $2",
                now - KEPT,
            ))
            .await
            .map(drop)
        })
    }
}

impl Tx {
    /// Keeps the progress of an import that had read `before` rows. Returns whether it did: not if another process has
    /// imported the same file meanwhile.
    pub async fn keep_import_progress(
        &mut self,
        fingerprint: &[u8],
        before: i64,
        progress: &ImportProgress,
    ) -> Result<bool> {
        let (fingerprint, result, now) = (fingerprint.to_vec(), Json(&progress.result), self.now());
        let kept = if before == 0 {
            self.execute(sql!(
                "
                INSERT INTO imports (tenant_id, fingerprint, settings, row_count, progress, updated_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT DO NOTHING",
                fingerprint,
                progress.settings,
                progress.rows,
                result,
                now,
            ))
            .await?
        } else {
            self.execute(sql!(
                "
                UPDATE imports
                   SET row_count = $4, progress = $5, updated_at = $6
                 WHERE tenant_id = $1
                   AND fingerprint = $2
                   AND row_count = $3",
                fingerprint,
                before,
                progress.rows,
                result,
                now,
            ))
            .await?
        };
        Ok(kept > 0)
    }
}
