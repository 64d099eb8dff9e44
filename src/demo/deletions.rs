//! Deletions by mistake: a contact and an organization of the demo that wait in the trash for their restoration.

use chrono::TimeDelta;

use super::calls::IncomingCall;
use super::company::{Staff, find, target};
use crate::error::Result;
use crate::id::{ContactId, NoteId, OrganizationId, UserId};
use crate::model::{Contact, Note, NoteChanges, NoteSubjectId, Patch, Record};
use crate::service;
use crate::store::{LONGEST_LOAD, Tenant, Tx, change};

/// The index in the list of staff of the user who deletes the records.
const USER: usize = 3;
/// The deleted contact: the primary contact of Fjordline Shipping.
const CONTACT: &str = "C-0016-001";
/// The deleted organization: the last one of the list.
const ORGANIZATION: &str = "A-0041";
/// The contact's calls: their subjects, and the days since then.
const CALLS: [(&str, i64); 3] = [
    ("Delivery is late", 44),
    ("Renewal of the contract", 12),
    ("Quote for more seats", 3),
];
/// The user's notes about the contact, the days since then, and whether they are pinned.
const NOTES: [(&str, i64, bool); 2] = [
    (
        "Decides about the renewal. Transfer calls at once, whatever they are about.",
        43,
        true,
    ),
    (
        "Wants to sign for three years if the price stays. The offer is due by Friday.",
        11,
        false,
    ),
];

/// Deletes a contact with notes and calls, and an organization, on behalf of a member of the staff. Does nothing if it did so
/// before, or if the tenant has no trash.
pub async fn delete_by_mistake(tenant: &Tenant, staff: &Staff) -> Result<()> {
    let Some(user) = staff.users.get(USER).copied() else {
        return Ok(());
    };
    if tenant.trash_days() == 0 {
        return Ok(());
    }
    change!(tenant, Some(user), within LONGEST_LOAD, |tx| {
        // The calls tell: they stay when the records are restored or purged.
        if tx.interaction_by_external_id(&conversation(0)).await?.is_some() {
            return Ok(());
        }
        let contact: Option<ContactId> = find(tx, CONTACT).await?;
        let Some(contact) = contact else {
            return Ok(());
        };
        add_past(tx, contact, staff, user).await?;
        service::delete_contact(tx, target(contact)).await?;
        if let Some(organization) = find::<OrganizationId>(tx, ORGANIZATION).await? {
            service::delete_organization(tx, target(organization)).await?;
        }
        Ok(())
    })
}

/// Adds the calls and notes of the contact.
async fn add_past(tx: &mut Tx, id: ContactId, staff: &Staff, user: UserId) -> Result<()> {
    let Some(contact) = tx.find_locked::<Contact>(id).await? else {
        return Ok(());
    };
    let number = contact.phone_numbers.first().map(|number| number.input.as_str());
    for (place, (subject, days)) in CALLS.into_iter().enumerate() {
        IncomingCall {
            external_id: conversation(place),
            number: number.unwrap_or_default(),
            contact_id: Some(id),
            organization_id: contact.organization_id,
            subject,
            queue: "Priority",
            days,
            agent: staff.users.get(USER + place).copied(),
        }
        .write(tx)
        .await?;
    }
    for (text, days, pinned) in NOTES {
        let record = Record::new(tx.now() - TimeDelta::days(days), Some(user));
        let mut note = Note::new(NoteId::new(tx.new_id()), record, NoteSubjectId::Contact(id), user);
        NoteChanges {
            text: Patch::Set(text.to_owned()),
            pinned: Patch::Set(pinned),
        }
        .apply(&mut note)?;
        tx.insert(&note).await?;
    }
    Ok(())
}

/// Returns the id of one of the contact's calls in the telephony system.
fn conversation(place: usize) -> String {
    format!("conversation-deleted-{:02}", place + 1)
}
