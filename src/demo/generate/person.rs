//! Generated contacts.

use fastrand::Rng;

use super::company::{Company, organization_id, tags};
use super::name::PersonName;
use super::place::City;
use super::world::{Kind, World, skewed};
use crate::error::Result;
use crate::model::{
    Contact, ContactChanges, ContactPointLabel, EmailAddress, ExternalIdInput, Patch, Region, SocialHandle,
    SocialNetwork,
};

/// The tag of half of all contacts.
const FREQUENT_TAG: &str = "newsletter";
/// The other tags, the most frequent first.
const TAGS: [&str; 24] = [
    "decision maker",
    "technical",
    "billing",
    "event 2025",
    "event 2024",
    "beta tester",
    "purchasing",
    "vip",
    "speaker",
    "executive",
    "support",
    "training",
    "press",
    "works council",
    "legal",
    "security",
    "former customer",
    "champion",
    "detractor",
    "partner day",
    "user group",
    "no calls",
    "emergency contact",
    "board",
];
/// The hosts of private addresses, the most frequent first.
const MAIL_HOSTS: [&str; 5] = [
    "mail.example",
    "post.example",
    "inbox.example",
    "letters.example",
    "web.example",
];
/// The purposes of a contact's phone numbers, the first one's first.
const LABELS: [ContactPointLabel; 3] = [
    ContactPointLabel::Work,
    ContactPointLabel::Mobile,
    ContactPointLabel::Home,
];
/// The number of organizations with the most people.
const GIANTS: u64 = 10;

/// The data of a contact that other records tell.
pub struct Person<'w> {
    /// The name.
    pub name: PersonName,
    /// The city.
    pub city: Option<&'w City>,
}

impl<'w> Person<'w> {
    /// Makes the data of a contact.
    pub fn of(world: &'w World, number: u64) -> Self {
        let mut rng = world.rng(Kind::Person, number);
        let city = world.cities.pick(&mut rng);
        let country = city.map_or("US", |city| city.country);
        Self {
            name: PersonName::of(&world.names, country, &mut rng),
            city,
        }
    }
}

/// Returns the organization that employs a contact. Of the contacts of a batch, the first half are dealt out to the
/// organizations of the batch, five to each; of the others, some work for the giants, 50,000 of six million for each, some
/// for an organization that is the more likely the older it is, and some for none.
pub fn employer(world: &World, number: u64) -> Option<u64> {
    let batch = world.totals.batch_of(Kind::Contact, number);
    let contacts = world.totals.of_batch(Kind::Contact, batch);
    let organizations = world.totals.of_batch(Kind::Organization, batch);
    let place = number - contacts.start;
    if place < (contacts.end - contacts.start) / 2 {
        let count = organizations.end - organizations.start;
        return (count > 0).then(|| organizations.start + place % count);
    }
    let mut rng = world.rng(Kind::Employer, number);
    match rng.u32(0..1000) {
        // A twelfth of all contacts.
        0..167 => Some(rng.u64(0..GIANTS.min(organizations.end).max(1))),
        167..600 => Some(skewed(organizations.end, 2.0, &mut rng)),
        _ => None,
    }
    .filter(|employer| *employer < organizations.end)
}

/// Makes a contact.
pub fn contact(world: &World, number: u64, region: &Region) -> Result<Contact> {
    let mut rng = world.rng(Kind::Contact, number);
    let employer = employer(world, number);
    let hired = employer.map(|employer| world.instant(Kind::Organization, employer));
    let created = world.instant(Kind::Contact, number);
    let record = world.record(Kind::Contact, number, hired.unwrap_or(created), &mut rng);
    let Person { name, city } = Person::of(world, number);
    let mut contact = Contact::new(world.id(Kind::Contact, number), record);
    contact.organization_id = employer.map(|employer| organization_id(world, employer));
    let domain = employer.map(|employer| Company::of(world, employer).domain);
    contact.email_addresses = email_addresses(&name, domain.as_deref(), &mut rng);
    contact.social_handles = social_handles(&name, &mut rng);
    if let Some(city) = city {
        if rng.u8(0..100) < 85 {
            let label = if employer.is_some() {
                ContactPointLabel::Work
            } else {
                ContactPointLabel::Home
            };
            contact.addresses = vec![city.address(label, &mut rng)];
        }
        let numbers = LABELS.iter().take(several([10, 55, 30], &mut rng)).enumerate();
        contact.phone_numbers = numbers
            .map(|(place, label)| city.number(*label, place == 0, &mut rng))
            .collect();
    }
    fields(world, number, name, &mut rng).apply(&mut contact, region)?;
    Ok(contact)
}

fn fields(world: &World, number: u64, name: PersonName, rng: &mut Rng) -> ContactChanges {
    const SALUTATIONS: [&str; 4] = ["Ms.", "Mr.", "Dr.", "Prof."];
    let mut all = tags(&TAGS, 30, rng);
    if rng.bool() {
        all.insert(0, FREQUENT_TAG.to_owned());
    }
    let key = ExternalIdInput {
        source: "crm".to_owned(),
        value: format!("C-{:08}", number + 1),
    };
    ContactChanges {
        salutation: (rng.u8(0..100) < 15)
            .then(|| rng.choice(SALUTATIONS).unwrap_or_default().to_owned())
            .into(),
        first_name: Patch::Set(name.first),
        middle_name: name.middle.into(),
        last_name: Patch::Set(name.last),
        title: (rng.u8(0..100) < 80).then(|| title(world, rng)).into(),
        tags: Patch::Set(all),
        external_ids: Patch::Set((rng.u8(0..100) < 40).then_some(key).into_iter().collect()),
        survey_opt_out: Patch::Set(rng.u8(0..25) == 0),
        ..ContactChanges::default()
    }
}

fn title(world: &World, rng: &mut Rng) -> String {
    let title = world.titles.pick(rng);
    match rng.u8(0..20) {
        0 => format!("Senior {title}"),
        1 => format!("Assistant {title}"),
        2 => format!("Interim {title}"),
        _ => title.to_owned(),
    }
}

/// Returns a number: 0, 1 or 2 with these percentages, otherwise 3.
fn several(percentages: [u8; 3], rng: &mut Rng) -> usize {
    let mut chance = rng.u8(0..100);
    percentages
        .iter()
        .take_while(|percentage| match chance.checked_sub(**percentage) {
            Some(rest) => {
                chance = rest;
                true
            }
            None => false,
        })
        .count()
}

fn email_addresses(name: &PersonName, domain: Option<&str>, rng: &mut Rng) -> Vec<EmailAddress> {
    let (first, last) = name.ascii();
    let initial: String = first.chars().take(1).collect();
    let mut addresses = Vec::new();
    if let Some(domain) = domain
        && rng.u8(0..100) < 75
    {
        let address = format!("{first}.{last}@{domain}");
        addresses.push((address, ContactPointLabel::Work));
    }
    if rng.u8(0..100) < 35 {
        let host = rng.usize(0..MAIL_HOSTS.len()).min(rng.usize(0..MAIL_HOSTS.len()));
        let host = MAIL_HOSTS.get(host).copied().unwrap_or_default();
        let digits = rng.u32(1..6);
        let number = rng.u32(1..10_u32.pow(digits));
        let address = match rng.u8(0..3) {
            0 => format!("{first}{last}{number}@{host}"),
            1 => format!("{initial}{last}{number}@{host}"),
            _ => format!("{first}_{number}@{host}"),
        };
        addresses.push((address, ContactPointLabel::Home));
    }
    let addresses = addresses.into_iter().enumerate();
    addresses
        .map(|(place, (address, label))| EmailAddress {
            address,
            label,
            primary: place == 0,
        })
        .collect()
}

fn social_handles(name: &PersonName, rng: &mut Rng) -> Vec<SocialHandle> {
    let network = match rng.u8(0..20) {
        0..3 => SocialNetwork::Linkedin,
        3 => SocialNetwork::Mastodon,
        _ => return Vec::new(),
    };
    let (first, last) = name.ascii();
    vec![SocialHandle {
        network,
        platform_id: None,
        handle: format!("{first}.{last}{}", rng.u16(1..999)),
    }]
}
