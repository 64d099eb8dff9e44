//! Interactions in files.

use uuid::Uuid;

use super::{Applied, Context, Key, Match, Noun, Stamp, clear_missing, serialized, split};
use crate::error::{Refusals, Result, UserError, under};
use crate::id::{ContactId, InteractionId, OrganizationId, TypedId as _, UserId, WrapUpCodeId};
use crate::model::{
    Checked, Contact, DateTime, Interaction, InteractionChanges, LinkOrigin, Organization, Patch, Record,
    Region, WrapUp,
};
use crate::store::{Tenant, TextKey, Tx};
use crate::transfer::Object;
use crate::transfer::fields::{Fields, choice, date_time, id, ids, list, object, text};
use crate::transfer::points::contact_point;
use crate::transfer::reference::{Reference, References};

/// Interactions.
pub struct Interactions;

/// A row about an interaction.
pub struct Draft {
    stamp: Stamp,
    external_id: Option<String>,
    contact: Patch<Reference<ContactId>>,
    organization: Patch<Reference<OrganizationId>>,
    agents: Vec<UserId>,
    wrap_ups: Vec<DraftWrapUp>,
    linked_by: Patch<LinkOrigin>,
    changes: InteractionChanges,
}

/// A wrap-up in a row.
struct DraftWrapUp {
    agent_id: Option<UserId>,
    code_id: Option<WrapUpCodeId>,
    note: Option<String>,
    recorded_at: Option<DateTime>,
}

impl Noun for Interactions {
    type Record = Interaction;
    type Draft = Draft;
    type Extra = ();

    fn read(fields: &mut Fields<'_>) -> Draft {
        Draft {
            stamp: Stamp::read::<InteractionId>(fields),
            external_id: fields.value("externalId", |value| Interaction::check_external_id(text(value)?)),
            contact: Reference::read(fields, "contactId", Some("contactKey"), None),
            organization: Reference::read(fields, "organizationId", Some("organizationKey"), None),
            agents: fields.value("agentIds", ids).unwrap_or_default(),
            wrap_ups: fields.value("wrapUps", list(wrap_up)).unwrap_or_default(),
            linked_by: fields.patch("linkedBy", choice),
            changes: InteractionChanges {
                media_type: fields.patch("mediaType", choice),
                direction: fields.patch("direction", choice),
                started_at: fields.patch("startedAt", date_time),
                ended_at: fields.patch("endedAt", date_time),
                subject_line: fields.patch("subjectLine", text),
                queue_name: fields.patch("queueName", text),
                contact_point: fields.patch("contactPoint", object(contact_point)),
            },
        }
    }

    fn stamp(draft: &Draft) -> &Stamp {
        &draft.stamp
    }

    fn keys(draft: &Draft, _: &[Match], _: &Region) -> Vec<Key> {
        draft
            .external_id
            .iter()
            .map(|id| Key::Unique(vec![id.clone()]))
            .collect()
    }

    fn held(interaction: &Interaction) -> Vec<Key> {
        interaction
            .external_id
            .iter()
            .map(|id| Key::Unique(vec![id.clone()]))
            .collect()
    }

    fn refer(draft: &Draft, to: &mut References) {
        to.contact(&draft.contact);
        to.organization(&draft.organization);
        to.users(&draft.agents);
        for wrap_up in &draft.wrap_ups {
            to.users(wrap_up.agent_id.as_slice());
            wrap_up.code_id.into_iter().for_each(|code| to.code(code));
        }
    }

    async fn find(tx: &mut Tx, keys: Vec<Key>) -> Result<Vec<Uuid>> {
        super::find_by_text(tx, InteractionId::KIND, TextKey::InteractionExternalId, keys).await
    }

    fn create(id: Uuid, record: Record, draft: &Draft, _: Context<'_>) -> Checked<Interaction> {
        Ok(Interaction::new(
            InteractionId::from_uuid(id),
            record,
            draft.external_id.clone(),
        ))
    }

    fn apply(draft: Draft, interaction: &mut Interaction, is_new: bool, with: Context<'_>) -> Checked<()> {
        if draft.external_id.is_some() && draft.external_id != interaction.external_id {
            let message = "must be the one of the interaction with this id, which never changes";
            return Err(vec![UserError::invalid(message).under("externalId")]);
        }
        let changes = if is_new {
            draft.changes.of_new()
        } else {
            draft.changes
        };
        changes.apply(interaction, with.region)?;
        apply_parties(&draft.contact, &draft.organization, interaction, with)?;
        match draft.linked_by {
            Patch::Keep => {}
            Patch::Clear => interaction.linked_by = None,
            Patch::Set(origin) => interaction.linked_by = Some(origin),
        }
        let mut refusals = Refusals::default();
        for (place, agent) in draft.agents.iter().enumerate() {
            if !with.known.has_user(*agent) {
                refusals.add(UserError::not_found("user").under(place).under("agentIds"));
            }
        }
        refusals.finish()?;
        interaction
            .add_agents(&draft.agents)
            .map_err(|refusals| under("agentIds", refusals))?;
        for (place, wrap_up) in draft.wrap_ups.into_iter().enumerate() {
            let wrap_up = wrap_up.check(with);
            interaction
                .wrap_up(wrap_up.map_err(|refusals| under("wrapUps", under(&place.to_string(), refusals)))?);
        }
        let agents: Vec<UserId> = interaction
            .wrap_ups
            .iter()
            .map(|wrap_up| wrap_up.agent_id)
            .collect();
        interaction
            .add_agents(&agents)
            .map_err(|refusals| under("wrapUps", refusals))
    }

    fn taken(_: &Key) -> UserError {
        UserError::invalid("another interaction has this external id").under("externalId")
    }

    async fn write(tx: &mut Tx, applied: Vec<Applied<Self>>) -> Result<()> {
        let (new, changed) = split(applied);
        if !new.is_empty() {
            tx.add_interactions(&new).await?;
        }
        for (before, after) in changed {
            tx.update_interaction(&before, after).await?;
        }
        Ok(())
    }

    fn export(interaction: &Interaction) -> Result<Object> {
        serialized(interaction)
    }

    async fn complete(tenant: &Tenant, interactions: &[Interaction], objects: &mut [Object]) -> Result<()> {
        let contacts = interactions.iter().map(|interaction| interaction.contact_id);
        clear_missing::<Contact, _>(tenant, "contactId", contacts, objects).await?;
        let organizations = interactions.iter().map(|interaction| interaction.organization_id);
        clear_missing::<Organization, _>(tenant, "organizationId", organizations, objects).await
    }
}

fn wrap_up(fields: &mut Fields<'_>) -> DraftWrapUp {
    DraftWrapUp {
        agent_id: fields.required("agentId", id),
        code_id: fields.required("codeId", id),
        note: fields.value("note", text),
        recorded_at: fields.value("recordedAt", date_time),
    }
}

impl DraftWrapUp {
    fn check(self, with: Context<'_>) -> Checked<WrapUp> {
        let agent_id = self.agent_id.filter(|id| with.known.has_user(*id));
        let code_id = self.code_id.filter(|id| with.known.has_code(*id));
        let (Some(agent_id), Some(code_id)) = (agent_id, code_id) else {
            return Err(vec![match agent_id {
                None => UserError::not_found("user").under("agentId"),
                Some(_) => UserError::not_found("wrap-up code").under("codeId"),
            }]);
        };
        Ok(WrapUp {
            note: WrapUp::check_note(self.note).map_err(|refusals| under("note", refusals))?,
            recorded_at: self.recorded_at.unwrap_or(with.now),
            agent_id,
            code_id,
        })
    }
}

/// Links an interaction to its contact and organization. An organization that is not mentioned becomes the employer of a
/// new contact.
fn apply_parties(
    contact: &Patch<Reference<ContactId>>,
    organization: &Patch<Reference<OrganizationId>>,
    interaction: &mut Interaction,
    with: Context<'_>,
) -> Checked<()> {
    let before = (interaction.contact_id, interaction.organization_id);
    match contact {
        Patch::Keep => {}
        Patch::Clear => interaction.contact_id = None,
        Patch::Set(reference) => {
            let contact = with.known.contact(reference)?;
            if interaction.contact_id != Some(contact) {
                interaction.contact_id = Some(contact);
                interaction.organization_id = with.known.employer(contact);
            }
        }
    }
    match organization {
        Patch::Keep => {}
        Patch::Clear => interaction.organization_id = None,
        Patch::Set(reference) => interaction.organization_id = Some(with.known.organization(reference)?),
    }
    if before != (interaction.contact_id, interaction.organization_id) {
        let is_linked = interaction.contact_id.is_some() || interaction.organization_id.is_some();
        interaction.linked_by = Some(if is_linked {
            LinkOrigin::User
        } else {
            LinkOrigin::Unlinked
        });
    }
    Ok(())
}
