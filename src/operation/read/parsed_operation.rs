//! A valid operation and the plans that were made of it.

use std::sync::{Arc, Mutex, PoisonError};

use apollo_compiler::ast::DirectiveList;
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node};
use async_graphql::indexmap::IndexSet;

use crate::operation::answer::Answer;
use crate::operation::plan::Plan;

/// The most plans that are kept of an operation. There is one for every combination of its `@skip` and `@include`.
const PLANS: usize = 8;

/// The values of the variables that `@skip` and `@include` use; `None` for one that has no boolean value.
type ConditionValues = Vec<Option<bool>>;

/// A valid operation and the plans that were made of it.
#[derive(Debug)]
pub(in crate::operation) struct ParsedOperation {
    /// The document that contains the operation.
    pub document: Valid<ExecutableDocument>,
    /// The operation.
    pub operation: Node<Operation>,
    condition_variables: Vec<Name>,
    size: usize,
    plans: Mutex<Vec<(ConditionValues, Arc<Plan>)>>,
}

impl ParsedOperation {
    /// Makes an operation without plans. `size` is its number of selections with all fragments opened.
    pub(in crate::operation) fn new(
        document: Valid<ExecutableDocument>,
        operation: Node<Operation>,
        size: usize,
    ) -> Self {
        let mut variables = IndexSet::new();
        collect_condition_variables(&operation.selection_set, &mut variables);
        for fragment in document.fragments.values() {
            collect_condition_variables(&fragment.selection_set, &mut variables);
        }
        Self {
            condition_variables: variables.into_iter().collect(),
            document,
            operation,
            size,
            plans: Mutex::default(),
        }
    }

    /// Returns the plan for the values that `@skip` and `@include` have with these variables: a kept one, or the one that
    /// `make` makes.
    pub(in crate::operation) fn plan(
        &self,
        variables: &JsonMap,
        make: impl FnOnce() -> Result<Plan, Answer>,
    ) -> Result<Arc<Plan>, Answer> {
        let value = |name: &Name| variables.get(name.as_str()).and_then(JsonValue::as_bool);
        let values: ConditionValues = self.condition_variables.iter().map(value).collect();
        let find = |plans: &[(ConditionValues, Arc<Plan>)]| {
            let kept = plans.iter().find(|(kept, _)| *kept == values);
            kept.map(|(_, plan)| plan.clone())
        };
        if let Some(plan) = find(&self.plans.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(plan);
        }
        let plan = Arc::new(make()?);
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if plans.len() < PLANS && find(&plans).is_none() {
            plans.push((values, plan.clone()));
        }
        Ok(plan)
    }

    /// The number of selections, with all fragments opened.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The most plans that may be kept of this operation.
    pub(super) fn possible_plans(&self) -> usize {
        let variables = u32::try_from(self.condition_variables.len()).unwrap_or(u32::MAX);
        1_usize.checked_shl(variables).unwrap_or(PLANS).min(PLANS)
    }
}

fn collect_condition_variables(set: &SelectionSet, variables: &mut IndexSet<Name>) {
    for selection in &set.selections {
        collect_from_directives(selection.directives(), variables);
        match selection {
            Selection::Field(field) => collect_condition_variables(&field.selection_set, variables),
            Selection::InlineFragment(fragment) => {
                collect_condition_variables(&fragment.selection_set, variables);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn collect_from_directives(directives: &DirectiveList, variables: &mut IndexSet<Name>) {
    let conditions = ["skip", "include"].into_iter();
    for directive in conditions.flat_map(|name| directives.get_all(name)) {
        let value = directive.specified_argument_by_name("if");
        variables.extend(value.and_then(|value| value.as_variable()).cloned());
    }
}
