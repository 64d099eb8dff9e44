//! From the plan to the document that async-graphql runs.
//!
//! It has no fragments spread by name, no directives and no variables: each value stands where it
//! is used, so that one which was not sent is absent rather than null.

use std::collections::HashMap;

use apollo_compiler::response::JsonMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, InlineFragment, OperationDefinition, OperationType,
    Selection, SelectionSet, TypeCondition,
};
use async_graphql::{Name, Pos, Positioned, Value};

use super::entities;
use super::plan::{Inner, Plan, Planned};
use super::variables::literal;
use crate::model::Permissions;

/// The key under which every object says its type. No alias can be the same: names have no colon.
///
/// async-graphql gives null for an object none of whose fields came out, as for an object that is
/// not there; with this key, which always comes out, the two differ.
pub(super) const TYPE: &str = ":type";

/// The document without what the caller may not have. `None` when nothing is left to run.
pub(super) fn document(
    kind: OperationType,
    plan: &Plan,
    variables: &JsonMap,
    permissions: Permissions,
) -> Option<ExecutableDocument> {
    let writer = Writer {
        variables,
        permissions,
    };
    let items = writer.fields(plan);
    let operation = OperationDefinition {
        ty: kind,
        variable_definitions: Vec::new(),
        directives: Vec::new(),
        selection_set: at(Pos::default(), SelectionSet { items }),
    };
    let runs = !operation.selection_set.node.items.is_empty();
    runs.then(|| ExecutableDocument {
        operations: DocumentOperations::Single(at(Pos::default(), operation)),
        fragments: HashMap::new(),
    })
}

/// A field without arguments and selections.
fn field(key: &Name, name: &Name, pos: Pos) -> Field {
    Field {
        alias: (key != name).then(|| at(pos, key.clone())),
        name: at(pos, name.clone()),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: at(pos, SelectionSet::default()),
    }
}

fn at<T>(pos: Pos, node: T) -> Positioned<T> {
    Positioned::new(node, pos)
}

struct Writer<'a> {
    variables: &'a JsonMap,
    permissions: Permissions,
}

impl Writer<'_> {
    fn fields(&self, plan: &Plan) -> Vec<Positioned<Selection>> {
        let asked = plan
            .fields
            .iter()
            .filter(|planned| planned.refused(self.permissions).is_none());
        asked
            .flat_map(|planned| self.field(planned))
            .map(|field| at(field.name.pos, Selection::Field(at(field.name.pos, field))))
            .collect()
    }

    /// Nothing for `__typename`, one field for each representation for `_entities`, else one field.
    fn field(&self, planned: &Planned) -> Vec<Field> {
        if matches!(planned.inner, Inner::TypeName) {
            return Vec::new();
        }
        let mut written = field(&planned.key, &planned.name, planned.at);
        written.selection_set.node.items = self.selections(planned);
        if entities::is_entities(planned) {
            return entities::split(planned, &written, self.variables);
        }
        for argument in &planned.field.arguments {
            if let Some(value) = literal(&argument.value, self.variables) {
                give(&mut written, &argument.name, value);
            }
        }
        vec![written]
    }

    fn selections(&self, planned: &Planned) -> Vec<Positioned<Selection>> {
        let mut items = match &planned.inner {
            Inner::TypeName | Inner::Leaf => return Vec::new(),
            Inner::Object(plan) => self.fields(plan),
            Inner::Abstract(plans) => plans
                .iter()
                .filter_map(|plan| self.fragment(plan, planned.at))
                .collect(),
        };
        let name = field(&Name::new(TYPE), &Name::new("__typename"), planned.at);
        items.push(at(planned.at, Selection::Field(at(planned.at, name))));
        items
    }

    fn fragment(&self, plan: &Plan, pos: Pos) -> Option<Positioned<Selection>> {
        let items = self.fields(plan);
        let fragment = InlineFragment {
            type_condition: Some(at(
                pos,
                TypeCondition {
                    on: at(pos, plan.on.clone()),
                },
            )),
            directives: Vec::new(),
            selection_set: at(pos, SelectionSet { items }),
        };
        let asks = !fragment.selection_set.node.items.is_empty();
        asks.then(|| at(pos, Selection::InlineFragment(at(pos, fragment))))
    }
}

/// Gives a field an argument.
pub(super) fn give(field: &mut Field, name: &str, value: Value) {
    let pos = field.name.pos;
    let argument = (at(pos, Name::new(name)), at(pos, value.into_value()));
    field.arguments.push(argument);
}
