//! Mutations for contacts.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, Result};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::graphql::candidates::candidates;
use crate::graphql::context::ContextExt as _;
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::duplicate::{DuplicateFields, duplicates_of_new};
use crate::graphql::input::{fields, id, patch_id, target};
use crate::graphql::mutation::{Mutate as _, Outcome};
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::graphql::shared::Shared;
use crate::id::{ContactId, NodeId};
use crate::model::{
    AddressInput, Checked, Contact, ContactChanges, ContactListChanges, ContactUpsertKey, EmailAddressInput,
    ExternalIdInput, Organization, OrganizationUpsertKey, Permission, Permissions, PhoneNumberInput,
    PossibleDuplicate, Record, SocialHandleInput, UpsertMode, Url,
};
use crate::service::{self, ContactUpsert, Target};
use crate::store::RemovedContact;

fields! {
    /// The fields of a contact that people write.
    ContactFields for ContactChanges {
        /// The form of address, such as "Dr.", at most 1000 characters, as each of the names.
        salutation: String,
        /// The given name. A contact must have a `firstName` or a `lastName`.
        first_name: String,
        /// The middle name.
        middle_name: String,
        /// The family name.
        last_name: String,
        /// The job title, such as "Head of Purchasing", at most 1000 characters.
        title: String,
        /// Words for grouping contacts: at most 50, each at most 100 characters.
        tags: Vec<String>,
        /// The contact's keys in other systems, at most 10.
        external_ids: Vec<ExternalIdInput>,
        /// The contact's phone numbers, at most 20.
        phone_numbers: Vec<PhoneNumberInput>,
        /// The contact's e-mail addresses, at most 20.
        email_addresses: Vec<EmailAddressInput>,
        /// The contact's postal addresses, at most 10.
        addresses: Vec<AddressInput>,
        /// The contact's handles in social networks, at most 20.
        social_handles: Vec<SocialHandleInput>,
        /// Whether the contact has opted out of surveys. Null means `false`.
        survey_opt_out: bool,
        /// The URL of the contact in another system: an absolute `http` or `https` URL.
        external_system_url: Url,
    }
}

/// A contact to create, among the items of `createContacts`.
#[derive(InputObject)]
pub struct CreateContactItemInput {
    /// The contact's employer.
    organization_id: Option<ID>,
    #[graphql(flatten)]
    fields: ContactFields,
}

/// Input for `createContact`.
#[derive(InputObject)]
pub struct CreateContactInput {
    #[graphql(flatten)]
    contact: CreateContactItemInput,
    #[graphql(flatten)]
    duplicates: DuplicateFields,
    #[graphql(flatten)]
    repeat: RepeatFields,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

impl CreateContactItemInput {
    pub(super) fn check(self) -> Checked<(ContactChanges,)> {
        let employer = self.organization_id.as_ref();
        let employer = employer
            .map(|employer| id("organizationId", employer))
            .transpose()?;
        let changes = ContactChanges {
            organization_id: employer.into(),
            ..self.fields.into()
        };
        Ok((changes,))
    }
}

/// Input for `updateContact`. Absent fields are left unchanged; null clears a field.
#[derive(InputObject)]
pub struct UpdateContactInput {
    /// The contact's id.
    id: ID,
    /// The version the contact must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
    /// The contact's employer; null for none.
    organization_id: MaybeUndefined<ID>,
    /// The items to add to lists and to remove from them.
    lists: Option<ContactListChanges>,
    #[graphql(flatten)]
    fields: ContactFields,
}

impl UpdateContactInput {
    pub(super) fn check(self) -> Checked<(Target<ContactId>, ContactChanges)> {
        let target = target(&self.id, self.expected_version)?;
        let changes = ContactChanges {
            organization_id: patch_id("organizationId", &self.organization_id)?,
            lists: self.lists.unwrap_or_default(),
            ..self.fields.into()
        };
        Ok((target, changes))
    }
}

/// A contact to delete, among the items of `deleteContacts`.
#[derive(InputObject)]
pub struct DeleteContactItemInput {
    /// The contact's id.
    id: ID,
    /// The version the contact must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
}

/// Input for `deleteContact`.
#[derive(InputObject)]
pub struct DeleteContactInput {
    #[graphql(flatten)]
    contact: DeleteContactItemInput,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

impl DeleteContactItemInput {
    pub(super) fn check(self) -> Checked<(Target<ContactId>,)> {
        Ok((target(&self.id, self.expected_version)?,))
    }
}

/// Input for `upsertContact`. Absent fields are left unchanged, or empty in a new contact; null clears a field.
#[derive(InputObject)]
pub struct UpsertContactInput {
    /// The key to find the contact by. An external id is always among those of the contact, and `externalIds` determines the
    /// others; a new contact gets the phone number, e-mail address or social handle, unless the input has it.
    key: ContactUpsertKey,
    /// The contact's employer, by a key; null for none. The organization must exist.
    organization_key: MaybeUndefined<OrganizationUpsertKey>,
    /// The rule for the fields of a contact that exists.
    #[graphql(default)]
    mode: UpsertMode,
    /// The items to add to lists and to remove from them.
    lists: Option<ContactListChanges>,
    #[graphql(flatten)]
    fields: ContactFields,
}

impl UpsertContactInput {
    #[expect(clippy::unnecessary_wraps, reason = "every input is checked alike")]
    pub(super) fn check(self, permissions: Permissions) -> Checked<ContactUpsert> {
        let employer = self.organization_key.into();
        let changes = ContactChanges {
            lists: self.lists.unwrap_or_default(),
            mode: self.mode,
            ..self.fields.into()
        };
        Ok((permissions, self.key, employer, changes))
    }
}

payload! {
    /// The result of creating a contact.
    #[graphql(complex)]
    CreateContactPayload {
        /// The new contact, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:contact:view`.
        contact: Option<Arc<Contact>>, for ContactView;
        /// The contact as it would be if it had not been refused as a duplicate.
        #[graphql(skip)]
        draft: Option<Arc<Contact>>;
    }
}

payload! {
    /// The result of updating a contact.
    UpdateContactPayload {
        /// The contact in its current state. Null if the mutation was refused, except for a version conflict.
        ///
        /// Requires `externalContacts:contact:view`.
        contact: Contact, for ContactView
    }
}

payload! {
    /// The result of upserting a contact.
    UpsertContactPayload {
        /// The contact in its current state, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:contact:view`.
        contact: Option<Contact>, for ContactView;
        /// Whether the mutation created a new record, or null if it was refused.
        created: Option<bool>;
        /// The contacts that `key` matches, if there are several; at most 25. Otherwise null.
        ///
        /// Requires `externalContacts:contact:view`.
        candidates: Option<Vec<Shared<Contact>>>, for ContactView;
        /// The organizations that `organizationKey` matches, if there are several; at most 25. Otherwise null.
        ///
        /// Requires `externalContacts:organization:view`.
        candidate_organizations: Option<Vec<Shared<Organization>>>, for OrganizationView;
    }
}

payload! {
    /// The result of deleting a contact.
    DeleteContactPayload {
        /// The id of the deleted contact, or null if the mutation was refused.
        deleted_contact_id: Option<ContactId>;
        /// The number of notes that were deleted with it.
        deleted_notes: i64;
        /// The number of interactions that show no contact unless it is restored, counted up to 10,000. Filters by the contact's id
        /// find them until it is purged.
        detached_interactions: i64;
        /// The contact in its current state if its version did not match, otherwise null.
        ///
        /// Requires `externalContacts:contact:view`.
        contact: Option<Contact>, for ContactView;
    }
}

impl UpsertContactPayload {
    /// Creates the payload, and loads the records that keys match.
    pub(super) async fn load(ctx: &Context<'_>, outcome: Outcome<(Contact, bool)>) -> Result<Self> {
        let (contact, created) = outcome.value.unzip();
        let contact_id = |id| match id {
            NodeId::ContactId(id) => Some(id),
            _ => None,
        };
        let organization_id = |id| match id {
            NodeId::OrganizationId(id) => Some(id),
            _ => None,
        };
        Ok(Self {
            contact,
            created,
            candidates: candidates(ctx, &outcome.user_errors, contact_id).await?,
            candidate_organizations: candidates(ctx, &outcome.user_errors, organization_id).await?,
            user_errors: outcome.user_errors,
        })
    }
}

/// The outcome of a deletion, and the contact as it is after a version conflict.
type Deleted = (Outcome<(ContactId, RemovedContact)>, Option<Contact>);

impl From<Deleted> for DeleteContactPayload {
    fn from((outcome, contact): Deleted) -> Self {
        let (id, removed) = outcome.value.unzip();
        let removed = removed.unwrap_or_default();
        Self {
            contact,
            deleted_contact_id: id,
            deleted_notes: removed.notes,
            detached_interactions: removed.interactions,
            user_errors: outcome.user_errors,
        }
    }
}

#[ComplexObject]
impl CreateContactPayload {
    /// The contacts that may be the same as the new one, the highest score first: at most 20. Null if the mutation
    /// was refused for another reason.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn possible_duplicates(&self, ctx: &Context<'_>) -> Result<Option<Vec<PossibleDuplicate>>> {
        Ok(duplicates_of_new(ctx, self.contact.as_ref().or(self.draft.as_ref()).cloned()).await?)
    }
}

impl CreateContactPayload {
    /// Creates the payload. Of what was refused as a duplicate, it has a draft, whose duplicates can be sought.
    async fn of(
        ctx: &Context<'_>,
        outcome: Outcome<Contact>,
        changes: Option<ContactChanges>,
    ) -> Result<Self> {
        let mut draft = changes.filter(|_| outcome.is_duplicate()).and_then(|changes| {
            let record = Record::new(DateTime::<Utc>::UNIX_EPOCH, None);
            let mut draft = Contact::new(ContactId::new(Uuid::nil()), record);
            changes
                .apply(&mut draft, &ctx.tenant().record().default_region)
                .ok()?;
            Some(draft)
        });
        if let Some(draft) = &mut draft {
            // The employer may be part of another organization by now.
            let employer: Option<Shared<Organization>> = ctx.load_opt(draft.organization_id).await?;
            draft.organization_id = employer.map(|employer| employer.id);
        }
        Ok(Self {
            draft: draft.map(Arc::new),
            ..outcome.into()
        })
    }
}

impl From<Outcome<Contact>> for CreateContactPayload {
    fn from(outcome: Outcome<Contact>) -> Self {
        Self {
            contact: outcome.value.map(Arc::new),
            draft: None,
            user_errors: outcome.user_errors,
        }
    }
}

/// Mutations for contacts.
#[derive(Default)]
pub struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Creates a contact.
    ///
    /// Requires `externalContacts:contact:add`.
    #[graphql(directive = requires_permission::apply(Permission::ContactAdd))]
    async fn create_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new contact's fields.")] input: CreateContactInput,
    ) -> Result<Option<CreateContactPayload>> {
        let checked = input.contact.check();
        let changes = checked.as_ref().ok().map(|(changes,)| changes.clone());
        let checked = checked.map(|(changes,)| (changes, input.duplicates.on_duplicate));
        let outcome = ctx.change(checked, service::create_contact).await?;
        Ok(Some(CreateContactPayload::of(ctx, outcome, changes).await?))
    }

    /// Updates a contact.
    ///
    /// Requires `externalContacts:contact:edit`.
    #[graphql(directive = requires_permission::apply(Permission::ContactEdit))]
    async fn update_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact's id and the fields to change.")] input: UpdateContactInput,
    ) -> Result<Option<UpdateContactPayload>> {
        let outcome = ctx.update(input.check(), service::update_contact).await?;
        Ok(Some(outcome.into()))
    }

    /// Deletes a contact and its notes. Its interactions are kept and show no contact. `restoreContact` undoes the deletion for as
    /// many days as `viewer.tenant.retention.trashDays` says. Refused with `TOO_LARGE` if more than 10,000 notes would be
    /// deleted with it.
    ///
    /// Requires `externalContacts:contact:delete`.
    #[graphql(directive = requires_permission::apply(Permission::ContactDelete))]
    async fn delete_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact to delete.")] input: DeleteContactInput,
    ) -> Result<Option<DeleteContactPayload>> {
        let outcome = ctx
            .change_record(input.contact.check(), service::delete_contact)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Updates the contact with the given key, or creates it.
    ///
    /// Requires `externalContacts:contact:add`, and `externalContacts:contact:edit` if the contact exists.
    #[graphql(directive = requires_permission::apply(Permission::ContactAdd))]
    async fn upsert_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact's key and fields.")] input: UpsertContactInput,
    ) -> Result<Option<UpsertContactPayload>> {
        let input = input.check(ctx.caller().permissions);
        let outcome = ctx.change(input, service::upsert_contact).await?;
        Ok(Some(UpsertContactPayload::load(ctx, outcome).await?))
    }
}
