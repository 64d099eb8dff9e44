//! From what async-graphql answered to what the specification asks for.
//!
//! Keys come in the order of the selection; what failed or was refused is null where it may be, and
//! where it may not, null moves up to the nearest place that may; every such null has its error.

use std::collections::BTreeSet;
use std::fmt::Write;

use apollo_compiler::ast::Type;
use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, PathSegment, Response, ServerError, Value};

use super::answer::{Answer, Code, error};
use super::document::TYPE;
use super::fault::settle;
use super::plan::{Inner, Plan, Planned};
use crate::model::{Permission, Permissions};

/// Completes the answer to what was planned.
pub(super) fn complete(plan: &Plan, response: Response, permissions: Permissions) -> Answer {
    let mut errors: Vec<_> = response.errors.into_iter().map(settle).collect();
    for error in &mut errors {
        find_path(plan, error);
    }
    let mut completion = Completion {
        permissions,
        reported: errors.iter().map(|error| text(&error.path)).collect(),
        errors,
    };
    let found = match response.data {
        Value::Object(found) => found,
        _ => IndexMap::new(),
    };
    let data = completion.object(plan, found, None).unwrap_or_default();
    Answer::executed(data, completion.errors)
}

/// async-graphql does not say that an error is about `__type`. Only a field of the root can have been meant.
fn find_path(plan: &Plan, error: &mut ServerError) {
    if error.path.is_empty() {
        let stands_there = |planned: &&Planned| error.locations.contains(&planned.at);
        let key = plan
            .fields
            .iter()
            .find(stands_there)
            .map(|planned| planned.key.to_string());
        error.path.extend(key.map(PathSegment::Field));
    }
}

/// Null stands where it may not: the place above is null instead. The error is noted already.
struct Propagated;

/// Where in the answer a value stands; a list on the stack, since paths are needed for errors only.
#[derive(Clone, Copy)]
struct Path<'p> {
    above: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Key(&'p Name),
    Index(usize),
}

impl Path<'_> {
    fn segments(&self) -> Vec<PathSegment> {
        let mut segments = self.above.map_or_else(Vec::new, Path::segments);
        segments.push(match self.step {
            Step::Key(key) => PathSegment::Field(key.to_string()),
            Step::Index(index) => PathSegment::Index(index),
        });
        segments
    }
}

/// A path as text that is the beginning of the texts of all paths below it, and of no others.
fn text(path: &[PathSegment]) -> String {
    path.iter().fold(String::new(), |mut text, segment| {
        let _ = match segment {
            PathSegment::Field(key) => write!(text, "{key}/"),
            PathSegment::Index(index) => write!(text, "{index}/"),
        };
        text
    })
}

struct Completion {
    permissions: Permissions,
    /// The paths of the errors that came with the response.
    reported: BTreeSet<String>,
    errors: Vec<ServerError>,
}

impl Completion {
    fn object(
        &mut self,
        plan: &Plan,
        mut found: IndexMap<Name, Value>,
        above: Option<&Path<'_>>,
    ) -> Result<Value, Propagated> {
        let mut completed = IndexMap::with_capacity(plan.fields.len());
        for planned in &plan.fields {
            let path = Path {
                above,
                step: Step::Key(&planned.key),
            };
            let value = if let Some(permission) = planned.refused(self.permissions) {
                self.forbid(planned, permission, &path)?
            } else if matches!(planned.inner, Inner::TypeName) {
                Value::String(plan.on.to_string())
            } else {
                let value = found.swap_remove(&planned.key).unwrap_or_default();
                self.value(planned, &planned.definition.ty, value, &path)?
            };
            completed.insert(planned.key.clone(), value);
        }
        Ok(Value::Object(completed))
    }

    fn value(
        &mut self,
        planned: &Planned,
        of: &Type,
        value: Value,
        path: &Path<'_>,
    ) -> Result<Value, Propagated> {
        let completed = match value {
            Value::Null if of.is_non_null() => {
                self.note_null(planned, path);
                Err(Propagated)
            }
            Value::List(items) if of.is_list() => self.list(planned, of.item_type(), items, path),
            Value::Object(found) => self.inner(planned, found, path),
            other => Ok(other),
        };
        completed.or_else(|propagated| {
            if of.is_non_null() {
                Err(propagated)
            } else {
                Ok(Value::Null)
            }
        })
    }

    fn list(
        &mut self,
        planned: &Planned,
        of: &Type,
        items: Vec<Value>,
        path: &Path<'_>,
    ) -> Result<Value, Propagated> {
        if matches!(planned.inner, Inner::Leaf) && !of.is_non_null() {
            return Ok(Value::List(items));
        }
        let items = items.into_iter().enumerate().map(|(index, item)| {
            let path = Path {
                above: Some(path),
                step: Step::Index(index),
            };
            self.value(planned, of, item, &path)
        });
        Ok(Value::List(items.collect::<Result<_, _>>()?))
    }

    fn inner(
        &mut self,
        planned: &Planned,
        found: IndexMap<Name, Value>,
        path: &Path<'_>,
    ) -> Result<Value, Propagated> {
        match &planned.inner {
            Inner::Object(plan) => self.object(plan, found, Some(path)),
            Inner::Abstract(plans) => {
                let on = match found.get(TYPE) {
                    Some(Value::String(name)) => plans.iter().find(|plan| plan.on == name.as_str()),
                    _ => None,
                };
                let Some(plan) = on else {
                    self.note(planned, path, "the object is of none of the possible types");
                    return Err(Propagated);
                };
                self.object(plan, found, Some(path))
            }
            // A scalar whose values are objects.
            Inner::Leaf | Inner::TypeName => Ok(Value::Object(found)),
        }
    }

    /// A field that the caller may not have: it never ran.
    fn forbid(
        &mut self,
        planned: &Planned,
        permission: Permission,
        path: &Path<'_>,
    ) -> Result<Value, Propagated> {
        let message = format!("needs the permission {permission}");
        let mut error = error(Code::Forbidden, message, Some(planned.at));
        error.path = path.segments();
        if let Some(values) = &mut error.extensions {
            values.set("permission", permission.name());
        }
        self.errors.push(error);
        if planned.definition.ty.is_non_null() {
            return Err(Propagated);
        }
        Ok(Value::Null)
    }

    /// A null that may not be one, and is not explained by an error here or below, is a fault.
    fn note_null(&mut self, planned: &Planned, path: &Path<'_>) {
        let here = text(&path.segments());
        let next = self.reported.range(here.clone()..).next();
        if !next.is_some_and(|reported| reported.starts_with(&here)) {
            self.note(planned, path, "a non-null field came out null");
        }
    }

    fn note(&mut self, planned: &Planned, path: &Path<'_>, fault: &str) {
        let mut error = ServerError::new(fault, Some(planned.at));
        error.path = path.segments();
        self.errors.push(settle(error));
    }
}
