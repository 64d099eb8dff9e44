//! Mutations for interactions.

use super::Target;
use super::organization::check_organization;
use crate::error::{Refusals, Result, UserError, under};
use crate::id::{ContactId, InteractionId, OrganizationId, TypedId as _, UserId, WrapUpCodeId};
use crate::model::{Contact, DateTime, Interaction, InteractionChanges, Patch, WrapUp, WrapUpCode};
use crate::store::Tx;

/// The details of an interaction to record.
#[derive(Clone, Debug, Default)]
pub struct RecordedInteraction {
    /// The conversation's id in the telephony system. If an interaction has it, that interaction is updated.
    pub external_id: Option<String>,
    /// The interaction's own fields.
    pub changes: InteractionChanges,
    /// The contact and the organization that took part.
    pub parties: Parties,
    /// The users to add to its agents, who must exist.
    pub agent_ids: Vec<UserId>,
}

/// Changes to the contact and the organization that took part in an interaction. They must exist.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parties {
    /// The contact's id.
    pub contact_id: Patch<ContactId>,
    /// The organization. If it is kept while the contact changes, it becomes the contact's current employer.
    pub organization_id: Patch<OrganizationId>,
}

/// The outcome of an agent's part in an interaction.
#[derive(Clone, Debug)]
pub struct NewWrapUp {
    /// The wrap-up code, which must be active.
    pub code_id: WrapUpCodeId,
    /// The agent's note.
    pub note: Option<String>,
    /// The agent, who must exist.
    pub agent_id: UserId,
}

/// Records a new interaction, or updates the one with the same external id; also returns whether it is new.
pub async fn record_interaction(tx: &mut Tx, recorded: RecordedInteraction) -> Result<(Interaction, bool)> {
    let external_id = recorded
        .external_id
        .map(Interaction::check_external_id)
        .transpose()
        .map_err(|refusals| under("externalId", refusals))?;
    if let Some(external_id) = &external_id {
        tx.lock_keys(InteractionId::KIND, &[&[external_id]]).await?;
    }
    let parties = recorded.parties.keep(tx).await?;
    let before = match &external_id {
        Some(external_id) => tx.interaction_by_external_id(external_id).await?,
        None => None,
    };
    let (mut after, changes) = if let Some(before) = &before {
        (before.clone(), recorded.changes)
    } else {
        let id = InteractionId::new(tx.new_id());
        let interaction = Interaction::new(id, tx.new_record(), external_id);
        (interaction, recorded.changes.of_new())
    };
    changes.apply(&mut after)?;
    parties.apply(&mut after)?;
    check_agents(tx, &recorded.agent_ids).await?;
    after
        .add_agents(&recorded.agent_ids)
        .map_err(|refusals| under("agentIds", refusals))?;
    if let Some(before) = before {
        return Ok((tx.update_interaction(&before, after).await?, false));
    }
    tx.add_interaction(&after).await?;
    Ok((after, true))
}

/// Links an interaction to the contact and the organization that took part.
pub async fn link_interaction(
    tx: &mut Tx,
    target: Target<InteractionId>,
    parties: Parties,
) -> Result<Interaction> {
    let parties = parties.keep(tx).await?;
    let before: Interaction = target.find(tx).await?;
    let mut after = before.clone();
    parties.apply(&mut after)?;
    tx.update_interaction(&before, after).await
}

/// Records the outcome of an agent's part in an interaction, replacing the agent's earlier wrap-up.
pub async fn wrap_up_interaction(
    tx: &mut Tx,
    target: Target<InteractionId>,
    wrap_up: NewWrapUp,
) -> Result<Interaction> {
    let before: Interaction = target.find(tx).await?;
    let note = WrapUp::check_note(wrap_up.note).map_err(|refusals| under("note", refusals))?;
    if tx.actor() != Some(wrap_up.agent_id) && tx.known_users(&[wrap_up.agent_id]).await?.is_empty() {
        return Err(UserError::not_found("user").under("agentId").into());
    }
    check_active(tx, wrap_up.code_id).await?;
    let mut after = before.clone();
    after.wrap_up(WrapUp {
        note,
        recorded_at: DateTime(tx.now()),
        agent_id: wrap_up.agent_id,
        code_id: wrap_up.code_id,
    });
    after
        .add_agents(&[wrap_up.agent_id])
        .map_err(|refusals| under("agentId", refusals))?;
    tx.update_interaction(&before, after).await
}

/// Parties that are kept from being deleted, so far as they exist.
struct KeptParties {
    parties: Parties,
    contact: Option<Contact>,
    organizations: Vec<OrganizationId>,
}

impl Parties {
    /// Keeps the parties, and the employer of the contact, from being deleted. The interaction is locked after them: their
    /// deletion detaches it.
    async fn keep(self, tx: &mut Tx) -> Result<KeptParties> {
        let (contact, organization) = (self.contact_id.value(), self.organization_id.value());
        let organizations = if contact.is_some() || organization.is_some() {
            tx.keep_organizations(organization, contact).await?
        } else {
            Vec::new()
        };
        let contact = match contact {
            Some(id) => tx.find_kept(id).await?,
            None => None,
        };
        Ok(KeptParties {
            parties: self,
            contact,
            organizations,
        })
    }
}

impl KeptParties {
    /// Writes the parties into `interaction`. Refuses those that do not exist.
    fn apply(self, interaction: &mut Interaction) -> Result<()> {
        match self.parties.contact_id {
            Patch::Keep => {}
            Patch::Clear => interaction.contact_id = None,
            Patch::Set(id) => {
                let contact = self.contact;
                let contact = contact.ok_or_else(|| UserError::not_found("contact").under("contactId"))?;
                if interaction.contact_id != Some(id) {
                    interaction.contact_id = Some(id);
                    interaction.organization_id = contact.organization_id;
                }
            }
        }
        match self.parties.organization_id {
            Patch::Keep => {}
            Patch::Clear => interaction.organization_id = None,
            Patch::Set(id) => {
                check_organization(&self.organizations, id, "organizationId")?;
                interaction.organization_id = Some(id);
            }
        }
        Ok(())
    }
}

/// Refuses agents who do not exist, each at its position.
async fn check_agents(tx: &mut Tx, agents: &[UserId]) -> Result<()> {
    if agents.is_empty() {
        return Ok(());
    }
    let known = tx.known_users(agents).await?;
    let mut refusals = Refusals::default();
    for (position, _) in agents
        .iter()
        .enumerate()
        .filter(|(_, agent)| !known.contains(agent))
    {
        refusals.add(UserError::not_found("user").under(position).under("agentIds"));
    }
    Ok(refusals.finish()?)
}

/// Refuses a wrap-up code that does not exist or is not active.
async fn check_active(tx: &mut Tx, id: WrapUpCodeId) -> Result<()> {
    let refusal = match tx.find_shared::<WrapUpCode>(id).await? {
        Some(code) if code.active => return Ok(()),
        Some(_) => UserError::invalid("this wrap-up code is no longer active; choose another"),
        None => UserError::not_found("wrap-up code"),
    };
    Err(refusal.under("codeId").into())
}
