//! Searching contacts and organizations in the search index.
//!
//! A search starts from its least costly condition, found by bounded counts ([`planning`], [`plan`]), and checks the others on the marks
//! that the rows of the index carry, so that only records that probably match are looked up; each record's `search_text`
//! decides ([`candidates`]). Every statement reads an index in its order and stops: after [`CAP`] + 1 matches, or after
//! [`EXAMINED`] rows. So the cost does not grow with the number of matches; rows that were not examined make the result
//! *capped*, never silently incomplete. The rank of a match comes from the model; [`TopHits`] keeps the best.

pub mod candidates;
mod cost;
pub mod known;
pub mod note;
pub mod plan;
pub mod planning;
pub mod reading;
pub mod source;
mod spelling;
pub mod survey;
mod top_hits;

use tracing::instrument;

use super::Tenant;
use crate::error::Result;
use crate::id::{OrganizationId, TypedId as _};
use crate::model::{CAP, Hits, Search};
use known::Known;
use plan::{Driver, Plan};
use spelling::corrected;
use top_hits::TopHits;

/// The maximum number of rows of an index that one statement examines.
const EXAMINED: i64 = 200_000;
/// The maximum number of records that one statement looks up.
const LOOKED_UP: i64 = 20_000;
/// The maximum number of contacts of organizations that a statement keeps to count them.
const KEPT: i64 = 100_000;
/// The maximum number of candidates of a source that are counted before a search. Only words of the query that are all more
/// common are counted further.
const COUNTED: i64 = 5_000;
/// The maximum numbers of candidates of common words that are counted, one after the other, until one has fewer.
const COUNTED_FURTHER: [i64; 2] = [20_000, 80_000];
/// The maximum number of candidates of a source that are counted first, which is enough if a word of the query is rare.
const COUNTED_FIRST: i64 = 500;
/// The maximum number of candidates of the rarest of several words for which corrections are searched for at once.
const FEW: i64 = 1_500;
/// The maximum number of organizations by whose name contacts match.
const MOST_ORGANIZATIONS: usize = 5_000;
/// The maximum number of rows that one statement returns: one more than can be shown.
const MOST_ROWS: usize = CAP + 1;
/// The number of matches that leave no need for words that are one typo away: those of the largest page.
const ENOUGH: usize = 100;

impl Tenant {
    /// Returns the contacts or organizations that match, in the order of results. Words that are one typo away count if fewer
    /// than the largest page match without them.
    #[instrument(level = "debug", skip_all)]
    pub async fn search(&self, search: &Search) -> Result<Hits> {
        let found = self.search_once(search).await?;
        let (Some(employer), []) = (search.organization_id, &*found.hits) else {
            return Ok(found);
        };
        // A search has many statements: none resolves an alias, since no contact refers to one.
        let survivors = self.survivors(vec![employer.uuid()]).await?;
        let Some(survivor) = survivors.get(&employer.uuid()) else {
            return Ok(found);
        };
        let search = Search {
            organization_id: Some(OrganizationId::from_uuid(*survivor)),
            ..search.clone()
        };
        self.search_once(&search).await
    }

    async fn search_once(&self, search: &Search) -> Result<Hits> {
        let mut known = Known::default();
        if let Some(plan) = self.plan_of_common_word(search, &mut known).await? {
            let mut top = TopHits::default();
            self.collect(&plan, &mut top).await?;
            if top.is_full() {
                return Ok(top.into_hits());
            }
        }
        let is_narrow = self.is_narrow(search, &mut known).await?;
        let wider = known
            .vocabulary
            .as_ref()
            .and_then(|words| corrected(search, words));
        if is_narrow && let Some(wider) = &wider {
            // Its few candidates are looked up once, with corrections of the other words.
            let plan = self.plan(wider, &mut known).await?;
            let mut top = TopHits::default();
            top.more = plan.driver().is_some_and(|driver| plan.is_partial(driver));
            if !top.more {
                self.collect(&plan, &mut top).await?;
            }
            if !top.more && !top.is_full() {
                return Ok(top.without_needless_corrections().into_hits());
            }
        }
        let plan = self.plan(search, &mut known).await?;
        let mut top = TopHits::default();
        self.collect(&plan, &mut top).await?;
        if top.len() < ENOUGH
            && !top.more
            && let Some(wider) = &wider
        {
            known.has_matches = true;
            let plan = self.plan(wider, &mut known).await?;
            self.collect(&plan, &mut top).await?;
        }
        Ok(top.into_hits())
    }

    /// Collects the matches, starting from the condition with the least costly candidates.
    async fn collect(&self, plan: &Plan, top: &mut TopHits) -> Result<()> {
        let Some(driver) = plan.driver() else {
            return Ok(());
        };
        let mut best = None;
        if plan.has_many_matches(driver) && !plan.is_ordered(driver) {
            best = Some(self.best(plan, driver).await?);
        }
        if let Some(best) = best.take_if(|best| best.is_full()) {
            top.merge(best);
            return Ok(());
        }
        let mut passes = plan.passes(driver);
        let mut pages = Vec::new();
        if !plan.stops_early(driver) {
            pages = self.first_pages(plan, &mut passes).await?;
        }
        let mut pages = pages.into_iter();
        for pass in &passes {
            if top.is_full() {
                break;
            }
            top.more |= self.candidates(plan, pass, pages.next().flatten(), top).await?;
        }
        top.more |= plan.is_partial(driver);
        if top.is_full() && !plan.is_ordered(driver) {
            // They may stand anywhere among the candidates.
            let best = match best {
                Some(best) => best,
                None => self.best(plan, driver).await?,
            };
            top.merge(best);
        }
        Ok(())
    }

    /// Collects the best matches of more than can be shown.
    async fn best(&self, plan: &Plan, driver: Driver) -> Result<TopHits> {
        let mut best = TopHits::default();
        for pass in plan.best_passes(driver) {
            if best.is_full() {
                break;
            }
            self.candidates(plan, &pass, None, &mut best).await?;
        }
        Ok(best)
    }
}

fn i64_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
