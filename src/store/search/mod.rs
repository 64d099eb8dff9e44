//! Searching contacts and organizations in the table of words.
//!
//! A search starts from its rarest condition, found by bounded counts, and checks the others on each record's
//! `search_text`. Every statement reads an index in its order and stops: after [`CAP`] + 1 matches, or after
//! [`EXAMINED`] candidates. So the cost does not grow with the number of matches; what was not examined makes the result
//! *capped*, never silently incomplete.

mod note;
mod source;

use std::collections::{HashMap, HashSet};

use tracing::instrument;
use uuid::Uuid;

use super::bind::{IdList, TextList};
use super::engine::sql;
use super::statement::Statement;
use super::{Filter, Tenant};
use crate::error::Result;
use crate::id::TypedId as _;
use crate::model::{
    By, CAP, Gathered, Hit, Hits, Search, Sought, Subject, Term, Way, deletions, is_near, lettered,
    lettered_whole,
};
use source::{LAST, Place, Range, Source};

/// Most candidates that one statement looks at.
const EXAMINED: i64 = 20_000;
/// Most rows that one statement gives: one more than can be shown.
const MOST_ROWS: usize = CAP + 1;
/// Most organizations by whose name contacts match.
const MOST_ORGANIZATIONS: usize = 1_000;
/// Most words of the vocabulary that a misspelt word is taken for.
const MOST_CORRECTIONS: usize = 20;
/// Most words of the vocabulary that are compared with the words of a query.
const MOST_COMPARED: i64 = 2_000;

impl Tenant {
    /// The contacts or organizations that match, in the order of results.
    #[instrument(skip_all, err)]
    pub async fn search(&self, search: &Search) -> Result<Hits> {
        let mut gathered = Gathered::default();
        self.gather(search, &mut gathered).await?;
        if !gathered.is_full()
            && !gathered.more
            && let Some(wider) = self.with_typos(search).await?
        {
            self.gather(&wider, &mut gathered).await?;
        }
        Ok(gathered.hits())
    }

    /// Gathers what matches, starting from the condition with the fewest candidates.
    async fn gather(&self, search: &Search, to: &mut Gathered) -> Result<()> {
        let (search, drivers) = &self.drivers(search).await?;
        let counts = self.counts(drivers).await?;
        let counted = || drivers.iter().zip(&counts);
        let total = |driver: usize| -> i64 {
            counted()
                .filter(|((of, _), _)| *of == driver)
                .map(|(_, count)| count)
                .sum()
        };
        // A condition without any source cannot be met, so its total of nothing ends the search here.
        let conditions = search.conditions().count() + usize::from(search.organization_id.is_some());
        let Some(rarest) = (0..conditions).min_by_key(|driver| total(*driver)) else {
            return Ok(());
        };
        let (exact, pairs) = (exactly(search, rarest), pairs(search));
        if total(rarest) > i64_of(CAP) {
            for best in if conditions == 1 { &exact } else { &pairs } {
                if !to.is_full() {
                    self.candidates(search, best, true, to).await?;
                }
            }
        }
        for ((_, source), count) in counted().filter(|((of, _), count)| *of == rarest && **count > 0) {
            if to.is_full() {
                to.more = true;
                return Ok(());
            }
            let is_partial = self.candidates(search, source, false, to).await?;
            to.more |= is_partial || source.is_partial() || (*count > EXAMINED && conditions > 1);
        }
        if to.more && conditions > 1 {
            // What matches best may stand anywhere among the candidates.
            for source in &exact {
                self.candidates(search, source, true, to).await?;
            }
            for source in &pairs {
                self.candidates(search, source, false, to).await?;
            }
        }
        Ok(())
    }

    /// Returns the sources of each condition's candidates, with the position of the condition. The organization that
    /// must employ the contacts is the last condition. Alternatives by organizations that do not exist are removed from
    /// the search, so that no statement reads organizations in vain.
    async fn drivers(&self, search: &Search) -> Result<(Search, Vec<(usize, Source)>)> {
        let mut organizations = self.organizations_of(search).await?.into_iter();
        let mut sources = Vec::new();
        let mut search = search.clone();
        let subject = search.subject;
        for (place, term) in search.conditions_mut().enumerate() {
            term.ways.retain(|way| {
                let source = if way.is_by_organization(subject) {
                    Source::People(organizations.next().unwrap_or_default())
                } else {
                    Source::Words(way.rarest().map_or_else(Range::empty, Range::of))
                };
                let is_there = !source.is_empty();
                sources.extend(is_there.then_some((place, source)));
                is_there
            });
        }
        if let Some(organization) = search.organization_id {
            let place = search.conditions().count();
            sources.push((place, Source::People(vec![organization.uuid()])));
        }
        Ok((search, sources))
    }

    /// The organizations that each way by organization stands for, in the order of the ways.
    async fn organizations_of(&self, search: &Search) -> Result<Vec<Vec<Uuid>>> {
        let soughts: Vec<Option<&Sought>> = search
            .conditions()
            .flat_map(|term| &term.ways)
            .filter(|way| way.is_by_organization(search.subject))
            .map(Way::rarest)
            .collect();
        if soughts.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::new(self.engine(), "");
        for (place, sought) in (0_i32..).zip(&soughts) {
            let range = sought.map_or_else(Range::empty, Range::of);
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
        let rows: Vec<(i32, Uuid)> = self.fetch_all(statement.sql()).await?;
        Ok((0_i32..)
            .zip(&soughts)
            .map(|(place, _)| {
                rows.iter()
                    .filter(|(of, _)| *of == place)
                    .map(|(_, id)| *id)
                    .collect()
            })
            .collect())
    }

    /// Counts the candidates of each source, up to one more than [`EXAMINED`].
    async fn counts(&self, sources: &[(usize, Source)]) -> Result<Vec<i64>> {
        let mut counts = vec![0; sources.len()];
        if sources.is_empty() {
            return Ok(counts);
        }
        let mut statement = Statement::new(self.engine(), "");
        for (place, (_, source)) in (0_i32..).zip(sources) {
            statement
                .push(if place == 0 {
                    "SELECT "
                } else {
                    " UNION ALL SELECT "
                })
                .bind(place)
                .push(" AS place, COUNT(*) AS hits FROM (");
            source.push_count(&mut statement, EXAMINED + 1);
            statement.push(") AS counted");
        }
        let rows: Vec<(i32, i64)> = self.fetch_all(statement.sql()).await?;
        for (place, hits) in rows {
            if let Some(count) = usize::try_from(place)
                .ok()
                .and_then(|place| counts.get_mut(place))
            {
                *count = hits;
            }
        }
        Ok(counts)
    }

    /// Reads matching candidates from one source, until there are more than can be shown. Gives whether it stopped
    /// before the end.
    async fn candidates(
        &self,
        search: &Search,
        source: &Source,
        exact: bool,
        to: &mut Gathered,
    ) -> Result<bool> {
        let mut seen = HashSet::new();
        let mut after: Option<Place> = None;
        loop {
            let mut statement = Statement::new(self.engine(), "SELECT word, sort_key, id, text FROM (");
            source.push(&mut statement, search, after.take());
            statement.push(") AS candidates WHERE text IS NOT NULL");
            push_checks(&mut statement, search, exact);
            statement.push(" LIMIT ").bind(i64_of(MOST_ROWS));
            let rows: Vec<(String, String, Uuid, String)> = self.fetch_all(statement.sql()).await?;
            let is_last = rows.len() < MOST_ROWS;
            for (word, sort_key, id, text) in rows {
                if let Some(rank) = search.rank(&text) {
                    seen.insert(id);
                    to.add(Hit {
                        rank,
                        sort_key: sort_key.clone(),
                        id,
                    });
                }
                after = Some(Place { word, sort_key, id });
            }
            if is_last {
                return Ok(false);
            }
            // A record with several such words comes several times: then there is room for more.
            if seen.len() > CAP || matches!(source, Source::People(_)) {
                return Ok(true);
            }
        }
    }

    /// The names of organizations.
    #[instrument(skip_all, err)]
    pub async fn organization_names(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>> {
        let rows: Vec<(Uuid, String)> = self
            .fetch_all(sql!(
                "SELECT id, name FROM organizations WHERE tenant_id = $1 AND id ".any_ids(2),
                IdList(ids)
            ))
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// The search with the words of the vocabulary that a misspelt word may stand for; `None` when there are none.
    async fn with_typos(&self, search: &Search) -> Result<Option<Search>> {
        let variants: Vec<String> = search
            .terms
            .iter()
            .filter_map(|term| term.name.as_deref())
            .flat_map(deletions)
            .collect();
        if variants.is_empty() {
            return Ok(None);
        }
        let words: Vec<(String,)> = self
            .fetch_all(sql!(
                "
                SELECT word
                  FROM vocabulary
                 WHERE tenant_id = $1
                   AND variant " .any_texts(2) "
                 ORDER BY variant, word
                 LIMIT $3",
                TextList(variants),
                MOST_COMPARED,
            ))
            .await?;
        let mut words: Vec<String> = words.into_iter().map(|(word,)| word).collect();
        words.sort_unstable();
        words.dedup();
        let mut wider = search.clone();
        let mut found = false;
        for term in &mut wider.terms {
            found |= correct(term, &words, search);
        }
        Ok(found.then_some(wider))
    }
}

/// Narrows a list to the records that are found by one word and no longer one.
pub struct WordFilter(String);

impl WordFilter {
    /// This word, its letter in front.
    pub fn new(letter: char, word: String) -> Self {
        Self(lettered_whole(letter, word))
    }
}

impl Filter for WordFilter {
    fn conditions<'a>(&'a self, to: &mut Statement<'a>) {
        to.push(" AND id IN (SELECT id FROM search_words WHERE tenant_id = $1 AND word = ")
            .bind(self.0.clone())
            .push(")");
    }
}

/// Adds the words a term may have been meant as.
fn correct(term: &mut Term, vocabulary: &[String], search: &Search) -> bool {
    let Some(name) = term.name.clone() else {
        return false;
    };
    let sees_organizations = term.ways.iter().any(|way| way.by == By::Organization);
    let letters: &[char] = match search.subject {
        Subject::Organizations => &['N'],
        Subject::Contacts if sees_organizations => &['n', 'N'],
        Subject::Contacts => &['n'],
    };
    let meant: Vec<&String> = vocabulary
        .iter()
        .filter(|word| !word.starts_with(&name) && is_near(word, &name))
        .take(MOST_CORRECTIONS)
        .collect();
    for letter in letters {
        term.ways.extend(meant.iter().map(|word| Way {
            words: vec![Sought::whole(*letter, word)],
            by: By::Typo,
        }));
    }
    !meant.is_empty()
}

/// The words of a condition and no longer ones.
fn exactly(search: &Search, condition: usize) -> Vec<Source> {
    let ways = search
        .conditions()
        .nth(condition)
        .into_iter()
        .flat_map(|term| &term.ways);
    ways.filter(|way| way.by == By::Itself)
        .filter_map(Way::rarest)
        .map(|sought| Source::Words(Range::exactly(&sought.word)))
        .collect()
}

/// `john smith`, where both are common: the sort key begins with the last name, so that the two together are one range.
fn pairs(search: &Search) -> Vec<Source> {
    let letter = match search.subject {
        Subject::Contacts => 'n',
        Subject::Organizations => 'N',
    };
    let names: Vec<&String> = search
        .terms
        .iter()
        .filter_map(|term| term.name.as_ref())
        .collect();
    let mut sources = Vec::new();
    for first in &names {
        for last in names.iter().filter(|last| *last != first) {
            sources.push(Source::Words(Range {
                sort_key: Some((*last).clone()),
                ..Range::exactly(&lettered(letter, first))
            }));
        }
    }
    sources
}

fn push_checks(statement: &mut Statement<'_>, search: &Search, exact: bool) {
    for (place, term) in search.conditions().enumerate() {
        let exact = exact && place < search.terms.len();
        let ways = term.ways.iter().filter(|way| !exact || way.by == By::Itself);
        let mut alternatives = 0;
        for way in ways {
            statement.push(if alternatives == 0 { " AND ((" } else { ") OR (" });
            alternatives += 1;
            for (position, sought) in way.words.iter().enumerate() {
                statement
                    .push(if position == 0 { "" } else { " AND " })
                    .contains("text", sought.needle(exact));
            }
        }
        statement.push(if alternatives == 0 { " AND 1 = 0" } else { "))" });
    }
}

impl Way {
    /// Whether it is the words of the contacts' organizations that match.
    fn is_by_organization(&self, subject: Subject) -> bool {
        subject == Subject::Contacts && self.rarest().is_some_and(|sought| sought.word.starts_with('N'))
    }
}

impl Search {
    /// Whether the words of the contacts' organizations are needed.
    fn reads_organizations(&self) -> bool {
        self.conditions()
            .flat_map(|term| &term.ways)
            .any(|way| way.is_by_organization(self.subject))
    }
}

fn i64_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
