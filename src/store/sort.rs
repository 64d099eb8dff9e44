//! The orders of lists.

use std::fmt;
use std::hash::Hash;

use crate::error::{Error, Result};
use crate::page::{Key, Page, PageArgs};

/// A field that a list can be sorted by.
pub trait SortField: Copy + Eq + Hash + Send + Sync + fmt::Debug + 'static {
    /// The name of the list in cursors.
    const LIST: &'static str;

    /// The columns, the id left out, most significant first.
    fn columns(self) -> &'static [Column];

    /// A flag that the indexes of conditions have between the columns of the condition and those of the order. Lists are
    /// read once for each of its values.
    fn flag_before(self) -> Option<&'static str> {
        None
    }

    /// Whether its ascending order compares the columns from the greatest to the least.
    fn is_reversed(self) -> bool {
        false
    }
}

/// A column that an order compares.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// Folded text.
    Text(&'static str),
    /// A sort key whose first part may be absent; then the only column of its order. Keys without it come last, whatever
    /// the direction.
    Name(&'static str),
    /// An instant.
    Instant(&'static str),
    /// A day, or none; then the only column of its order. None comes last, whatever the direction.
    Day(&'static str),
    /// A flag.
    Flag(&'static str),
    /// A whole number.
    Number(&'static str),
}

impl Column {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text(name)
            | Self::Name(name)
            | Self::Instant(name)
            | Self::Day(name)
            | Self::Flag(name)
            | Self::Number(name) => name,
        }
    }

    const fn takes(self, key: &Key) -> bool {
        matches!(
            (self, key),
            (Self::Text(_) | Self::Name(_), Key::Text(_))
                | (Self::Instant(_), Key::Instant(_))
                | (Self::Day(_), Key::Day(_))
                | (Self::Flag(_), Key::Flag(_))
                | (Self::Number(_), Key::Number(_))
        )
    }
}

/// An order and a direction; the id makes it total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sort<O> {
    /// The field to sort by.
    pub by: O,
    /// Whether the order is descending.
    pub descending: bool,
}

impl<O: SortField> Sort<O> {
    /// Returns the name of the order in cursors, so that a cursor is refused in another list and under another order.
    pub fn name(&self) -> String {
        let direction = if self.descending { "-" } else { "+" };
        format!("{} {:?}{direction}", O::LIST, self.by)
    }

    /// The page of a list in this order that a client means.
    pub fn page(&self, args: PageArgs, otherwise: i32) -> Result<Page> {
        let page = args.page(&self.name(), otherwise)?;
        let fits = page.cursor.as_ref().is_none_or(|cursor| {
            let columns = self.by.columns();
            columns.len() == cursor.keys.len()
                && columns
                    .iter()
                    .zip(&cursor.keys)
                    .all(|(column, key)| column.takes(key))
        });
        if fits { Ok(page) } else { Err(Error::InvalidCursor) }
    }
}
