//! Planning: the sources of each condition's candidates, and the number of candidates in each.

use uuid::Uuid;

use super::super::Tenant;
use super::super::engine::Engine;
use super::super::statement::Statement;
use super::source::{MOST_ORGANIZATIONS, Range, Source};
use super::{EXAMINED, i64_of};
use crate::error::Result;
use crate::id::TypedId as _;
use crate::model::{Alternative, MatchKind, Search, WordKind, WordQuery, index_word};

/// A search with the sources of its candidates.
pub struct Plan {
    /// The search as it ranks matches.
    pub search: Search,
    /// The search as it checks candidates: without the alternatives that no record matches.
    pub checks: Search,
    /// The sources.
    sources: Vec<CountedSource>,
}

/// A source of the candidates of a condition.
struct CountedSource {
    /// The position of the condition. The organization that must employ the contacts is the last condition.
    condition: usize,
    source: Source,
    /// The number of candidates, up to one more than [`EXAMINED`].
    count: i64,
}

impl Plan {
    /// Returns the number of conditions.
    pub fn conditions(&self) -> usize {
        self.search.conditions().count() + usize::from(self.search.organization_id.is_some())
    }

    /// Iterates over the sources of a condition, with the number of candidates in each.
    pub fn sources_of(&self, condition: usize) -> impl Iterator<Item = (&Source, i64)> {
        self.sources
            .iter()
            .filter(move |source| source.condition == condition)
            .map(|source| (&source.source, source.count))
    }

    /// Returns the number of candidates of a condition.
    pub fn total(&self, condition: usize) -> i64 {
        self.sources_of(condition).map(|(_, count)| count).sum()
    }

    /// Returns the condition with the fewest candidates. A condition without any source cannot be met: it has none.
    pub fn rarest(&self) -> Option<usize> {
        (0..self.conditions()).min_by_key(|condition| self.total(*condition))
    }

    /// Returns the words of a condition without longer ones.
    pub fn exact_sources(&self, condition: usize) -> Vec<Source> {
        let condition = self.checks.conditions().nth(condition);
        condition
            .into_iter()
            .flat_map(|term| &term.alternatives)
            .filter(|alternative| alternative.by == MatchKind::Own)
            .filter_map(Alternative::rarest)
            .map(|query| Source::Words(Range::exactly(&query.word)))
            .collect()
    }

    /// Returns the sources of pairs of names such as `john smith`, where both are common: the sort key begins with the
    /// last name, so that the two together are one range.
    pub fn name_pairs(&self) -> Vec<Source> {
        let kind = WordKind::name_of(self.search.subject);
        let terms = self.search.terms.iter();
        let names: Vec<&String> = terms
            .filter_map(|term| term.spelling_candidate.as_ref())
            .collect();
        let mut sources = Vec::new();
        for first in &names {
            for last in names.iter().filter(|last| *last != first) {
                sources.push(Source::Words(Range {
                    sort_key: Some((*last).clone()),
                    ..Range::exactly(&index_word(kind, first))
                }));
            }
        }
        sources
    }
}

impl Tenant {
    /// Returns the plan of a search.
    pub(super) async fn plan(&self, search: &Search) -> Result<Plan> {
        let sources = self.candidate_sources(search).await?;
        let counts = self.counts(&sources).await?;
        let mut checks = search.clone();
        let mut are_matched = counts.iter().map(|count| *count > 0);
        for term in checks.conditions_mut() {
            term.alternatives.retain(|_| are_matched.next().unwrap_or(true));
        }
        let sources = sources
            .into_iter()
            .zip(counts)
            .map(|((condition, source), count)| CountedSource {
                condition,
                source,
                count,
            })
            .collect();
        Ok(Plan {
            search: search.clone(),
            checks,
            sources,
        })
    }

    /// Returns a source for each alternative of each condition, with the position of the condition, and the source of the
    /// organization that must employ the contacts.
    async fn candidate_sources(&self, search: &Search) -> Result<Vec<(usize, Source)>> {
        let mut organizations = self.organizations_of(search).await?.into_iter();
        let mut sources = Vec::new();
        for (condition, term) in search.conditions().enumerate() {
            for alternative in &term.alternatives {
                let source = if search.is_by_employer(alternative) {
                    Source::Employees(organizations.next().unwrap_or_default())
                } else {
                    Source::Words(alternative.rarest().map_or_else(Range::empty, Range::of))
                };
                sources.push((condition, source));
            }
        }
        if let Some(organization) = search.organization_id {
            let condition = search.conditions().count();
            sources.push((condition, Source::Employees(vec![organization.uuid()])));
        }
        Ok(sources)
    }

    /// Returns the organizations that each alternative by employer stands for, in the order of the alternatives.
    async fn organizations_of(&self, search: &Search) -> Result<Vec<Vec<Uuid>>> {
        let queries: Vec<Option<&WordQuery>> = search
            .conditions()
            .flat_map(|term| &term.alternatives)
            .filter(|alternative| search.is_by_employer(alternative))
            .map(Alternative::rarest)
            .collect();
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let statement = organizations_by_words(self.engine(), &queries);
        let rows: Vec<(i32, Uuid)> = self.fetch_all(statement.sql()).await?;
        Ok((0_i32..)
            .zip(&queries)
            .map(|(place, _)| {
                let of_query = rows.iter().filter(|(of, _)| *of == place);
                of_query.map(|(_, id)| *id).collect()
            })
            .collect())
    }

    /// Counts the candidates of each source, up to one more than [`EXAMINED`].
    async fn counts(&self, sources: &[(usize, Source)]) -> Result<Vec<i64>> {
        let mut counts = vec![0; sources.len()];
        if sources.iter().all(|(_, source)| source.is_empty()) {
            return Ok(counts);
        }
        let statement = counts_of(self.engine(), sources.iter().map(|(_, source)| source));
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

/// The statement that selects the organizations found by each of these words.
pub fn organizations_by_words<'a>(engine: Engine, queries: &[Option<&WordQuery>]) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    for (place, query) in (0_i32..).zip(queries) {
        let range = query.map_or_else(Range::empty, Range::of);
        statement
            .push(if place == 0 { "" } else { " UNION ALL " })
            .push("SELECT * FROM (SELECT ")
            .bind(place)
            .push(" AS place, c.id FROM search_words AS c WHERE ");
        range.push(&mut statement);
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
            .push(" AS place, COUNT(*) AS hits FROM (");
        source.push_count(&mut statement, EXAMINED + 1);
        statement.push(") AS counted");
        before = " UNION ALL SELECT ";
    }
    statement
}
