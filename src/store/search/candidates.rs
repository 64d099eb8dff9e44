//! Execution: reading the candidates of one source, and those that match.

use std::collections::HashSet;

use uuid::Uuid;

use super::super::Tenant;
use super::known::Count;
use super::plan::{Pass, Plan};
use super::reading::{Reading, matches_of};
use super::source::{IndexRow, Source};
use super::{EXAMINED, KEPT, LOOKED_UP, MOST_ROWS, TopHits};
use crate::error::Result;
use crate::model::{CAP, Hit};

/// The maximum number of statements that read one source.
const MOST_PAGES: usize = 20;

/// The rows of candidates that match: the word, the sort key, the id and the text of each.
type Page = Vec<(String, String, Uuid, String)>;

impl Tenant {
    /// Reads the first candidates that match of every step by one statement, unless words have many candidates. Contacts of
    /// organizations that were not counted are counted; steps that have many have no page.
    pub(super) async fn first_pages(&self, plan: &Plan, passes: &mut [Pass]) -> Result<Vec<Option<Page>>> {
        let is_of_words = |pass: &Pass| !matches!(pass.source, Source::Employees(_));
        let is_uncounted = |pass: &Pass| !pass.count.is_complete;
        let has_many =
            |pass: &Pass| is_uncounted(pass) && (is_of_words(pass) || pass.count.counted > LOOKED_UP);
        if passes.iter().any(has_many) {
            return Ok(Vec::new());
        }
        let readings = passes.iter().map(|pass| plan.reading(pass, is_uncounted(pass)));
        let readings: Vec<Reading<'_>> = readings.collect();
        if readings.is_empty() {
            return Ok(Vec::new());
        }
        let statement = matches_of(self.engine(), &readings);
        let rows: Vec<(i32, String, String, Option<Uuid>, String)> = self.fetch_all(statement.sql()).await?;
        let mut pages = vec![Page::new(); passes.len()];
        for (place, word, sort_key, id, text) in rows {
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            let (Some(page), Some(pass)) = (pages.get_mut(place), passes.get_mut(place)) else {
                continue;
            };
            match id {
                Some(id) => page.push((word, sort_key, id, text)),
                None => pass.count = Count::of(text.parse().unwrap_or(i64::MAX), KEPT),
            }
        }
        let pages = pages.into_iter().zip(passes);
        let is_whole = |page: &Page, pass: &Pass| {
            pass.count.is_complete && (is_of_words(pass) || page.len() < MOST_ROWS)
        };
        Ok(pages
            .map(|(page, pass)| is_whole(&page, pass).then_some(page))
            .collect())
    }

    /// Collects the matching candidates of one step, of which the first may have been read, until there are more than can be
    /// shown. Returns whether it stopped before the end.
    pub(super) async fn candidates(
        &self,
        plan: &Plan,
        pass: &Pass,
        mut first: Option<Page>,
        top: &mut TopHits,
    ) -> Result<bool> {
        let reading = plan.reading(pass, false);
        let is_of_employees = matches!(pass.source, Source::Employees(_));
        let mut seen = HashSet::new();
        let mut after: Option<IndexRow> = None;
        for _ in 0..MOST_PAGES {
            // A first page of contacts of organizations has all that marks leave.
            let mut is_read = pass.count.is_complete
                && (pass.count.counted <= LOOKED_UP || is_of_employees && first.is_some());
            let rows: Page = if let Some(rows) = first.take() {
                rows
            } else {
                let statement = reading.matches(self.engine(), after.as_ref());
                self.fetch_all(statement.sql()).await?
            };
            if rows.len() < MOST_ROWS {
                add(plan, rows, &mut seen, top);
                is_read |= reading.is_decided_by_words();
                return Ok(!is_read && self.is_cut(&reading, after.as_ref()).await?);
            }
            after = add(plan, rows, &mut seen, top);
            // A record with several such words comes several times: then there is room for more.
            if seen.len() > CAP || is_of_employees {
                return Ok(true);
            }
        }
        Ok(true)
    }

    /// Whether a source has candidates beyond those that one statement examines or looks up.
    async fn is_cut(&self, reading: &Reading<'_>, after: Option<&IndexRow>) -> Result<bool> {
        let statement = reading.examined(self.engine(), after);
        let rows: Vec<(i64, i64)> = self.fetch_all(statement.sql()).await?;
        let is_cut = |(examined, looked_up): &(i64, i64)| *examined > EXAMINED || *looked_up > LOOKED_UP;
        Ok(rows.first().is_some_and(is_cut))
    }
}

/// Adds the rows that match to the results, and returns the last row.
fn add(plan: &Plan, rows: Page, seen: &mut HashSet<Uuid>, top: &mut TopHits) -> Option<IndexRow> {
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
