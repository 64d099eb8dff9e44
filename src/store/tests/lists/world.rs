//! Generated records with skew: some values have many records, some few, and some parents have most of the children.

use std::collections::HashSet;

use chrono::TimeDelta;
use fastrand::Rng;
use uuid::Uuid;

use crate::id::{
    ContactId, InteractionId, NoteId, OrganizationId, RelationshipId, TypedId as _, UserId, WrapUpCodeId,
};
use crate::model::{
    Address, Contact, ContactPoint, ContactPointInput, ContactPointLabel, Date, DateTime, ExternalId,
    Interaction, InteractionDirection, MediaType, Note, NoteSubjectId, Organization, Record, Region,
    Relationship, User, WrapUp, WrapUpCode, fold, sort_key,
};
use crate::store::engine::sql;
use crate::store::tests::START;
use crate::store::{LONGEST_LOAD, Load, Tenant, change};

const CONTACTS: usize = 2_500;
const ORGANIZATIONS: usize = 1_200;
const RELATIONSHIPS: usize = 1_500;
const NOTES: usize = 1_500;
const INTERACTIONS: usize = 2_000;
/// The seconds in which records are created: fewer than there are records, so that some are created at once.
const SECONDS: i64 = 900;

/// The numbers of callers.
pub const POINTS: [&str; 5] = [
    "+12025550101",
    "+12025550102",
    "+12025550103",
    "+12025550104",
    "+12025550105",
];

/// All records of a tenant.
pub struct World {
    pub users: Vec<User>,
    pub codes: Vec<WrapUpCode>,
    pub organizations: Vec<Organization>,
    pub contacts: Vec<Contact>,
    pub relationships: Vec<Relationship>,
    pub notes: Vec<Note>,
    pub interactions: Vec<Interaction>,
}

/// Returns the instant this many seconds after the start.
pub fn at(seconds: i64) -> DateTime {
    DateTime(START + TimeDelta::seconds(seconds))
}

/// Returns one of these values; the first ones are common.
fn skewed<T: Clone>(rng: &mut Rng, values: &[T]) -> T {
    let place = rng.usize(0..values.len() * 4).saturating_sub(values.len() * 3);
    let place = if rng.u8(0..20) == 0 {
        rng.usize(0..values.len())
    } else {
        place
    };
    values[place].clone()
}

fn some<T: Clone>(rng: &mut Rng, values: &[T]) -> Option<T> {
    (rng.u8(0..10) > 0).then(|| skewed(rng, values))
}

fn record(rng: &mut Rng) -> Record {
    let created = rng.i64(0..SECONDS);
    let mut record = Record::new(at(created).0, None);
    if rng.bool() {
        record.updated_at = at(created + rng.i64(0..SECONDS));
    }
    record
}

fn id(rng: &mut Rng) -> Uuid {
    Uuid::from_u128(rng.u128(..))
}

fn day(rng: &mut Rng) -> Option<Date> {
    let day = u32::from(rng.u8(1..28));
    (rng.u8(0..4) > 0).then(|| Date(chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap()))
}

fn tags(rng: &mut Rng) -> Vec<String> {
    let tags = ["vip", "press", "former"].iter().filter(|_| rng.u8(0..3) == 0);
    let mut tags: Vec<String> = tags.map(|&tag| tag.to_owned()).collect();
    if rng.u8(0..100) == 0 {
        tags.push("rare".to_owned());
    }
    tags
}

fn address(rng: &mut Rng) -> Address {
    Address {
        city: some(rng, &["Berlin", "Paris", "Rome", "Oslo"]).map(str::to_owned),
        country_code: some(rng, &["DE", "FR", "IT", "NO"]).map(str::to_owned),
        lines: Vec::new(),
        region: None,
        postal_code: None,
        label: ContactPointLabel::default(),
        primary: false,
    }
}

fn external_ids(rng: &mut Rng, number: usize) -> Vec<ExternalId> {
    let external_id = ExternalId {
        source: "crm".to_owned(),
        value: number.to_string(),
    };
    if rng.bool() { vec![external_id] } else { Vec::new() }
}

fn user(rng: &mut Rng, number: usize) -> User {
    let mut user = User::new(UserId::new(id(rng)), &number.to_string(), record(rng));
    user.name = (!number.is_multiple_of(7)).then(|| format!("User {}", number % 30));
    user.active = !number.is_multiple_of(3);
    user.sort_name = sort_key(&[user.name.as_deref().unwrap_or_default()]);
    user
}

fn code(rng: &mut Rng, number: usize) -> WrapUpCode {
    let mut code = WrapUpCode::new(WrapUpCodeId::new(id(rng)), record(rng));
    code.name = format!("Code {number}");
    code.name_key = fold(&code.name);
    code.active = !number.is_multiple_of(3);
    code
}

fn organization(rng: &mut Rng, number: usize) -> Organization {
    let mut organization = Organization::new(OrganizationId::new(id(rng)), record(rng));
    let name = skewed(rng, &["Acme", "Apex", "Bolt", "Core"]);
    organization.name = format!("{name} {}", rng.u16(0..300));
    organization.sort_name = sort_key(&[&organization.name, ""]);
    organization.industry = some(rng, &["Retail", "Space", "Food"]).map(str::to_owned);
    organization.company_type = some(rng, &["Customer", "Partner"]).map(str::to_owned);
    organization.address = Some(address(rng));
    organization.tags = tags(rng);
    organization.external_ids = external_ids(rng, number);
    organization
}

fn contact(rng: &mut Rng, number: usize, organizations: &[Organization]) -> Contact {
    let mut contact = Contact::new(ContactId::new(id(rng)), record(rng));
    contact.last_name =
        some(rng, &["Smith", "Jones", "Sand", "King", "Zorn"]).map(|name| format!("{name}{}", number % 40));
    contact.first_name = some(rng, &["John", "Mary", "Joan", "Zoe"]).map(str::to_owned);
    contact.sort_name = sort_key(&[
        contact.last_name.as_deref().unwrap_or_default(),
        contact.first_name.as_deref().unwrap_or_default(),
    ]);
    contact.title = some(rng, &["Boss", "Manager", "Clerk"]).map(str::to_owned);
    contact.tags = tags(rng);
    contact.addresses = vec![address(rng)];
    contact.external_ids = external_ids(rng, number);
    contact.organization_id = some(rng, organizations).map(|organization| organization.id);
    contact
}

fn relationship(rng: &mut Rng, organizations: &[Organization], users: &[User]) -> Relationship {
    let (user, organization) = (skewed(rng, users).id, rng.choice(organizations).unwrap().id);
    let mut relationship = Relationship::new(RelationshipId::new(id(rng)), record(rng), user, organization);
    relationship.r#type = skewed(rng, &["Owner", "Advisor", "Support"]).to_owned();
    relationship.type_key = fold(&relationship.r#type);
    relationship.started_on = day(rng);
    relationship.ended_on = if rng.bool() { day(rng) } else { None };
    relationship
}

fn note(rng: &mut Rng, world: &World) -> Note {
    let subject = if rng.bool() {
        NoteSubjectId::Contact(skewed(rng, &world.contacts).id)
    } else {
        NoteSubjectId::Organization(skewed(rng, &world.organizations).id)
    };
    let author = skewed(rng, &world.users).id;
    let mut note = Note::new(NoteId::new(id(rng)), record(rng), subject, author);
    note.text = "Called".to_owned();
    note.pinned = rng.u8(0..12) == 0;
    note
}

fn interaction(rng: &mut Rng, world: &World) -> Interaction {
    let mut interaction = Interaction::new(InteractionId::new(id(rng)), record(rng), None);
    interaction.media_type = skewed(rng, &[MediaType::Call, MediaType::Email, MediaType::Chat]);
    interaction.direction = skewed(rng, &InteractionDirection::all());
    interaction.started_at = at(rng.i64(0..SECONDS));
    interaction.contact_id = some(rng, &world.contacts).map(|contact| contact.id);
    interaction.organization_id = some(rng, &world.organizations).map(|organization| organization.id);
    interaction.contact_point = some(rng, &POINTS).map(|number| {
        let number = ContactPointInput::PhoneNumber(number.to_owned());
        ContactPoint::check(number, &Region::default()).unwrap()
    });
    for _ in 0..2 {
        let agent_id = skewed(rng, &world.users).id;
        if !interaction.agent_ids.contains(&agent_id) {
            interaction.agent_ids.push(agent_id);
            interaction.wrap_ups.push(WrapUp {
                note: None,
                recorded_at: at(0),
                agent_id,
                code_id: skewed(rng, &world.codes).id,
            });
        }
    }
    interaction
}

impl World {
    /// Generates the records.
    pub fn generate(rng: &mut Rng) -> Self {
        let mut world = Self {
            users: (0..90).map(|number| user(rng, number)).collect(),
            codes: (0..60).map(|number| code(rng, number)).collect(),
            organizations: (0..ORGANIZATIONS)
                .map(|number| organization(rng, number))
                .collect(),
            contacts: Vec::new(),
            relationships: Vec::new(),
            notes: Vec::new(),
            interactions: Vec::new(),
        };
        world.contacts = (0..CONTACTS)
            .map(|number| contact(rng, number, &world.organizations))
            .collect();
        let mut current = HashSet::new();
        world.relationships = (0..RELATIONSHIPS)
            .map(|_| relationship(rng, &world.organizations, &world.users))
            .filter(|it| {
                !it.is_current() || current.insert((it.user_id, it.organization_id, it.type_key.clone()))
            })
            .collect();
        world.notes = (0..NOTES).map(|_| note(rng, &world)).collect();
        world.interactions = (0..INTERACTIONS).map(|_| interaction(rng, &world)).collect();
        world
    }

    /// Writes the records.
    pub async fn write(&self, tenant: &Tenant) {
        let busiest = Self::most(self.contacts.iter().filter_map(|it| it.organization_id));
        change!(tenant, None, within LONGEST_LOAD, |tx| {
            tx.lift_time_limits().await?;
            tx.load_all(&self.users).await?;
            tx.load_all(&self.codes).await?;
            tx.load_all(&self.organizations).await?;
            tx.load_all(&self.contacts).await?;
            tx.load_all(&self.relationships).await?;
            tx.load_all(&self.notes).await?;
            let mut load = Load::of(tenant);
            load.add_interactions(&self.interactions)?;
            tx.load(&load).await?;
            // Filters by both ids find the records of one organization, each once.
            tx.execute(sql!(
                "INSERT INTO aliases (tenant_id, id, into_id, operation_id) VALUES ($1, $2, $3, $2)",
                Self::merged(),
                busiest,
            ))
            .await
        })
        .unwrap();
    }

    /// Returns a place whose record has many children: the value that is most common.
    pub fn most<T: Copy + Eq + std::hash::Hash>(values: impl Iterator<Item = T>) -> T {
        let mut counts = std::collections::HashMap::new();
        for value in values {
            *counts.entry(value).or_insert(0) += 1;
        }
        counts.into_iter().max_by_key(|(_, count)| *count).unwrap().0
    }

    /// Whether an organization has a current relationship, with this user if one is given.
    pub fn is_owned(&self, organization: OrganizationId, user: Option<UserId>) -> bool {
        self.relationships.iter().any(|it| {
            it.organization_id == organization
                && it.is_current()
                && user.is_none_or(|user| it.user_id == user)
        })
    }

    /// Returns the id of an organization that was merged into the one for which most contacts work.
    pub const fn merged() -> Uuid {
        Uuid::max()
    }

    /// Returns an id that no record has.
    pub fn nobody() -> Uuid {
        UserId::new(Uuid::nil()).uuid()
    }
}
