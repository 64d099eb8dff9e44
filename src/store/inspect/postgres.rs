//! The state of a PostgreSQL server, as the user of this program sees it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, FromRow, PgConnection};

use super::migrations::{APPLIED, Applied, MigrationState};
use crate::clock::Clock;
use crate::store::driver::Route;
use crate::store::migrate::POSTGRES;
use crate::store::open::postgres_options;
use crate::store::{DatabaseUrl, OpenError, pooler};

/// The state of a server.
#[derive(Debug)]
pub struct PostgresState {
    /// The settings in force for this user and database.
    pub settings: ServerSettings,
    /// The user, the database and their limits.
    pub rights: UserRights,
    /// The migrations.
    pub migrations: MigrationState,
    /// The time by which the server's clock is ahead of this machine's.
    pub ahead: TimeDelta,
    /// The way of connections to the server.
    pub route: ServerRoute,
}

/// The way of connections to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerRoute {
    /// One process of the server for each connection, be there a pooler in session mode or none.
    Direct,
    /// A pooler in transaction mode, and no URL that leads past it.
    Shared,
    /// A pooler that leads to another database than the URL past it.
    Elsewhere,
    /// A pooler, and a URL that leads past it.
    Pooled {
        /// Whether the pooler carries prepared statements from one process to another.
        carries_statements: bool,
    },
}

/// The settings of a server by their names.
#[derive(Debug)]
pub struct ServerSettings(BTreeMap<String, String>);

impl ServerSettings {
    /// The text of a setting; empty if this version does not have it.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The value of a setting that is a number; 0 if this version does not have it.
    pub fn number(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or_default()
    }
}

/// The user, the database and their limits.
#[derive(Debug, FromRow)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the columns of one statement, which do not depend on each other"
)]
pub struct UserRights {
    /// The name of the user.
    pub user_name: String,
    /// Whether the user is a superuser.
    pub is_superuser: bool,
    /// The encoding of the database.
    pub encoding: String,
    /// The schema that tables are created in; `None` if the search path names none that exists.
    pub schema: Option<String>,
    /// Whether the user may create tables in the schema.
    pub may_create: bool,
    /// The tables that the user may not read and write.
    pub closed_tables: Vec<String>,
    /// The tables that the user may not change, since another one owns them.
    pub foreign_tables: Vec<String>,
    /// The connections of clients, of all databases.
    pub clients: i64,
    /// The connections of clients that this user has.
    pub clients_of_user: i64,
    /// The connections of clients to this database.
    pub clients_of_database: i64,
    /// The limit of connections of the user; -1 if there is none.
    pub user_limit: i64,
    /// The limit of connections to the database; -1 if there is none.
    pub database_limit: i64,
    /// Whether the server follows another one and takes no writes.
    pub is_standby: bool,
    /// Whether this connection is encrypted.
    pub is_encrypted: bool,
    /// The sessions that have had a transaction open for 5 seconds, as far as this user may see them.
    pub open_transactions: Vec<String>,
    /// The replication slots that no one reads from: the server keeps its log for them.
    pub idle_slots: Vec<String>,
}

/// The tables of this program are those of a tenant's data, and these.
const RIGHTS: &str = "
    WITH tables AS (
        SELECT c.oid, c.relname, c.relowner,
               CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, 'USAGE')
                    WHEN c.relname = '_sqlx_migrations' THEN has_table_privilege(c.oid, 'SELECT')
                    ELSE has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                         AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')
               END AS is_open
          FROM pg_class AS c
         WHERE c.relkind IN ('r', 'S')
           AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))
           AND (c.relname IN ('tenants', 'epochs', 'changes_seq', '_sqlx_migrations')
                OR EXISTS (SELECT 1 FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'))
    ), clients AS (
        SELECT usename, datname FROM pg_stat_activity WHERE backend_type = 'client backend'
    )
    SELECT current_user::text AS user_name,
           r.rolsuper AS is_superuser,
           pg_encoding_to_char(d.encoding)::text AS encoding,
           current_schema()::text AS schema,
           COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE) AS may_create,
           ARRAY(SELECT relname::text FROM tables WHERE NOT is_open ORDER BY relname) AS closed_tables,
           ARRAY(SELECT relname::text FROM tables WHERE NOT pg_has_role(relowner, 'USAGE') ORDER BY relname)
               AS foreign_tables,
           (SELECT count(*) FROM clients) AS clients,
           (SELECT count(*) FROM clients WHERE usename = current_user) AS clients_of_user,
           (SELECT count(*) FROM clients WHERE datname = current_database()) AS clients_of_database,
           r.rolconnlimit::bigint AS user_limit,
           d.datconnlimit::bigint AS database_limit,
           pg_is_in_recovery() AS is_standby,
           COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), FALSE) AS is_encrypted,
           ARRAY(SELECT format('%s (process %s of database %s)', application_name, pid, datname)
                   FROM pg_stat_activity
                  WHERE backend_type = 'client backend'
                    AND xact_start < statement_timestamp() - INTERVAL '5 seconds'
                  ORDER BY xact_start) AS open_transactions,
           ARRAY(SELECT slot_name::text FROM pg_replication_slots WHERE NOT active ORDER BY slot_name) AS idle_slots
      FROM pg_roles AS r, pg_database AS d
     WHERE r.rolname = current_user
       AND d.datname = current_database()";

impl PostgresState {
    /// Reads the state in one transaction that may not write, past the pooler if the URL has a way past it.
    ///
    /// # Errors
    /// Fails when the server cannot be reached or refuses the user.
    pub async fn read(url: &DatabaseUrl, clock: &Clock) -> Result<Self, OpenError> {
        let (server, pooler) = match url {
            DatabaseUrl::Postgres(server) => (server, None),
            DatabaseUrl::Pooled { pooler, direct } => (direct, Some(pooler)),
            DatabaseUrl::Sqlite(_) => return Err(OpenError::Url),
        };
        read(server, pooler.map(String::as_str), clock)
            .await
            .map_err(|error| OpenError::Connect(url.clone(), error))
    }
}

/// The way of connections to the server.
async fn find_route(server: &PgConnectOptions, pooler: Option<&str>) -> sqlx::Result<ServerRoute> {
    let Some(pooler) = pooler else {
        // A lack of connections for this look is a finding of its own.
        let is_shared = pooler::shares_processes(server).await.unwrap_or(false);
        return Ok(if is_shared {
            ServerRoute::Shared
        } else {
            ServerRoute::Direct
        });
    };
    Ok(match pooler::route(&postgres_options(pooler)?, server).await? {
        None => ServerRoute::Elsewhere,
        Some(Route::Direct) => ServerRoute::Direct,
        Some(Route::Pooled { carries_statements }) => ServerRoute::Pooled { carries_statements },
    })
}

async fn read(server: &str, pooler: Option<&str>, clock: &Clock) -> sqlx::Result<PostgresState> {
    let options = postgres_options(server)?.application_name("external-contacts doctor");
    // First, since its connections would count among those in use.
    let mut state = read_state(&options, clock).await?;
    state.route = find_route(&options, pooler).await?;
    Ok(state)
}

async fn read_state(options: &PgConnectOptions, clock: &Clock) -> sqlx::Result<PostgresState> {
    // Poolers do not all keep prepared statements.
    let mut connection = options.clone().statement_cache_capacity(0).connect().await?;
    let mut transaction = connection.begin_with("BEGIN READ ONLY").await?;
    let settings: Vec<(String, String)> = sqlx::query_as("SELECT name, setting FROM pg_settings")
        .fetch_all(&mut *transaction)
        .await?;
    let rights = sqlx::query_as(RIGHTS).fetch_one(&mut *transaction).await?;
    let migrations = MigrationState::of(&POSTGRES, &applied(&mut transaction).await?);
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT clock_timestamp()")
        .fetch_one(&mut *transaction)
        .await?;
    let ahead = now - clock.now();
    transaction.rollback().await?;
    connection.close().await?;
    Ok(PostgresState {
        settings: ServerSettings(settings.into_iter().collect()),
        rights,
        migrations,
        ahead,
        route: ServerRoute::Direct,
    })
}

/// The migrations of the database; none if their table is not there or cannot be read.
async fn applied(connection: &mut PgConnection) -> sqlx::Result<Vec<Applied>> {
    let is_readable: bool = sqlx::query_scalar(
        "SELECT COALESCE(has_table_privilege(to_regclass('_sqlx_migrations'), 'SELECT'), FALSE)",
    )
    .fetch_one(&mut *connection)
    .await?;
    if is_readable {
        sqlx::query_as(APPLIED).fetch_all(connection).await
    } else {
        Ok(Vec::new())
    }
}
