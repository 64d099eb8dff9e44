//! The plan of a search: the condition to start from, and the steps that find its matches.

use std::collections::BTreeSet;

use super::known::Count;
use super::reading::{Check, Reading};
use super::source::{Range, Source, ranges_of};
use super::{LOOKED_UP, i64_of};
use crate::id::TypedId as _;
use crate::model::{Alternative, CAP, MatchKind, Search, Term, employer_mark};

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
    /// The checks of candidates before their texts are looked up.
    pub checks: Vec<Check>,
    /// Whether longer words do not match.
    pub exact: bool,
    /// The number of candidates. If it is complete, all can be examined.
    pub count: Count,
}

/// The conditions that candidates meet by their source.
#[derive(Clone, Copy)]
enum Met<'p> {
    /// A condition, by any of its words.
    Words(usize),
    /// A condition, as far as an alternative's rarest word tells.
    Word(usize, &'p Alternative),
    /// Those that the employer meets. It meets no others.
    Employer(&'p [usize]),
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

    /// Returns the steps of the search. If they are ordered and there may be too many results, they have the order of the results.
    pub fn passes(&self, driver: Driver) -> Vec<Pass> {
        if self.stops_early(driver) {
            let mut passes = self.ordered_passes(driver, MatchKind::Own);
            passes.extend(self.employer_passes(driver));
            passes.extend(self.ordered_passes(driver, MatchKind::Typo));
            return passes;
        }
        let mut passes = match driver {
            Driver::Condition(condition) => {
                let words = self.words_of(condition);
                self.passes_of_words(driver, condition, words.filter(|words| words.count.is_some()))
            }
            Driver::Corrections => {
                let conditions = 0..self.search.terms.len();
                let passes = conditions
                    .map(|condition| self.passes_of_words(driver, condition, self.corrections_of(condition)));
                passes.flatten().collect()
            }
            Driver::Employer => Vec::new(),
        };
        passes.extend(self.employer_passes(driver));
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

    /// Whether the first steps may find as many results as can be shown, so that the others are not needed.
    pub fn stops_early(&self, driver: Driver) -> bool {
        let candidates = self.candidates_of(driver);
        self.is_ordered(driver) && !(candidates.is_complete && candidates.counted <= i64_of(CAP))
    }

    /// Whether the query has one word, whose index has the order of the results.
    fn has_order(&self) -> bool {
        let mut alternatives = self.search.terms.iter().flat_map(|term| &term.alternatives);
        self.search.terms.len() == 1 && alternatives.all(|alternative| alternative.words.len() == 1)
    }

    /// Returns the steps that find the best of too many results: those of the query's only word, in their order, or those
    /// in which every word matches exactly.
    pub fn best_passes(&self, driver: Driver) -> Vec<Pass> {
        // The contacts of the employer are fewer than all records with the word.
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

    /// Returns the steps of the query's only word in their order: the word itself of every alternative before longer words of any.
    fn ordered_passes(&self, driver: Driver, by: MatchKind) -> Vec<Pass> {
        let words = || {
            self.words_of(0)
                .filter(move |words| words.count.is_some() && words.alternative.by == by)
        };
        let mut passes = Vec::new();
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

    /// Returns a step for these words of a condition if they have few candidates, or else a step for each of them.
    fn passes_of_words<'p>(
        &'p self,
        driver: Driver,
        condition: usize,
        words: impl Iterator<Item = &'p WordSource>,
    ) -> Vec<Pass> {
        let words: Vec<&WordSource> = words.collect();
        let count: Count = words.iter().map(|words| words.count).sum();
        let ranges = words.iter().map(|words| range_of(&words.alternative));
        if !count.is_complete || count.counted > LOOKED_UP {
            let passes = words.iter().zip(ranges);
            return passes
                .map(|(words, range)| self.pass(driver, words, range, false))
                .collect();
        }
        let ranges: BTreeSet<Range> = ranges.collect();
        let pass = (!ranges.is_empty()).then(|| Pass {
            source: Source::Ranges(ranges.into_iter().collect()),
            checks: self.checks_of(driver, Met::Words(condition), false),
            exact: false,
            count,
        });
        pass.into_iter().collect()
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
        let met = Met::Word(words.condition, &words.alternative);
        Pass {
            source: Source::Words(range),
            checks: self.checks_of(driver, met, exact),
            exact,
            count: words.count,
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
            checks: self.checks_of(driver, Met::Employer(met), exact),
            exact,
            count,
        }
    }

    /// Returns the checks of candidates: of every condition but those that are met by their source, and of the organization that
    /// must employ them, if marks can tell.
    fn checks_of(&self, driver: Driver, met: Met<'_>, exact: bool) -> Vec<Check> {
        let is_thorough = self.is_thorough(driver);
        let terms = self.search.terms.len();
        let check = |(position, term): (usize, &Term)| -> Option<Check> {
            let exact = exact && position < terms;
            let mut only = Term::default();
            let mut term = term;
            match met {
                Met::Words(condition) if condition == position => return None,
                Met::Word(condition, alternative) if condition == position => {
                    if alternative.words.len() == 1 {
                        return None;
                    }
                    only.alternatives.push(alternative.clone());
                    term = &only;
                }
                Met::Employer(conditions) if conditions.contains(&position) => return None,
                _ => {}
            }
            let mut by_employers = term
                .alternatives
                .iter()
                .filter(|it| self.checks.is_by_employer(it));
            let is_by_employer = is_thorough && !exact && by_employers.next().is_some();
            if is_by_employer && self.partial.contains(&position) && !self.is_known(met) {
                return None;
            }
            let is_employer = matches!(met, Met::Employer(_));
            Some(Check {
                marks: self.checks.mark_check(term, exact)?,
                employers: if is_by_employer && !is_employer {
                    self.employers_of(position)
                } else {
                    Vec::new()
                },
            })
        };
        let employer = match met {
            Met::Words(_) | Met::Word(..) => self.search.organization_id,
            Met::Employer(_) => None,
        };
        let employer = employer.map(|id| Check {
            marks: Vec::new(),
            employers: vec![employer_mark(id.uuid())],
        });
        let conditions = self.checks.conditions().enumerate();
        conditions.filter_map(check).chain(employer).collect()
    }

    /// Whether every condition is known that the employers of a source meet, as it is if all employers are known that meet one of them.
    fn is_known(&self, met: Met<'_>) -> bool {
        let is_whole = |condition: &usize| !self.partial.contains(condition);
        matches!(met, Met::Employer(conditions) if conditions.iter().any(is_whole))
    }

    /// Returns the marks of the organizations that meet a condition.
    fn employers_of(&self, condition: usize) -> Vec<String> {
        let organizations = self
            .of_groups(condition)
            .flat_map(|group| group.source.organizations());
        let marks: BTreeSet<String> = organizations.copied().map(employer_mark).collect();
        marks.into_iter().collect()
    }

    /// Returns how a pass reads its source, and whether it counts the candidates.
    pub fn reading<'p>(&'p self, pass: &'p Pass, counts: bool) -> Reading<'p> {
        let is_small = pass.count.is_complete && pass.count.counted <= i64_of(CAP);
        Reading {
            search: &self.checks,
            source: &pass.source,
            checks: &pass.checks,
            exact: pass.exact,
            counts,
            checks_text: pass.exact || !(counts || is_small),
        }
    }
}

/// Returns the range of an alternative's rarest word.
pub(super) fn range_of(alternative: &Alternative) -> Range {
    alternative.rarest().map_or_else(|| Range::exactly(""), Range::of)
}
