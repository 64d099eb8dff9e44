//! The table of contacts.

use tracing::instrument;
use uuid::Uuid;

use super::bind::IdList;
use super::declaration::stored;
use super::engine::sql;
use super::list::{Condition, Conditions};
use super::loose_reference::CONTACT_OF_INTERACTION;
use super::note::NOTES_OF_CONTACT;
use super::record::count_by;
use super::{Column, Edge, Filter, Listed, SortField, Table, Tx};
use crate::error::Result;
use crate::id::{ContactId, OrganizationId, TypedId};
use crate::model::{Contact, ContactFilter, ContactOrderField, Organization, WordKind};
use crate::page::Key;

/// The name of the reference of an organization to its primary contact.
const PRIMARY_CONTACT_LINK: &str = "primaryContact";

stored! {
    Contact: ContactId in "contacts" [counted, external_ids, indexed, mergeable, recorded] {
        salutation,
        first_name,
        middle_name,
        last_name,
        title,
        organization_id,
        tags: json,
        external_ids: json,
        phone_numbers: json,
        email_addresses: json,
        addresses: json,
        social_handles: json,
        survey_opt_out,
        external_system_url,
        sort_name,
    }
    derived {
        sort_first: |contact, _| contact.sort_first(),
        search_text: |_, entry| entry.search_text(),
        search_marks: |_, entry| entry.marks(),
    }
    refers {
        organization_id: Organization,
    }
}

impl Listed for Contact {
    type Order = ContactOrderField;
    type Filter = ContactFilter;

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
            Self::Name => &[Column::Name("sort_name")],
            Self::CreatedAt => &[Column::Instant("created_at")],
            Self::UpdatedAt => &[Column::Instant("updated_at")],
        }
    }
}

impl Filter for ContactFilter {
    fn conditions(&self, to: &mut Conditions) {
        to.external_id(ContactId::KIND, self.external_id.as_ref());
        to.refers_to("organization_id", self.organization_ids.as_deref());
        to.found_by(WordKind::ContactTag, self.tags.as_deref());
        to.found_by(WordKind::ContactTitle, self.titles.as_deref());
        to.found_by(WordKind::ContactCity, self.cities.as_deref());
        to.found_by(WordKind::ContactCountry, self.country_codes.as_deref());
        to.name("sort_name", self.last_name.as_ref());
        to.name("sort_first", self.first_name.as_ref());
        if let Some(has_organization) = self.has_organization {
            to.add(Condition::Null {
                column: "organization_id",
                is_null: !has_organization,
                // Those with one are ordered by it first.
                is_ordered: !has_organization,
            });
        }
        to.ranges(&self.ranges);
    }
}

/// The contacts who work for an organization.
pub static CONTACTS_OF_ORGANIZATION: Edge<Contact> = Edge {
    column: "organization_id",
    parent: |contact| contact.organization_id.map(TypedId::uuid),
    has_aliases: false,
};

/// The records that were deleted or detached with a contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedContact {
    /// The number of deleted notes.
    pub notes: i64,
    /// The number of interactions that it leaves without a contact, up to 10,000.
    pub interactions: i64,
}

impl Tx {
    /// Updates a contact to what it became. A contact that leaves its organization is not its primary contact any longer.
    pub async fn update_contact(&mut self, before: &Contact, after: Contact) -> Result<Contact> {
        if before.organization_id != after.organization_id {
            self.clear_primary_contact(after.id).await?;
        }
        self.update(before, after).await
    }

    /// Saves contacts as [`save_all`](Self::save_all) does. Contacts that leave their organization are not its primary
    /// contact any longer.
    pub async fn save_contacts(&mut self, contacts: Vec<(Option<Contact>, Contact)>) -> Result<Vec<Contact>> {
        let leaving = contacts.iter().filter_map(|(before, after)| {
            let leaves = before.as_ref()?.organization_id != after.organization_id;
            leaves.then_some(after.id)
        });
        self.clear_primary_contacts(leaving.collect()).await?;
        self.save_all(contacts).await
    }

    /// Clears `primary_contact_id` wherever it refers to one of these contacts. The organizations keep their version.
    pub async fn clear_primary_contacts(&mut self, contacts: Vec<ContactId>) -> Result<()> {
        if contacts.is_empty() {
            return Ok(());
        }
        self.execute(sql!(
            "UPDATE organizations SET primary_contact_id = NULL WHERE tenant_id = $1 AND primary_contact_id "
                .any_ids(2),
            IdList(contacts.iter().map(|id| id.uuid()).collect()),
        ))
        .await
        .map(drop)
    }

    /// Deletes contacts with their notes, and returns what went with each; their interactions stay.
    #[instrument(level = "debug", skip_all)]
    pub async fn delete_contacts(&mut self, contacts: &[Contact]) -> Result<Vec<RemovedContact>> {
        let ids: Vec<Uuid> = contacts.iter().map(Table::uuid).collect();
        self.leave_primary_contacts(&ids).await?;
        let notes = self.take_notes_of(&NOTES_OF_CONTACT, &ids).await?;
        let of_note = NOTES_OF_CONTACT.parent;
        self.keep_deleted_with(contacts, (&notes, of_note), (&[], |_| None))
            .await?;
        if !self.keeps_trash() {
            self.forget_merges(&ids).await?;
        }
        let notes = count_by(notes.iter().filter_map(of_note));
        let interactions = self.detach(&CONTACT_OF_INTERACTION, &ids).await?;
        let removed: Vec<RemovedContact> = ids
            .iter()
            .map(|id| RemovedContact {
                notes: notes.get(id).copied().unwrap_or_default(),
                interactions: interactions.get(id).copied().unwrap_or_default(),
            })
            .collect();
        self.delete_all_with(contacts, &removed).await?;
        Ok(removed)
    }

    /// Clears `primary_contact_id` wherever it refers to one of these contacts, which are deleted, and remembers where it did. The
    /// organizations keep their version.
    async fn leave_primary_contacts(&mut self, contacts: &[Uuid]) -> Result<()> {
        if contacts.is_empty() {
            return Ok(());
        }
        let led: Vec<(Uuid, Uuid)> = self
            .fetch_all(sql!(
                "SELECT id, primary_contact_id FROM organizations WHERE tenant_id = $1 AND primary_contact_id " .any_ids(2)
                " ORDER BY id" .lock,
                IdList(contacts.to_vec()),
            ))
            .await?;
        if led.is_empty() {
            return Ok(());
        }
        if self.keeps_trash() {
            self.remember(PRIMARY_CONTACT_LINK, &led).await?;
        }
        self.execute(sql!(
            "UPDATE organizations SET primary_contact_id = NULL WHERE tenant_id = $1 AND id ".any_ids(2),
            IdList(led.into_iter().map(|(id, _)| id).collect()),
        ))
        .await
        .map(drop)
    }

    /// Returns the organizations of which a contact that is restored becomes the primary contact again: those of which it was, that
    /// have no other by now, and that it works for. They are locked. One in the trash has it once that is restored.
    pub async fn find_led_again(&mut self, contact: &Contact) -> Result<Vec<OrganizationId>> {
        let led: Vec<(Uuid,)> = self
            .fetch_all(sql!(
                "
                DELETE FROM undo_links
                 WHERE tenant_id = $1
                   AND operation_id = $2
                   AND kind = $3
                RETURNING child_id",
                contact.id,
                PRIMARY_CONTACT_LINK,
            ))
            .await?;
        let led = led.into_iter().map(|(id,)| id).collect();
        let (organizations, missing) = self.lock_existing::<Organization>(led).await?;
        self.change_kept::<Organization>(missing, |organization| {
            let is_free = organization.primary_contact_id.is_none();
            organization.primary_contact_id = organization.primary_contact_id.or(Some(contact.id));
            is_free
        })
        .await?;
        let free = organizations.iter().filter(|organization| {
            organization.primary_contact_id.is_none() && contact.organization_id == Some(organization.id)
        });
        Ok(free.map(|organization| organization.id).collect())
    }

    /// Remembers an organization's primary contact for the time when the contact is restored. Returns whether it is in the trash.
    pub async fn remember_primary_contact(
        &mut self,
        organization: OrganizationId,
        contact: ContactId,
    ) -> Result<bool> {
        if !self.is_restorable(contact.uuid()).await? {
            return Ok(false);
        }
        self.remember(PRIMARY_CONTACT_LINK, &[(organization.uuid(), contact.uuid())])
            .await?;
        Ok(true)
    }

    /// Clears `primary_contact_id` wherever it refers to this contact. The organization keeps its version.
    async fn clear_primary_contact(&mut self, contact: ContactId) -> Result<()> {
        self.execute(sql!(
            "UPDATE organizations SET primary_contact_id = NULL WHERE tenant_id = $1 AND primary_contact_id = $2",
            contact,
        ))
        .await
        .map(drop)
    }
}
