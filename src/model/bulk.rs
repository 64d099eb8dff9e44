//! Bulk mutations: many items in one transaction.

use async_graphql::Enum;

/// The rule of a bulk mutation for items that are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum BulkPolicy {
    /// Nothing is written if any item is refused.
    #[default]
    AllOrNothing,
    /// Items that are refused are left out; the others are written.
    Each,
}
