//! Results while they are collected.

use std::collections::HashMap;

use uuid::Uuid;

use super::ENOUGH;
use crate::model::{CAP, Hit, Hits};

/// The best results so far: each record once, at its best rank.
#[derive(Debug, Default)]
pub struct TopHits {
    hits: HashMap<Uuid, Hit>,
    /// Whether there are, or may be, more results that were not examined.
    pub more: bool,
}

impl TopHits {
    /// Adds a result.
    pub fn add(&mut self, hit: Hit) {
        let known = self.hits.entry(hit.id).or_insert_with(|| hit.clone());
        if hit < *known {
            *known = hit;
        }
    }

    /// Adds other results of the same search.
    pub fn merge(&mut self, other: Self) {
        for hit in other.hits.into_values() {
            self.add(hit);
        }
    }

    /// The number of results.
    pub fn len(&self) -> usize {
        self.hits.len()
    }

    /// Whether further results could not be reached.
    pub fn is_full(&self) -> bool {
        self.hits.len() > CAP
    }

    /// Returns the results without those that only a correction matches, if there are enough others.
    pub fn without_needless_corrections(mut self) -> Self {
        let is_own = |hit: &&Hit| !hit.is_corrected();
        if self.hits.values().filter(is_own).count() >= ENOUGH {
            self.hits.retain(|_, hit| !hit.is_corrected());
        }
        self
    }

    /// Returns the results in order.
    pub fn into_hits(self) -> Hits {
        let capped = self.more || self.is_full();
        let mut hits: Vec<Hit> = self.hits.into_values().collect();
        hits.sort_unstable();
        hits.truncate(CAP);
        Hits { hits, capped }
    }
}
