//! Mutations for interactions.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

use crate::graphql::context::ContextExt as _;
use crate::graphql::input::{fields, id, ids, patch_id, target};
use crate::graphql::mutation::{Mutate as _, Outcome};
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::id::{InteractionId, UserId};
use crate::model::{
    Checked, ContactPointInput, DateTime, Interaction, InteractionChanges, InteractionDirection, MediaType,
    Patch, Permission,
};
use crate::service::{self, Linked, NewWrapUp, Parties, RecordedInteraction, Target};

fields! {
    /// The recorded fields of an interaction that may be unknown.
    InteractionFields for InteractionChanges {
        /// The end time, not before the start.
        ended_at: DateTime,
        /// The topic, such as the subject of an e-mail, at most 1000 characters.
        subject_line: String,
        /// The queue that the interaction came through, at most 200 characters.
        queue_name: String,
        /// The contact point of the other side: the caller's number, the sender's address. If `contactId` is absent and the
        /// interaction is not linked yet, exactly one contact with this contact point is linked; if no contact has it,
        /// exactly one organization. If several have it, none is: `candidates` lists them. No record is created.
        contact_point: ContactPointInput,
    }
}

/// The contact and the organization that took part in an interaction. Absent fields are left unchanged; null clears a
/// field.
#[derive(InputObject)]
pub struct PartyFields {
    /// The contact that took part. Null removes it, and the interaction is not linked by its contact point.
    contact_id: MaybeUndefined<ID>,
    /// The organization that took part. If absent while `contactId` changes, it becomes the contact's current employer,
    /// and stays when the contact changes employer later.
    organization_id: MaybeUndefined<ID>,
}

impl PartyFields {
    fn check(&self) -> Checked<Parties> {
        Ok(Parties {
            contact_id: patch_id("contactId", &self.contact_id)?,
            organization_id: patch_id("organizationId", &self.organization_id)?,
        })
    }
}

/// An interaction to record, among the items of `recordInteractions`. Absent fields are left unchanged, or empty in a new
/// interaction; null clears a field.
#[derive(InputObject)]
pub struct RecordInteractionItemInput {
    /// The conversation's id in the telephony system, at most 255 characters. If an interaction has this id, it is
    /// updated; otherwise, or without an id, a new interaction is recorded.
    external_id: Option<String>,
    /// The medium of the interaction.
    media_type: MediaType,
    /// The side that began the interaction.
    direction: InteractionDirection,
    /// The start time.
    started_at: DateTime,
    #[graphql(flatten)]
    fields: InteractionFields,
    #[graphql(flatten)]
    parties: PartyFields,
    /// The users who handle the interaction. Users who are not yet among its agents are added; no agent is removed. An
    /// interaction has at most 100 agents.
    agent_ids: Option<Vec<ID>>,
}

/// Input for `recordInteraction`. Absent fields are left unchanged, or empty in a new interaction; null clears a field.
#[derive(InputObject)]
pub struct RecordInteractionInput {
    #[graphql(flatten)]
    interaction: RecordInteractionItemInput,
    #[graphql(flatten)]
    repeat: RepeatFields,
}

impl RecordInteractionItemInput {
    pub(super) fn check(self) -> Checked<(RecordedInteraction,)> {
        let recorded = RecordedInteraction {
            external_id: self.external_id,
            parties: self.parties.check()?,
            agent_ids: ids("agentIds", self.agent_ids.as_deref().unwrap_or_default())?,
            changes: InteractionChanges {
                media_type: Patch::Set(self.media_type),
                direction: Patch::Set(self.direction),
                started_at: Patch::Set(self.started_at),
                ..self.fields.into()
            },
        };
        Ok((recorded,))
    }
}

/// Input for `linkInteraction`. Absent fields are left unchanged; null clears a field.
#[derive(InputObject)]
pub struct LinkInteractionInput {
    /// The interaction's id.
    id: ID,
    /// The version the interaction must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
    #[graphql(flatten)]
    parties: PartyFields,
    /// Whether the other interactions with the same contact point that have no contact are linked to the contact as well, at
    /// most 1,000 at a time, the newest first: the past of a caller who was unknown until now. Takes a
    /// `contactId`. They keep their organization, or get the contact's current employer. Those of which a user removed the contact
    /// stay as they are.
    #[graphql(default)]
    include_earlier: bool,
    #[graphql(flatten)]
    repeat: RepeatFields,
}

/// Input for `wrapUpInteraction`.
#[derive(InputObject)]
pub struct WrapUpInteractionInput {
    /// The interaction's id.
    id: ID,
    /// The version the interaction must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
    /// The wrap-up code, which must be active.
    code_id: ID,
    /// The agent's note about their part, at most 10,000 characters.
    note: Option<String>,
    /// The agent whose part ends. Defaults to the caller.
    agent_id: Option<ID>,
    #[graphql(flatten)]
    repeat: RepeatFields,
}

impl WrapUpInteractionInput {
    fn check(self, caller: UserId) -> Checked<(Target<InteractionId>, NewWrapUp)> {
        let target = target(&self.id, self.expected_version)?;
        let agent = self.agent_id.as_ref().map(|agent| id("agentId", agent));
        let wrap_up = NewWrapUp {
            agent_id: agent.transpose()?.unwrap_or(caller),
            code_id: id("codeId", &self.code_id)?,
            note: self.note,
        };
        Ok((target, wrap_up))
    }
}

payload! {
    /// The result of recording an interaction.
    RecordInteractionPayload {
        /// The interaction in its current state, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:interaction:view`.
        interaction: Option<Interaction>, for InteractionView;
        /// Whether the mutation created a new record, or null if it was refused.
        created: Option<bool>;
    }
}

payload! {
    /// The result of linking an interaction.
    LinkInteractionPayload {
        /// The interaction in its current state. Null if the mutation was refused, except for a version conflict.
        ///
        /// Requires `externalContacts:interaction:view`.
        interaction: Option<Interaction>, for InteractionView;
        /// The number of other interactions that were linked as well.
        linked_earlier: i32;
        /// Whether more of them are left. Link the interaction again to link the next ones.
        has_more: bool;
    }
}

payload! {
    /// The result of wrapping up an interaction.
    WrapUpInteractionPayload {
        /// The interaction in its current state. Null if the mutation was refused, except for a version conflict.
        ///
        /// Requires `externalContacts:interaction:view`.
        interaction: Interaction, for InteractionView
    }
}

impl From<Outcome<(Interaction, bool)>> for RecordInteractionPayload {
    fn from(outcome: Outcome<(Interaction, bool)>) -> Self {
        let (interaction, created) = outcome.value.unzip();
        Self {
            interaction,
            created,
            user_errors: outcome.user_errors,
        }
    }
}

/// The outcome of a link, and the interaction as it is after a version conflict.
type Link = (Outcome<Linked>, Option<Interaction>);

impl From<Link> for LinkInteractionPayload {
    fn from((outcome, current): Link) -> Self {
        let (earlier, has_more) = outcome
            .value
            .as_ref()
            .map_or((0, false), |linked| (linked.earlier, linked.has_more));
        Self {
            interaction: outcome.value.map(|linked| linked.interaction).or(current),
            linked_earlier: i32::try_from(earlier).unwrap_or(i32::MAX),
            has_more,
            user_errors: outcome.user_errors,
        }
    }
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
        let input = input.interaction.check();
        let outcome = ctx.change(input, service::record_interaction).await?;
        Ok(Some(outcome.into()))
    }

    /// Links an interaction to the contact and the organization that took part, on request together with the other
    /// interactions with the same contact point.
    ///
    /// Requires `externalContacts:interaction:edit`.
    #[graphql(directive = requires_permission::apply(Permission::InteractionEdit))]
    async fn link_interaction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The interaction's id and the contact and organization to link.")]
        input: LinkInteractionInput,
    ) -> Result<Option<LinkInteractionPayload>> {
        let target = target(&input.id, input.expected_version);
        let input = target.and_then(|target| Ok((target, input.parties.check()?, input.include_earlier)));
        let outcome = ctx.change_repeatable(input, service::link_interaction).await?;
        Ok(Some(outcome.into()))
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
    ) -> Result<Option<WrapUpInteractionPayload>> {
        let input = input.check(ctx.caller().user.id);
        let outcome = ctx.update(input, service::wrap_up_interaction).await?;
        Ok(Some(outcome.into()))
    }
}
