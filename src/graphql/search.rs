//! Search in the graph.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::contact::ContactConnection;
use super::context::Ask as _;
use super::everything::{SearchConnection, SearchKind};
use super::permission::requires_permission;
use super::results::{Results, search_connection};
use crate::error::Error;
use crate::id::OrganizationId;
use crate::model::{
    Contact, ContactOrderField, EmailAddress, Organization, Permission, PhoneNumber, Query, Search, Term,
    phone_key,
};
use crate::page::PageArgs;
use crate::store::{Sort, WordFilter};

search_connection!(ContactSearchConnection, ContactSearchEdge, Contact, "contacts");

search_connection!(
    OrganizationSearchConnection,
    OrganizationSearchEdge,
    Organization,
    "organizations"
);

/// What narrows a search of contacts: each field is equality, case and accents do not matter; they combine by *and*.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ContactSearchFilter {
    /// Who work for this organization. Requires `externalContacts:organization:view`.
    pub organization_id: Option<ID>,
    /// Who have an address in this city.
    pub city: Option<String>,
    /// Who have an address in this country (ISO 3166-1 alpha-2).
    pub country_code: Option<String>,
    /// Whose whole title is this.
    pub title: Option<String>,
    /// Who have this tag.
    pub tag: Option<String>,
}

impl ContactSearchFilter {
    fn organization(&self, ctx: &Context<'_>) -> crate::error::Result<Option<OrganizationId>> {
        let Some(id) = &self.organization_id else {
            return Ok(None);
        };
        ctx.require(Permission::OrganizationView)?;
        Error::id("filter.organizationId", id).map(Some)
    }

    fn terms(&self) -> Vec<Term> {
        terms([
            ('c', &self.city),
            ('y', &self.country_code),
            ('j', &self.title),
            ('g', &self.tag),
        ])
    }
}

/// What narrows a search of organizations: each field is equality, case and accents do not matter; they combine by *and*.
#[derive(Clone, Debug, Default, InputObject)]
pub struct OrganizationSearchFilter {
    /// Which are in this city.
    pub city: Option<String>,
    /// Which are in this country (ISO 3166-1 alpha-2).
    pub country_code: Option<String>,
    /// Whose whole industry is this.
    pub industry: Option<String>,
    /// Whose whole company type is this.
    pub company_type: Option<String>,
    /// Which have this tag.
    pub tag: Option<String>,
}

impl OrganizationSearchFilter {
    fn terms(&self) -> Vec<Term> {
        terms([
            ('C', &self.city),
            ('Y', &self.country_code),
            ('I', &self.industry),
            ('T', &self.company_type),
            ('G', &self.tag),
        ])
    }
}

fn terms<const N: usize>(values: [(char, &Option<String>); N]) -> Vec<Term> {
    values
        .into_iter()
        .filter_map(|(letter, value)| value.as_deref().map(|value| Term::filter(letter, value)))
        .collect()
}

/// Questions by words.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Finds contacts by words: every word of the query must match a word of the name or of the title, a tag or a word
    /// of one, an e-mail address (the whole, its beginning such as the local part, or its domain), a phone number (in
    /// any notation, or its last four or more digits), or, for callers who may view organizations, the name of the
    /// organization the contact works for (`jane acme`). Names, titles and tags match by the beginning of a word. Case
    /// and accents do not matter (`jose` finds `José`); names one typo away are found too (`jonh smit`).
    ///
    /// The order: all words exact, then longer words (john, johnny, johnson), then matches by way of the organization,
    /// then typos; then by name. At most 1000 results can be reached; beyond that `refinement` tells how to narrow the
    /// search. At most 8 words.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn search_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for: names, numbers, addresses.")] query: String,
        #[graphql(desc = "What narrows the search.")] filter: Option<ContactSearchFilter>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> Result<Option<ContactSearchConnection>> {
        let query = Query::read(&query, &ctx.tenant().record().default_region)?;
        let filter = filter.unwrap_or_default();
        let sees_organizations = ctx.caller().permissions.contains(Permission::OrganizationView);
        let search = Search {
            filters: filter.terms(),
            organization_id: filter.organization(ctx)?,
            ..query.among_contacts(sees_organizations)
        };
        let results = Results::of(ctx, &query, &search, forward(first, after)).await?;
        Ok(Some(results.into()))
    }

    /// Finds organizations by words: every word of the query must match a word of the name, a tag or a word of one, the
    /// domain of a website, or a phone number (in any notation, or its last four or more digits). Names and tags match by
    /// the beginning of a word. Case and accents do not matter; names one typo away are found too.
    ///
    /// The order: all words exact, then longer words, then typos; then by name. At most 1000 results can be reached;
    /// beyond that `refinement` tells how to narrow the search. At most 8 words.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn search_organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for: names, numbers, domains.")] query: String,
        #[graphql(desc = "What narrows the search.")] filter: Option<OrganizationSearchFilter>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> Result<Option<OrganizationSearchConnection>> {
        let query = Query::read(&query, &ctx.tenant().record().default_region)?;
        let search = Search {
            filters: filter.unwrap_or_default().terms(),
            ..query.among_organizations()
        };
        let results = Results::of(ctx, &query, &search, forward(first, after)).await?;
        Ok(Some(results.into()))
    }

    /// Finds organizations, contacts and notes by words, as `searchOrganizations` and `searchContacts` do; notes by
    /// words of their text (the last word of the query by its beginning too). Organizations come first, then contacts,
    /// then notes, the newest first. At most 1000 results can be reached in all.
    ///
    /// Each kind requires its own permission: `externalContacts:organization:view`, `externalContacts:contact:view`,
    /// `externalContacts:note:view`. Without `kinds`, those are searched that the caller may view.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for.")] query: String,
        #[graphql(desc = "What kinds of things to look for; all that the caller may view when left out.")]
        kinds: Option<Vec<SearchKind>>,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> Result<Option<SearchConnection>> {
        let query = Query::read(&query, &ctx.tenant().record().default_region)?;
        let kinds = SearchKind::allowed(ctx, kinds)?;
        Ok(Some(
            SearchConnection::of(ctx, &query, &kinds, forward(first, after)).await?,
        ))
    }

    /// Contacts with this phone number, by name: who is calling? The number may be in any notation; without a country
    /// code it is one of the tenant's default region.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contacts_by_phone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole number, such as `+12025550123`.")] number: String,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> Result<Option<ContactConnection>> {
        let region = &ctx.tenant().record().default_region;
        let number = PhoneNumber::e164_of(&number, region).unwrap_or(number);
        let key = phone_key(&number).ok_or_else(|| Error::argument("number", "must not be empty"))?;
        by_word(ctx, 'p', key, forward(first, after)).await
    }

    /// Contacts with this e-mail address, by name; case does not matter.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contacts_by_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole address, such as `ada@example.com`.")] address: String,
        #[graphql(desc = "How many from the front, 1 to 100; 25 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
    ) -> Result<Option<ContactConnection>> {
        by_word(ctx, 'e', EmailAddress::folded(&address), forward(first, after)).await
    }
}

async fn by_word(
    ctx: &Context<'_>,
    letter: char,
    word: String,
    args: PageArgs,
) -> Result<Option<ContactConnection>> {
    let sort = Sort {
        by: ContactOrderField::Name,
        descending: false,
    };
    let page = ctx.list(WordFilter::new(letter, word), sort, args).await?;
    Ok(Some(page.into()))
}

fn forward(first: Option<i32>, after: Option<String>) -> PageArgs {
    PageArgs {
        first,
        after,
        ..PageArgs::default()
    }
}
