//! Marking and checking a copy that nothing else uses.

use std::path::Path;

use sqlx::SqliteConnection;
use sqlx::migrate::{AppliedMigration, Migrate as _, MigrateError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow};

use super::{BackupError, connected};
use crate::store::failure::sqlite_code;
use crate::store::migrate::{SQLITE, latest};

/// The migration that made the table of epochs.
const EPOCHS_SINCE: i64 = 10;
/// SQLite's code for a statement that cannot be prepared: the table of migrations is not there.
const NO_SUCH_TABLE: i32 = 1;
/// SQLite's code for a file that is no database.
const NOT_A_DATABASE: i32 = 26;
/// SQLite's code for a damaged database.
const CORRUPT: i32 = 11;

/// Marks a copy, so that an epoch begins where it is put into use, and makes it one file.
pub async fn mark(copy: &Path) -> Result<(), BackupError> {
    let fails = |error| read_error(copy, error);
    // A journal in a file of its own would be left behind by an interruption, and be applied to a later copy.
    let options = SqliteConnectOptions::new()
        .filename(copy)
        .journal_mode(SqliteJournalMode::Memory);
    connected(options, fails, async |connection| {
        if version(connection, copy).await? >= EPOCHS_SINCE {
            sqlx::query("UPDATE epochs SET fingerprint = 'copy'")
                .execute(connection)
                .await
                .map_err(fails)?;
        }
        Ok(())
    })
    .await
}

/// Opens a copy again and checks that it is whole.
pub async fn check(copy: &Path) -> Result<(), BackupError> {
    let fails = |error| read_error(copy, error);
    let damaged = |reason| BackupError::Damaged {
        file: copy.to_owned(),
        reason,
    };
    let options = SqliteConnectOptions::new().filename(copy).read_only(true);
    connected(options, fails, async |connection| {
        version(connection, copy).await?;
        let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(1)")
            .fetch_all(&mut *connection)
            .await
            .map_err(fails)?;
        if found != ["ok"] {
            return Err(damaged(found.concat()));
        }
        let dangling: Option<SqliteRow> = sqlx::query("PRAGMA foreign_key_check")
            .fetch_optional(connection)
            .await
            .map_err(fails)?;
        if dangling.is_some() {
            return Err(damaged("a record refers to one that is not there".to_owned()));
        }
        Ok(())
    })
    .await
}

/// Returns the version of the schema, if it is one of this program.
async fn version(connection: &mut SqliteConnection, file: &Path) -> Result<i64, BackupError> {
    let applied = connection
        .list_applied_migrations(&SQLITE.table_name)
        .await
        .map_err(|error| match error {
            MigrateError::Execute(error) if sqlite_code(&error) != Some(NO_SUCH_TABLE) => {
                read_error(file, error)
            }
            _ => BackupError::Foreign(file.to_owned()),
        })?;
    let known = latest(&SQLITE);
    let found = applied.iter().map(|migration| migration.version).max();
    match found {
        Some(found) if found > known => Err(BackupError::Newer {
            file: file.to_owned(),
            found,
            known,
        }),
        Some(found) if is_prefix(&applied) => Ok(found),
        _ => Err(BackupError::Foreign(file.to_owned())),
    }
}

/// Whether migrations are the first ones of this program.
fn is_prefix(applied: &[AppliedMigration]) -> bool {
    let known = SQLITE.iter().map(|known| (known.version, &known.checksum));
    known
        .take(applied.len())
        .eq(applied.iter().map(|applied| (applied.version, &applied.checksum)))
}

/// The error of reading a file with SQLite.
pub fn read_error(file: &Path, error: sqlx::Error) -> BackupError {
    match sqlite_code(&error).map(|code| code & 0xff) {
        Some(NOT_A_DATABASE) => BackupError::Foreign(file.to_owned()),
        Some(CORRUPT) => BackupError::Damaged {
            file: file.to_owned(),
            reason: error
                .as_database_error()
                .map_or_else(String::new, |error| error.message().to_owned()),
        },
        _ => BackupError::Sqlite(file.to_owned(), error),
    }
}
