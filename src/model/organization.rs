//! Organizations: external companies.

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};
use serde::Serialize;

use super::{
    Address, AddressInput, ExternalId, ExternalIdInput, Found, Money, MoneyInput, NameMatch, PhoneNumber,
    PhoneNumberInput, Ranges, Record, Region, Ticker, TickerInput, Url, sort_key, text, websites,
};
use crate::error::{Refusals, Result, UserError};
use crate::id::{ContactId, OrganizationId, UserId, global_option};

/// The maximum length of a name, in characters.
const LONGEST_NAME: usize = 1000;
/// The maximum length of a company type or industry, in characters.
const LONGEST_KIND: usize = 256;

/// An external company, such as a customer, a partner or a supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, SimpleObject, sqlx::FromRow)]
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
    #[sqlx(json)]
    pub address: Option<Address>,
    /// The organization's phone number.
    #[sqlx(json)]
    pub phone_number: Option<PhoneNumber>,
    /// The organization's fax number.
    #[sqlx(json)]
    pub fax_number: Option<PhoneNumber>,
    /// The number of employees.
    pub employee_count: Option<i32>,
    /// The annual revenue.
    #[sqlx(json)]
    pub annual_revenue: Option<Money>,
    /// The organization's websites.
    #[sqlx(json)]
    pub websites: Vec<Url>,
    /// Words for grouping organizations.
    #[sqlx(json)]
    pub tags: Vec<String>,
    /// The ticker symbols of the organization's shares.
    #[sqlx(json)]
    pub tickers: Vec<Ticker>,
    /// The URL of the organization in another system.
    pub external_system_url: Option<Url>,
    /// The organization's keys in other systems.
    #[sqlx(json)]
    pub external_ids: Vec<ExternalId>,
    /// The record's creation, last change and version.
    #[sqlx(flatten)]
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

/// The fields of an organization that people write. Absent fields are left unchanged, or empty in a new organization;
/// null clears a field.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrganizationFields {
    /// The organization's name, at most 1000 characters. Every organization has a name.
    pub name: MaybeUndefined<String>,
    /// The kind of company, such as "Customer" or "Partner", at most 256 characters.
    pub company_type: MaybeUndefined<String>,
    /// The industry, such as "Logistics", at most 256 characters.
    pub industry: MaybeUndefined<String>,
    /// The organization's address.
    pub address: MaybeUndefined<AddressInput>,
    /// The organization's phone number.
    pub phone_number: MaybeUndefined<PhoneNumberInput>,
    /// The organization's fax number.
    pub fax_number: MaybeUndefined<PhoneNumberInput>,
    /// The number of employees, zero or more.
    pub employee_count: MaybeUndefined<i32>,
    /// The annual revenue.
    pub annual_revenue: MaybeUndefined<MoneyInput>,
    /// The organization's websites: at most 20 absolute `http` or `https` URLs.
    pub websites: MaybeUndefined<Vec<Url>>,
    /// Words for grouping organizations: at most 50, each at most 100 characters.
    pub tags: MaybeUndefined<Vec<String>>,
    /// The ticker symbols of the organization's shares, at most 10.
    pub tickers: MaybeUndefined<Vec<TickerInput>>,
    /// The URL of the organization in another system: an absolute `http` or `https` URL.
    pub external_system_url: MaybeUndefined<Url>,
    /// The organization's keys in other systems, at most 10.
    pub external_ids: MaybeUndefined<Vec<ExternalIdInput>>,
}

impl OrganizationFields {
    /// Writes the given fields into `organization`; a refusal names every invalid field. Phone numbers without a
    /// country code are read as numbers of `region`.
    pub fn apply(self, organization: &mut Organization, region: &Region) -> Result<(), Vec<UserError>> {
        let mut refusals = Refusals::default();
        let is_new = organization.name.is_empty();
        let name = match self.name {
            MaybeUndefined::Undefined if is_new => MaybeUndefined::Null,
            name => name,
        };
        refusals.set("name", name, &mut organization.name, |name| {
            text::required(name.unwrap_or_default(), LONGEST_NAME)
        });
        let kind = |value| text::optional(value, LONGEST_KIND);
        refusals.set(
            "companyType",
            self.company_type,
            &mut organization.company_type,
            kind,
        );
        refusals.set("industry", self.industry, &mut organization.industry, kind);
        refusals.set("address", self.address, &mut organization.address, |address| {
            address.map(Address::check).transpose()
        });
        let phone = |number: Option<PhoneNumberInput>| {
            number
                .map(|number| PhoneNumber::check(number, region))
                .transpose()
        };
        refusals.set(
            "phoneNumber",
            self.phone_number,
            &mut organization.phone_number,
            phone,
        );
        refusals.set("faxNumber", self.fax_number, &mut organization.fax_number, phone);
        refusals.set(
            "employeeCount",
            self.employee_count,
            &mut organization.employee_count,
            not_negative,
        );
        refusals.set(
            "annualRevenue",
            self.annual_revenue,
            &mut organization.annual_revenue,
            |revenue| revenue.map(Money::check).transpose(),
        );
        refusals.set("websites", self.websites, &mut organization.websites, |sites| {
            websites(sites.unwrap_or_default())
        });
        refusals.set("tags", self.tags, &mut organization.tags, |tags| {
            text::tags(tags.unwrap_or_default())
        });
        refusals.set("tickers", self.tickers, &mut organization.tickers, |tickers| {
            Ticker::list(tickers.unwrap_or_default())
        });
        refusals.set(
            "externalSystemUrl",
            self.external_system_url,
            &mut organization.external_system_url,
            Url::optional,
        );
        refusals.set(
            "externalIds",
            self.external_ids,
            &mut organization.external_ids,
            |ids| ExternalId::list(ids.unwrap_or_default()),
        );
        // The empty part ends the name, so that a filter can ask for it as a whole.
        organization.sort_name = sort_key(&[&organization.name, ""]);
        refusals.finish()
    }
}

fn not_negative(count: Option<i32>) -> Result<Option<i32>, Vec<UserError>> {
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

    /// Returns the words that the organization is found by.
    pub fn found(&self) -> Found {
        let mut found = Found::at(&self.sort_name);
        found.name('N', Some(&self.name));
        found.whole('I', self.industry.as_deref());
        found.whole('T', self.company_type.as_deref());
        found.tags('G', 'K', &self.tags);
        for website in &self.websites {
            found.whole('D', website.domain().as_deref());
        }
        for number in [&self.phone_number, &self.fax_number].into_iter().flatten() {
            found.phone('P', number);
        }
        if let Some(address) = &self.address {
            found.whole('C', address.city.as_deref());
            found.whole('Y', address.country_code.as_deref());
        }
        found
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
#[derive(Clone, Debug, Default)]
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
