//! The records that belong to the members of a merge, and move to the survivor.

use std::collections::HashMap;

use uuid::Uuid;

use super::super::Tx;
use super::super::bind::{IdList, values};
use super::super::engine::sql;
use super::super::loose_reference::EMPLOYER_LINK;
use super::super::rows::MOST_VALUES;
use super::super::statement::Statement;
use crate::error::Result;
use crate::id::{ContactId, MergeId, OrganizationId, TypedId as _};

/// The most records that one merge moves.
pub const MOST_MOVED: i64 = 50_000;

/// The name by which the reference of an organization to its primary contact is remembered.
pub const LEAD: &str = "primaryContact";

/// A column that has the id of a member, and gets that of the survivor.
#[derive(Debug)]
pub struct Moved {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The name by which it is remembered.
    pub link: &'static str,
}

/// The contacts of notes.
pub static CONTACTS_OF_NOTES: Moved = Moved {
    table: "notes",
    column: "contact_id",
    link: "note",
};
/// The contacts of interactions.
pub static CONTACTS_OF_INTERACTIONS: Moved = Moved {
    table: "interactions",
    column: "contact_id",
    link: "interaction",
};
/// The organizations of notes.
pub static ORGANIZATIONS_OF_NOTES: Moved = Moved {
    table: "notes",
    column: "organization_id",
    link: "note",
};
/// The organizations of interactions.
pub static ORGANIZATIONS_OF_INTERACTIONS: Moved = Moved {
    table: "interactions",
    column: "organization_id",
    link: "interaction",
};
/// The organizations of relationships.
pub static ORGANIZATIONS_OF_RELATIONSHIPS: Moved = Moved {
    table: "relationships",
    column: "organization_id",
    link: "relationship",
};

/// The employers of contacts.
pub static STAFF: Moved = Moved {
    table: "contacts",
    column: "organization_id",
    link: EMPLOYER_LINK,
};

impl Tx {
    /// Returns the number of records that each of these members has by a column, counted up to one more than one merge moves.
    pub async fn count_moved(&mut self, moved: &Moved, members: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
        self.count_by_parent(moved.table, moved.column, members, MOST_MOVED + 1)
            .await
    }

    /// Gives what belongs to members to the survivor, and remembers it. The records keep their version.
    pub async fn give(
        &mut self,
        moved: &Moved,
        merge: MergeId,
        members: &[Uuid],
        survivor: Uuid,
    ) -> Result<()> {
        if self.keeps_trash() {
            let mut remember = Statement::new(
                self.engine(),
                "INSERT INTO undo_links (tenant_id, operation_id, kind, child_id, from_id) SELECT tenant_id, ",
            );
            remember.bind(merge).push(", ").bind(moved.link);
            remember.push(", id, ").push(moved.column);
            remember.push(" FROM ").push(moved.table);
            remember
                .push(" WHERE tenant_id = $1 AND ")
                .push(moved.column)
                .push(" ");
            remember.any_ids(members.to_vec());
            self.execute(remember.sql()).await?;
        }
        let mut give = Statement::new(self.engine(), "UPDATE ");
        give.push(moved.table)
            .push(" SET ")
            .push(moved.column)
            .push(" = ");
        give.bind(survivor)
            .push(" WHERE tenant_id = $1 AND ")
            .push(moved.column);
        give.push(" ").any_ids(members.to_vec());
        self.execute(give.sql()).await.map(drop)
    }

    /// Gives what was moved, and still belongs to the survivor, back to the members. Returns the number of records of each.
    pub async fn give_back(
        &mut self,
        moved: &Moved,
        merge: MergeId,
        survivor: Uuid,
    ) -> Result<HashMap<Uuid, i64>> {
        let Moved { table, column, link } = *moved;
        let mut count = Statement::new(
            self.engine(),
            "SELECT l.from_id, COUNT(*) FROM undo_links AS l JOIN ",
        );
        count
            .push(table)
            .push(" AS r ON r.tenant_id = $1 AND r.id = l.child_id");
        count
            .push(" WHERE l.tenant_id = $1 AND l.operation_id = ")
            .bind(merge);
        count.push(" AND l.kind = ").bind(link);
        count.push(" AND r.").push(column).push(" = ").bind(survivor);
        count.push(" GROUP BY l.from_id");
        let counts: Vec<(Uuid, i64)> = self.fetch_all(count.sql()).await?;
        if !counts.is_empty() {
            let mut give = Statement::new(self.engine(), "UPDATE ");
            give.push(table)
                .push(" SET ")
                .push(column)
                .push(" = l.from_id FROM undo_links AS l");
            give.push(" WHERE l.tenant_id = $1 AND l.operation_id = ")
                .bind(merge);
            give.push(" AND l.kind = ").bind(link);
            give.push(" AND ").push(table).push(".tenant_id = $1 AND ");
            give.push(table).push(".id = l.child_id AND ");
            give.push(table).push(".").push(column).push(" = ").bind(survivor);
            self.execute(give.sql()).await?;
        }
        Ok(counts.into_iter().collect())
    }

    /// Remembers that a merge changes references of a kind: the records that refer, each with the one that it referred to.
    pub async fn remember_moved(
        &mut self,
        merge: MergeId,
        link: &'static str,
        references: &[(Uuid, Uuid)],
    ) -> Result<()> {
        const INSERT: &str =
            "INSERT INTO undo_links (tenant_id, operation_id, kind, child_id, from_id) VALUES ";
        self.insert_rows(INSERT, "", references, MOST_VALUES, |(child, from)| {
            values![merge, link, *child, *from]
        })
        .await
        .map(drop)
    }

    /// Gives the primary contacts of organizations that are members to the survivor if it works for them; the others have none
    /// then. A survivor that leaves its organization is not its primary contact any longer. The organizations keep their version.
    pub async fn give_leads(
        &mut self,
        merge: MergeId,
        members: &[Uuid],
        survivor: ContactId,
        employer: Option<OrganizationId>,
    ) -> Result<()> {
        let mut lock = Statement::new(
            self.engine(),
            "SELECT id, primary_contact_id FROM organizations WHERE tenant_id = $1 AND primary_contact_id ",
        );
        lock.any_ids(members.iter().copied().chain([survivor.uuid()]).collect());
        lock.push(" ORDER BY id").lock();
        let referring: Vec<(Uuid, Uuid)> = self.fetch_all(lock.sql()).await?;
        let employer = employer.map(OrganizationId::uuid);
        let stays =
            |(organization, lead): &(Uuid, Uuid)| *lead == survivor.uuid() && Some(*organization) == employer;
        let given: Vec<(Uuid, Uuid)> = referring.into_iter().filter(|pair| !stays(pair)).collect();
        if given.is_empty() {
            return Ok(());
        }
        if self.keeps_trash() {
            self.remember_moved(merge, LEAD, &given).await?;
        }
        let organizations = given.into_iter().map(|(organization, _)| organization);
        self.execute(sql!(
            "
            UPDATE organizations
               SET primary_contact_id = CASE WHEN id = $3 THEN $4 END
             WHERE tenant_id = $1
               AND id "
                .any_ids(2),
            IdList(organizations.collect()),
            employer,
            survivor,
        ))
        .await
        .map(drop)
    }
}
