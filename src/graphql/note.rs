//! Notes in the graph.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject, Union};

use super::connection::connection;
use super::context::{Ask as _, Outcome, expect_version};
use super::filter::{IdFilter, OrderDirection};
use super::permission::requires_permission;
use crate::error::{Error, UserError, under};
use crate::id::{ContactId, NoteId, OrganizationId, TypedId};
use crate::model::{
    Contact, DateTimeRange, Note, NoteFields, NoteFilter, NoteOrderField, NoteSubjectId, Organization,
    Permission, Ranges, Record, User,
};
use crate::page::PageArgs;
use crate::store::{Edge, Sort, Tx, change};

connection!(NoteConnection, NoteEdge, Note, "notes");

/// What a note is about.
#[expect(
    clippy::large_enum_variant,
    reason = "made once for each note that is shown, and shown at once"
)]
#[derive(Union)]
pub enum NoteSubject {
    /// A contact.
    Contact(Contact),
    /// An organization.
    Organization(Organization),
}

#[ComplexObject]
impl Note {
    /// What the note is about.
    ///
    /// Requires `externalContacts:contact:view` when that is a contact, and `externalContacts:organization:view` when it
    /// is an organization.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<NoteSubject>> {
        if let Some(contact) = self.contact_id {
            ctx.require(Permission::ContactView)?;
            return Ok(ctx.load(contact).await?.map(NoteSubject::Contact));
        }
        ctx.require(Permission::OrganizationView)?;
        let organization = ctx.load_opt(self.organization_id).await?;
        Ok(organization.map(NoteSubject::Organization))
    }

    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load(self.author_id).await?)
    }
}

/// A page of the notes that belong to something: pinned notes first, then the newest.
pub async fn notes_of(
    ctx: &Context<'_>,
    edge: &'static Edge<Note>,
    parent: impl TypedId,
    args: PageArgs,
) -> Result<Option<NoteConnection>> {
    let page = ctx.children(edge, parent, NoteOrder::sort(None), args).await?;
    Ok(Some(page.into()))
}

/// How a list of notes is ordered. The id decides between equals.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct NoteOrder {
    /// What is compared.
    pub field: NoteOrderField,
    /// Which way; `DESC` turns an order round, so that `PINNED_THEN_NEWEST` ends with the newest pinned note.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl NoteOrder {
    /// The order that is meant; pinned notes first, then the newest, when nobody says.
    pub fn sort(order: Option<Self>) -> Sort<NoteOrderField> {
        let by = order.map_or(NoteOrderField::PinnedThenNewest, |order| order.field);
        let is_turned = order.is_some_and(|order| order.direction.is_descending());
        // Pinned before not, and new before old, is the descending order of both columns.
        let descending = is_turned != (by == NoteOrderField::PinnedThenNewest);
        Sort { by, descending }
    }
}

/// What narrows a list of notes; the fields combine by *and*.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "NoteFilter")]
pub struct NoteFilterInput {
    /// About this contact. Requires `externalContacts:contact:view`.
    pub contact_id: Option<IdFilter>,
    /// About this organization. Requires `externalContacts:organization:view`.
    pub organization_id: Option<IdFilter>,
    /// Written by this user.
    pub author_id: Option<IdFilter>,
    /// Which are pinned, or which are not.
    pub pinned: Option<bool>,
    /// When they were created.
    pub created_at: Option<DateTimeRange>,
    /// When they were last changed.
    pub updated_at: Option<DateTimeRange>,
}

impl NoteFilterInput {
    fn checked(self, ctx: &Context<'_>) -> crate::error::Result<NoteFilter> {
        if self.contact_id.is_some() {
            ctx.require(Permission::ContactView)?;
        }
        if self.organization_id.is_some() {
            ctx.require(Permission::OrganizationView)?;
        }
        Ok(NoteFilter {
            contact_ids: self
                .contact_id
                .map(|contact| contact.ids("filter.contactId"))
                .transpose()?,
            organization_ids: self
                .organization_id
                .map(|organization| organization.ids("filter.organizationId"))
                .transpose()?,
            author_ids: self
                .author_id
                .map(|author| author.ids("filter.authorId"))
                .transpose()?,
            pinned: self.pinned,
            ranges: Ranges {
                created_at: self.created_at.unwrap_or_default(),
                updated_at: self.updated_at.unwrap_or_default(),
            },
        })
    }
}

/// Questions about notes.
#[derive(Default)]
pub struct NoteQuery;

#[Object]
impl NoteQuery {
    /// One note; null when there is none or it is not yours to see.
    ///
    /// Requires `externalContacts:note:view`.
    #[graphql(directive = requires_permission::apply(Permission::NoteView))]
    async fn note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note's id.")] id: ID,
    ) -> Result<Option<Note>> {
        Ok(ctx.load(Error::id::<NoteId>("id", &id)?).await?)
    }

    /// Notes, a page at a time; all of them can be reached. To find some by words, use `search`.
    ///
    /// Requires `externalContacts:note:view`.
    #[graphql(directive = requires_permission::apply(Permission::NoteView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What narrows the list.")] filter: Option<NoteFilterInput>,
        #[graphql(desc = "The order; pinned notes first, then the newest, when left out.")] order_by: Option<
            NoteOrder,
        >,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<NoteConnection>> {
        let filter = filter.unwrap_or_default().checked(ctx)?;
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        Ok(Some(
            ctx.list(filter, NoteOrder::sort(order_by), args).await?.into(),
        ))
    }

    #[graphql(entity)]
    async fn note_entity(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Note>> {
        Ok(ctx
            .entity::<NoteId, Note>(Some(Permission::NoteView), &id)
            .await?)
    }
}

/// What `createNote` takes: a text, and exactly one of `contactId` and `organizationId`. You are its author.
#[derive(InputObject)]
pub struct CreateNoteInput {
    /// The contact it is about.
    pub contact_id: Option<ID>,
    /// The organization it is about.
    pub organization_id: Option<ID>,
    #[graphql(flatten)]
    fields: NoteFields,
}

/// What `updateNote` takes. An absent field is left alone.
#[derive(InputObject)]
pub struct UpdateNoteInput {
    /// The note.
    pub id: ID,
    /// Refuse with `VERSION_CONFLICT` unless the note is at this version.
    pub expected_version: Option<i32>,
    #[graphql(flatten)]
    fields: NoteFields,
}

/// What `deleteNote` takes.
#[derive(InputObject)]
pub struct DeleteNoteInput {
    /// The note.
    pub id: ID,
    /// Refuse with `VERSION_CONFLICT` unless the note is at this version.
    pub expected_version: Option<i32>,
}

/// What became of a note.
#[derive(SimpleObject)]
pub struct NotePayload {
    /// The note as it is now; null when it was refused, unless because of its version.
    pub note: Option<Note>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// What became of a note that was to be deleted.
#[derive(SimpleObject)]
pub struct DeleteNotePayload {
    /// The id of the note that was deleted; null when it was refused.
    pub deleted_note_id: Option<NoteId>,
    /// The note as it is now, when it was refused because of its version.
    pub note: Option<Note>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// Changes of notes.
#[derive(Default)]
pub struct NoteMutation;

#[Object]
impl NoteMutation {
    /// Writes a note about a contact or an organization.
    ///
    /// Requires `externalContacts:note:add`.
    #[graphql(directive = requires_permission::apply(Permission::NoteAdd))]
    async fn create_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new note.")] input: CreateNoteInput,
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

    /// Changes a note.
    ///
    /// Requires `externalContacts:note:edit`, and `externalContacts:note:editAny` where somebody else wrote it.
    #[graphql(directive = requires_permission::apply(Permission::NoteEdit))]
    async fn update_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which note, and what changes.")] input: UpdateNoteInput,
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
    /// Requires `externalContacts:note:delete`, and `externalContacts:note:editAny` where somebody else wrote it.
    #[graphql(directive = requires_permission::apply(Permission::NoteDelete))]
    async fn delete_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which note.")] input: DeleteNoteInput,
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

/// What a new note is to be about: one contact, or one organization, and it must be there.
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

/// The note a change is about, at the version the caller knows. Notes of others take one more permission.
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

/// The note as it is now, for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<Note>> {
    match id.parse::<NoteId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}
