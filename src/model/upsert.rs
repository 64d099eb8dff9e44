//! The keys and modes of upserts.

use async_graphql::{Enum, OneofObject};

use super::fill::Entry;
use super::{
    Checked, Contact, ContactPoint, ContactPointInput, EmailAddress, EmailAddressInput, ExternalId,
    ExternalIdInput, IndexEntry, Organization, PhoneNumber, PhoneNumberInput, Region, SocialHandle,
    SocialHandleInput, Subject, Url, WordKind, fold, index_value,
};
use crate::error::{UserError, under};

/// The rule for the fields of a record that an upsert finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum UpsertMode {
    /// Writes every given field.
    #[default]
    Overwrite,
    /// Writes only fields that are empty, and adds new items to lists. Items that a list has already keep their `label` and
    /// `primary`, and external ids of a source that the record has a value for are left out.
    Fill,
}

/// A key that identifies a contact. If several contacts have it, nothing is written and the code is `AMBIGUOUS`.
#[derive(Clone, Debug, OneofObject)]
pub enum ContactUpsertKey {
    /// A key in another system, which only one contact has.
    ExternalId(ExternalIdInput),
    /// An e-mail address.
    EmailAddress(String),
    /// A phone number in any notation. Without a country code, it is read as a number of the tenant's default region. Its
    /// extension does not count.
    PhoneNumber(String),
    /// A handle in a social network or messenger.
    SocialHandle(SocialHandleInput),
}

/// A key that identifies an organization. If several organizations have it, nothing is written and the code is `AMBIGUOUS`.
#[derive(Clone, Debug, OneofObject)]
pub enum OrganizationUpsertKey {
    /// A key in another system, which only one organization has.
    ExternalId(ExternalIdInput),
    /// The domain of a website, such as `example.com`; `www.` before it does not count.
    Domain(String),
}

/// A key by which an upsert finds a record: an external id, or words of the search index.
#[derive(Clone, Debug)]
pub struct UpsertKey {
    /// The words by which the search index has the records with the key; none for an external id.
    pub words: Vec<String>,
    item: Item,
}

/// The item of a record's list that makes a key find the record.
#[derive(Clone, Debug)]
enum Item {
    ExternalId(ExternalId),
    Number(PhoneNumber),
    Address(EmailAddress),
    Handle(SocialHandle),
    Website(Url),
}

impl UpsertKey {
    /// Checks the key of a contact.
    pub fn of_contact(key: ContactUpsertKey, region: &Region) -> Checked<Self> {
        let (item, point) = match key {
            ContactUpsertKey::ExternalId(id) => return Self::of_external_id(id),
            ContactUpsertKey::EmailAddress(address) => {
                let item = EmailAddress::check(EmailAddressInput {
                    address: address.clone(),
                    label: None,
                    primary: None,
                });
                let item = item.map_err(|refusals| at("emailAddress", refusals))?;
                (Item::Address(item), ContactPointInput::EmailAddress(address))
            }
            ContactUpsertKey::PhoneNumber(number) => {
                let item = number_of_key(number.clone(), region);
                let item = item.map_err(|refusals| at("phoneNumber", refusals))?;
                (Item::Number(item), ContactPointInput::PhoneNumber(number))
            }
            ContactUpsertKey::SocialHandle(handle) => {
                let item = SocialHandle::check(handle.clone());
                let item = item.map_err(|refusals| under("socialHandle", refusals))?;
                (Item::Handle(item), ContactPointInput::SocialHandle(handle))
            }
        };
        let words = ContactPoint::check(point, region)?.words(Subject::Contacts);
        if words.is_empty() {
            let message = "must be a phone number; this text has no digits";
            return Err(vec![UserError::invalid(message).under("phoneNumber")]);
        }
        Ok(Self { words, item })
    }

    /// Checks the key of an organization.
    pub fn of_organization(key: OrganizationUpsertKey) -> Checked<Self> {
        let domain = match key {
            OrganizationUpsertKey::ExternalId(id) => return Self::of_external_id(id),
            OrganizationUpsertKey::Domain(domain) => domain.trim().to_lowercase(),
        };
        let name = domain.strip_prefix("www.").unwrap_or(&domain);
        let website = Url(format!("https://{name}/")).check().ok();
        let is_bare = name.contains('.') && !name.contains(['/', '?', '#', ':', '@', '\\']);
        let key = website.filter(|_| is_bare).and_then(|website| {
            Some(Self {
                words: vec![index_value(
                    WordKind::OrganizationDomain,
                    fold(&website.domain()?),
                )],
                item: Item::Website(website),
            })
        });
        key.ok_or_else(|| vec![UserError::invalid("must be a domain, such as example.com").under("domain")])
    }

    fn of_external_id(id: ExternalIdInput) -> Checked<Self> {
        let id = ExternalId::check(id).map_err(|refusals| under("externalId", refusals))?;
        Ok(Self {
            words: Vec::new(),
            item: Item::ExternalId(id),
        })
    }

    /// Returns the external id, if the key is one.
    pub const fn external_id(&self) -> Option<&ExternalId> {
        match &self.item {
            Item::ExternalId(id) => Some(id),
            _ => None,
        }
    }

    /// Whether a record with these words is found by the key, which is no external id.
    pub fn finds(&self, entry: &IndexEntry) -> bool {
        self.words.iter().any(|word| entry.words.contains(word))
    }

    /// Adds the key to a contact, unless the contact has it: an external id, or the contact point of a new contact.
    pub fn join_contact(self, contact: &mut Contact, is_new: bool) -> Checked<()> {
        if self.external_id().is_none() && (!is_new || self.finds(&contact.to_index_entry())) {
            return Ok(());
        }
        match self.item {
            Item::ExternalId(id) => join_id(id, &mut contact.external_ids),
            Item::Number(number) => join(number, &mut contact.phone_numbers, "phoneNumber", "phoneNumbers"),
            Item::Address(address) => {
                let list = &mut contact.email_addresses;
                join(address, list, "emailAddress", "emailAddresses")
            }
            Item::Handle(handle) => join(
                handle,
                &mut contact.social_handles,
                "socialHandle",
                "socialHandles",
            ),
            Item::Website(_) => Ok(()),
        }
    }

    /// Adds the key to an organization, unless the organization has it: an external id, or the website of a new organization.
    pub fn join_organization(self, organization: &mut Organization, is_new: bool) -> Checked<()> {
        if self.external_id().is_none() && (!is_new || self.finds(&organization.to_index_entry())) {
            return Ok(());
        }
        match self.item {
            Item::ExternalId(id) => join_id(id, &mut organization.external_ids),
            Item::Website(website) => join(website, &mut organization.websites, "domain", "websites"),
            Item::Number(_) | Item::Address(_) | Item::Handle(_) => Ok(()),
        }
    }
}

/// Checks the number of a key. A number that is read only as an international one without its plus is kept with the plus.
fn number_of_key(number: String, region: &Region) -> Checked<PhoneNumber> {
    let input = |input| PhoneNumberInput {
        input,
        extension: None,
        label: None,
        primary: None,
    };
    let read = PhoneNumber::check(input(number), region)?;
    match PhoneNumber::e164_of(&read.input, region) {
        Some(e164) if read.e164.is_none() => PhoneNumber::check(input(e164), region),
        _ => Ok(read),
    }
}

/// Moves refusals of a value's only part to the field that has the value.
fn at(field: &str, refusals: Vec<UserError>) -> Vec<UserError> {
    let at = |refusal: UserError| UserError {
        field: Some(vec![field.to_owned()]),
        ..refusal
    };
    refusals.into_iter().map(at).collect()
}

fn join_id(id: ExternalId, list: &mut Vec<ExternalId>) -> Checked<()> {
    id.join(list).map_err(|refusals| under("externalId", refusals))
}

fn join<T: Entry>(item: T, list: &mut Vec<T>, field: &str, name: &str) -> Checked<()> {
    if list.len() >= T::MOST {
        let message = format!(
            "must be one of `{name}` when there are {}, which is the most",
            T::MOST
        );
        return Err(vec![UserError::invalid(message).under(field)]);
    }
    list.push(item);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Record;
    use crate::model::check::told;

    fn of_contact(key: ContactUpsertKey) -> UpsertKey {
        UpsertKey::of_contact(key, &"US".parse().unwrap()).unwrap()
    }

    fn domain(domain: &str) -> Checked<UpsertKey> {
        UpsertKey::of_organization(OrganizationUpsertKey::Domain(domain.to_owned()))
    }

    #[test]
    fn a_key_has_the_same_words_however_it_is_written() {
        let number = |text: &str| of_contact(ContactUpsertKey::PhoneNumber(text.to_owned())).words;
        assert_eq!(number("(317) 555-0100"), number("+1 317 555 0100 ext. 5"));
        let address = |text: &str| of_contact(ContactUpsertKey::EmailAddress(text.to_owned())).words;
        assert_eq!(address("Ada@Engines.example"), address("ada@engines.EXAMPLE"));
        for text in ["Engines.example", "www.engines.example", " ENGINES.example "] {
            assert_eq!(domain(text).unwrap().words, ["Dengines.example"], "{text}");
        }
        assert_eq!(
            domain("bücher.example").unwrap().words,
            domain("xn--bcher-kva.example").unwrap().words
        );
    }

    #[test]
    fn only_a_bare_domain_is_one() {
        for text in [
            "",
            "engines",
            "https://engines.example",
            "engines.example/",
            "engines.example:80",
            "a@engines.example",
            "a b.example",
        ] {
            assert_eq!(
                told(domain(text)),
                ["domain: must be a domain, such as example.com"],
                "{text}"
            );
        }
    }

    #[test]
    fn an_international_number_without_its_plus_is_kept_with_it() {
        let key = of_contact(ContactUpsertKey::PhoneNumber("493090182010".to_owned()));
        let mut contact = contact();
        key.join_contact(&mut contact, true).unwrap();
        assert_eq!(contact.phone_numbers[0].e164.as_deref(), Some("+493090182010"));
    }

    #[test]
    fn a_new_record_gets_its_key_once() {
        let key = of_contact(ContactUpsertKey::EmailAddress("ada@engines.example".to_owned()));
        let mut contact = contact();
        key.clone().join_contact(&mut contact, false).unwrap();
        assert_eq!(
            contact.email_addresses,
            [],
            "a contact that exists is not changed"
        );
        key.clone().join_contact(&mut contact, true).unwrap();
        key.clone().join_contact(&mut contact, true).unwrap();
        assert_eq!(contact.email_addresses.len(), 1);
        assert!(key.finds(&contact.to_index_entry()));
    }

    fn contact() -> Contact {
        let id = crate::id::TypedId::from_uuid(uuid::Uuid::from_u128(1));
        Contact::new(id, Record::new(chrono::DateTime::UNIX_EPOCH, None))
    }
}
