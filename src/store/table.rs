//! The table of a record.

use uuid::Uuid;

use super::bind::Row;
use super::part::Columns;
use super::row_reader::Record;
use crate::model::{Contact, Organization, User};

/// A record with a table of its own.
pub trait Table: Row + Record + Clone + Sync + 'static {
    /// The name of the table.
    const TABLE: &'static str;
    /// The columns that a whole record is read from.
    const COLUMNS: &'static str;
    /// Those of them that have plain values.
    const PLAIN_COLUMNS: &'static str = Self::COLUMNS;
    /// The records that it refers to, at most three.
    const REFERENCES: &'static [Reference] = &[];
    /// Whether records can be merged into another one, so that their ids become aliases of that.
    const IS_MERGEABLE: bool = false;

    /// The record's id.
    fn uuid(&self) -> Uuid;

    /// The names of columns, separated by commas.
    fn columns(columns: Columns) -> &'static str {
        match columns {
            Columns::Plain => Self::PLAIN_COLUMNS,
            Columns::All => Self::COLUMNS,
        }
    }
}

/// The maximum number of references of a record.
pub const MOST_REFERENCES: usize = 3;

/// A column of a record that has the id of another.
#[derive(Debug)]
pub struct Reference {
    /// The column, which has a plain value.
    pub column: &'static str,
    /// The kind of the other record.
    pub to: Referred,
}

/// A kind of record that others refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Referred {
    /// A contact.
    Contact,
    /// An organization.
    Organization,
    /// A user.
    User,
}

impl Referred {
    /// The name of the table.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Contact => Contact::TABLE,
            Self::Organization => Organization::TABLE,
            Self::User => User::TABLE,
        }
    }

    /// The names of columns, separated by commas.
    pub fn columns(self, columns: Columns) -> &'static str {
        match self {
            Self::Contact => Contact::columns(columns),
            Self::Organization => Organization::columns(columns),
            Self::User => User::columns(columns),
        }
    }
}

/// The columns and references to read of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its columns.
    pub columns: Columns,
    /// The columns of the records that it refers to, for each of its references, or `None` for a record that is not read.
    pub references: [Option<Columns>; MOST_REFERENCES],
}

impl Wanted {
    /// The columns with plain values.
    pub const PLAIN: Self = Self::only(Columns::Plain);
    /// The whole record.
    pub const WHOLE: Self = Self::only(Columns::All);

    /// Columns of the record alone.
    pub const fn only(columns: Columns) -> Self {
        Self {
            columns,
            references: [None; MOST_REFERENCES],
        }
    }

    /// Whether records that it refers to are read as well.
    pub fn has_references(&self) -> bool {
        self.references.iter().any(Option::is_some)
    }

    /// Adds the columns of the record that a column of the table of `T` refers to, given its kind.
    pub fn refer<T: Table>(&mut self, column: &str, columns: impl Fn(Referred) -> Columns) {
        let references = T::REFERENCES.iter().zip(&mut self.references);
        for (reference, wanted) in references.filter(|(reference, _)| reference.column == column) {
            *wanted = (*wanted).max(Some(columns(reference.to)));
        }
    }

    /// Returns what both want.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.columns = self.columns.max(other.columns);
        for (wanted, other) in self.references.iter_mut().zip(other.references) {
            *wanted = (*wanted).max(other);
        }
        self
    }
}
