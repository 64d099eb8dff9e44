//! Planning: the sources of each condition's candidates, and the number of candidates in each.

use std::collections::BTreeMap;

use sqlx::types::Json;
use uuid::Uuid;

use super::super::Tenant;
use super::super::engine::Engine;
use super::super::statement::Statement;
use super::cost::is_cheap_to_look_up;
use super::known::{Count, Known};
use super::plan::{Driver, Group, Plan, WordSource, range_of};
use super::source::{Range, Source};
use super::{COUNTED, COUNTED_FIRST, i64_of};
use crate::error::Result;
use crate::id::TypedId;
use crate::model::{Alternative, CAP, MatchKind, Search};

/// The maximum number of organizations by whose name contacts match.
const MOST_ORGANIZATIONS: usize = 5_000;

impl Tenant {
    /// Returns the plan of a search. Only as much is counted as it takes to find where to start: the words themselves first,
    /// then all that meets the rarest of the conditions, which is enough if that is little, then everything else. Candidates
    /// are counted to few first, and further only if all conditions have more.
    pub(super) async fn plan(&self, search: &Search, known: &mut Known) -> Result<Plan> {
        let sources = self.sources(search, known).await?;
        if search.conditions().nth(1).is_some() {
            self.count_candidates(&sources.own(), COUNTED_FIRST, known)
                .await?;
            if let Some(condition) = sources.rarest(known) {
                self.count_candidates(&sources.of(condition), COUNTED_FIRST, known)
                    .await?;
                let plan = sources.plan(search, known);
                if plan.is_cheap() {
                    return Ok(plan);
                }
            }
        }
        self.count_candidates(&sources.all(), COUNTED_FIRST, known)
            .await?;
        let plan = sources.plan(search, known);
        if plan.is_decided() {
            return Ok(plan);
        }
        self.count_candidates(&sources.all(), COUNTED, known).await?;
        Ok(sources.plan(search, known))
    }

    /// Returns the plan of a search for one word that is known to have more matches than can be shown. These come first, so that
    /// nothing else needs to be counted or found.
    pub(super) async fn plan_of_common_word(
        &self,
        search: &Search,
        known: &mut Known,
    ) -> Result<Option<Plan>> {
        let ([term], [], None) = (&*search.terms, &*search.filters, search.organization_id) else {
            return Ok(None);
        };
        let own = |alternative: &&Alternative| alternative.by == MatchKind::Own;
        let words = term.alternatives.iter().filter(own).map(|alternative| {
            let source = Source::Words(range_of(alternative));
            (0, alternative.clone(), source)
        });
        let sources = Sources {
            words: words.collect(),
            groups: Vec::new(),
            employer: None,
            partial: Vec::new(),
        };
        let common = &self.store.0.common_words;
        let is_common = |source: &&Source| {
            let count = common.count_of(self.record.id, source);
            count.is_some_and(|count| count.counted > i64_of(CAP))
        };
        if !sources.all().iter().any(is_common) {
            return Ok(None);
        }
        self.count_candidates(&sources.all(), COUNTED_FIRST, known)
            .await?;
        let plan = sources.plan(search, known);
        Ok(Some(plan).filter(|plan| plan.is_ordered(Driver::Condition(0))))
    }

    /// Returns the sources of the candidates of every condition.
    async fn sources(&self, search: &Search, known: &mut Known) -> Result<Sources> {
        let (groups, partial) = self.groups(search, known).await?;
        let mut words = Vec::new();
        for (condition, term) in search.conditions().enumerate() {
            let own = term.alternatives.iter().filter(|it| !search.is_by_employer(it));
            words.extend(own.map(|own| (condition, own.clone(), Source::Words(range_of(own)))));
        }
        let employer = search.organization_id;
        Ok(Sources {
            words,
            groups,
            employer: employer.map(|id| Source::Employees(vec![id.uuid()])),
            partial,
        })
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
        let common = &self.store.0.common_words;
        let tenant = self.record.id;
        let mut unknown: Vec<&Source> = Vec::new();
        for &source in sources {
            let is_known = |count: &Count| count.is_complete || count.counted > most;
            if known.counts.get(source).is_some_and(is_known) || unknown.contains(&source) {
                continue;
            }
            match common.count_of(tenant, source).filter(is_known) {
                Some(count) => {
                    known.counts.insert(source.clone(), count);
                }
                None => unknown.push(source),
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
                common.insert(tenant, source, count);
                known.counts.insert((*source).clone(), count);
            }
        }
        Ok(())
    }
}

/// The sources of the candidates of a search.
struct Sources {
    /// Those of the words of conditions, with the position of the condition and the alternative.
    words: Vec<(usize, Alternative, Source)>,
    /// The contacts of organizations that meet conditions by their name, with the positions of the conditions.
    groups: Vec<(Vec<usize>, Source)>,
    /// The contacts of the organization that must employ them.
    employer: Option<Source>,
    /// The conditions that more organizations meet than are examined.
    partial: Vec<usize>,
}

impl Sources {
    /// Those of the words of the query themselves, and of values of the filter.
    fn own(&self) -> Vec<&Source> {
        let own = self
            .words
            .iter()
            .filter(|(_, alternative, _)| alternative.by == MatchKind::Own);
        own.map(|(.., source)| source).collect()
    }

    /// Those of one condition.
    fn of(&self, condition: usize) -> Vec<&Source> {
        let words = self.words.iter().filter(|(of, ..)| *of == condition);
        let groups = self.groups.iter().filter(|(of, _)| of.contains(&condition));
        let words = words.map(|(.., source)| source);
        words.chain(groups.map(|(_, source)| source)).collect()
    }

    fn all(&self) -> Vec<&Source> {
        let words = self.words.iter().map(|(.., source)| source);
        let groups = self.groups.iter().map(|(_, source)| source);
        words.chain(groups).chain(&self.employer).collect()
    }

    /// Returns the condition whose words themselves have the fewest candidates, if these are few enough to look them all up.
    fn rarest(&self, known: &Known) -> Option<usize> {
        let mut counts: BTreeMap<usize, Count> = BTreeMap::new();
        for (condition, alternative, source) in &self.words {
            if alternative.by == MatchKind::Own {
                let count = counts.entry(*condition).or_insert(Count::NONE);
                *count = [*count, known.count_of(source)].into_iter().sum();
            }
        }
        let few = counts
            .into_iter()
            .filter(|(_, count)| count.is_complete && is_cheap_to_look_up(*count));
        few.min_by_key(|(_, count)| count.counted)
            .map(|(condition, _)| condition)
    }

    /// Returns the plan by what is known.
    fn plan(&self, search: &Search, known: &Known) -> Plan {
        let word = |(condition, alternative, source): &(usize, Alternative, Source)| WordSource {
            condition: *condition,
            alternative: alternative.clone(),
            count: known.count_of(source),
        };
        let group = |(conditions, source): &(Vec<usize>, Source)| Group {
            conditions: conditions.clone(),
            source: source.clone(),
            count: known.count_of(source),
        };
        let words: Vec<WordSource> = self.words.iter().map(word).collect();
        let groups: Vec<Group> = self.groups.iter().map(group).collect();
        let employer = self.employer.clone();
        Plan {
            search: search.clone(),
            checks: checks(search, &words, &groups),
            employer: employer.map(|source| {
                let count = known.count_of(&source);
                (source, count)
            }),
            words,
            groups,
            partial: self.partial.clone(),
            has_matches: known.has_matches,
        }
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
