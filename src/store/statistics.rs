//! The statistics that PostgreSQL plans statements by.

use tracing::instrument;

use super::Tenant;
use super::engine::{SystemSql, Text};
use super::table::Table;
use crate::error::Result;

/// The tables that records of several kinds write to.
const SHARED: &str = "external_ids, search_words, vocabulary, changes";

impl Tenant {
    /// Collects statistics of the table of a kind of record, and of those that several kinds write to.
    ///
    /// PostgreSQL does so by itself, a minute or more after a table has changed much. A plan that was made while a table was
    /// empty reads the whole table until then, so that a load which looks up records takes the longer the more it has written.
    /// A user who does not own the tables gets a warning from PostgreSQL, and no error. SQLite plans without statistics.
    #[instrument(level = "debug", skip_all)]
    pub async fn collect_statistics<T: Table>(&self) -> Result<()> {
        if !self.engine().has_many_writers() {
            return Ok(());
        }
        let table = T::TABLE;
        let system = self.store.system();
        let _: Option<(i32,)> = system
            .fetch_optional(SystemSql {
                text: Text::Assembled(format!("ANALYZE {table}, {SHARED}")),
                binds: Vec::new(),
            })
            .await?;
        Ok(())
    }
}
