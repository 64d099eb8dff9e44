//! Migrations: numbered, forward only, inside the program.

use std::time::Duration;

use sqlx::migrate::{Migrate as _, MigrateError, Migration, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection};

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
                let failed = |error| OpenError::Migrate(MigrateError::Execute(error));
                let mut connection = direct.connect().await.map_err(failed)?;
                if nodes::is_worker(&mut connection).await.map_err(failed)? {
                    return Err(OpenError::Worker);
                }
                let done = migrate_postgres(&mut connection).await;
                let has_nodes = nodes::numbers_changes(&mut connection).await.map_err(failed)?;
                if pool.driver().set_has_nodes(has_nodes) {
                    pool.renew();
                }
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
async fn migrate_postgres(connection: &mut PgConnection) -> Result<(), MigrateError> {
    connection.execute(LONGEST_LOCK).await?;
    // Without a lock, which would have to wait for another program's migrations.
    if is_current(connection).await && !nodes::has_local_tables(connection).await? {
        return Ok(());
    }
    loop {
        match run(connection).await {
            Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _))
                if is_contended(&error) =>
            {
                let others = other_transactions(connection).await?;
                tracing::warn!(%others, "a migration waits for a lock; these transactions are open");
                tokio::time::sleep(BETWEEN_TRIES).await;
            }
            done => return done,
        }
    }
}

/// Runs the migrations that the database lacks, as sqlx does, but a statement at a time: Citus takes no two in one message.
async fn run(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let table = &POSTGRES.table_name;
    connection.lock().await?;
    connection.ensure_migrations_table(table).await?;
    if let Some(version) = connection.dirty_version(table).await? {
        return Err(MigrateError::Dirty(version));
    }
    let applied = connection.list_applied_migrations(table).await?;
    if let Some(unknown) = applied
        .iter()
        .find(|applied| !POSTGRES.version_exists(applied.version))
    {
        return Err(MigrateError::VersionMissing(unknown.version));
    }
    for migration in POSTGRES.iter() {
        match applied
            .iter()
            .find(|applied| applied.version == migration.version)
        {
            Some(applied) if applied.checksum != migration.checksum => {
                return Err(MigrateError::VersionMismatch(migration.version));
            }
            Some(_) => {}
            None => {
                apply(connection, migration).await?;
                if nodes::is_distributed(connection).await? {
                    nodes::distribute(connection).await?;
                }
            }
        }
    }
    nodes::distribute(connection).await?;
    connection.unlock().await
}

/// Runs a migration in a transaction, and notes it there.
async fn apply(connection: &mut PgConnection, migration: &Migration) -> Result<(), MigrateError> {
    let mut transaction = connection.begin().await?;
    for statement in statements(migration.sql.as_str()) {
        transaction
            .execute(AssertSqlSafe(statement))
            .await
            .map_err(|error| MigrateError::ExecuteMigration(error, migration.version))?;
    }
    transaction.skip(&POSTGRES.table_name, migration).await?;
    transaction.commit().await?;
    Ok(())
}

/// The statements of a migration, without its comments.
fn statements(text: &str) -> Vec<String> {
    let (mut statements, mut statement, mut quote) = (Vec::new(), String::new(), None);
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        match (quote, next) {
            (None, '-') if rest.peek() == Some(&'-') => {
                rest.by_ref().find(|next| *next == '\n');
                statement.push('\n');
            }
            (None, ';') => statements.push(std::mem::take(&mut statement)),
            (None, '\'' | '"') => {
                quote = Some(next);
                statement.push(next);
            }
            _ => {
                quote = quote.filter(|quote| *quote != next);
                statement.push(next);
            }
        }
    }
    statements.push(statement);
    statements.retain(|statement| !statement.trim().is_empty());
    statements
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semicolons_in_texts_and_comments_end_no_statement() {
        let text = "-- One; two.\nSELECT 'a;''b', \";--\"; -- three;\n\nSELECT 2 - 1;\n-- No more.\n";
        let statements: Vec<String> = statements(text)
            .iter()
            .map(|statement| statement.trim().to_owned())
            .collect();

        assert_eq!(statements, ["SELECT 'a;''b', \";--\"", "SELECT 2 - 1"]);
    }

    #[test]
    fn migrations_have_no_other_quotes() {
        for migration in POSTGRES.iter() {
            let text = migration.sql.as_str();
            assert!(
                !text.contains("$$") && !text.contains("/*"),
                "{}",
                migration.version
            );
            assert!(!migration.no_tx, "{}", migration.version);
        }
    }
}
