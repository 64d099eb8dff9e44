//! Mutations for notes.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::error::{UserError, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::{ContactId, NoteId, OrganizationId};
use crate::model::{Note, NoteFields, NoteSubjectId, Permission, Record};
use crate::store::{Tx, change};

/// Input for `createNote`: a text, and exactly one of `contactId` and `organizationId`. The caller becomes the author.
#[derive(InputObject)]
pub struct CreateNoteInput {
    /// The contact the note is about.
    pub contact_id: Option<ID>,
    /// The organization the note is about.
    pub organization_id: Option<ID>,
    #[graphql(flatten)]
    fields: NoteFields,
}

/// Input for `updateNote`. Absent fields are left unchanged.
#[derive(InputObject)]
pub struct UpdateNoteInput {
    /// The note's id.
    pub id: ID,
    /// The version the note must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
    #[graphql(flatten)]
    fields: NoteFields,
}

/// Input for `deleteNote`.
#[derive(InputObject)]
pub struct DeleteNoteInput {
    /// The note's id.
    pub id: ID,
    /// The version the note must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
}

/// The result of creating or updating a note.
#[derive(SimpleObject)]
pub struct NotePayload {
    /// The note in its current state. Null if the mutation was refused, except for a version conflict.
    pub note: Option<Note>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// The result of deleting a note.
#[derive(SimpleObject)]
pub struct DeleteNotePayload {
    /// The id of the deleted note, or null if the mutation was refused.
    pub deleted_note_id: Option<NoteId>,
    /// The note in its current state if its version did not match, otherwise null.
    pub note: Option<Note>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
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
    ) -> Result<Option<NotePayload>> {
        let author = ctx.caller().user.id;
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let subject = subject(tx, &input).await?;
            let record = Record::new(tx.now(), tx.actor());
            let mut note = Note::new(NoteId::new(tx.new_id()), record, subject, author);
            input.fields.clone().apply(&mut note)?;
            tx.add_note(&note).await?;
            Ok(note)
        });
        payload(Outcome::of(result)?)
    }

    /// Updates a note.
    ///
    /// Requires `externalContacts:note:edit`, and `externalContacts:note:editAny` for notes by other authors.
    #[graphql(directive = requires_permission::apply(Permission::NoteEdit))]
    async fn update_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note's id and the fields to change.")] input: UpdateNoteInput,
    ) -> Result<Option<NotePayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let before = existing(ctx, tx, &input.id, input.expected_version).await?;
            let mut after = before.clone();
            input.fields.clone().apply(&mut after)?;
            tx.save_note(&before, after).await
        });
        payload(Outcome::or_current(result, current(ctx, &input.id)).await?)
    }

    /// Deletes a note.
    ///
    /// Requires `externalContacts:note:delete`, and `externalContacts:note:editAny` for notes by other authors.
    #[graphql(directive = requires_permission::apply(Permission::NoteDelete))]
    async fn delete_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note to delete.")] input: DeleteNoteInput,
    ) -> Result<Option<DeleteNotePayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let note = existing(ctx, tx, &input.id, input.expected_version).await?;
            tx.remove_note(&note).await?;
            Ok(note.id)
        });
        let outcome = Outcome::of(result)?;
        let note = if outcome.is_version_conflict() {
            current(ctx, &input.id).await?
        } else {
            None
        };
        Ok(Some(DeleteNotePayload {
            deleted_note_id: outcome.value,
            note,
            user_errors: outcome.user_errors,
        }))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a nullable field resolves to")]
fn payload(outcome: Outcome<Note>) -> Result<Option<NotePayload>> {
    Ok(Some(NotePayload {
        note: outcome.value,
        user_errors: outcome.user_errors,
    }))
}

/// Returns the record that a new note is about: exactly one contact or organization, which must exist.
async fn subject(tx: &mut Tx, input: &CreateNoteInput) -> crate::error::Result<NoteSubjectId> {
    let one = "give exactly one of contactId and organizationId";
    match (&input.contact_id, &input.organization_id) {
        (Some(id), None) => {
            let id = UserError::id::<ContactId>(id).map_err(|refusals| under("contactId", refusals))?;
            if tx.has_contact(id).await? {
                return Ok(NoteSubjectId::Contact(id));
            }
            Err(UserError::not_found("contact").under("contactId").into())
        }
        (None, Some(id)) => {
            let id =
                UserError::id::<OrganizationId>(id).map_err(|refusals| under("organizationId", refusals))?;
            if tx.has_organization(id).await? {
                return Ok(NoteSubjectId::Organization(id));
            }
            Err(UserError::not_found("organization")
                .under("organizationId")
                .into())
        }
        (None, None) => Err(UserError::invalid(one).under("contactId").into()),
        (Some(_), Some(_)) => Err(UserError::invalid(one).under("organizationId").into()),
    }
}

/// Returns the note to change, at the version the caller expects. Notes of other authors require one more permission.
async fn existing(
    ctx: &Context<'_>,
    tx: &mut Tx,
    id: &ID,
    expected_version: Option<i32>,
) -> crate::error::Result<Note> {
    let id = UserError::id::<NoteId>(id).map_err(|refusals| under("id", refusals))?;
    let note = tx
        .note(id)
        .await?
        .ok_or_else(|| UserError::not_found("note").under("id"))?;
    if note.author_id != ctx.caller().user.id {
        ctx.require(Permission::NoteEditAny)?;
    }
    expect_version(expected_version, note.record.version)?;
    Ok(note)
}

/// Returns the note's current state for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<Note>> {
    match id.parse::<NoteId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}
