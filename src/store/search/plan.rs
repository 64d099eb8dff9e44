//! The plan of a search: the condition to start from, and the steps that find its matches.

use std::collections::BTreeSet;

use super::known::Count;
use super::reading::Reading;
use super::source::{Range, Source, ranges_of};
use super::{COUNTED, i64_of};
use crate::model::{Alternative, CAP, MarkCheck, MatchKind, Search, Term};

/// A search with the sources of its candidates.
pub struct Plan {
    /// The search as it ranks matches.
    pub search: Search,
    /// The search as it checks candidates: without the alternatives that no record matches.
    pub(super) checks: Search,
    /// The sources of the words of conditions.
    pub(super) words: Vec<WordSource>,
    /// The contacts of organizations that meet conditions by their name.
    pub(super) groups: Vec<Group>,
    /// The contacts of the organization that must employ them.
    pub(super) employer: Option<(Source, Count)>,
    /// The conditions that more organizations meet than are examined.
    pub(super) partial: Vec<usize>,
    /// Whether all matches without corrections are known.
    pub(super) has_matches: bool,
}

/// The candidates of an alternative of a condition.
pub(super) struct WordSource {
    /// The position of the condition.
    pub condition: usize,
    /// The alternative.
    pub alternative: Alternative,
    /// The number of candidates.
    pub count: Count,
}

/// The contacts of organizations whose names meet the same conditions.
pub(super) struct Group {
    /// The positions of the conditions.
    pub conditions: Vec<usize>,
    /// The contacts.
    pub source: Source,
    /// The number of contacts.
    pub count: Count,
}

/// The candidates that a search starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// Those of a word of the query, or of a value of the filter.
    Condition(usize),
    /// The contacts of the organization that must employ them.
    Employer,
    /// Those with a correction of any word of the query. All matches without corrections are known already.
    Corrections,
}

/// A step of a search.
pub struct Pass {
    /// The source.
    pub source: Source,
    /// The conditions that are checked on the marks of candidates.
    pub marks: Vec<MarkCheck>,
    /// Whether longer words do not match.
    pub exact: bool,
    /// Whether all candidates can be examined.
    pub is_small: bool,
}

impl Plan {
    /// Returns the least costly candidates to start from, or `None` if a condition cannot be met.
    pub fn driver(&self) -> Option<Driver> {
        let conditions = 0..self.checks.conditions().count();
        let is_unmet =
            |condition: usize| self.is_unmet(condition) && self.of_groups(condition).next().is_none();
        if conditions.clone().any(is_unmet) {
            return None;
        }
        let employer = self.employer.iter().map(|_| Driver::Employer);
        let has_corrections = self
            .words
            .iter()
            .any(|words| words.alternative.by == MatchKind::Typo);
        // Whoever has a correction of one word may meet another one by any employer, so all of them must be known.
        let is_known = has_corrections && self.has_matches && self.partial.is_empty();
        let corrections = is_known.then_some(Driver::Corrections);
        conditions
            .map(Driver::Condition)
            .chain(employer)
            .chain(corrections)
            .min_by_key(|driver| (self.cost(*driver), std::cmp::Reverse(self.longest(*driver))))
    }

    /// Whether no record's own words meet the condition.
    fn is_unmet(&self, condition: usize) -> bool {
        !self.words_of(condition).any(|words| words.count.is_some())
    }

    pub(super) fn words_of(&self, condition: usize) -> impl Iterator<Item = &WordSource> {
        self.words
            .iter()
            .filter(move |words| words.condition == condition)
    }

    /// Iterates over the sources of the corrections of a condition.
    pub(super) fn corrections_of(&self, condition: usize) -> impl Iterator<Item = &WordSource> {
        self.words_of(condition)
            .filter(|words| words.count.is_some() && words.alternative.by == MatchKind::Typo)
    }

    pub(super) fn of_groups(&self, condition: usize) -> impl Iterator<Item = &Group> {
        self.groups
            .iter()
            .filter(move |group| group.conditions.contains(&condition))
    }

    /// Returns the steps of the search in the order of the results of a query of one word.
    pub fn passes(&self, driver: Driver) -> Vec<Pass> {
        let mut passes = self.own_passes(driver, MatchKind::Own);
        passes.extend(self.employer_passes(driver));
        passes.extend(self.own_passes(driver, MatchKind::Typo));
        passes
    }

    /// Returns the steps that find the records in which every word matches exactly.
    fn exact_passes(&self, driver: Driver) -> Vec<Pass> {
        let driving = match (driver, &self.employer) {
            (Driver::Condition(driving), _) => driving,
            (Driver::Employer, Some((source, count))) => {
                return vec![self.pass_of_employees(driver, (source, *count), &[], true)];
            }
            // The exact matches are known already.
            (Driver::Employer | Driver::Corrections, _) => return Vec::new(),
        };
        self.words_of(driving)
            .filter(|words| words.count.is_some() && words.alternative.by == MatchKind::Own)
            .filter_map(|words| {
                let range = Range::exactly(&words.alternative.rarest()?.word);
                Some(self.pass(driver, words, range, true))
            })
            .collect()
    }

    /// Whether the steps have the order of the results, so that the first results are the best.
    pub fn is_ordered(&self, driver: Driver) -> bool {
        driver == Driver::Condition(0) && self.has_order()
    }

    /// Whether the query has one word, whose index has the order of the results.
    fn has_order(&self) -> bool {
        let mut alternatives = self.search.terms.iter().flat_map(|term| &term.alternatives);
        self.search.terms.len() == 1 && alternatives.all(|alternative| alternative.words.len() == 1)
    }

    /// Returns the steps that find the best of too many results: those of the query's only word, in their order, or those
    /// in which every word matches exactly.
    pub fn best_passes(&self, driver: Driver) -> Vec<Pass> {
        // Marks do not tell the employer: all records with the word would be looked up.
        if self.has_order() && driver != Driver::Employer {
            self.passes(Driver::Condition(0))
        } else {
            self.exact_passes(driver)
        }
    }

    /// Whether there may be matches by organizations that are not examined.
    pub fn is_partial(&self, driver: Driver) -> bool {
        match driver {
            Driver::Condition(condition) if self.is_thorough(driver) => self.partial.contains(&condition),
            _ => !self.partial.is_empty(),
        }
    }

    fn own_passes(&self, driver: Driver, by: MatchKind) -> Vec<Pass> {
        let driving = match (driver, by) {
            (Driver::Condition(driving), MatchKind::Typo) if !self.is_ordered(driver) => {
                return self.correction_passes(driver, driving..driving + 1);
            }
            (Driver::Condition(driving), _) => driving,
            (Driver::Corrections, MatchKind::Typo) => {
                return self.correction_passes(driver, 0..self.search.terms.len());
            }
            (Driver::Employer | Driver::Corrections, _) => return Vec::new(),
        };
        let words = || {
            self.words_of(driving)
                .filter(move |words| words.count.is_some() && words.alternative.by == by)
        };
        let candidates = self.candidates_of(driver);
        if !self.is_ordered(driver) || candidates.is_complete && candidates.counted <= i64_of(CAP) {
            return words()
                .map(|words| self.pass(driver, words, range_of(&words.alternative), false))
                .collect();
        }
        let mut passes = Vec::new();
        // The words themselves of every alternative come before longer ones of any.
        for step in 0..2 {
            for words in words() {
                let query = words.alternative.rarest();
                let ranges = query.map(ranges_of).unwrap_or_default();
                if let Some(range) = ranges.into_iter().nth(step) {
                    passes.push(self.pass(driver, words, range, false));
                }
            }
        }
        passes
    }

    /// Returns a step for the corrections of each of these words of the query if they are few, or else a step for each
    /// correction.
    fn correction_passes(&self, driver: Driver, conditions: std::ops::Range<usize>) -> Vec<Pass> {
        let mut passes = Vec::new();
        for condition in conditions {
            let corrections: Vec<&WordSource> = self.corrections_of(condition).collect();
            let count: Count = corrections.iter().map(|words| words.count).sum();
            let is_small = count.is_complete && count.counted <= COUNTED;
            let sources = if is_small {
                let words = corrections
                    .iter()
                    .filter_map(|words| Some(words.alternative.rarest()?.word.clone()));
                let words: BTreeSet<String> = words.collect();
                vec![Source::WholeWords(words.into_iter().collect())]
            } else {
                let ranges = corrections.iter().map(|words| range_of(&words.alternative));
                ranges.map(Source::Words).collect()
            };
            if count.is_some() {
                passes.extend(sources.into_iter().map(|source| Pass {
                    source,
                    marks: self.marks(driver, None, &[condition], false),
                    exact: false,
                    is_small,
                }));
            }
        }
        passes
    }

    fn employer_passes(&self, driver: Driver) -> Vec<Pass> {
        if let (Driver::Employer, Some((source, count))) = (driver, &self.employer) {
            // All of them have the same employer.
            let met = self.groups.first().map(|group| group.conditions.as_slice());
            return vec![self.pass_of_employees(driver, (source, *count), met.unwrap_or_default(), false)];
        }
        let is_thorough = self.is_thorough(driver);
        let is_needed = |group: &&Group| {
            let mut others =
                (0..self.checks.conditions().count()).filter(|it| !group.conditions.contains(it));
            let has_driver = group.conditions.iter().any(|it| driver == Driver::Condition(*it));
            group.count.is_some() && (has_driver || !is_thorough) && !others.any(|other| self.is_unmet(other))
        };
        let groups = self.groups.iter().filter(is_needed);
        groups
            .map(|group| {
                self.pass_of_employees(driver, (&group.source, group.count), &group.conditions, false)
            })
            .collect()
    }

    fn pass(&self, driver: Driver, words: &WordSource, range: Range, exact: bool) -> Pass {
        Pass {
            source: Source::Words(range),
            marks: self.marks(driver, Some(&words.alternative), &[], exact),
            exact,
            is_small: words.count.is_complete,
        }
    }

    fn pass_of_employees(
        &self,
        driver: Driver,
        (source, count): (&Source, Count),
        met: &[usize],
        exact: bool,
    ) -> Pass {
        Pass {
            source: source.clone(),
            marks: self.marks(driver, None, met, exact),
            exact,
            is_small: count.is_complete,
        }
    }

    /// Returns what is checked on the marks of candidates: every condition but those that are `met` by their source. Of
    /// the driver's own condition, only the other words of the alternative.
    fn marks(
        &self,
        driver: Driver,
        alternative: Option<&Alternative>,
        met: &[usize],
        exact: bool,
    ) -> Vec<MarkCheck> {
        let is_thorough = self.is_thorough(driver);
        let terms = self.search.terms.len();
        let check = |(position, term): (usize, &Term)| -> MarkCheck {
            if met.contains(&position) {
                return None;
            }
            let exact = exact && position < terms;
            if let (true, Some(alternative)) = (driver == Driver::Condition(position), alternative) {
                if alternative.words.len() == 1 {
                    return None;
                }
                let only = Term {
                    alternatives: vec![alternative.clone()],
                    spelling_candidate: None,
                };
                return self.checks.mark_check(&only, exact);
            }
            let by_employer = |alternative: &Alternative| self.checks.is_by_employer(alternative);
            if is_thorough && term.alternatives.iter().any(by_employer) {
                return None;
            }
            self.checks.mark_check(term, exact)
        };
        self.checks.conditions().enumerate().map(check).collect()
    }

    /// Returns how a pass reads its source.
    pub fn reading<'p>(&'p self, pass: &'p Pass) -> Reading<'p> {
        Reading {
            search: &self.checks,
            source: &pass.source,
            marks: &pass.marks,
            exact: pass.exact,
        }
    }
}

/// Returns the range of an alternative's rarest word.
pub(super) fn range_of(alternative: &Alternative) -> Range {
    alternative.rarest().map_or_else(|| Range::exactly(""), Range::of)
}
