//! The change history in the graph, and the subscription that follows changes as they are committed.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Result, Subscription, Union};
use futures_util::{Stream, StreamExt as _};
use uuid::Uuid;

use super::connection::{Connected, connection, connections};
use super::context::ContextExt as _;
use super::kinds::viewed_kinds;
use super::list::ListExt as _;
use super::shared::Shared;
use crate::error::Error;
use crate::id::{ContactId, GlobalId, InteractionId, NoteId, OrganizationId, RelationshipId, TypedId};
use crate::model::noun::nouns;
use crate::model::{
    Change, ChangeFilter, ChangePosition, Contact, EntityKind, Interaction, KnownPosition, Note,
    Organization, Permission, Relationship, User,
};
use crate::page::{self, Page, PageArgs};
use crate::store::{CHANGES_OF_ENTITY, ChangeOrder, Children, PageQuery, Wanted, change_cursor};

connection!(ChangeConnection, ChangeEdge, Change, "changes");

macro_rules! changed_entity {
    (
        recorded {$(
            $noun:ident($id:ident) $field:ident, $entity:ident: $one:tt, $many:tt, $permission:ident = $name:tt;
        )*}
        $($others:tt)*
    ) => {
        /// A record that was changed.
        #[derive(Clone, Debug, Union)]
        pub enum ChangedEntity {$(
            #[doc = concat!("The record as ", $one, ".")]
            $noun(Shared<$noun>),
        )*}

        impl ChangedEntity {
            /// Loads the record of this kind and id, or `None` if it does not exist.
            async fn load(
                ctx: &Context<'_>,
                kind: EntityKind,
                id: Uuid,
            ) -> crate::error::Result<Option<Self>> {
                Ok(match kind {$(
                    EntityKind::$noun => {
                        let found = ctx.load($id::new(id)).await?;
                        found.map(Self::$noun)
                    }
                )*})
            }
        }
    };
}
nouns!(changed_entity);

#[ComplexObject]
impl Change {
    /// The change's position among all changes of the tenant. Pass it as `after` to `changes`, the query or the
    /// subscription, to get the changes committed later. To miss nothing, take the cursor from one of those two: in a
    /// record's own `changes`, a change may appear a moment before others that precede it.
    #[graphql(name = "cursor")]
    async fn encoded_cursor(&self) -> String {
        self.cursor().encode()
    }

    /// The id of the record, which may have been deleted since.
    #[graphql(name = "entityId")]
    async fn global_id(&self) -> GlobalId {
        self.kind.node_id(self.entity_id).into()
    }

    /// The record in its current state, or null if it has been deleted. In place of a contact or an organization that was merged
    /// into another one, that one.
    ///
    /// Requires the view permission of its kind, such as `externalContacts:contact:view`.
    async fn entity(&self, ctx: &Context<'_>) -> Result<Option<ChangedEntity>> {
        ctx.require(self.kind.permission())?;
        Ok(ChangedEntity::load(ctx, self.kind, self.entity_id).await?)
    }

    /// The id of the record that this one became part of, if it was merged.
    #[graphql(name = "mergedIntoId")]
    async fn global_survivor_id(&self) -> Option<GlobalId> {
        self.merged_into_id.map(|id| self.kind.node_id(id).into())
    }

    /// The user who made the change, or null if the service itself made it.
    async fn changed_by(&self, ctx: &Context<'_>) -> Result<Option<Shared<User>>> {
        Ok(ctx.load_opt(self.user_id).await?)
    }

    /// The names of the fields that changed; empty unless the record was updated.
    async fn changed_fields(&self) -> Vec<&str> {
        self.fields.iter().map(|change| change.field.as_str()).collect()
    }
}

/// Query fields for changes.
#[derive(Default)]
pub struct ChangeQuery;

connections! {
    root ChangeQuery {
        /// Lists created, updated, deleted, restored and merged records, oldest first, in commit order, which is also the order of the
        /// subscription `changes`. To follow changes without gaps or repetitions, read to the end, then subscribe with
        /// `after: endCursor`. Changes are kept for 90 days unless the operator configures otherwise; an older cursor is
        /// refused with `CURSOR_EXPIRED`.
        ///
        /// Each kind requires its own view permission, such as `externalContacts:contact:view`. Without `entities`, the
        /// kinds that the caller may view are listed.
        fn changes(
            &self,
            ctx,
            page,
            entities: Option<Vec<EntityKind>> =
                "The kinds of records to include. Defaults to all kinds that the caller may view.",
            contact_id: Option<ID> =
                "Limits the result to changes of this contact, its notes and its interactions. Requires \
                 `externalContacts:contact:view`.",
            organization_id: Option<ID> =
                "Limits the result to changes of this organization, its contacts, its relationships, its notes and its \
                 interactions. Requires `externalContacts:organization:view`.",
        ) -> ChangeConnection {
            changes(ctx, page, entities, contact_id, organization_id)
        }
    }
}

async fn changes(
    ctx: &Context<'_>,
    args: PageArgs,
    entities: Option<Vec<EntityKind>>,
    contact_id: Option<ID>,
    organization_id: Option<ID>,
) -> crate::error::Result<Connected<Change>> {
    let filter = filter(ctx, entities, contact_id, organization_id)?;
    let page = page_of(ctx, args, page::AT_ROOT).await?;
    let query = PageQuery::whole(ChangeOrder::OLDEST, &page);
    let slice = ctx.request().loaders.list(&filter, query).await?;
    Ok(Connected::of_list(slice, ChangeOrder::OLDEST, Arc::new(filter)))
}

/// The root of all subscriptions.
#[derive(Default)]
pub struct Subscription;

/// The root of all subscriptions.
#[Subscription]
impl Subscription {
    /// Streams every created, updated, deleted, restored and merged record as soon as it is committed: each change once, in commit order,
    /// until the client disconnects. With `after`, the stream begins with the changes after that cursor: a client that
    /// reconnects with the cursor of the last change it received misses nothing and receives nothing twice, on any
    /// server. A cursor is refused with `CURSOR_EXPIRED` if it is older than the changes that are kept, or if it was
    /// issued before the database was restored from a backup.
    ///
    /// To read records and then follow their changes without gaps, subscribe first and read afterwards, or read
    /// `changes` to the end and subscribe after its `endCursor`.
    ///
    /// Deleting an organization or a contact also deletes its notes and relationships, each with a change of its own, and
    /// restoring it restores them in the same way. Contacts and interactions that lose their organization or contact, or get
    /// it back, keep their version and have no change.
    ///
    /// Each kind requires its own view permission, such as `externalContacts:contact:view`. Without `entities`, the
    /// kinds that the caller may view are followed.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The kinds of records to include. Defaults to all kinds that the caller may view.")]
        entities: Option<Vec<EntityKind>>,
        #[graphql(
            desc = "Limits the result to changes of this contact, its notes and its interactions. Requires \
                   `externalContacts:contact:view`."
        )]
        contact_id: Option<ID>,
        #[graphql(
            desc = "Limits the result to changes of this organization, its contacts, its relationships, its \
                   notes and its interactions. Requires `externalContacts:organization:view`."
        )]
        organization_id: Option<ID>,
        #[graphql(
            desc = "Starts with the changes after this cursor. Defaults to changes committed from now on."
        )]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<Option<Change>>> + use<>> {
        let filter = filter(ctx, entities, contact_id, organization_id)?;
        let after = match after {
            Some(after) => Some(position(ctx, KnownPosition::read(&after)?).await?),
            None => None,
        };
        let changes = ctx.tenant().follow(filter, after).await?;
        Ok(changes.map(|change| Ok(Some(Arc::unwrap_or_clone(change?)))))
    }
}

/// Returns the changes of one record itself, newest first.
pub async fn changes_of(
    ctx: &Context<'_>,
    record: impl TypedId,
    args: PageArgs,
) -> crate::error::Result<Connected<Change>> {
    let page = page_of(ctx, args, page::NESTED).await?;
    let changes = Children {
        edge: &CHANGES_OF_ENTITY,
        filter: None,
    };
    ctx.children_on(changes, record, ChangeOrder::NEWEST, page).await
}

/// Returns the filter of changes, after it has checked what the caller may view.
fn filter(
    ctx: &Context<'_>,
    entities: Option<Vec<EntityKind>>,
    contact_id: Option<ID>,
    organization_id: Option<ID>,
) -> crate::error::Result<ChangeFilter> {
    let kinds = viewed_kinds(ctx, "entities", entities)?;
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

/// Reads the page arguments, including the position that the cursor refers to.
async fn page_of(ctx: &Context<'_>, args: PageArgs, otherwise: i32) -> crate::error::Result<Page> {
    let page = args.page(KnownPosition::ORDER, otherwise)?;
    let cursor = match &page.cursor {
        Some(cursor) => Some(change_cursor(position(ctx, KnownPosition::of(cursor)?).await?)),
        None => None,
    };
    Ok(Page { cursor, ..page })
}

/// Returns the position that a cursor refers to. The change must still be kept, and the database must be the same.
async fn position(ctx: &Context<'_>, known: KnownPosition) -> crate::error::Result<ChangePosition> {
    let change: Option<Shared<Change>> = ctx.request().loaders.load(known.id, Wanted::WHOLE).await?;
    match change {
        Some(change) if known.is_of(&change) => Ok(change.position()),
        _ => Err(Error::CursorExpired),
    }
}
