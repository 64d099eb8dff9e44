//! Migrations: numbered, forward only, inside the program.

use std::fs::File;
use std::path::PathBuf;

use sqlx::migrate::{MigrateError, Migrator};

use super::database::Database;
use super::{OpenError, Store};

static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

impl Store {
    /// Brings the schema up to this program's version, under a lock: of two programs that start at once, the second
    /// waits for the first. Gives the version it is at then.
    pub async fn migrate(&self) -> Result<i64, OpenError> {
        let (migrator, done) = match &self.0.database {
            Database::Postgres { pool, .. } => (&POSTGRES, POSTGRES.run(pool).await),
            Database::Sqlite { writer, file, .. } => {
                let _lock = locked(file.with_extension("lock")).await?;
                (&SQLITE, SQLITE.run(writer).await)
            }
        };
        let program = migrator
            .iter()
            .map(|migration| migration.version)
            .max()
            .unwrap_or_default();
        match done {
            Ok(()) => self
                .system()
                .begin_epoch()
                .await
                .map(|()| program)
                .map_err(OpenError::Epoch),
            Err(MigrateError::VersionMissing(database)) => Err(OpenError::Newer { database, program }),
            Err(error) => Err(OpenError::Migrate(error)),
        }
    }
}

/// Waits until no other program migrates the same file. SQLite has no lock that outlasts a transaction. Given back when
/// the file is closed.
async fn locked(path: PathBuf) -> Result<File, OpenError> {
    let fails = |path: PathBuf| move |error| OpenError::Lock(path, error);
    let file = File::create(&path).map_err(fails(path.clone()))?;
    tokio::task::spawn_blocking(move || file.lock().map(|()| file))
        .await
        .map_err(std::io::Error::other)
        .flatten()
        .map_err(fails(path))
}
