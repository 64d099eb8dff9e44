//! The document that async-graphql runs, made from the plan.
//!
//! It has no fragments spread by name, no directives and no variables: values stand where variables were used, so that a
//! variable without a value makes an argument absent rather than null.

use std::collections::HashMap;

use apollo_compiler::response::JsonMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, InlineFragment, OperationDefinition, OperationType, Selection,
    SelectionSet, TypeCondition,
};
use async_graphql::{Name, Pos, Positioned};

use super::entities::{self, Entities};
use super::introspection::added_fields;
use super::syntax::{add_argument, at, field};
use crate::model::Permissions;
use crate::operation::check::is_entities;
use crate::operation::plan::{self, Fold, Plan, PlannedField};
use crate::operation::value::substitute;

/// The key under which every object returns its type. No alias can be the same: names have no colon.
///
/// async-graphql returns null for an object none of whose fields came out, as for an object that does not exist. This
/// key always comes out, so that the two differ.
pub(super) const TYPE: &str = ":type";

/// The field that every object has for its type.
const TYPE_NAME: &str = "__typename";

/// Writes the document without the fields that the caller may not have. Returns `None` if no field is left to run.
pub(super) fn document(
    kind: OperationType,
    plan: &Plan,
    variables: &JsonMap,
    permissions: Permissions,
    entities: Entities,
) -> Option<ExecutableDocument> {
    let writer = Writer {
        variables,
        permissions,
        entities,
    };
    let items = plan.fold(&writer, Level::Root);
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

struct Writer<'a> {
    variables: &'a JsonMap,
    permissions: Permissions,
    entities: Entities,
}

type Selections = Vec<Positioned<Selection>>;

/// The object that a field is selected from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    /// The root of the operation.
    Root,
    /// The value of a field.
    Below,
}

impl Fold for Writer<'_> {
    type Place = Level;
    type Output = Selections;

    /// Leaves out the fields whose values the plan has, except the type of an object below the root: an object that comes with
    /// all of its fields is completed in its place.
    fn includes(&self, planned: &PlannedField, level: Level) -> bool {
        let is_known = matches!(planned.selection, plan::Selection::Constant(_));
        let runs = !is_known || level == Level::Below && planned.name == TYPE_NAME;
        runs && planned.missing_permission(self.permissions).is_none()
    }

    fn place_below(&self, _: &PlannedField, _: Level) -> Level {
        Level::Below
    }

    /// Writes one field, or those for the representations of `_entities`.
    fn field(&self, planned: &PlannedField, _: Level, selection: Option<Selections>) -> Selections {
        let position = planned.position;
        let mut written = field(&planned.key, &planned.name, position);
        if let Some(mut items) = selection {
            let type_name = field(&Name::new(TYPE), &Name::new(TYPE_NAME), position);
            items.push(at(position, Selection::Field(at(position, type_name))));
            let added = added_fields(planned);
            items.extend(added.map(|field| at(position, Selection::Field(at(position, field)))));
            written.selection_set.node.items = items;
        }
        let fields = if is_entities(planned) {
            entities::fields(planned, written, self.variables, self.entities)
        } else {
            for argument in &planned.arguments {
                if let Some(value) = substitute(&argument.value, self.variables) {
                    add_argument(&mut written, &argument.name, value);
                }
            }
            vec![written]
        };
        let fields = fields.into_iter();
        fields
            .map(|field| at(position, Selection::Field(at(position, field))))
            .collect()
    }

    fn object(&self, fields: impl Iterator<Item = Selections>) -> Selections {
        fields.flatten().collect()
    }

    /// Writes an inline fragment for every type with fields.
    fn possible_types<'p>(
        &self,
        planned: &PlannedField,
        plans: impl Iterator<Item = (&'p Plan, Selections)>,
    ) -> Selections {
        let plans = plans.filter(|(_, items)| !items.is_empty());
        plans
            .map(|(plan, items)| fragment(plan.object_type.clone(), items, planned.position))
            .collect()
    }
}

fn fragment(object_type: Name, items: Selections, position: Pos) -> Positioned<Selection> {
    let condition = TypeCondition {
        on: at(position, object_type),
    };
    let fragment = InlineFragment {
        type_condition: Some(at(position, condition)),
        directives: Vec::new(),
        selection_set: at(position, SelectionSet { items }),
    };
    at(position, Selection::InlineFragment(at(position, fragment)))
}
