//! Operations that were read and checked before: clients send the same texts again and again.
//!
//! What is kept depends on the text and on nothing that a request brings: neither its variables nor its caller. Texts are
//! compared as a whole, so that no other text can pass for one that was checked.

use std::sync::{Arc, Mutex, PoisonError};

use apollo_compiler::ast::DirectiveList;
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node};
use async_graphql::indexmap::IndexSet;
use moka::sync::Cache;

use super::answer::Answer;
use super::plan::Plan;

/// The most plans that are kept of an operation: there is one for every way in which its `@skip` and `@include` fall.
const PLANS: usize = 8;
/// About how many bytes of memory a byte of the text takes when it is read.
const BYTES_OF_TEXT: usize = 48;
/// About how many bytes of memory a planned field takes.
const BYTES_OF_FIELD: usize = 400;

/// The text, and which of its operations.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub(super) struct Key {
    pub query: String,
    pub operation_name: Option<String>,
}

/// Operations by their text, as many as fit into the memory they may take.
#[derive(Debug)]
pub(super) struct KnownOperations(Cache<Key, Arc<Known>>);

impl KnownOperations {
    /// Keeps up to so many bytes.
    pub(super) fn within(bytes: u64) -> Self {
        let cache = Cache::builder()
            .max_capacity(bytes)
            .weigher(|key: &Key, known: &Arc<Known>| u32::try_from(known.bytes(key)).unwrap_or(u32::MAX));
        Self(cache.build())
    }

    /// The operation, from memory or by `read`. What cannot be read is not kept.
    pub(super) fn find(
        &self,
        key: Key,
        read: impl FnOnce(&Key) -> Result<Known, Answer>,
    ) -> Result<Arc<Known>, Answer> {
        if let Some(known) = self.0.get(&key) {
            return Ok(known);
        }
        let known = Arc::new(read(&key)?);
        self.0.insert(key, known.clone());
        Ok(known)
    }
}

/// A valid operation, and the plans that were made of it.
#[derive(Debug)]
pub(super) struct Known {
    /// The document it stands in.
    pub document: Valid<ExecutableDocument>,
    /// The operation itself.
    pub operation: Node<Operation>,
    /// The variables that `@skip` and `@include` ask.
    conditions: Vec<Name>,
    /// How many fields the operation has when nothing is left out, about.
    size: usize,
    plans: Mutex<Vec<(Fall, Arc<Plan>)>>,
}

/// How each variable that `@skip` and `@include` ask is set.
type Fall = Vec<Option<bool>>;

impl Known {
    pub(super) fn new(document: Valid<ExecutableDocument>, operation: Node<Operation>, size: usize) -> Self {
        let mut conditions = IndexSet::new();
        note_conditions(&operation.selection_set, &mut conditions);
        for fragment in document.fragments.values() {
            note_conditions(&fragment.selection_set, &mut conditions);
        }
        Self {
            conditions: conditions.into_iter().collect(),
            document,
            operation,
            size,
            plans: Mutex::default(),
        }
    }

    /// The plan for the way in which `@skip` and `@include` fall with these variables, from memory or made by `plan`.
    pub(super) fn plan(
        &self,
        variables: &JsonMap,
        plan: impl FnOnce() -> Result<Plan, Answer>,
    ) -> Result<Arc<Plan>, Answer> {
        let truth = |name: &Name| variables.get(name.as_str()).and_then(JsonValue::as_bool);
        let fall: Fall = self.conditions.iter().map(truth).collect();
        let find = |plans: &[(Fall, Arc<Plan>)]| {
            let found = plans.iter().find(|(known, _)| *known == fall);
            found.map(|(_, plan)| plan.clone())
        };
        if let Some(found) = find(&self.plans.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(found);
        }
        let made = Arc::new(plan()?);
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.len() < PLANS && find(&plans).is_none() {
            plans.push((fall, made.clone()));
        }
        Ok(made)
    }

    /// About how many bytes it takes, with all the plans that may come to be kept.
    fn bytes(&self, key: &Key) -> usize {
        let falls = 1_usize.checked_shl(u32::try_from(self.conditions.len()).unwrap_or(u32::MAX));
        let plans = falls.unwrap_or(PLANS).min(PLANS);
        key.query.len() * BYTES_OF_TEXT + self.size * BYTES_OF_FIELD * plans
    }
}

fn note_conditions(set: &SelectionSet, conditions: &mut IndexSet<Name>) {
    for selection in &set.selections {
        note_variables(selection.directives(), conditions);
        match selection {
            Selection::Field(field) => note_conditions(&field.selection_set, conditions),
            Selection::InlineFragment(fragment) => note_conditions(&fragment.selection_set, conditions),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn note_variables(directives: &DirectiveList, conditions: &mut IndexSet<Name>) {
    for directive in ["skip", "include"]
        .iter()
        .flat_map(|name| directives.get_all(name))
    {
        let value = directive.specified_argument_by_name("if");
        conditions.extend(value.and_then(|value| value.as_variable()).cloned());
    }
}
