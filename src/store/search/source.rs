//! The sources of a search's candidates.

use uuid::Uuid;

use super::super::statement::Statement;
use super::EXAMINED;
use crate::id::TypedId as _;
use crate::model::{Search, Subject, WordQuery};

/// The maximum number of organizations by whose name contacts match.
pub const MOST_ORGANIZATIONS: usize = 1_000;
/// A character greater than any that follows the same beginning.
pub const LAST: char = char::MAX;

/// A source of candidates.
#[derive(Clone, Debug)]
pub enum Source {
    /// Neighbouring words of the search index.
    Words(Range),
    /// The contacts of these organizations, in the order of the organizations.
    Employees(Vec<Uuid>),
}

/// A range of the search index.
#[derive(Clone, Debug)]
pub struct Range {
    /// The first word.
    pub from: String,
    /// The word that the range ends before; `None` if it has the first word only.
    pub before: Option<String>,
    /// The beginning of the sort keys, in a range of one word.
    pub sort_key: Option<String>,
}

/// A row of the search index, after which a statement continues.
pub struct IndexRow {
    /// The word.
    pub word: String,
    /// The record's position in the order.
    pub sort_key: String,
    /// The record.
    pub id: Uuid,
}

impl Range {
    /// Creates the range of a word and, unless it must match as a whole, of longer ones.
    pub fn of(query: &WordQuery) -> Self {
        Self {
            before: (!query.whole).then(|| format!("{}{LAST}", query.word)),
            ..Self::exactly(&query.word)
        }
    }

    /// Creates the range of one word.
    pub fn exactly(word: &str) -> Self {
        Self {
            from: word.to_owned(),
            before: None,
            sort_key: None,
        }
    }

    /// Creates an empty range.
    pub fn empty() -> Self {
        Self::exactly("")
    }

    /// Appends the condition that the row `c` is in this range.
    pub fn push(&self, to: &mut Statement<'_>) {
        to.push("c.tenant_id = $1 AND c.word ");
        match &self.before {
            None => to.push("= ").bind(self.from.clone()),
            Some(before) => to
                .push(">= ")
                .bind(self.from.clone())
                .push(" AND c.word < ")
                .bind(before.clone()),
        };
        if let Some(start) = &self.sort_key {
            to.push(" AND c.sort_key >= ")
                .bind(start.clone())
                .push(" AND c.sort_key < ")
                .bind(format!("{start}{LAST}"));
        }
    }
}

impl Source {
    /// Whether there are no candidates.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Employees(organizations) if organizations.is_empty())
    }

    /// Whether there may be candidates that are not among these.
    pub fn is_partial(&self) -> bool {
        matches!(self, Self::Employees(organizations) if organizations.len() >= MOST_ORGANIZATIONS)
    }

    /// Appends a selection of one row for each candidate, up to `most` of them.
    pub fn push_count(&self, to: &mut Statement<'_>, most: i64) {
        match self {
            Self::Words(range) => {
                to.push("SELECT 1 AS one FROM search_words AS c WHERE ");
                range.push(to);
            }
            Self::Employees(organizations) => {
                to.push("SELECT 1 AS one FROM ");
                to.people_of(organizations.clone(), EXAMINED);
            }
        }
        to.push(" LIMIT ").bind(most);
    }

    /// Appends a selection of the candidates with their texts, at most [`EXAMINED`], after a row if one is given.
    pub fn push(&self, to: &mut Statement<'_>, search: &Search, after: Option<IndexRow>) {
        match self {
            Self::Words(range) => {
                to.push("SELECT c.word, c.sort_key, c.id, (");
                push_text(to, search);
                to.push(") AS text FROM search_words AS c WHERE ");
                range.push(to);
                if let Some(IndexRow { word, sort_key, id }) = after {
                    to.push(" AND (c.word, c.sort_key, c.id) > (")
                        .bind(word)
                        .push(", ")
                        .bind(sort_key)
                        .push(", ")
                        .bind(id)
                        .push(")");
                }
                to.push(" ORDER BY c.word, c.sort_key, c.id");
            }
            Self::Employees(organizations) => {
                to.push("SELECT '' AS word, e.sort_name AS sort_key, e.id, e.search_text");
                if search.reads_employers() {
                    to.push(
                        " || (SELECT o.search_text FROM organizations AS o \
                         WHERE o.tenant_id = $1 AND o.id = e.organization_id)",
                    );
                }
                to.push(" AS text FROM ");
                to.people_of(organizations.clone(), EXAMINED);
                if let Some(organization) = search.organization_id {
                    to.push(" AND e.organization_id = ").bind(organization.uuid());
                }
            }
        }
        to.push(" LIMIT ").bind(EXAMINED);
    }
}

/// Appends a selection of the text that the candidate `c` is checked on, empty for a contact of another employer than the
/// one that is filtered for. (A scalar subquery, so that no engine joins the whole table instead.)
fn push_text(to: &mut Statement<'_>, search: &Search) {
    match search.subject {
        Subject::Organizations => {
            to.push("SELECT e.search_text FROM organizations AS e WHERE e.tenant_id = $1 AND e.id = c.id");
        }
        Subject::Contacts => {
            to.push("SELECT e.search_text");
            if search.reads_employers() {
                to.push(
                    " || COALESCE((SELECT o.search_text FROM organizations AS o \
                     WHERE o.tenant_id = $1 AND o.id = e.organization_id), '')",
                );
            }
            to.push(" FROM contacts AS e WHERE e.tenant_id = $1 AND e.id = c.id");
        }
    }
    if let Some(organization) = search.organization_id {
        to.push(" AND e.organization_id = ").bind(organization.uuid());
    }
}
