//! People of the demo who were entered twice: one whose records a member of the staff has merged, so that this can be undone, and
//! one whose records wait to be merged.

use chrono::{NaiveTime, TimeDelta};

use super::calls::IncomingCall;
use super::company::{SOURCE, Staff, find, target};
use super::people::key;
use crate::error::Result;
use crate::id::{ContactId, NoteId, OrganizationId, UserId};
use crate::model::{
    Contact, ContactChanges, ContactPointLabel, EmailAddressInput, Note, NoteChanges, NoteSubjectId, Patch,
    PhoneNumberInput, Record,
};
use crate::service;
use crate::store::{LONGEST_LOAD, Tenant, Tx, change};

/// The index in the list of staff of the user who merges the records.
const USER: usize = 2;

/// A record of a person.
struct Entry {
    external_id: &'static str,
    /// The external id of the employer.
    employer: Option<&'static str>,
    name: (&'static str, &'static str),
    title: Option<&'static str>,
    email: &'static str,
    number: (&'static str, ContactPointLabel),
    tag: &'static str,
    note: &'static str,
    /// The number of days since it was entered.
    days: i64,
    /// The subjects of calls, and the days since then.
    calls: &'static [(&'static str, i64)],
}

/// The person whose records are merged, as she was entered at the company and at an event.
const MERGED: [Entry; 2] = [
    Entry {
        external_id: "C-9001-001",
        employer: Some("A-0007"),
        name: ("Eleanor", "Whitfield"),
        title: Some("Head of Procurement"),
        email: "eleanor.whitfield@castellan.example",
        number: ("+44 20 7946 0321", ContactPointLabel::Work),
        tag: "decision maker",
        note: "Signs contracts up to half a million. Above that, the board does.",
        days: 400,
        calls: &[("Renewal of the contract", 61)],
    },
    Entry {
        external_id: "C-9001-002",
        employer: None,
        name: ("Ellie", "Whitfield"),
        title: None,
        email: "ellie.whitfield@mail.example",
        number: ("+44 7700 900321", ContactPointLabel::Mobile),
        tag: "trade fair",
        note: "Met at the fair in Hanover. Asked for a quote for forty seats.",
        days: 21,
        calls: &[("Quote for more seats", 20), ("Appointment for training", 6)],
    },
];

/// The person whose records wait to be merged.
const DUPLICATES: [Entry; 2] = [
    Entry {
        external_id: "C-9002-001",
        employer: Some("A-0003"),
        name: ("Jonas", "Lindqvist"),
        title: Some("Plant Manager"),
        email: "jonas.lindqvist@birkenfeld.example",
        number: ("+49 711 5550142", ContactPointLabel::Work),
        tag: "decision maker",
        note: "Prefers e-mail to calls.",
        days: 310,
        calls: &[("Return of goods", 33)],
    },
    Entry {
        external_id: "C-9002-002",
        employer: None,
        name: ("J.", "Lindqvist"),
        title: Some("Manager"),
        email: "Jonas.Lindqvist@Birkenfeld.example",
        number: ("+49 151 55501420", ContactPointLabel::Mobile),
        tag: "newsletter",
        note: "Called from the road: his delivery was a day late.",
        days: 9,
        calls: &[("Delivery is late", 9), ("Question about an invoice", 2)],
    },
];

/// Adds two people who were entered twice, and merges the records of one of them on behalf of a member of the staff. Does nothing if
/// it did so before.
pub async fn enter_twice(tenant: &Tenant, staff: &Staff) -> Result<()> {
    let Some(user) = staff.users.get(USER).copied() else {
        return Ok(());
    };
    change!(tenant, Some(user), within LONGEST_LOAD, |tx| {
        // The calls tell: they stay, whatever becomes of the records.
        if tx.interaction_by_external_id(&conversation(MERGED[0].external_id, 0)).await?.is_some() {
            return Ok(());
        }
        let mut members = Vec::new();
        for entry in &MERGED {
            members.push(target(enter(tx, entry, user).await?.id));
        }
        for entry in &DUPLICATES {
            enter(tx, entry, user).await?;
        }
        service::merge_contacts(tx, members, ContactChanges::default()).await?;
        Ok(())
    })
}

/// Adds a record of a person with its note and calls.
async fn enter(tx: &mut Tx, entry: &Entry, user: UserId) -> Result<Contact> {
    let employer: Option<OrganizationId> = match entry.employer {
        Some(employer) => find(tx, employer).await?,
        None => None,
    };
    let midnight = tx.now().date_naive().and_time(NaiveTime::MIN).and_utc();
    let record = Record::new(
        midnight - TimeDelta::days(entry.days) + TimeDelta::hours(9),
        Some(user),
    );
    let mut contact = Contact::new(ContactId::new(tx.new_id()), record.clone());
    contact.organization_id = employer;
    let fields = ContactChanges {
        first_name: Patch::Set(entry.name.0.to_owned()),
        last_name: Patch::Set(entry.name.1.to_owned()),
        title: entry.title.map(str::to_owned).into(),
        tags: Patch::Set(vec![entry.tag.to_owned()]),
        external_ids: Patch::Set(vec![key(SOURCE, entry.external_id)]),
        phone_numbers: Patch::Set(vec![PhoneNumberInput {
            input: entry.number.0.to_owned(),
            extension: None,
            label: Some(entry.number.1),
            primary: Some(true),
        }]),
        email_addresses: Patch::Set(vec![EmailAddressInput {
            address: entry.email.to_owned(),
            label: None,
            primary: None,
        }]),
        ..ContactChanges::default()
    };
    fields.apply(&mut contact, tx.region())?;
    tx.insert(&contact).await?;
    let mut note = Note::new(
        NoteId::new(tx.new_id()),
        record,
        NoteSubjectId::Contact(contact.id),
        user,
    );
    NoteChanges {
        text: Patch::Set(entry.note.to_owned()),
        pinned: Patch::Keep,
    }
    .apply(&mut note)?;
    tx.insert(&note).await?;
    for (place, (subject, days)) in entry.calls.iter().copied().enumerate() {
        IncomingCall {
            external_id: conversation(entry.external_id, place),
            number: entry.number.0,
            contact_id: Some(contact.id),
            organization_id: employer,
            subject,
            queue: "Sales",
            days,
            agent: Some(user),
        }
        .write(tx)
        .await?;
    }
    Ok(contact)
}

/// Returns the id of one of a record's calls in the telephony system.
fn conversation(external_id: &str, place: usize) -> String {
    format!("conversation-{external_id}-{:02}", place + 1)
}
