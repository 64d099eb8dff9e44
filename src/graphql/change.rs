//! Changes in the graph: their history, and following them as they are committed.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, Result, Subscription, Union};
use futures_util::{Stream, StreamExt as _};

use super::connection::{Connected, connection};
use super::context::Ask as _;
use crate::error::Error;
use crate::id::{ContactId, GlobalId, InteractionId, NoteId, OrganizationId, RelationshipId, TypedId};
use crate::model::{
    Change, ChangeFilter, Contact, EntityKind, Interaction, KnownPlace, Note, Organization, Permission,
    Place, Relationship, User,
};
use crate::page::{self, Page, PageArgs};
use crate::store::{CHANGES_OF_ENTITY, ChangeOrder, place_of};

connection!(ChangeConnection, ChangeEdge, Change, "changes");

/// A record that was changed.
#[derive(Clone, Debug, Union)]
pub enum ChangedEntity {
    /// A contact.
    Contact(Box<Contact>),
    /// An organization.
    Organization(Box<Organization>),
    /// A relationship.
    Relationship(Box<Relationship>),
    /// A note.
    Note(Box<Note>),
    /// An interaction.
    Interaction(Box<Interaction>),
}

#[ComplexObject]
impl Change {
    /// Where it stands among all changes: give it as `after` to `changes`, as a query or as a subscription, for what was
    /// committed later. To miss nothing, take it from one of those two: in a record's own `changes` a change may be
    /// seen a moment before others that come before it.
    #[graphql(name = "cursor")]
    async fn encoded_cursor(&self) -> String {
        self.cursor().encode()
    }

    /// The id of the record, which may be deleted meanwhile.
    #[graphql(name = "entityId")]
    async fn global_id(&self) -> GlobalId {
        let id = self.entity_id;
        match self.kind {
            EntityKind::Contact => (&ContactId::new(id)).into(),
            EntityKind::Organization => (&OrganizationId::new(id)).into(),
            EntityKind::Relationship => (&RelationshipId::new(id)).into(),
            EntityKind::Note => (&NoteId::new(id)).into(),
            EntityKind::Interaction => (&InteractionId::new(id)).into(),
        }
    }

    /// The record as it is now; null once it is deleted.
    ///
    /// Requires the view permission of its kind, such as `externalContacts:contact:view`.
    async fn entity(&self, ctx: &Context<'_>) -> Result<Option<ChangedEntity>> {
        ctx.require(self.kind.permission())?;
        let id = self.entity_id;
        Ok(match self.kind {
            EntityKind::Contact => {
                let found = ctx.load(ContactId::new(id)).await?;
                found.map(|it| ChangedEntity::Contact(Box::new(it)))
            }
            EntityKind::Organization => {
                let found = ctx.load(OrganizationId::new(id)).await?;
                found.map(|it| ChangedEntity::Organization(Box::new(it)))
            }
            EntityKind::Relationship => {
                let found = ctx.load(RelationshipId::new(id)).await?;
                found.map(|it| ChangedEntity::Relationship(Box::new(it)))
            }
            EntityKind::Note => {
                let found = ctx.load(NoteId::new(id)).await?;
                found.map(|it| ChangedEntity::Note(Box::new(it)))
            }
            EntityKind::Interaction => {
                let found = ctx.load(InteractionId::new(id)).await?;
                found.map(|it| ChangedEntity::Interaction(Box::new(it)))
            }
        })
    }

    /// Who did it; null when the service itself did.
    async fn changed_by(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(ctx.load_opt(self.user_id).await?)
    }

    /// The names of the fields that changed; none of what was created or deleted.
    async fn changed_fields(&self) -> Vec<&str> {
        self.fields.iter().map(|change| change.field.as_str()).collect()
    }
}

/// Questions about changes.
#[derive(Default)]
pub struct ChangeQuery;

#[Object]
impl ChangeQuery {
    /// What was created, updated and deleted, the oldest first: in the order of COMMIT, which the subscription `changes`
    /// has too. Read to the end, then subscribe with `after: endCursor`: nothing is missed and nothing comes twice.
    /// Changes are kept for 90 days, unless the operator says otherwise; a cursor from before is refused with
    /// `CURSOR_EXPIRED`.
    ///
    /// Each kind requires its own view permission, such as `externalContacts:contact:view`. Without `entities`, those
    /// are listed that the caller may view.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of what kinds of records; of all that the caller may view when left out.")]
        entities: Option<Vec<EntityKind>>,
        #[graphql(
            desc = "Only what concerns this contact: itself, its notes and its interactions. Requires \
                          `externalContacts:contact:view`."
        )]
        contact_id: Option<ID>,
        #[graphql(
            desc = "Only what concerns this organization: itself, those who work there, its relationships, \
                          its notes and its interactions. Requires `externalContacts:organization:view`."
        )]
        organization_id: Option<ID>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Result<Option<ChangeConnection>> {
        let filter = filter(ctx, entities, contact_id, organization_id)?;
        let args = PageArgs {
            first,
            after,
            last,
            before,
        };
        let page = page_of(ctx, args, page::AT_ROOT).await?;
        let slice = ctx.tenant().list(&filter, ChangeOrder::OLDEST, &page).await?;
        Ok(Some(
            Connected::of_list(slice, ChangeOrder::OLDEST, Arc::new(filter)).into(),
        ))
    }
}

/// What one may follow.
#[derive(Default)]
pub struct Subscription;

/// What one may follow.
#[Subscription]
impl Subscription {
    /// What is created, updated and deleted, as soon as it is committed: each change once, in the order of COMMIT, until
    /// the client leaves. With `after`, first what came after that cursor: whoever was disconnected comes back with the
    /// cursor of the last change they got, and misses nothing and gets nothing twice, whatever server they come to. A
    /// cursor older than the changes that are kept, or of a database as it was before it was restored, is refused with
    /// `CURSOR_EXPIRED`.
    ///
    /// Who reads the records first and subscribes then should subscribe first, and read then; or read `changes` to the
    /// end, and subscribe after its `endCursor`.
    ///
    /// When an organization or a contact is deleted, its notes and relationships are, too, each with a change of its
    /// own; contacts and interactions that lose it keep their version and have none.
    ///
    /// Each kind requires its own view permission, such as `externalContacts:contact:view`. Without `entities`, those
    /// are followed that the caller may view.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of what kinds of records; of all that the caller may view when left out.")]
        entities: Option<Vec<EntityKind>>,
        #[graphql(
            desc = "Only what concerns this contact: itself, its notes and its interactions. Requires \
                          `externalContacts:contact:view`."
        )]
        contact_id: Option<ID>,
        #[graphql(
            desc = "Only what concerns this organization: itself, those who work there, its relationships, \
                          its notes and its interactions. Requires `externalContacts:organization:view`."
        )]
        organization_id: Option<ID>,
        #[graphql(desc = "First what came after this cursor; what is committed from now on when left out.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<Option<Change>>> + use<>> {
        let filter = filter(ctx, entities, contact_id, organization_id)?;
        let after = match after {
            Some(after) => Some(place(ctx, KnownPlace::read(&after)?).await?),
            None => None,
        };
        let changes = ctx.tenant().follow(filter, after).await?;
        Ok(changes.map(|change| Ok(Some(Arc::unwrap_or_clone(change?)))))
    }
}

/// The changes of one record itself, the newest first.
pub async fn changes_of(
    ctx: &Context<'_>,
    record: impl TypedId,
    args: PageArgs,
) -> Result<Option<ChangeConnection>> {
    let page = page_of(ctx, args, page::NESTED).await?;
    let children = ctx
        .children_on(&CHANGES_OF_ENTITY, record, ChangeOrder::NEWEST, page)
        .await?;
    Ok(Some(children.into()))
}

/// The kinds that are asked for, if the caller may view all of them; else, those the caller may view, of which there
/// must be one.
fn filter(
    ctx: &Context<'_>,
    entities: Option<Vec<EntityKind>>,
    contact_id: Option<ID>,
    organization_id: Option<ID>,
) -> crate::error::Result<ChangeFilter> {
    let kinds = match entities {
        Some(asked) if asked.is_empty() => {
            return Err(Error::argument(
                "entities",
                "must name at least one kind, or be left out",
            ));
        }
        // In the order of all, each once, however often it is asked for.
        Some(asked) => {
            let kinds: Vec<EntityKind> = EntityKind::ALL
                .into_iter()
                .filter(|kind| asked.contains(kind))
                .collect();
            kinds.iter().try_for_each(|kind| ctx.require(kind.permission()))?;
            kinds
        }
        None => {
            let may_view = |kind: &EntityKind| ctx.caller().permissions.contains(kind.permission());
            EntityKind::ALL.into_iter().filter(may_view).collect()
        }
    };
    if kinds.is_empty() {
        return Err(Error::Forbidden(Permission::ContactView));
    }
    if contact_id.is_some() {
        ctx.require(Permission::ContactView)?;
    }
    if organization_id.is_some() {
        ctx.require(Permission::OrganizationView)?;
    }
    Ok(ChangeFilter {
        kinds,
        contact_id: contact_id.map(|id| Error::id("contactId", &id)).transpose()?,
        organization_id: organization_id
            .map(|id| Error::id("organizationId", &id))
            .transpose()?,
    })
}

/// The page that a client means.
async fn page_of(ctx: &Context<'_>, args: PageArgs, otherwise: i32) -> crate::error::Result<Page> {
    let page = args.page(KnownPlace::ORDER, otherwise)?;
    let cursor = match &page.cursor {
        Some(cursor) => Some(place_of(place(ctx, KnownPlace::of(cursor)?).await?)),
        None => None,
    };
    Ok(Page { cursor, ..page })
}

/// The place that a client means: the change there must still be kept, and the database be the same.
async fn place(ctx: &Context<'_>, known: KnownPlace) -> crate::error::Result<Place> {
    let change: Option<Change> = ctx.request().loaders.load(known.place.id).await?;
    match change {
        Some(change) if known.is_of(&change) => Ok(known.place),
        _ => Err(Error::CursorExpired),
    }
}
