//! The filters of searches.

use async_graphql::{Context, ID, InputObject};

use crate::error::{Error, Result};
use crate::graphql::context::ContextExt as _;
use crate::id::OrganizationId;
use crate::model::{Permission, Term, WordKind};

/// Filters a search of contacts. Each field is compared for equality, ignoring case and accents. All given fields must
/// match.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ContactSearchFilter {
    /// Matches contacts employed by this organization. Requires `externalContacts:organization:view`.
    pub organization_id: Option<ID>,
    /// Matches contacts with an address in this city.
    pub city: Option<String>,
    /// Matches contacts with an address in this country (ISO 3166-1 alpha-2).
    pub country_code: Option<String>,
    /// Matches contacts with this whole title.
    pub title: Option<String>,
    /// Matches contacts with this tag.
    pub tag: Option<String>,
}

impl ContactSearchFilter {
    /// Returns the employer to match. `path` is the argument's, for the refusal of a malformed id.
    pub fn organization(&self, ctx: &Context<'_>, path: &'static str) -> Result<Option<OrganizationId>> {
        let Some(id) = &self.organization_id else {
            return Ok(None);
        };
        ctx.require(Permission::OrganizationView)?;
        Error::id(path, id).map(Some)
    }

    /// Returns the conditions as words of the index.
    pub fn terms(&self) -> Vec<Term> {
        terms([
            (WordKind::ContactCity, &self.city),
            (WordKind::ContactCountry, &self.country_code),
            (WordKind::ContactTitle, &self.title),
            (WordKind::ContactTag, &self.tag),
        ])
    }
}

/// Filters a search of organizations. Each field is compared for equality, ignoring case and accents. All given fields
/// must match.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrganizationSearchFilter {
    /// Matches organizations in this city.
    pub city: Option<String>,
    /// Matches organizations in this country (ISO 3166-1 alpha-2).
    pub country_code: Option<String>,
    /// Matches organizations with this whole industry.
    pub industry: Option<String>,
    /// Matches organizations with this whole company type.
    pub company_type: Option<String>,
    /// Matches organizations with this tag.
    pub tag: Option<String>,
}

impl OrganizationSearchFilter {
    /// Returns the conditions as words of the index.
    pub fn terms(&self) -> Vec<Term> {
        terms([
            (WordKind::OrganizationCity, &self.city),
            (WordKind::OrganizationCountry, &self.country_code),
            (WordKind::OrganizationIndustry, &self.industry),
            (WordKind::OrganizationCompanyType, &self.company_type),
            (WordKind::OrganizationTag, &self.tag),
        ])
    }
}

/// Filters a search of several kinds. Each filter applies to the records of its kind; the others are found without.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SearchFilter {
    /// Filters the contacts.
    pub contact: Option<ContactSearchFilter>,
    /// Filters the organizations.
    pub organization: Option<OrganizationSearchFilter>,
}

fn terms<const N: usize>(values: [(WordKind, &Option<String>); N]) -> Vec<Term> {
    values
        .into_iter()
        .filter_map(|(kind, value)| value.as_deref().map(|value| Term::filter(kind, value)))
        .collect()
}
