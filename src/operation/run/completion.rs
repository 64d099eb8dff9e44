//! The completion of async-graphql's response to the answer that the specification requires.
//!
//! Keys are in the order of the selection. A field that failed or was refused is null if it may be; otherwise null
//! propagates to the nearest place that may be null. Every such null has an error.

use std::collections::BTreeSet;
use std::fmt::Write;

use apollo_compiler::ast::Type;
use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, PathSegment, Response, ServerError, Value};

use super::introspection::{INTERFACES, hide_plumbing, hides_plumbing, is_interface};
use super::mask::mask_internal;
use super::request::TYPE;
use crate::error::Code;
use crate::model::{Permission, Permissions};
use crate::operation::answer::Answer;
use crate::operation::error::{error, set_extension};
use crate::operation::plan::{Plan, PlannedField, Selection};

/// Completes a response by its plan.
pub(super) fn complete(plan: &Plan, response: Response, permissions: Permissions) -> Answer {
    let mut errors: Vec<_> = response.errors.into_iter().map(mask_internal).collect();
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

/// Adds the path that async-graphql leaves out of errors about `__type`, which is a field of the root.
fn find_path(plan: &Plan, error: &mut ServerError) {
    if error.path.is_empty() {
        let is_here = |planned: &&PlannedField| error.locations.contains(&planned.position);
        let key = plan
            .fields
            .iter()
            .find(is_here)
            .map(|planned| planned.key.to_string());
        error.path.extend(key.map(PathSegment::Field));
    }
}

/// A null where the type does not allow it, so that the place above is null instead. Its error is reported already.
struct Propagated;

/// The path of a value in the answer. A list on the stack, since only errors need paths.
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

/// Writes a path as text that is a prefix of the texts of all paths below it, and of no others.
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
        if let Some(error) = &plan.error {
            let mut error = (**error).clone();
            error.path = above.map_or_else(Vec::new, Path::segments);
            self.errors.push(error);
            return Err(Propagated);
        }
        if self.fits(plan, &found) {
            return self.in_place(plan, found, above);
        }
        let is_interface = is_interface(plan, &found);
        let mut completed = IndexMap::with_capacity(plan.fields.len());
        for planned in &plan.fields {
            let path = Path {
                above,
                step: Step::Key(&planned.key),
            };
            let value = if let Some(permission) = planned.missing_permission(self.permissions) {
                self.forbid(planned, permission, &path)?
            } else if let Selection::Constant(value) = &planned.selection {
                value.clone()
            } else {
                let mut value = found.swap_remove(&planned.key).unwrap_or_default();
                if is_interface && planned.name == INTERFACES && value == Value::Null {
                    value = Value::List(Vec::new());
                }
                self.value(planned, &planned.definition.ty, value, &path)?
            };
            completed.insert(planned.key.clone(), value);
        }
        Ok(Value::Object(completed))
    }

    /// Whether an object begins with the fields of the plan, in their order, as nearly all do. What follows is not asked for.
    fn fits(&self, plan: &Plan, found: &IndexMap<Name, Value>) -> bool {
        found.len() >= plan.fields.len()
            && plan.fields.iter().zip(found.keys()).all(|(planned, key)| {
                planned.key == *key
                    && planned.name != INTERFACES
                    && planned.missing_permission(self.permissions).is_none()
            })
    }

    /// Completes an object that fits the plan, without looking up its keys.
    fn in_place(
        &mut self,
        plan: &Plan,
        mut found: IndexMap<Name, Value>,
        above: Option<&Path<'_>>,
    ) -> Result<Value, Propagated> {
        found.truncate(plan.fields.len());
        for (planned, value) in plan.fields.iter().zip(found.values_mut()) {
            let path = Path {
                above,
                step: Step::Key(&planned.key),
            };
            *value = self.value(planned, &planned.definition.ty, std::mem::take(value), &path)?;
        }
        Ok(Value::Object(found))
    }

    fn value(
        &mut self,
        planned: &PlannedField,
        of: &Type,
        mut value: Value,
        path: &Path<'_>,
    ) -> Result<Value, Propagated> {
        if hides_plumbing(planned) {
            hide_plumbing(&mut value);
        }
        let completed = match value {
            Value::Null if of.is_non_null() => {
                self.report_null(planned, path);
                Err(Propagated)
            }
            Value::List(items) if of.is_list() => self.list(planned, of.item_type(), items, path),
            Value::Object(found) => self.composite(planned, found, path),
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
        planned: &PlannedField,
        of: &Type,
        items: Vec<Value>,
        path: &Path<'_>,
    ) -> Result<Value, Propagated> {
        if matches!(planned.selection, Selection::Leaf) && !of.is_non_null() {
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

    fn composite(
        &mut self,
        planned: &PlannedField,
        found: IndexMap<Name, Value>,
        path: &Path<'_>,
    ) -> Result<Value, Propagated> {
        match &planned.selection {
            Selection::Object(plan) => self.object(plan, found, Some(path)),
            Selection::Abstract(plans) => {
                let on = match found.get(TYPE) {
                    Some(Value::String(name)) => plans.iter().find(|plan| plan.object_type == name.as_str()),
                    _ => None,
                };
                let Some(plan) = on else {
                    self.report_internal(planned, path, "the object is of none of the possible types");
                    return Err(Propagated);
                };
                self.object(plan, found, Some(path))
            }
            // A scalar whose values are objects.
            Selection::Leaf | Selection::Constant(_) => Ok(Value::Object(found)),
        }
    }

    /// Reports a field that the caller may not have; it did not run.
    fn forbid(
        &mut self,
        planned: &PlannedField,
        permission: Permission,
        path: &Path<'_>,
    ) -> Result<Value, Propagated> {
        let message = format!("needs the permission {permission}");
        let mut error = error(Code::Forbidden, message, Some(planned.position));
        error.path = path.segments();
        set_extension(&mut error, "permission", permission.name());
        self.errors.push(error);
        if planned.definition.ty.is_non_null() {
            return Err(Propagated);
        }
        Ok(Value::Null)
    }

    /// Reports an internal error for an invalid null that no error at its path or below explains.
    fn report_null(&mut self, planned: &PlannedField, path: &Path<'_>) {
        let here = text(&path.segments());
        let next = self.reported.range(here.clone()..).next();
        if !next.is_some_and(|reported| reported.starts_with(&here)) {
            self.report_internal(planned, path, "a non-null field came out null");
        }
    }

    fn report_internal(&mut self, planned: &PlannedField, path: &Path<'_>, message: &str) {
        let mut error = ServerError::new(message, Some(planned.position));
        error.path = path.segments();
        self.errors.push(mask_internal(error));
    }
}
