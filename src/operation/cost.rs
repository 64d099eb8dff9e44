//! What an operation costs, by the sizes of pages that it asks for: known before anything runs.
//!
//! A scalar costs nothing, an object 1, a connection 2 and its page size times what is asked of each entry. A list
//! multiplies too: `nodes` and `_entities` by what is asked for, any other by [`LIST`]. Of an interface or a union, the
//! dearest type counts. Reading the schema is free.

use std::collections::HashSet;

use apollo_compiler::Schema;
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::ExtendedType;
use async_graphql::{Name, Value};

use super::answer::{Answer, Code, Cost, error, set};
use super::measure::reads_schema;
use super::plan::{Inner, Plan, Planned};
use super::variables::literal;
use crate::limits::Limits;
use crate::page;

/// How long a list counts as whose length nobody says, such as the phone numbers of a contact.
const LIST: u64 = 5;
/// The arguments whose length is the length of the list.
const KEYS: [&str; 2] = ["ids", "representations"];

/// The names of the types that are connections.
#[derive(Debug)]
pub(super) struct Connections(HashSet<String>);

impl Connections {
    /// Every object type with `edges` and `pageInfo`, as Relay's specification has them.
    pub(super) fn of(schema: &Schema) -> Self {
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

    /// What a planned operation costs. Refuses what costs more than the limit.
    pub(super) fn check(&self, plan: &Plan, variables: &JsonMap, limits: &Limits) -> Result<Cost, Answer> {
        let estimate = Estimate {
            connections: self,
            variables,
        };
        let requested = estimate.plan(plan, Place::ROOT);
        if requested > u64::from(limits.cost) {
            let dearest = estimate.dearest(plan);
            return Err(too_dear(requested, limits.cost, &dearest));
        }
        Ok(Cost {
            requested,
            limit: limits.cost,
        })
    }
}

fn too_dear(requested: u64, limit: u32, dearest: &[Name]) -> Answer {
    let message = format!(
        "the operation costs {requested}, and at most {limit} is allowed; most of it is at `{}`: ask for smaller pages there",
        dearest.join("."),
    );
    let mut error = error(Code::CostExceeded, message, None);
    set(&mut error, "limit", limit);
    set(&mut error, "actual", requested);
    let path = dearest.iter().map(|key| Value::String(key.to_string())).collect();
    set(&mut error, "dearest", Value::List(path));
    Answer::refusal(vec![error])
}

/// Where a field stands, as far as its cost depends on it.
#[derive(Clone, Copy)]
struct Place {
    /// The page size when nobody says one.
    page: i32,
    /// In a connection: how many entries its page has.
    entries: Option<u64>,
}

impl Place {
    const ROOT: Self = Self {
        page: page::AT_ROOT,
        entries: None,
    };
}

struct Estimate<'a> {
    connections: &'a Connections,
    variables: &'a JsonMap,
}

impl Estimate<'_> {
    fn plan(&self, plan: &Plan, place: Place) -> u64 {
        let costs = plan.fields.iter().map(|planned| self.field(planned, place));
        costs.fold(0, u64::saturating_add)
    }

    fn field(&self, planned: &Planned, place: Place) -> u64 {
        if reads_schema(&planned.name) {
            return 0;
        }
        let below = self.below(planned, place);
        let inner = match &planned.inner {
            Inner::TypeName | Inner::Leaf => return 0,
            Inner::Object(plan) => self.plan(plan, below),
            Inner::Abstract(plans) => {
                let costs = plans.iter().map(|plan| self.plan(plan, below));
                costs.max().unwrap_or_default()
            }
        };
        if below.entries.is_some() {
            return inner.saturating_add(2);
        }
        inner
            .saturating_add(1)
            .saturating_mul(self.length(planned, place))
    }

    /// The place of what is asked of a field's value.
    fn below(&self, planned: &Planned, place: Place) -> Place {
        let of = planned.definition.ty.inner_named_type().as_str();
        Place {
            page: page::NESTED,
            entries: self
                .connections
                .0
                .contains(of)
                .then(|| self.entries(planned, place)),
        }
    }

    /// The page size of a connection. One that is out of range is refused when it runs, where it can be said better.
    fn entries(&self, planned: &Planned, place: Place) -> u64 {
        let asked = ["first", "last"]
            .into_iter()
            .filter_map(|name| self.number(planned, name));
        let entries = asked.max().unwrap_or_else(|| i64::from(place.page));
        u64::try_from(entries.clamp(0, i64::from(page::MOST))).unwrap_or_default()
    }

    fn number(&self, planned: &Planned, name: &str) -> Option<i64> {
        match self.argument(planned, name)? {
            Value::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    fn argument(&self, planned: &Planned, name: &str) -> Option<Value> {
        let value = planned.field.specified_argument_by_name(name)?;
        literal(value, self.variables)
    }

    /// How many of a field's objects there are: 1 unless it is a list.
    fn length(&self, planned: &Planned, place: Place) -> u64 {
        if !planned.definition.ty.is_list() {
            return 1;
        }
        if let (Some(entries), "edges" | "nodes") = (place.entries, planned.name.as_str()) {
            return entries;
        }
        let keys = KEYS.into_iter().find_map(|name| self.argument(planned, name));
        match keys {
            Some(Value::List(items)) => u64::try_from(items.len()).unwrap_or(u64::MAX),
            Some(_) => 1,
            None => LIST,
        }
    }

    /// The path of what costs most.
    fn dearest(&self, plan: &Plan) -> Vec<Name> {
        let (mut path, mut plan, mut place) = (Vec::new(), plan, Place::ROOT);
        loop {
            let fields = plan
                .fields
                .iter()
                .map(|planned| (self.field(planned, place), planned));
            let Some((cost, planned)) = fields.max_by_key(|(cost, _)| *cost) else {
                return path;
            };
            if cost == 0 {
                return path;
            }
            path.push(planned.key.clone());
            let below = self.below(planned, place);
            let inner = match &planned.inner {
                Inner::TypeName | Inner::Leaf => None,
                Inner::Object(inner) => Some(inner),
                Inner::Abstract(plans) => plans.iter().max_by_key(|plan| self.plan(plan, below)),
            };
            let Some(inner) = inner else { return path };
            (plan, place) = (inner, below);
        }
    }
}
