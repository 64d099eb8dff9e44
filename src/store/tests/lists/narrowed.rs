//! The conditions and orders of lists.

use std::cmp::Ordering;

use async_graphql::resolver_utils::EnumType;

use super::case::{Case, Cases};
use crate::model::NOTHING;
use crate::page::Key;
use crate::store::list::Conditions;
use crate::store::{Column, Sort, SortField as _};

/// Conditions of a list.
pub struct Narrowed {
    pub title: String,
    /// The places of the cases.
    pub cases: Vec<usize>,
    pub conditions: Conditions,
}

/// Returns the filter with these conditions.
pub fn filter_of<T: Cases>(cases: &[&Case<T>]) -> T::Filter {
    let mut filter = T::Filter::default();
    for case in cases {
        (case.set)(&mut filter);
    }
    filter
}

/// Returns every condition, none, and every two that are combined.
pub fn all_narrowed<T: Cases>(cases: &[Case<T>]) -> Vec<Narrowed> {
    let narrowed = |places: Vec<usize>| {
        let of: Vec<&Case<T>> = places.iter().map(|place| &cases[*place]).collect();
        let titles: Vec<&str> = of.iter().map(|case| case.title).collect();
        Narrowed {
            title: format!("{} by {}", T::TABLE, titles.join(" and ")),
            conditions: Conditions::of(&filter_of(&of)),
            cases: places,
        }
    };
    let combined: Vec<usize> = (0..cases.len())
        .filter(|place| cases[*place].is_combined)
        .collect();
    let pairs = combined.iter().flat_map(|one| {
        combined
            .iter()
            .filter(move |other| one < *other)
            .map(move |other| vec![*one, *other])
    });
    let singles = (0..cases.len()).map(|place| vec![place]);
    std::iter::once(Vec::new())
        .chain(singles)
        .chain(pairs)
        .map(narrowed)
        .collect()
}

/// Compares two records in an order.
fn compare<T: Cases>(one: &T, other: &T, sort: Sort<T::Order>) -> Ordering {
    let is_absent = |record: &T| match (&record.keys(sort.by)[..], sort.by.columns()) {
        ([Key::Text(key)], [Column::Name(_)]) => key.as_str() >= NOTHING,
        ([Key::Day(day)], _) => day.is_none(),
        _ => false,
    };
    let mut order = Ordering::Equal;
    for (one, other) in one.keys(sort.by).iter().zip(&other.keys(sort.by)) {
        order = order.then(match (one, other) {
            (Key::Text(one), Key::Text(other)) => one.cmp(other),
            (Key::Instant(one), Key::Instant(other)) => one.cmp(other),
            (Key::Day(one), Key::Day(other)) => one.cmp(other),
            (Key::Flag(one), Key::Flag(other)) => one.cmp(other),
            _ => Ordering::Equal,
        });
    }
    let order = order.then(one.uuid().cmp(&other.uuid()));
    let order = if sort.descending { order.reverse() } else { order };
    is_absent(one).cmp(&is_absent(other)).then(order)
}

/// Returns the places of the records in every order.
pub fn orders<T: Cases>(records: &[T]) -> Vec<(Sort<T::Order>, Vec<usize>)> {
    let items = <T::Order as EnumType>::items().iter();
    items
        .flat_map(|item| {
            [true, false].map(|descending| Sort {
                by: item.value,
                descending,
            })
        })
        .map(|sort| {
            let mut places: Vec<usize> = (0..records.len()).collect();
            places.sort_by(|one, other| compare(&records[*one], &records[*other], sort));
            (sort, places)
        })
        .collect()
}
