//! What a client gets back.

use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value};
use serde::Serialize;

pub(super) use crate::error::Code;

/// The response map of one operation: keys of `data` stand in the order of the selection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<Extensions>,
}

/// What an answer says beside the data, when it is asked to.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Extensions {
    cost: Cost,
}

/// What an operation costs, and what it may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// By the sizes of pages that it asks for, whatever is found.
    pub requested: u64,
    /// What a request may cost.
    pub limit: u32,
}

impl Answer {
    /// Nothing ran: a request error, with no `data` key.
    pub fn refusal(errors: Vec<ServerError>) -> Self {
        Self {
            data: None,
            errors,
            extensions: None,
        }
    }

    /// It ran: `data` is an object, or null when a failure reached the root.
    pub fn executed(data: Value, errors: Vec<ServerError>) -> Self {
        Self {
            data: Some(data),
            errors,
            extensions: None,
        }
    }

    /// The same answer, telling what it cost.
    pub(super) fn telling(mut self, cost: Option<Cost>) -> Self {
        self.extensions = cost.map(|cost| Extensions { cost });
        self
    }

    /// A request error with one code, one message and the place it is about, if there is one.
    pub(super) fn refuse(code: Code, message: impl Into<String>, at: Option<Pos>) -> Self {
        Self::refusal(vec![error(code, message, at)])
    }

    /// A request error: there are `actual` of `what`, and that is more than `limit`. In cases where counting on would be
    /// the harm that the limit prevents, `actual` is what was counted until then.
    pub(super) fn exceeded(limit: u32, actual: usize, what: &str) -> Self {
        let message = format!(
            "the operation has {actual} {what}, and at most {limit} are allowed; ask for less at once"
        );
        let mut error = error(Code::LimitExceeded, message, None);
        set(&mut error, "limit", limit);
        set(&mut error, "actual", u64::try_from(actual).unwrap_or(u64::MAX));
        Self::refusal(vec![error])
    }

    /// The same errors as a request error.
    pub(super) fn without_data(self) -> Self {
        Self::refusal(self.errors)
    }

    /// Whether nothing ran; GraphQL over HTTP gives such answers another status.
    pub fn is_request_error(&self) -> bool {
        self.data.is_none()
    }

    /// What was found; `None` when nothing ran.
    pub fn data(&self) -> Option<&Value> {
        self.data.as_ref()
    }

    /// What went wrong.
    pub fn errors(&self) -> &[ServerError] {
        &self.errors
    }
}

/// An error that carries a code.
pub(super) fn error(code: Code, message: impl Into<String>, at: Option<Pos>) -> ServerError {
    let mut error = ServerError::new(message, at);
    set_code(&mut error, code);
    error
}

/// Gives an error its code.
pub(super) fn set_code(error: &mut ServerError, code: Code) {
    set(error, "code", code.name());
}

/// Gives an error an entry of its `extensions`.
pub(super) fn set(error: &mut ServerError, name: &str, value: impl Into<Value>) {
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set(name, value);
}
