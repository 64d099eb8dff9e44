//! The plan of a statement, as its engine tells it.

use crate::store::Tx;
use crate::store::engine::{Engine, Sql, Text};
use crate::store::statement::Statement;

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
            // Tables of tests are small, and other tests keep rows from being known as visible to all: without these, other
            // plans cost no more.
            for setting in ["enable_seqscan", "enable_bitmapscan"] {
                let text = Text::Assembled(format!(
                    "SELECT set_config('{setting}', 'off', true) WHERE $1 IS NOT NULL"
                ));
                let _: Vec<(String,)> = tx.fetch_all(Sql { text, binds: vec![] }).await.unwrap();
            }
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
