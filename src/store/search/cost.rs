//! The cost of a search from where it starts, in candidates that are checked on their marks.

use super::known::Count;
use super::plan::{Driver, Group, Plan, WordSource, range_of};
use super::{COUNTED, ENOUGH, LOOKED_UP, i64_of};
use crate::model::MatchKind;

/// The cost of a candidate whose text is looked up, beside one that is checked on its marks.
const LOOK_UP: i64 = 40;
/// Of so many candidates, one is reckoned to meet another condition.
const MET_BY_ONE_IN: i64 = 10;
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

    /// Whether there are probably more matches than can be shown: all conditions have too many candidates to look up, and all but
    /// one too many to count.
    pub fn has_many_matches(&self, driver: Driver) -> bool {
        let Driver::Condition(driver) = driver else {
            return false;
        };
        let mut others = (0..self.checks.conditions().count()).filter(|condition| *condition != driver);
        !self.has_one_condition()
            && self.count_of_words(driver).counted > LOOKED_UP
            && others.all(|other| !self.count_of_words(other).is_complete)
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
            if range_of(&words.alternative).is_marked() {
                1
            } else {
                LOOK_UP
            }
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
                    words + self.cost_of_texts(condition) + cost_of(self.of_groups(condition))
                } else {
                    words + cost_of(self.groups.iter())
                }
            }
        }
    }

    /// Whether the marks of a driver's candidates, or their texts if not all employers are known that meet the other conditions,
    /// decide the conditions that employers may meet: the candidates are few, beside the contacts of all those employers.
    pub(super) fn is_thorough(&self, driver: Driver) -> bool {
        let Driver::Condition(condition) = driver else {
            return false;
        };
        let words = self.count_of_words(condition);
        let others = cost_of(self.groups.iter()) - cost_of(self.of_groups(condition));
        let is_worth_while = if self.partial.is_empty() {
            words.counted <= others
        } else {
            words.counted <= COUNTED || self.has_check(condition)
        };
        words.is_complete && is_worth_while
    }

    /// Whether marks decide a condition beside that of a driver: all employers are known that meet it.
    fn has_check(&self, driver: usize) -> bool {
        let mut conditions = 0..self.checks.conditions().count();
        conditions.any(|condition| condition != driver && !self.partial.contains(&condition))
    }

    /// Returns the cost of the texts of a condition's candidates, which are looked up if not all employers are known that meet the
    /// other conditions: of those that meet the conditions that marks decide.
    fn cost_of_texts(&self, condition: usize) -> i64 {
        let counted = self.count_of_words(condition).counted;
        match (self.partial.is_empty(), self.has_check(condition)) {
            (true, _) => 0,
            (false, true) => counted * LOOK_UP / MET_BY_ONE_IN,
            (false, false) => counted * LOOK_UP,
        }
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
