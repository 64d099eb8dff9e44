//! Organizations: external companies.

use async_graphql::{Enum, SimpleObject};
use serde::Serialize;

use super::list_change::list_changes;
use super::{
    Address, AddressInput, Checked, ExternalId, ExternalIdInput, IndexEntry, Money, MoneyInput, NameMatch,
    PhoneNumber, PhoneNumberInput, Ranges, Record, Region, Ticker, TickerInput, Url, WordKind, changes,
    sort_key, text, websites,
};
use crate::error::{Refusals, UserError};
use crate::id::{ContactId, OrganizationId, UserId, global_option};

/// The maximum length of a name, in characters.
const LONGEST_NAME: usize = 1000;
/// The maximum length of a company type or industry, in characters.
const LONGEST_KIND: usize = 256;

/// An external company, such as a customer, a partner or a supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
#[graphql(complex)]
pub struct Organization {
    /// The organization's id.
    #[serde(skip)]
    pub id: OrganizationId,
    /// The organization's name.
    pub name: String,
    /// The kind of company, such as "Customer" or "Partner".
    pub company_type: Option<String>,
    /// The industry, such as "Logistics".
    pub industry: Option<String>,
    /// The organization's address.
    pub address: Option<Address>,
    /// The organization's phone number.
    pub phone_number: Option<PhoneNumber>,
    /// The organization's fax number.
    pub fax_number: Option<PhoneNumber>,
    /// The number of employees.
    pub employee_count: Option<i32>,
    /// The annual revenue.
    pub annual_revenue: Option<Money>,
    /// The organization's websites.
    pub websites: Vec<Url>,
    /// Words for grouping organizations.
    pub tags: Vec<String>,
    /// The ticker symbols of the organization's shares.
    pub tickers: Vec<Ticker>,
    /// The URL of the organization in another system.
    pub external_system_url: Option<Url>,
    /// The organization's keys in other systems.
    pub external_ids: Vec<ExternalId>,
    /// The record's creation, last change and version.
    #[graphql(flatten)]
    #[serde(skip)]
    pub record: Record,
    /// The contact to approach first, who works for the organization.
    #[graphql(skip)]
    #[serde(serialize_with = "global_option")]
    pub primary_contact_id: Option<ContactId>,
    /// The folded name, for sorting by name.
    #[graphql(skip)]
    #[serde(skip)]
    pub sort_name: String,
}

changes! {
    /// A partial update of an organization. Its primary contact must work there, which only the store knows.
    OrganizationChanges of Organization, in region: &Region {
        name: String => |name| text::required(name.unwrap_or_default(), LONGEST_NAME),
        company_type: String => |kind| text::optional(kind, LONGEST_KIND),
        industry: String => |industry| text::optional(industry, LONGEST_KIND),
        address: AddressInput => |address| address.map(Address::check).transpose(),
        phone_number: PhoneNumberInput => |number| phone(number, region),
        fax_number: PhoneNumberInput => |number| phone(number, region),
        employee_count: i32 => not_negative,
        annual_revenue: MoneyInput => |revenue| revenue.map(Money::check).transpose(),
        websites: Vec<Url> => |sites| websites(sites.unwrap_or_default()),
        tags: Vec<String> => |tags| text::tags(tags.unwrap_or_default()),
        tickers: Vec<TickerInput> => |tickers| Ticker::list(tickers.unwrap_or_default()),
        external_system_url: Url => Url::optional,
        external_ids: Vec<ExternalIdInput> => |ids| ExternalId::list(ids.unwrap_or_default()),
        primary_contact_id: ContactId => Ok,
    }
    filled with OrganizationListChanges
}

list_changes! {
    /// Items to add to the lists of an organization, and items to remove. They are applied to the lists as they are when the
    /// organization is written, so that items that others add meanwhile are kept. A list that is given as a whole in the same
    /// input cannot be changed here. Adding an item that the list has already, and removing one that it does not have, changes
    /// nothing. An item cannot be both added and removed. After the changes, each list must be within its limit.
    OrganizationListChanges of Organization, beside OrganizationChanges {
        tags: {
            /// The tags to add. Tags that differ only in case or accents are the same.
            add_tags: String,
            /// The tags to remove.
            remove_tags: String,
        }
        websites: {
            /// The websites to add. Websites are compared as written.
            add_websites: Url,
            /// The websites to remove.
            remove_websites: Url,
        }
        external_ids: {
            /// The external ids to add. A source that the organization has another value for must be removed with that value.
            add_external_ids: ExternalIdInput,
            /// The external ids to remove.
            remove_external_ids: ExternalIdInput,
        }
    }
}

impl OrganizationChanges {
    /// Returns the external ids that the organization is to get. What is refused later is passed over.
    pub fn claimed_ids(&self) -> Vec<ExternalId> {
        ExternalId::claimed(&self.external_ids, self.lists.add_external_ids.as_deref())
    }

    /// Returns the external ids that are added to those of the organization.
    pub fn added_ids(&self) -> Vec<ExternalId> {
        ExternalId::added(self.lists.add_external_ids.as_deref())
    }

    /// Applies the changes to `organization`; a refusal names every invalid field. Phone numbers without a
    /// country code are read as numbers of `region`.
    pub fn apply(mut self, organization: &mut Organization, region: &Region) -> Checked<()> {
        let mut refusals = Refusals::default();
        if organization.name.is_empty() {
            self.name = self.name.of_new();
        }
        self.write_by_mode(organization, region, &mut refusals);
        // The empty part ends the name, so that a filter can ask for it as a whole.
        organization.sort_name = sort_key(&[&organization.name, ""]);
        refusals.finish()
    }
}

fn phone(number: Option<PhoneNumberInput>, region: &Region) -> Checked<Option<PhoneNumber>> {
    number
        .map(|number| PhoneNumber::check(number, region))
        .transpose()
}

fn not_negative(count: Option<i32>) -> Checked<Option<i32>> {
    match count {
        Some(count) if count < 0 => Err(vec![UserError::invalid("must not be negative")]),
        count => Ok(count),
    }
}

impl Organization {
    /// Creates an empty organization.
    pub const fn new(id: OrganizationId, record: Record) -> Self {
        Self {
            id,
            name: String::new(),
            company_type: None,
            industry: None,
            address: None,
            phone_number: None,
            fax_number: None,
            employee_count: None,
            annual_revenue: None,
            websites: Vec::new(),
            tags: Vec::new(),
            tickers: Vec::new(),
            external_system_url: None,
            external_ids: Vec::new(),
            record,
            primary_contact_id: None,
            sort_name: String::new(),
        }
    }

    /// Returns the values that a search's filter can match, by kind.
    pub fn filter_values(&self) -> Vec<(WordKind, Vec<&str>)> {
        let address = self.address.as_ref();
        let of_address = |field: fn(&Address) -> Option<&str>| address.and_then(field).into_iter().collect();
        vec![
            (
                WordKind::OrganizationCity,
                of_address(|address| address.city.as_deref()),
            ),
            (
                WordKind::OrganizationCountry,
                of_address(|address| address.country_code.as_deref()),
            ),
            (
                WordKind::OrganizationIndustry,
                self.industry.as_deref().into_iter().collect(),
            ),
            (
                WordKind::OrganizationCompanyType,
                self.company_type.as_deref().into_iter().collect(),
            ),
            (
                WordKind::OrganizationTag,
                self.tags.iter().map(String::as_str).collect(),
            ),
        ]
    }

    /// Returns the words that the organization is found by.
    pub fn to_index_entry(&self) -> IndexEntry {
        let mut entry = IndexEntry::at(&self.sort_name).with_times(&self.record);
        entry.name(WordKind::OrganizationName, Some(&self.name));
        entry.external_ids(WordKind::OrganizationExternalId, &self.external_ids);
        entry.tag_words(WordKind::OrganizationTagWord, &self.tags);
        for website in &self.websites {
            entry.whole(WordKind::OrganizationDomain, website.domain().as_deref());
        }
        for number in [&self.phone_number, &self.fax_number].into_iter().flatten() {
            entry.phone(WordKind::OrganizationPhone, number);
        }
        entry.values(self.filter_values());
        entry
    }
}

/// A field that lists of organizations can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum OrganizationOrderField {
    /// Name, ignoring case and accents.
    Name,
    /// The time of creation.
    CreatedAt,
    /// The time of the last change.
    UpdatedAt,
}

/// Filters a list of organizations. All conditions must match. Texts are folded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct OrganizationFilter {
    /// Matches organizations by name.
    pub name: Option<NameMatch>,
    /// Matches organizations whose whole industry is one of these.
    pub industries: Option<Vec<String>>,
    /// Matches organizations whose whole company type is one of these.
    pub company_types: Option<Vec<String>>,
    /// Matches organizations with one of these tags.
    pub tags: Option<Vec<String>>,
    /// Matches organizations in one of these cities.
    pub cities: Option<Vec<String>>,
    /// Matches organizations in one of these countries.
    pub country_codes: Option<Vec<String>>,
    /// Matches organizations with which one of these users has a current relationship.
    pub owner_ids: Option<Vec<UserId>>,
    /// `true` matches organizations with which some user has a current relationship, `false` the others.
    pub has_owner: Option<bool>,
    /// Matches the organization with this key in another system.
    pub external_id: Option<ExternalId>,
    /// Matches records by the times of their creation and last change.
    pub ranges: Ranges,
}
