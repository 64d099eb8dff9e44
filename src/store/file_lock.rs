//! Locks between programs that use the same file of SQLite, whose own locks last no longer than a transaction. They are given
//! back when the program ends, however it ends.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A lock, given back when it is dropped.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits until no other program migrates the database.
    pub async fn to_migrate(database: &Path) -> io::Result<Self> {
        let file = File::create(database.with_extension("lock"))?;
        tokio::task::spawn_blocking(move || file.lock().map(|()| Self { _file: file }))
            .await
            .map_err(io::Error::other)?
    }

    /// Joins the programs that use the database. Fails with `WouldBlock` while one replaces it.
    pub fn to_use(database: &Path) -> io::Result<Self> {
        Self::of_users(database, File::try_lock_shared)
    }

    /// Keeps others from using the database. Fails with `WouldBlock` while one does.
    pub fn to_replace(database: &Path) -> io::Result<Self> {
        Self::of_users(database, File::try_lock)
    }

    fn of_users(database: &Path, lock: fn(&File) -> Result<(), TryLockError>) -> io::Result<Self> {
        let file = File::create(with_suffix(database, ".users"))?;
        lock(&file)?;
        Ok(Self { _file: file })
    }
}

/// Returns a path whose file name is longer by a suffix.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
