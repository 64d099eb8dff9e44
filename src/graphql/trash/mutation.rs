//! Mutations for deleted records: restoring and purging them.

use async_graphql::{Context, ID, InputObject, Object, Result};

use crate::error::{UserError, under};
use crate::graphql::context::ContextExt as _;
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::input::id;
use crate::graphql::mutation::{Mutate as _, Outcome};
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::id::{ContactId, GlobalId, NodeId, NoteId, OrganizationId, RelationshipId};
use crate::model::{
    Checked, Contact, Note, Organization, Permission, Permissions, Relationship, RestoreLoss, each,
};
use crate::service::{self, Restoration};

/// The maximum number of records of one call of `purgeTrash`.
const MOST_PURGED: usize = 100;

/// Input for `restoreContact`.
#[derive(InputObject)]
pub struct RestoreContactInput {
    /// The id of the deleted contact.
    id: ID,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

/// Input for `restoreOrganization`.
#[derive(InputObject)]
pub struct RestoreOrganizationInput {
    /// The id of the deleted organization.
    id: ID,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

/// Input for `restoreRelationship`.
#[derive(InputObject)]
pub struct RestoreRelationshipInput {
    /// The id of the deleted relationship.
    id: ID,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

/// Input for `restoreNote`.
#[derive(InputObject)]
pub struct RestoreNoteInput {
    /// The id of the deleted note.
    id: ID,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

/// Input for `purgeTrash`.
#[derive(InputObject)]
pub struct PurgeTrashInput {
    /// The ids of deleted records, at most 100.
    ids: Vec<ID>,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

payload! {
    /// The result of restoring a contact.
    RestoreContactPayload {
        /// The restored contact, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:contact:view`.
        contact: Option<Contact>, for ContactView;
        /// The number of notes that were restored with it.
        restored_notes: i64;
        /// The parts of the contact that could not be restored.
        lost: Vec<RestoreLoss>;
    }
}

payload! {
    /// The result of restoring an organization.
    RestoreOrganizationPayload {
        /// The restored organization, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:organization:view`.
        organization: Option<Organization>, for OrganizationView;
        /// The number of relationships that were restored with it.
        restored_relationships: i64;
        /// The number of notes that were restored with it.
        restored_notes: i64;
        /// The number of contacts who work for the organization again, counted up to 10,000. Those after the first 500 follow in
        /// the seconds after the mutation.
        reattached_contacts: i64;
        /// The parts of the organization that could not be restored.
        lost: Vec<RestoreLoss>;
    }
}

payload! {
    /// The result of restoring a relationship.
    RestoreRelationshipPayload {
        /// The restored relationship, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:relationship:view`.
        relationship: Relationship, for RelationshipView
    }
}

payload! {
    /// The result of restoring a note.
    RestoreNotePayload {
        /// The restored note, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:note:view`.
        note: Note, for NoteView
    }
}

payload! {
    /// The result of purging deleted records.
    PurgeTrashPayload {
        /// The ids of the purged records; empty if the mutation was refused.
        purged_ids: Vec<GlobalId>;
    }
}

impl From<Outcome<Restoration<Contact>>> for RestoreContactPayload {
    fn from(outcome: Outcome<Restoration<Contact>>) -> Self {
        let parts = outcome
            .value
            .map(|Restoration { restored, lost, .. }| (Some(restored.record), count(restored.notes), lost));
        let (contact, restored_notes, lost) = parts.unwrap_or_default();
        Self {
            contact,
            restored_notes,
            lost,
            user_errors: outcome.user_errors,
        }
    }
}

impl From<Outcome<Restoration<Organization>>> for RestoreOrganizationPayload {
    fn from(outcome: Outcome<Restoration<Organization>>) -> Self {
        let parts = outcome.value.map(|it| {
            let Restoration {
                restored,
                contacts,
                lost,
            } = it;
            let counts = (count(restored.relationships), count(restored.notes), contacts);
            (Some(restored.record), counts, lost)
        });
        let (organization, counts, lost) = parts.unwrap_or_default();
        let (restored_relationships, restored_notes, reattached_contacts) = counts;
        Self {
            organization,
            restored_relationships,
            restored_notes,
            reattached_contacts,
            lost,
            user_errors: outcome.user_errors,
        }
    }
}

impl PurgeTrashInput {
    fn check(self) -> Checked<(Vec<NodeId>,)> {
        const FIELD: &str = "ids";
        let read =
            |id: ID| NodeId::read(&id).ok_or_else(|| vec![UserError::invalid("is not the id of a record")]);
        let ids = each(self.ids, MOST_PURGED, read).map_err(|refusals| under(FIELD, refusals))?;
        Ok((ids,))
    }
}

fn count(records: usize) -> i64 {
    i64::try_from(records).unwrap_or(i64::MAX)
}

/// Mutations for deleted records.
#[derive(Default)]
pub struct TrashMutation;

#[Object]
impl TrashMutation {
    /// Restores a deleted contact with the notes that were deleted with it, under the same ids; each version is incremented. Its
    /// interactions show it again. External ids that another contact has got meanwhile, and an employer that no longer exists,
    /// are left out and listed in `lost`.
    ///
    /// Requires `externalContacts:contact:delete`.
    #[graphql(directive = requires_permission::apply(Permission::ContactDelete))]
    async fn restore_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact to restore.")] input: RestoreContactInput,
    ) -> Result<Option<RestoreContactPayload>> {
        let input = id::<ContactId>("id", &input.id).map(|id| (id,));
        let outcome = ctx.change_once(input, service::restore_contact).await?;
        Ok(Some(outcome.into()))
    }

    /// Restores a deleted organization with the relationships and notes that were deleted with it, under the same ids; each
    /// version is incremented. Its contacts work for it again, except for those who have another organization by now, and its
    /// interactions show it again. External ids that another organization has got meanwhile, and a primary contact who no
    /// longer works for it, are left out and listed in `lost`.
    ///
    /// Requires `externalContacts:organization:delete`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationDelete))]
    async fn restore_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization to restore.")] input: RestoreOrganizationInput,
    ) -> Result<Option<RestoreOrganizationPayload>> {
        let input = id::<OrganizationId>("id", &input.id).map(|id| (id,));
        let outcome = ctx.change_once(input, service::restore_organization).await?;
        Ok(Some(outcome.into()))
    }

    /// Restores a deleted relationship under the same id. Refused with `TAKEN` if the user has a current one of this type with
    /// this organization by now, and with `NOT_FOUND` while the organization is deleted.
    ///
    /// Requires `externalContacts:relationship:delete`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipDelete))]
    async fn restore_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The relationship to restore.")] input: RestoreRelationshipInput,
    ) -> Result<Option<RestoreRelationshipPayload>> {
        let input = id::<RelationshipId>("id", &input.id).map(|id| (id,));
        let outcome = ctx.change_once(input, service::restore_relationship).await?;
        Ok(Some(outcome.into()))
    }

    /// Restores a deleted note under the same id. Refused with `NOT_FOUND` while the contact or organization it is about is
    /// deleted.
    ///
    /// Requires `externalContacts:note:delete`, and `externalContacts:note:editAny` for notes of other users.
    #[graphql(directive = requires_permission::apply(Permission::NoteDelete))]
    async fn restore_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note to restore.")] input: RestoreNoteInput,
    ) -> Result<Option<RestoreNotePayload>> {
        let permissions: Permissions = ctx.caller().permissions;
        let input = id::<NoteId>("id", &input.id).map(|id| (id, permissions));
        let outcome = ctx.change_once(input, service::restore_note).await?;
        Ok(Some(outcome.into()))
    }

    /// Purges deleted records, with the notes and relationships that were deleted with them, before their time is over. They can
    /// no longer be restored. Either all of them are purged, or none; refused with `TOO_LARGE` if they are more than 10,000 together.
    /// The list of changes keeps their names for as long as it keeps changes.
    ///
    /// Requires `externalContacts:trash:purge`.
    #[graphql(directive = requires_permission::apply(Permission::TrashPurge))]
    async fn purge_trash(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The records to purge.")] input: PurgeTrashInput,
    ) -> Result<Option<PurgeTrashPayload>> {
        let outcome = ctx.change_once(input.check(), service::purge_trash).await?;
        let purged = outcome.value.unwrap_or_default();
        Ok(Some(PurgeTrashPayload {
            purged_ids: purged.into_iter().map(GlobalId::from).collect(),
            user_errors: outcome.user_errors,
        }))
    }
}
