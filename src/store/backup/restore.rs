//! Putting a backup in the place of the database.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::Executor as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::check::{check, mark};
use super::part::{COMPANIONS, Part, folder_of, remove, sync_folder};
use super::{BackupError, Tell, connected, file_error, is_same_file, watched};
use crate::store::failure::is_contended;
use crate::store::file_lock::{FileLock, with_suffix};
use crate::store::open::create_folder;

/// The time that other programs have to let go of the database.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Puts a copy of a backup in the place of the database, which no program may use, after it is found to be whole. With a time,
/// the database that was there is kept beside it, under a name with the time; the result is its path.
pub async fn restore(
    backup: &Path,
    database: &Path,
    kept_at: Option<DateTime<Utc>>,
    tell: Tell<'_>,
) -> Result<Option<PathBuf>, BackupError> {
    if is_same_file(backup, database) {
        return Err(BackupError::Itself(backup.to_owned()));
    }
    if !backup.is_file() {
        return Err(BackupError::Missing(backup.to_owned()));
    }
    let log = fs::metadata(with_suffix(backup, "-wal"));
    if log.is_ok_and(|log| log.len() > 0) {
        return Err(BackupError::HasLog(backup.to_owned()));
    }
    create_folder(database).map_err(|error| file_error("write", database)(std::io::Error::other(error)))?;
    let alone = FileLock::to_replace(database);
    let _alone = alone.map_err(|error| match error.kind() {
        ErrorKind::WouldBlock => BackupError::InUse(database.to_owned()),
        _ => file_error("lock", database)(error),
    })?;
    let part = Part::beside(database)?;
    copy(backup, &part, tell).await?;
    // The copy is checked, not the backup: it is the one that is used, and is told by the name of the other.
    let checked = async {
        mark(part.path()).await?;
        part.sync()?;
        check(part.path()).await
    };
    checked.await.map_err(|error| error.of_original(backup))?;
    let kept = match kept_at {
        Some(time) if database.exists() => Some(keep(database, time)?),
        _ => None,
    };
    let merged = merge_log(database).await;
    if let Some(kept) = &kept {
        match merged {
            Ok(true) => remove_companions(kept)?,
            Ok(false) => {}
            Err(_) => remove_with_companions(kept)?,
        }
    }
    merged?;
    // A log that is left would be taken for that of the new file.
    remove_companions(database)?;
    sync_folder(database)?;
    part.put_at(database)?;
    Ok(kept)
}

async fn copy(backup: &Path, part: &Part, tell: Tell<'_>) -> Result<(), BackupError> {
    let fails = || file_error("read", backup);
    let mut from = tokio::fs::File::open(backup).await.map_err(fails())?;
    let total = from.metadata().await.map_err(fails())?.len();
    let to = part
        .file()
        .try_clone()
        .map_err(file_error("write", part.path()))?;
    let mut to = tokio::fs::File::from_std(to);
    let copied = async {
        tokio::io::copy(&mut from, &mut to).await?;
        tokio::io::AsyncWriteExt::flush(&mut to).await
    };
    let copied = watched(copied, part.path(), total, tell).await;
    tell(total, total);
    copied.map_err(file_error("copy", backup))
}

/// Merges the write-ahead log of the present database into its file. SQLite refuses that while anything has it open, also a
/// program that knows nothing of this one's locks. Returns `false` if the database is too damaged for it; SQLite may have
/// removed the log then.
async fn merge_log(database: &Path) -> Result<bool, BackupError> {
    if !database.exists() {
        return Ok(true);
    }
    let options = SqliteConnectOptions::new()
        .filename(database)
        .busy_timeout(LONGEST_WAIT);
    let merged = connected(
        options,
        |error| error,
        async |connection| {
            let mode: String = sqlx::query_scalar("PRAGMA journal_mode = DELETE")
                .fetch_one(&mut *connection)
                .await?;
            connection.execute("BEGIN EXCLUSIVE; ROLLBACK").await?;
            Ok(mode)
        },
    );
    match merged.await {
        Ok(mode) if mode == "delete" => Ok(true),
        Err(error) if !is_contended(&error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the present database is damaged"
            );
            Ok(false)
        }
        _ => Err(BackupError::InUse(database.to_owned())),
    }
}

/// Gives the present database and its log second names, under which they stay.
fn keep(database: &Path, time: DateTime<Utc>) -> Result<PathBuf, BackupError> {
    let mark = ".before-";
    remove_unfinished(database, mark)?;
    let kept = with_suffix(database, &format!("{mark}{}", time.format("%Y%m%dT%H%M%SZ")));
    fs::hard_link(database, &kept).map_err(file_error("keep the present database as", &kept))?;
    for companion in COMPANIONS {
        let (from, to) = (with_suffix(database, companion), with_suffix(&kept, companion));
        match fs::hard_link(&from, &to) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(file_error("keep the present database as", &to)(error));
            }
            _ => {}
        }
    }
    Ok(kept)
}

/// Removes second names that interrupted restores gave to the database that is still in its place.
fn remove_unfinished(database: &Path, mark: &str) -> Result<(), BackupError> {
    let folder = folder_of(database);
    let fails = || file_error("read", folder);
    let prefix = with_suffix(Path::new(database.file_name().unwrap_or_default()), mark);
    let prefix = prefix.as_os_str().as_encoded_bytes();
    for entry in fs::read_dir(folder).map_err(fails())? {
        let entry = entry.map_err(fails())?;
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(prefix) && is_same_file(&path, database) {
            remove_with_companions(&path)?;
        }
    }
    Ok(())
}

/// Removes a database and the files beside it. These go first, since only the database is looked for after an interruption.
fn remove_with_companions(database: &Path) -> Result<(), BackupError> {
    remove_companions(database)?;
    remove(database).map_err(file_error("remove", database))
}

fn remove_companions(database: &Path) -> Result<(), BackupError> {
    for companion in COMPANIONS {
        let path = with_suffix(database, companion);
        remove(&path).map_err(file_error("remove", &path))?;
    }
    Ok(())
}
