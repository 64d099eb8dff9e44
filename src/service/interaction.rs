//! Mutations for interactions.

use super::Target;
use super::organization::check_organization;
use crate::error::{Refusals, Result, UserError, under};
use crate::id::{ContactId, InteractionId, OrganizationId, TypedId, UserId, WrapUpCodeId};
use crate::model::{
    Checked, ContactPoint, DateTime, Interaction, InteractionChanges, LinkOrigin, Patch, Subject, WrapUp,
    WrapUpCode,
};
use crate::store::{MOST_UNLINKED, Recognized, Tx, recognize};

/// The details of an interaction to record.
#[derive(Clone, Debug, Default)]
pub struct RecordedInteraction {
    /// The conversation's id in the telephony system. If an interaction has it, that interaction is updated.
    pub external_id: Option<String>,
    /// The interaction's own fields.
    pub changes: InteractionChanges,
    /// The contact and the organization that took part. A contact that is kept is linked by the contact point, if there is one.
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
    let external_id = check_external_id(recorded.external_id.clone())?;
    if let Some(external_id) = &external_id {
        tx.lock_keys(InteractionId::KIND, &[&[external_id]]).await?;
    }
    let points = recorded.point_to_recognize(tx);
    let recognized = recognize_all(tx, points.as_slice()).await?;
    let recognized = recognized.into_iter().next().unwrap_or_default();
    let kept = recorded.parties.with(&recognized).keep(tx).await?;
    let before = match &external_id {
        Some(external_id) => tx.interaction_by_external_id(external_id).await?,
        None => None,
    };
    let agents = if recorded.agent_ids.is_empty() {
        Vec::new()
    } else {
        tx.known_users(&recorded.agent_ids).await?
    };
    let recorded = RecordedInteraction {
        external_id,
        ..recorded
    };
    let after = apply(tx, recorded, before.as_ref(), &kept, &recognized, &agents)?;
    if let Some(before) = before {
        return Ok((tx.update_interaction(&before, after).await?, false));
    }
    tx.add_interaction(&after).await?;
    Ok((after, true))
}

/// Checks a conversation's id in the telephony system.
pub(super) fn check_external_id(external_id: Option<String>) -> Checked<Option<String>> {
    let checked = external_id.map(Interaction::check_external_id).transpose();
    checked.map_err(|refusals| under("externalId", refusals))
}

/// Returns an interaction as it is recorded, whose parties and agents must be among those that exist.
pub(super) fn apply(
    tx: &Tx,
    recorded: RecordedInteraction,
    before: Option<&Interaction>,
    kept: &KeptParties,
    recognized: &Recognized,
    agents: &[UserId],
) -> Checked<Interaction> {
    let (mut after, changes) = if let Some(before) = before {
        (before.clone(), recorded.changes)
    } else {
        let id = InteractionId::new(tx.new_id());
        let interaction = Interaction::new(id, tx.new_record(), recorded.external_id);
        (interaction, recorded.changes.of_new())
    };
    changes.apply(&mut after, tx.region())?;
    let is_open = after.is_open();
    let parties = recorded.parties.current(tx);
    kept.apply(parties, &mut after)?;
    if is_open {
        kept.link(parties, recognized, &mut after);
    }
    check_agents(agents, &recorded.agent_ids)?;
    after
        .add_agents(&recorded.agent_ids)
        .map_err(|refusals| under("agentIds", refusals))?;
    Ok(after)
}

/// An interaction that was linked.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The interaction.
    pub interaction: Interaction,
    /// The number of other interactions that were linked to the contact as well.
    pub earlier: usize,
    /// Whether more of them are left.
    pub has_more: bool,
}

/// Links an interaction to the contact and the organization that took part. With `include_earlier`, also links other
/// interactions with the same contact point to the contact: at most 1,000, the newest first.
pub async fn link_interaction(
    tx: &mut Tx,
    target: Target<InteractionId>,
    parties: Parties,
    include_earlier: bool,
) -> Result<Linked> {
    let kept = parties.keep(tx).await?;
    let parties = parties.current(tx);
    if include_earlier {
        tx.lock_with_unlinked(target.id).await?;
    }
    let before: Interaction = target.find(tx).await?;
    let mut after = before.clone();
    kept.apply(parties, &mut after)?;
    let interaction = tx.update_interaction(&before, after).await?;
    let (earlier, has_more) = if include_earlier {
        link_earlier(tx, &interaction, parties.contact_id.value(), &kept).await?
    } else {
        (0, false)
    };
    Ok(Linked {
        interaction,
        earlier,
        has_more,
    })
}

/// Links the interactions without a contact that have the contact point of this one to its contact. Returns their number, and
/// whether more are left.
async fn link_earlier(
    tx: &mut Tx,
    linked: &Interaction,
    contact: Option<ContactId>,
    kept: &KeptParties,
) -> Result<(usize, bool)> {
    // One that is not given is not kept from being deleted.
    let Some(contact) = contact else {
        let refusal =
            UserError::invalid("needs a contact to link the earlier interactions to; give `contactId`");
        return Err(refusal.under("includeEarlier").into());
    };
    let Some(key) = linked.point_key() else {
        let refusal =
            UserError::invalid("needs an interaction with a contact point that others can have as well");
        return Err(refusal.under("includeEarlier").into());
    };
    let mut earlier = tx.unlinked_interactions(&key, linked.id).await?;
    let most = usize::try_from(MOST_UNLINKED).unwrap_or(usize::MAX);
    let has_more = earlier.len() > most;
    earlier.truncate(most);
    let employer = kept.employer(contact);
    let pairs = earlier.into_iter().map(|before| {
        let after = Interaction {
            contact_id: Some(contact),
            organization_id: before.organization_id.or(employer),
            linked_by: Some(LinkOrigin::User),
            ..before.clone()
        };
        (before, after)
    });
    let linked = tx.update_all(pairs.collect()).await?;
    Ok((linked.len(), has_more))
}

/// Returns the records that have the contact points.
pub(super) async fn recognize_all(tx: &mut Tx, points: &[ContactPoint]) -> Result<Vec<Recognized>> {
    recognize(tx, points, &[Subject::Contacts, Subject::Organizations]).await
}

impl RecordedInteraction {
    /// Returns the contact point by which the interaction is linked, unless its contact is given. One that is refused later is
    /// left out.
    pub(super) fn point_to_recognize(&self, tx: &Tx) -> Option<ContactPoint> {
        if self.parties.contact_id != Patch::Keep {
            return None;
        }
        let point = self.changes.contact_point.clone().value()?;
        ContactPoint::check(point, tx.region()).ok()
    }
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

/// Contacts and organizations that are kept from being deleted, so far as they exist.
pub(super) struct KeptParties {
    /// The contacts, each with its employer, if that exists.
    pub contacts: Vec<(ContactId, Option<OrganizationId>)>,
    /// The organizations.
    pub organizations: Vec<OrganizationId>,
}

impl Parties {
    /// Returns the parties together with those that an interaction is linked to by its contact point, where none is given.
    pub(super) fn with(self, recognized: &Recognized) -> Self {
        let (contact, organization) = (recognized.only_contact(), recognized.only_organization());
        Self {
            contact_id: match self.contact_id {
                Patch::Keep => contact.into(),
                given => given,
            },
            organization_id: match self.organization_id {
                Patch::Keep => organization.into(),
                given => given,
            },
        }
    }

    /// Returns the origin of the links of an interaction that becomes `after`, if these parties change it.
    const fn origin(self, before: Option<OrganizationId>, after: &Interaction) -> Option<LinkOrigin> {
        match (self.contact_id, self.organization_id) {
            (Patch::Keep, Patch::Keep) => None,
            // An organization that was not there is not removed.
            (Patch::Keep, Patch::Clear) if before.is_none() || after.contact_id.is_some() => None,
            (Patch::Clear, _) | (Patch::Keep, Patch::Clear) => Some(LinkOrigin::Unlinked),
            _ => Some(LinkOrigin::User),
        }
    }

    /// Returns the parties by the ids of the records that they are part of, as far as the transaction found them there.
    fn current(self, tx: &Tx) -> Self {
        Self {
            contact_id: self.contact_id.map(|id| tx.current_id(id)),
            organization_id: self.organization_id.map(|id| tx.current_id(id)),
        }
    }

    /// Keeps the parties, and the employer of the contact, from being deleted. The interaction is locked after them: their
    /// deletion detaches it.
    async fn keep(self, tx: &mut Tx) -> Result<KeptParties> {
        let (contact, organization) = (self.contact_id.value(), self.organization_id.value());
        let organizations = if contact.is_some() || organization.is_some() {
            tx.keep_organizations(organization, contact).await?
        } else {
            Vec::new()
        };
        let contacts = Vec::from_iter(contact.map(TypedId::uuid));
        Ok(KeptParties {
            contacts: tx.keep_contacts(contacts, &organizations).await?,
            organizations,
        })
    }
}

impl KeptParties {
    /// Writes parties into `interaction`. Refuses those that do not exist.
    pub fn apply(&self, parties: Parties, interaction: &mut Interaction) -> Checked<()> {
        let before = interaction.organization_id;
        match parties.contact_id {
            Patch::Keep => {}
            Patch::Clear => interaction.contact_id = None,
            Patch::Set(id) => {
                let contact = self.contacts.iter().find(|(contact, _)| *contact == id);
                let (_, employer) =
                    contact.ok_or_else(|| vec![UserError::not_found("contact").under("contactId")])?;
                if interaction.contact_id != Some(id) {
                    interaction.contact_id = Some(id);
                    interaction.organization_id = *employer;
                }
            }
        }
        match parties.organization_id {
            Patch::Keep => {}
            Patch::Clear => interaction.organization_id = None,
            Patch::Set(id) => {
                check_organization(&self.organizations, id, "organizationId")?;
                interaction.organization_id = Some(id);
            }
        }
        if let Some(origin) = parties.origin(before, interaction) {
            interaction.linked_by = Some(origin);
        }
        Ok(())
    }
    /// Returns the employer of a contact that is kept.
    fn employer(&self, contact: ContactId) -> Option<OrganizationId> {
        let kept = self.contacts.iter().find(|(kept, _)| *kept == contact);
        kept.and_then(|(_, employer)| *employer)
    }

    /// Links an interaction whose contact is not given by its contact point: to the only contact that has it, or to the only
    /// organization if no contact has it. One that has been deleted meanwhile is not linked.
    pub fn link(&self, parties: Parties, recognized: &Recognized, interaction: &mut Interaction) {
        if parties.contact_id != Patch::Keep {
            return;
        }
        let contact = recognized.only_contact();
        let contact = contact.filter(|contact| self.contacts.iter().any(|(kept, _)| kept == contact));
        let organization = recognized.only_organization();
        let is_free = parties.organization_id == Patch::Keep;
        let organization =
            organization.filter(|organization| is_free && self.organizations.contains(organization));
        if contact.is_none() && organization.is_none() {
            return;
        }
        interaction.contact_id = contact;
        interaction.linked_by = Some(LinkOrigin::ContactPoint);
        if is_free {
            interaction.organization_id = contact.map_or(organization, |contact| self.employer(contact));
        }
    }
}

/// Refuses agents who are not among those that exist, each at its position.
fn check_agents(known: &[UserId], agents: &[UserId]) -> Checked<()> {
    let mut refusals = Refusals::default();
    for (position, _) in agents
        .iter()
        .enumerate()
        .filter(|(_, agent)| !known.contains(agent))
    {
        refusals.add(UserError::not_found("user").under(position).under("agentIds"));
    }
    refusals.finish()
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
