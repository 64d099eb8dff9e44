//! The trash in the graph: deleted records that can be restored.

mod mutation;

use async_graphql::{ComplexObject, Context, InputObject, Object, Result};
use chrono::TimeDelta;

pub use mutation::TrashMutation;

use super::connection::connection;
use super::context::ContextExt;
use super::filter::{FilterInput, IdFilter};
use super::kinds::viewed_kinds;
use super::list::ListExt as _;
use super::permission::requires_permission;
use super::shared::Shared;
use crate::id::GlobalId;
use crate::model::{DateTime, DateTimeRange, EntityKind, Permission, TrashFilter, TrashedRecord, User};
use crate::page::PageArgs;
use crate::store::TrashOrder;

connection!(TrashConnection, TrashEdge, TrashedRecord, "deleted records");

#[ComplexObject]
impl TrashedRecord {
    /// The id that the record had, and has again once it is restored.
    #[graphql(name = "id")]
    async fn global_id(&self) -> GlobalId {
        self.kind.node_id(self.id).into()
    }

    /// The user who deleted the record, or null if the service itself did.
    #[graphql(name = "deletedBy")]
    async fn deleter(&self, ctx: &Context<'_>) -> Result<Option<Shared<User>>> {
        Ok(ctx.load_opt(self.deleted_by).await?)
    }

    /// The time at which the record can no longer be restored.
    async fn expires_at(&self, ctx: &Context<'_>) -> DateTime {
        DateTime(self.deleted_at.0 + TimeDelta::days(ctx.tenant().trash_days().into()))
    }
}

/// Filters a list of deleted records. All given fields must match.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "TrashFilter")]
pub struct TrashFilterInput {
    /// Matches records of these kinds. Each requires its own view permission, such as `externalContacts:contact:view`. Defaults
    /// to all kinds that the caller may view.
    pub kinds: Option<Vec<EntityKind>>,
    /// Matches records that this user deleted.
    pub deleted_by_id: Option<IdFilter>,
    /// Matches records deleted in this range.
    pub deleted_at: Option<DateTimeRange>,
}

impl FilterInput for TrashFilterInput {
    type Noun = TrashedRecord;

    fn checked(self, ctx: &impl ContextExt) -> crate::error::Result<TrashFilter> {
        let deleted_by_ids = self
            .deleted_by_id
            .map(|id| id.ids("filter.deletedById"))
            .transpose()?;
        Ok(TrashFilter {
            kinds: viewed_kinds(ctx, "filter.kinds", self.kinds)?,
            deleted_by_ids,
            deleted_at: self.deleted_at.unwrap_or_default(),
            kept_since: DateTime(ctx.tenant().trash_since()),
        })
    }
}

/// The query field for the list of deleted records.
#[derive(Default)]
pub struct TrashQuery;

#[Object]
impl TrashQuery {
    /// Lists the deleted records that can be restored, newest deletion first: contacts, organizations, relationships and notes, of
    /// the kinds that the caller may view. Records stay in the trash for as many days as `viewer.tenant.retention.trashDays` says.
    ///
    /// Requires `externalContacts:trash:view`.
    #[graphql(directive = requires_permission::apply(Permission::TrashView))]
    async fn trash(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters the list.")] filter: Option<TrashFilterInput>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Returns the last n items (1–100).")] last: Option<i32>,
        #[graphql(desc = "Returns the items before this cursor.")] before: Option<String>,
    ) -> Result<Option<TrashConnection>> {
        let page = PageArgs {
            first,
            after,
            last,
            before,
        };
        let filter = filter.unwrap_or_default().checked(ctx)?;
        let deleted = ctx.list_by(filter, TrashOrder::NEWEST, page).await?;
        Ok(Some(deleted.into()))
    }
}
