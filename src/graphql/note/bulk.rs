//! Bulk mutations for notes.

use async_graphql::{Context, Object, Result};

use super::mutation::{
    CreateNoteItemInput, CreateNotePayload, DeleteNoteItemInput, DeleteNotePayload, UpdateNoteInput,
    UpdateNotePayload,
};
use crate::graphql::bulk::{MutateMany as _, bulk_input, bulk_payload};
use crate::graphql::context::ContextExt as _;
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::model::Permission;
use crate::service;

bulk_input! {
    /// Input for `createNotes`.
    CreateNotesInput of CreateNoteItemInput { repeat: RepeatFields }
}

bulk_input! {
    /// Input for `updateNotes`.
    UpdateNotesInput of UpdateNoteInput
}

bulk_input! {
    /// Input for `deleteNotes`.
    DeleteNotesInput of DeleteNoteItemInput { dry_run: DryRunFields }
}

bulk_payload! {
    /// The result of creating notes.
    CreateNotesPayload of CreateNotePayload
}

bulk_payload! {
    /// The result of updating notes.
    UpdateNotesPayload of UpdateNotePayload
}

bulk_payload! {
    /// The result of deleting notes.
    DeleteNotesPayload of DeleteNotePayload
}

/// Bulk mutations for notes.
#[derive(Default)]
pub struct NoteBulkMutation;

#[Object]
impl NoteBulkMutation {
    /// Creates notes about contacts and organizations in one transaction.
    ///
    /// Requires `externalContacts:note:add`.
    #[graphql(directive = requires_permission::apply(Permission::NoteAdd))]
    async fn create_notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new notes.")] input: CreateNotesInput,
    ) -> Result<Option<CreateNotesPayload>> {
        let author = ctx.caller().user.id;
        let items = input.items.into_iter().map(|item| item.check(author));
        let outcome = ctx
            .change_many(input.policy, items.collect(), service::create_notes)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Updates notes in one transaction.
    ///
    /// Requires `externalContacts:note:edit`, and `externalContacts:note:editAny` if any of the notes is by another author.
    #[graphql(directive = requires_permission::apply(Permission::NoteEdit))]
    async fn update_notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The notes' ids and the fields to change.")] input: UpdateNotesInput,
    ) -> Result<Option<UpdateNotesPayload>> {
        let permissions = ctx.caller().permissions;
        let items = input.items.into_iter().map(|item| item.check(permissions));
        let outcome = ctx
            .update_many(input.policy, items.collect(), service::update_notes)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Deletes notes in one transaction. Each deletion can be undone by `restoreNote`.
    ///
    /// Requires `externalContacts:note:delete`, and `externalContacts:note:editAny` if any of the notes is by another author.
    #[graphql(directive = requires_permission::apply(Permission::NoteDelete))]
    async fn delete_notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The notes to delete.")] input: DeleteNotesInput,
    ) -> Result<Option<DeleteNotesPayload>> {
        let permissions = ctx.caller().permissions;
        let items = input.items.into_iter().map(|item| item.check(permissions));
        let outcome = ctx
            .change_records(input.policy, items.collect(), service::delete_notes)
            .await?;
        Ok(Some(outcome.into()))
    }
}
