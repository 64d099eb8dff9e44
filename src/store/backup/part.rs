//! A file that is being written, beside its place.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::{BackupError, file_error};
use crate::store::file_lock::with_suffix;

/// The files that SQLite keeps beside a database.
pub const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// An empty file to write to, for the user of this program alone. It is removed unless it is put in its place.
pub struct Part {
    path: PathBuf,
    /// Locked, so that another program does not take it for one that was left behind.
    file: File,
    is_placed: bool,
}

impl Part {
    /// Creates the file, in the place of one that an interrupted program left behind.
    pub fn beside(target: &Path) -> Result<Self, BackupError> {
        let path = with_suffix(target, ".part");
        if let Ok(left) = OpenOptions::new().write(true).open(&path) {
            left.try_lock().map_err(|error| not_locked(target, error))?;
            remove(&path).map_err(file_error("remove", &path))?;
        }
        for companion in COMPANIONS {
            let left = with_suffix(&path, companion);
            remove(&left).map_err(file_error("remove", &left))?;
        }
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(file_error("create", &path))?;
        file.try_lock().map_err(|error| not_locked(target, error))?;
        Ok(Self {
            path,
            file,
            is_placed: false,
        })
    }

    /// The path while it is written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file.
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Makes what was written durable.
    pub fn sync(&self) -> Result<(), BackupError> {
        self.file.sync_all().map_err(file_error("write", &self.path))
    }

    /// Puts the file in its place, in one step.
    pub fn put_at(mut self, target: &Path) -> Result<(), BackupError> {
        fs::rename(&self.path, target).map_err(file_error("replace", target))?;
        self.is_placed = true;
        sync_folder(target)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.is_placed {
            return;
        }
        let _ = remove(&self.path);
        for companion in COMPANIONS {
            let _ = remove(&with_suffix(&self.path, companion));
        }
    }
}

fn not_locked(target: &Path, error: TryLockError) -> BackupError {
    match error {
        TryLockError::WouldBlock => BackupError::BeingWritten(target.to_owned()),
        TryLockError::Error(error) => file_error("lock", target)(error),
    }
}

/// Removes a file that may be there.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes the names in a file's folder durable.
pub fn sync_folder(of: &Path) -> Result<(), BackupError> {
    let folder = folder_of(of);
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(file_error("write", folder))
}

/// Returns the folder of a file.
pub fn folder_of(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}
