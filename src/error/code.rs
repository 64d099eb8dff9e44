//! The codes of errors, with their meaning for each transport.

use axum::http::StatusCode;

/// The stable code of an error, which clients see in `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The request, an argument or a variable is not acceptable.
    BadUserInput,
    /// The document is not written in the GraphQL language.
    ParseFailed,
    /// The document is not valid for this schema.
    ValidationFailed,
    /// The document does not have the operation that the request names.
    ResolutionFailure,
    /// The operation is larger than a limit of the server.
    LimitExceeded,
    /// The operation costs more than a request may.
    CostExceeded,
    /// The server has no trusted document with this id or hash.
    PersistedQueryNotFound,
    /// The cursor belongs to another list or another order.
    InvalidCursor,
    /// The change that the cursor points at is no longer kept.
    CursorExpired,
    /// The request has no token, or one that is not accepted.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// The request took longer than the server allows.
    Timeout,
    /// The caller asks for more in a time than a caller may.
    RateLimited,
    /// The database or the identity provider cannot be reached at the moment.
    Unavailable,
    /// A bug or an outage; the log has the cause.
    Internal,
}

impl Code {
    /// The name that clients see.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::ResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::LimitExceeded => "OPERATION_LIMIT_EXCEEDED",
            Self::CostExceeded => "COST_LIMIT_EXCEEDED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::InvalidCursor => "INVALID_CURSOR",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::Timeout => "TIMEOUT",
            Self::RateLimited => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL_SERVER_ERROR",
        }
    }

    /// The status of an HTTP response that refuses a request with this code. Errors of an operation that was read have
    /// the status that the GraphQL-over-HTTP specification gives them instead.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadUserInput
            | Self::ParseFailed
            | Self::ValidationFailed
            | Self::ResolutionFailure
            | Self::LimitExceeded
            | Self::CostExceeded
            | Self::PersistedQueryNotFound
            | Self::InvalidCursor
            | Self::CursorExpired => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Timeout | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code of the frame that closes a WebSocket for this reason. A refused token is 4403, after which clients come
    /// back with a new one; 4401 would make them give up.
    pub const fn close_code(self) -> u16 {
        match self {
            Self::Unauthenticated | Self::Forbidden => 4403,
            Self::Timeout | Self::Unavailable | Self::RateLimited => 1013,
            Self::Internal => 4500,
            _ => 4400,
        }
    }

    /// Whether the same request may succeed a little later.
    pub const fn is_temporary(self) -> bool {
        matches!(self, Self::Timeout | Self::Unavailable | Self::RateLimited)
    }

    /// Whether the error concerns the caller's identity or permissions.
    pub const fn is_about_caller(self) -> bool {
        matches!(self, Self::Unauthenticated | Self::Forbidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_comes_back_with_a_new_token_after_a_refused_one() {
        assert_eq!(Code::Unauthenticated.close_code(), 4403);
        assert_eq!(Code::Unavailable.close_code(), 1013);
    }
}
