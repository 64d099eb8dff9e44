//! Merges in the graph: which records became part of others, and what of it can be undone.

use async_graphql::{ComplexObject, Context, ID, InputObject, Result, Union};
use chrono::TimeDelta;

use super::connection::{Connected, connection};
use super::context::ContextExt;
use super::input::target;
use super::list::ListExt as _;
use super::shared::Shared;
use crate::error::{Refusals, Result as CheckedResult};
use crate::id::{ContactId, GlobalId, MergeId, OrganizationId, TypedId};
use crate::model::{
    Checked, Contact, DateTime, EntityKind, Merge, MergedField, Organization, Permission, User,
};
use crate::page::PageArgs;
use crate::service::Target;
use crate::store::{Children, MERGES_OF_SURVIVOR, MergeOrder};

connection!(MergeConnection, MergeEdge, Merge, "merges");

/// A record that others can become part of.
#[derive(Clone, Debug, Union)]
pub enum MergeSubject {
    /// The record as a contact.
    Contact(Shared<Contact>),
    /// The record as an organization.
    Organization(Shared<Organization>),
}

/// A record to merge.
#[derive(Clone, Debug, InputObject)]
pub struct MergeMemberInput {
    /// The record's id.
    id: ID,
    /// The version the record must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
}

impl MergeMemberInput {
    /// Checks the records of a merge.
    pub fn check_all<I: TypedId>(members: &[Self]) -> Checked<Vec<Target<I>>> {
        let mut refusals = Refusals::default();
        let mut targets = Vec::with_capacity(members.len());
        for (place, member) in members.iter().enumerate() {
            let checked = target(&member.id, member.expected_version);
            let checked = checked.map_err(|refusals| crate::error::under(&place.to_string(), refusals));
            targets.extend(refusals.check("members", checked));
        }
        refusals.finish()?;
        Ok(targets)
    }
}

#[ComplexObject]
impl Merge {
    /// The record that stayed, as it is now. It may be part of another record by now, and is that one then. Null if it is deleted.
    ///
    /// Requires the view permission of its kind, such as `externalContacts:contact:view`.
    async fn survivor(&self, ctx: &Context<'_>) -> Result<Option<MergeSubject>> {
        ctx.require(self.kind.permission())?;
        if self.kind == EntityKind::Organization {
            let survivor = ctx.load(OrganizationId::new(self.survivor_id)).await?;
            return Ok(survivor.map(MergeSubject::Organization));
        }
        let survivor = ctx.load(ContactId::new(self.survivor_id)).await?;
        Ok(survivor.map(MergeSubject::Contact))
    }

    /// The ids of the records that became part of the survivor.
    #[graphql(name = "memberIds")]
    async fn global_member_ids(&self) -> Vec<GlobalId> {
        let ids = self.member_ids.iter();
        ids.map(|id| self.kind.node_id(*id).into()).collect()
    }

    /// The names of the records that became part of the survivor, in the order of `memberIds`.
    ///
    /// Requires the view permission of their kind, such as `externalContacts:contact:view`.
    #[graphql(name = "memberLabels")]
    #[expect(clippy::unused_async, reason = "every resolver is asynchronous")]
    async fn shown_labels(&self, ctx: &Context<'_>) -> Result<Option<Vec<&str>>> {
        ctx.require(self.kind.permission())?;
        Ok(Some(self.member_labels.iter().map(String::as_str).collect()))
    }

    /// The fields of the survivor that had a value in any of the records, each with its origin.
    ///
    /// Requires the view permission of their kind, such as `externalContacts:contact:view`.
    #[graphql(name = "fields")]
    #[expect(clippy::unused_async, reason = "every resolver is asynchronous")]
    async fn shown_fields(&self, ctx: &Context<'_>) -> Result<Option<&[MergedField]>> {
        ctx.require(self.kind.permission())?;
        Ok(Some(&self.fields))
    }

    /// The user who merged the records, or null if the service itself did.
    #[graphql(name = "mergedBy")]
    async fn merger(&self, ctx: &Context<'_>) -> Result<Option<Shared<User>>> {
        Ok(ctx.load_opt(self.merged_by).await?)
    }

    /// The user who undid the merge, or null if it was not undone.
    #[graphql(name = "undoneBy")]
    async fn undoer(&self, ctx: &Context<'_>) -> Result<Option<Shared<User>>> {
        Ok(ctx.load_opt(self.undone_by).await?)
    }

    /// The end of the time in which the merge can be undone. Null if it was undone, or can no longer be undone.
    async fn undoable_until(&self, ctx: &Context<'_>) -> Option<DateTime> {
        let is_in_time = self.is_kept && self.merged_at.0 >= ctx.tenant().trash_since();
        let days = TimeDelta::days(ctx.tenant().trash_days().into());
        is_in_time.then(|| DateTime(self.merged_at.0 + days))
    }
}

/// Returns the permission required to see merges of records of this kind.
pub const fn permission_to_merge(kind: EntityKind) -> Permission {
    match kind {
        EntityKind::Organization => Permission::OrganizationMerge,
        _ => Permission::ContactMerge,
    }
}

/// Loads a merge, which takes the permission to merge records of its kind.
pub async fn load_merge(ctx: &Context<'_>, id: MergeId) -> CheckedResult<Option<Shared<Merge>>> {
    let may = |permission| ctx.caller().permissions.contains(permission);
    if !may(Permission::ContactMerge) && !may(Permission::OrganizationMerge) {
        ctx.require(Permission::ContactMerge)?;
    }
    let merge: Option<Shared<Merge>> = ctx.load(id).await?;
    if let Some(merge) = &merge {
        ctx.require(permission_to_merge(merge.kind))?;
    }
    Ok(merge)
}

/// Returns the merges that a record is the survivor of, newest first.
pub async fn merges_of(
    ctx: &Context<'_>,
    record: impl TypedId,
    args: PageArgs,
) -> CheckedResult<Connected<Merge>> {
    let page = MergeOrder::NEWEST.page(args, crate::page::NESTED)?;
    let merges = Children {
        edge: &MERGES_OF_SURVIVOR,
        filter: None,
    };
    ctx.children_on(merges, record, MergeOrder::NEWEST, page).await
}

/// Returns the ids of the records that became part of one.
pub async fn merged_ids(
    ctx: &Context<'_>,
    kind: EntityKind,
    record: impl TypedId,
) -> CheckedResult<Vec<GlobalId>> {
    let ids = ctx.request().loaders.parts_of(record.uuid()).await?;
    Ok(ids.into_iter().map(|id| kind.node_id(id).into()).collect())
}
