//! Where contacts are kept.

use sqlx::types::Json;
use tracing::instrument;
use uuid::Uuid;

use super::change::NewChange;
use super::engine::{Statement, sql};
use super::{Column, Edge, Filter, Listed, SortField, Tx};
use crate::error::Result;
use crate::id::{ContactId, TypedId};
use crate::model::{Contact, ContactFilter, ContactOrderField};
use crate::page::Key;

impl Listed for Contact {
    const TABLE: &'static str = "contacts";
    const COLUMNS: &'static str = "id, version, created_at, updated_at, created_by, updated_by, salutation, \
        first_name, middle_name, last_name, title, organization_id, tags, external_ids, phone_numbers, \
        email_addresses, addresses, social_handles, survey_opt_out, external_system_url, sort_name";
    type Order = ContactOrderField;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn keys(&self, order: ContactOrderField) -> Vec<Key> {
        vec![match order {
            ContactOrderField::Name => Key::Text(self.sort_name.clone()),
            ContactOrderField::CreatedAt => Key::Instant(self.record.created_at.0),
            ContactOrderField::UpdatedAt => Key::Instant(self.record.updated_at.0),
        }]
    }
}

impl SortField for ContactOrderField {
    const LIST: &'static str = "contacts";

    fn columns(self) -> &'static [Column] {
        match self {
            Self::Name => &[Column::Text("sort_name")],
            Self::CreatedAt => &[Column::Instant("created_at")],
            Self::UpdatedAt => &[Column::Instant("updated_at")],
        }
    }
}

impl Filter for ContactFilter {
    fn conditions<'a>(&'a self, to: &mut Statement<'a>) {
        to.one_of_ids("organization_id", self.organization_ids.as_deref());
        to.is_there("organization_id", self.has_organization);
        to.name("sort_name", self.last_name.as_ref());
        to.name("sort_first", self.first_name.as_ref());
        to.found_by('j', self.titles.as_deref());
        to.found_by('g', self.tags.as_deref());
        to.found_by('c', self.cities.as_deref());
        to.found_by('y', self.country_codes.as_deref());
        to.external_id(ContactId::KIND, self.external_id.as_ref());
        to.ranges(&self.ranges);
    }
}

/// The people who work for an organization.
pub static CONTACTS_OF_ORGANIZATION: Edge<Contact> = Edge {
    column: "organization_id",
    condition: "",
    parent: |contact| contact.organization_id.map(TypedId::uuid),
};

/// What went with a contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedContact {
    /// Notes that were deleted.
    pub notes: i64,
    /// Interactions that were kept, without their contact.
    pub interactions: i64,
}

impl Tx {
    /// A contact, locked until the transaction ends.
    pub async fn contact(&mut self, id: ContactId) -> Result<Option<Contact>> {
        self.locked(id.uuid()).await
    }

    /// Whether there is such a contact.
    pub async fn has_contact(&mut self, id: ContactId) -> Result<bool> {
        let one: Option<(i32,)> = self
            .fetch_optional(sql!(
                "SELECT 1 FROM contacts WHERE tenant_id = $1 AND id = $2",
                id
            ))
            .await?;
        Ok(one.is_some())
    }

    /// Keeps a new contact. Refuses when there is no room, or when an external id is taken.
    #[instrument(skip_all, err)]
    pub async fn add_contact(&mut self, contact: &Contact) -> Result<()> {
        self.take_room(1).await?;
        let found = contact.found();
        self.execute(sql!(
            "
            INSERT INTO contacts
                   (tenant_id, id, version, created_at, updated_at, created_by, updated_by, salutation,
                    first_name, middle_name, last_name, title, organization_id, tags, external_ids,
                    phone_numbers, email_addresses, addresses, social_handles, survey_opt_out,
                    external_system_url, sort_name, sort_first, search_text)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                    $20, $21, $22, $23, $24)",
            contact.id,
            contact.record.version,
            contact.record.created_at,
            contact.record.updated_at,
            contact.record.created_by,
            contact.record.updated_by,
            contact.salutation,
            contact.first_name,
            contact.middle_name,
            contact.last_name,
            contact.title,
            contact.organization_id,
            Json(&contact.tags),
            Json(&contact.external_ids),
            Json(&contact.phone_numbers),
            Json(&contact.email_addresses),
            Json(&contact.addresses),
            Json(&contact.social_handles),
            contact.survey_opt_out,
            contact.external_system_url,
            contact.sort_name,
            contact.sort_first(),
            found.search_text(),
        ))
        .await?;
        self.replace_external_ids(contact.id, &[], &contact.external_ids)
            .await?;
        self.reindex(contact.id.uuid(), None, Some(found)).await?;
        self.record(NewChange::created(contact)).await
    }

    /// Keeps what became of a contact, and counts the change; nothing is written when nothing changed. Refuses when an
    /// external id is taken.
    #[instrument(skip_all, err)]
    pub async fn save_contact(&mut self, before: &Contact, mut after: Contact) -> Result<Contact> {
        if *before == after {
            return Ok(after);
        }
        after.record.touch(self.now(), self.actor());
        let found = after.found();
        self.execute(sql!(
            "
            UPDATE contacts
               SET version = $3, updated_at = $4, updated_by = $5, salutation = $6, first_name = $7,
                   middle_name = $8, last_name = $9, title = $10, organization_id = $11, tags = $12,
                   external_ids = $13, phone_numbers = $14, email_addresses = $15, addresses = $16,
                   social_handles = $17, survey_opt_out = $18, external_system_url = $19, sort_name = $20,
                   sort_first = $21, search_text = $22
             WHERE tenant_id = $1
               AND id = $2",
            after.id,
            after.record.version,
            after.record.updated_at,
            after.record.updated_by,
            after.salutation,
            after.first_name,
            after.middle_name,
            after.last_name,
            after.title,
            after.organization_id,
            Json(&after.tags),
            Json(&after.external_ids),
            Json(&after.phone_numbers),
            Json(&after.email_addresses),
            Json(&after.addresses),
            Json(&after.social_handles),
            after.survey_opt_out,
            after.external_system_url,
            after.sort_name,
            after.sort_first(),
            found.search_text(),
        ))
        .await?;
        if before.organization_id != after.organization_id {
            self.clear_primary_contact(after.id).await?;
        }
        self.replace_external_ids(after.id, &before.external_ids, &after.external_ids)
            .await?;
        self.reindex(after.id.uuid(), Some(before.found()), Some(found))
            .await?;
        self.record(NewChange::updated(before, &after)?).await?;
        Ok(after)
    }

    /// Deletes a contact with its notes; its interactions stay, without it.
    #[instrument(skip_all, err)]
    pub async fn remove_contact(&mut self, contact: &Contact) -> Result<RemovedContact> {
        let id = contact.id;
        self.clear_primary_contact(id).await?;
        let removed = RemovedContact {
            notes: self.remove_notes_of_contact(id).await?,
            interactions: self.detach_contact_from_interactions(id).await?,
        };
        self.replace_external_ids(id, &contact.external_ids, &[]).await?;
        self.reindex(id.uuid(), Some(contact.found()), None).await?;
        self.execute(sql!("DELETE FROM contacts WHERE tenant_id = $1 AND id = $2", id))
            .await?;
        self.give_room(1 + removed.notes).await?;
        self.record(NewChange::deleted(contact).with(removed)?).await?;
        Ok(removed)
    }

    /// Whoever is not there any more is nobody's primary contact. The organization keeps its version.
    async fn clear_primary_contact(&mut self, contact: ContactId) -> Result<()> {
        self.execute(sql!(
            "UPDATE organizations SET primary_contact_id = NULL WHERE tenant_id = $1 AND primary_contact_id = $2",
            contact,
        ))
        .await
        .map(drop)
    }
}
