//! The plan of a statement, as its engine tells it, and what it is made from.

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::server;
use crate::store::engine::{Engine, Sql, Text};
use crate::store::statement::Statement;
use crate::store::{Tenant, Tx};

/// Returns the plan of a statement, a line for each step.
pub async fn explained(tx: &mut Tx, statement: &Statement<'_>) -> String {
    let engine = tx.engine();
    let sql = statement.sql();
    let text = sql.text.of(engine).into_owned();
    let explain = |word: &str| Sql {
        text: Text::Assembled(format!("{word} {text}")),
        binds: sql.binds.clone(),
    };
    match engine {
        Engine::Postgres => {
            read_by_indexes(tx).await;
            let lines: Vec<(String,)> = tx.fetch_all(explain("EXPLAIN")).await.unwrap();
            lines.into_iter().map(|(line,)| line + "\n").collect()
        }
        Engine::Sqlite => {
            let lines: Vec<(i64, i64, i64, String)> =
                tx.fetch_all(explain("EXPLAIN QUERY PLAN")).await.unwrap();
            lines.into_iter().map(|(.., line)| line + "\n").collect()
        }
    }
}

/// Makes PostgreSQL read indexes in the transaction. Tables of tests are small, and other tests keep rows from being known as
/// visible to all: without this, other plans cost no more.
pub async fn read_by_indexes(tx: &mut Tx) {
    for setting in ["enable_seqscan", "enable_bitmapscan"] {
        set(tx, setting, "off").await;
    }
}

/// Changes a setting of PostgreSQL for the transaction.
pub async fn set(tx: &mut Tx, setting: &str, value: &str) {
    let text = format!("SELECT set_config('{setting}', '{value}', true) WHERE $1 IS NOT NULL");
    let text = Text::Assembled(text);
    let _: Vec<(String,)> = tx.fetch_all(Sql { text, binds: vec![] }).await.unwrap();
}

/// Collects the statistics that plans are made from.
pub async fn analyze(tenant: &Tenant) {
    let mut tx = tenant.begin(None).await.unwrap();
    if tx.engine() == Engine::Sqlite {
        return tx.end(Ok(())).await.unwrap();
    }
    let text = Text::Assembled("SELECT CAST(current_database() AS TEXT) WHERE $1 IS NOT NULL".to_owned());
    let names: Vec<(String,)> = tx.fetch_all(Sql { text, binds: vec![] }).await.unwrap();
    tx.end(Ok(())).await.unwrap();
    let mut connection = PgConnection::connect(&server::url(&names[0].0)).await.unwrap();
    connection.execute("VACUUM (ANALYZE)").await.unwrap();
}
