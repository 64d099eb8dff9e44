//! The plan of a search: the condition to start from, and the steps that find its matches.

use super::reading::Reading;
use super::source::{Range, Source, ranges_of};
use super::{COUNTED, i64_of};
use crate::model::{Alternative, CAP, MarkCheck, MatchKind, Search, Term};

/// The cost of a candidate whose text is looked up, beside one that is checked on its marks.
const LOOK_UP: i64 = 20;
/// The number of candidates that a source is reckoned to have if it has more than are counted.
const MANY: i64 = 200_000;

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
    pub(super) employer: Option<(Source, i64)>,
    /// The conditions that more organizations meet than are examined.
    pub(super) partial: Vec<usize>,
}

/// The candidates of an alternative of a condition.
pub(super) struct WordSource {
    /// The position of the condition.
    pub condition: usize,
    /// The alternative.
    pub alternative: Alternative,
    /// The number of candidates, up to one more than [`COUNTED`].
    pub count: i64,
}

/// The contacts of organizations whose names meet the same conditions.
pub(super) struct Group {
    /// The positions of the conditions.
    pub conditions: Vec<usize>,
    /// The contacts.
    pub source: Source,
    /// The number of contacts, up to one more than [`COUNTED`].
    pub count: i64,
}

/// The condition that a search starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// A word of the query or a value of the filter.
    Condition(usize),
    /// The organization that must employ the contacts.
    Employer,
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
    /// Returns the condition with the least costly candidates, or `None` if a condition cannot be met.
    pub fn driver(&self) -> Option<Driver> {
        let conditions = 0..self.checks.conditions().count();
        let is_unmet =
            |condition: usize| self.is_unmet(condition) && self.of_groups(condition).next().is_none();
        if conditions.clone().any(is_unmet) {
            return None;
        }
        let employer = self.employer.iter().map(|_| Driver::Employer);
        conditions
            .map(Driver::Condition)
            .chain(employer)
            .min_by_key(|driver| (self.cost(*driver), std::cmp::Reverse(self.longest(*driver))))
    }

    /// Whether no record's own words meet the condition.
    fn is_unmet(&self, condition: usize) -> bool {
        !self.words_of(condition).any(|words| words.count > 0)
    }

    fn words_of(&self, condition: usize) -> impl Iterator<Item = &WordSource> {
        self.words
            .iter()
            .filter(move |words| words.condition == condition)
    }

    fn of_groups(&self, condition: usize) -> impl Iterator<Item = &Group> {
        self.groups
            .iter()
            .filter(move |group| group.conditions.contains(&condition))
    }

    /// Returns the length of the longest word of a driver: of two common ones, it is probably the rarer one.
    fn longest(&self, driver: Driver) -> usize {
        let Driver::Condition(condition) = driver else {
            return 0;
        };
        let words = self
            .words_of(condition)
            .flat_map(|words| &words.alternative.words);
        words.map(|query| query.word.len()).max().unwrap_or_default()
    }

    fn cost(&self, driver: Driver) -> i64 {
        let condition = match (driver, &self.employer) {
            (Driver::Condition(condition), _) => condition,
            (Driver::Employer, employer) => {
                return employer.as_ref().map_or(0, |(_, count)| reckoned(*count));
            }
        };
        let weight = |range: &Range| {
            let is_checked = range.is_marked() && self.employer.is_none();
            if is_checked { 1 } else { LOOK_UP }
        };
        let words = self
            .words_of(condition)
            .map(|words| reckoned(words.count) * weight(&range_of(&words.alternative)));
        let groups = self.of_groups(condition).map(|group| reckoned(group.count));
        words.chain(groups).sum()
    }

    /// Whether the candidates of a driver are so few that their texts decide conditions that employers may meet.
    fn is_thorough(&self, driver: Driver) -> bool {
        matches!(driver, Driver::Condition(_)) && self.candidates_of(driver) <= COUNTED
    }

    /// Returns the number of candidates of a driver, as far as they were counted.
    fn candidates_of(&self, driver: Driver) -> i64 {
        let Driver::Condition(condition) = driver else {
            return self.employer.as_ref().map_or(0, |(_, count)| *count);
        };
        let words = self.words_of(condition).map(|words| words.count);
        let groups = self.of_groups(condition).map(|group| group.count);
        words.chain(groups).sum()
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
        let Driver::Condition(driving) = driver else {
            let employer = self.employer.iter();
            return employer
                .map(|(source, count)| self.pass_of_employees(driver, (source, *count), &[], true))
                .collect();
        };
        self.words_of(driving)
            .filter(|words| words.count > 0 && words.alternative.by == MatchKind::Own)
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
        let Driver::Condition(driving) = driver else {
            return Vec::new();
        };
        let words = || {
            self.words_of(driving)
                .filter(move |words| words.count > 0 && words.alternative.by == by)
        };
        if !self.is_ordered(driver) || self.candidates_of(driver) <= i64_of(CAP) {
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
            group.count > 0 && (has_driver || !is_thorough) && !others.any(|other| self.is_unmet(other))
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
            is_small: words.count <= COUNTED,
        }
    }

    fn pass_of_employees(
        &self,
        driver: Driver,
        (source, count): (&Source, i64),
        met: &[usize],
        exact: bool,
    ) -> Pass {
        Pass {
            source: source.clone(),
            marks: self.marks(driver, None, met, exact),
            exact,
            is_small: count <= COUNTED,
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

fn reckoned(count: i64) -> i64 {
    if count > COUNTED { MANY } else { count }
}

/// Returns the range of an alternative's rarest word.
pub(super) fn range_of(alternative: &Alternative) -> Range {
    alternative.rarest().map_or_else(|| Range::exactly(""), Range::of)
}
