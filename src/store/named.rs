//! Names of their own for what `record.rs` does with each noun.
#![expect(missing_docs, reason = "each is one call")]

use uuid::Uuid;

use super::contact::RemovedContact;
use super::organization::RemovedOrganization;
use super::{Read as _, Tenant, Tx};
use crate::error::Result;
use crate::id::{
    ContactId, InteractionId, NoteId, OrganizationId, RelationshipId, TypedId as _, UserId, WrapUpCodeId,
};
use crate::model::{Contact, ExternalId, Interaction, Note, Organization, Relationship, User, WrapUpCode};

macro_rules! finders {
    ($($name:ident: $record:ident, $id:ident;)*) => {$(
        impl Tx {
            /// Returns the record, locked until the transaction ends.
            pub async fn $name(&mut self, id: $id) -> Result<Option<$record>> {
                self.find_locked(id).await
            }
        }
    )*};
}

finders! {
    contact: Contact, ContactId;
    organization: Organization, OrganizationId;
    relationship: Relationship, RelationshipId;
    note: Note, NoteId;
    interaction: Interaction, InteractionId;
    user: User, UserId;
    wrap_up_code: WrapUpCode, WrapUpCodeId;
}

impl Tenant {
    pub async fn owner_of(&self, kind: &'static str, key: &ExternalId) -> Result<Option<Uuid>> {
        let mut tenant = self;
        if kind == "contact" {
            Ok(tenant
                .find_by_external_id::<ContactId>(key)
                .await?
                .map(ContactId::uuid))
        } else {
            Ok(tenant
                .find_by_external_id::<OrganizationId>(key)
                .await?
                .map(OrganizationId::uuid))
        }
    }
}

impl Tx {
    pub async fn owner_of(&mut self, kind: &'static str, key: &ExternalId) -> Result<Option<Uuid>> {
        if kind == "contact" {
            Ok(self
                .find_by_external_id::<ContactId>(key)
                .await?
                .map(ContactId::uuid))
        } else {
            Ok(self
                .find_by_external_id::<OrganizationId>(key)
                .await?
                .map(OrganizationId::uuid))
        }
    }

    pub async fn has_contact(&mut self, id: ContactId) -> Result<bool> {
        self.exists::<Contact>(id).await
    }
    pub async fn has_organization(&mut self, id: OrganizationId) -> Result<bool> {
        self.exists::<Organization>(id).await
    }
    pub async fn has_user(&mut self, id: UserId) -> Result<bool> {
        self.exists::<User>(id).await
    }
    pub async fn add_contact(&mut self, contact: &Contact) -> Result<()> {
        self.insert(contact).await
    }
    pub async fn add_organization(&mut self, it: &Organization) -> Result<()> {
        self.insert(it).await
    }
    pub async fn add_note(&mut self, it: &Note) -> Result<()> {
        self.insert(it).await
    }
    pub async fn save_contact(&mut self, before: &Contact, after: Contact) -> Result<Contact> {
        self.update_contact(before, after).await
    }
    pub async fn save_organization(
        &mut self,
        before: &Organization,
        after: Organization,
    ) -> Result<Organization> {
        self.update(before, after).await
    }
    pub async fn save_note(&mut self, before: &Note, after: Note) -> Result<Note> {
        self.update(before, after).await
    }
    pub async fn save_relationship(
        &mut self,
        before: &Relationship,
        after: Relationship,
    ) -> Result<Relationship> {
        self.update_relationship(before, after).await
    }
    pub async fn save_interaction(
        &mut self,
        before: &Interaction,
        after: Interaction,
    ) -> Result<Interaction> {
        self.update_interaction(before, after).await
    }
    pub async fn save_wrap_up_code(&mut self, before: &WrapUpCode, after: WrapUpCode) -> Result<WrapUpCode> {
        self.update_wrap_up_code(before, after).await
    }
    pub async fn remove_contact(&mut self, it: &Contact) -> Result<RemovedContact> {
        self.delete_contact(it).await
    }
    pub async fn remove_organization(&mut self, it: &Organization) -> Result<RemovedOrganization> {
        self.delete_organization(it).await
    }
    pub async fn remove_note(&mut self, it: &Note) -> Result<()> {
        self.delete(it).await
    }
    pub async fn remove_relationship(&mut self, it: &Relationship) -> Result<()> {
        self.delete(it).await
    }
    pub async fn take_long(&mut self) -> Result<()> {
        self.lift_time_limits().await
    }
}
