//! The answer to an operation.

use async_graphql::{Pos, ServerError, Value};
use serde::Serialize;

use super::error::{error, set_extension};
use crate::error::{Code, bound_message};

/// The response map of one operation. The keys of `data` are in the order of the selection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<Extensions>,
}

/// The `extensions` of an answer, present when the request asks for them.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Extensions {
    cost: Cost,
}

/// The cost of an operation and its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The cost by the page sizes that the operation requests, whatever is found.
    pub requested: u64,
    /// The highest cost that the server accepts.
    pub limit: u32,
}

impl Answer {
    /// Makes a request error: nothing ran, and there is no `data` key.
    pub fn refusal(errors: Vec<ServerError>) -> Self {
        Self {
            data: None,
            errors: bounded(errors),
            extensions: None,
        }
    }

    /// Makes the answer of an operation that ran. `data` is an object, or null when an error propagated to the root.
    pub fn executed(data: Value, errors: Vec<ServerError>) -> Self {
        Self {
            data: Some(data),
            errors: bounded(errors),
            extensions: None,
        }
    }

    /// Adds the cost to the answer's extensions, if there is one to report.
    pub(super) fn with_cost(mut self, cost: Option<Cost>) -> Self {
        self.extensions = cost.map(|cost| Extensions { cost });
        self
    }

    /// Makes a request error with a single error.
    pub(super) fn refuse(code: Code, message: impl Into<String>, position: Option<Pos>) -> Self {
        Self::refusal(vec![error(code, message, position)])
    }

    /// Makes a request error about an operation that has `actual` of something and may have at most `limit`. Where
    /// counting to the end would do the harm that the limit prevents, `actual` is the count at which it stopped.
    pub(super) fn exceeded(limit: u32, actual: usize, what: &str) -> Self {
        let message = format!(
            "the operation has {actual} {what}, and at most {limit} are allowed; ask for less at once"
        );
        let mut error = error(Code::LimitExceeded, message, None);
        set_extension(&mut error, "limit", limit);
        set_extension(&mut error, "actual", u64::try_from(actual).unwrap_or(u64::MAX));
        Self::refusal(vec![error])
    }

    /// Turns the answer into a request error with the same errors.
    pub(super) fn without_data(self) -> Self {
        Self::refusal(self.errors)
    }

    /// Whether this is a request error. GraphQL over HTTP gives such answers another status.
    pub fn is_request_error(&self) -> bool {
        self.data.is_none()
    }

    /// The data; `None` for a request error.
    pub fn data(&self) -> Option<&Value> {
        self.data.as_ref()
    }

    /// The errors.
    pub fn errors(&self) -> &[ServerError] {
        &self.errors
    }
}

/// Shortens the messages, which repeat names of the request.
fn bounded(mut errors: Vec<ServerError>) -> Vec<ServerError> {
    for error in &mut errors {
        bound_message(&mut error.message);
    }
    errors
}
