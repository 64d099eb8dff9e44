//! The choice of the condition that a list is read by.
//!
//! A list is read by the index of one condition, in the list's order, and the other conditions are checked on each record.
//! With several conditions, or with one that has no index in the list's order, the records of each are counted first, up to
//! a bound: a condition that few records meet is read whole, and its records are sorted. If many records meet each of them,
//! a page is found within few steps, unless the conditions seldom meet: then all records of the one that is read are
//! examined, at some microseconds each.

use super::super::engine::Engine;
use super::super::sort::Column;
use super::super::statement::Statement;
use super::check::Row;
use super::condition::{Condition, Conditions};

/// The maximum number of ranges of an index that are merged: PostgreSQL takes half a millisecond to plan each.
const MOST_RANGES: usize = 12;

/// The index that a list is read by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Driver<'c> {
    /// None: no record meets the conditions.
    Nothing,
    /// That of the list's order.
    Order,
    /// One with the records that meet this condition, in the list's order.
    Ordered(&'c Condition),
    /// One with the few records that meet this condition, which are sorted.
    Few(&'c Condition),
}

/// The conditions that a list may be read by.
pub struct Choice<'c> {
    /// The conditions, each with whether an index has its records in the list's order.
    candidates: Vec<(&'c Condition, bool)>,
    is_impossible: bool,
}

impl<'c> Choice<'c> {
    /// The choice for a list in an order.
    pub fn of_list(conditions: &'c Conditions, order: &[Column]) -> Self {
        Self::of(conditions, |condition| is_ordered(condition, order))
    }

    /// The choice for counting.
    pub fn of_count(conditions: &'c Conditions) -> Self {
        Self::of(conditions, |condition| !matches!(condition, Condition::Owned(_)))
    }

    fn of(conditions: &'c Conditions, is_ordered: impl Fn(&Condition) -> bool) -> Self {
        let candidates = conditions.0.iter().filter(|condition| is_candidate(condition));
        Self {
            candidates: candidates
                .map(|condition| (condition, is_ordered(condition)))
                .collect(),
            is_impossible: conditions.is_impossible(),
        }
    }

    /// Returns the driver if there is no need to count.
    pub fn decided(&self) -> Option<Driver<'c>> {
        if self.is_impossible {
            return Some(Driver::Nothing);
        }
        let is_unique = |condition: &Condition| matches!(condition, Condition::ExternalId { .. });
        if let Some((condition, _)) = self.candidates.iter().find(|(it, _)| is_unique(it)) {
            return Some(Driver::Few(condition));
        }
        match self.candidates[..] {
            [] => Some(Driver::Order),
            [(condition, true)] => Some(Driver::Ordered(condition)),
            _ => None,
        }
    }

    /// Returns the driver, given the number of records of each candidate, counted up to one more than `few`.
    pub fn by(&self, counts: &[i64], few: i64) -> Driver<'c> {
        let counted = self.candidates.iter().zip(counts);
        match counted.min_by_key(|(_, count)| **count) {
            Some((_, 0)) => Driver::Nothing,
            Some(((condition, true), count)) if *count <= few => Driver::Ordered(condition),
            Some(((condition, false), count)) if count * reads(condition) <= few => Driver::Few(condition),
            _ => self.first_ordered(),
        }
    }

    fn first_ordered(&self) -> Driver<'c> {
        let ordered = self.candidates.iter().find(|(_, is_ordered)| *is_ordered);
        ordered.map_or(Driver::Order, |(condition, _)| Driver::Ordered(condition))
    }

    /// The statement that counts the records of each candidate, up to one more than `few`.
    pub fn counts<'a>(&self, engine: Engine, table: &'static str, few: i64) -> Statement<'a> {
        let mut statement = Statement::new(engine, "");
        for (place, (condition, _)) in (0_i32..).zip(&self.candidates) {
            statement
                .selection()
                .bind(place)
                .push(" AS place, COUNT(*) AS records FROM (SELECT 1 AS one");
            match condition {
                Condition::Linked { link, values } => {
                    statement.push_from_link(link, values);
                }
                Condition::Owned(_) => {
                    statement.push_from_owned();
                }
                _ => {
                    statement
                        .push_from_table(table)
                        .condition(Row::of(table), condition);
                }
            }
            statement.limit(few + 1).push(") AS counted");
        }
        statement
    }
}

impl Statement<'_> {
    /// Appends `FROM … WHERE …` of the tenant's records of a table.
    pub fn push_from_table(&mut self, table: &'static str) -> &mut Self {
        self.push(" FROM ")
            .push(table)
            .push(" WHERE ")
            .push(table)
            .push(".tenant_id = $1")
    }
}

const fn is_candidate(condition: &Condition) -> bool {
    !matches!(
        condition,
        Condition::Owned(false) | Condition::Settled | Condition::Unindexed(_)
    )
}

/// The number of reads by which a record that meets the condition is found: its link, and the record by its id.
const fn reads(condition: &Condition) -> i64 {
    match condition {
        Condition::Linked { .. } | Condition::Owned(_) => 2,
        _ => 1,
    }
}

/// Whether an index has the records that meet the condition in an order.
fn is_ordered(condition: &Condition, order: &[Column]) -> bool {
    match condition {
        Condition::OneOf { rows, .. } => rows.len() <= MOST_RANGES,
        Condition::Refers(references) => references.ids.len() <= MOST_RANGES,
        Condition::Null { is_ordered, .. } => *is_ordered,
        Condition::Range { column, .. } => seek_column(order) == Some(*column),
        Condition::Linked { link, .. } => order.first().is_some_and(|it| link.copy_of(it.name()).is_some()),
        _ => false,
    }
}

/// The column of an order that ranges are read by. A flag before it is read by its values.
pub fn seek_column(order: &[Column]) -> Option<&'static str> {
    match order {
        [Column::Flag(_), column, ..] | [column, ..] => Some(column.name()),
        [] => None,
    }
}
