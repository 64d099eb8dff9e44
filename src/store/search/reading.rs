//! Statements that read the candidates of one source.

use std::collections::BTreeSet;

use const_format::concatcp;

use super::super::engine::Engine;
use super::super::statement::Statement;
use super::source::{IndexRow, Source};
use super::{EXAMINED, KEPT, LOOKED_UP, MOST_ROWS, i64_of};
use crate::id::TypedId as _;
use crate::model::{Alternative, MARKS, MatchKind, Search, Subject};

/// The length of the beginnings of marks that are looked for first: the space before a mark, and two characters.
const START: usize = 3;

/// The condition that marks do not decide: those of earlier versions, and empty ones, sort before the beginning of all others.
pub(super) const UNDECIDED: &str = concatcp!("c.marks < '", MARKS, "'");

/// A check of a condition where a row of an index is read, before the text of the candidate is looked up.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// Texts of which the candidate's marks contain all of one list if it meets the condition by its own words.
    pub marks: Vec<Vec<String>>,
    /// The marks of the organizations whose contacts meet the condition.
    pub employers: Vec<String>,
}

/// A reading of one source.
#[derive(Clone, Debug)]
pub struct Reading<'p> {
    /// The search, as it checks the texts of candidates.
    pub search: &'p Search,
    /// The source.
    pub source: &'p Source,
    /// The checks of candidates before their texts are looked up.
    pub checks: &'p [Check],
    /// Whether longer words do not match.
    pub exact: bool,
    /// Whether the candidates are counted while they are read, up to one more than [`KEPT`].
    pub counts: bool,
    /// Whether the statement checks the texts of candidates. Otherwise it returns all that are left, of which there are few.
    pub checks_text: bool,
}

/// The statement that selects the first candidates that match from each of several sources, with the place of the source. If
/// candidates are counted, their number comes in the text of a row without an id.
pub fn matches_of<'a>(engine: Engine, readings: &[Reading<'_>]) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    for (place, reading) in (0_i32..).zip(readings) {
        statement
            .selection()
            .bind(place)
            .push(" AS place, word, sort_key, id, text FROM (");
        if reading.counts {
            statement.push("WITH examined AS MATERIALIZED (");
            reading.source.push(&mut statement, None, KEPT + 1);
            statement.push(
                ") SELECT '' AS word, '' AS sort_key, CAST(NULL AS UUID) AS id, CAST(COUNT(*) AS TEXT) AS text \
                 FROM examined UNION ALL SELECT word, sort_key, id, text FROM (",
            );
        }
        reading.push_matches(&mut statement, None);
        statement.push(if reading.counts {
            ") AS found) AS matches"
        } else {
            ") AS matches"
        });
    }
    statement
}

impl Reading<'_> {
    /// The statement that selects the candidates that match, after a row if one is given.
    pub fn matches<'a>(&self, engine: Engine, after: Option<&IndexRow>) -> Statement<'a> {
        let mut statement = Statement::new(engine, "");
        self.push_matches(&mut statement, after);
        statement
    }

    fn push_matches(&self, to: &mut Statement<'_>, after: Option<&IndexRow>) {
        if self.is_decided_by_words() {
            to.push("SELECT c.word, c.sort_key, c.id, c.word AS text FROM (");
            self.source.push(to, after, EXAMINED);
            to.push(") AS c").limit(i64_of(MOST_ROWS));
            return;
        }
        to.push("SELECT word, sort_key, id, text FROM (SELECT c.word, c.sort_key, c.id, (");
        self.push_text(to);
        to.push(") AS text FROM ");
        if self.counts {
            to.push("examined AS c");
        } else {
            to.push("(");
            self.source.push(to, after, EXAMINED);
            to.push(") AS c");
        }
        if self.has_checks() {
            to.push(" WHERE ");
            self.push_checks(to);
        }
        to.limit(LOOKED_UP);
        to.push(") AS candidates WHERE text IS NOT NULL");
        if self.checks_text {
            self.push_text_checks(to);
        }
        to.limit(i64_of(MOST_ROWS));
    }

    /// Whether a row of the index is a match by itself, and its word tells the rank: nothing else is searched for.
    pub fn is_decided_by_words(&self) -> bool {
        let mut alternatives = self.search.terms.iter().flat_map(|term| &term.alternatives);
        !matches!(self.source, Source::Employees(_))
            && self.search.terms.len() == 1
            && self.search.filters.is_empty()
            && self.search.organization_id.is_none()
            && alternatives.all(|alternative| alternative.words.len() == 1)
    }

    /// The statement that counts the rows of the source, up to one more than [`matches`](Self::matches) examines, and those of them
    /// that marks leave.
    pub fn examined<'a>(&self, engine: Engine, after: Option<&IndexRow>) -> Statement<'a> {
        let mut statement = Statement::new(engine, "SELECT COUNT(*), ");
        if self.has_checks() {
            statement.push("COUNT(CASE WHEN ");
            self.push_checks(&mut statement);
            statement.push(" THEN 1 END)");
        } else {
            statement.push("COUNT(*)");
        }
        statement.push(" FROM (");
        self.source.push(&mut statement, after, EXAMINED + 1);
        statement.push(") AS c");
        statement
    }

    /// Whether the candidates can be checked on their marks.
    fn has_checks(&self) -> bool {
        !self.checks.is_empty() && self.source.is_marked()
    }

    /// Appends the condition that the candidate's marks, if it has any, meet every check.
    fn push_checks(&self, to: &mut Statement<'_>) {
        to.push(concatcp!("(", UNDECIDED));
        for (position, check) in self.checks.iter().enumerate() {
            to.push(if position == 0 { " OR (" } else { " AND (" });
            push_marks(to, &check.marks);
            if !check.employers.is_empty() {
                // A table, of which PostgreSQL makes a hash table, as it does not of a list.
                to.push(" OR substr(c.marks, 2, 4) IN (SELECT listed_text FROM ");
                to.texts(check.employers.clone()).push(" AS l)");
            }
            to.push(")");
        }
        to.push(")");
    }

    /// Appends the condition that the candidate's text matches every term.
    fn push_text_checks(&self, statement: &mut Statement<'_>) {
        for (position, term) in self.search.conditions().enumerate() {
            let exact = self.exact && position < self.search.terms.len();
            let is_checked = |it: &&Alternative| !exact || it.by == MatchKind::Own;
            let alternatives: Vec<&Alternative> = term.alternatives.iter().filter(is_checked).collect();
            statement.push(if alternatives.is_empty() {
                " AND (1 = 0"
            } else {
                " AND ("
            });
            for (position, alternative) in padded(&alternatives).enumerate() {
                statement.push(if position == 0 { "(" } else { " OR (" });
                for (position, query) in alternative.words.iter().enumerate() {
                    statement
                        .push(if position == 0 { "" } else { " AND " })
                        .contains("text", query.needle(exact));
                }
                statement.push(")");
            }
            statement.push(")");
        }
    }

    /// Appends a selection of the text that the candidate `c` is checked on, empty for a contact of another employer than
    /// the one that is filtered for. (A scalar subquery, so that no engine joins the whole table instead.)
    fn push_text(&self, to: &mut Statement<'_>) {
        match self.search.subject {
            Subject::Organizations => {
                to.push(
                    "SELECT e.search_text FROM organizations AS e WHERE e.tenant_id = $1 AND e.id = c.id",
                );
            }
            Subject::Contacts => {
                to.push("SELECT e.search_text");
                if self.search.reads_employers() {
                    to.push(
                        " || COALESCE((SELECT o.search_text FROM organizations AS o \
                         WHERE o.tenant_id = $1 AND o.id = e.organization_id), '')",
                    );
                }
                to.push(" FROM contacts AS e WHERE e.tenant_id = $1 AND e.id = c.id");
            }
        }
        if let Some(organization) = self.search.organization_id {
            to.push(" AND e.organization_id = ").bind(organization.uuid());
        }
    }
}

/// Appends the condition that the marks of the candidate contain all texts of one list. Beginnings that lists share are looked
/// for first, since most candidates have none of them.
pub(super) fn push_marks(to: &mut Statement<'_>, lists: &[Vec<String>]) {
    let start = |list: &Vec<String>| -> Option<String> { Some(list.first()?.chars().take(START).collect()) };
    let starts: BTreeSet<String> = lists.iter().filter_map(start).collect();
    if lists.is_empty() {
        to.push("1 = 0");
    }
    if starts.len() < lists.len() {
        for (position, start) in starts.into_iter().enumerate() {
            to.push(if position == 0 { "(" } else { " OR " })
                .contains("c.marks", start);
        }
        to.push(") AND ");
    }
    for (position, needles) in padded(lists).enumerate() {
        to.push(if position == 0 { "(" } else { " OR " });
        for (position, needle) in needles.iter().enumerate() {
            to.push(if position == 0 { "" } else { " AND " })
                .contains("c.marks", needle.clone());
        }
    }
    to.push(if lists.is_empty() { "" } else { ")" });
}

/// Iterates over items and then repeats the last one up to a power of two, so that statements have few texts, whose plans are
/// kept.
fn padded<T>(items: &[T]) -> impl Iterator<Item = &T> {
    let missing = items.len().next_power_of_two() - items.len();
    let last = std::iter::repeat_n(items.last(), missing).flatten();
    items.iter().chain(last)
}
