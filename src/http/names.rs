//! Names that clients know.

use axum::http::HeaderName;

/// The path of the API.
pub(super) const API_PATH: &str = "/graphql";
/// The header with the id of a request, which the log has too.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
