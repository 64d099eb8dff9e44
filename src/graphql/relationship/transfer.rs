//! Transfers of a user's relationships to another user, and their undo.

use async_graphql::{Context, ID, InputObject, Object, Result};

use crate::error::{Refusals, UserError, under};
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::input::{id, ids};
use crate::graphql::mutation::Mutate as _;
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::id::{OrganizationId, TransferId};
use crate::model::{Checked, Permission, RestoreLoss, whole};
use crate::service;
use crate::store::Transfer;

/// Input for `transferRelationships`.
#[derive(InputObject)]
pub struct TransferRelationshipsInput {
    /// The user to transfer from.
    from_user_id: ID,
    /// The active user to transfer to.
    to_user_id: ID,
    /// The organizations whose relationships to transfer, at most 1000. Defaults to all.
    organization_ids: Option<Vec<ID>>,
    #[graphql(flatten)]
    repeat: RepeatFields,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

impl TransferRelationshipsInput {
    fn check(self) -> Checked<(Transfer,)> {
        let mut refusals = Refusals::default();
        let from = refusals.collect(id("fromUserId", &self.from_user_id));
        let to = refusals.collect(id("toUserId", &self.to_user_id));
        let listed = self.organization_ids.as_deref().map(organizations).transpose();
        let organizations = refusals.collect(listed);
        let users = from.zip(to).zip(organizations);
        let transfer = users.map(|((from, to), organizations)| Transfer {
            from,
            to,
            organizations,
        });
        whole(refusals, transfer.map(|transfer| (transfer,)))
    }
}

fn organizations(listed: &[ID]) -> Checked<Vec<OrganizationId>> {
    const FIELD: &str = "organizationIds";
    if listed.len() > Transfer::MOST {
        let most = Transfer::MOST;
        let message = format!("takes at most {most} organizations; use several calls");
        return Err(under(FIELD, vec![UserError::invalid(message)]));
    }
    ids(FIELD, listed)
}

payload! {
    /// The result of transferring relationships.
    TransferRelationshipsPayload {
        /// The number of relationships that were transferred.
        moved: i64;
        /// The number of relationships that were ended, because the receiver has one of the same type with the same
        /// organization.
        ended: i64;
        /// Whether more relationships remain to be transferred; repeating the call transfers them.
        has_more: bool;
        /// The id of this transfer, for undoing it. Null if nothing was transferred, or if the tenant keeps no deleted records.
        transfer_id: Option<TransferId>;
    }
}

/// Input for `undoRelationshipTransfer`.
#[derive(InputObject)]
pub struct UndoRelationshipTransferInput {
    /// The id of the transfer, which `transferRelationships` returned.
    transfer_id: ID,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

impl UndoRelationshipTransferInput {
    fn check(self) -> Checked<(TransferId,)> {
        Ok((id("transferId", &self.transfer_id)?,))
    }
}

payload! {
    /// The result of undoing a transfer of relationships.
    UndoRelationshipTransferPayload {
        /// The number of relationships that returned to the user they were transferred from.
        moved_back: i64;
        /// The number of ended relationships that are current again.
        reopened: i64;
        /// The relationships whose transfer could not be undone, each with its id as the value: those that were changed or deleted
        /// after the transfer.
        lost: Vec<RestoreLoss>;
    }
}

/// Mutations for many relationships at once.
#[derive(Default)]
pub struct TransferMutation;

#[Object]
impl TransferMutation {
    /// Transfers current relationships from one user to another, at most 1000 per call. Relationships that the receiver
    /// already has (same organization and type) are ended today, or on their start date if that is later.
    ///
    /// Requires `externalContacts:relationship:edit`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipEdit))]
    async fn transfer_relationships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The two users and the relationships to transfer.")]
        input: TransferRelationshipsInput,
    ) -> Result<Option<TransferRelationshipsPayload>> {
        let outcome = ctx.change(input.check(), service::transfer_relationships).await?;
        let done = outcome.value.unwrap_or_default();
        Ok(Some(TransferRelationshipsPayload {
            moved: done.moved,
            ended: done.ended,
            has_more: done.has_more,
            transfer_id: done.id,
            user_errors: outcome.user_errors,
        }))
    }

    /// Undoes a transfer, for as many days as `viewer.tenant.retention.trashDays` says. Relationships that the receiver still has
    /// return to the user they were transferred from, also if that user is inactive by now. Ended ones are current again, unless
    /// their end was changed or the user has another current one of the type with the organization.
    ///
    /// Requires `externalContacts:relationship:edit`.
    #[graphql(directive = requires_permission::apply(Permission::RelationshipEdit))]
    async fn undo_relationship_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transfer to undo.")] input: UndoRelationshipTransferInput,
    ) -> Result<Option<UndoRelationshipTransferPayload>> {
        let outcome = ctx
            .change_once(input.check(), service::undo_relationship_transfer)
            .await?;
        let undone = outcome.value.unwrap_or_default();
        Ok(Some(UndoRelationshipTransferPayload {
            moved_back: undone.moved_back,
            reopened: undone.reopened,
            lost: undone.lost,
            user_errors: outcome.user_errors,
        }))
    }
}
