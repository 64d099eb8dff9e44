//! Mutations that merge contacts, and that undo this.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

use crate::error::Refusals;
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::input::{fields, id, patch_id};
use crate::graphql::merge::MergeMemberInput;
use crate::graphql::mutation::{Mutate as _, Outcome};
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::id::{ContactId, MergeId};
use crate::model::{
    AddressInput, Checked, Contact, ContactChanges, EmailAddressInput, ExternalIdInput, Merge, MovedRecords,
    Permission, PhoneNumberInput, RestoreLoss, SocialHandleInput, Url, whole,
};
use crate::service::{self, Parting, Target};

fields! {
    /// The fields of a merged contact that can be given.
    MergedContactFields for ContactChanges {
        /// The form of address, such as "Dr.".
        salutation: String,
        /// The given name. A contact must have a `firstName` or a `lastName`.
        first_name: String,
        /// The middle name.
        middle_name: String,
        /// The family name.
        last_name: String,
        /// The job title.
        title: String,
        /// Words for grouping contacts: at most 50.
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
        /// The URL of the contact in another system.
        external_system_url: Url,
    }
}

/// The values of a merged contact to use instead of those that the rules choose. The rules for each field are those of
/// `UpdateContactInput`; null clears a field. `surveyOptOut` cannot be given: it is true if it was true of any of the contacts.
#[derive(Default, InputObject)]
pub struct MergedContactValues {
    /// The contact's employer; null for none.
    organization_id: MaybeUndefined<ID>,
    #[graphql(flatten)]
    fields: MergedContactFields,
}

impl MergedContactValues {
    fn check(self) -> Checked<ContactChanges> {
        Ok(ContactChanges {
            organization_id: patch_id("organizationId", &self.organization_id)?,
            ..self.fields.into()
        })
    }
}

/// Input for `mergeContacts`.
#[derive(InputObject)]
pub struct MergeContactsInput {
    /// The contacts to merge, 2 to 25. The first is the survivor: it stays, and the others become part of it.
    members: Vec<MergeMemberInput>,
    /// The values to use instead of those that the rules choose.
    values: Option<MergedContactValues>,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

/// Input for `undoContactMerge`.
#[derive(InputObject)]
pub struct UndoContactMergeInput {
    /// The id of the merge.
    merge_id: ID,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

payload! {
    /// The result of merging contacts.
    MergeContactsPayload {
        /// The survivor as it became, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:contact:view`.
        contact: Option<Contact>, for ContactView;
        /// The merge, or null if the mutation was refused.
        merge: Option<Merge>;
    }
}

payload! {
    /// The result of undoing a merge of contacts.
    UndoContactMergePayload {
        /// The merge that was undone, or null if the mutation was refused.
        merge: Option<Merge>;
        /// The contacts that exist again.
        ///
        /// Requires `externalContacts:contact:view`.
        restored: Option<Vec<Contact>>, for ContactView;
        /// The numbers of records that went back to each of them. Records that were added after the merge stay with the
        /// survivor.
        moved_back: Vec<MovedRecords>;
        /// The names of the fields of the survivor that were changed after the merge, and stay as they are.
        kept: Vec<String>;
        /// The parts that could not be restored. The path of a field begins with `survivor`, or with `restored` and the place of
        /// the contact in that list.
        lost: Vec<RestoreLoss>;
    }
}

impl MergeContactsInput {
    fn check(self) -> Checked<(Vec<Target<ContactId>>, ContactChanges)> {
        let values = self.values.unwrap_or_default().check();
        let mut refusals = Refusals::default();
        let members = refusals.collect(MergeMemberInput::check_all(&self.members));
        let values = refusals.check("values", values);
        whole(refusals, members.zip(values))
    }
}

impl From<Outcome<(Contact, Merge)>> for MergeContactsPayload {
    fn from(outcome: Outcome<(Contact, Merge)>) -> Self {
        let (contact, merge) = outcome.value.unzip();
        Self {
            contact,
            merge,
            user_errors: outcome.user_errors,
        }
    }
}

impl From<Outcome<Parting<Contact>>> for UndoContactMergePayload {
    fn from(outcome: Outcome<Parting<Contact>>) -> Self {
        let Some(parting) = outcome.value else {
            return Self {
                merge: None,
                restored: Some(Vec::new()),
                moved_back: Vec::new(),
                kept: Vec::new(),
                lost: Vec::new(),
                user_errors: outcome.user_errors,
            };
        };
        Self {
            merge: Some(parting.merge),
            restored: Some(parting.restored),
            moved_back: parting.moved_back,
            kept: parting.kept,
            lost: parting.lost,
            user_errors: outcome.user_errors,
        }
    }
}

/// Mutations that merge contacts, and that undo this.
#[derive(Default)]
pub struct ContactMergeMutation;

#[Object]
impl ContactMergeMutation {
    /// Merges 2 to 25 contacts into the first of them, the survivor. The others become part of it: their notes and interactions
    /// belong to it, their ids and external ids keep finding it, and they are primary contacts through it. A single value that
    /// the survivor does not have is that of the last changed one that has it; lists have all items, equal ones once; and
    /// `values` overrides both. Refused with `INVALID` if a list would exceed its limit, and with `TOO_LARGE` if more than
    /// 50,000 notes and interactions would move, or if one contact would consist of more than 100.
    ///
    /// The merge can be undone by `undoContactMerge` for as many days as `viewer.tenant.retention.trashDays` says. The feed has a
    /// change `MERGED` for each of the others, and one `UPDATED` for the survivor if its own fields change. Records that move keep
    /// their version and have no change: all of the other contact now belongs to the survivor.
    ///
    /// Requires `externalContacts:contact:merge`.
    #[graphql(directive = requires_permission::apply(Permission::ContactMerge))]
    async fn merge_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contacts to merge.")] input: MergeContactsInput,
    ) -> Result<Option<MergeContactsPayload>> {
        let outcome = ctx.change_once(input.check(), service::merge_contacts).await?;
        Ok(Some(outcome.into()))
    }

    /// Undoes a merge of contacts. The contacts that became part of the survivor exist again under their ids, and their notes and
    /// interactions that still belong to the survivor go back to them. A field of the survivor gets its earlier value back unless
    /// it was changed after the merge. Refused with `INVALID` while a later merge of the survivor is not undone or the survivor is
    /// deleted, and with `EXPIRED` when the time for it is over.
    ///
    /// The feed has a change `UNMERGED` for each contact that exists again, and one `UPDATED` for the survivor if its own
    /// fields change. Notes and interactions that go back keep their version and have no change: read those of the contacts again.
    ///
    /// Requires `externalContacts:contact:merge`.
    #[graphql(directive = requires_permission::apply(Permission::ContactMerge))]
    async fn undo_contact_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The merge to undo.")] input: UndoContactMergeInput,
    ) -> Result<Option<UndoContactMergePayload>> {
        let input = id::<MergeId>("mergeId", &input.merge_id).map(|id| (id,));
        let outcome = ctx.change_once(input, service::undo_contact_merge).await?;
        Ok(Some(outcome.into()))
    }
}
