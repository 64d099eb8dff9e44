//! Search in the graph.

mod connection;
mod filter;
mod lookup;
mod mixed;
mod refinement;

use async_graphql::{Context, Object, Result};

pub use self::lookup::LookupQuery;

use self::connection::{Results, search_connection};
use self::filter::{ContactSearchFilter, OrganizationSearchFilter, SearchFilter};
use self::mixed::{MixedSearch, SearchConnection, SearchKind};
use super::context::ContextExt as _;
use super::permission::requires_permission;
use crate::model::{Contact, Organization, Permission, Query, Search, Subject};
use crate::page::PageArgs;

search_connection!(ContactSearchConnection, ContactSearchEdge, Contact, "contacts");

search_connection!(
    OrganizationSearchConnection,
    OrganizationSearchEdge,
    Organization,
    "organizations"
);

/// Query fields for searches.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Searches contacts by words. Every word of the query must match a word of the name or of the title, a tag or a
    /// word of a tag, an e-mail address (the whole address, its beginning such as the local part, or its domain, also as
    /// a web address), a whole external id, a phone number (in any notation, or at least its last four digits), or, for
    /// callers who may view organizations, the name of the contact's employer (`jane acme`). Next to other words, a word
    /// of the salutation matches too (`dr king`).
    ///
    /// Names, titles and tags match by the beginning of a word, and in scripts without spaces by any part. Case and
    /// accents are ignored (`jose` finds `José`), umlauts may be written with an `e`, and names in one word or in
    /// several (`mc donnelly`, `vanderberg`, `jp`). If fewer than 100 contacts match, names with one typo are found too
    /// (`jonh smit`).
    ///
    /// Results are sorted by match: all words exact, then longer words and other forms of a name (john, johnny, johnson),
    /// then matches by the employer's name, then typos; equal matches are sorted by name. At most 1000 results can be
    /// reached; beyond that, `refinement` suggests how to narrow the search. Of a query with more than 8 words, the 8
    /// longest are searched.
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
            organization_id: filter.organization(ctx, "filter.organizationId")?,
            ..query.among(Subject::Contacts, sees_organizations)
        };
        let results = Results::of(ctx, &query, &search, PageArgs::forward(first, after)).await?;
        Ok(Some(results.into()))
    }

    /// Searches organizations by words. Every word of the query must match a word of the name, a tag or a word of a
    /// tag, the domain of a website (also as a web address), a whole external id, or a phone number (in any notation, or
    /// at least its last four digits). Names and tags match as in `searchContacts`; `and` finds a `&` or `+` in a name.
    ///
    /// Results are sorted by match: all words exact, then longer words, then typos; equal matches are sorted by name.
    /// At most 1000 results can be reached; beyond that, `refinement` suggests how to narrow the search. Of a query with
    /// more than 8 words, the 8 longest are searched.
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
            ..query.among(Subject::Organizations, false)
        };
        let results = Results::of(ctx, &query, &search, PageArgs::forward(first, after)).await?;
        Ok(Some(results.into()))
    }

    /// Searches organizations, contacts and notes by words, as `searchOrganizations` and `searchContacts` do. Notes
    /// match by words of their text, and in scripts without spaces by any part of it; the last word of the query also
    /// matches by its beginning. Organizations come first, then contacts, then notes, newest first. At most 1000 results can be reached in total. A query without a
    /// word or a number, such as a first `(`, finds nothing; so do `searchContacts` and `searchOrganizations`.
    ///
    /// Each kind requires its own permission: `externalContacts:organization:view`, `externalContacts:contact:view`,
    /// `externalContacts:note:view`. Without `kinds`, the kinds that the caller may view are searched.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The words to search for.")] query: String,
        #[graphql(desc = "The kinds of records to search. Defaults to all kinds that the caller may view.")]
        kinds: Option<Vec<SearchKind>>,
        #[graphql(desc = "Filters the search, each kind by its own filter.")] filter: Option<SearchFilter>,
        #[graphql(desc = "Returns the first n items (1–100, default 25).")] first: Option<i32>,
        #[graphql(desc = "Returns the items after this cursor.")] after: Option<String>,
    ) -> Result<Option<SearchConnection>> {
        let query = Query::read(&query, &ctx.tenant().record().default_region)?;
        let search = MixedSearch::new(ctx, query, kinds, filter.unwrap_or_default())?;
        Ok(Some(
            SearchConnection::of(ctx, &search, PageArgs::forward(first, after)).await?,
        ))
    }
}
