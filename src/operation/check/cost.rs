//! The cost of an operation by the page sizes that it requests, known before anything runs.
//!
//! A scalar costs nothing, an object 1, a connection 2 plus its page size times the cost of an entry. Lists multiply as
//! well: `nodes` and `_entities` by the number requested, records with a contact point and possible duplicates by
//! [`RECOGNIZED`], any other list by
//! [`LIST`]. A bulk mutation costs 1 for each item, and its results multiply by their number. For an interface or a union, the
//! most expensive type counts. Reading the schema is free.

use std::collections::HashSet;

use apollo_compiler::Schema;
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::ExtendedType;
use async_graphql::{Name, Value};

use super::items::items;
use crate::error::Code;
use crate::limits::Limits;
use crate::operation::answer::{Answer, Cost};
use crate::operation::error::{error, set_extension};
use crate::operation::plan::{Fold, Plan, PlannedField, Selection};
use crate::operation::schema::reads_schema;
use crate::operation::value::substitute;
use crate::page;

/// The assumed length of a list that has neither a page size nor a list of keys, such as the phone numbers of a contact.
const LIST: u64 = 5;
/// The assumed length of a list of the records with a contact point or a key, which is the most.
const RECOGNIZED: u64 = 25;
/// The names of such lists.
const LISTS_OF_RECOGNIZED: [&str; 6] = [
    "candidates",
    "candidateOrganizations",
    "contacts",
    "organizations",
    "possibleDuplicates",
    "restored",
];
/// The arguments whose length is the length of the list.
const KEYS: [&str; 2] = ["ids", "representations"];

/// The field of the payload of a bulk mutation that has a result for each item.
const RESULTS: &str = "results";

/// The names of the connection types.
#[derive(Debug)]
pub(in crate::operation) struct Connections(HashSet<String>);

impl Connections {
    /// Finds the connections of a schema: the object types with `edges` and `pageInfo`, as Relay's specification defines
    /// them.
    pub(in crate::operation) fn of(schema: &Schema) -> Self {
        let is_connection = |definition: &ExtendedType| match definition {
            ExtendedType::Object(object) => {
                object.fields.contains_key("edges") && object.fields.contains_key("pageInfo")
            }
            _ => false,
        };
        let types = schema
            .types
            .iter()
            .filter(|(_, definition)| is_connection(definition));
        Self(types.map(|(name, _)| name.to_string()).collect())
    }

    /// Returns the cost of a planned operation, or refuses it if the cost exceeds the limit.
    pub(in crate::operation) fn check(
        &self,
        plan: &Plan,
        variables: &JsonMap,
        limits: &Limits,
    ) -> Result<Cost, Answer> {
        let estimate = Estimate {
            connections: self,
            variables,
        };
        let requested = plan.fold(&estimate, Place::ROOT);
        if requested > u64::from(limits.cost) {
            let path = estimate.most_expensive_path(plan);
            return Err(too_expensive(requested, limits.cost, &path));
        }
        Ok(Cost {
            requested,
            limit: limits.cost,
        })
    }
}

fn too_expensive(requested: u64, limit: u32, path: &[Name]) -> Answer {
    let message = format!(
        "the operation costs {requested}, and at most {limit} is allowed; most of it is at `{}`: ask for smaller pages there",
        path.join("."),
    );
    let mut error = error(Code::CostExceeded, message, None);
    set_extension(&mut error, "limit", limit);
    set_extension(&mut error, "actual", requested);
    let path = path.iter().map(|key| Value::String(key.to_string())).collect();
    set_extension(&mut error, "mostExpensive", Value::List(path));
    Answer::refusal(vec![error])
}

/// The parts of a field's context that its cost depends on.
#[derive(Clone, Copy)]
struct Place {
    /// The default page size.
    default_page: i32,
    /// The number of entries on the page, inside a connection.
    entries: Option<u64>,
    /// The number of items, inside the payload of a bulk mutation.
    items: Option<u64>,
}

impl Place {
    const ROOT: Self = Self {
        default_page: page::AT_ROOT,
        entries: None,
        items: None,
    };
}

struct Estimate<'a> {
    connections: &'a Connections,
    variables: &'a JsonMap,
}

impl Fold for Estimate<'_> {
    type Place = Place;
    type Output = u64;

    fn includes(&self, field: &PlannedField, _: Place) -> bool {
        !reads_schema(&field.name)
    }

    fn place_below(&self, field: &PlannedField, place: Place) -> Place {
        let of = field.definition.ty.inner_named_type().as_str();
        let is_connection = self.connections.0.contains(of);
        Place {
            default_page: page::NESTED,
            entries: is_connection.then(|| self.entries(field, place)),
            items: items(field, self.variables).map(|items| u64::try_from(items).unwrap_or(u64::MAX)),
        }
    }

    fn field(&self, field: &PlannedField, place: Place, selection: Option<u64>) -> u64 {
        let Some(inner) = selection else {
            return 0;
        };
        let below = self.place_below(field, place);
        if below.entries.is_some() {
            return inner.saturating_add(2);
        }
        if let Some(items) = below.items {
            return inner.saturating_add(items.max(1));
        }
        let one = inner.saturating_add(1);
        one.saturating_mul(self.length(field, place))
    }

    fn object(&self, fields: impl Iterator<Item = u64>) -> u64 {
        fields.fold(0, u64::saturating_add)
    }

    fn possible_types<'p>(&self, _: &PlannedField, plans: impl Iterator<Item = (&'p Plan, u64)>) -> u64 {
        plans.map(|(_, cost)| cost).max().unwrap_or_default()
    }
}

impl Estimate<'_> {
    /// The page size of a connection. One that is out of range is refused when it runs, with a better message.
    fn entries(&self, field: &PlannedField, place: Place) -> u64 {
        let sizes = ["first", "last"].into_iter();
        let sizes = sizes.filter_map(|name| self.number(field, name));
        let entries = sizes.max().unwrap_or_else(|| i64::from(place.default_page));
        u64::try_from(entries.clamp(0, i64::from(page::MOST))).unwrap_or_default()
    }

    fn number(&self, field: &PlannedField, name: &str) -> Option<i64> {
        match self.argument(field, name)? {
            Value::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    fn argument(&self, field: &PlannedField, name: &str) -> Option<Value> {
        let value = field.argument(name)?;
        substitute(value, self.variables)
    }

    /// The number of a field's objects: 1 unless it is a list.
    fn length(&self, field: &PlannedField, place: Place) -> u64 {
        if !field.definition.ty.is_list() {
            return 1;
        }
        if let (Some(entries), "edges" | "nodes") = (place.entries, field.name.as_str()) {
            return entries;
        }
        if let (Some(items), RESULTS) = (place.items, field.name.as_str()) {
            return items;
        }
        let keys = KEYS.into_iter().find_map(|name| self.argument(field, name));
        match keys {
            Some(Value::List(items)) => u64::try_from(items.len()).unwrap_or(u64::MAX),
            Some(_) => 1,
            None if LISTS_OF_RECOGNIZED.contains(&field.name.as_str()) => RECOGNIZED,
            None => LIST,
        }
    }

    /// The path to the most expensive field, following the most expensive field of each level.
    fn most_expensive_path(&self, plan: &Plan) -> Vec<Name> {
        let (mut path, mut plan, mut place) = (Vec::new(), plan, Place::ROOT);
        loop {
            let fields = plan.fields.iter().filter(|field| self.includes(field, place));
            let costs = fields.map(|field| (field.fold(self, place), field));
            let most = costs.max_by_key(|(cost, _)| *cost);
            let Some((_, field)) = most.filter(|(cost, _)| *cost > 0) else {
                return path;
            };
            path.push(field.key.clone());
            let below = self.place_below(field, place);
            let inner = match &field.selection {
                Selection::Constant(_) | Selection::Leaf => None,
                Selection::Object(inner) => Some(inner),
                Selection::Abstract(plans) => plans.iter().max_by_key(|plan| plan.fold(self, below)),
            };
            let Some(inner) = inner else { return path };
            (plan, place) = (inner, below);
        }
    }
}
