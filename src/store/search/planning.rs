//! Planning: the sources of each condition's candidates, and the number of candidates in each.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::super::Tenant;
use super::super::engine::Engine;
use super::super::statement::Statement;
use super::plan::{Group, Plan, WordSource, range_of};
use super::source::{Range, Source};
use super::{COUNTED, i64_of};
use crate::error::Result;
use crate::id::TypedId;
use crate::model::{Alternative, Search, WordQuery};

/// The maximum number of organizations by whose name contacts match.
const MOST_ORGANIZATIONS: usize = 5_000;

impl Tenant {
    /// Returns the plan of a search.
    pub(super) async fn plan(&self, search: &Search) -> Result<Plan> {
        let (groups, partial) = self.groups(search).await?;
        let mut sources = Vec::new();
        let mut words = Vec::new();
        for (condition, term) in search.conditions().enumerate() {
            for alternative in &term.alternatives {
                if !search.is_by_employer(alternative) {
                    sources.push(Source::Words(range_of(alternative)));
                    words.push((condition, alternative.clone()));
                }
            }
        }
        let places = words.len();
        sources.extend(
            groups
                .values()
                .map(|organizations| Source::Employees(organizations.clone())),
        );
        let employer = search
            .organization_id
            .map(|id| Source::Employees(vec![id.uuid()]));
        sources.extend(employer.clone());
        let counts = self.counts(&sources).await?;
        let count_at = |place: usize| counts.get(place).copied().unwrap_or_default();
        let words: Vec<WordSource> = words
            .into_iter()
            .enumerate()
            .map(|(place, (condition, alternative))| WordSource {
                condition,
                alternative,
                count: count_at(place),
            })
            .collect();
        let groups: Vec<Group> = groups
            .into_iter()
            .enumerate()
            .map(|(place, (conditions, organizations))| Group {
                conditions,
                source: Source::Employees(organizations),
                count: count_at(places + place),
            })
            .collect();
        let count = counts.last().copied().unwrap_or_default();
        Ok(Plan {
            search: search.clone(),
            checks: checks(search, &words, &groups),
            employer: employer.map(|source| (source, count)),
            words,
            groups,
            partial,
        })
    }

    /// Returns the organizations that meet conditions by their name, by the conditions that they meet, and the conditions
    /// that more of them meet than are returned.
    async fn groups(&self, search: &Search) -> Result<(BTreeMap<Vec<usize>, Vec<Uuid>>, Vec<usize>)> {
        let mut queries: Vec<(usize, &WordQuery)> = Vec::new();
        for (condition, term) in search.conditions().enumerate() {
            let by_employer = term.alternatives.iter().filter(|it| search.is_by_employer(it));
            queries.extend(
                by_employer
                    .filter_map(Alternative::rarest)
                    .map(|query| (condition, query)),
            );
        }
        if queries.is_empty() {
            return Ok((BTreeMap::new(), Vec::new()));
        }
        let statement = organizations_by_words(self.engine(), queries.iter().map(|(_, query)| *query));
        let rows: Vec<(i32, Uuid)> = self.fetch_all(statement.sql()).await?;
        let mut met: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        let mut order = Vec::new();
        let mut partial = Vec::new();
        for (place, (condition, _)) in (0_i32..).zip(&queries) {
            let mut of_query = 0;
            for (_, id) in rows.iter().filter(|(of, _)| *of == place) {
                of_query += 1;
                let conditions = met.entry(*id).or_insert_with(|| {
                    order.push(*id);
                    Vec::new()
                });
                if !conditions.contains(condition) {
                    conditions.push(*condition);
                }
            }
            if of_query >= MOST_ORGANIZATIONS {
                partial.push(*condition);
            }
        }
        let only = search.organization_id.map(TypedId::uuid);
        let mut groups: BTreeMap<Vec<usize>, Vec<Uuid>> = BTreeMap::new();
        for id in order.into_iter().filter(|id| only.is_none_or(|only| only == *id)) {
            let conditions = met.remove(&id).unwrap_or_default();
            groups.entry(conditions).or_default().push(id);
        }
        Ok((groups, partial))
    }

    /// Counts the candidates of each source, up to one more than [`COUNTED`].
    async fn counts(&self, sources: &[Source]) -> Result<Vec<i64>> {
        let mut counts = vec![0; sources.len()];
        if sources.iter().all(Source::is_empty) {
            return Ok(counts);
        }
        let statement = counts_of(self.engine(), sources.iter());
        let rows: Vec<(i32, i64)> = self.fetch_all(statement.sql()).await?;
        for (place, count) in rows {
            let place = usize::try_from(place).ok();
            if let Some(known) = place.and_then(|place| counts.get_mut(place)) {
                *known = count;
            }
        }
        Ok(counts)
    }
}

/// Returns the search without the alternatives that no record matches.
fn checks(search: &Search, words: &[WordSource], groups: &[Group]) -> Search {
    let mut checks = search.clone();
    let mut counts = words.iter().map(|words| words.count);
    for (condition, term) in checks.conditions_mut().enumerate() {
        let has_groups = groups.iter().any(|group| group.conditions.contains(&condition));
        term.alternatives.retain(|alternative| {
            if search.is_by_employer(alternative) {
                has_groups
            } else {
                counts.next().is_none_or(|count| count > 0)
            }
        });
    }
    checks
}

/// The statement that selects the organizations found by each of these words.
pub fn organizations_by_words<'a, 'q>(
    engine: Engine,
    queries: impl Iterator<Item = &'q WordQuery>,
) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    for (place, query) in (0_i32..).zip(queries) {
        statement
            .push(if place == 0 { "" } else { " UNION ALL " })
            .push("SELECT * FROM (SELECT ")
            .bind(place)
            .push(" AS place, c.id FROM search_words AS c WHERE ");
        Range::of(query).push(&mut statement, None);
        statement
            .push(" ORDER BY c.word, c.sort_key, c.id LIMIT ")
            .bind(i64_of(MOST_ORGANIZATIONS))
            .push(") AS part");
    }
    statement
}

/// The statement that counts the candidates of each source that is not empty.
pub fn counts_of<'a, 's>(engine: Engine, sources: impl Iterator<Item = &'s Source>) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    let mut before = "SELECT ";
    for (place, source) in (0_i32..).zip(sources).filter(|(_, source)| !source.is_empty()) {
        statement
            .push(before)
            .bind(place)
            .push(" AS place, COUNT(*) AS hits FROM (SELECT 1 AS one");
        source.push_from(&mut statement, None);
        statement.push(" LIMIT ").bind(COUNTED + 1).push(") AS counted");
        before = " UNION ALL SELECT ";
    }
    statement
}
