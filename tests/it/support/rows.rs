//! The rows of every table, as texts.

use std::collections::BTreeMap;

use external_contacts::store::{DatabaseUrl, Tenant};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};

use super::TestApp;

/// The rows of each table.
pub type Rows = BTreeMap<String, Vec<String>>;

/// The rows of every table with data of tenants, as texts without the tenant. The room for entities is spread by chance.
pub async fn rows_of_tenant(app: &TestApp, tenant: &Tenant) -> Rows {
    rows_of_tenant_without(app, tenant, &[]).await
}

/// The same, without some columns.
pub async fn rows_of_tenant_without(app: &TestApp, tenant: &Tenant, columns: &[&str]) -> Rows {
    let (mut connection, mut all) = (Connection::open(app).await, BTreeMap::new());
    for (table, row) in tables(app, &mut connection, columns).await {
        let sql = format!("SELECT {row} FROM {table} AS t WHERE tenant_id = $1 ORDER BY 1");
        all.insert(table, connection.texts(sql, tenant.record().id).await);
    }
    assert!(all.len() > 10, "{:?}", all.keys());
    all
}

/// The rows of every table of the database.
pub async fn all_rows(app: &TestApp) -> Rows {
    let sql = match &app.url {
        DatabaseUrl::Sqlite(_) => {
            "SELECT m.name || '|' || group_concat('quote(t.' || c.name || ')', ' || '',''|| ')
               FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
              WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND $1 = $1
              GROUP BY m.name"
        }
        _ => {
            "SELECT table_name || '|' || 'CAST(to_jsonb(t) AS TEXT)'
               FROM information_schema.tables
              WHERE table_type = 'BASE TABLE' AND table_schema = 'public' AND $1 = $1"
        }
    };
    let (mut connection, mut all) = (Connection::open(app).await, BTreeMap::new());
    for line in connection.texts(sql.to_owned(), 1).await {
        let (table, row) = line.split_once('|').unwrap();
        let sql = format!("SELECT {row} FROM {table} AS t WHERE $1 = $1 ORDER BY 1");
        all.insert(table.to_owned(), connection.texts(sql, 1).await);
    }
    assert!(all.len() > 10, "{:?}", all.keys());
    all
}

/// The tables with data of tenants, each with the expression of a row as a text.
async fn tables(app: &TestApp, connection: &mut Connection, without: &[&str]) -> BTreeMap<String, String> {
    let without = [&["tenant_id"], without].concat();
    let sql = match &app.url {
        DatabaseUrl::Sqlite(_) => format!(
            "SELECT m.name || '|' || group_concat('quote(t.' || c.name || ')', ' || '',''|| ')
               FROM sqlite_schema AS m, pragma_table_info(m.name) AS c
              WHERE m.type = 'table' AND c.name NOT IN ('{}') AND $1 = $1
                AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = 'tenant_id')
              GROUP BY m.name",
            without.join("', '")
        ),
        _ => format!(
            "SELECT table_name || '|' || 'CAST(to_jsonb(t) - ''{}'' AS TEXT)'
               FROM information_schema.columns
              WHERE column_name = 'tenant_id' AND table_schema = 'public' AND $1 = $1",
            without.join("'' - ''")
        ),
    };
    let tables = connection.texts(sql, 1).await;
    let tables = tables.iter().filter_map(|line| line.split_once('|'));
    tables
        .filter(|(table, _)| *table != "entity_room")
        .map(|(table, row)| (table.to_owned(), row.to_owned()))
        .collect()
}

/// Runs a statement behind the program's back.
pub async fn execute(app: &TestApp, sql: &'static str) {
    match &app.url {
        DatabaseUrl::Postgres(url) | DatabaseUrl::Pooled { direct: url, .. } => {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
        DatabaseUrl::Sqlite(file) => {
            let options = SqliteConnectOptions::new().filename(file);
            let mut connection = options.connect().await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
    }
}

/// A connection to the database itself.
enum Connection {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Connection {
    async fn open(app: &TestApp) -> Self {
        match &app.url {
            DatabaseUrl::Postgres(url) | DatabaseUrl::Pooled { direct: url, .. } => {
                Self::Postgres(PgConnection::connect(url).await.unwrap())
            }
            DatabaseUrl::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file).read_only(true);
                Self::Sqlite(options.connect().await.unwrap())
            }
        }
    }

    /// The rows of a statement with one text column, which has one number.
    async fn texts(&mut self, sql: String, number: i32) -> Vec<String> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Postgres(connection) => {
                let rows = sqlx::query(sql).bind(number).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
            Self::Sqlite(connection) => {
                let rows = sqlx::query(sql).bind(number).fetch_all(connection).await.unwrap();
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }
}
