//! The size of a document with its fragments opened, measured before anything walks through them.
//!
//! A short text can stand for a large operation: fragments that spread each other double at every step, and aliases
//! request the same field again and again. Each fragment is measured once, after those that it spreads; sums saturate.

use std::collections::{HashMap, HashSet};

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, Document, FragmentDefinition, Selection};

use crate::limits::Limits;
use crate::operation::answer::Answer;
use crate::operation::limit::check_limit;
use crate::operation::schema::reads_schema;

/// Refuses a document that exceeds the limits; it need not be valid. Returns the number of selections of its operations,
/// fragments opened.
pub(in crate::operation) fn check_size(document: &Document, limits: &Limits) -> Result<usize, Answer> {
    let (mut operations, mut fragments) = (Vec::new(), Vec::new());
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => operations.push(operation),
            Definition::FragmentDefinition(fragment) => fragments.push(fragment),
            _ => {}
        }
    }
    check_limit(limits.operations, operations.len(), "operations")?;
    check_limit(limits.fragments, fragments.len(), "fragments")?;
    let fragments = Fragments::measure(&fragments);
    let mut selections = 0;
    for operation in operations {
        let set = &operation.selection_set;
        let size = fragments.size(set);
        check_limit(limits.depth, size.depth, "levels of fields")?;
        check_limit(limits.selections, size.selections, "selections, fragments opened")?;
        check_limit(limits.aliases, fragments.aliases(set), "aliases")?;
        check_limit(
            limits.root_fields,
            fragments.root_fields(set),
            "fields at its root",
        )?;
        selections += size.selections;
    }
    Ok(selections)
}

/// The size of a selection set with its fragments opened.
#[derive(Clone, Copy, Default)]
struct Size {
    depth: usize,
    selections: usize,
}

impl Size {
    /// Returns the size of this selection and another in the same set.
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            selections: self.selections.saturating_add(other.selections),
        }
    }
}

/// The fragments of a document and their sizes. A fragment that spreads itself, which validation refuses, has no size.
struct Fragments<'d> {
    by_name: HashMap<&'d str, &'d FragmentDefinition>,
    sizes: HashMap<&'d str, Size>,
}

impl<'d> Fragments<'d> {
    /// Measures each fragment as soon as all fragments that it spreads are measured.
    fn measure(fragments: &[&'d Node<FragmentDefinition>]) -> Self {
        let mut measured = Self {
            by_name: fragments
                .iter()
                .map(|fragment| (fragment.name.as_str(), &***fragment))
                .collect(),
            sizes: HashMap::new(),
        };
        let mut waiting: Vec<_> = fragments
            .iter()
            .map(|fragment| {
                (
                    fragment.name.as_str(),
                    spreads(&fragment.selection_set),
                    &fragment.selection_set,
                )
            })
            .collect();
        loop {
            let before = waiting.len();
            waiting.retain(|(name, spreads, set)| {
                let known =
                    |name: &&str| measured.sizes.contains_key(name) || !measured.by_name.contains_key(name);
                let ready = spreads.iter().all(known);
                if ready {
                    let size = measured.size(set);
                    measured.sizes.insert(name, size);
                }
                !ready
            });
            if waiting.len() == before {
                return measured;
            }
        }
    }

    fn size(&self, set: &[Selection]) -> Size {
        let sizes = set.iter().map(|selection| match selection {
            Selection::Field(field) => {
                let inner = self.size(&field.selection_set);
                Size {
                    depth: if reads_schema(&field.name) {
                        0
                    } else {
                        inner.depth + 1
                    },
                    selections: inner.selections.saturating_add(1),
                }
            }
            Selection::InlineFragment(fragment) => self.size(&fragment.selection_set),
            Selection::FragmentSpread(spread) => self
                .sizes
                .get(spread.fragment_name.as_str())
                .copied()
                .unwrap_or_default(),
        });
        sizes.fold(Size::default(), Size::beside)
    }

    /// Counts the aliases of a selection set and of the fragments it reaches, each fragment once.
    fn aliases(&self, set: &[Selection]) -> usize {
        let mut reached = HashSet::new();
        let mut waiting: Vec<&[Selection]> = vec![set];
        let mut aliases = 0;
        while let Some(selection) = next(&mut waiting) {
            match selection {
                Selection::Field(field) => {
                    aliases += usize::from(field.alias.is_some());
                    waiting.push(&field.selection_set);
                }
                other => waiting.extend(self.opened(other, &mut reached)),
            }
        }
        aliases
    }

    /// Counts the distinct keys at the root, fragments opened.
    fn root_fields(&self, set: &[Selection]) -> usize {
        let mut reached = HashSet::new();
        let mut waiting: Vec<&[Selection]> = vec![set];
        let mut keys = HashSet::new();
        while let Some(selection) = next(&mut waiting) {
            match selection {
                Selection::Field(field) => {
                    keys.insert(field.response_name().as_str());
                }
                other => waiting.extend(self.opened(other, &mut reached)),
            }
        }
        keys.len()
    }

    /// Returns the selections of an inline fragment, or of a spread whose fragment was not reached before.
    fn opened<'s>(&self, selection: &'s Selection, reached: &mut HashSet<&'s str>) -> Option<&'s [Selection]>
    where
        'd: 's,
    {
        match selection {
            Selection::Field(_) => None,
            Selection::InlineFragment(fragment) => Some(&fragment.selection_set),
            Selection::FragmentSpread(spread) => {
                let name = spread.fragment_name.as_str();
                let fragment = reached.insert(name).then(|| self.by_name.get(name)).flatten()?;
                Some(&fragment.selection_set)
            }
        }
    }
}

/// Takes the next selection off the waiting sets.
fn next<'s>(waiting: &mut Vec<&'s [Selection]>) -> Option<&'s Selection> {
    while let Some(set) = waiting.last_mut() {
        match set.split_first() {
            Some((first, rest)) => {
                *set = rest;
                return Some(first);
            }
            None => drop(waiting.pop()),
        }
    }
    None
}

/// Lists the fragments that a selection set spreads.
fn spreads(set: &[Selection]) -> HashSet<&str> {
    let mut waiting = vec![set];
    let mut names = HashSet::new();
    while let Some(selection) = next(&mut waiting) {
        match selection {
            Selection::Field(field) => waiting.push(&field.selection_set),
            Selection::InlineFragment(fragment) => waiting.push(&fragment.selection_set),
            Selection::FragmentSpread(spread) => {
                names.insert(spread.fragment_name.as_str());
            }
        }
    }
    names
}
