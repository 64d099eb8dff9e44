//! Rules for lists and for values made of several parts.

use std::collections::HashSet;
use std::hash::Hash;

use crate::error::{Refusals, Result, UserError};

/// A valid value, or everything that is wrong with it. Paths are relative to the value.
pub type Checked<T> = Result<T, Vec<UserError>>;

/// Checks the entries of a list of at most `most`, and prefixes refusals with the position of the entry.
pub fn each<I, T>(entries: Vec<I>, most: usize, check: impl Fn(I) -> Checked<T>) -> Checked<Vec<T>> {
    every(at_most(most, entries)?, check)
}

/// Checks the entries of a list that is counted later, when some were dropped.
pub fn every<I, T>(entries: Vec<I>, check: impl Fn(I) -> Checked<T>) -> Checked<Vec<T>> {
    let mut refusals = Refusals::default();
    let checked = entries
        .into_iter()
        .enumerate()
        .filter_map(|(position, entry)| refusals.check(&position.to_string(), check(entry)))
        .collect();
    refusals.finish()?;
    Ok(checked)
}

/// Refuses a list of more than `most` entries.
pub fn at_most<T>(most: usize, entries: Vec<T>) -> Checked<Vec<T>> {
    if entries.len() <= most {
        return Ok(entries);
    }
    let message = format!(
        "must have at most {most} entries; it has {}, so leave some out",
        entries.len()
    );
    Err(vec![UserError::invalid(message)])
}

/// Refuses, at its `field`, every entry whose key an earlier entry has.
pub fn distinct<T, K: Eq + Hash>(
    entries: Vec<T>,
    field: &str,
    message: &str,
    key: impl Fn(&T) -> K,
) -> Checked<Vec<T>> {
    let mut refusals = Refusals::default();
    let mut seen = HashSet::new();
    for (position, entry) in entries.iter().enumerate() {
        if !seen.insert(key(entry)) {
            refusals.add(UserError::invalid(message).under(field).under(position));
        }
    }
    refusals.finish()?;
    Ok(entries)
}

/// Returns the value made of checked parts (`None` if a part was refused), or its refusals.
pub fn whole<T>(refusals: Refusals, value: Option<T>) -> Checked<T> {
    refusals.finish()?;
    value.ok_or_else(Vec::new)
}

/// Returns each refusal as `path: message`, the path joined by dots, for tests.
#[cfg(test)]
pub(super) fn told<T: std::fmt::Debug>(checked: Checked<T>) -> Vec<String> {
    let refusals = checked.expect_err("must be refused");
    assert!(!refusals.is_empty(), "a refusal says why");
    refusals
        .into_iter()
        .map(|refusal| {
            format!(
                "{}: {}",
                refusal.field.unwrap_or_default().join("."),
                refusal.message
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(number: u8) -> Checked<u8> {
        if number.is_multiple_of(2) {
            Ok(number)
        } else {
            Err(vec![UserError::invalid("must be even")])
        }
    }

    #[test]
    fn a_list_may_be_full_and_no_longer() {
        assert_eq!(each(vec![0, 2], 2, even).unwrap(), [0, 2]);
        assert_eq!(
            told(each(vec![0, 2, 4], 2, even)),
            [": must have at most 2 entries; it has 3, so leave some out"]
        );
    }

    #[test]
    fn every_bad_entry_is_named_by_its_position() {
        assert_eq!(
            told(each(vec![1, 2, 3], 3, even)),
            ["0: must be even", "2: must be even"]
        );
    }

    #[test]
    fn a_repeated_key_is_refused_where_it_comes_again() {
        assert_eq!(
            told(distinct(vec![1, 2, 1, 1], "key", "again", |n| *n)),
            ["2.key: again", "3.key: again"]
        );
        assert_eq!(distinct(vec![1, 2], "key", "again", |n| *n).unwrap(), [1, 2]);
    }
}
