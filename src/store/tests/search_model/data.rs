//! Generated records with skew, and queries over them.

use fastrand::Rng;

use crate::id::{ContactId, OrganizationId};
use crate::model::{
    Address, Contact, ContactPointLabel, EmailAddress, ExternalId, Organization, PhoneNumber, Record, Region,
    Search, SocialHandle, SocialNetwork, Subject, Term, Url, WordKind, sort_key,
};
use crate::store::Tx;

const FIRST_NAMES: [&str; 16] = [
    "John",
    "John",
    "John",
    "John",
    "Johnny",
    "Jon",
    "Johanna",
    "Mary",
    "Mary",
    "José",
    "Jürgen",
    "Mary John",
    "J.P.",
    "Hannah",
    "Anna",
    "",
];
const LAST_NAMES: [&str; 20] = [
    "Smith",
    "Smith",
    "Smith",
    "Smith",
    "Smithers",
    "Johnson",
    "Johns",
    "Smyth",
    "O'Brien",
    "van der Berg",
    "Mc Donald",
    "McDonald",
    "Müller",
    "Jones",
    "Smith-Jones",
    "King",
    "Marin",
    "山田太郎",
    "Zuñiga",
    "Jackson",
];
const MIDDLE_NAMES: [&str; 8] = ["", "", "", "", "", "Lee", "John", "Smith"];
const TITLES: [&str; 7] = [
    "Manager",
    "Sales Manager",
    "Head of Sales",
    "John's Deputy",
    "Boss",
    "",
    "",
];
const TAGS: [&str; 6] = ["vip", "key account", "key", "Smith", "west-coast", "Jour fixe"];
const CITIES: [&str; 6] = [
    "Berlin",
    "Berlin",
    "San Francisco",
    "San Diego",
    "Bad Berlin",
    "Jena",
];
const COUNTRIES: [&str; 4] = ["DE", "US", "US", "GB"];
const DOMAINS: [&str; 4] = ["acme.com", "smith.example", "gmail.com", "jones.example"];
const COMPANIES: [&str; 10] = [
    "Acme",
    "Smith & Sons",
    "John Smith",
    "Johnson Rockets",
    "Jones",
    "Rocket Works",
    "E.ON",
    "AT&T Mobility",
    "Kings",
    "Müller und Co",
];
const INDUSTRIES: [&str; 3] = ["Logistics", "Retail Sales", ""];

/// A value of the list, or `None` for an empty one.
fn one_of(rng: &mut Rng, values: &[&str]) -> Option<String> {
    let value = rng.choice(values).copied().unwrap_or_default();
    (!value.is_empty()).then(|| value.to_owned())
}

fn number(input: String) -> PhoneNumber {
    PhoneNumber {
        e164: PhoneNumber::e164_of(&input, &Region::default()),
        input,
        extension: None,
        label: ContactPointLabel::default(),
        primary: false,
    }
}

fn address(rng: &mut Rng) -> Address {
    Address {
        lines: Vec::new(),
        city: one_of(rng, &CITIES),
        region: None,
        postal_code: None,
        country_code: one_of(rng, &COUNTRIES),
        label: ContactPointLabel::default(),
        primary: false,
    }
}

fn tags(rng: &mut Rng) -> Vec<String> {
    let mut tags: Vec<String> = (0..rng.usize(0..3)).filter_map(|_| one_of(rng, &TAGS)).collect();
    tags.sort();
    tags.dedup();
    tags
}

/// Returns an organization; some have the same name.
pub fn organization(tx: &Tx, rng: &mut Rng, place: usize) -> Organization {
    let mut made = Organization::new(OrganizationId::new(tx.new_id()), Record::new(tx.now(), None));
    made.name = one_of(rng, &COMPANIES).unwrap_or_default();
    if rng.bool() {
        made.name = format!(
            "{} {}",
            made.name,
            rng.choice(["Ltd", "Group", "GmbH"]).unwrap_or("Ltd")
        );
    }
    made.sort_name = sort_key(&[&made.name, ""]);
    made.address = rng.bool().then(|| address(rng));
    made.industry = one_of(rng, &INDUSTRIES);
    made.company_type = one_of(rng, &["Customer", "Partner"]);
    made.tags = tags(rng);
    made.phone_number = rng.bool().then(|| number(format!("+1 202-555-{place:04}")));
    let sites = ["https://www.acme.com/", "https://jones.example"];
    made.websites = one_of(rng, &sites).into_iter().map(Url).collect();
    made
}

/// Returns a contact, perhaps of one of these organizations, of which the first has most.
pub fn contact(tx: &Tx, rng: &mut Rng, place: usize, organizations: &[Organization]) -> Contact {
    let mut made = Contact::new(ContactId::new(tx.new_id()), Record::new(tx.now(), None));
    made.first_name = one_of(rng, &FIRST_NAMES);
    made.middle_name = one_of(rng, &MIDDLE_NAMES);
    made.last_name = one_of(rng, &LAST_NAMES);
    made.sort_name = sort_key(&[
        made.last_name.as_deref().unwrap_or_default(),
        made.first_name.as_deref().unwrap_or_default(),
    ]);
    made.salutation = one_of(rng, &["Dr.", "Ms. Dr.", "", ""]);
    made.title = one_of(rng, &TITLES);
    made.tags = tags(rng);
    made.addresses = (0..rng.usize(0..3)).map(|_| address(rng)).collect();
    if rng.bool() {
        let mailbox = match rng.u8(0..3) {
            0 => format!("{}.{place}", made.first_name.as_deref().unwrap_or("x")),
            1 => format!("smith{place}"),
            _ => format!("{place}.john"),
        };
        let domain = rng.choice(DOMAINS).unwrap_or("acme.com");
        made.email_addresses.push(EmailAddress {
            address: format!("{}@{domain}", mailbox.replace(' ', "-")),
            label: ContactPointLabel::default(),
            primary: false,
        });
    }
    if rng.bool() {
        let end = rng.u16(0..40) * 37;
        made.phone_numbers.push(number(match rng.u8(0..3) {
            0 => format!("desk {end}"),
            1 => format!("+49 30 90{end:04}"),
            _ => format!("(202) 555-{end:04}"),
        }));
    }
    if rng.u8(0..4) == 0 {
        made.external_ids.push(ExternalId {
            source: "crm".to_owned(),
            value: format!("CRM {place}"),
        });
    }
    if rng.u8(0..3) == 0 {
        let name = rng
            .choice(["john", "smith", "jo_ann", "mary.jones"])
            .unwrap_or("john");
        made.social_handles.push(SocialHandle {
            network: rng
                .choice([SocialNetwork::X, SocialNetwork::Instagram])
                .unwrap_or(SocialNetwork::X),
            handle: format!("@{name}{}", place % 7),
            platform_id: rng.bool().then(|| format!("{}", 10_000 + place % 50)),
        });
    }
    let employer = rng.usize(0..organizations.len() * 2);
    let employer = if rng.u8(0..5) == 0 { 0 } else { employer };
    made.organization_id = organizations.get(employer).map(|organization| organization.id);
    made
}

/// Returns a part of a query that may find the record with this index entry.
fn part(rng: &mut Rng, text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some(word) = rng.choice(words) else {
        return "john".to_owned();
    };
    let (kind, word) = word.split_at(1);
    let word = word.trim_end_matches('\u{3}').replace('_', " ");
    if kind == "h" {
        let handle = word
            .split(':')
            .next()
            .unwrap_or_default()
            .replace('\u{2017}', "_");
        return if rng.bool() { format!("@{handle}") } else { handle };
    }
    if matches!(kind, "p" | "P") {
        let digits: String = word.chars().rev().collect();
        let from = digits.len().saturating_sub(rng.usize(4..12));
        return digits.get(from..).unwrap_or(&digits).to_owned();
    }
    let letters: Vec<char> = word.chars().collect();
    match rng.u8(0..6) {
        0 | 1 => letters.iter().take(rng.usize(1..=letters.len().max(1))).collect(),
        2 if letters.len() > 3 => {
            // A typo: two neighbours change places.
            let mut typed = letters;
            let at = rng.usize(1..typed.len() - 1);
            typed.swap(at, at + 1);
            typed.into_iter().collect()
        }
        3 if kind == "d" || kind == "D" => format!("@{word}"),
        _ => word,
    }
}

/// Returns the text of a query over records with these index entries.
pub fn query(rng: &mut Rng, texts: &[String]) -> String {
    let of_one = rng.choice(texts).cloned().unwrap_or_default();
    let parts = [1, 1, 2, 2, 2, 3][rng.usize(0..6)];
    let parts: Vec<String> = (0..parts)
        .map(|_| match rng.u8(0..6) {
            0 => {
                let other = rng.choice(texts).cloned().unwrap_or_default();
                part(rng, &other)
            }
            1 => rng
                .choice(["john", "smith", "j", "s", "jo", "mary", "and", "dr"])
                .unwrap_or("j")
                .to_owned(),
            _ => part(rng, &of_one),
        })
        .collect();
    parts.join(" ")
}

/// Adds filters to some searches.
pub fn narrow(rng: &mut Rng, search: &mut Search, organizations: &[Organization]) {
    let (city, country, tag) = match search.subject {
        Subject::Contacts => (
            WordKind::ContactCity,
            WordKind::ContactCountry,
            WordKind::ContactTag,
        ),
        Subject::Organizations => (
            WordKind::OrganizationCity,
            WordKind::OrganizationCountry,
            WordKind::OrganizationTag,
        ),
    };
    let mut filter = |kind, values: &[&str]| {
        if rng.u8(0..6) == 0 {
            let value = one_of(rng, values).unwrap_or_default();
            search.filters.push(Term::filter(kind, &value));
        }
    };
    filter(city, &CITIES);
    filter(country, &COUNTRIES);
    filter(tag, &TAGS);
    match search.subject {
        Subject::Contacts => filter(WordKind::ContactTitle, &TITLES),
        Subject::Organizations => filter(WordKind::OrganizationIndustry, &INDUSTRIES),
    }
    if search.subject == Subject::Contacts && rng.u8(0..6) == 0 {
        let employer = if rng.bool() {
            0
        } else {
            rng.usize(0..organizations.len())
        };
        search.organization_id = organizations.get(employer).map(|organization| organization.id);
    }
}
