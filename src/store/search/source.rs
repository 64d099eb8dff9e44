//! The sources of a search's candidates.

use uuid::Uuid;

use super::super::statement::Statement;
use super::{EXAMINED, MOST_ORGANIZATIONS};
use crate::id::TypedId as _;
use crate::model::{Search, Sought, Subject};

/// A character greater than any that follows the same beginning.
pub const LAST: char = char::MAX;

/// A source of candidates.
#[derive(Clone, Debug)]
pub enum Source {
    /// The table of words.
    Words(Range),
    /// The contacts of these organizations, in the order of the organizations.
    People(Vec<Uuid>),
}

/// Neighbours in the table of words.
#[derive(Clone, Debug)]
pub struct Range {
    /// The first word.
    pub from: String,
    /// The word it ends before; none when it is the first word alone.
    pub before: Option<String>,
    /// The beginning of the sort keys, if it is a single word.
    pub sort_key: Option<String>,
}

/// A row of the table of words, after which a statement goes on.
pub struct Place {
    /// The word.
    pub word: String,
    /// The record's place in the order.
    pub sort_key: String,
    /// The record.
    pub id: Uuid,
}

impl Range {
    /// Every row a word is found by.
    pub fn of(sought: &Sought) -> Self {
        Self {
            before: (!sought.whole).then(|| format!("{}{LAST}", sought.word)),
            ..Self::exactly(&sought.word)
        }
    }

    /// The rows of one word.
    pub fn exactly(word: &str) -> Self {
        Self {
            from: word.to_owned(),
            before: None,
            sort_key: None,
        }
    }

    /// No rows.
    pub fn empty() -> Self {
        Self::exactly("")
    }

    /// The rows of this range, as a condition on `c`.
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
    /// Whether it is nowhere.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::People(organizations) if organizations.is_empty())
    }

    /// Whether there may be candidates that are not among these.
    pub fn is_partial(&self) -> bool {
        matches!(self, Self::People(organizations) if organizations.len() >= MOST_ORGANIZATIONS)
    }

    /// A row for each candidate, up to `most` of them.
    pub fn push_count(&self, to: &mut Statement<'_>, most: i64) {
        match self {
            Self::Words(range) => {
                to.push("SELECT 1 AS one FROM search_words AS c WHERE ");
                range.push(to);
            }
            Self::People(organizations) => {
                to.push("SELECT 1 AS one FROM ");
                to.people_of(organizations.clone(), EXAMINED);
            }
        }
        to.push(" LIMIT ").bind(most);
    }

    /// The candidates with their texts, `EXAMINED` at most, after a place if one is given.
    pub fn push(&self, to: &mut Statement<'_>, search: &Search, after: Option<Place>) {
        match self {
            Self::Words(range) => {
                to.push("SELECT c.word, c.sort_key, c.id, (");
                push_text(to, search);
                to.push(") AS text FROM search_words AS c WHERE ");
                range.push(to);
                if let Some(Place { word, sort_key, id }) = after {
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
            Self::People(organizations) => {
                to.push("SELECT '' AS word, e.sort_name AS sort_key, e.id, e.search_text");
                if search.reads_organizations() {
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

/// The text a candidate `c` is checked on: nothing where it is not of the organization that is asked for. (A scalar
/// subquery, so that no engine joins the whole table instead.)
fn push_text(to: &mut Statement<'_>, search: &Search) {
    match search.subject {
        Subject::Organizations => {
            to.push("SELECT e.search_text FROM organizations AS e WHERE e.tenant_id = $1 AND e.id = c.id");
        }
        Subject::Contacts => {
            to.push("SELECT e.search_text");
            if search.reads_organizations() {
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
