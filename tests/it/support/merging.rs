//! Merged records, and the rows of their aliases.

use external_contacts::store::DatabaseUrl;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

use super::TestApp;

impl TestApp {
    /// Merges a contact into another one, or an organization into another one.
    pub async fn merge(&self, survivor: &Value, member: &Value) {
        self.admin().await.merge(&[survivor, member]).await;
    }

    /// The literal of an id.
    pub fn literal(&self, id: &Value) -> String {
        let id = id.as_str().unwrap().split('_').nth(1).unwrap();
        match &self.url {
            DatabaseUrl::Sqlite(_) => format!("X'{}'", id.replace('-', "")),
            _ => format!("CAST('{id}' AS UUID)"),
        }
    }

    /// Runs statements without values.
    pub async fn execute(&self, statements: &str) {
        let sql = AssertSqlSafe(statements.to_owned());
        match &self.url {
            DatabaseUrl::Postgres(url) | DatabaseUrl::Pooled { direct: url, .. } => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                connection.execute(sql).await.unwrap();
            }
            DatabaseUrl::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                let mut connection: SqliteConnection = options.connect().await.unwrap();
                connection.execute(sql).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }
}
