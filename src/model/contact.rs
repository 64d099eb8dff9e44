//! Contacts: external people.

use async_graphql::{Enum, SimpleObject};
use serde::Serialize;

use super::list_change::list_changes;
use super::{
    Address, AddressInput, Checked, EmailAddress, EmailAddressInput, ExternalId, ExternalIdInput, IndexEntry,
    NameMatch, PhoneNumber, PhoneNumberInput, Ranges, Record, Region, SocialHandle, SocialHandleInput, Url,
    WordKind, changes, sort_key, text, words,
};
use crate::error::{Refusals, UserError};
use crate::id::{ContactId, OrganizationId, TypedId, global_option};

/// The maximum length of a name or title, in characters.
const LONGEST_NAME: usize = 1000;

/// A person outside the company, employed by at most one organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
#[graphql(complex)]
pub struct Contact {
    /// The contact's id.
    #[serde(skip)]
    pub id: ContactId,
    /// The form of address, such as "Dr.".
    pub salutation: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The middle name.
    pub middle_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// The job title, such as "Head of Purchasing".
    pub title: Option<String>,
    /// Words for grouping contacts.
    pub tags: Vec<String>,
    /// The contact's keys in other systems.
    pub external_ids: Vec<ExternalId>,
    /// The contact's phone numbers, of which at most one is primary.
    pub phone_numbers: Vec<PhoneNumber>,
    /// The contact's e-mail addresses, of which at most one is primary.
    pub email_addresses: Vec<EmailAddress>,
    /// The contact's postal addresses, of which at most one is primary.
    pub addresses: Vec<Address>,
    /// The contact's handles in social networks.
    pub social_handles: Vec<SocialHandle>,
    /// Whether the contact has opted out of surveys.
    pub survey_opt_out: bool,
    /// The URL of the contact in another system.
    pub external_system_url: Option<Url>,
    /// The record's creation, last change and version.
    #[graphql(flatten)]
    #[serde(skip)]
    pub record: Record,
    /// The contact's employer.
    #[graphql(skip)]
    #[serde(serialize_with = "global_option")]
    pub organization_id: Option<OrganizationId>,
    /// The folded last and first name, for sorting by name.
    #[graphql(skip)]
    #[serde(skip)]
    pub sort_name: String,
}

changes! {
    /// A partial update of a contact. Its employer must exist, which only the store knows.
    ContactChanges of Contact, in region: &Region {
        salutation: String => name,
        first_name: String => name,
        middle_name: String => name,
        last_name: String => name,
        title: String => name,
        tags: Vec<String> => |tags| text::tags(tags.unwrap_or_default()),
        external_ids: Vec<ExternalIdInput> => |ids| ExternalId::list(ids.unwrap_or_default()),
        phone_numbers: Vec<PhoneNumberInput> => |numbers| PhoneNumber::list(numbers.unwrap_or_default(), region),
        email_addresses: Vec<EmailAddressInput> => |addresses| EmailAddress::list(addresses.unwrap_or_default()),
        addresses: Vec<AddressInput> => |addresses| Address::list(addresses.unwrap_or_default()),
        social_handles: Vec<SocialHandleInput> => |handles| SocialHandle::list(handles.unwrap_or_default()),
        survey_opt_out: bool => |opted| Ok(opted.unwrap_or_default()),
        external_system_url: Url => Url::optional,
        organization_id: OrganizationId => Ok,
    }
    filled with ContactListChanges
}

list_changes! {
    /// Items to add to the lists of a contact, and items to remove. They are applied to the lists as they are when the contact
    /// is written, so that items that others add meanwhile are kept. A list that is given as a whole in the same input cannot
    /// be changed here. Adding an item that the list has already changes its `label` and `primary`, if these are given;
    /// removing an item that the list does not have changes nothing. An item cannot be both added and removed. After the
    /// changes, each list must be within its limit.
    ContactListChanges of Contact, beside ContactChanges {
        tags: {
            /// The tags to add. Tags that differ only in case or accents are the same.
            add_tags: String,
            /// The tags to remove.
            remove_tags: String,
        }
        phone_numbers: {
            /// The phone numbers to add. Numbers with the same E.164 form and extension are the same. Adding a primary number makes
            /// the others not primary.
            add_phone_numbers: PhoneNumberInput,
            /// The phone numbers to remove, as E.164 or as given. A number without an extension removes the number without
            /// one or, if the list does not have it, the number with each of its extensions.
            remove_phone_numbers: String,
        }
        email_addresses: {
            /// The e-mail addresses to add. Addresses that differ only in case are the same. Adding a primary address makes the
            /// others not primary.
            add_email_addresses: EmailAddressInput,
            /// The e-mail addresses to remove.
            remove_email_addresses: String,
        }
        social_handles: {
            /// The social handles to add. Handles in the same network that differ only in case, accents or an `@` in front are the
            /// same. A handle that the list has already takes the `platformId`, if one is given.
            add_social_handles: SocialHandleInput,
            /// The social handles to remove.
            remove_social_handles: SocialHandleInput,
        }
        external_ids: {
            /// The external ids to add. A source that the contact has another value for must be removed with that value.
            add_external_ids: ExternalIdInput,
            /// The external ids to remove.
            remove_external_ids: ExternalIdInput,
        }
    }
}

fn name(name: Option<String>) -> Checked<Option<String>> {
    text::optional(name, LONGEST_NAME)
}

impl ContactChanges {
    /// Returns the external ids that the contact is to get. What is refused later is passed over.
    pub fn claimed_ids(&self) -> Vec<ExternalId> {
        ExternalId::claimed(&self.external_ids, self.lists.add_external_ids.as_deref())
    }

    /// Returns the external ids that are added to those of the contact.
    pub fn added_ids(&self) -> Vec<ExternalId> {
        ExternalId::added(self.lists.add_external_ids.as_deref())
    }

    /// Applies the changes to `contact`; a refusal names every invalid field. Phone numbers without a country
    /// code are read as numbers of `region`.
    pub fn apply(self, contact: &mut Contact, region: &Region) -> Checked<()> {
        let mut refusals = Refusals::default();
        self.write_by_mode(contact, region, &mut refusals);
        if refusals.is_empty() && contact.first_name.is_none() && contact.last_name.is_none() {
            refusals.add(UserError::invalid("a contact needs a first name or a last name").under("lastName"));
        }
        contact.sort_name = contact.sort_key();
        refusals.finish()
    }
}

impl Contact {
    /// Creates an empty contact.
    pub const fn new(id: ContactId, record: Record) -> Self {
        Self {
            id,
            salutation: None,
            first_name: None,
            middle_name: None,
            last_name: None,
            title: None,
            tags: Vec::new(),
            external_ids: Vec::new(),
            phone_numbers: Vec::new(),
            email_addresses: Vec::new(),
            addresses: Vec::new(),
            social_handles: Vec::new(),
            survey_opt_out: false,
            external_system_url: None,
            record,
            organization_id: None,
            sort_name: String::new(),
        }
    }

    /// Returns the first, middle and last name.
    pub fn display_name(&self) -> String {
        [&self.first_name, &self.middle_name, &self.last_name]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Returns the folded first and last name, for sorting by first name.
    pub fn sort_first(&self) -> String {
        sort_key(&[
            self.first_name.as_deref().unwrap_or_default(),
            self.last_name.as_deref().unwrap_or_default(),
        ])
    }

    fn sort_key(&self) -> String {
        sort_key(&[
            self.last_name.as_deref().unwrap_or_default(),
            self.first_name.as_deref().unwrap_or_default(),
        ])
    }

    /// Returns the values that a search's filter can match, by kind.
    pub fn filter_values(&self) -> Vec<(WordKind, Vec<&str>)> {
        let of_addresses =
            |field: fn(&Address) -> Option<&str>| self.addresses.iter().filter_map(field).collect();
        vec![
            (
                WordKind::ContactCity,
                of_addresses(|address| address.city.as_deref()),
            ),
            (
                WordKind::ContactCountry,
                of_addresses(|address| address.country_code.as_deref()),
            ),
            (
                WordKind::ContactTitle,
                self.title.as_deref().into_iter().collect(),
            ),
            (
                WordKind::ContactTag,
                self.tags.iter().map(String::as_str).collect(),
            ),
        ]
    }

    /// Returns the words that the contact is found by.
    pub fn to_index_entry(&self) -> IndexEntry {
        let mut entry = IndexEntry::at(&self.sort_name).with_times(&self.record);
        entry.employer = self.organization_id.map(TypedId::uuid);
        for name in [&self.first_name, &self.middle_name, &self.last_name] {
            entry.name(WordKind::ContactName, name.as_deref());
        }
        entry.full_name(
            WordKind::ContactName,
            self.last_name.as_deref(),
            self.first_name.as_deref(),
        );
        let salutation = words(self.salutation.as_deref().unwrap_or_default());
        for word in &salutation {
            entry.whole(WordKind::ContactSalutation, Some(word));
        }
        entry.external_ids(WordKind::ContactExternalId, &self.external_ids);
        entry.handles(WordKind::ContactHandle, &self.social_handles);
        entry.text(WordKind::ContactTitleWord, self.title.as_deref());
        entry.tag_words(WordKind::ContactTagWord, &self.tags);
        for email in &self.email_addresses {
            entry.email(WordKind::ContactEmail, WordKind::ContactEmailDomain, email);
        }
        for number in &self.phone_numbers {
            entry.phone(WordKind::ContactPhone, number);
        }
        entry.values(self.filter_values());
        entry
    }
}

/// A field that lists of contacts can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum ContactOrderField {
    /// Last name, then first name, ignoring case and accents. Contacts without a last name come last in both directions.
    Name,
    /// The time of creation.
    CreatedAt,
    /// The time of the last change.
    UpdatedAt,
}

/// Filters a list of contacts. All conditions must match. Texts are folded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ContactFilter {
    /// Matches contacts employed by one of these organizations.
    pub organization_ids: Option<Vec<OrganizationId>>,
    /// `true` matches contacts that have an employer, `false` those without one.
    pub has_organization: Option<bool>,
    /// Matches contacts by last name.
    pub last_name: Option<NameMatch>,
    /// Matches contacts by first name.
    pub first_name: Option<NameMatch>,
    /// Matches contacts whose whole title is one of these.
    pub titles: Option<Vec<String>>,
    /// Matches contacts with one of these tags.
    pub tags: Option<Vec<String>>,
    /// Matches contacts with an address in one of these cities.
    pub cities: Option<Vec<String>>,
    /// Matches contacts with an address in one of these countries.
    pub country_codes: Option<Vec<String>>,
    /// Matches the contact with this key in another system.
    pub external_id: Option<ExternalId>,
    /// Matches records by the times of their creation and last change.
    pub ranges: Ranges,
}
