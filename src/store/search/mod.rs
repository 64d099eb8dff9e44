//! Searching contacts and organizations in the search index.
//!
//! A search starts from its rarest condition, found by bounded counts ([`plan`]), and checks the others on each record's
//! `search_text` ([`candidates`]). Every statement reads an index in its order and stops: after [`CAP`] + 1 matches, or
//! after [`EXAMINED`] candidates. So the cost does not grow with the number of matches; what was not examined makes the
//! result *capped*, never silently incomplete. The rank of a match comes from the model; [`TopHits`] keeps the best.

pub mod candidates;
pub mod note;
pub mod plan;
pub mod source;
mod spelling;
mod top_hits;

use tracing::instrument;

use super::Tenant;
use crate::error::Result;
use crate::model::{CAP, Hits, Search};
use top_hits::TopHits;

/// The maximum number of candidates that one statement examines.
const EXAMINED: i64 = 20_000;
/// The maximum number of rows that one statement returns: one more than can be shown.
const MOST_ROWS: usize = CAP + 1;

impl Tenant {
    /// Returns the contacts or organizations that match, in the order of results.
    #[instrument(level = "debug", skip_all)]
    pub async fn search(&self, search: &Search) -> Result<Hits> {
        let mut top = TopHits::default();
        self.collect(search, &mut top).await?;
        if !top.is_full()
            && !top.more
            && let Some(wider) = self.with_corrections(search).await?
        {
            self.collect(&wider, &mut top).await?;
        }
        Ok(top.into_hits())
    }

    /// Collects the matches, starting from the condition with the fewest candidates.
    async fn collect(&self, search: &Search, top: &mut TopHits) -> Result<()> {
        let plan = self.plan(search).await?;
        let Some(rarest) = plan.rarest() else {
            return Ok(());
        };
        let (exact, pairs) = (plan.exact_sources(rarest), plan.name_pairs());
        let is_single = plan.conditions() == 1;
        if plan.total(rarest) > i64_of(CAP) {
            for best in if is_single { &exact } else { &pairs } {
                if !top.is_full() {
                    self.candidates(&plan, best, true, top).await?;
                }
            }
        }
        for (source, count) in plan.sources_of(rarest).filter(|(_, count)| *count > 0) {
            if top.is_full() {
                top.more = true;
                return Ok(());
            }
            let is_partial = self.candidates(&plan, source, false, top).await?;
            top.more |= is_partial || source.is_partial() || (count > EXAMINED && !is_single);
        }
        if top.more && !is_single {
            // The best match may stand anywhere among the candidates.
            for source in &exact {
                self.candidates(&plan, source, true, top).await?;
            }
            for source in &pairs {
                self.candidates(&plan, source, false, top).await?;
            }
        }
        Ok(())
    }
}

fn i64_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
