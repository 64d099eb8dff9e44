//! The cost of a search from where it starts, in candidates that are checked on their marks.

use super::known::Count;
use super::plan::{Driver, Group, Plan, WordSource, range_of};
use super::{COUNTED, ENOUGH, i64_of};
use crate::model::MatchKind;

/// The cost of a candidate whose text is looked up, beside one that is checked on its marks.
const LOOK_UP: i64 = 40;
/// The cost of a candidate whose employer is looked up.
const EMPLOYER: i64 = 15;
/// The cost of an organization whose contacts are read, and then that of each contact is that of a check on marks.
const ORGANIZATION: i64 = 12;
/// The cost of a step beside a candidate that is checked on its marks.
const STEP: i64 = 500;
/// The number of candidates that words are reckoned to have if not all were counted.
const MANY: i64 = 200_000;
/// The number of contacts that an organization is reckoned to have if they were not counted.
const PEOPLE: i64 = 10;

/// The cost from which on it is worth while to count further.
const WORTH_COUNTING: i64 = 100_000;
/// The cost up to which there are hardly enough matches without corrections.
const CHEAP: i64 = 8_000;

impl Plan {
    /// Whether the least costly driver is known: to find another one by counting further would not be less costly. Contacts of
    /// organizations can be counted while they are read.
    pub fn is_decided(&self) -> bool {
        self.driver().is_none_or(|driver| {
            let count = match driver {
                Driver::Condition(condition) if !self.has_one_condition() => self.count_of_words(condition),
                _ => self.candidates_of(driver),
            };
            count.is_complete && self.cost(driver) <= WORTH_COUNTING
        })
    }

    fn has_one_condition(&self) -> bool {
        self.search.conditions().nth(1).is_none()
    }

    /// Whether the least costly known driver is good enough, whatever the others are.
    fn is_cheap(&self) -> bool {
        self.driver()
            .is_none_or(|driver| self.candidates_of(driver).is_complete && self.cost(driver) <= CHEAP)
    }

    /// Whether so few candidates are looked up that there are hardly enough matches without corrections.
    pub fn is_narrow(&self) -> bool {
        let Some(driver) = self.driver() else {
            return false;
        };
        let candidates = self.candidates_of(driver);
        let is_small = candidates.counted < i64_of(ENOUGH) || !self.has_one_condition() && self.is_cheap();
        candidates.is_complete && is_small && !self.is_partial(driver)
    }

    /// Returns the length of the longest word of a driver: of two common ones, it is probably the rarer one.
    pub(super) fn longest(&self, driver: Driver) -> usize {
        let Driver::Condition(condition) = driver else {
            return 0;
        };
        let words = self
            .words_of(condition)
            .flat_map(|words| &words.alternative.words);
        words.map(|query| query.word.len()).max().unwrap_or_default()
    }

    /// Returns the cost of a search from a driver.
    pub(super) fn cost(&self, driver: Driver) -> i64 {
        let weight = |words: &WordSource| {
            let is_checked = range_of(&words.alternative).is_marked() && self.employer.is_none();
            if is_checked { 1 } else { LOOK_UP }
        };
        let cost = |words: &WordSource| reckoned(words.count) * weight(words);
        let own = |condition: usize| {
            self.words_of(condition)
                .filter(|words| words.count.is_some() && words.alternative.by == MatchKind::Own)
        };
        // The corrections of a word are one step.
        let corrections = |condition: usize| -> i64 {
            let costs: Vec<i64> = self.corrections_of(condition).map(cost).collect();
            costs.iter().sum::<i64>() + if costs.is_empty() { 0 } else { STEP }
        };
        match driver {
            Driver::Employer => self
                .employer
                .iter()
                .map(|(_, count)| reckoned(*count) + STEP)
                .sum(),
            Driver::Corrections => {
                let conditions = 0..self.checks.conditions().count();
                conditions.map(corrections).sum::<i64>() + cost_of(self.groups.iter())
            }
            Driver::Condition(condition) => {
                let words: i64 = own(condition).map(|words| cost(words) + STEP).sum();
                let words = words + corrections(condition);
                if self.is_thorough(driver) {
                    words + self.cost_of_employers(condition) + cost_of(self.of_groups(condition))
                } else {
                    words + cost_of(self.groups.iter())
                }
            }
        }
    }

    /// Whether the employers of a driver's candidates decide the conditions that employers may meet: the candidates are few,
    /// beside the contacts of all those employers.
    pub(super) fn is_thorough(&self, driver: Driver) -> bool {
        let Driver::Condition(condition) = driver else {
            return false;
        };
        let words = self.count_of_words(condition);
        let others = cost_of(self.groups.iter()) - cost_of(self.of_groups(condition));
        words.is_complete
            && words.counted <= COUNTED
            && (!self.partial.is_empty() || self.cost_of_employers(condition) <= others)
    }

    /// Returns the cost of the employers of a condition's candidates, or of their texts if not all employers are known that meet
    /// the other conditions.
    fn cost_of_employers(&self, condition: usize) -> i64 {
        let each = if self.partial.is_empty() {
            EMPLOYER
        } else {
            LOOK_UP
        };
        self.count_of_words(condition).counted * each
    }

    /// Returns the number of candidates that meet a condition by their own words.
    fn count_of_words(&self, condition: usize) -> Count {
        self.words_of(condition).map(|words| words.count).sum()
    }

    /// Returns the number of candidates of a driver.
    pub fn candidates_of(&self, driver: Driver) -> Count {
        match driver {
            Driver::Employer => self.employer.iter().map(|(_, count)| *count).sum(),
            Driver::Condition(condition) => {
                let groups = self.of_groups(condition).map(|group| group.count);
                groups.chain([self.count_of_words(condition)]).sum()
            }
            Driver::Corrections => {
                let conditions = 0..self.checks.conditions().count();
                let words = conditions.flat_map(|condition| self.corrections_of(condition));
                let groups = self.groups.iter().map(|group| group.count);
                words.map(|words| words.count).chain(groups).sum()
            }
        }
    }
}

/// Returns the cost of checking the contacts of these groups.
fn cost_of<'g>(groups: impl Iterator<Item = &'g Group>) -> i64 {
    let cost = |group: &Group| {
        let organizations = i64_of(group.source.organizations().len());
        let people = group.count.counted;
        let reckoned = if group.count.is_complete {
            people
        } else {
            people.max(organizations * PEOPLE)
        };
        reckoned + organizations * ORGANIZATION + STEP
    };
    groups.map(cost).sum()
}

fn reckoned(count: Count) -> i64 {
    if count.is_complete { count.counted } else { MANY }
}
