//! Execution: reading the candidates of one source, and those that match.

use std::collections::HashSet;

use uuid::Uuid;

use super::super::Tenant;
use super::super::statement::Statement;
use super::plan::{Pass, Plan};
use super::reading::Reading;
use super::source::{IndexRow, Source};
use super::{EXAMINED, LOOKED_UP, MOST_ROWS, TopHits};
use crate::error::Result;
use crate::model::{CAP, Hit};

/// The maximum number of statements that read one source.
const MOST_PAGES: usize = 20;

impl Tenant {
    /// Collects the matching candidates of one step, until there are more than can be shown. Returns whether it stopped
    /// before the end.
    pub(super) async fn candidates(&self, plan: &Plan, pass: &Pass, top: &mut TopHits) -> Result<bool> {
        let reading = plan.reading(pass);
        let mut seen = HashSet::new();
        let mut after: Option<IndexRow> = None;
        for _ in 0..MOST_PAGES {
            let statement = reading.matches(self.engine(), after.as_ref());
            let rows: Vec<(String, String, Uuid, String)> = self.fetch_all(statement.sql()).await?;
            if rows.len() < MOST_ROWS {
                add(plan, rows, &mut seen, top);
                let is_read = pass.is_small || reading.is_decided_by_words();
                return Ok(!is_read && self.is_cut(&reading, after.as_ref()).await?);
            }
            after = add(plan, rows, &mut seen, top);
            // A record with several such words comes several times: then there is room for more.
            if seen.len() > CAP || matches!(reading.source, Source::Employees(_)) {
                return Ok(true);
            }
        }
        Ok(true)
    }

    /// Whether a source has candidates beyond those that one statement examines or looks up.
    async fn is_cut(&self, reading: &Reading<'_>, after: Option<&IndexRow>) -> Result<bool> {
        let examined = self.counted(&reading.examined(self.engine(), after)).await?;
        if examined > EXAMINED || examined <= LOOKED_UP {
            return Ok(examined > EXAMINED);
        }
        Ok(self.counted(&reading.looked_up(self.engine(), after)).await? > LOOKED_UP)
    }

    async fn counted(&self, statement: &Statement<'_>) -> Result<i64> {
        let rows: Vec<(i64,)> = self.fetch_all(statement.sql()).await?;
        Ok(rows.first().map_or(0, |(count,)| *count))
    }
}

/// Adds the rows that match to the results, and returns the last row.
fn add(
    plan: &Plan,
    rows: Vec<(String, String, Uuid, String)>,
    seen: &mut HashSet<Uuid>,
    top: &mut TopHits,
) -> Option<IndexRow> {
    let mut last = None;
    for (word, sort_key, id, text) in rows {
        if let Some(rank) = plan.search.rank(&text) {
            seen.insert(id);
            top.add(Hit {
                rank,
                sort_key: sort_key.clone(),
                id,
            });
        }
        last = Some(IndexRow { word, sort_key, id });
    }
    last
}
