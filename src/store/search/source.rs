//! The sources of a search's candidates.

use uuid::Uuid;

use super::super::statement::Statement;
use crate::model::{WordQuery, is_marked};

/// A character greater than any that follows the same beginning.
pub const LAST: char = char::MAX;
/// A character less than any that follows the same beginning, which no word has.
const FIRST: char = '\u{1}';

/// A source of candidates.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Neighbouring words of the search index.
    Words(Range),
    /// A few such ranges, in the order of the alphabet.
    Ranges(Vec<Range>),
    /// The contacts of these organizations, in the order of the organizations.
    Employees(Vec<Uuid>),
}

/// A range of the search index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// The first word.
    pub from: String,
    /// The word that the range ends before.
    pub before: String,
}

/// A row of the search index, after which a statement continues.
#[derive(Clone, Debug)]
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
        let end = if query.whole { FIRST } else { LAST };
        Self {
            from: query.word.clone(),
            before: format!("{}{end}", query.word),
        }
    }

    /// Creates the range of one word.
    pub fn exactly(word: &str) -> Self {
        Self {
            from: word.to_owned(),
            before: format!("{word}{FIRST}"),
        }
    }

    /// Creates the range of the words that begin with this one and are longer.
    pub fn longer(word: &str) -> Self {
        Self {
            from: format!("{word}{FIRST}"),
            before: format!("{word}{LAST}"),
        }
    }

    /// Whether the rows of this range carry the marks of their records.
    pub fn is_marked(&self) -> bool {
        is_marked(&self.from)
    }

    /// Appends the condition that the row `c` is in this range, after a row if one is given.
    pub fn push(&self, to: &mut Statement<'_>, after: Option<&IndexRow>) {
        to.push("c.tenant_id = $1 AND c.word >= ").bind(self.from.clone());
        to.push(" AND c.word < ").bind(self.before.clone());
        push_after(to, after);
    }
}

/// Appends the condition that the row `c` comes after a row, if one is given.
fn push_after(to: &mut Statement<'_>, after: Option<&IndexRow>) {
    if let Some(IndexRow { word, sort_key, id }) = after {
        to.push(" AND (c.word, c.sort_key, c.id) > (")
            .bind(word.clone())
            .push(", ")
            .bind(sort_key.clone())
            .push(", ")
            .bind(*id)
            .push(")");
    }
}

impl Source {
    /// Returns the organizations whose contacts are the candidates.
    pub fn organizations(&self) -> &[Uuid] {
        match self {
            Self::Employees(organizations) => organizations,
            Self::Words(_) | Self::Ranges(_) => &[],
        }
    }

    /// Whether rows of candidates carry the marks of their records.
    pub fn is_marked(&self) -> bool {
        match self {
            Self::Words(range) => range.is_marked(),
            Self::Ranges(ranges) => ranges.iter().any(Range::is_marked),
            Self::Employees(_) => true,
        }
    }

    /// Appends `FROM … WHERE …` of the candidates `c`, after a row if one is given, where no more than `most` are read of each range
    /// or organization.
    pub fn push_from(&self, to: &mut Statement<'_>, after: Option<&IndexRow>, most: i64) {
        match self {
            Self::Words(range) => {
                to.push(" FROM search_words AS c WHERE ");
                range.push(to, after);
            }
            Self::Ranges(ranges) => {
                let ends = ranges
                    .iter()
                    .map(|Range { from, before }| [from.clone(), before.clone()]);
                to.push(" FROM ").rows_of_ranges(ends.collect(), most);
                push_after(to, after);
            }
            Self::Employees(organizations) => {
                to.push(" FROM ").people_of(organizations.clone(), most);
            }
        }
    }

    /// Appends a selection of the first candidates in their order, after a row if one is given.
    pub fn push(&self, to: &mut Statement<'_>, after: Option<&IndexRow>, most: i64) {
        match self {
            Self::Words(_) => {
                to.push("SELECT c.word, c.sort_key, c.id, c.marks");
                self.push_from(to, after, most);
                to.push(" ORDER BY c.word, c.sort_key, c.id");
            }
            Self::Ranges(_) => {
                to.push("SELECT c.word, c.sort_key, c.id, c.marks");
                self.push_from(to, after, most);
            }
            Self::Employees(_) => {
                to.push("SELECT '' AS word, c.sort_name AS sort_key, c.id, c.search_marks AS marks");
                self.push_from(to, None, most);
            }
        }
        to.limit(most);
    }
}

/// Returns the ranges of a word to search for in their order: the word itself, then longer ones.
pub fn ranges_of(query: &WordQuery) -> Vec<Range> {
    if query.whole {
        vec![Range::of(query)]
    } else {
        vec![Range::exactly(&query.word), Range::longer(&query.word)]
    }
}
