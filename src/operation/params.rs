//! The parameters of a request, and the rights of its caller that the permissions do not tell.

/// The parameters of a GraphQL request.
#[derive(Clone, Debug, Default)]
pub struct Params {
    /// The document: operations and fragments.
    pub query: String,
    /// The name of the operation to run; required if the document has several.
    pub operation_name: Option<String>,
    /// The values of the variables.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Whether the answer reports the cost of the operation.
    pub reports_cost: bool,
}

/// Whether the caller may read the schema: `__schema`, `__type` and `_service`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introspection {
    /// The caller may read the schema.
    Allowed,
    /// An operation that reads the schema is refused.
    Refused,
}
