//! Search across organizations, contacts and notes.

use async_graphql::{Context, Enum, Object, SimpleObject, Union};
use uuid::Uuid;

use super::connection::{cursor, order, slice, total};
use super::filter::SearchFilter;
use super::refinement::{SearchFacet, SearchFacetValue, SearchRefinement, facets, message};
use crate::error::{Error, Result};
use crate::graphql::connection::{Count, PageInfo};
use crate::graphql::context::ContextExt as _;
use crate::graphql::shared::Shared;
use crate::id::{ContactId, NoteId, OrganizationId};
use crate::model::{CAP, Contact, Hit, Hits, Note, Organization, Permission, Query, Search, Subject};
use crate::page::{self, PageArgs};

/// A kind of record to search for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub enum SearchKind {
    /// Organizations. Requires `externalContacts:organization:view`.
    Organization,
    /// Contacts. Requires `externalContacts:contact:view`.
    Contact,
    /// Notes. Requires `externalContacts:note:view`.
    Note,
}

impl SearchKind {
    /// All kinds, in the order of the results.
    const ALL: [Self; 3] = [Self::Organization, Self::Contact, Self::Note];

    const fn permission(self) -> Permission {
        match self {
            Self::Organization => Permission::OrganizationView,
            Self::Contact => Permission::ContactView,
            Self::Note => Permission::NoteView,
        }
    }

    /// Returns the kind's name in the schema.
    const fn name(self) -> &'static str {
        match self {
            Self::Organization => "ORGANIZATION",
            Self::Contact => "CONTACT",
            Self::Note => "NOTE",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Organization => "Organizations",
            Self::Contact => "Contacts",
            Self::Note => "Notes",
        }
    }

    /// Returns the prefix of a result's rank that puts the kinds in order.
    const fn digit(self) -> char {
        match self {
            Self::Organization => '0',
            Self::Contact => '1',
            Self::Note => '2',
        }
    }

    fn of(hit: &Hit) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| hit.rank.starts_with(kind.digit()))
    }

    /// Returns the requested kinds if the caller may view all of them. Without a request, returns the kinds that the
    /// caller may view, and refuses a caller who may view none.
    pub fn allowed(ctx: &Context<'_>, asked: Option<Vec<Self>>) -> Result<Vec<Self>> {
        if let Some(asked) = asked {
            if asked.is_empty() {
                return Err(Error::argument(
                    "kinds",
                    "must name at least one kind, or be left out",
                ));
            }
            asked.iter().try_for_each(|kind| ctx.require(kind.permission()))?;
            return Ok(Self::ALL
                .into_iter()
                .filter(|kind| asked.contains(kind))
                .collect());
        }
        let permissions = ctx.caller().permissions;
        let allowed: Vec<Self> = Self::ALL
            .into_iter()
            .filter(|kind| permissions.contains(kind.permission()))
            .collect();
        if allowed.is_empty() {
            return Err(Error::Forbidden(Permission::ContactView));
        }
        Ok(allowed)
    }
}

/// A search of several kinds.
pub struct MixedSearch {
    query: Query,
    /// The kinds to search, in the order of the results.
    kinds: Vec<SearchKind>,
    contacts: Search,
    organizations: Search,
}

impl MixedSearch {
    /// Creates a search of the given kinds, or of those that the caller may view.
    pub fn new(
        ctx: &Context<'_>,
        query: Query,
        kinds: Option<Vec<SearchKind>>,
        filter: SearchFilter,
    ) -> Result<Self> {
        let kinds = SearchKind::allowed(ctx, kinds)?;
        let sees_organizations = ctx.caller().permissions.contains(Permission::OrganizationView);
        let (contact, organization) = (
            filter.contact.unwrap_or_default(),
            filter.organization.unwrap_or_default(),
        );
        Ok(Self {
            kinds,
            contacts: Search {
                filters: contact.terms(),
                organization_id: contact.organization(ctx, "filter.contact.organizationId")?,
                ..query.among(Subject::Contacts, sees_organizations)
            },
            organizations: Search {
                filters: organization.terms(),
                ..query.among(Subject::Organizations, false)
            },
            query,
        })
    }

    /// Returns the hits of all kinds, in the order of the results.
    async fn hits(&self, ctx: &Context<'_>) -> Result<Hits> {
        let mut hits = Hits::default();
        if self.query.is_empty() {
            return Ok(hits);
        }
        for kind in &self.kinds {
            if hits.capped && hits.hits.len() >= CAP {
                // Whether there is anything of this kind does not matter: it could not be reached.
                break;
            }
            let found = self.hits_of(ctx, *kind).await?;
            hits.capped |= found.capped;
            hits.hits.extend(found.hits);
            hits.capped |= hits.hits.len() > CAP;
            hits.hits.truncate(CAP);
        }
        Ok(hits)
    }

    async fn hits_of(&self, ctx: &Context<'_>, kind: SearchKind) -> Result<Hits> {
        let tenant = ctx.tenant();
        let mut found = match kind {
            SearchKind::Organization => tenant.search(&self.organizations).await?,
            SearchKind::Contact => tenant.search(&self.contacts).await?,
            SearchKind::Note => tenant.search_notes(&self.query.note_terms()).await?,
        };
        for hit in &mut found.hits {
            hit.rank.insert(0, kind.digit());
        }
        Ok(found)
    }
}

/// A search result: an organization, a contact or a note.
#[derive(Clone, Debug, Union)]
pub enum SearchResult {
    /// An organization.
    Organization(Shared<Organization>),
    /// A contact.
    Contact(Shared<Contact>),
    /// A note.
    Note(Shared<Note>),
}

async fn node(ctx: &Context<'_>, hit: &Hit) -> Result<Option<SearchResult>> {
    Ok(match SearchKind::of(hit) {
        Some(SearchKind::Organization) => {
            let organization = ctx.load(OrganizationId::new(hit.id)).await?;
            organization.map(SearchResult::Organization)
        }
        Some(SearchKind::Contact) => {
            let contact = ctx.load(ContactId::new(hit.id)).await?;
            contact.map(SearchResult::Contact)
        }
        Some(SearchKind::Note) => {
            let note = ctx.load(NoteId::new(hit.id)).await?;
            note.map(SearchResult::Note)
        }
        None => None,
    })
}

/// An item of a page of search results.
#[derive(Clone, Debug, SimpleObject)]
pub struct SearchEdge {
    /// The result's position among all results; pass it as `after` to continue from here.
    cursor: String,
    /// The result itself.
    node: SearchResult,
}

/// A page of search results: organizations, contacts and notes.
pub struct SearchConnection {
    edges: Vec<SearchEdge>,
    page_info: PageInfo,
    hits: Hits,
}

impl SearchConnection {
    /// Runs a search and returns a page of its hits.
    pub async fn of(ctx: &Context<'_>, search: &MixedSearch, args: PageArgs) -> Result<Self> {
        let order = order(&format!("{:?}", search.kinds), &search.query);
        let page = args.page(&order, page::AT_ROOT)?;
        let hits = search.hits(ctx).await?;
        let (shown, page_info) = slice(&hits.hits, &page, &order)?;
        let nodes = futures_util::future::try_join_all(shown.iter().map(|hit| node(ctx, hit))).await?;
        let edges = shown
            .iter()
            .zip(nodes)
            .filter_map(|(hit, node)| {
                let cursor = cursor(&order, hit);
                node.map(|node| SearchEdge { cursor, node })
            })
            .collect();
        Ok(Self {
            edges,
            page_info,
            hits,
        })
    }
}

impl SearchConnection {
    fn facet(&self) -> SearchFacet {
        let count = |kind| self.ids(kind).len();
        let values = SearchKind::ALL
            .into_iter()
            .map(|kind| (kind, count(kind)))
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| SearchFacetValue::of(kind.name(), kind.label(), count))
            .collect();
        SearchFacet {
            field: "kinds".to_owned(),
            values,
        }
    }

    /// The ids of the hits of a kind.
    fn ids(&self, kind: SearchKind) -> Vec<Uuid> {
        let hits = self.hits.hits.iter();
        hits.filter(|hit| SearchKind::of(hit) == Some(kind))
            .map(|hit| hit.id)
            .collect()
    }

    async fn facets(&self, ctx: &Context<'_>) -> Result<Vec<SearchFacet>> {
        let mut all = vec![self.facet()];
        all.extend(facets::<Organization>(ctx, &self.ids(SearchKind::Organization), "organization.").await?);
        all.extend(facets::<Contact>(ctx, &self.ids(SearchKind::Contact), "contact.").await?);
        Ok(all)
    }
}

/// A page of search results: organizations, contacts and notes.
#[Object]
impl SearchConnection {
    /// The results of this page with their cursors.
    async fn edges(&self) -> &[SearchEdge] {
        &self.edges
    }

    /// The results of this page.
    async fn nodes(&self) -> Vec<&SearchResult> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// The page's position among the results.
    async fn page_info(&self) -> PageInfo {
        self.page_info.clone()
    }

    /// The number of results: exact or, if the search is capped, the number of results that can be reached.
    async fn total_count(&self) -> Option<Count> {
        Some(total(&self.hits))
    }

    /// Whether there are more results than can be reached.
    async fn capped(&self) -> bool {
        self.hits.capped
    }

    /// Suggestions for narrowing the search, or null if nothing was found: the kinds that occur, for the argument
    /// `kinds`, and the facets of organizations and contacts, for the argument `filter`. Computed only when selected.
    async fn refinement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SearchRefinement>> {
        if self.hits.hits.is_empty() {
            return Ok(None);
        }
        Ok(Some(SearchRefinement {
            message: message(self.hits.capped),
            facets: self.facets(ctx).await?,
        }))
    }
}
