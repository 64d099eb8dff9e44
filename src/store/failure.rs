//! The meaning of database failures for a request.

use crate::error::Error;

/// Maps a failure of the database to an error. Its text is for the log only.
pub fn map_database_error(error: sqlx::Error) -> Error {
    use sqlx::error::ErrorKind;

    match &error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the database cannot be reached"
            );
            Error::Unavailable
        }
        sqlx::Error::Database(database) => match database.code().as_deref() {
            // serialization_failure, deadlock_detected; SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT
            Some("40001" | "40P01" | "5" | "517") => Error::Contended,
            // query_canceled: the statement's time is up; idle_in_transaction_session_timeout
            Some("57014" | "25P03") => Error::Timeout,
            // admin_shutdown, cannot_connect_now, too_many_connections
            Some("57P01" | "57P03" | "53300") => Error::Unavailable,
            // Unique values and references are looked up before they are written: another transaction came first.
            _ if matches!(
                database.kind(),
                ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation
            ) =>
            {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "another transaction came first"
                );
                Error::Contended
            }
            _ => Error::internal(error),
        },
        _ => Error::internal(error),
    }
}
