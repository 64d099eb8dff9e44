//! Planning: the sources of each condition's candidates, and the number of candidates in each.

use std::collections::BTreeMap;

use sqlx::types::Json;
use uuid::Uuid;

use super::super::Tenant;
use super::super::engine::Engine;
use super::super::statement::Statement;
use super::known::{Count, Known};
use super::plan::{Group, Plan, WordSource, range_of};
use super::source::{Range, Source};
use super::{COUNTED, COUNTED_FIRST, i64_of};
use crate::error::Result;
use crate::id::TypedId;
use crate::model::{Alternative, Search};

/// The maximum number of organizations by whose name contacts match.
const MOST_ORGANIZATIONS: usize = 5_000;

impl Tenant {
    /// Returns the plan of a search. Candidates are counted to few first, and further only if all conditions have more.
    pub(super) async fn plan(&self, search: &Search, known: &mut Known) -> Result<Plan> {
        let (groups, partial) = self.groups(search, known).await?;
        let mut words: Vec<(usize, &Alternative, Source)> = Vec::new();
        for (condition, term) in search.conditions().enumerate() {
            let own = term.alternatives.iter().filter(|it| !search.is_by_employer(it));
            words.extend(own.map(|own| (condition, own, Source::Words(range_of(own)))));
        }
        let employer = search
            .organization_id
            .map(|id| Source::Employees(vec![id.uuid()]));
        let of_words = words.iter().map(|(_, _, source)| source);
        let of_groups = groups.iter().map(|(_, source)| source);
        let sources: Vec<&Source> = of_words.chain(of_groups).chain(&employer).collect();
        self.count_candidates(&sources, COUNTED_FIRST, known).await?;
        let planned = |known: &Known| {
            let count_of = |source: &Source| known.counts.get(source).copied().unwrap_or(Count::NONE);
            let word = |(condition, alternative, source): &(usize, &Alternative, Source)| WordSource {
                condition: *condition,
                alternative: (*alternative).clone(),
                count: count_of(source),
            };
            let group = |(conditions, source): &(Vec<usize>, Source)| Group {
                conditions: conditions.clone(),
                source: source.clone(),
                count: count_of(source),
            };
            let words: Vec<WordSource> = words.iter().map(word).collect();
            let groups: Vec<Group> = groups.iter().map(group).collect();
            Plan {
                search: search.clone(),
                checks: checks(search, &words, &groups),
                employer: employer.clone().zip(employer.as_ref().map(count_of)),
                words,
                groups,
                partial: partial.clone(),
            }
        };
        let plan = planned(known);
        if plan.is_decided() {
            return Ok(plan);
        }
        self.count_candidates(&sources, COUNTED, known).await?;
        Ok(planned(known))
    }

    /// Returns the contacts of the organizations that meet conditions by their name, by the conditions that these meet, and
    /// the conditions that more organizations meet than are returned.
    async fn groups(
        &self,
        search: &Search,
        known: &mut Known,
    ) -> Result<(Vec<(Vec<usize>, Source)>, Vec<usize>)> {
        let mut ranges: Vec<(usize, Range)> = Vec::new();
        for (condition, term) in search.conditions().enumerate() {
            let by_employer = term.alternatives.iter().filter(|it| search.is_by_employer(it));
            let queries = by_employer.filter_map(Alternative::rarest);
            ranges.extend(queries.map(|query| (condition, Range::of(query))));
        }
        self.find_organizations(ranges.iter().map(|(_, range)| range), known)
            .await?;
        let mut met: BTreeMap<Uuid, Vec<usize>> = BTreeMap::new();
        let mut order = Vec::new();
        let mut partial = Vec::new();
        for (condition, range) in &ranges {
            let organizations = known.organizations.get(range).map_or(&[][..], Vec::as_slice);
            for id in organizations {
                let conditions = met.entry(*id).or_insert_with(|| {
                    order.push(*id);
                    Vec::new()
                });
                if !conditions.contains(condition) {
                    conditions.push(*condition);
                }
            }
            if organizations.len() >= MOST_ORGANIZATIONS {
                partial.push(*condition);
            }
        }
        let only = search.organization_id.map(TypedId::uuid);
        let mut groups: BTreeMap<Vec<usize>, Vec<Uuid>> = BTreeMap::new();
        for id in order.into_iter().filter(|id| only.is_none_or(|only| only == *id)) {
            let conditions = met.remove(&id).unwrap_or_default();
            groups.entry(conditions).or_default().push(id);
        }
        let groups = groups
            .into_iter()
            .map(|(conditions, organizations)| (conditions, Source::Employees(organizations)));
        Ok((groups.collect(), partial))
    }

    /// Finds the organizations with a word in each of the ranges that are not known yet.
    async fn find_organizations<'r>(
        &self,
        ranges: impl Iterator<Item = &'r Range> + Send,
        known: &mut Known,
    ) -> Result<()> {
        let mut unknown: Vec<&Range> = Vec::new();
        for range in ranges {
            if !known.organizations.contains_key(range) && !unknown.contains(&range) {
                unknown.push(range);
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let statement = organizations_by_words(self.engine(), &unknown);
        let rows: Vec<(i32, Uuid)> = self.fetch_all(statement.sql()).await?;
        let mut found = vec![Vec::new(); unknown.len()];
        for (place, id) in rows {
            if let Some(organizations) = usize::try_from(place).ok().and_then(|place| found.get_mut(place)) {
                organizations.push(id);
            }
        }
        known
            .organizations
            .extend(unknown.into_iter().cloned().zip(found));
        Ok(())
    }

    /// Counts the candidates of each source, up to one more than `most`, unless that is known.
    async fn count_candidates(&self, sources: &[&Source], most: i64, known: &mut Known) -> Result<()> {
        let mut unknown: Vec<&Source> = Vec::new();
        for &source in sources {
            let is_known = |count: &Count| count.is_complete || count.counted > most;
            if !known.counts.get(source).is_some_and(is_known) && !unknown.contains(&source) {
                unknown.push(source);
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        let statement = counts_of(self.engine(), &unknown, most);
        let rows: Vec<(i32, i64)> = self.fetch_all(statement.sql()).await?;
        for (place, counted) in rows {
            if let Some(source) = usize::try_from(place).ok().and_then(|place| unknown.get(place)) {
                let count = Count {
                    counted,
                    is_complete: counted <= most,
                };
                known.counts.insert((*source).clone(), count);
            }
        }
        Ok(())
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
                counts.next().is_none_or(Count::is_some)
            }
        });
    }
    checks
}

/// The statement that selects the organizations with a word in each of these ranges.
pub fn organizations_by_words<'a>(engine: Engine, ranges: &[&Range]) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    let most = i64_of(MOST_ORGANIZATIONS);
    if engine.has_lateral() {
        statement.push("SELECT CAST(r.value ->> 2 AS INTEGER) AS place, c.id FROM ");
        push_ranges(&mut statement, (0_i32..).zip(ranges.iter().copied()));
        statement
            .push(
                " AS r CROSS JOIN LATERAL (SELECT c.id FROM search_words AS c WHERE c.tenant_id = $1 \
                 AND c.word >= r.value ->> 0 AND c.word < r.value ->> 1 \
                 ORDER BY c.word, c.sort_key, c.id",
            )
            .limit(most)
            .push(") AS c");
        return statement;
    }
    for (place, range) in (0_i32..).zip(ranges) {
        statement
            .push(if place == 0 { "" } else { " UNION ALL " })
            .push("SELECT * FROM (SELECT ")
            .bind(place)
            .push(" AS place, c.id FROM search_words AS c WHERE ");
        range.push(&mut statement, None);
        statement
            .push(" ORDER BY c.word, c.sort_key, c.id")
            .limit(most)
            .push(") AS part");
    }
    statement
}

/// The statement that counts the candidates of each source, up to one more than `most`. All ranges of words are one list, so
/// that the text and its plan stay the same however many there are.
pub fn counts_of<'a>(engine: Engine, sources: &[&Source], most: i64) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    let sources = || (0_i32..).zip(sources);
    let ranges: Vec<(i32, &Range)> = sources()
        .filter_map(|(place, source)| match source {
            Source::Words(range) => Some((place, range)),
            Source::WholeWords(_) | Source::Employees(_) => None,
        })
        .collect();
    let mut before = "SELECT ";
    if !ranges.is_empty() {
        statement
            .push(
                "SELECT CAST(r.value ->> 2 AS INTEGER) AS place, (SELECT COUNT(*) FROM (SELECT 1 AS one \
                 FROM search_words AS c WHERE c.tenant_id = $1 AND c.word >= r.value ->> 0 AND c.word < r.value ->> 1",
            )
            .limit(most + 1)
            .push(") AS counted) AS hits FROM ");
        push_ranges(&mut statement, ranges.into_iter());
        statement.push(" AS r");
        before = " UNION ALL SELECT ";
    }
    for (place, source) in sources().filter(|(_, source)| !matches!(source, Source::Words(_))) {
        statement
            .push(before)
            .bind(place)
            .push(" AS place, COUNT(*) AS hits FROM (SELECT 1 AS one");
        source.push_from(&mut statement, None);
        statement.limit(most + 1).push(") AS counted");
        before = " UNION ALL SELECT ";
    }
    statement
}

/// Appends a table of ranges with their places: of each row's `value`, the first text is where the range begins, the second
/// where it ends, and the third its place.
fn push_ranges<'r>(to: &mut Statement<'_>, ranges: impl Iterator<Item = (i32, &'r Range)>) {
    let rows: Vec<[String; 3]> = ranges
        .map(|(place, Range { from, before })| [from.clone(), before.clone(), place.to_string()])
        .collect();
    to.json_rows(Json(rows));
}
