//! The work of a statement: on PostgreSQL the rows that it reads and sorts, on SQLite the indexes that it uses.

use serde_json::Value;
use sqlx::types::Json;

use crate::store::Tx;
use crate::store::engine::{Engine, Sql, Text};
use crate::store::statement::Statement;
use crate::store::tests::explained::read_by_indexes;

/// The tables that grow with a tenant's data.
const LARGE: [&str; 9] = [
    "contacts",
    "organizations",
    "relationships",
    "notes",
    "interactions",
    "interaction_agents",
    "wrap_ups",
    "external_ids",
    "search_words",
];
/// The tables with few rows, which are read by their order or whole.
const SMALL: [&str; 2] = ["users", "wrap_up_codes"];
/// The names that statements give to rows of `LARGE` tables.
const ALIASES: [&str; 8] = ["w", "x", "r", "f", "children", "first", "second", "third"];

/// The work that a statement may do.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// The number of rows that it may read, those that it passes over included.
    pub read: usize,
    /// The number of rows that it may sort.
    pub sorted: usize,
    /// The column that must be found in the index that is read.
    pub sought: Option<&'static str>,
    /// Whether the records of a condition may be sorted or compared, since they are few.
    pub is_few: bool,
}

/// Makes PostgreSQL read indexes in the transaction.
pub async fn set_up(tx: &mut Tx) {
    if tx.engine() == Engine::Postgres {
        read_by_indexes(tx).await;
    }
}

/// Returns the number of rows of large tables, and of entries of their indexes, that the transaction has read.
/// SQLite has no such number.
pub async fn rows_read(tx: &mut Tx) -> usize {
    if tx.engine() == Engine::Sqlite {
        return 0;
    }
    let text = Text::Assembled(format!(
        "SELECT CAST(SUM(pg_stat_get_xact_tuples_returned(c.oid)) AS BIGINT)
           FROM pg_class AS c
           LEFT JOIN pg_index AS i
             ON i.indexrelid = c.oid
          WHERE COALESCE(i.indrelid, c.oid) = ANY (CAST('{{{}}}' AS regclass[]))
            AND $1 IS NOT NULL",
        LARGE.join(",")
    ));
    let rows: Vec<(i64,)> = tx.fetch_all(Sql { text, binds: vec![] }).await.unwrap();
    usize::try_from(rows[0].0).unwrap()
}

/// Checks the work of a statement, and returns what is wrong with it.
pub async fn faults(tx: &mut Tx, statement: &Statement<'_>, work: &Work) -> Vec<String> {
    let engine = tx.engine();
    let sql = statement.sql();
    let text = sql.text.of(engine).into_owned();
    let explain = |options: &str| Sql {
        text: Text::Assembled(format!("EXPLAIN {options} {text}")),
        binds: sql.binds.clone(),
    };
    let (faults, plan) = match engine {
        Engine::Postgres | Engine::Citus => {
            let options = "(ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON)";
            let plans: Vec<(Json<Value>,)> = tx.fetch_all(explain(options)).await.unwrap();
            let plan = &plans[0].0.0[0]["Plan"];
            (postgres(plan, work), format!("{plan:#}"))
        }
        Engine::Sqlite => {
            let lines: Vec<(i64, i64, i64, String)> = tx.fetch_all(explain("QUERY PLAN")).await.unwrap();
            let steps: Vec<(i64, String)> = lines
                .into_iter()
                .map(|(_, parent, _, step)| (parent, step))
                .collect();
            let plan: Vec<&str> = steps.iter().map(|(_, step)| step.as_str()).collect();
            (sqlite(&steps, work), plan.join("\n"))
        }
    };
    faults
        .into_iter()
        .map(|fault| format!("{fault}\n{text}\n{plan}"))
        .collect()
}

fn postgres(plan: &Value, work: &Work) -> Vec<String> {
    let mut faults = Vec::new();
    let mut read = 0.0;
    let mut nodes = vec![plan];
    while let Some(node) = nodes.pop() {
        let number = |key: &str| node[key].as_f64().unwrap_or_default();
        let table = node["Relation Name"].as_str().unwrap_or_default();
        if !table.is_empty() && !SMALL.contains(&table) {
            let passed = number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
            read += (number("Actual Rows") + passed) * number("Actual Loops");
        }
        match node["Node Type"].as_str().unwrap_or_default() {
            "Seq Scan" if LARGE.contains(&table) => faults.push(format!("scans {table}")),
            "Sort" | "Incremental Sort" => {
                let rows = node["Plans"][0]["Actual Rows"].as_f64().unwrap_or_default();
                if rows > usize_to_f64(work.sorted) {
                    faults.push(format!("sorts {rows} rows, not {}", work.sorted));
                }
            }
            _ => {}
        }
        nodes.extend(node["Plans"].as_array().into_iter().flatten());
    }
    if read > usize_to_f64(work.read) {
        faults.push(format!("reads {read} rows, not {}", work.read));
    }
    faults
}

fn usize_to_f64(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}

fn sqlite(steps: &[(i64, String)], work: &Work) -> Vec<String> {
    let mut faults = Vec::new();
    for (place, (parent, step)) in steps.iter().enumerate() {
        let mut words = step.split(' ');
        let (verb, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let is_large = LARGE.contains(&name) || ALIASES.contains(&name);
        if verb == "SCAN" && is_large {
            faults.push(format!("scans {name}"));
        }
        if step.contains("AUTOMATIC") {
            faults.push(format!("builds an index: {step}"));
        }
        if let Some(column) = work.sought
            && is_large
            && step.ends_with("(tenant_id=?)")
        {
            faults.push(format!("does not seek {column}: {step}"));
        }
        if step.contains("TEMP B-TREE FOR") && !work.is_few {
            let mut siblings = steps[..place].iter().filter(|(of, _)| of == parent);
            let first = siblings.find(|(_, step)| step.starts_with("SCAN ") || step.starts_with("SEARCH "));
            let is_bounded = first.is_none_or(|(_, step)| {
                let name = step.split(' ').nth(1).unwrap_or_default();
                step.starts_with("SCAN ") && !LARGE.contains(&name) && !ALIASES.contains(&name)
            });
            let is_small = first.is_some_and(|(_, step)| SMALL.iter().any(|small| step.contains(small)));
            if !is_bounded && !is_small {
                faults.push(format!("sorts: {step}"));
            }
        }
    }
    faults
}
