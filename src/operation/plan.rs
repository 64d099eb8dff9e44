//! The plan of an operation: the fields it requests of every object type that may occur, after fragments, repeated
//! fields, `@skip` and `@include` have been resolved.

use apollo_compiler::Node;
use apollo_compiler::ast::{self, Argument};
use apollo_compiler::schema::FieldDefinition;
use async_graphql::{Name, Pos, ServerError, Value};

use crate::model::{Permission, Permissions};

/// The fields requested of one object type.
#[derive(Debug)]
pub(super) struct Plan {
    /// The object type.
    pub object_type: Name,
    /// The fields in the order of the answer. Every key occurs once.
    pub fields: Vec<PlannedField>,
    /// The error of an object of this type whose fields cannot be determined, since `@skip` or `@include` has no boolean.
    /// There are no fields then.
    pub error: Option<Box<ServerError>>,
}

/// One key of the answer.
#[derive(Debug)]
pub(super) struct PlannedField {
    /// The key in the answer: the alias, or the field's name.
    pub key: Name,
    /// The field's name.
    pub name: Name,
    /// The position of the field in the document; the first one if it is requested several times.
    pub position: Pos,
    /// The arguments. They are the same at all positions.
    pub arguments: Vec<Node<Argument>>,
    /// The field as the object type defines it. An interface may define it with another type.
    pub definition: Node<FieldDefinition>,
    /// The selection from the field's value.
    pub selection: Selection,
    /// The permission that the field requires, if any.
    pub required_permission: Option<Permission>,
}

/// The selection from a field's value.
#[derive(Debug)]
pub(super) enum Selection {
    /// None: the plan itself has the value, which is the same in every answer.
    Constant(Value),
    /// None: the value is a scalar or an enum value.
    Leaf,
    /// The fields of an object.
    Object(Plan),
    /// The fields of every object type that an interface or a union can be.
    Abstract(Vec<Plan>),
}

/// A computation over a plan from the inside out: the result for a field is made from the result for its selection.
pub(super) trait Fold {
    /// The context that a field passes down to its selection.
    type Place: Copy;
    /// The result for a field and for a set of fields.
    type Output;

    /// Whether a field takes part. Every field does by default.
    fn includes(&self, _field: &PlannedField, _place: Self::Place) -> bool {
        true
    }

    /// The context of the fields selected from a field's value.
    fn place_below(&self, field: &PlannedField, place: Self::Place) -> Self::Place;

    /// The result for a field. `selection` is the result for what is selected from its value; `None` for a leaf.
    fn field(
        &self,
        field: &PlannedField,
        place: Self::Place,
        selection: Option<Self::Output>,
    ) -> Self::Output;

    /// The result for the fields of one object.
    fn object(&self, fields: impl Iterator<Item = Self::Output>) -> Self::Output;

    /// The result for an interface or a union, from the results for the types it can be.
    fn possible_types<'p>(
        &self,
        field: &PlannedField,
        plans: impl Iterator<Item = (&'p Plan, Self::Output)>,
    ) -> Self::Output;
}

impl Plan {
    /// Computes the result for all fields.
    pub(super) fn fold<F: Fold>(&self, fold: &F, place: F::Place) -> F::Output {
        let fields = self.fields.iter().filter(|field| fold.includes(field, place));
        fold.object(fields.map(|field| field.fold(fold, place)))
    }
}

impl PlannedField {
    /// Computes the result for this field.
    pub(super) fn fold<F: Fold>(&self, fold: &F, place: F::Place) -> F::Output {
        let selection = match &self.selection {
            Selection::Constant(_) | Selection::Leaf => None,
            Selection::Object(plan) => Some(plan.fold(fold, fold.place_below(self, place))),
            Selection::Abstract(plans) => {
                let below = fold.place_below(self, place);
                let plans = plans.iter().map(|plan| (plan, plan.fold(fold, below)));
                Some(fold.possible_types(self, plans))
            }
        };
        fold.field(self, place, selection)
    }

    /// Returns the value of an argument, if it is given.
    pub(super) fn argument(&self, name: &str) -> Option<&ast::Value> {
        let mut arguments = self.arguments.iter();
        arguments
            .find(|argument| argument.name == name)
            .map(|argument| &*argument.value)
    }

    /// The permission that the caller lacks for this field, if any.
    pub(super) fn missing_permission(&self, permissions: Permissions) -> Option<Permission> {
        self.required_permission
            .filter(|&required| !permissions.contains(required))
    }
}
