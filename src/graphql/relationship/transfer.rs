//! The transfer of a user's relationships to another user.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use crate::error::{Refusals, UserError};
use crate::graphql::context::{Ask as _, Outcome};
use crate::graphql::permission::requires_permission;
use crate::id::{OrganizationId, UserId};
use crate::model::Permission;
use crate::store::{Transfer, Tx, change};

/// Input for `transferRelationships`.
#[derive(InputObject)]
pub struct TransferRelationshipsInput {
    /// The user to transfer from.
    pub from_user_id: ID,
    /// The active user to transfer to.
    pub to_user_id: ID,
    /// The organizations whose relationships to transfer, at most 1000. Defaults to all.
    pub organization_ids: Option<Vec<ID>>,
}

/// The result of transferring relationships.
#[derive(SimpleObject)]
pub struct TransferRelationshipsPayload {
    /// The number of relationships that were transferred.
    pub moved: i64,
    /// The number of relationships that were ended, because the receiver has one of the same type with the same
    /// organization.
    pub ended: i64,
    /// Whether more relationships remain to be transferred; repeating the call transfers them.
    pub has_more: bool,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
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
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let transfer = checked(tx, &input).await?;
            tx.transfer_relationships(&transfer).await
        });
        let outcome = Outcome::of(result)?;
        let done = outcome.value.unwrap_or_default();
        Ok(Some(TransferRelationshipsPayload {
            moved: done.moved,
            ended: done.ended,
            has_more: done.has_more,
            user_errors: outcome.user_errors,
        }))
    }
}

async fn checked(tx: &mut Tx, input: &TransferRelationshipsInput) -> crate::error::Result<Transfer> {
    let mut refusals = Refusals::default();
    let from = refusals.check("fromUserId", UserError::id::<UserId>(&input.from_user_id));
    let to = refusals.check("toUserId", UserError::id::<UserId>(&input.to_user_id));
    let organizations = input.organization_ids.as_deref().map(organizations).transpose();
    let organizations = refusals.check("organizationIds", organizations);
    let transfer = match (from, to, organizations) {
        (Some(from), Some(to), Some(organizations)) => Transfer {
            from,
            to,
            organizations,
        },
        _ => return Err(refusals.into()),
    };
    refusals_of(tx, &transfer).await?.finish()?;
    Ok(transfer)
}

fn organizations(ids: &[ID]) -> std::result::Result<Vec<OrganizationId>, Vec<UserError>> {
    if ids.len() > Transfer::MOST {
        let message = format!(
            "takes at most {} organizations; use several calls",
            Transfer::MOST
        );
        return Err(vec![UserError::invalid(message)]);
    }
    let mut refusals = Refusals::default();
    let organizations = ids
        .iter()
        .enumerate()
        .filter_map(|(position, id)| refusals.check(&position.to_string(), UserError::id(id)))
        .collect();
    refusals.finish()?;
    Ok(organizations)
}

async fn refusals_of(tx: &mut Tx, transfer: &Transfer) -> crate::error::Result<Refusals> {
    let mut refusals = Refusals::default();
    if transfer.from == transfer.to {
        refusals.add(UserError::invalid("must be another user than fromUserId").under("toUserId"));
    }
    if !tx.has_user(transfer.from).await? {
        refusals.add(UserError::not_found("user").under("fromUserId"));
    }
    match tx.user(transfer.to).await? {
        None => refusals.add(UserError::not_found("user").under("toUserId")),
        Some(user) if !user.active => {
            refusals.add(UserError::invalid("must be an active user").under("toUserId"));
        }
        Some(_) => {}
    }
    if let Some(organizations) = &transfer.organizations {
        let missing = tx.missing_organizations(organizations).await?;
        for (position, _) in organizations
            .iter()
            .enumerate()
            .filter(|(_, id)| missing.contains(id))
        {
            refusals.add(
                UserError::not_found("organization")
                    .under(position)
                    .under("organizationIds"),
            );
        }
    }
    Ok(refusals)
}
