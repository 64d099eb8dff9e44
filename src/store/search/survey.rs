//! Surveying: reading by one statement what a search must know of the index before it is planned.

use std::collections::BTreeSet;

use const_format::concatcp;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::Tenant;
use super::super::engine::Engine;
use super::super::statement::Statement;
use super::known::{Count, Known};
use super::reading::{UNDECIDED, push_marks};
use super::source::{Range, Source};
use super::{MOST_ORGANIZATIONS, i64_of};
use crate::error::Result;

/// The maximum number of words of the vocabulary that are compared with the words of a query.
const MOST_COMPARED: i64 = 2_000;

/// Questions about the index, none of which depends on the answer to another.
#[derive(Debug, Default)]
pub struct Survey<'s> {
    /// The ranges of words of which organizations must have one.
    pub organizations: Vec<&'s Range>,
    /// The sources whose candidates are counted.
    pub counts: Vec<&'s Source>,
    /// The maximum number of candidates that are counted, less one.
    pub most: i64,
    /// The variants of which words of the vocabulary must have one.
    pub variants: Vec<String>,
}

/// An answer: the place of its question among those of its kind, and the number, the organization or the word.
type Answer = (i32, Option<i64>, Option<Uuid>, Option<String>);

impl Tenant {
    /// Reads the answers to questions.
    pub(in crate::store) async fn survey(&self, mut survey: Survey<'_>, known: &mut Known) -> Result<()> {
        let common = &self.store.0.common_words;
        let tenant = self.record.id;
        let most = survey.most;
        let is_enough = |count: &Count| count.is_complete || count.counted > most;
        let mut unknown: Vec<&Range> = Vec::new();
        for range in survey.organizations {
            if !known.organizations.contains_key(range) && !unknown.contains(&range) {
                unknown.push(range);
            }
        }
        survey.organizations = unknown;
        let mut uncounted: Vec<&Source> = Vec::new();
        for source in survey.counts {
            if known.counts.get(source).is_some_and(is_enough) || uncounted.contains(&source) {
                continue;
            }
            match common.count_of(tenant, source).filter(is_enough) {
                Some(count) => {
                    // As it would be counted: a plan does not depend on searches before.
                    known.counts.insert(source.clone(), count.up_to(most));
                }
                None => uncounted.push(source),
            }
        }
        survey.counts = uncounted;
        if survey.is_empty() {
            return Ok(());
        }
        let answers: Vec<Answer> = self.fetch_all(survey.statement(self.engine()).sql()).await?;
        let mut vocabulary = BTreeSet::new();
        for range in &survey.organizations {
            known.organizations.insert((*range).clone(), Vec::new());
        }
        for (place, counted, organization, word) in answers {
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            if let (Some(counted), Some(source)) = (counted, survey.counts.get(place)) {
                let count = Count::of(counted, most);
                common.insert(tenant, source, count);
                known.counts.insert((*source).clone(), count);
            } else if let (Some(id), Some(range)) = (organization, survey.organizations.get(place)) {
                known.organizations.entry((*range).clone()).or_default().push(id);
            } else {
                vocabulary.extend(word);
            }
        }
        if !survey.variants.is_empty() {
            known.vocabulary = Some(vocabulary);
        }
        Ok(())
    }

    /// Returns the organizations that have a word in these ranges and whose marks, if they have any, contain all texts of one list.
    pub(super) async fn marked_organizations<'k>(
        &self,
        ranges: Vec<Range>,
        lists: Vec<Vec<String>>,
        known: &'k mut Known,
    ) -> Result<&'k [Uuid]> {
        let key = (ranges, lists);
        if !known.marked.contains_key(&key) {
            let (ranges, lists) = &key;
            let statement = marked_organizations(self.engine(), ranges, lists);
            let rows: Vec<(Uuid,)> = self.fetch_all(statement.sql()).await?;
            let ids = rows.into_iter().map(|(id,)| id).collect();
            known.marked.insert(key.clone(), ids);
        }
        Ok(known.marked.get(&key).map_or(&[], Vec::as_slice))
    }
}

/// The statement that selects the organizations that have a word in these ranges and whose marks, if they have any, contain all texts
/// of one list.
pub fn marked_organizations<'a>(engine: Engine, ranges: &[Range], lists: &[Vec<String>]) -> Statement<'a> {
    let ends = ranges
        .iter()
        .map(|Range { from, before }| [from.clone(), before.clone()]);
    let mut statement = Statement::new(engine, "SELECT c.id FROM ");
    statement.rows_of_ranges(ends.collect(), i64_of(MOST_ORGANIZATIONS));
    statement.push(concatcp!(" AND (", UNDECIDED, " OR "));
    push_marks(&mut statement, lists);
    statement.push(")");
    statement
}

impl Survey<'_> {
    const fn is_empty(&self) -> bool {
        self.organizations.is_empty() && self.counts.is_empty() && self.variants.is_empty()
    }

    /// The statement that answers all questions. All ranges of words that are counted are one list, as are those of
    /// organizations, so that the text and its plan stay the same however many there are.
    pub fn statement<'a>(&self, engine: Engine) -> Statement<'a> {
        let mut statement = Statement::new(engine, "");
        self.push_organizations(&mut statement);
        self.push_counts(&mut statement);
        if !self.variants.is_empty() {
            statement
                .selection()
                .push(
                    "0 AS place, CAST(NULL AS BIGINT) AS hits, CAST(NULL AS UUID) AS id, word FROM \
                     (SELECT word FROM vocabulary WHERE tenant_id = $1 AND variant ",
                )
                .any_texts(self.variants.clone())
                .push(" ORDER BY variant, word")
                .limit(MOST_COMPARED)
                .push(") AS near");
        }
        statement
    }

    fn push_organizations(&self, to: &mut Statement<'_>) {
        let most = i64_of(MOST_ORGANIZATIONS);
        let ranges = || (0_i32..).zip(self.organizations.iter().copied());
        let columns = " AS place, CAST(NULL AS BIGINT) AS hits, c.id, CAST(NULL AS TEXT) AS word FROM ";
        if to.engine().has_lateral() && !self.organizations.is_empty() {
            to.selection()
                .push("CAST(r.value ->> 2 AS INTEGER)")
                .push(columns);
            push_ranges(to, ranges());
            to.push(
                " AS r CROSS JOIN LATERAL (SELECT c.id FROM search_words AS c WHERE c.tenant_id = $1 \
                 AND c.word >= r.value ->> 0 AND c.word < r.value ->> 1 \
                 ORDER BY c.word, c.sort_key, c.id",
            )
            .limit(most)
            .push(") AS c");
            return;
        }
        for (place, range) in ranges() {
            to.selection().push("* FROM (SELECT ").bind(place).push(columns);
            to.push("search_words AS c WHERE ");
            range.push(to, None);
            to.push(" ORDER BY c.word, c.sort_key, c.id")
                .limit(most)
                .push(") AS part");
        }
    }

    fn push_counts(&self, to: &mut Statement<'_>) {
        let sources = || (0_i32..).zip(self.counts.iter().copied());
        let words: Vec<(i32, &Range)> = sources()
            .filter_map(|(place, source)| match source {
                Source::Words(range) => Some((place, range)),
                Source::Ranges(_) | Source::Employees(_) => None,
            })
            .collect();
        let columns = " AS hits, CAST(NULL AS UUID) AS id, CAST(NULL AS TEXT) AS word FROM ";
        if !words.is_empty() {
            to.selection().push(
                "CAST(r.value ->> 2 AS INTEGER) AS place, (SELECT COUNT(*) FROM (SELECT 1 AS one \
                 FROM search_words AS c WHERE c.tenant_id = $1 AND c.word >= r.value ->> 0 AND c.word < r.value ->> 1",
            )
            .limit(self.most + 1)
            .push(") AS counted)")
            .push(columns);
            push_ranges(to, words.into_iter());
            to.push(" AS r");
        }
        for (place, source) in sources().filter(|(_, source)| !matches!(source, Source::Words(_))) {
            to.selection()
                .bind(place)
                .push(" AS place, COUNT(*)")
                .push(columns)
                .push("(SELECT 1 AS one");
            source.push_from(to, None, self.most + 1);
            to.limit(self.most + 1).push(") AS counted");
        }
    }
}

/// Appends a table of ranges with their places: of each row's `value`, the first text is where the range begins, the second
/// where it ends, and the third its place.
fn push_ranges<'r>(to: &mut Statement<'_>, ranges: impl Iterator<Item = (i32, &'r Range)>) {
    let rows: Vec<[String; 3]> = ranges
        .map(|(place, Range { from, before })| [from.clone(), before.clone(), place.to_string()])
        .collect();
    to.json_rows(Json(rows));
}
