//! PostgreSQL for tests: every test has a database of its own, on one server for the whole run.
//!
//! The server is started from the installed programs by the first test that asks, and ends by itself; see [`server`].

pub mod own;
mod server;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::thread;
use std::{fs, io};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// A database for one test, dropped with this value.
pub struct Database {
    /// The URL: `postgres://user:password@127.0.0.1:port/name?…`.
    pub url: String,
    name: String,
}

/// A fresh database with the tables of `migrations/postgres`.
///
/// `migrate` is given the URL of an empty database and must have closed its connections when it is done. Only one test
/// of a run comes to call it: the others copy what it left.
///
/// # Panics
///
/// Panics if there is no PostgreSQL: tests are never skipped for want of it.
pub async fn database(migrate: impl AsyncFnOnce(&str)) -> Database {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let migrations = fingerprint(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    copy_of(&format!("template_{migrations:016x}"), migrate).await
}

/// A database in which nothing was made yet.
pub async fn empty() -> Database {
    copy_of("template_empty", async |_: &str| {}).await
}

/// A copy of the template database, which `migrate` fills if it is not there yet.
async fn copy_of(template: &str, migrate: impl AsyncFnOnce(&str)) -> Database {
    let mut admin = administrator().await;
    ensure_template(&mut admin, template, migrate).await;
    let name: String = sqlx::query_scalar("SELECT 'test_' || replace(gen_random_uuid()::text, '-', '')")
        .fetch_one(&mut admin)
        .await
        .expect("PostgreSQL gives a name");
    run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
    Database {
        url: server::url(&name),
        name,
    }
}

/// Makes the template unless it exists. It gets its name last, so that one which was given up half-way is not copied.
async fn ensure_template(admin: &mut PgConnection, template: &str, migrate: impl AsyncFnOnce(&str)) {
    if exists(admin, template).await {
        return;
    }
    run(admin, "SELECT pg_advisory_lock(1)".to_owned()).await;
    if !exists(admin, template).await {
        let unfinished = format!("{template}_unfinished");
        run(
            admin,
            format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"),
        )
        .await;
        run(admin, format!("CREATE DATABASE {unfinished}")).await;
        migrate(&server::url(&unfinished)).await;
        run(admin, format!("ALTER DATABASE {unfinished} RENAME TO {template}")).await;
    }
    run(admin, "SELECT pg_advisory_unlock(1)".to_owned()).await;
}

async fn exists(admin: &mut PgConnection, database: &str) -> bool {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(database)
        .fetch_one(admin)
        .await
        .expect("PostgreSQL lists its databases")
}

async fn administrator() -> PgConnection {
    PgConnection::connect(&server::url("postgres"))
        .await
        .expect("the PostgreSQL of this run answers")
}

async fn run(admin: &mut PgConnection, statement: String) {
    if let Err(error) = admin.execute(AssertSqlSafe(statement.as_str())).await {
        panic!("{statement}: {error}");
    }
}

impl Drop for Database {
    /// Drops the database in a thread with a runtime of its own: the test's runtime cannot be awaited here.
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime
                .expect("a runtime starts")
                .block_on(async { run(&mut administrator().await, statement).await });
        });
        let dropped = dropped.join().is_ok();
        assert!(dropped || thread::panicking(), "{} is still there", self.name);
    }
}

/// A number that changes with the name or the text of any file in the folder.
fn fingerprint(folder: &Path) -> io::Result<u64> {
    let mut files = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.file_name().hash(&mut hasher);
        fs::read(&file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A template with one table, apart from the product's.
    async fn shelf() -> Database {
        copy_of("template_shelf", async |url: &str| {
            let mut connection = PgConnection::connect(url).await.unwrap();
            connection
                .execute("CREATE TABLE books (title text)")
                .await
                .unwrap();
            connection.close().await.unwrap();
        })
        .await
    }

    async fn books(database: &Database) -> i64 {
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        sqlx::query_scalar("SELECT count(*) FROM books")
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn what_one_test_writes_no_other_sees() {
        let (mine, other) = (shelf().await, shelf().await);

        let mut connection = PgConnection::connect(&mine.url).await.unwrap();
        connection
            .execute("INSERT INTO books VALUES ('Emma')")
            .await
            .unwrap();

        assert_eq!((books(&mine).await, books(&other).await), (1, 0));
    }

    #[tokio::test]
    async fn a_database_goes_with_its_test_even_when_connections_are_open() {
        let database = shelf().await;
        let name = database.name.clone();
        let _open = PgConnection::connect(&database.url).await.unwrap();

        drop(database);

        assert!(!exists(&mut administrator().await, &name).await);
    }

    #[tokio::test]
    async fn a_template_given_up_half_way_is_made_again() {
        // Its own name every time: a server may outlive a killed run.
        let torn = format!("template_torn_{}", std::process::id());
        let mut admin = administrator().await;
        run(&mut admin, format!("CREATE DATABASE {torn}_unfinished")).await;

        let database = copy_of(&torn, async |_: &str| {}).await;

        assert!(exists(&mut admin, &torn).await);
        assert!(!exists(&mut admin, &format!("{torn}_unfinished")).await);
        drop(database);
        run(&mut admin, format!("DROP DATABASE {torn}")).await;
    }

    #[tokio::test]
    async fn a_fresh_database_has_every_migration() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
        let migrator = sqlx::migrate::Migrator::new(folder).await.unwrap();

        let database = database(async |url: &str| {
            let mut connection = PgConnection::connect(url).await.unwrap();
            migrator.run_direct(None, &mut connection, false).await.unwrap();
            connection.close().await.unwrap();
        })
        .await;

        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        let applied: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(usize::try_from(applied).unwrap(), migrator.iter().count());
    }
}
