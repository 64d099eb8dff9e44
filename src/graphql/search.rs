//! Search in the graph.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::contact::ContactConnection;
use super::context::ContextExt as _;
use super::everything::{SearchConnection, SearchKind};
use super::list::ListExt as _;
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

/// Query fields for searches.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Searches contacts by words. Every word of the query must match a word of the name or of the title, a tag or a
    /// word of a tag, an e-mail address (the whole address, its beginning such as the local part, or its domain), a
    /// phone number (in any notation, or at least its last four digits), or, for callers who may view organizations,
    /// the name of the contact's employer (`jane acme`). Names, titles and tags match by the beginning of a word. Case
    /// and accents are ignored (`jose` finds `José`). Names with one typo are found too (`jonh smit`).
    ///
    /// Results are sorted by match: all words exact, then longer words (john, johnny, johnson), then matches by the
    /// employer's name, then typos; equal matches are sorted by name. At most 1000 results can be reached; beyond that,
    /// `refinement` suggests how to narrow the search. A query has at most 8 words.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn search_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The words to search for: names, numbers, addresses.")] query: String,
        #[graphql(desc = "Filters the search.")] filter: Option<ContactSearchFilter>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
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

    /// Searches organizations by words. Every word of the query must match a word of the name, a tag or a word of a
    /// tag, the domain of a website, or a phone number (in any notation, or at least its last four digits). Names and
    /// tags match by the beginning of a word. Case and accents are ignored. Names with one typo are found too.
    ///
    /// Results are sorted by match: all words exact, then longer words, then typos; equal matches are sorted by name.
    /// At most 1000 results can be reached; beyond that, `refinement` suggests how to narrow the search. A query has at
    /// most 8 words.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn search_organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The words to search for: names, numbers, domains.")] query: String,
        #[graphql(desc = "Filters the search.")] filter: Option<OrganizationSearchFilter>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
    ) -> Result<Option<OrganizationSearchConnection>> {
        let query = Query::read(&query, &ctx.tenant().record().default_region)?;
        let search = Search {
            filters: filter.unwrap_or_default().terms(),
            ..query.among_organizations()
        };
        let results = Results::of(ctx, &query, &search, forward(first, after)).await?;
        Ok(Some(results.into()))
    }

    /// Searches organizations, contacts and notes by words, as `searchOrganizations` and `searchContacts` do. Notes
    /// match by words of their text; the last word of the query also matches by its beginning. Organizations come
    /// first, then contacts, then notes, newest first. At most 1000 results can be reached in total.
    ///
    /// Each kind requires its own permission: `externalContacts:organization:view`, `externalContacts:contact:view`,
    /// `externalContacts:note:view`. Without `kinds`, the kinds that the caller may view are searched.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The words to search for.")] query: String,
        #[graphql(desc = "The kinds of records to search. Defaults to all kinds that the caller may view.")]
        kinds: Option<Vec<SearchKind>>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
    ) -> Result<Option<SearchConnection>> {
        let query = Query::read(&query, &ctx.tenant().record().default_region)?;
        let kinds = SearchKind::allowed(ctx, kinds)?;
        Ok(Some(
            SearchConnection::of(ctx, &query, &kinds, forward(first, after)).await?,
        ))
    }

    /// Lists the contacts with this phone number, sorted by name, for example to identify a caller. The number may be
    /// in any notation; without a country code, it is read as a number of the tenant's default region.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contacts_by_phone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole number, such as `+12025550123`.")] number: String,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
    ) -> Result<Option<ContactConnection>> {
        let region = &ctx.tenant().record().default_region;
        let number = PhoneNumber::e164_of(&number, region).unwrap_or(number);
        let key = phone_key(&number).ok_or_else(|| Error::argument("number", "must not be empty"))?;
        by_word(ctx, 'p', key, forward(first, after)).await
    }

    /// Lists the contacts with this e-mail address, sorted by name. Case is ignored.
    ///
    /// Requires `externalContacts:contact:view`.
    #[graphql(directive = requires_permission::apply(Permission::ContactView))]
    async fn contacts_by_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole address, such as `ada@example.com`.")] address: String,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
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
    let page = ctx.list_by(WordFilter::new(letter, word), sort, args).await?;
    Ok(Some(page.into()))
}

fn forward(first: Option<i32>, after: Option<String>) -> PageArgs {
    PageArgs {
        first,
        after,
        ..PageArgs::default()
    }
}
