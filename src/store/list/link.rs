//! Tables that link values to records.

use super::super::sort::Column;

/// A table with a row for each value of a record. Its key begins with the value.
#[derive(Debug, PartialEq)]
pub struct Link {
    /// The table.
    pub table: &'static str,
    /// The column of the value.
    pub value: &'static str,
    /// The column of the record's id.
    pub record: &'static str,
    /// The columns that the records' lists are ordered by, each with the column that has a copy of it. Indexes have the
    /// records of a value in the order of each copy. The first copy is a part of the key; others may be absent.
    pub copies: &'static [(&'static str, &'static str)],
    /// The column that is null in the rows that count; all rows count without one.
    pub null: Option<&'static str>,
    /// The condition on the row `w` that is met by one of those of the same value and record; without one, there is no
    /// second such row.
    pub first: Option<&'static str>,
}

/// The words of contacts and organizations. Those that lists are not filtered by have no times.
pub static WORDS: Link = Link {
    table: "search_words",
    value: "word",
    record: "id",
    copies: &[
        ("sort_name", "sort_key"),
        ("created_at", "created_at"),
        ("updated_at", "updated_at"),
    ],
    null: None,
    first: None,
};

/// The agents of interactions.
pub static AGENTS: Link = Link {
    table: "interaction_agents",
    value: "user_id",
    record: "interaction_id",
    copies: &[("started_at", "started_at")],
    null: None,
    first: None,
};

/// The codes that interactions were wrapped up with; several agents may have used the same one.
pub static WRAP_UPS: Link = Link {
    table: "wrap_ups",
    value: "wrap_up_code_id",
    record: "interaction_id",
    copies: &[("started_at", "started_at")],
    null: None,
    first: Some(
        "w.user_id = (SELECT f.user_id FROM wrap_ups AS f WHERE f.tenant_id = $1 \
         AND f.wrap_up_code_id = w.wrap_up_code_id AND f.started_at = w.started_at \
         AND f.interaction_id = w.interaction_id ORDER BY f.user_id LIMIT 1)",
    ),
};

/// The users with current relationships with organizations.
pub static OWNERS: Link = Link {
    table: "relationships",
    value: "user_id",
    record: "organization_id",
    copies: &[],
    null: Some("ended_on"),
    first: None,
};

impl Link {
    /// Returns the column that has a copy of a column of the records.
    pub fn copy_of(&self, column: &str) -> Option<&'static str> {
        let copy = self.copies.iter().find(|(original, _)| *original == column);
        copy.map(|(_, copy)| *copy)
    }

    /// Returns the copy of the first column of an order if it is absent in some rows, which the index leaves out.
    pub fn absent_copy(&self, order: &[Column]) -> Option<&'static str> {
        let copy = self.copy_of(order.first()?.name())?;
        let is_key = self.copies.first().is_some_and(|(_, first)| *first == copy);
        (!is_key).then_some(copy)
    }
}
