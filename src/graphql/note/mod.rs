//! Notes in the graph.

mod bulk;
mod mutation;

use async_graphql::{ComplexObject, Context, InputObject, Result, Union};

pub use bulk::NoteBulkMutation;
pub use mutation::NoteMutation;

use super::connection::{connection, connections};
use super::context::ContextExt;
use super::filter::{FilterInput, IdFilter};
use super::list::ListExt as _;
use super::order::order;
use super::permission::requires_permission;
use super::shared::Shared;
use crate::error::Error;
use crate::model::{
    Contact, DateTimeRange, Note, NoteFilter, NoteOrderField, Organization, Permission, Ranges, User, excerpt,
};

/// The length of an excerpt that is requested without one, in characters.
const EXCERPT_LENGTH: usize = 200;
/// The lengths that an excerpt may have, in characters.
const EXCERPT_LENGTHS: std::ops::RangeInclusive<usize> = 20..=1000;

connection!(NoteConnection, NoteEdge, Note, "notes");

/// The record a note is about.
#[derive(Union)]
pub enum NoteSubject {
    /// A contact.
    Contact(Shared<Contact>),
    /// An organization.
    Organization(Shared<Organization>),
}

#[ComplexObject]
impl Note {
    /// The contact or organization the note is about.
    ///
    /// Requires `externalContacts:contact:view` when that is a contact, and `externalContacts:organization:view` when
    /// it is an organization.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<NoteSubject>> {
        if self.contact_id.is_some() {
            ctx.require(Permission::ContactView)?;
            let contact = ctx.load_other(self.id, self.contact_id).await?;
            return Ok(contact.map(NoteSubject::Contact));
        }
        ctx.require(Permission::OrganizationView)?;
        let organization = ctx.load_other(self.id, self.organization_id).await?;
        Ok(organization.map(NoteSubject::Organization))
    }

    /// An excerpt of the note's text, for lists of results: around the first word that begins like a word of `around`,
    /// such as the query of the search that found the note, or else from the front.
    #[graphql(name = "excerpt")]
    #[expect(clippy::unused_async, reason = "every resolver is asynchronous")]
    async fn text_excerpt(
        &self,
        #[graphql(desc = "The maximum length in characters (20–1000, default 200).")] length: Option<i32>,
        #[graphql(desc = "The words to show the text around.")] around: Option<String>,
    ) -> Result<String> {
        match length.map_or(Ok(EXCERPT_LENGTH), usize::try_from) {
            Ok(length) if EXCERPT_LENGTHS.contains(&length) => {
                Ok(excerpt(&self.text, length, around.as_deref().unwrap_or_default()))
            }
            _ => Err(Error::argument("length", "must be between 20 and 1000").into()),
        }
    }

    /// The user who wrote the note.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<Shared<User>>> {
        Ok(ctx.load_other(self.id, Some(self.author_id)).await?)
    }
}

order!(NoteOrder, "notes", NoteOrderField::PinnedThenNewest, ascending);

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

impl FilterInput for NoteFilterInput {
    type Noun = Note;

    fn checked(self, ctx: &impl ContextExt) -> crate::error::Result<NoteFilter> {
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

/// The query field for lists of notes.
#[derive(Default)]
pub struct NoteListQuery;

connections! {
    root NoteListQuery {
        /// Lists notes, a page at a time; paging reaches all of them. To find notes by words, use `search`.
        ///
        /// Requires `externalContacts:note:view`.
        #[graphql(directive = requires_permission::apply(Permission::NoteView))]
        fn notes(
            &self,
            ctx,
            page,
            filter: Option<NoteFilterInput> = "Filters the list.",
            order_by: Option<NoteOrder> = "The sort order. Defaults to pinned notes first, then newest first.",
        ) -> NoteConnection {
            ctx.list(filter, order_by, page)
        }
    }
}
