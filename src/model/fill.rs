//! Values that are written only where there were none.

use super::{Checked, ContactPointLabel};
use crate::error::UserError;

/// A value of a record that is filled in.
pub trait Fill: Sized {
    /// Returns the value that a record has after it is given another one: the present one, unless that is empty.
    fn fill(self, given: Self) -> Checked<Self>;
}

impl<T> Fill for Option<T> {
    fn fill(self, given: Self) -> Checked<Self> {
        Ok(self.or(given))
    }
}

impl Fill for String {
    fn fill(self, given: Self) -> Checked<Self> {
        Ok(if self.is_empty() { given } else { self })
    }
}

impl Fill for bool {
    fn fill(self, given: Self) -> Checked<Self> {
        Ok(self || given)
    }
}

/// An entry of a list.
pub trait Entry: Clone {
    /// The maximum number of entries.
    const MOST: usize;

    /// Whether the two are one entry of a list, however it is written and marked.
    fn is_same(&self, other: &Self) -> bool;

    /// Whether a list that has the other entry has no place for this one.
    fn yields_to(&self, other: &Self) -> bool {
        self.is_same(other)
    }

    /// Fills in the parts of this entry that are empty, from another writing of it.
    fn fill_in(&mut self, given: &Self) {
        let _ = given;
    }

    /// Returns the entry's label and whether it is primary, if entries of this kind have that.
    fn marks(&mut self) -> Option<(&mut ContactPointLabel, &mut bool)> {
        None
    }
}

/// New entries are added behind the present ones. A primary one stays so only if none was primary before.
impl<T: Entry> Fill for Vec<T> {
    fn fill(self, given: Self) -> Checked<Self> {
        let mut filled = self.clone();
        let mut has_primary = filled
            .iter_mut()
            .any(|entry| entry.marks().is_some_and(|(_, primary)| *primary));
        for mut entry in given {
            if let Some(present) = filled.iter_mut().find(|present| entry.yields_to(present)) {
                present.fill_in(&entry);
                continue;
            }
            if let Some((_, primary)) = entry.marks() {
                *primary &= !has_primary;
                has_primary |= *primary;
            }
            filled.push(entry);
        }
        if filled.len() <= T::MOST || filled.len() == self.len() {
            return Ok(filled);
        }
        let message = format!(
            "must leave at most {} entries in the list; it would have {}, so leave some out",
            T::MOST,
            filled.len()
        );
        Err(vec![UserError::invalid(message)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;
    use crate::model::{ExternalId, PhoneNumber, PhoneNumberInput};

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    fn number(input: &str, primary: bool) -> PhoneNumber {
        let input = PhoneNumberInput {
            input: input.to_owned(),
            extension: None,
            label: None,
            primary: Some(primary),
        };
        PhoneNumber::check(input, &"US".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_value_is_filled_in_where_there_is_none() {
        assert_eq!(Some(1).fill(Some(2)), Ok(Some(1)));
        assert_eq!(None.fill(Some(2)), Ok(Some(2)));
        assert_eq!(Some(1).fill(None), Ok(Some(1)));
        assert_eq!("a".to_owned().fill("b".to_owned()), Ok("a".to_owned()));
        assert_eq!(String::new().fill("b".to_owned()), Ok("b".to_owned()));
        assert_eq!((true.fill(false), false.fill(true)), (Ok(true), Ok(true)));
    }

    #[test]
    fn new_entries_are_added_to_a_list() {
        assert_eq!(
            tags(&["VIP", "a"]).fill(tags(&["b", "vip"])),
            Ok(tags(&["VIP", "a", "b"]))
        );
        assert_eq!(tags(&["a"]).fill(Vec::new()), Ok(tags(&["a"])));
        let id = |source: &str, value: &str| ExternalId {
            source: source.to_owned(),
            value: value.to_owned(),
        };
        assert_eq!(
            vec![id("crm", "1")].fill(vec![id("crm", "2"), id("erp", "2")]),
            Ok(vec![id("crm", "1"), id("erp", "2")])
        );
    }

    #[test]
    fn a_primary_entry_stays_the_primary_one() {
        let (old, new) = ("317 555 0100", "317 555 0101");
        let filled = vec![number(old, true)].fill(vec![number(old, false), number(new, true)]);
        assert_eq!(filled, Ok(vec![number(old, true), number(new, false)]));
        let filled = vec![number(old, false)].fill(vec![number(new, true)]);
        assert_eq!(filled, Ok(vec![number(old, false), number(new, true)]));
    }

    #[test]
    fn a_list_is_filled_up_to_its_limit() {
        let numbered = |count: u8| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(numbered(49).fill(tags(&["new"])).map(|tags| tags.len()), Ok(50));
        let message = "must leave at most 50 entries in the list; it would have 51, so leave some out";
        assert_eq!(told(numbered(50).fill(tags(&["new"]))), [format!(": {message}")]);
        assert_eq!(numbered(60).fill(tags(&["7"])).map(|tags| tags.len()), Ok(60));
    }
}
