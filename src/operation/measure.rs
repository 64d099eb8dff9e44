//! How large a document is, before anything walks through its fragments.
//!
//! A short text can stand for much: fragments that spread each other double at every step, and aliases ask for the same
//! again and again. Each fragment is measured once, those it spreads first; numbers saturate.

use std::collections::{HashMap, HashSet};

use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, Document, FragmentDefinition, Selection};

use super::answer::Answer;
use crate::limits::Limits;

/// Refuses a document that is larger than the limits; it need not be valid. Gives how many selections its operations
/// have, fragments opened.
pub(super) fn check(document: &Document, limits: &Limits) -> Result<usize, Answer> {
    let (mut operations, mut fragments) = (Vec::new(), Vec::new());
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => operations.push(operation),
            Definition::FragmentDefinition(fragment) => fragments.push(fragment),
            _ => {}
        }
    }
    within(limits.operations, operations.len(), "operations")?;
    within(limits.fragments, fragments.len(), "fragments")?;
    let fragments = Fragments::measured(&fragments);
    let mut selections = 0;
    for operation in operations {
        let set = &operation.selection_set;
        let size = fragments.size(set);
        within(limits.depth, size.depth, "levels of fields")?;
        within(limits.selections, size.selections, "selections, fragments opened")?;
        within(limits.aliases, fragments.aliases(set), "aliases")?;
        within(
            limits.root_fields,
            fragments.root_fields(set),
            "fields at its root",
        )?;
        selections += size.selections;
    }
    Ok(selections)
}

/// Refuses more of something than its limit.
pub(super) fn within(limit: u32, actual: usize, what: &str) -> Result<(), Answer> {
    if usize::try_from(limit).is_ok_and(|limit| actual > limit) {
        return Err(Answer::exceeded(limit, actual, what));
    }
    Ok(())
}

/// How large a selection set is, with its fragments opened.
#[derive(Clone, Copy, Default)]
struct Size {
    depth: usize,
    selections: usize,
}

impl Size {
    /// Beside another in the same selection set.
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            selections: self.selections.saturating_add(other.selections),
        }
    }
}

/// The fragments of a document by name, and how large each is. One that is part of a circle, which validation refuses,
/// counts as nothing.
struct Fragments<'d> {
    by_name: HashMap<&'d str, &'d FragmentDefinition>,
    sizes: HashMap<&'d str, Size>,
}

impl<'d> Fragments<'d> {
    /// Measures fragment after fragment, each as soon as all that it spreads are known.
    fn measured(fragments: &[&'d Node<FragmentDefinition>]) -> Self {
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

    /// The aliases of a selection set and of the fragments it reaches, each fragment once.
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

    /// The keys at the root, fragments opened; a key that is there twice is one.
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

    /// What an inline fragment, or a spread that was not reached before, stands for.
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

/// Takes the next selection off sets that wait to be looked at.
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

/// The names of the fragments that a selection set spreads.
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

/// Whether a field reads the schema itself: tools nest such fields deeply, and a rule of its own bounds them.
pub(super) fn reads_schema(field: &str) -> bool {
    matches!(field, "__schema" | "__type")
}
