//! The meaning of database failures for a request.

use std::error::Error as StdError;

use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

use super::seldom::Seldom;
use crate::error::Error;

/// The kinds of failures, by what a client or an operator can do about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Another transaction was in the way. Nothing was written, and the transaction may run again.
    Contended,
    /// The time of the statement or of the transaction was up, or it was cancelled.
    OutOfTime,
    /// The database cannot be reached, or is starting, stopping or overloaded. It may answer a little later.
    Unreachable,
    /// The database refuses the work until an operator acts: the disk is full, or the database is read-only or gone.
    Unusable,
    /// A text has a character that the database cannot store.
    UnstorableText,
    /// A bug, or a damaged database.
    Fault,
}

/// The lines of the log about a database that cannot be reached.
static UNREACHABLE: Seldom = Seldom::new();
/// The lines of the log about a database that cannot be used.
static UNUSABLE: Seldom = Seldom::new();

/// Maps a failure of the database to an error. Its text is for the log only, which has a line for the first failure, and
/// then one for those of 10 seconds: every request would write one otherwise, to a disk that may be full.
pub fn map_database_error(error: sqlx::Error) -> Error {
    let text = &error as &dyn StdError;
    match cause(&error) {
        Cause::Contended => {
            tracing::debug!(error = text, "another transaction was in the way");
            Error::Contended
        }
        Cause::OutOfTime => Error::Timeout,
        Cause::Unreachable => {
            if let Some(failures) = UNREACHABLE.count() {
                tracing::warn!(error = text, failures, "the database cannot be reached");
            }
            Error::Unavailable
        }
        Cause::Unusable => {
            if let Some(failures) = UNUSABLE.count() {
                tracing::error!(
                    error = text,
                    failures,
                    "the database cannot be used until an operator acts"
                );
            }
            Error::Unavailable
        }
        Cause::UnstorableText => Error::UnstorableText,
        Cause::Fault => Error::internal(error),
    }
}

/// Whether a failure is that of a connection, on which nothing can run any more.
pub fn is_connection_lost(error: &sqlx::Error) -> bool {
    let is_crowded = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| code == "53300");
    cause(error) == Cause::Unreachable && !is_crowded || matches!(error, sqlx::Error::Protocol(_))
}

/// Maps the failure of a COMMIT. If the answer was lost, the change may have been written.
pub fn map_commit_error(error: sqlx::Error) -> Error {
    let is_lost = match sqlite_code(&error) {
        // A write-ahead log that could not be flushed may have the whole transaction after a crash all the same.
        Some(code) => code & 0xff == 10,
        None => matches!(cause(&error), Cause::Unreachable | Cause::Fault),
    };
    if !is_lost {
        return map_database_error(error);
    }
    tracing::error!(
        error = &error as &dyn StdError,
        "the answer to a COMMIT was lost: it is unknown whether the change was written"
    );
    Error::OutcomeUnknown
}

/// Whether another transaction was in the way.
pub fn is_contended(error: &sqlx::Error) -> bool {
    cause(error) == Cause::Contended
}

fn cause(error: &sqlx::Error) -> Cause {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::WorkerCrashed => Cause::Unreachable,
        sqlx::Error::Database(database) => {
            if let Some(database) = database.try_downcast_ref::<PgDatabaseError>() {
                sqlstate_cause(database.code())
            } else {
                sqlite_code(error).map_or(Cause::Fault, sqlite_cause)
            }
        }
        _ => Cause::Fault,
    }
}

/// Returns the extended result code of SQLite.
pub fn sqlite_code(error: &sqlx::Error) -> Option<i32> {
    let database = error.as_database_error()?;
    database.try_downcast_ref::<SqliteError>()?;
    database.code()?.parse().ok()
}

/// The causes by PostgreSQL's SQLSTATE (appendix A of its manual).
fn sqlstate_cause(code: &str) -> Cause {
    match code {
        // serialization_failure, deadlock_detected, lock_not_available. Unique values and references are looked up before
        // they are written: after unique_violation or foreign_key_violation, another transaction came first.
        "40001" | "40P01" | "55P03" | "23505" | "23503" => Cause::Contended,
        // query_canceled, idle_in_transaction_session_timeout, transaction_timeout
        "57014" | "25P03" | "25P04" => Cause::OutOfTime,
        // admin_shutdown, crash_shutdown, cannot_connect_now, idle_session_timeout, too_many_connections
        "57P01" | "57P02" | "57P03" | "57P05" | "53300" => Cause::Unreachable,
        // read_only_sql_transaction, database_dropped, invalid_catalog_name
        "25006" | "57P04" | "3D000" => Cause::Unusable,
        // character_not_in_repertoire, untranslatable_character
        "22021" | "22P05" => Cause::UnstorableText,
        _ => match code.get(..2) {
            // connection_exception
            Some("08") => Cause::Unreachable,
            // insufficient_resources (disk_full, out_of_memory), system_error (io_error), invalid_authorization
            Some("53" | "58" | "28") => Cause::Unusable,
            _ => Cause::Fault,
        },
    }
}

/// The causes by SQLite's extended result code (<https://www.sqlite.org/rescode.html>), whose last byte is the primary one.
fn sqlite_cause(code: i32) -> Cause {
    match (code, code & 0xff) {
        // CONSTRAINT_FOREIGNKEY, _PRIMARYKEY, _UNIQUE, _ROWID: another transaction came first, as on PostgreSQL.
        // BUSY, LOCKED.
        (787 | 1555 | 2067 | 2579, _) | (_, 5 | 6) => Cause::Contended,
        // INTERRUPT
        (_, 9) => Cause::OutOfTime,
        // PERM, NOMEM, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL
        (_, 3 | 7 | 8 | 10 | 13 | 14 | 15) => Cause::Unusable,
        _ => Cause::Fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_no_test_can_provoke_have_their_cause() {
        for (code, expected) in [
            // IOERR_WRITE, IOERR_FSYNC, READONLY_DBMOVED, CANTOPEN_ISDIR, PROTOCOL
            (778, Cause::Unusable),
            (1034, Cause::Unusable),
            (1032, Cause::Unusable),
            (526, Cause::Unusable),
            (15, Cause::Unusable),
            // BUSY_RECOVERY, LOCKED_SHAREDCACHE
            (261, Cause::Contended),
            (262, Cause::Contended),
            // CONSTRAINT_NOTNULL, CORRUPT_INDEX
            (1299, Cause::Fault),
            (779, Cause::Fault),
        ] {
            assert_eq!(sqlite_cause(code), expected, "{code}");
        }
        for (code, expected) in [
            ("08006", Cause::Unreachable),
            ("08P01", Cause::Unreachable),
            ("57P02", Cause::Unreachable),
            ("57P03", Cause::Unreachable),
            ("57P05", Cause::Unreachable),
            ("53100", Cause::Unusable),
            ("53200", Cause::Unusable),
            ("58030", Cause::Unusable),
            ("23502", Cause::Fault),
            ("XX001", Cause::Fault),
        ] {
            assert_eq!(sqlstate_cause(code), expected, "{code}");
        }
    }
}
