//! Reading of many records at once, for imports and exports.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tracing::instrument;
use uuid::Uuid;

use super::alias::SURVIVORS;
use super::bind::{IdList, TextList};
use super::engine::sql;
use super::statement::Statement;
use super::trash::MOST_PARTS;
use super::{Edge, Listed, Stored, Table, Tenant, Tx};
use crate::error::Result;
use crate::id::{ContactId, OrganizationId, RelationshipId, TypedId, UserId};
use crate::model::{Contact, Organization};

/// A column whose texts records are found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKey {
    /// The subject of a user at the identity provider.
    UserSubject,
    /// The folded name of a wrap-up code.
    WrapUpCodeName,
    /// The id of an interaction in the telephony system.
    InteractionExternalId,
    /// The sort key of an organization, which several may have.
    OrganizationName,
}

impl TextKey {
    /// The statement up to the texts.
    const fn statement(self) -> &'static str {
        match self {
            Self::UserSubject => "SELECT subject, id FROM users WHERE tenant_id = $1 AND subject ",
            Self::WrapUpCodeName => {
                "SELECT name_key, id FROM wrap_up_codes WHERE tenant_id = $1 AND name_key "
            }
            Self::InteractionExternalId => {
                "SELECT external_id, id FROM interactions WHERE tenant_id = $1 AND external_id "
            }
            Self::OrganizationName => {
                "SELECT sort_name, id FROM organizations WHERE tenant_id = $1 AND sort_name "
            }
        }
    }
}

impl Tenant {
    /// Returns the records that follow an id in the order of ids, at most so many.
    #[instrument(level = "debug", skip_all)]
    pub async fn records_after<T: Table>(&self, after: Uuid, most: i64) -> Result<Vec<T>> {
        let mut statement = Statement::new(self.engine(), "SELECT ");
        statement.push(T::COLUMNS).push(" FROM ").push(T::TABLE);
        statement.push(" WHERE tenant_id = $1 AND id > ").bind(after);
        statement.push(" ORDER BY id LIMIT ").bind(most);
        self.fetch_all(statement.sql()).await
    }

    /// Returns the number of records.
    #[instrument(level = "debug", skip_all)]
    pub async fn count_all<T: Table>(&self) -> Result<u64> {
        let mut statement = Statement::new(self.engine(), "SELECT COUNT(*) FROM ");
        statement.push(T::TABLE).push(" WHERE tenant_id = $1");
        let count: Option<(i64,)> = self.fetch_optional(statement.sql()).await?;
        Ok(count.map_or(0, |(count,)| u64::try_from(count).unwrap_or_default()))
    }

    /// Returns those of the ids whose records exist.
    #[instrument(level = "debug", skip_all)]
    pub async fn existing<T: Table>(&self, ids: Vec<Uuid>) -> Result<HashSet<Uuid>> {
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        let mut statement = Statement::new(self.engine(), "SELECT id FROM ");
        statement.push(T::TABLE).push(" WHERE tenant_id = $1 AND id ");
        statement.any_ids(ids);
        let existing: Vec<(Uuid,)> = self.fetch_all(statement.sql()).await?;
        Ok(existing.into_iter().map(|(id,)| id).collect())
    }

    /// Returns those of the contacts who are the primary contact of an organization.
    #[instrument(level = "debug", skip_all)]
    pub async fn primary_contacts(&self, among: Vec<Uuid>) -> Result<Vec<ContactId>> {
        let primary: Vec<(ContactId,)> = self
            .fetch_all(sql!(
                "SELECT primary_contact_id FROM organizations WHERE tenant_id = $1 AND primary_contact_id "
                    .any_ids(2),
                IdList(among),
            ))
            .await?;
        Ok(primary.into_iter().map(|(id,)| id).collect())
    }
}

impl Tx {
    /// Returns the records with these ids that exist, and those that the others were merged into, locked until the transaction
    /// ends.
    pub async fn lock_all<T: Stored>(&mut self, ids: Vec<Uuid>) -> Result<Vec<T>> {
        self.find_many(ids, self.engine().dialect().lock).await
    }

    /// Returns records as [`lock_all`](Self::lock_all) does, and the ids of which it finds none.
    pub(super) async fn lock_existing<T: Stored>(&mut self, ids: Vec<Uuid>) -> Result<(Vec<T>, Vec<Uuid>)> {
        let records: Vec<T> = self.lock_all(ids.clone()).await?;
        let found: HashSet<Uuid> = records.iter().map(Table::uuid).collect();
        let missing = ids.into_iter().filter(|id| !found.contains(&self.current(*id)));
        Ok((records, missing.collect()))
    }

    /// Returns the records with these ids that exist, by id, locked to delete them. Those that were merged into others are not
    /// found: the others are not meant.
    pub async fn lock_all_to_delete<T: Stored>(&mut self, ids: Vec<Uuid>) -> Result<Vec<T>> {
        let lock = self.engine().dialect().lock_to_delete;
        let records: Vec<T> = self.select_many(ids.clone(), lock).await?;
        let found = records.iter().map(Table::uuid).collect();
        self.seek_survivors::<T>(&ids, &found).await?;
        Ok(records)
    }

    /// Returns the records with these ids that exist, and those that the others were merged into, which stay as they are until the
    /// transaction ends.
    pub async fn share_all<T: Stored>(&mut self, ids: Vec<Uuid>) -> Result<Vec<T>> {
        self.find_many(ids, self.engine().dialect().lock_shared).await
    }

    async fn find_many<T: Stored>(&mut self, ids: Vec<Uuid>, lock: &'static str) -> Result<Vec<T>> {
        let mut records: Vec<T> = self.select_many(ids.clone(), lock).await?;
        for _ in 0..SURVIVORS {
            let found = records.iter().map(Table::uuid).collect();
            let survivors = self.seek_survivors::<T>(&ids, &found).await?;
            if survivors.is_empty() {
                break;
            }
            records.extend(self.select_many(survivors, lock).await?);
        }
        Ok(records)
    }

    /// Returns the records with these ids that exist, by id, locked until the transaction ends, and the ids of the others, whether or
    /// not these were merged.
    pub(super) async fn lock_those<T: Stored>(&mut self, ids: Vec<Uuid>) -> Result<(Vec<T>, Vec<Uuid>)> {
        let records: Vec<T> = self
            .select_many(ids.clone(), self.engine().dialect().lock)
            .await?;
        let found: HashSet<Uuid> = records.iter().map(Table::uuid).collect();
        let missing = ids.into_iter().filter(|id| !found.contains(id));
        Ok((records, missing.collect()))
    }

    async fn select_many<T: Stored>(&mut self, ids: Vec<Uuid>, lock: &'static str) -> Result<Vec<T>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::new(self.engine(), "SELECT ");
        statement.push(T::COLUMNS).push(" FROM ").push(T::TABLE);
        statement.push(" WHERE tenant_id = $1 AND id ").any_ids(ids);
        statement.push(" ORDER BY id").push(lock);
        self.fetch_all(statement.sql()).await
    }

    /// Returns the children of parents, locked to delete them, in an order of their columns: at most one more than one mutation
    /// deletes.
    pub(super) async fn lock_children_to_delete<T: Stored + Listed>(
        &mut self,
        edge: &'static Edge<T>,
        order: &'static str,
        parents: &[Uuid],
    ) -> Result<Vec<T>> {
        if parents.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::new(self.engine(), "SELECT ");
        statement.push(T::COLUMNS).push(" FROM ").push(T::TABLE);
        statement
            .push(" WHERE tenant_id = $1 AND ")
            .push(edge.column)
            .push(" ");
        statement.any_ids(parents.to_vec()).push(" ORDER BY ").push(order);
        statement.limit(MOST_PARTS + 1);
        statement.push(self.engine().dialect().lock_to_delete);
        self.fetch_all(statement.sql()).await
    }

    /// Returns the ids of the records with these ids that exist, and of those that the others were merged into, and keeps these
    /// records from being deleted until the transaction ends.
    pub async fn keep_all<T: Stored>(&mut self, ids: Vec<Uuid>) -> Result<Vec<T::Id>> {
        let kept = self.keep_those::<T>(ids.clone()).await?;
        self.keep_survivors::<T>(&ids, kept).await
    }

    /// Returns the ids in `kept`, whose records are kept from being deleted, and keeps those that the other records were merged
    /// into as well.
    pub(super) async fn keep_survivors<T: Stored>(
        &mut self,
        ids: &[Uuid],
        kept: Vec<Uuid>,
    ) -> Result<Vec<T::Id>> {
        let mut kept: HashSet<Uuid> = kept.into_iter().collect();
        for _ in 0..SURVIVORS {
            let survivors = self.seek_survivors::<T>(ids, &kept).await?;
            if survivors.is_empty() {
                break;
            }
            kept.extend(self.keep_those::<T>(survivors).await?);
        }
        Ok(kept.into_iter().map(T::Id::from_uuid).collect())
    }

    async fn keep_those<T: Stored>(&mut self, ids: Vec<Uuid>) -> Result<Vec<Uuid>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::new(self.engine(), "SELECT id FROM ");
        statement
            .push(T::TABLE)
            .push(" WHERE tenant_id = $1 AND id ")
            .any_ids(ids);
        statement.push(" ORDER BY id").push(self.engine().dialect().keep);
        let kept: Vec<(Uuid,)> = self.fetch_all(statement.sql()).await?;
        Ok(kept.into_iter().map(|(id,)| id).collect())
    }

    /// Returns contacts, or those that they were merged into, each with its employer, if that exists, and keeps all of them from
    /// being deleted until the transaction ends. The organizations in `kept` exist and are kept already.
    pub async fn keep_contacts<'k>(
        &mut self,
        ids: Vec<Uuid>,
        kept: impl IntoIterator<Item = &'k OrganizationId>,
    ) -> Result<Vec<(ContactId, Option<OrganizationId>)>> {
        let mut existing: HashSet<OrganizationId> = kept.into_iter().copied().collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut contacts = self.keep_with_employers(ids.clone()).await?;
        for _ in 0..SURVIVORS {
            let found = contacts.iter().map(|(contact, _)| contact.uuid()).collect();
            let survivors = self.seek_survivors::<Contact>(&ids, &found).await?;
            if survivors.is_empty() {
                break;
            }
            contacts.extend(self.keep_with_employers(survivors).await?);
        }
        // An employer may be deleted and not detached yet, or may have become one only now.
        let employers = contacts.iter().filter_map(|(_, employer)| *employer);
        let others: BTreeSet<Uuid> = employers
            .filter(|employer| !existing.contains(employer))
            .map(TypedId::uuid)
            .collect();
        existing.extend(
            self.keep_all::<Organization>(others.into_iter().collect())
                .await?,
        );
        let contacts = contacts.into_iter();
        Ok(contacts
            .map(|(id, employer)| {
                // One that was merged is followed by its contacts some time later.
                let employer = employer.map(|employer| self.current_id(employer));
                (id, employer.filter(|employer| existing.contains(employer)))
            })
            .collect())
    }

    async fn keep_with_employers(
        &mut self,
        contacts: Vec<Uuid>,
    ) -> Result<Vec<(ContactId, Option<OrganizationId>)>> {
        self.fetch_all(sql!(
            "SELECT id, organization_id FROM contacts WHERE tenant_id = $1 AND id " .any_ids(2) " ORDER BY id" .keep,
            IdList(contacts),
        ))
        .await
    }

    /// Returns the records whose column has one of these texts, each with the text.
    pub async fn find_by_texts(&mut self, key: TextKey, texts: Vec<String>) -> Result<Vec<(String, Uuid)>> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Statement::new(self.engine(), key.statement());
        statement.any_texts(texts);
        self.fetch_all(statement.sql()).await
    }

    /// Returns the ids of the records that the search index has under one of these words.
    pub async fn find_by_words(&mut self, words: Vec<String>) -> Result<Vec<Uuid>> {
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "SELECT DISTINCT id FROM search_words WHERE tenant_id = $1 AND word ".any_texts(2),
                TextList(words),
            ))
            .await?;
        Ok(found.into_iter().map(|(id,)| id).collect())
    }

    /// Returns the current relationships of users with organizations: their ids, users, organizations and folded types.
    pub async fn relationships_between(
        &mut self,
        users: &[UserId],
        organizations: &[OrganizationId],
    ) -> Result<Vec<(RelationshipId, UserId, OrganizationId, String)>> {
        if users.is_empty() || organizations.is_empty() {
            return Ok(Vec::new());
        }
        self.fetch_all(sql!(
            "
            SELECT id, user_id, organization_id, type_key
              FROM relationships
             WHERE tenant_id = $1
               AND ended_on IS NULL
               AND organization_id " .any_ids(2) "
               AND user_id " .any_ids(3),
            IdList(organizations.iter().map(|id| id.uuid()).collect()),
            IdList(users.iter().map(|id| id.uuid()).collect()),
        ))
        .await
    }

    /// Returns the number of managed entities that can be created.
    pub async fn entities_left(&mut self) -> Result<i64> {
        let (left,): (i64,) = self
            .fetch_one(sql!(
                "SELECT CAST(COALESCE(SUM(room), 0) AS BIGINT) FROM entity_room WHERE tenant_id = $1"
            ))
            .await?;
        Ok(left)
    }

    /// Makes contacts the primary contacts of their organizations.
    pub async fn set_primary_contacts(&mut self, pairs: &[(OrganizationId, ContactId)]) -> Result<()> {
        let contacts: BTreeMap<OrganizationId, ContactId> = pairs.iter().copied().collect();
        let ids = contacts.keys().map(|id| id.uuid()).collect();
        let organizations: Vec<Organization> = self.lock_all(ids).await?;
        let changed = organizations.into_iter().map(|before| {
            let mut after = before.clone();
            after.primary_contact_id = contacts.get(&before.id).copied().or(before.primary_contact_id);
            (before, after)
        });
        self.update_all(changed.collect()).await.map(drop)
    }
}
