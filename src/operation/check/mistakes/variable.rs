//! Variables that are not defined, and variables and fragments that are not used.
//!
//! The compiler checks neither in a part of the document that belongs to an unknown name.

use std::collections::HashSet;

use apollo_compiler::ast::{
    Argument, Definition, DirectiveList, OperationDefinition, Selection, Value, VariableDefinition,
};
use apollo_compiler::{Name, Node};

use super::Search;
use crate::operation::suggestion::did_you_mean;

/// Writes the message about a variable that an operation does not define.
pub(in crate::operation::check) fn undefined_variable(
    operation: Option<&Name>,
    defined: &[Node<VariableDefinition>],
    name: &Name,
) -> String {
    let known: Vec<String> = defined.iter().map(|known| format!("${}", known.name)).collect();
    let name = format!("${name}");
    let suggestion = did_you_mean(&name, known.iter().map(String::as_str));
    format!("variable `{name}` is not defined{}{suggestion}", by(operation))
}

fn by(operation: Option<&Name>) -> String {
    operation.map_or_else(String::new, |name| format!(" by operation `{name}`"))
}

/// The variables and fragments that an operation uses.
#[derive(Default)]
struct Uses<'a> {
    variables: Vec<(&'a Name, &'a Node<Value>)>,
    fragments: HashSet<&'a Name>,
}

impl<'a> Search<'a> {
    /// Reports what is used and not defined, and what is defined and not used.
    pub(super) fn uses(&mut self) {
        let mut fragments = HashSet::new();
        let document = self.document;
        for definition in &document.definitions {
            if let Definition::OperationDefinition(operation) = definition {
                let uses = self.uses_of(operation);
                self.variables_of(operation, &uses);
                fragments.extend(uses.fragments);
            }
        }
        for definition in &document.definitions {
            let Definition::FragmentDefinition(fragment) = definition else {
                continue;
            };
            let name = &fragment.name;
            if !fragments.contains(name) {
                self.report(fragment.location(), |_| {
                    format!("fragment `{name}` is never used")
                });
            } else if self.skips {
                self.explain(fragment.location());
            }
        }
    }

    fn uses_of(&self, operation: &'a OperationDefinition) -> Uses<'a> {
        let mut uses = Uses::default();
        uses.directives(&operation.directives);
        let mut waiting: Vec<&'a [Selection]> = vec![&operation.selection_set];
        while let Some(set) = waiting.pop() {
            for selection in set {
                match selection {
                    Selection::Field(field) => {
                        uses.directives(&field.directives);
                        uses.arguments(&field.arguments);
                        waiting.push(&field.selection_set);
                    }
                    Selection::InlineFragment(fragment) => {
                        uses.directives(&fragment.directives);
                        waiting.push(&fragment.selection_set);
                    }
                    Selection::FragmentSpread(spread) => {
                        uses.directives(&spread.directives);
                        let name = &spread.fragment_name;
                        if uses.fragments.insert(name) {
                            let found = self.fragments.iter().find(|fragment| fragment.name == *name);
                            waiting.extend(found.map(|fragment| fragment.selection_set.as_slice()));
                        }
                    }
                }
            }
        }
        uses
    }

    fn variables_of(&mut self, operation: &'a OperationDefinition, uses: &Uses<'a>) {
        let (name, defined) = (operation.name.as_ref(), &operation.variables);
        for (used, value) in &uses.variables {
            if !defined.iter().any(|variable| variable.name == **used) {
                self.report(value.location(), |_| undefined_variable(name, defined, used));
            }
        }
        for variable in defined {
            if !uses.variables.iter().any(|(used, _)| **used == variable.name) {
                self.report(variable.location(), |_| {
                    format!("variable `${}` is never used{}", variable.name, by(name))
                });
            } else if self.skips {
                self.explain(variable.location());
            }
        }
    }
}

impl<'a> Uses<'a> {
    fn directives(&mut self, directives: &'a DirectiveList) {
        for directive in directives {
            self.arguments(&directive.arguments);
        }
    }

    fn arguments(&mut self, arguments: &'a [Node<Argument>]) {
        for argument in arguments {
            self.value(&argument.value);
        }
    }

    fn value(&mut self, value: &'a Node<Value>) {
        match value.as_ref() {
            Value::Variable(name) => self.variables.push((name, value)),
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Object(fields) => fields.iter().for_each(|(_, value)| self.value(value)),
            _ => {}
        }
    }
}
