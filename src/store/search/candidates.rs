//! Execution: reading the candidates of one source, and those that match.

use std::collections::HashSet;

use uuid::Uuid;

use super::super::Tenant;
use super::super::engine::Engine;
use super::super::statement::Statement;
use super::plan::Plan;
use super::source::{IndexRow, Source};
use super::{MOST_ROWS, TopHits, i64_of};
use crate::error::Result;
use crate::model::{CAP, Hit, MatchKind, Search};

impl Tenant {
    /// Collects the matching candidates of one source, until there are more than can be shown. Returns whether it stopped
    /// before the end.
    pub(super) async fn candidates(
        &self,
        plan: &Plan,
        source: &Source,
        exact: bool,
        top: &mut TopHits,
    ) -> Result<bool> {
        let mut seen = HashSet::new();
        let mut after: Option<IndexRow> = None;
        loop {
            let statement = matches_in(self.engine(), &plan.checks, source, exact, after.take());
            let rows: Vec<(String, String, Uuid, String)> = self.fetch_all(statement.sql()).await?;
            let is_last = rows.len() < MOST_ROWS;
            for (word, sort_key, id, text) in rows {
                if let Some(rank) = plan.search.rank(&text) {
                    seen.insert(id);
                    top.add(Hit {
                        rank,
                        sort_key: sort_key.clone(),
                        id,
                    });
                }
                after = Some(IndexRow { word, sort_key, id });
            }
            if is_last {
                return Ok(false);
            }
            // A record with several such words comes several times: then there is room for more.
            if seen.len() > CAP || matches!(source, Source::Employees(_)) {
                return Ok(true);
            }
        }
    }
}

/// The statement that selects the candidates of a source that match, after a row of the index if one is given. With
/// `exact`, longer words do not match.
pub fn matches_in<'a>(
    engine: Engine,
    search: &Search,
    source: &Source,
    exact: bool,
    after: Option<IndexRow>,
) -> Statement<'a> {
    let mut statement = Statement::new(engine, "SELECT word, sort_key, id, text FROM (");
    source.push(&mut statement, search, after);
    statement.push(") AS candidates WHERE text IS NOT NULL");
    push_checks(&mut statement, search, exact);
    statement.push(" LIMIT ").bind(i64_of(MOST_ROWS));
    statement
}

/// Appends the condition that the candidate's text matches every term.
fn push_checks(statement: &mut Statement<'_>, search: &Search, exact: bool) {
    for (position, term) in search.conditions().enumerate() {
        let exact = exact && position < search.terms.len();
        let alternatives = term.alternatives.iter();
        let mut is_first = true;
        for alternative in alternatives.filter(|alternative| !exact || alternative.by == MatchKind::Own) {
            statement.push(if is_first { " AND ((" } else { ") OR (" });
            is_first = false;
            for (position, query) in alternative.words.iter().enumerate() {
                statement
                    .push(if position == 0 { "" } else { " AND " })
                    .contains("text", query.needle(exact));
            }
        }
        statement.push(if is_first { " AND 1 = 0" } else { "))" });
    }
}
