//! Locks, and the order in which every write takes them, so that no two writes wait for each other in a circle.
//!
//! On PostgreSQL, a write takes its locks in this order, and those of one kind by id (SQLite has one writer):
//!
//! 1. the idempotency key; then the transfer that is undone; then the rows of **records in the trash** that are restored or purged, or
//!    with which a relationship was deleted whose transfer is undone: notes and relationships, then contacts, then organizations. A
//!    restoration that misses a contact or an organization looks for its row there, too;
//! 2. the **keys** by which records are found or that they are to get: external ids, subjects, names, and the words of
//!    the search index that stand for contact points and domains ([`Tx::lock_keys`]).
//!    A key is locked whether or not a record has it, so that of two that create a record one waits and then finds it;
//! 3. **users** whose relationships change ([`Tx::lock_users`]), so that one is current once;
//! 4. the **existence of organizations** that are deleted (`FOR UPDATE`), or that a record refers to or leaves
//!    (`FOR KEY SHARE`, [`Tx::keep_organizations`]);
//! 5. **contacts**: to delete, to change (`FOR NO KEY UPDATE`), or kept from changes or from deletion;
//! 6. the **fields of organizations** (`FOR NO KEY UPDATE`), which no share of their existence holds up. A contact that
//!    leaves or is deleted may be a primary contact, and an organization's new primary contact must not leave: both have
//!    the contact before the organization, and the organization's existence before the contact;
//! 7. relationships by type and id, notes, interactions, wrap-up codes;
//! 8. the room of the entity limit; then rows of external ids, sorted; then words of the vocabulary, sorted;
//! 9. where changes are numbered for each tenant, its last number, right before COMMIT.
//!
//! The employer that a contact has is read before the contact is locked (4 comes before 5). Should another transaction
//! move the contact meanwhile, its new employer is kept after it. If a third deletes that, PostgreSQL may end one of the three,
//! which runs again.
//!
//! A contact or an organization that is not there may have been merged into another one, its survivor. That is looked up after the
//! miss, so that the survivor is locked after the others of its kind, though before those of later kinds. Should two writes lock
//! the same records in different orders because of that, PostgreSQL ends one of them, which runs again.
//!
//! Uniqueness is held by the database: these locks only decide who waits.

use uuid::Uuid;

use super::bind::{IdList, TextList};
use super::engine::sql;
use super::{Table, Tx};
use crate::error::Result;
use crate::id::{ContactId, OrganizationId, RelationshipId, TypedId, UserId};
use crate::model::{ExternalId, Organization, User};

const USER: &str = <User as Table>::COLUMNS;

impl Tx {
    /// Locks keys of a kind of record until the transaction ends.
    pub async fn lock_keys(&mut self, kind: &str, keys: &[&[&str]]) -> Result<()> {
        if !self.engine().has_many_writers() || keys.is_empty() {
            return Ok(());
        }
        let tenant = self.tenant_id;
        let names = keys
            .iter()
            .map(|key| format!("{tenant} {kind} {key:?}"))
            .collect();
        // In the order of the numbers that are locked, not of the texts. Two texts with one number wait needlessly.
        self.fetch_one::<(i64,)>(sql!(
            "
            SELECT COUNT(pg_advisory_xact_lock(number))
              FROM (SELECT DISTINCT hashtextextended(listed_text, 0) AS number
                      FROM " .texts(2) " AS names
                     WHERE $1 = $1
                     ORDER BY number) AS numbers",
            TextList(names),
        ))
        .await
        .map(drop)
    }

    /// Locks the external ids that records are looked up by or are to get.
    pub async fn lock_external_ids<'a, I: TypedId>(
        &mut self,
        external_ids: impl IntoIterator<Item = &'a ExternalId> + Send,
    ) -> Result<()> {
        let keys: Vec<[&str; 2]> = external_ids
            .into_iter()
            .map(|key| [key.source.as_str(), key.value.as_str()])
            .collect();
        let keys: Vec<&[&str]> = keys.iter().map(<[&str; 2]>::as_slice).collect();
        self.lock_keys(I::KIND, &keys).await
    }

    /// Keeps organizations and the employers of contacts from being deleted until the transaction ends, and returns those
    /// of them that exist. In place of merged records, those are taken that they were merged into.
    pub async fn keep_all_organizations(
        &mut self,
        organizations: Vec<Uuid>,
        employers_of: Vec<Uuid>,
    ) -> Result<Vec<OrganizationId>> {
        if employers_of.is_empty() {
            return self.keep_all::<Organization>(organizations).await;
        }
        let kept: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "
                SELECT id
                  FROM organizations
                 WHERE tenant_id = $1
                   AND id " .any_of {
                             "SELECT listed_id
                                FROM " .ids(2) " AS l
                               UNION ALL
                              SELECT organization_id
                                FROM contacts
                               WHERE tenant_id = $1
                                 AND id " .any_of {
                                           "SELECT listed_id
                                              FROM " .ids(3) " AS c
                                             UNION ALL
                                            SELECT into_id
                                              FROM aliases
                                             WHERE tenant_id = $1
                                               AND id " .any_ids(3) } } "
                 ORDER BY id"
                    .keep,
                IdList(organizations.clone()),
                IdList(employers_of),
            ))
            .await?;
        let kept = kept.into_iter().map(|(id,)| id).collect();
        self.keep_survivors::<Organization>(&organizations, kept).await
    }

    /// Keeps an organization and the employer of a contact from being deleted until the transaction ends, and returns
    /// those of the two that exist. In place of a merged record, that is taken that it was merged into.
    pub async fn keep_organizations(
        &mut self,
        organization: Option<OrganizationId>,
        employer_of: Option<ContactId>,
    ) -> Result<Vec<OrganizationId>> {
        let statement = match (&organization, &employer_of) {
            (Some(organization), None) => sql!(
                "SELECT id FROM organizations WHERE tenant_id = $1 AND id = $2".keep,
                *organization,
            ),
            (organization, employer_of) => sql!(
                "
                SELECT id
                  FROM organizations
                 WHERE tenant_id = $1
                   AND id IN ($2, (SELECT organization_id
                                     FROM contacts
                                    WHERE tenant_id = $1
                                      AND id = COALESCE((SELECT into_id FROM aliases WHERE tenant_id = $1 AND id = $3), $3)))
                 ORDER BY id"
                    .keep,
                *organization,
                *employer_of,
            ),
        };
        let kept: Vec<(Uuid,)> = self.fetch_all(statement).await?;
        let kept = kept.into_iter().map(|(id,)| id).collect();
        let sought = Vec::from_iter(organization.map(TypedId::uuid));
        self.keep_survivors::<Organization>(&sought, kept).await
    }

    /// Locks users until the transaction ends, and returns those that exist, by id.
    pub async fn lock_users(&mut self, ids: &[UserId]) -> Result<Vec<User>> {
        self.fetch_all(sql!(
            "SELECT " USER " FROM users WHERE tenant_id = $1 AND id " .any_ids(2) " ORDER BY id" .lock,
            IdList(ids.iter().map(|id| id.uuid()).collect()),
        ))
        .await
    }

    /// Locks the user of a relationship until the transaction ends.
    pub async fn lock_user_of(&mut self, relationship: RelationshipId) -> Result<()> {
        self.fetch_optional::<(UserId,)>(sql!(
            "
            SELECT id
              FROM users
             WHERE tenant_id = $1
               AND id = (SELECT user_id FROM relationships WHERE tenant_id = $1 AND id = $2)"
                .lock,
            relationship,
        ))
        .await
        .map(drop)
    }

    /// Whether no other server sweeps at the moment. The lock is only tried, and belongs to the transaction, so that it
    /// works behind poolers and nobody waits for it.
    pub(super) async fn may_sweep(&mut self) -> Result<bool> {
        if !self.engine().has_many_writers() {
            return Ok(true);
        }
        let (is_alone,): (bool,) = self
            .fetch_one(sql!(
                "SELECT pg_try_advisory_xact_lock(hashtextextended('external-contacts sweep', 0)) WHERE $1 = $1"
            ))
            .await?;
        Ok(is_alone)
    }
}
