//! Writing a backup.

use std::io::ErrorKind;
use std::path::{Path, absolute};
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;

use super::check::{check, mark, read_error};
use super::part::Part;
use super::{BackupError, Tell, connected, file_error, is_same_file, watched};
use crate::store::file_lock::FileLock;

/// The longest that the copy waits for a lock to begin.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Copies a database that may be in use to a file, which must not exist unless it `replaces` it. The copy has everything
/// that was committed before. Returns its size.
pub async fn back_up(
    database: &Path,
    target: &Path,
    replaces: bool,
    tell: Tell<'_>,
) -> Result<u64, BackupError> {
    if !database.is_file() {
        return Err(BackupError::Missing(database.to_owned()));
    }
    if is_same_file(database, target) {
        return Err(BackupError::Itself(target.to_owned()));
    }
    may_write(target, replaces)?;
    let in_use = FileLock::to_use(database);
    let _in_use = in_use.map_err(|error| match error.kind() {
        ErrorKind::WouldBlock => BackupError::BeingWritten(database.to_owned()),
        _ => file_error("lock", database)(error),
    })?;
    let part = Part::beside(target)?;
    copy(database, part.path(), tell).await?;
    mark(part.path()).await?;
    part.sync()?;
    check(part.path()).await?;
    let written = part.file().metadata().map_err(file_error("read", target))?;
    may_write(target, replaces)?;
    part.put_at(target)?;
    Ok(written.len())
}

fn may_write(target: &Path, replaces: bool) -> Result<(), BackupError> {
    if !replaces && target.symlink_metadata().is_ok() {
        return Err(BackupError::Exists(target.to_owned()));
    }
    Ok(())
}

/// Copies the database as of one moment, in one transaction that reads: writers go on, and their log grows meanwhile. SQLite's
/// backup interface was not chosen: it begins again whenever another program writes, and cannot be called without `unsafe`.
async fn copy(database: &Path, to: &Path, tell: Tell<'_>) -> Result<(), BackupError> {
    let fails = |error| read_error(database, error);
    let options = SqliteConnectOptions::new()
        .filename(database)
        .busy_timeout(LONGEST_WAIT);
    // A name that begins with a slash is not taken for a URI.
    let target = absolute(to).map_err(file_error("find", to))?;
    let Some(target) = target.to_str() else {
        return Err(file_error("write", to)(std::io::Error::other(
            "its name is not UTF-8",
        )));
    };
    connected(options, fails, async |connection| {
        let total: i64 = sqlx::query_scalar(
            "
            SELECT (page_count - freelist_count) * page_size
              FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
        )
        .fetch_one(&mut *connection)
        .await
        .map_err(fails)?;
        let copied = sqlx::query("VACUUM INTO $1").bind(target).execute(connection);
        let total = total.unsigned_abs();
        watched(copied, to, total, tell).await.map_err(fails)?;
        tell(total, total);
        Ok(())
    })
    .await
}
