//! Statements that read the candidates of one source.

use super::super::engine::Engine;
use super::super::statement::Statement;
use super::source::{IndexRow, Source};
use super::{EXAMINED, LOOKED_UP, MOST_ROWS, i64_of};
use crate::id::TypedId as _;
use crate::model::{MarkCheck, MatchKind, Search, Subject};

/// A reading of one source.
#[derive(Clone, Debug)]
pub struct Reading<'p> {
    /// The search, as it checks the texts of candidates.
    pub search: &'p Search,
    /// The source.
    pub source: &'p Source,
    /// The conditions that are checked on the marks of candidates before their texts are looked up.
    pub marks: &'p [MarkCheck],
    /// Whether longer words do not match.
    pub exact: bool,
}

impl Reading<'_> {
    /// The statement that selects the candidates that match, after a row if one is given.
    pub fn matches<'a>(&self, engine: Engine, after: Option<&IndexRow>) -> Statement<'a> {
        if self.is_decided_by_words() {
            let mut statement =
                Statement::new(engine, "SELECT c.word, c.sort_key, c.id, c.word AS text FROM (");
            self.source.push(&mut statement, after);
            statement.push(") AS c").limit(i64_of(MOST_ROWS));
            return statement;
        }
        let mut statement = Statement::new(engine, "SELECT word, sort_key, id, text FROM (");
        statement.push("SELECT c.word, c.sort_key, c.id, (");
        self.push_text(&mut statement);
        statement.push(") AS text FROM (");
        self.source.push(&mut statement, after);
        statement.push(") AS c");
        self.push_mark_checks(&mut statement);
        statement.limit(LOOKED_UP);
        statement.push(") AS candidates WHERE text IS NOT NULL");
        self.push_text_checks(&mut statement);
        statement.limit(i64_of(MOST_ROWS));
        statement
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

    /// The statement that counts the rows of the source, up to one more than [`matches`](Self::matches) examines.
    pub fn examined<'a>(&self, engine: Engine, after: Option<&IndexRow>) -> Statement<'a> {
        let mut statement = Statement::new(engine, "SELECT COUNT(*) FROM (SELECT 1 AS one");
        self.source.push_from(&mut statement, after);
        statement.limit(EXAMINED + 1);
        statement.push(") AS examined");
        statement
    }

    /// The statement that counts the candidates that marks leave, up to one more than [`matches`](Self::matches) looks up.
    pub fn looked_up<'a>(&self, engine: Engine, after: Option<&IndexRow>) -> Statement<'a> {
        let mut statement = Statement::new(engine, "SELECT COUNT(*) FROM (SELECT 1 AS one FROM (");
        self.source.push(&mut statement, after);
        statement.push(") AS c");
        self.push_mark_checks(&mut statement);
        statement.limit(LOOKED_UP + 1);
        statement.push(") AS looked_up");
        statement
    }

    /// Appends the condition that the candidate's marks, if it has any, meet every check.
    fn push_mark_checks(&self, statement: &mut Statement<'_>) {
        let checks: Vec<&Vec<Vec<String>>> = self.marks.iter().flatten().collect();
        if checks.is_empty() || !self.source.is_marked() {
            return;
        }
        statement.push(" WHERE (c.marks = ''");
        for (position, lists) in checks.into_iter().enumerate() {
            statement.push(if position == 0 { " OR (" } else { " AND (" });
            if lists.is_empty() {
                statement.push("1 = 0");
            }
            for (position, needles) in lists.iter().enumerate() {
                statement.push(if position == 0 { "" } else { " OR " });
                for (position, needle) in needles.iter().enumerate() {
                    statement
                        .push(if position == 0 { "" } else { " AND " })
                        .contains("c.marks", needle.clone());
                }
            }
            statement.push(")");
        }
        statement.push(")");
    }

    /// Appends the condition that the candidate's text matches every term.
    fn push_text_checks(&self, statement: &mut Statement<'_>) {
        for (position, term) in self.search.conditions().enumerate() {
            let exact = self.exact && position < self.search.terms.len();
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
