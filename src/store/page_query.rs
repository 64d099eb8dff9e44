//! A page of a list, and how it is to be read.

use super::sort::Sort;
use super::table::Wanted;
use crate::page::Page;

/// A page of a list, as it is to be read.
#[derive(Clone, Copy, Debug)]
pub struct PageQuery<'p, O> {
    /// The order of the list.
    pub sort: Sort<O>,
    /// The page.
    pub page: &'p Page,
    /// The columns and references to read of its records.
    pub wanted: Wanted,
}

impl<'p, O> PageQuery<'p, O> {
    /// Asks for whole records.
    pub const fn whole(sort: Sort<O>, page: &'p Page) -> Self {
        Self {
            sort,
            page,
            wanted: Wanted::WHOLE,
        }
    }
}
