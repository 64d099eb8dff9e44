//! Merging records, as far as aliases are concerned: the member leaves its table, what refers to it goes to the survivor, and its
//! id becomes an alias.

use external_contacts::store::DatabaseUrl;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _};

use super::TestApp;

/// The columns that refer to contacts, and to organizations.
const REFERENCES: [(&str, &[(&str, &str)]); 2] = [
    (
        "contact",
        &[
            ("notes", "contact_id"),
            ("interactions", "contact_id"),
            ("organizations", "primary_contact_id"),
        ],
    ),
    (
        "organization",
        &[
            ("notes", "organization_id"),
            ("interactions", "organization_id"),
            ("relationships", "organization_id"),
            ("contacts", "organization_id"),
        ],
    ),
];

impl TestApp {
    /// Merges a contact into another one, or an organization into another one.
    pub async fn merge(&self, survivor: &Value, member: &Value) {
        let (kind, columns) = REFERENCES
            .into_iter()
            .find(|(kind, _)| member.as_str().unwrap().starts_with(kind))
            .unwrap();
        let tenant = self.tenant.record().id;
        let (into, id) = (self.literal(survivor), self.literal(member));
        let mut statements: Vec<String> = columns
            .iter()
            .chain(&[("aliases", "into_id")])
            .map(|(table, column)| {
                format!("UPDATE {table} SET {column} = {into} WHERE tenant_id = {tenant} AND {column} = {id}")
            })
            .collect();
        for (table, column) in [("external_ids", "owner_id"), ("search_words", "id")] {
            statements.push(format!(
                "DELETE FROM {table} WHERE tenant_id = {tenant} AND {column} = {id}"
            ));
        }
        statements.push(format!(
            "DELETE FROM {kind}s WHERE tenant_id = {tenant} AND id = {id}"
        ));
        statements.push(format!(
            "INSERT INTO aliases (tenant_id, id, into_id, operation_id) VALUES ({tenant}, {id}, {into}, {id})"
        ));
        self.execute(&statements.join("; ")).await;
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
