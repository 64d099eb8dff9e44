//! Generated relationships, notes and interactions.

use chrono::TimeDelta;
use fastrand::Rng;

use super::company::{Company, organization_id};
use super::person::{Person, employer};
use super::world::{Kind, World, end, skewed};
use crate::demo::prose::Details;
use crate::error::Result;
use crate::id::ContactId;
use crate::model::{
    ContactPoint, ContactPointInput, ContactPointKind, Date, DateTime, EmailAddress, Interaction,
    InteractionChanges, InteractionDirection, LinkOrigin, MediaType, Note, NoteChanges, NoteSubjectId, Patch,
    Region, Relationship, RelationshipChanges, WrapUp,
};

/// The types of relationships after that of the account manager, whom each organization has first.
const TYPES: [&str; 6] = [
    "Support Lead",
    "Customer Success Manager",
    "Executive Sponsor",
    "Technical Contact",
    "Billing Contact",
    "Implementation Lead",
];

/// Makes a relationship. Each organization of a batch has one, and then some have more, each of another type.
pub fn relationship(world: &World, number: u64) -> Result<Option<Relationship>> {
    let batch = world.totals.batch_of(Kind::Relationship, number);
    let organizations = world.totals.of_batch(Kind::Organization, batch);
    let count = organizations.end - organizations.start;
    let place = number - world.totals.of_batch(Kind::Relationship, batch).start;
    let (Some(round), Some(turn)) = (place.checked_div(count), place.checked_rem(count)) else {
        return Ok(None);
    };
    let organization = organizations.start + turn;
    let mut rng = world.rng(Kind::Relationship, number);
    let r#type = match usize::try_from(round).unwrap_or_default().checked_sub(1) {
        None => "Account Manager",
        // Chance decides the type of the second round, and the others follow from it.
        Some(round) => {
            let first = world.rng(Kind::Employer, !organization).usize(0..TYPES.len());
            TYPES
                .get((first + round) % TYPES.len())
                .copied()
                .unwrap_or_default()
        }
    };
    let began = world.instant(Kind::Organization, organization);
    let record = world.record(Kind::Relationship, number, began, &mut rng);
    let day = record.created_at.0.date_naive();
    let lasted = TimeDelta::days(rng.i64(30..900));
    let mut relationship = Relationship::new(
        world.id(Kind::Relationship, number),
        record,
        world.user(&mut rng),
        organization_id(world, organization),
    );
    RelationshipChanges {
        r#type: Patch::Set(r#type.to_owned()),
        started_on: Patch::Set(Date(day)),
        ended_on: (rng.u8(0..100) < 15)
            .then(|| Date((day + lasted).min(end().date_naive())))
            .into(),
    }
    .apply(&mut relationship)?;
    Ok(Some(relationship))
}

/// Makes a note: four of five are about contacts.
pub fn note(world: &World, number: u64) -> Result<Note> {
    let mut rng = world.rng(Kind::Note, number);
    let batch = world.totals.batch_of(Kind::Note, number);
    let contacts = world.totals.of_batch(Kind::Contact, batch).end;
    let organizations = world.totals.of_batch(Kind::Organization, batch).end;
    let is_of_contact = organizations == 0 || rng.u8(0..100) < 80;
    let contact = is_of_contact.then(|| skewed(contacts, 1.4, &mut rng));
    let (subject, known, templates) = if let Some(contact) = contact {
        let id: ContactId = world.id(Kind::Contact, contact);
        let known = world.instant(Kind::Contact, contact);
        (
            NoteSubjectId::Contact(id),
            known,
            &world.content.prose.about_contacts,
        )
    } else {
        let organization = skewed(organizations, 2.0, &mut rng);
        let id = organization_id(world, organization);
        let known = world.instant(Kind::Organization, organization);
        (
            NoteSubjectId::Organization(id),
            known,
            &world.content.prose.about_organizations,
        )
    };
    let record = world.record(Kind::Note, number, known, &mut rng);
    let author = world.user(&mut rng);
    let about = contact.unwrap_or_else(|| skewed(contacts, 1.0, &mut rng));
    let (text, pinned) = text(world, about, templates, &mut rng);
    let mut note = Note::new(world.id(Kind::Note, number), record, subject, author);
    NoteChanges {
        text: Patch::Set(text),
        pinned: Patch::Set(pinned),
    }
    .apply(&mut note)?;
    Ok(note)
}

/// Returns a text of one to three sentences or so, and whether it is an alert.
fn text(world: &World, about: u64, templates: &[(&str, bool)], rng: &mut Rng) -> (String, bool) {
    let is_alert = rng.u8(0..20) == 0;
    let fitting: Vec<&str> = templates
        .iter()
        .filter(|(_, pinned)| *pinned == is_alert)
        .map(|(template, _)| *template)
        .collect();
    let count = 1 + usize::from(rng.u8(0..3) == 0) + usize::from(rng.u8(0..6) == 0);
    let chosen = rng.choose_multiple(fitting, count);
    (filled(world, about, &chosen.join(" "), rng), is_alert)
}

/// Fills in the details of a contact and of the organization that employs it.
fn filled(world: &World, contact: u64, template: &str, rng: &mut Rng) -> String {
    let person = Person::of(world, contact);
    let company = template
        .contains("{company}")
        .then(|| employer(world, contact).map(|employer| Company::of(world, employer).name))
        .flatten();
    let colleague = rng.u64(0..=contact);
    Details {
        first: &person.name.first,
        name: &person.name.full(),
        company: company.as_deref().unwrap_or("the company"),
        city: person.city.map_or("the city", |city| city.name),
        colleague: &Person::of(world, colleague).name.full(),
        staff: rng
            .choice(&world.content.staff)
            .map_or("", |colleague| colleague.name),
    }
    .fill(template, rng)
}

/// Makes an interaction.
pub fn interaction(world: &World, number: u64, region: &Region) -> Result<Interaction> {
    let mut rng = world.rng(Kind::Interaction, number);
    let batch = world.totals.batch_of(Kind::Interaction, number);
    let contact = skewed(world.totals.of_batch(Kind::Contact, batch).end, 1.4, &mut rng);
    let known = world.instant(Kind::Contact, contact);
    let record = world.record(Kind::Interaction, number, known, &mut rng);
    let began = record.created_at.0;
    let mut interaction = Interaction::new(
        world.id(Kind::Interaction, number),
        record,
        Some(format!("conversation-{:08}", number + 1)),
    );
    let ended = began + TimeDelta::seconds(rng.i64(20..400) + rng.i64(0..1_800) * i64::from(rng.u8(0..2)));
    let fields = fields(world, began, ended, &mut rng);
    fields.apply(&mut interaction, region)?;
    // A caller in twenty is unknown.
    if rng.u8(0..20) == 0 {
        interaction.contact_point = Some(unknown_caller(&mut rng, region)?);
    } else {
        interaction.contact_id = Some(world.id(Kind::Contact, contact));
        interaction.organization_id =
            employer(world, contact).map(|employer| organization_id(world, employer));
        interaction.contact_point = contact_point(world, contact, interaction.media_type, region)?;
        let is_recognized = interaction.contact_point.is_some();
        interaction.linked_by = Some(if is_recognized {
            LinkOrigin::ContactPoint
        } else {
            LinkOrigin::User
        });
    }
    let agents = if rng.u8(0..100) < 12 { 2 } else { 1 };
    for _ in 0..agents {
        interaction.add_agents(&[world.user(&mut rng)])?;
    }
    for agent in interaction.agent_ids.clone() {
        if rng.u8(0..100) < 70 {
            let wrap_up = WrapUp {
                note: wrap_up_note(world, contact, &mut rng),
                recorded_at: DateTime(ended + TimeDelta::seconds(rng.i64(5..90))),
                agent_id: agent,
                code_id: world.wrap_up_code(&mut rng),
            };
            interaction.wrap_up(wrap_up);
        }
    }
    Ok(interaction)
}

/// Returns the contact point of a contact that fits the medium, if it has one.
fn contact_point(
    world: &World,
    contact: u64,
    media_type: MediaType,
    region: &Region,
) -> Result<Option<ContactPoint>> {
    let of = |kind, input: String, normalized| ContactPoint {
        kind,
        input,
        normalized,
        network: None,
        platform_id: None,
    };
    let contact = || super::person::contact(world, contact, region);
    Ok(match media_type {
        MediaType::Email => contact()?.email_addresses.into_iter().next().map(|email| {
            let normalized = EmailAddress::folded(&email.address);
            of(ContactPointKind::Email, email.address, Some(normalized))
        }),
        MediaType::Call | MediaType::Callback | MediaType::Message => {
            let number = contact()?.phone_numbers.into_iter().next();
            number.map(|number| of(ContactPointKind::Phone, number.input, number.e164))
        }
        _ => None,
    })
}

/// Returns the number of an unknown caller; few of them call often.
fn unknown_caller(rng: &mut Rng, region: &Region) -> Result<ContactPoint> {
    let caller = rng.u32(0..10_000).min(rng.u32(0..10_000));
    let number = format!("+1 {} 555 01{:02}", 201 + caller / 100, caller % 100);
    Ok(ContactPoint::check(
        ContactPointInput::PhoneNumber(number),
        region,
    )?)
}

fn wrap_up_note(world: &World, contact: u64, rng: &mut Rng) -> Option<String> {
    let template = (rng.u8(0..100) < 40).then(|| rng.choice(&world.content.prose.wrap_ups))??;
    Some(filled(world, contact, template, rng))
}

fn fields(
    world: &World,
    began: chrono::DateTime<chrono::Utc>,
    ended: chrono::DateTime<chrono::Utc>,
    rng: &mut Rng,
) -> InteractionChanges {
    const QUEUES: [&str; 6] = ["Support", "Sales", "Billing", "Priority", "Returns", "Onboarding"];
    let media_type = match rng.u8(0..100) {
        0..48 => MediaType::Call,
        48..74 => MediaType::Email,
        74..86 => MediaType::Chat,
        86..93 => MediaType::Message,
        93..97 => MediaType::Callback,
        97..99 => MediaType::Social,
        _ => MediaType::Video,
    };
    let is_inbound = rng.u8(0..100) < 68;
    let queue = rng.usize(0..QUEUES.len()).min(rng.usize(0..QUEUES.len()));
    let subject_lines = &world.content.prose.subject_lines;
    let has_subject = media_type == MediaType::Email || rng.u8(0..100) < 30;
    let subject = has_subject.then(|| rng.choice(subject_lines)).flatten();
    InteractionChanges {
        media_type: Patch::Set(media_type),
        direction: Patch::Set(if is_inbound {
            InteractionDirection::Inbound
        } else {
            InteractionDirection::Outbound
        }),
        started_at: Patch::Set(DateTime(began)),
        ended_at: Patch::Set(DateTime(ended)),
        subject_line: subject.map(|line| (*line).to_owned()).into(),
        queue_name: is_inbound
            .then(|| QUEUES.get(queue).copied().unwrap_or_default().to_owned())
            .into(),
        contact_point: Patch::Keep,
    }
}
