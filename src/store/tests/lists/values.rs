//! The conditions that several nouns have.

use super::case::Case;
use super::world::at;
use crate::model::{DateTimeRange, Ranges, Record, fold};
use crate::store::Listed;

/// Returns the range between these seconds.
pub fn range(from: i64, before: i64) -> DateTimeRange {
    DateTimeRange {
        from: Some(at(from)),
        before: Some(at(before)),
    }
}

/// The conditions on the times of a record.
pub fn times<T: Listed>(
    ranges: fn(&mut T::Filter) -> &mut Ranges,
    record: fn(&T) -> &Record,
) -> Vec<Case<T>> {
    vec![
        Case::new(
            "created",
            move |it| ranges(it).created_at = range(200, 700),
            move |it| (at(200)..at(700)).contains(&record(it).created_at),
        ),
        Case::new(
            "updated",
            move |it| ranges(it).updated_at = range(300, 800),
            move |it| (at(300)..at(800)).contains(&record(it).updated_at),
        ),
        Case::new(
            "created at once",
            move |it| ranges(it).created_at = range(400, 402),
            move |it| (at(400)..at(402)).contains(&record(it).created_at),
        )
        .alone(),
    ]
}

/// A condition on one value, and one on several of which one is rare and one unknown.
pub fn values<T: Listed, V: Clone + PartialEq + 'static>(
    title: &'static str,
    set: fn(&mut T::Filter) -> &mut Option<Vec<V>>,
    holds: fn(&T, &V) -> bool,
    [common, rare, unknown]: [V; 3],
) -> Vec<Case<T>> {
    let several = vec![rare.clone(), unknown, common.clone(), common.clone()];
    let wanted = several.clone();
    let (one, one_rare) = (common.clone(), rare.clone());
    vec![
        Case::new(
            title,
            move |it| *set(it) = Some(vec![one.clone()]),
            move |it| holds(it, &common),
        ),
        Case::new(
            title,
            move |it| *set(it) = Some(several.clone()),
            move |it| wanted.iter().any(|value| holds(it, value)),
        )
        .alone(),
        Case::new(
            title,
            move |it| *set(it) = Some(vec![one_rare.clone()]),
            move |it| holds(it, &rare),
        )
        .alone(),
        Case::new(title, move |it| *set(it) = Some(Vec::new()), |_| false).alone(),
    ]
}

/// Returns values as texts.
pub fn texts(values: [&str; 3]) -> [String; 3] {
    values.map(str::to_owned)
}

/// Whether a value is the wanted one, whatever its case.
pub fn is(value: Option<&String>, wanted: &str) -> bool {
    value.is_some_and(|value| fold(value) == fold(wanted))
}
