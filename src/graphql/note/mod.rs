//! Notes in the graph.

mod mutation;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, Union};

pub use mutation::NoteMutation;

use super::connection::connection;
use super::context::Ask as _;
use super::filter::{IdFilter, OrderDirection};
use super::permission::requires_permission;
use crate::error::Error;
use crate::id::{NoteId, TypedId};
use crate::model::{
    Contact, DateTimeRange, Note, NoteFilter, NoteOrderField, Organization, Permission, Ranges, User,
};
use crate::page::PageArgs;
use crate::store::{Edge, Sort};

connection!(NoteConnection, NoteEdge, Note, "notes");

/// The record a note is about.
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
    /// The contact or organization the note is about.
    ///
    /// Requires `externalContacts:contact:view` when that is a contact, and `externalContacts:organization:view` when
    /// it is an organization.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<NoteSubject>> {
        if let Some(contact) = self.contact_id {
            ctx.require(Permission::ContactView)?;
            return Ok(ctx.load(contact).await?.map(NoteSubject::Contact));
        }
        ctx.require(Permission::OrganizationView)?;
        let organization = ctx.load_opt(self.organization_id).await?;
        Ok(organization.map(NoteSubject::Organization))
    }

    /// The user who wrote the note.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load(self.author_id).await?)
    }
}

/// Loads a page of a record's notes: pinned notes first, then newest first.
pub async fn notes_of(
    ctx: &Context<'_>,
    edge: &'static Edge<Note>,
    parent: impl TypedId,
    args: PageArgs,
) -> Result<Option<NoteConnection>> {
    let page = ctx.children(edge, parent, NoteOrder::sort(None), args).await?;
    Ok(Some(page.into()))
}

/// The sort order of a list of notes. Ties are broken by id.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct NoteOrder {
    /// The field to sort by.
    pub field: NoteOrderField,
    /// The sort direction. `DESC` reverses the order, so that `PINNED_THEN_NEWEST` ends with the newest pinned note.
    #[graphql(default)]
    pub direction: OrderDirection,
}

impl NoteOrder {
    /// Returns the requested sort order, by default pinned notes first, then newest first.
    pub fn sort(order: Option<Self>) -> Sort<NoteOrderField> {
        let by = order.map_or(NoteOrderField::PinnedThenNewest, |order| order.field);
        let is_turned = order.is_some_and(|order| order.direction.is_descending());
        // Pinned before not, and new before old, is the descending order of both columns.
        let descending = is_turned != (by == NoteOrderField::PinnedThenNewest);
        Sort { by, descending }
    }
}

/// Filters a list of notes. All given fields must match.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "NoteFilter")]
pub struct NoteFilterInput {
    /// Matches notes about this contact. Requires `externalContacts:contact:view`.
    pub contact_id: Option<IdFilter>,
    /// Matches notes about this organization. Requires `externalContacts:organization:view`.
    pub organization_id: Option<IdFilter>,
    /// Matches notes written by this user.
    pub author_id: Option<IdFilter>,
    /// `true` matches pinned notes, `false` the other notes.
    pub pinned: Option<bool>,
    /// Matches records created in this range.
    pub created_at: Option<DateTimeRange>,
    /// Matches records last changed in this range.
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

/// Query fields for notes.
#[derive(Default)]
pub struct NoteQuery;

#[Object]
impl NoteQuery {
    /// Returns a note by id, or null if it does not exist.
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

    /// Lists notes, a page at a time; paging reaches all of them. To find notes by words, use `search`.
    ///
    /// Requires `externalContacts:note:view`.
    #[graphql(directive = requires_permission::apply(Permission::NoteView))]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters the list.")] filter: Option<NoteFilterInput>,
        #[graphql(desc = "The sort order. Defaults to pinned notes first, then newest first.")]
        order_by: Option<NoteOrder>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
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
