//! The conditions of each noun's filter, each with a test of whether a record meets it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use async_graphql::resolver_utils::EnumType;
use uuid::Uuid;

use super::world::World;
use crate::store::{Edge, Listed};

/// Sets a condition of a filter.
type Set<F> = Box<dyn Fn(&mut F)>;

/// A condition of a filter.
pub struct Case<T: Listed> {
    pub title: &'static str,
    /// Whether it is combined with every other condition.
    pub is_combined: bool,
    pub set: Set<T::Filter>,
    pub holds: Box<dyn Fn(&T) -> bool>,
}

impl<T: Listed> Case<T> {
    /// A condition that is combined with every other one.
    pub fn new(
        title: &'static str,
        set: impl Fn(&mut T::Filter) + 'static,
        holds: impl Fn(&T) -> bool + 'static,
    ) -> Self {
        Self {
            title,
            is_combined: true,
            set: Box::new(set),
            holds: Box::new(holds),
        }
    }

    /// A condition with another value, which stands alone.
    pub fn alone(self) -> Self {
        Self {
            is_combined: false,
            ..self
        }
    }
}

/// A noun whose lists are checked.
pub trait Cases: Listed<Order: EnumType, Filter: Default + Debug> + Clone {
    /// Returns the records.
    fn all(world: &World) -> &[Self];

    /// Returns the conditions of its filter.
    fn cases(world: &World) -> Vec<Case<Self>>;

    /// Returns the ways to its lists from parents, with the ids of some parents.
    fn edges(world: &World) -> Vec<(&'static Edge<Self>, Vec<Uuid>)>;

    /// Returns the ids of the records that it refers to, in the order of its references.
    fn others(&self) -> Vec<Option<Uuid>> {
        Vec::new()
    }
}

/// Fails unless each field of the filter, and each end of its ranges, is set by a condition.
pub fn check_all_fields<T: Cases>(cases: &[Case<T>]) {
    let unset = leaves(&format!("{:#?}", T::Filter::default()));
    assert!(!unset.is_empty());
    for (path, value) in unset {
        let is_set = cases.iter().any(|case| {
            let mut filter = T::Filter::default();
            (case.set)(&mut filter);
            leaves(&format!("{filter:#?}")).get(&path) != Some(&value)
        });
        assert!(is_set, "no condition sets `{path}` of the filter of {}", T::TABLE);
    }
}

/// Returns the values that a value's debug text has on lines of their own, by their paths.
fn leaves(text: &str) -> BTreeMap<String, String> {
    let mut path: Vec<&str> = Vec::new();
    let mut leaves = BTreeMap::new();
    for line in text.lines().skip(1) {
        let depth = (line.len() - line.trim_start().len()) / 4;
        let Some((name, value)) = line.trim().split_once(": ") else {
            continue;
        };
        path.truncate(depth.saturating_sub(1));
        path.push(name);
        if value.ends_with(',') {
            leaves.insert(path.join("."), value.to_owned());
        }
    }
    leaves
}

#[test]
fn fields_are_read_from_debug_texts() {
    #[derive(Debug)]
    #[expect(dead_code, reason = "fields are read by `Debug`")]
    struct Outer {
        inner: Inner,
        other: Option<i32>,
    }
    #[derive(Debug)]
    #[expect(dead_code, reason = "fields are read by `Debug`")]
    struct Inner {
        leaf: Option<i32>,
    }

    let text = format!(
        "{:#?}",
        Outer {
            inner: Inner { leaf: None },
            other: None
        }
    );
    assert_eq!(
        leaves(&text).into_keys().collect::<Vec<_>>(),
        ["inner.leaf", "other"]
    );
}
