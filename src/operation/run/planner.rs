//! The planning of an operation: fragments are opened, repeated fields merged, and `@skip` and `@include` evaluated, once
//! for every object type that can occur.

use std::collections::HashSet;

use apollo_compiler::ast::{Argument, DirectiveList};
use apollo_compiler::executable::{self, Field, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{ExecutableDocument, Node, Schema};
use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, ServerError, Value};

use crate::error::Code;
use crate::operation::answer::Answer;
use crate::operation::check::PermissionTable;
use crate::operation::error::{error, position};
use crate::operation::limit::check_limit;
use crate::operation::plan::{Plan, PlannedField, Selection};
use crate::operation::schema::PossibleTypes;
use crate::operation::value::ids_as_text;

/// The most selections visited while planning, each counted for every object type for which it is visited. It limits the
/// size of the plan and the time of planning.
const SELECTIONS: u32 = 20_000;
/// The deepest nesting of fields, fragments opened. All later steps recurse that deep.
const LEVELS: u32 = 64;

/// The level of the fields at the root.
pub(in crate::operation) const ROOT: usize = 1;

/// The reason why fields are not collected to the end.
enum Stop {
    /// The operation exceeds a limit and is refused.
    Limit(Answer),
    /// The condition of `@skip` or `@include` is null. This is an error of every object whose fields depend on it.
    NullCondition(Box<ServerError>),
}

/// The planner of one operation.
pub(in crate::operation) struct Planner<'a> {
    schema: &'a Schema,
    possible_types: &'a PossibleTypes,
    permissions: &'a PermissionTable,
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    visited: usize,
}

/// The fields by their key in the answer, in its order.
type Groups<'a> = IndexMap<&'a str, Vec<&'a Node<Field>>>;

impl<'a> Planner<'a> {
    /// Makes a planner for an operation of a valid document, with coerced variables.
    pub(in crate::operation) fn new(
        schema: &'a Schema,
        possible_types: &'a PossibleTypes,
        permissions: &'a PermissionTable,
        document: &'a ExecutableDocument,
        variables: &'a JsonMap,
    ) -> Self {
        Self {
            schema,
            possible_types,
            permissions,
            document,
            variables,
            visited: 0,
        }
    }

    /// Plans the selections from an object type.
    pub(in crate::operation) fn plan(
        &mut self,
        object_type: &str,
        sets: &[&'a SelectionSet],
        level: usize,
    ) -> Result<Plan, Answer> {
        check_limit(LEVELS, level, "levels of fields")?;
        let (mut groups, mut opened) = (Groups::new(), HashSet::new());
        let mut sets = sets.iter();
        let collected = sets.try_for_each(|set| self.collect(object_type, set, &mut opened, &mut groups));
        match collected {
            Ok(()) => {}
            Err(Stop::Limit(refusal)) => return Err(refusal),
            Err(Stop::NullCondition(error)) if level == ROOT => return Err(Answer::refusal(vec![*error])),
            Err(Stop::NullCondition(error)) => {
                return Ok(Plan {
                    object_type: Name::new(object_type),
                    fields: Vec::new(),
                    error: Some(error),
                });
            }
        }
        let fields = groups
            .into_iter()
            .filter_map(|(key, fields)| self.field(object_type, key, &fields, level).transpose())
            .collect::<Result<_, _>>()?;
        Ok(Plan {
            object_type: Name::new(object_type),
            fields,
            error: None,
        })
    }

    /// Collects fields as `CollectFields` of the specification does. A fragment is opened once for an object, however often
    /// it is spread, so that fragments which spread each other twice do not grow without bound.
    fn collect(
        &mut self,
        object_type: &str,
        set: &'a SelectionSet,
        opened: &mut HashSet<&'a str>,
        groups: &mut Groups<'a>,
    ) -> Result<(), Stop> {
        for selection in &set.selections {
            self.visited += 1;
            let within = check_limit(
                SELECTIONS,
                self.visited,
                "selections, each counted for every type that can occur",
            );
            within.map_err(Stop::Limit)?;
            if !self.included(selection.directives())? {
                continue;
            }
            let inner = match selection {
                executable::Selection::Field(field) => {
                    groups.entry(field.response_key()).or_default().push(field);
                    None
                }
                executable::Selection::InlineFragment(fragment) => fragment
                    .type_condition
                    .as_ref()
                    .is_none_or(|condition| self.applies(condition, object_type))
                    .then_some(&fragment.selection_set),
                executable::Selection::FragmentSpread(spread) if opened.insert(&spread.fragment_name) => self
                    .document
                    .fragments
                    .get(&spread.fragment_name)
                    .filter(|fragment| self.applies(fragment.type_condition(), object_type))
                    .map(|fragment| &fragment.selection_set),
                executable::Selection::FragmentSpread(_) => None,
            };
            if let Some(inner) = inner {
                self.collect(object_type, inner, opened, groups)?;
            }
        }
        Ok(())
    }

    /// Whether `@skip` and `@include` leave a selection in the operation.
    fn included(&self, directives: &DirectiveList) -> Result<bool, Stop> {
        Ok(self.condition(directives, "skip")? != Some(true)
            && self.condition(directives, "include")? != Some(false))
    }

    fn condition(&self, directives: &DirectiveList, name: &str) -> Result<Option<bool>, Stop> {
        let Some(value) = directives
            .get(name)
            .and_then(|directive| directive.specified_argument_by_name("if"))
        else {
            return Ok(None);
        };
        let truth = match value.as_variable() {
            Some(variable) => self.variables.get(variable.as_str()).and_then(JsonValue::as_bool),
            None => value.to_bool(),
        };
        // A nullable variable may be used here if it has a default, and null may be sent for it all the same.
        truth.map(Some).ok_or_else(|| {
            let message = format!("`if` of @{name} must not be null");
            let position = position(&self.document.sources, value.location());
            Stop::NullCondition(Box::new(error(Code::BadUserInput, message, position)))
        })
    }

    fn applies(&self, condition: &str, object_type: &str) -> bool {
        condition == object_type || self.schema.is_subtype(condition, object_type)
    }

    /// Plans one key. `fields` are all fields with that key; there is at least one.
    fn field(
        &mut self,
        object_type: &str,
        key: &str,
        fields: &[&'a Node<Field>],
        level: usize,
    ) -> Result<Option<PlannedField>, Answer> {
        let Some(&field) = fields.first() else {
            return Ok(None);
        };
        let key = Name::new(key);
        let definition = self
            .schema
            .type_field(object_type, &field.name)
            .map_or_else(|_| field.definition.clone(), |definition| definition.node.clone());
        let sets: Vec<_> = fields.iter().map(|field| &field.selection_set).collect();
        let selection = match self.constant(object_type, &field.name) {
            Some(value) => Selection::Constant(value),
            None => self.selection(definition.ty.inner_named_type(), &sets, level + 1)?,
        };
        Ok(Some(PlannedField {
            name: field
                .alias
                .as_ref()
                .map_or_else(|| key.clone(), |_| Name::new(&field.name)),
            key,
            position: position(&self.document.sources, field.location()).unwrap_or_default(),
            arguments: self.arguments(field, &definition),
            required_permission: self.permissions.required_permission(object_type, &field.name),
            definition,
            selection,
        }))
    }

    /// Returns the value of a field that is the same in every answer. async-graphql has a text of its own in the place of
    /// the schema's description.
    fn constant(&self, object_type: &str, field: &str) -> Option<Value> {
        match (object_type, field) {
            (_, "__typename") => Some(Value::String(object_type.to_owned())),
            ("__Schema", "description") => {
                let description = self.schema.schema_definition.description.as_deref();
                Some(description.map_or(Value::Null, |text| Value::String(text.to_owned())))
            }
            _ => None,
        }
    }

    /// Returns the arguments of a field, with ids as text.
    fn arguments(&self, field: &Field, definition: &FieldDefinition) -> Vec<Node<Argument>> {
        let convert = |argument: &Node<Argument>| {
            let definition = definition.argument_by_name(&argument.name)?;
            let value = ids_as_text(self.schema, &definition.ty, &argument.value)?;
            Some(Node::new(Argument {
                name: argument.name.clone(),
                value: Node::new(value),
            }))
        };
        let arguments = field.arguments.iter();
        arguments
            .map(|argument| convert(argument).unwrap_or_else(|| argument.clone()))
            .collect()
    }

    fn selection(&mut self, of: &str, sets: &[&'a SelectionSet], level: usize) -> Result<Selection, Answer> {
        if let Some(possible) = self.possible_types.get(of) {
            let plans = possible.iter().map(|object| self.plan(object, sets, level));
            return Ok(Selection::Abstract(plans.collect::<Result<_, _>>()?));
        }
        Ok(match self.schema.types.get(of) {
            Some(ExtendedType::Object(_)) => Selection::Object(self.plan(of, sets, level)?),
            _ => Selection::Leaf,
        })
    }
}
