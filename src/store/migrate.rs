//! Migrations: numbered, forward only, inside the program.

use std::time::Duration;

use sqlx::migrate::{Migrate as _, MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

use super::database::Database;
use super::failure::is_contended;
use super::file_lock::FileLock;
use super::{OpenError, Store, nodes};

/// The migrations of PostgreSQL.
pub static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
/// The migrations of SQLite.
pub static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
/// The longest that a migration waits for a lock before it lets others go first.
const LONGEST_LOCK: &str = "SET lock_timeout = '2s'";
/// The pause in which others go first.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);

impl Store {
    /// Brings the schema up to this program's version, under a lock: of two programs that start at once, the second
    /// waits for the first. Gives the version it is at then.
    pub async fn migrate(&self) -> Result<i64, OpenError> {
        let (migrator, done) = match &self.0.database {
            Database::Postgres { pool, direct, .. } => {
                let done = migrate_postgres(direct).await;
                let failed = |error| OpenError::Migrate(MigrateError::Execute(error));
                let mut connection = direct.connect().await.map_err(failed)?;
                let has_nodes = nodes::numbers_changes(&mut connection).await.map_err(failed)?;
                pool.driver().set_has_nodes(has_nodes);
                connection.close().await.map_err(failed)?;
                (&POSTGRES, done)
            }
            Database::Sqlite { writer, .. } => {
                let driver = writer.pool().driver();
                let path = driver.file().path();
                let locked = FileLock::to_migrate(path).await;
                let _lock = locked.map_err(|error| OpenError::Lock(path.to_owned(), error))?;
                (&SQLITE, migrate_sqlite(driver.options()).await)
            }
        };
        let program = latest(migrator);
        match done {
            Ok(()) => {
                self.system().begin_epoch().await.map_err(OpenError::Epoch)?;
                self.mark_records().await.map_err(OpenError::Marks)?;
                Ok(program)
            }
            Err(MigrateError::VersionMissing(database)) => Err(OpenError::Newer { database, program }),
            Err(error) => Err(OpenError::Migrate(error)),
        }
    }
}

/// The version that the migrations lead to.
pub fn latest(migrator: &Migrator) -> i64 {
    let versions = migrator.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}

async fn migrate_sqlite(options: &SqliteConnectOptions) -> Result<(), MigrateError> {
    let mut connection = options.connect().await?;
    SQLITE.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Migrates on a connection of its own, whose statements may take as long as they need. While a migration waits for a lock,
/// all others wait behind it, so it gives up soon and tries again.
async fn migrate_postgres(options: &PgConnectOptions) -> Result<(), MigrateError> {
    let mut connection = options.connect().await?;
    connection.execute(LONGEST_LOCK).await?;
    // Without a lock, which would have to wait for another program's migrations.
    if !is_current(&mut connection).await {
        loop {
            match POSTGRES.run(&mut connection).await {
                Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _))
                    if is_contended(&error) =>
                {
                    let others = other_transactions(&mut connection).await?;
                    tracing::warn!(%others, "a migration waits for a lock; these transactions are open");
                    tokio::time::sleep(BETWEEN_TRIES).await;
                }
                done => break done?,
            }
        }
    }
    connection.close().await?;
    Ok(())
}

/// Whether the database has exactly the migrations of this program.
async fn is_current(connection: &mut PgConnection) -> bool {
    let applied = connection.list_applied_migrations(&POSTGRES.table_name).await;
    applied.is_ok_and(|applied| {
        let known = POSTGRES.iter().map(|known| (known.version, &known.checksum));
        known.eq(applied.iter().map(|applied| (applied.version, &applied.checksum)))
    })
}

/// Names the sessions whose transactions have been open for a while.
async fn other_transactions(connection: &mut PgConnection) -> sqlx::Result<String> {
    sqlx::query_scalar(
        "
        SELECT COALESCE(string_agg(application_name || ' (process ' || pid || ', since ' || xact_start || ')', ', '), 'none')
          FROM pg_stat_activity
         WHERE datname = current_database()
           AND pid <> pg_backend_pid()
           AND xact_start < statement_timestamp() - INTERVAL '1 second'",
    )
    .fetch_one(connection)
    .await
}
