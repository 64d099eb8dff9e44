//! Contacts in files.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    Applied, Context, Key, Match, Noun, Stamp, clear_missing, external_keys, find_by_keys, given_phone_keys,
    insert, merged, phone_keys, serialized, split,
};
use crate::error::{Result, UserError};
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{
    Checked, Contact, ContactChanges, ContactListChanges, EmailAddress, Organization, Patch, Record, Region,
    UpsertMode, WordKind,
};
use crate::store::{Tenant, Tx};
use crate::transfer::Object;
use crate::transfer::fields::{Fields, flag, list, text, texts, url};
use crate::transfer::points::{address, email, external_id, phone, social_handle};
use crate::transfer::reference::{Reference, References};

/// The words of phone numbers.
const PHONE: WordKind = WordKind::ContactPhone;

/// Contacts.
pub struct Contacts;

/// A row about a contact.
pub struct Draft {
    stamp: Stamp,
    employer: Patch<Reference<OrganizationId>>,
    /// The employer's name in a file of another program, whose organization may be unknown here.
    company: Option<Reference<OrganizationId>>,
    is_primary: bool,
    changes: ContactChanges,
}

/// Whether a contact becomes its employer's primary contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Primary {
    /// It stays what it is.
    #[default]
    Unchanged,
    /// It becomes the primary contact.
    Set,
    /// It was the primary contact already when it was exported.
    Restored,
}

impl Noun for Contacts {
    type Record = Contact;
    type Draft = Draft;
    type Extra = Primary;

    fn read(fields: &mut Fields<'_>) -> Draft {
        Draft {
            stamp: Stamp::read::<ContactId>(fields),
            employer: Reference::read(
                fields,
                "organizationId",
                Some("organizationKey"),
                Some("organizationName"),
            ),
            company: Reference::named(fields, "company"),
            is_primary: fields.value("primaryContact", flag).unwrap_or_default(),
            changes: ContactChanges {
                salutation: fields.patch("salutation", text),
                first_name: fields.patch("firstName", text),
                middle_name: fields.patch("middleName", text),
                last_name: fields.patch("lastName", text),
                title: fields.patch("title", text),
                tags: fields.patch("tags", texts(';')),
                external_ids: fields.patch("externalIds", list(external_id)),
                phone_numbers: fields.patch("phoneNumbers", list(phone)),
                email_addresses: fields.patch("emailAddresses", list(email)),
                addresses: fields.patch("addresses", list(address)),
                social_handles: fields.patch("socialHandles", list(social_handle)),
                survey_opt_out: fields.patch("surveyOptOut", flag),
                external_system_url: fields.patch("externalSystemUrl", url),
                organization_id: Patch::Keep,
                lists: ContactListChanges::default(),
                mode: UpsertMode::default(),
            },
        }
    }

    fn stamp(draft: &Draft) -> &Stamp {
        &draft.stamp
    }

    fn keys(draft: &Draft, ways: &[Match], region: &Region) -> Vec<Key> {
        let mut keys = Vec::new();
        for way in ways {
            match way {
                Match::ExternalId => keys.extend(Self::claims(draft)),
                Match::Email => {
                    if let Patch::Set(emails) = &draft.changes.email_addresses {
                        keys.extend(emails.iter().map(|email| email_key(&email.address)));
                    }
                }
                Match::Phone => {
                    if let Patch::Set(numbers) = &draft.changes.phone_numbers {
                        let given = numbers.iter();
                        keys.extend(given.flat_map(|number| given_phone_keys(PHONE, &number.input, region)));
                    }
                }
            }
        }
        keys
    }

    fn claims(draft: &Draft) -> Vec<Key> {
        match &draft.changes.external_ids {
            Patch::Set(given) => external_keys(given),
            Patch::Keep | Patch::Clear => Vec::new(),
        }
    }

    fn held(contact: &Contact) -> Vec<Key> {
        let external = contact.external_ids.iter().map(Key::external_id);
        let emails = contact
            .email_addresses
            .iter()
            .map(|email| email_key(&email.address));
        let phones = contact.phone_numbers.iter();
        let phones = phones.flat_map(|number| phone_keys(PHONE, number));
        external.chain(emails).chain(phones).collect()
    }

    fn refer(draft: &Draft, to: &mut References) {
        to.organization(&draft.employer);
        to.organization(&draft.company.clone().into());
    }

    async fn find(tx: &mut Tx, keys: Vec<Key>) -> Result<Vec<Uuid>> {
        find_by_keys::<ContactId>(tx, keys).await
    }

    fn left_out(draft: &Draft, with: Context<'_>) -> Vec<UserError> {
        let is_needed = matches!(draft.employer, Patch::Keep | Patch::Clear);
        let company = draft.company.as_ref().filter(|_| is_needed);
        company
            .and_then(|company| with.known.organization(company).err())
            .unwrap_or_default()
    }

    fn create(id: Uuid, record: Record, _: &Draft, _: Context<'_>) -> Checked<Contact> {
        Ok(Contact::new(ContactId::from_uuid(id), record))
    }

    fn apply(draft: Draft, contact: &mut Contact, is_new: bool, with: Context<'_>) -> Checked<Primary> {
        let mut changes = draft.changes;
        changes.organization_id = match draft.employer {
            Patch::Keep | Patch::Clear if draft.company.is_some() => {
                let company = draft
                    .company
                    .and_then(|company| with.known.organization(&company).ok());
                company.into()
            }
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(reference) => Patch::Set(with.known.organization(&reference)?),
        };
        changes.external_ids = changes
            .external_ids
            .map(|given| merged(&contact.external_ids, given));
        changes.apply(contact, with.region)?;
        Ok(match (draft.is_primary, contact.organization_id) {
            (true, None) => {
                let message = "must be false for a contact without an organization";
                return Err(vec![UserError::invalid(message).under("primaryContact")]);
            }
            (true, Some(_)) if is_new && draft.stamp.is_restored() => Primary::Restored,
            (true, Some(_)) => Primary::Set,
            (false, _) => Primary::Unchanged,
        })
    }

    fn taken(_: &Key) -> UserError {
        UserError::invalid("another contact has one of these external ids").under("externalIds")
    }

    async fn write(tx: &mut Tx, applied: Vec<Applied<Self>>) -> Result<()> {
        let primary = |kind: Primary| -> Vec<(OrganizationId, ContactId)> {
            let chosen = applied.iter().filter(|one| one.extra == kind);
            chosen
                .filter_map(|one| Some((one.after.organization_id?, one.after.id)))
                .collect()
        };
        let (set, restored) = (primary(Primary::Set), primary(Primary::Restored));
        let (new, changed) = split(applied);
        insert(tx, &new).await?;
        let left = changed
            .iter()
            .filter(|(before, after)| before.organization_id != after.organization_id);
        tx.clear_primary_contacts(left.map(|(before, _)| before.id).collect())
            .await?;
        tx.update_all(changed).await?;
        tx.restore_primary_contacts(&restored).await?;
        tx.set_primary_contacts(&set).await
    }

    fn export(contact: &Contact) -> Result<Object> {
        serialized(contact)
    }

    /// Adds whether each is the primary contact of its employer: an organization is imported before its contacts, so that it
    /// cannot name its primary contact itself.
    async fn complete(tenant: &Tenant, contacts: &[Contact], objects: &mut [Object]) -> Result<()> {
        let ids = contacts.iter().map(|contact| contact.id.uuid()).collect();
        let primary: HashSet<ContactId> = tenant.primary_contacts(ids).await?.into_iter().collect();
        for (contact, object) in contacts.iter().zip(&mut *objects) {
            object.insert("primaryContact".to_owned(), primary.contains(&contact.id).into());
        }
        let employers = contacts.iter().map(|contact| contact.organization_id);
        clear_missing::<Organization, _>(tenant, "organizationId", employers, objects).await
    }
}

fn email_key(address: &str) -> Key {
    Key::word(WordKind::ContactEmail, EmailAddress::folded(address))
}
