//! Names that clients know.

use axum::http::HeaderName;

/// The path of the API.
pub(super) const API_PATH: &str = "/graphql";
/// The path that answers while the program runs.
pub(super) const LIVE_PATH: &str = "/livez";
/// The path that answers while the database answers too.
pub(super) const READY_PATH: &str = "/readyz";
/// The beginning of the paths of the playground's files.
pub(super) const PLAYGROUND_PATH: &str = "/playground/";
/// The headers with the cost that a caller may ask for, and what is left of it.
pub(super) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(super) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The header with the id of a request, which the log has too.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
