//! Backups of SQLite's file, written while a server uses it, and put back while none does.
//!
//! A file is written under another name beside its place, checked, made durable and only then renamed, so that an
//! interruption leaves no half of it. Each copy is marked, so that an epoch of changes begins wherever it is put into use.

mod check;
mod part;
mod restore;
mod write;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

pub use self::restore::restore;
pub use self::write::back_up;

/// The interval at which progress is told.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Takes the progress of a copy: the bytes that are written, and about how many there will be.
pub type Tell<'t> = &'t (dyn Fn(u64, u64) + Sync);

/// The reason why a backup was not written, or not put back. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is nothing to copy.
    #[error("there is no file {0}")]
    Missing(PathBuf),
    /// The copy would replace another file.
    #[error("{0} exists already; use another name, or --force to replace it")]
    Exists(PathBuf),
    /// A backup cannot replace what it is made of.
    #[error("{0} is the database itself")]
    Itself(PathBuf),
    /// Another program writes to the same file.
    #[error("another program is writing {0}")]
    BeingWritten(PathBuf),
    /// The database is open somewhere.
    #[error("the database {0} is in use; stop the server and every other program that uses it")]
    InUse(PathBuf),
    /// A copy of the main file alone lacks what its log has.
    #[error(
        "{0} has a log of its own beside it, so it is no backup; write one with `external-contacts backup`"
    )]
    HasLog(PathBuf),
    /// The file is another one.
    #[error("{0} is not a database of this program")]
    Foreign(PathBuf),
    /// The file is not whole.
    #[error("{file} is damaged: {reason}")]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The damage that was found first.
        reason: String,
    },
    /// The schema is from a later version of this program.
    #[error(
        "{file} was written by a newer version of this program (its schema is at {found}, this program knows {known}); use that version"
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The last migration of the file.
        found: i64,
        /// The last migration this program knows.
        known: i64,
    },
    /// The system refuses to read or write a file.
    #[error("cannot {action} {file}")]
    File {
        /// A verb.
        action: &'static str,
        /// The file.
        file: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// SQLite refuses to read or write a file.
    #[error("cannot read {0}")]
    Sqlite(PathBuf, #[source] sqlx::Error),
}

impl BackupError {
    /// The same error of another file, of which the one that was read is a copy.
    fn of_original(mut self, original: &Path) -> Self {
        match &mut self {
            Self::Foreign(file)
            | Self::Damaged { file, .. }
            | Self::Newer { file, .. }
            | Self::Sqlite(file, _) => original.clone_into(file),
            _ => {}
        }
        self
    }
}

/// The error of doing something with a file.
fn file_error(action: &'static str, file: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let file = file.to_owned();
    move |source| BackupError::File { action, file, source }
}

/// Lends a connection and closes it, also after a failure. A connection that is only dropped is closed later by its thread, and
/// SQLite then merges or removes a log of that name, which may be that of another file by then.
async fn connected<T, E>(
    options: SqliteConnectOptions,
    fails: impl Fn(sqlx::Error) -> E,
    work: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, E>,
) -> Result<T, E> {
    let mut connection = options.connect().await.map_err(&fails)?;
    let done = work(&mut connection).await;
    let closed = connection.close().await.map_err(fails);
    done.and_then(|done| closed.map(|()| done))
}

/// Tells the size of a file while it is written.
async fn watched<T>(work: impl Future<Output = T>, file: &Path, total: u64, tell: Tell<'_>) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = tokio::time::sleep(BETWEEN_LOOKS) => {
                let written = fs::metadata(file).map_or(0, |found| found.len());
                tell(written.min(total), total);
            }
        }
    }
}

/// Whether two paths lead to one file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path| fs::metadata(path).map(|found| (found.dev(), found.ino()));
    matches!((identity(one), identity(other)), (Ok(one), Ok(other)) if one == other)
}
