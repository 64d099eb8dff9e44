//! What an operation asks for, settled: fragments opened, fields that belong together merged,
//! `@skip` and `@include` obeyed, once for every concrete type that can come.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::DirectiveList;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{ExecutableDocument, Node, Schema};
use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Pos};

use super::answer::{Answer, Code};
use super::measure::within;
use super::parse::place;
use super::permission::PermissionTable;
use crate::model::{Permission, Permissions};

/// The most selections looked at while planning, each counted for every concrete type it is looked
/// at for. It bounds the plan's size and the time planning takes.
const SELECTIONS: u32 = 20_000;
/// The deepest nesting of fields, fragments opened: everything after this step recurses that deep.
const LEVELS: u32 = 64;

/// What is asked of one object type.
#[derive(Debug)]
pub(super) struct Plan {
    /// The object type.
    pub on: Name,
    /// The fields in the order of the answer; every key is there once.
    pub fields: Vec<Planned>,
}

/// One key of the answer.
#[derive(Debug)]
pub(super) struct Planned {
    /// The key in the answer: the alias, or the field's name.
    pub key: Name,
    /// The field's name.
    pub name: Name,
    /// Where it stands in the text, first of all places.
    pub at: Pos,
    /// The field as it is written at that place; its arguments are those of all places.
    pub field: Node<Field>,
    /// The field as the *object type* defines it; an interface may define it with another type.
    pub definition: Node<FieldDefinition>,
    /// What is asked of its value.
    pub inner: Inner,
    needs: Option<Permission>,
}

impl Planned {
    /// The permission that is missing for this field, if one is.
    pub(super) fn refused(&self, permissions: Permissions) -> Option<Permission> {
        self.needs.filter(|&needed| !permissions.contains(needed))
    }
}

/// What is asked of a field's value.
#[derive(Debug)]
pub(super) enum Inner {
    /// `__typename`: the plan knows it.
    TypeName,
    /// A scalar or an enum value.
    Leaf,
    /// An object.
    Object(Plan),
    /// An interface or a union: a plan for every object type it can be.
    Abstract(Vec<Plan>),
}

/// The object types that an interface or a union can be, by its name.
pub(super) type PossibleTypes = HashMap<String, Vec<apollo_compiler::Name>>;

/// Looks the possible types of all interfaces and unions up.
pub(super) fn possible_types(schema: &Schema) -> PossibleTypes {
    let objects = || {
        schema
            .types
            .iter()
            .filter(|(_, definition)| definition.is_object())
    };
    schema
        .types
        .iter()
        .filter(|(_, definition)| definition.is_interface() || definition.is_union())
        .map(|(name, _)| {
            let possible = objects().filter(|(object, _)| schema.is_subtype(name, object));
            (
                name.to_string(),
                possible.map(|(object, _)| object.clone()).collect(),
            )
        })
        .collect()
}

/// Plans one operation.
pub(super) struct Planner<'a> {
    schema: &'a Schema,
    possible: &'a PossibleTypes,
    table: &'a PermissionTable,
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    seen: usize,
}

/// Fields by their key in the answer, in its order.
type Groups<'a> = IndexMap<&'a str, Vec<&'a Node<Field>>>;

impl<'a> Planner<'a> {
    pub(super) fn new(
        schema: &'a Schema,
        possible: &'a PossibleTypes,
        table: &'a PermissionTable,
        document: &'a ExecutableDocument,
        variables: &'a JsonMap,
    ) -> Self {
        Self {
            schema,
            possible,
            table,
            document,
            variables,
            seen: 0,
        }
    }

    /// Plans what `sets` ask of the object type `on`.
    pub(super) fn plan(&mut self, on: &str, sets: &[&'a SelectionSet], level: usize) -> Result<Plan, Answer> {
        within(LEVELS, level, "levels of fields")?;
        let (mut groups, mut opened) = (Groups::new(), HashSet::new());
        for set in sets {
            self.collect(on, set, &mut opened, &mut groups)?;
        }
        let fields = groups
            .into_iter()
            .filter_map(|(key, fields)| self.planned(on, key, &fields, level).transpose())
            .collect::<Result<_, _>>()?;
        Ok(Plan {
            on: Name::new(on),
            fields,
        })
    }

    /// `CollectFields` of the specification. A fragment is opened once for an object, however often it
    /// is spread: that is why fragments which spread each other twice do not grow without bound.
    fn collect(
        &mut self,
        on: &str,
        set: &'a SelectionSet,
        opened: &mut HashSet<&'a str>,
        groups: &mut Groups<'a>,
    ) -> Result<(), Answer> {
        for selection in &set.selections {
            self.seen += 1;
            within(
                SELECTIONS,
                self.seen,
                "selections, each counted for every type that can come",
            )?;
            if !self.included(selection.directives())? {
                continue;
            }
            let inner = match selection {
                Selection::Field(field) => {
                    groups.entry(field.response_key()).or_default().push(field);
                    None
                }
                Selection::InlineFragment(fragment) => fragment
                    .type_condition
                    .as_ref()
                    .is_none_or(|condition| self.applies(condition, on))
                    .then_some(&fragment.selection_set),
                Selection::FragmentSpread(spread) if opened.insert(&spread.fragment_name) => self
                    .document
                    .fragments
                    .get(&spread.fragment_name)
                    .filter(|fragment| self.applies(fragment.type_condition(), on))
                    .map(|fragment| &fragment.selection_set),
                Selection::FragmentSpread(_) => None,
            };
            if let Some(inner) = inner {
                self.collect(on, inner, opened, groups)?;
            }
        }
        Ok(())
    }

    /// Whether `@skip` and `@include` let a selection in.
    fn included(&self, directives: &DirectiveList) -> Result<bool, Answer> {
        Ok(self.condition(directives, "skip")? != Some(true)
            && self.condition(directives, "include")? != Some(false))
    }

    fn condition(&self, directives: &DirectiveList, name: &str) -> Result<Option<bool>, Answer> {
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
        // A variable that may be null fits here if it has a default, and null may be sent all the same.
        truth.map(Some).ok_or_else(|| {
            let message = format!("`if` of @{name} must not be null");
            Answer::refuse(
                Code::BadUserInput,
                message,
                place(&self.document.sources, value.location()),
            )
        })
    }

    fn applies(&self, condition: &str, on: &str) -> bool {
        condition == on || self.schema.is_subtype(condition, on)
    }

    /// Plans one key; `fields` are all places that ask for it. There is at least one.
    fn planned(
        &mut self,
        on: &str,
        key: &str,
        fields: &[&'a Node<Field>],
        level: usize,
    ) -> Result<Option<Planned>, Answer> {
        let Some(&field) = fields.first() else {
            return Ok(None);
        };
        let key = Name::new(key);
        let definition = self
            .schema
            .type_field(on, &field.name)
            .map_or_else(|_| field.definition.clone(), |definition| definition.node.clone());
        let sets: Vec<_> = fields.iter().map(|field| &field.selection_set).collect();
        let inner = if field.name == "__typename" {
            Inner::TypeName
        } else {
            self.inner(definition.ty.inner_named_type(), &sets, level + 1)?
        };
        Ok(Some(Planned {
            name: field
                .alias
                .as_ref()
                .map_or_else(|| key.clone(), |_| Name::new(&field.name)),
            key,
            at: place(&self.document.sources, field.location()).unwrap_or_default(),
            field: field.clone(),
            needs: self.table.needs(on, &field.name),
            definition,
            inner,
        }))
    }

    fn inner(&mut self, of: &str, sets: &[&'a SelectionSet], level: usize) -> Result<Inner, Answer> {
        if let Some(possible) = self.possible.get(of) {
            let plans = possible.iter().map(|object| self.plan(object, sets, level));
            return Ok(Inner::Abstract(plans.collect::<Result<_, _>>()?));
        }
        Ok(match self.schema.types.get(of) {
            Some(ExtendedType::Object(_)) => Inner::Object(self.plan(of, sets, level)?),
            _ => Inner::Leaf,
        })
    }
}
