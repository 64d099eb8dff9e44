//! Changes of interactions.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use crate::error::{Refusals, UserError, under};
use crate::graphql::context::{Ask as _, Outcome, expect_version};
use crate::graphql::permission::requires_permission;
use crate::id::{ContactId, InteractionId, OrganizationId, UserId, WrapUpCodeId};
use crate::model::{
    Contact, DateTime, Interaction, InteractionFields, Permission, Record, WrapUp, WrapUpCode,
};
use crate::store::{Tx, change};

/// What `recordInteraction` takes. An absent field is left alone (or empty, in a new interaction); null clears it.
#[derive(InputObject)]
pub struct RecordInteractionInput {
    /// The conversation's id in the telephony system, at most 255 characters. The interaction that has it is changed;
    /// when there is none, or no id is given, a new one is recorded.
    pub external_id: Option<String>,
    #[graphql(flatten)]
    fields: InteractionFields,
    #[graphql(flatten)]
    parties: Parties,
    /// Who handles it: those who are not among the agents yet are added, nobody is removed. At most 100 in all.
    pub agent_ids: Option<Vec<ID>>,
}

/// With whom an interaction is. An absent field is left alone; null clears it.
#[derive(Clone, InputObject)]
pub struct Parties {
    /// With whom it is.
    pub contact_id: MaybeUndefined<ID>,
    /// The organization it is with. Left out together with another `contactId`, it is the one that contact works for now;
    /// it stays when the contact changes employer later.
    pub organization_id: MaybeUndefined<ID>,
}

/// What `linkInteraction` takes. An absent field is left alone; null clears it.
#[derive(InputObject)]
pub struct LinkInteractionInput {
    /// The interaction.
    pub id: ID,
    /// Refuse with `VERSION_CONFLICT` unless the interaction is at this version.
    pub expected_version: Option<i32>,
    #[graphql(flatten)]
    parties: Parties,
}

/// What `wrapUpInteraction` takes.
#[derive(InputObject)]
pub struct WrapUpInteractionInput {
    /// The interaction.
    pub id: ID,
    /// The wrap-up code, which must be active.
    pub code_id: ID,
    /// What the agent writes about their part, at most 10,000 characters.
    pub note: Option<String>,
    /// Whose part ends; yours when left out.
    pub agent_id: Option<ID>,
    /// Refuse with `VERSION_CONFLICT` unless the interaction is at this version.
    pub expected_version: Option<i32>,
}

/// What became of an interaction.
#[derive(SimpleObject)]
pub struct InteractionPayload {
    /// The interaction as it is now; null when it was refused, unless because of its version.
    pub interaction: Option<Interaction>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// What became of an interaction, and whether it is new.
#[derive(SimpleObject)]
pub struct RecordInteractionPayload {
    /// The interaction as it is now; null when it was refused.
    pub interaction: Option<Interaction>,
    /// Whether it was created just now; null when it was refused.
    pub created: Option<bool>,
    /// Why it was refused; empty when it was done.
    pub user_errors: Vec<UserError>,
}

/// Changes of interactions.
#[derive(Default)]
pub struct InteractionMutation;

#[Object]
impl InteractionMutation {
    /// Records an interaction, or, by its `externalId`, what more is known of it: its end, its queue, the next agent.
    ///
    /// Requires `externalContacts:interaction:add`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionAdd))]
    async fn record_interaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is known of the interaction.")] input: RecordInteractionInput,
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

    /// Says with whom an interaction is.
    ///
    /// Requires `externalContacts:interaction:edit`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionEdit))]
    async fn link_interaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interaction, and with whom it is.")] input: LinkInteractionInput,
    ) -> Result<Option<InteractionPayload>> {
        let result = change!(ctx.tenant(), ctx.actor(), |tx| {
            let before = existing(tx, &input.id, input.expected_version).await?;
            let mut after = before.clone();
            input.parties.apply(tx, &mut after).await?;
            tx.save_interaction(&before, after).await
        });
        payload(Outcome::or_current(result, current(ctx, &input.id)).await?)
    }

    /// Records how an agent's part of an interaction ended, in place of what they recorded before. An agent who is not
    /// among its agents yet is added.
    ///
    /// Requires `externalContacts:interaction:edit`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionEdit))]
    async fn wrap_up_interaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which interaction, and how it ended.")] input: WrapUpInteractionInput,
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

/// Records a new interaction, or what more is known of the one with this external id; says whether it is new.
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
    /// Writes the given parties into `interaction`; they must be there.
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

/// The users of these ids; a refusal names every one that is not there.
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
        let message = "this wrap-up code is not active any more; choose another";
        Err(UserError::invalid(message).under("codeId").into())
    }
}

/// The interaction a change is about, at the version the caller knows.
async fn existing(tx: &mut Tx, id: &ID, expected_version: Option<i32>) -> crate::error::Result<Interaction> {
    let id = UserError::id::<InteractionId>(id).map_err(|refusals| under("id", refusals))?;
    let interaction = tx
        .interaction(id)
        .await?
        .ok_or_else(|| UserError::not_found("interaction").under("id"))?;
    expect_version(expected_version, interaction.record.version)?;
    Ok(interaction)
}

/// The interaction as it is now, for the payload of a version conflict.
async fn current(ctx: &Context<'_>, id: &ID) -> crate::error::Result<Option<Interaction>> {
    match id.parse::<InteractionId>() {
        Ok(id) => ctx.load(id).await,
        Err(_) => Ok(None),
    }
}
