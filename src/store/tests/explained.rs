//! The plan of a statement, as its engine tells it, and what it is made from.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use super::server;
use crate::store::engine::{Engine, Sql, Text, sql};
use crate::store::statement::Statement;
use crate::store::{Tenant, Tx};

/// Returns the plan of a statement over data that was committed, a line for each step. PostgreSQL's is the one for any values.
pub async fn explained(tx: &mut Tx, statement: &Statement<'_>) -> String {
    let engine = tx.engine();
    let sql = statement.sql();
    let text = sql.text.of(engine).into_owned();
    if engine == Engine::Postgres {
        let types = types_of_values(tx, sql).await;
        let mut connection = connection(tx).await;
        return plan_for_any_values(&mut connection, &text, &types).await;
    }
    let explain = Sql {
        text: Text::Assembled(format!("EXPLAIN QUERY PLAN {text}")),
        binds: sql.binds.clone(),
    };
    let lines: Vec<(i64, i64, i64, String)> = tx.fetch_all(explain).await.unwrap();
    lines.into_iter().map(|(.., line)| line + "\n").collect()
}

/// Runs a statement, and returns the types of its values.
async fn types_of_values(tx: &mut Tx, sql: Sql<'_>) -> String {
    let text = sql.text.of(Engine::Postgres).into_owned();
    tx.execute(sql).await.unwrap();
    let types: Vec<(String,)> = tx
        .fetch_all(sql!(
            "SELECT array_to_string(CAST(parameter_types AS TEXT[]), ', ')
               FROM pg_prepared_statements
              WHERE statement = $2
                AND $1 IS NOT NULL",
            text,
        ))
        .await
        .unwrap();
    types.into_iter().next().unwrap().0
}

/// Returns the plan of a statement for values of these types, whatever they are. `EXPLAIN` of the statement itself would plan
/// for the values at hand.
async fn plan_for_any_values(connection: &mut PgConnection, text: &str, types: &str) -> String {
    let run = |text: String| sqlx::raw_sql(AssertSqlSafe(text));
    let settings = "SET enable_seqscan = off; SET enable_bitmapscan = off; \
         SET plan_cache_mode = 'force_generic_plan'";
    run(format!("{settings}; PREPARE explained ({types}) AS {text}"))
        .execute(&mut *connection)
        .await
        .unwrap();
    let nulls = vec!["NULL"; types.split(", ").count()].join(", ");
    let lines = run(format!("EXPLAIN EXECUTE explained ({nulls})"))
        .fetch_all(connection)
        .await
        .unwrap();
    let lines = lines.iter().map(|line| line.get::<String, _>(0) + "\n");
    lines.collect()
}

/// Opens a connection of its own to the database of a transaction.
async fn connection(tx: &mut Tx) -> PgConnection {
    let text = Text::Assembled("SELECT CAST(current_database() AS TEXT) WHERE $1 IS NOT NULL".to_owned());
    let names: Vec<(String,)> = tx.fetch_all(Sql { text, binds: vec![] }).await.unwrap();
    PgConnection::connect(&server::url(&names[0].0)).await.unwrap()
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
    let mut connection = connection(&mut tx).await;
    tx.end(Ok(())).await.unwrap();
    connection.execute("VACUUM (ANALYZE)").await.unwrap();
}
