//! Mutations for notes.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

use crate::graphql::context::ContextExt as _;
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::input::{id, target};
use crate::graphql::mutation::{Mutate as _, Outcome};
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::id::{NoteId, UserId};
use crate::model::{Checked, Note, NoteChanges, NoteSubjectId, Patch, Permission, Permissions};
use crate::service::{self, Target};

/// A note to create, among the items of `createNotes`. The caller becomes the author.
#[derive(InputObject)]
pub struct CreateNoteItemInput {
    /// The contact or the organization the note is about.
    subject_id: ID,
    /// The note's plain text, 1 to 32,000 characters.
    text: String,
    /// Whether the note is an alert to agents. Pinned notes come first in lists. Null means `false`.
    pinned: Option<bool>,
}

/// Input for `createNote`. The caller becomes the author.
#[derive(InputObject)]
pub struct CreateNoteInput {
    #[graphql(flatten)]
    note: CreateNoteItemInput,
    #[graphql(flatten)]
    repeat: RepeatFields,
}

impl CreateNoteItemInput {
    pub(super) fn check(self, author: UserId) -> Checked<(UserId, NoteSubjectId, NoteChanges)> {
        let changes = NoteChanges {
            text: Patch::Set(self.text),
            pinned: self.pinned.into(),
        };
        Ok((author, id("subjectId", &self.subject_id)?, changes))
    }
}

/// Input for `updateNote`. Absent fields are left unchanged.
#[derive(InputObject)]
pub struct UpdateNoteInput {
    /// The note's id.
    id: ID,
    /// The version the note must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
    /// The note's plain text, 1 to 32,000 characters.
    text: MaybeUndefined<String>,
    /// Whether the note is an alert to agents. Pinned notes come first in lists. Null means `false`.
    pinned: MaybeUndefined<bool>,
}

impl UpdateNoteInput {
    pub(super) fn check(
        self,
        permissions: Permissions,
    ) -> Checked<(Target<NoteId>, Permissions, NoteChanges)> {
        let changes = NoteChanges {
            text: self.text.into(),
            pinned: self.pinned.into(),
        };
        Ok((target(&self.id, self.expected_version)?, permissions, changes))
    }
}

/// A note to delete, among the items of `deleteNotes`.
#[derive(InputObject)]
pub struct DeleteNoteItemInput {
    /// The note's id.
    id: ID,
    /// The version the note must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
}

/// Input for `deleteNote`.
#[derive(InputObject)]
pub struct DeleteNoteInput {
    #[graphql(flatten)]
    note: DeleteNoteItemInput,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

impl DeleteNoteItemInput {
    pub(super) fn check(self, permissions: Permissions) -> Checked<(Target<NoteId>, Permissions)> {
        Ok((target(&self.id, self.expected_version)?, permissions))
    }
}

payload! {
    /// The result of creating a note.
    CreateNotePayload {
        /// The new note, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:note:view`.
        note: Note, for NoteView
    }
}

payload! {
    /// The result of updating a note.
    UpdateNotePayload {
        /// The note in its current state. Null if the mutation was refused, except for a version conflict.
        ///
        /// Requires `externalContacts:note:view`.
        note: Note, for NoteView
    }
}

payload! {
    /// The result of deleting a note.
    DeleteNotePayload {
        /// The id of the deleted note, or null if the mutation was refused.
        deleted_note_id: Option<NoteId>;
        /// The note in its current state if its version did not match, otherwise null.
        ///
        /// Requires `externalContacts:note:view`.
        note: Option<Note>, for NoteView;
    }
}

impl From<(Outcome<NoteId>, Option<Note>)> for DeleteNotePayload {
    fn from((outcome, note): (Outcome<NoteId>, Option<Note>)) -> Self {
        Self {
            note,
            deleted_note_id: outcome.value,
            user_errors: outcome.user_errors,
        }
    }
}

/// Mutations for notes.
#[derive(Default)]
pub struct NoteMutation;

#[Object]
impl NoteMutation {
    /// Creates a note about a contact or an organization.
    ///
    /// Requires `externalContacts:note:add`.
    #[graphql(directive = requires_permission::apply(Permission::NoteAdd))]
    async fn create_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new note's subject and text.")] input: CreateNoteInput,
    ) -> Result<Option<CreateNotePayload>> {
        let input = input.note.check(ctx.caller().user.id);
        let outcome = ctx.change(input, service::create_note).await?;
        Ok(Some(outcome.into()))
    }

    /// Updates a note.
    ///
    /// Requires `externalContacts:note:edit`, and `externalContacts:note:editAny` for notes by other authors.
    #[graphql(directive = requires_permission::apply(Permission::NoteEdit))]
    async fn update_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note's id and the fields to change.")] input: UpdateNoteInput,
    ) -> Result<Option<UpdateNotePayload>> {
        let input = input.check(ctx.caller().permissions);
        let outcome = ctx.update(input, service::update_note).await?;
        Ok(Some(outcome.into()))
    }

    /// Deletes a note. `restoreNote` undoes the deletion for as many days as `viewer.tenant.retention.trashDays` says.
    ///
    /// Requires `externalContacts:note:delete`, and `externalContacts:note:editAny` for notes by other authors.
    #[graphql(directive = requires_permission::apply(Permission::NoteDelete))]
    async fn delete_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note to delete.")] input: DeleteNoteInput,
    ) -> Result<Option<DeleteNotePayload>> {
        let input = input.note.check(ctx.caller().permissions);
        let outcome = ctx.change_record(input, service::delete_note).await?;
        Ok(Some(outcome.into()))
    }
}
