//! Mutations for interactions.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use crate::error::{Refusals, UserError, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::{ContactId, InteractionId, OrganizationId, UserId, WrapUpCodeId};
use crate::model::{
    Contact, DateTime, Interaction, InteractionFields, Permission, Record, WrapUp, WrapUpCode,
};
use crate::store::{Tx, change};

/// Input for `recordInteraction`. Absent fields are left unchanged, or empty in a new interaction; null clears a field.
#[derive(InputObject)]
pub struct RecordInteractionInput {
    /// The conversation's id in the telephony system, at most 255 characters. If an interaction has this id, it is
    /// updated; otherwise, or without an id, a new interaction is recorded.
    pub external_id: Option<String>,
    #[graphql(flatten)]
    fields: InteractionFields,
    #[graphql(flatten)]
    parties: Parties,
    /// The users who handle the interaction. Users who are not yet among its agents are added; no agent is removed. An
    /// interaction has at most 100 agents.
    pub agent_ids: Option<Vec<ID>>,
}

/// The contact and the organization that took part in an interaction. Absent fields are left unchanged; null clears a
/// field.
#[derive(Clone, InputObject)]
pub struct Parties {
    /// The contact that took part.
    pub contact_id: MaybeUndefined<ID>,
    /// The organization that took part. If absent while `contactId` changes, it becomes the contact's current employer,
    /// and stays when the contact changes employer later.
    pub organization_id: MaybeUndefined<ID>,
}

/// Input for `linkInteraction`. Absent fields are left unchanged; null clears a field.
#[derive(InputObject)]
pub struct LinkInteractionInput {
    /// The interaction's id.
    pub id: ID,
    /// The version the interaction must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
    #[graphql(flatten)]
    parties: Parties,
}

/// Input for `wrapUpInteraction`.
#[derive(InputObject)]
pub struct WrapUpInteractionInput {
    /// The interaction's id.
    pub id: ID,
    /// The wrap-up code, which must be active.
    pub code_id: ID,
    /// The agent's note about their part, at most 10,000 characters.
    pub note: Option<String>,
    /// The agent whose part ends. Defaults to the caller.
    pub agent_id: Option<ID>,
    /// The version the interaction must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    pub expected_version: Option<i32>,
}

/// The result of linking or wrapping up an interaction.
#[derive(SimpleObject)]
pub struct InteractionPayload {
    /// The interaction in its current state. Null if the mutation was refused, except for a version conflict.
    pub interaction: Option<Interaction>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// The result of recording an interaction.
#[derive(SimpleObject)]
pub struct RecordInteractionPayload {
    /// The interaction in its current state, or null if the mutation was refused.
    pub interaction: Option<Interaction>,
    /// Whether the mutation created a new record, or null if it was refused.
    pub created: Option<bool>,
    /// The reasons for a refusal; empty if the mutation succeeded.
    pub user_errors: Vec<UserError>,
}

/// Mutations for interactions.
#[derive(Default)]
pub struct InteractionMutation;

#[Object]
impl InteractionMutation {
    /// Records a new interaction, or updates the one with the same `externalId`, for example with its end, its queue or
    /// another agent.
    ///
    /// Requires `externalContacts:interaction:add`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionAdd))]
    async fn record_interaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The interaction's fields.")] input: RecordInteractionInput,
    ) -> Result<Option<RecordInteractionPayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| { record(tx, &input).await });
        let outcome = Outcome::of(result)?;
        let (interaction, created) = outcome.value.unzip();
        Ok(Some(RecordInteractionPayload {
            interaction,
            created,
            user_errors: outcome.user_errors,
        }))
    }

    /// Links an interaction to the contact and the organization that took part.
    ///
    /// Requires `externalContacts:interaction:edit`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionEdit))]
    async fn link_interaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The interaction's id and the contact and organization to link.")]
        input: LinkInteractionInput,
    ) -> Result<Option<InteractionPayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let before = existing(tx, &input.id, input.expected_version).await?;
            let mut after = before.clone();
            input.parties.apply(tx, &mut after).await?;
            tx.save_interaction(&before, after).await
        });
        payload(Outcome::or_current(result, current(ctx, &input.id)).await?)
    }

    /// Records the outcome of an agent's part in an interaction, replacing the agent's earlier wrap-up. An agent who is
    /// not yet among the interaction's agents is added.
    ///
    /// Requires `externalContacts:interaction:edit`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionEdit))]
    async fn wrap_up_interaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The interaction's id and the wrap-up.")] input: WrapUpInteractionInput,
    ) -> Result<Option<InteractionPayload>> {
        let caller = ctx.caller().user.id;
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let before = existing(tx, &input.id, input.expected_version).await?;
            let mut after = before.clone();
            after.wrap_up(wrap_up(tx, &input, caller).await?);
            let agents = after.wrap_ups.last().map(|wrap_up| wrap_up.agent_id);
            after
                .add_agents(agents.as_slice())
                .map_err(|refusals| under("agentId", refusals))?;
            tx.save_interaction(&before, after).await
        });
        payload(Outcome::or_current(result, current(ctx, &input.id)).await?)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a nullable field resolves to")]
fn payload(outcome: Outcome<Interaction>) -> Result<Option<InteractionPayload>> {
    Ok(Some(InteractionPayload {
        interaction: outcome.value,
        user_errors: outcome.user_errors,
    }))
}

/// Records a new interaction or updates the one with this external id; also returns whether it is new.
async fn record(tx: &mut Tx, input: &RecordInteractionInput) -> crate::error::Result<(Interaction, bool)> {
    let external_id = input
        .external_id
        .clone()
        .map(Interaction::check_external_id)
        .transpose()
        .map_err(|refusals| under("externalId", refusals))?;
    let before = match &external_id {
        Some(external_id) => tx.interaction_by_external_id(external_id).await?,
        None => None,
    };
    let (mut after, fields) = match &before {
        Some(before) => (before.clone(), input.fields.clone()),
        None => (blank(tx, external_id), input.fields.clone().of_new()),
    };
    fields.apply(&mut after)?;
    input.parties.apply(tx, &mut after).await?;
    let agents = agents(tx, input.agent_ids.as_deref().unwrap_or_default()).await?;
    after
        .add_agents(&agents)
        .map_err(|refusals| under("agentIds", refusals))?;
    if let Some(before) = before {
        return Ok((tx.save_interaction(&before, after).await?, false));
    }
    tx.add_interaction(&after).await?;
    Ok((after, true))
}

fn blank(tx: &Tx, external_id: Option<String>) -> Interaction {
    let record = Record::new(tx.now(), tx.actor());
    Interaction::new(InteractionId::new(tx.new_id()), record, external_id)
}

impl Parties {
    /// Writes the given parties into `interaction`; they must exist.
    async fn apply(&self, tx: &mut Tx, interaction: &mut Interaction) -> crate::error::Result<()> {
        match &self.contact_id {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => interaction.contact_id = None,
            MaybeUndefined::Value(id) => {
                let contact = contact(tx, id).await?;
                if interaction.contact_id != Some(contact.id) {
                    interaction.contact_id = Some(contact.id);
                    interaction.organization_id = contact.organization_id;
                }
            }
        }
        match &self.organization_id {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => interaction.organization_id = None,
            MaybeUndefined::Value(id) => interaction.organization_id = Some(organization(tx, id).await?),
        }
        Ok(())
    }
}

async fn contact(tx: &mut Tx, id: &ID) -> crate::error::Result<Contact> {
    let id = UserError::id::<ContactId>(id).map_err(|refusals| under("contactId", refusals))?;
    let contact = tx.contact(id).await?;
    contact.ok_or_else(|| UserError::not_found("contact").under("contactId").into())
}

async fn organization(tx: &mut Tx, id: &ID) -> crate::error::Result<OrganizationId> {
    let id = UserError::id::<OrganizationId>(id).map_err(|refusals| under("organizationId", refusals))?;
    if tx.has_organization(id).await? {
        Ok(id)
    } else {
        Err(UserError::not_found("organization")
            .under("organizationId")
            .into())
    }
}

/// Loads the users with these ids; a refusal names every missing one.
async fn agents(tx: &mut Tx, ids: &[ID]) -> crate::error::Result<Vec<UserId>> {
    let mut refusals = Refusals::default();
    let agents: Vec<UserId> = ids
        .iter()
        .enumerate()
        .filter_map(|(position, id)| refusals.check(&position.to_string(), UserError::id(id)))
        .collect();
    if refusals.is_empty() {
        let known = tx.known_users(&agents).await?;
        for (position, _) in agents
            .iter()
            .enumerate()
            .filter(|(_, agent)| !known.contains(agent))
        {
            refusals.add(UserError::not_found("user").under(position));
        }
    }
    refusals
        .finish()
        .map_err(|refusals| under("agentIds", refusals))?;
    Ok(agents)
}

async fn wrap_up(
    tx: &mut Tx,
    input: &WrapUpInteractionInput,
    caller: UserId,
) -> crate::error::Result<WrapUp> {
    let note = WrapUp::check_note(input.note.clone()).map_err(|refusals| under("note", refusals))?;
    let agent_id = match &input.agent_id {
        Some(id) => agent(tx, id).await?,
        None => caller,
    };
    Ok(WrapUp {
        note,
        recorded_at: DateTime(tx.now()),
        agent_id,
        code_id: active_code(tx, &input.code_id).await?.id,
    })
}

async fn agent(tx: &mut Tx, id: &ID) -> crate::error::Result<UserId> {
    let agent: UserId = UserError::id(id).map_err(|refusals| under("agentId", refusals))?;
    if tx.known_users(&[agent]).await?.is_empty() {
        return Err(UserError::not_found("user").under("agentId").into());
    }
    Ok(agent)
}

async fn active_code(tx: &mut Tx, id: &ID) -> crate::error::Result<WrapUpCode> {
    let id = UserError::id::<WrapUpCodeId>(id).map_err(|refusals| under("codeId", refusals))?;
    let code = tx
        .wrap_up_code(id)
        .await?
        .ok_or_else(|| UserError::not_found("wrap-up code").under("codeId"))?;
    if code.active {
        Ok(code)
    } else {
        let message = "this wrap-up code is no longer active; choose another";
        Err(UserError::invalid(message).under("codeId").into())
    }
}

/// Returns the interaction to change, at the version the caller expects.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<Interaction> {
    let id = UserError::id::<InteractionId>(id).map_err(|refusals| under("id", refusals))?;
    let interaction = tx
        .interaction(id)
        .await?
        .ok_or_else(|| UserError::not_found("interaction").under("id"))?;
    expect_version(expected_version, interaction.record.version)?;
    Ok(interaction)
}

/// Returns the interaction's current state for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<Interaction>> {
    match id.parse::<InteractionId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}
