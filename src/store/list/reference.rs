//! Conditions on the id of a contact or an organization, which may have been merged into another one.
//!
//! The id is resolved within the statement, by the key of `aliases`. Records refer to the survivor alone; changes that were
//! recorded before a merge refer to the member.

use uuid::Uuid;

use super::super::statement::Statement;

/// The records that a column of a list refers to.
#[derive(Clone, Debug, PartialEq)]
pub struct References {
    /// The column.
    pub column: &'static str,
    /// The ids, each once. Several may stand for one record.
    pub ids: Vec<Uuid>,
    /// Whether the column may have the ids of records that were merged into these, too.
    pub has_aliases: bool,
}

impl References {
    /// Returns the id if the column has one value at most.
    pub fn only(&self) -> Option<Uuid> {
        match self.ids[..] {
            [id] if !self.has_aliases => Some(id),
            _ => None,
        }
    }
}

impl Statement<'_> {
    /// Appends the id of a record, or that of the record that it was merged into.
    pub fn current_id(&mut self, id: Uuid) -> &mut Self {
        self.push("COALESCE((SELECT into_id FROM aliases WHERE tenant_id = $1 AND id = ")
            .bind(id)
            .push("), ")
            .bind(id)
            .push(")")
    }

    /// Appends a condition on the expression before it: it has the id of one of these records.
    pub fn one_of_references(&mut self, references: &References) -> &mut Self {
        if let Some(id) = references.only() {
            return self.push(" = ").current_id(id);
        }
        let (before, after) = self.engine().dialect().any_of;
        self.push(" ")
            .push(before)
            .select_references(references)
            .push(after)
    }

    /// Appends a table of the values that the column may have, each once, in the column `listed_id`.
    pub fn references(&mut self, references: &References) -> &mut Self {
        self.push("(").select_references(references).push(")")
    }

    fn select_references(&mut self, references: &References) -> &mut Self {
        self.select_current_ids(&references.ids);
        if references.has_aliases {
            let (before, after) = self.engine().dialect().any_of;
            self.push(" UNION SELECT m.id FROM aliases AS m WHERE m.tenant_id = $1 AND m.into_id ")
                .push(before)
                .select_current_ids(&references.ids)
                .push(after);
        }
        self
    }

    fn select_current_ids(&mut self, ids: &[Uuid]) -> &mut Self {
        self.push("SELECT DISTINCT COALESCE(a.into_id, l.listed_id) AS listed_id FROM ")
            .ids(ids.to_vec())
            .push(" AS l LEFT JOIN aliases AS a ON a.tenant_id = $1 AND a.id = l.listed_id")
    }

    /// Appends a table of the id of the parent `p` and those of the records that were merged into it, in the column `listed_id`.
    pub fn ids_of_parent(&mut self) -> &mut Self {
        self.push("(").select_ids_of_parent().push(")")
    }

    /// Appends a condition on the expression before it: it is one of the [`ids_of_parent`](Self::ids_of_parent).
    pub fn one_of_parent(&mut self) -> &mut Self {
        let (before, after) = self.engine().dialect().any_of;
        self.push(" ").push(before).select_ids_of_parent().push(after)
    }

    fn select_ids_of_parent(&mut self) -> &mut Self {
        self.push(
            "SELECT p.listed_id AS listed_id UNION ALL \
             SELECT id FROM aliases WHERE tenant_id = $1 AND into_id = p.listed_id",
        )
    }
}
