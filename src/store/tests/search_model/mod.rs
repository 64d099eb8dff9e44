//! Searches compared with a slow and obvious model: all records in memory, each ranked by its words.

mod data;

use std::collections::{BTreeSet, HashMap};

use fastrand::Rng;
use uuid::Uuid;

use super::on_both_engines;
use crate::id::{OrganizationId, TypedId};
use crate::model::{
    Alternative, CAP, Contact, Facet, Facets, Hit, IndexEntry, MatchKind, Organization, Query, Region,
    Search, Subject, WordKind, WordQuery, is_near,
};
use crate::store::{Listed, Tenant};

/// The number of contacts: enough for searches that are capped.
const CONTACTS: usize = 1_300;
const ORGANIZATIONS: usize = 90;
/// The number of queries, unless the environment variable `SEARCH_MODEL_QUERIES` asks for more.
const QUERIES: usize = 300;
/// The number of matches from which misspelt words are not considered.
const ENOUGH: usize = 100;
/// The number of words that a word is corrected to.
const MOST_CORRECTIONS: usize = 20;

/// A record as the model knows it.
struct Known {
    id: Uuid,
    sort_key: String,
    text: String,
    employer: Option<Uuid>,
}

/// All records of a tenant.
struct Model {
    organizations: Vec<Organization>,
    contacts: Vec<Contact>,
    /// The organizations' words, then the contacts'.
    known: [Vec<Known>; 2],
    names: BTreeSet<String>,
}

impl Model {
    fn of(organizations: Vec<Organization>, contacts: Vec<Contact>) -> Self {
        let mut names = BTreeSet::new();
        let mut known = |id, entry: IndexEntry, employer: Option<OrganizationId>| {
            names.extend(entry.names.iter().cloned());
            Known {
                id,
                text: entry.search_text(),
                sort_key: entry.sort_key,
                employer: employer.map(TypedId::uuid),
            }
        };
        let known = [
            organizations
                .iter()
                .map(|it| known(it.id.uuid(), it.to_index_entry(), None))
                .collect(),
            contacts
                .iter()
                .map(|it| known(it.id.uuid(), it.to_index_entry(), it.organization_id))
                .collect(),
        ];
        Self {
            organizations,
            contacts,
            known,
            names,
        }
    }

    fn known(&self, subject: Subject) -> &[Known] {
        &self.known[usize::from(subject == Subject::Contacts)]
    }

    fn texts(&self, subject: Subject) -> Vec<String> {
        self.known(subject)
            .iter()
            .map(|known| known.text.clone())
            .collect()
    }

    /// Returns all records that match, in their order.
    fn matches(&self, search: &Search) -> Vec<Hit> {
        let employers: HashMap<Uuid, &str> = self
            .known(Subject::Organizations)
            .iter()
            .map(|known| (known.id, known.text.as_str()))
            .collect();
        let organization = search.organization_id.map(TypedId::uuid);
        let mut hits: Vec<Hit> = self
            .known(search.subject)
            .iter()
            .filter(|known| organization.is_none() || known.employer == organization)
            .filter_map(|known| {
                let employer = known.employer.and_then(|id| employers.get(&id));
                let employer = employer.filter(|_| search.reads_employers());
                let text = format!("{}{}", known.text, employer.unwrap_or(&""));
                Some(Hit {
                    rank: search.rank(&text)?,
                    sort_key: known.sort_key.clone(),
                    id: known.id,
                })
            })
            .collect();
        hits.sort_unstable();
        hits
    }

    /// Returns the search with the names that its misspelt words may stand for.
    fn corrected(&self, search: &Search) -> Search {
        let mut wider = search.clone();
        for term in &mut wider.terms {
            let Some(typed) = term.spelling_candidate.clone() else {
                continue;
            };
            let by_employer = term
                .alternatives
                .iter()
                .any(|other| other.by == MatchKind::Employer);
            let near: Vec<&String> = self
                .names
                .iter()
                .filter(|name| !name.starts_with(&typed) && is_near(name, &typed))
                .take(MOST_CORRECTIONS)
                .collect();
            let kinds = [WordKind::name_of(search.subject), WordKind::OrganizationName];
            for kind in kinds.into_iter().take(if by_employer { 2 } else { 1 }) {
                term.alternatives.extend(near.iter().map(|name| Alternative {
                    words: vec![WordQuery::whole(kind, name)],
                    by: MatchKind::Typo,
                }));
            }
        }
        wider
    }

    fn all(&self, search: &Search) -> Vec<Hit> {
        let direct = self.matches(search);
        if direct.len() >= ENOUGH {
            return direct;
        }
        self.matches(&self.corrected(search))
    }
}

/// Checks one search against the model, and returns whether it was capped.
async fn check(tenant: &Tenant, model: &Model, search: &Search, title: &str) -> bool {
    let all = model.all(search);
    let found = tenant.search(search).await.unwrap();
    assert_eq!(found.capped, all.len() > CAP, "{title}: {} match", all.len());
    if !found.capped {
        assert_eq!(found.hits, all, "{title}");
        return false;
    }
    assert_eq!(found.hits.len(), CAP, "{title}");
    assert!(found.hits.is_sorted(), "{title}");
    let is_match = |hit: &Hit| all.binary_search(hit).is_ok();
    assert!(found.hits.iter().all(is_match), "{title}");
    // The best class is complete, wherever its records stand.
    let exact = all.iter().take_while(|hit| hit.rank.starts_with('0')).count();
    let is_own = !search.reads_employers();
    if search.terms.len() == 1 && is_own {
        assert_eq!(found.hits[..], all[..CAP], "{title}");
    } else if exact <= CAP {
        assert_eq!(found.hits[..exact], all[..exact], "{title}");
    } else {
        assert!(found.hits.iter().all(|hit| hit.rank.starts_with('0')), "{title}");
    }
    true
}

/// Checks the facets of a search against those of the model's records.
async fn check_facets<T: Listed + Facets + Clone>(
    tenant: &Tenant,
    records: &[T],
    search: &Search,
    title: &str,
) {
    let found: Vec<Uuid> = tenant
        .search(search)
        .await
        .unwrap()
        .hits
        .iter()
        .map(|hit| hit.id)
        .collect();
    let read: Vec<T> = tenant.by_ids(&found).await.unwrap();
    let known: Vec<T> = records
        .iter()
        .filter(|it| found.contains(&it.uuid()))
        .cloned()
        .collect();
    assert_eq!(read.len(), found.len(), "{title}");
    let sorted = |records: &[T]| {
        let mut facets = Facet::of(records);
        facets.sort_by_key(|facet| facet.field);
        facets
    };
    assert_eq!(sorted(&read), sorted(&known), "{title}");
}

async fn filled(tenant: &Tenant, rng: &mut Rng) -> Model {
    let mut tx = tenant.begin(None).await.unwrap();
    let organizations: Vec<Organization> = (0..ORGANIZATIONS)
        .map(|place| data::organization(&tx, rng, place))
        .collect();
    tx.insert_all(&organizations).await.unwrap();
    let contacts: Vec<Contact> = (0..CONTACTS)
        .map(|place| data::contact(&tx, rng, place, &organizations))
        .collect();
    for some in contacts.chunks(200) {
        tx.insert_all(some).await.unwrap();
    }
    tx.end(Ok(())).await.unwrap();
    Model::of(organizations, contacts)
}

on_both_engines! {
    async fn a_search_finds_what_the_model_finds(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let mut rng = Rng::with_seed(7);
        let model = filled(&tenant, &mut rng).await;
        let texts = [Subject::Contacts, Subject::Organizations].map(|subject| (subject, model.texts(subject)));
        let queries = std::env::var("SEARCH_MODEL_QUERIES").map_or(QUERIES, |asked| asked.parse().unwrap());
        let (mut capped, mut narrowed) = (0, 0);

        for number in 0..queries {
            let (subject, texts) = &texts[usize::from(number % 5 == 4)];
            let text = data::query(&mut rng, texts);
            let query = Query::read(&text, &Region::default()).unwrap();
            if query.is_empty() {
                continue;
            }
            let employers = *subject == Subject::Contacts && rng.bool();
            let mut search = query.among(*subject, employers);
            if rng.bool() {
                data::narrow(&mut rng, &mut search, &model.organizations);
            }
            let title = format!("{number}: `{text}` with employers: {employers}, {:?} {:?}", search.filters, search.organization_id);
            narrowed += usize::from(!search.filters.is_empty());
            capped += usize::from(check(&tenant, &model, &search, &title).await);
            if number % 20 == 0 {
                match subject {
                    Subject::Contacts => check_facets(&tenant, &model.contacts, &search, &title).await,
                    Subject::Organizations => check_facets(&tenant, &model.organizations, &search, &title).await,
                }
            }
        }
        assert!(capped > queries / 100, "{capped} searches were capped");
        assert!(narrowed > queries / 10, "{narrowed} searches had a filter");
    }
}
