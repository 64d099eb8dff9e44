//! Interactions with a company.

use chrono::{NaiveTime, TimeDelta, Utc};

use super::company::Writer;
use super::content::Company;
use super::people::conversation;
use crate::error::Result;
use crate::id::{ContactId, InteractionId, OrganizationId, UserId};
use crate::model::{
    Contact, ContactPointInput, DateTime, Interaction, InteractionChanges, InteractionDirection, LinkOrigin,
    MediaType, Organization, Patch, Record, WrapUp,
};
use crate::store::Tx;

/// The number of an unknown caller, who called several times.
const UNKNOWN_CALLER: &str = "+1 317 555 0177";
/// The number of interactions with each company.
const INTERACTIONS: usize = 15;

/// A call from an external number that one agent took, six minutes long.
pub struct IncomingCall<'a> {
    /// The id in the telephony system.
    pub external_id: String,
    /// The caller's number.
    pub number: &'a str,
    pub contact_id: Option<ContactId>,
    pub organization_id: Option<OrganizationId>,
    pub subject: &'a str,
    pub queue: &'a str,
    /// The number of days ago.
    pub days: i64,
    pub agent: Option<UserId>,
}

impl IncomingCall<'_> {
    /// Writes the call, as the telephony system reports it.
    pub async fn write(self, tx: &mut Tx) -> Result<()> {
        let midnight = tx.now().date_naive().and_time(NaiveTime::MIN).and_utc();
        let started_at = midnight - TimeDelta::days(self.days) + TimeDelta::hours(10);
        let mut interaction = Interaction::new(
            InteractionId::new(tx.new_id()),
            Record::new(started_at, None),
            Some(self.external_id),
        );
        interaction.contact_id = self.contact_id;
        interaction.organization_id = self.organization_id;
        let is_linked = self.contact_id.is_some() || self.organization_id.is_some();
        interaction.linked_by = is_linked.then_some(LinkOrigin::ContactPoint);
        let fields = InteractionChanges {
            media_type: Patch::Set(MediaType::Call),
            direction: Patch::Set(InteractionDirection::Inbound),
            started_at: Patch::Set(DateTime(started_at)),
            ended_at: Patch::Set(DateTime(started_at + TimeDelta::minutes(6))),
            subject_line: Patch::Set(self.subject.to_owned()),
            queue_name: Patch::Set(self.queue.to_owned()),
            contact_point: Patch::Set(ContactPointInput::PhoneNumber(self.number.to_owned())),
        };
        fields.of_new().apply(&mut interaction, tx.region())?;
        interaction.add_agents(self.agent.as_slice())?;
        tx.add_interaction(&interaction).await
    }
}

impl Writer<'_> {
    /// Creates the interactions of the last years with people of the company.
    pub async fn interactions(
        &mut self,
        tx: &mut Tx,
        number: usize,
        company: &Company,
        organization: &Organization,
        people: &[Contact],
    ) -> Result<()> {
        for call in 0..INTERACTIONS {
            let Some(contact) = self.factory.rng.choice(people) else {
                continue;
            };
            let started_at = self.factory.instant(tx);
            let mut interaction = Interaction::new(
                InteractionId::new(tx.new_id()),
                Record::new(started_at, None),
                Some(conversation(number, call)),
            );
            interaction.contact_id = Some(contact.id);
            interaction.organization_id = Some(organization.id);
            let ended_at = started_at + TimeDelta::seconds(self.factory.rng.i64(40..1800));
            let fields = self.fields(started_at, ended_at);
            let point = point_of(contact, &fields);
            interaction.linked_by = Some(if point.is_some() {
                LinkOrigin::ContactPoint
            } else {
                LinkOrigin::User
            });
            let fields = InteractionChanges {
                contact_point: point.into(),
                ..fields
            };
            fields.of_new().apply(&mut interaction, self.factory.region)?;
            // A call in five is transferred.
            let agents = if self.factory.rng.u8(0..5) == 0 { 2 } else { 1 };
            for agent in self
                .factory
                .rng
                .choose_multiple(self.staff.users.iter().copied(), agents)
            {
                interaction.add_agents(&[agent])?;
                if let Some(wrap_up) = self.wrap_up(company, people, contact, agent, ended_at) {
                    interaction.wrap_up(wrap_up);
                }
            }
            tx.add_interaction(&interaction).await?;
        }
        Ok(())
    }

    /// Creates the interactions of an unknown caller, and of one who calls from the company's switchboard.
    pub async fn unknown_callers(&mut self, tx: &mut Tx, organization: &Organization) -> Result<()> {
        let switchboard = organization
            .phone_number
            .as_ref()
            .map(|number| number.input.clone());
        let calls = [
            (UNKNOWN_CALLER, None, "Question about prices", 46),
            (UNKNOWN_CALLER, None, "Appointment for a demonstration", 9),
            (UNKNOWN_CALLER, None, "Quote for 40 seats", 2),
        ];
        let switchboard = switchboard
            .as_deref()
            .map(|number| (number, Some(organization.id), "Call from the switchboard", 5));
        for (place, (number, organization_id, subject, days)) in
            calls.into_iter().chain(switchboard).enumerate()
        {
            IncomingCall {
                external_id: format!("conversation-unknown-{:02}", place + 1),
                number,
                contact_id: None,
                organization_id,
                subject,
                queue: "Sales",
                days,
                agent: self.staff.users.get(place).copied(),
            }
            .write(tx)
            .await?;
        }
        Ok(())
    }

    fn fields(
        &mut self,
        started_at: chrono::DateTime<Utc>,
        ended_at: chrono::DateTime<Utc>,
    ) -> InteractionChanges {
        const MEDIA: [MediaType; 8] = [
            MediaType::Call,
            MediaType::Call,
            MediaType::Call,
            MediaType::Email,
            MediaType::Chat,
            MediaType::Message,
            MediaType::Callback,
            MediaType::Video,
        ];
        const QUEUES: [&str; 4] = ["Support", "Sales", "Billing", "Priority"];
        let rng = &mut self.factory.rng;
        let inbound = rng.u8(0..10) < 7;
        let text = |text: Option<&str>| Patch::Set(text.unwrap_or_default().to_owned());
        InteractionChanges {
            media_type: Patch::Set(rng.choice(MEDIA).unwrap_or(MediaType::Call)),
            direction: Patch::Set(if inbound {
                InteractionDirection::Inbound
            } else {
                InteractionDirection::Outbound
            }),
            started_at: Patch::Set(DateTime(started_at)),
            ended_at: Patch::Set(DateTime(ended_at)),
            subject_line: text(rng.choice(self.factory.content.prose.subject_lines.iter().copied())),
            queue_name: text(rng.choice(QUEUES)),
            contact_point: Patch::Keep,
        }
    }

    /// Adds a wrap-up by nine agents of ten, most of them with a note.
    fn wrap_up(
        &mut self,
        company: &Company,
        people: &[Contact],
        contact: &Contact,
        agent: UserId,
        at: chrono::DateTime<Utc>,
    ) -> Option<WrapUp> {
        let rng = &mut self.factory.rng;
        let code_id = (rng.u8(0..10) > 0)
            .then(|| rng.choice(self.staff.wrap_up_codes.iter().copied()))
            .flatten()?;
        let template = (rng.u8(0..5) > 0)
            .then(|| rng.choice(self.factory.content.prose.wrap_ups.iter().copied()))
            .flatten();
        Some(WrapUp {
            note: template.map(|template| self.text(template, company, people, Some(contact))),
            recorded_at: DateTime(at + TimeDelta::seconds(30)),
            agent_id: agent,
            code_id,
        })
    }
}

/// Returns the contact point of a contact that fits the medium: the first address for e-mails, the first number for others.
fn point_of(contact: &Contact, fields: &InteractionChanges) -> Option<ContactPointInput> {
    match fields.media_type {
        Patch::Set(MediaType::Email) => {
            let email = contact.email_addresses.first()?;
            Some(ContactPointInput::EmailAddress(email.address.clone()))
        }
        Patch::Set(MediaType::Call | MediaType::Callback | MediaType::Message) => {
            let number = contact.phone_numbers.first()?;
            Some(ContactPointInput::PhoneNumber(number.input.clone()))
        }
        _ => None,
    }
}
