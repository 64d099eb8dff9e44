//! Records that are read in lists.

use std::hash::Hash;

use super::super::sort::{Sort, SortField};
use super::super::table::Table;
use super::condition::Filter;
use crate::page::{Cursor, Key};

/// A record that is read in lists.
pub trait Listed: Table {
    /// The order fields of its lists.
    type Order: SortField;
    /// The filter of its lists.
    type Filter: Filter + Eq + Hash + 'static;

    /// The record's place in an order: one key for each of the order's columns.
    fn keys(&self, order: Self::Order) -> Vec<Key>;

    /// The cursor of the record in a list.
    fn cursor(&self, sort: Sort<Self::Order>) -> Cursor {
        Cursor {
            order: sort.name(),
            keys: self.keys(sort.by),
            id: self.uuid(),
        }
    }
}
