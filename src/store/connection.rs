//! Connections, and statements run on them.

use std::sync::Arc;

use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments as _, AssertSqlSafe, FromRow};
use tracing::{Instrument as _, Span};

use super::bind::{Bind, Row};
use super::driver::{PostgresDriver, SqliteDriver};
use super::encoded::{EncodedRows, insert_text, numbered_insert_text};
use super::engine::{Engine, Sql, SystemSql, Text};
use super::failure::map_database_error;
use super::pool::Lease;
use crate::error::{Error, Result};
use crate::metrics::{METRICS, Timer};

/// The connection that a statement runs on.
pub enum Connection {
    /// A connection to PostgreSQL.
    Postgres(Lease<PostgresDriver>),
    /// A connection to SQLite.
    Sqlite(Lease<SqliteDriver>),
}

/// A statement with all of its values.
pub struct Query<'a> {
    text: Text,
    tenant: Option<i32>,
    binds: Vec<&'a dyn Bind>,
}

impl<'a> Query<'a> {
    /// A statement of a tenant.
    pub fn of(tenant: i32, sql: Sql<'a>) -> Self {
        Self {
            text: sql.text,
            tenant: Some(tenant),
            binds: sql.binds,
        }
    }

    /// The values, in the order of their numbers.
    fn values(&self) -> impl Iterator<Item = &dyn Bind> {
        let tenant = self.tenant.as_ref().map(|tenant| tenant as &dyn Bind);
        tenant.into_iter().chain(self.binds.iter().copied())
    }

    fn postgres(&self) -> Result<PgArguments> {
        let mut arguments = PgArguments::default();
        for value in self.values() {
            value
                .postgres(&mut arguments)
                .map_err(|error| map_database_error(sqlx::Error::Encode(error)))?;
        }
        Ok(arguments)
    }

    fn sqlite(&self) -> Result<SqliteArguments> {
        let mut arguments = SqliteArguments::default();
        for value in self.values() {
            value
                .sqlite(&mut arguments)
                .map_err(|error| map_database_error(sqlx::Error::Encode(error)))?;
        }
        Ok(arguments)
    }
}

impl<'a> From<SystemSql<'a>> for Query<'a> {
    fn from(sql: SystemSql<'a>) -> Self {
        Self {
            text: sql.text,
            tenant: None,
            binds: sql.binds,
        }
    }
}

/// The span of a statement in traces, by OpenTelemetry's conventions for databases: its text, never its values.
fn statement_span(text: &Text, engine: Engine) -> Span {
    tracing::trace_span!(
        "statement",
        otel.kind = "client",
        db.system.name = engine.name(),
        db.query.text = %text.of(engine),
    )
}

/// Makes a query of sqlx for the engine of the connection, and runs the body with it.
macro_rules! run {
    ($connection:expr, $query:expr, $make:ident, |$made:ident, $on:ident| $body:expr) => {{
        let query = $query;
        let _timer = Timer::of(&METRICS.statement_duration);
        let done = match $connection {
            Self::Postgres(lease) => {
                let arguments = query.postgres()?;
                let engine = lease.driver().engine();
                let span = statement_span(&query.text, engine);
                let $made = sqlx::$make(query.text.into_sql(engine), arguments)
                    .persistent(lease.driver().keeps_statements());
                let ($on, watch) = lease.start().map_err(map_database_error)?;
                let done = watch.guard($body).instrument(span).await;
                lease.finish(&done);
                done
            }
            Self::Sqlite(lease) => {
                let arguments = query.sqlite()?;
                let span = statement_span(&query.text, Engine::Sqlite);
                let $made = sqlx::$make(query.text.into_sql(Engine::Sqlite), arguments);
                let ($on, watch) = lease.start().map_err(map_database_error)?;
                let done = watch.guard($body).instrument(span).await;
                lease.finish(&done);
                done
            }
        };
        done.map_err(map_database_error)
    }};
}

impl Connection {
    /// Returns every row.
    pub async fn fetch_all<T: Row>(&mut self, query: Query<'_>) -> Result<Vec<T>> {
        run!(self, query, query_with, |made, on| async {
            let rows = made.fetch_all(on).await?;
            read_all(&rows)
        })
    }

    /// Returns the first row, if there is one.
    pub async fn fetch_optional<T: Row>(&mut self, query: Query<'_>) -> Result<Option<T>> {
        run!(self, query, query_as_with, |made, on| made.fetch_optional(on))
    }

    /// Returns the number of rows that the statement changed.
    pub async fn execute(&mut self, query: Query<'_>) -> Result<u64> {
        run!(self, query, query_with, |made, on| async {
            made.execute(on).await.map(|done| done.rows_affected())
        })
    }

    /// Loads rows into a table, which is named with its columns.
    pub async fn load(&mut self, into: &'static str, rows: &EncodedRows) -> Result<()> {
        let _timer = Timer::of(&METRICS.statement_duration);
        let done = match (self, rows) {
            (Self::Postgres(lease), EncodedRows::Postgres(pieces)) => {
                let (on, watch) = lease.start().map_err(map_database_error)?;
                let done = watch.guard(copy(on, into, pieces)).await;
                lease.finish(&done);
                done
            }
            (Self::Postgres(lease), EncodedRows::FewOfPostgres(rows, arguments)) => {
                let (on, watch) = lease.start().map_err(map_database_error)?;
                let done = watch.guard(insert_few(on, into, *rows, arguments)).await;
                lease.finish(&done);
                done
            }
            (Self::Sqlite(lease), EncodedRows::Sqlite(statements)) => {
                let (on, watch) = lease.start().map_err(map_database_error)?;
                let done = watch.guard(insert(on, into, statements)).await;
                lease.finish(&done);
                done
            }
            _ => return Err(Error::internal(anyhow::anyhow!("rows for the other engine"))),
        };
        done.map_err(map_database_error)
    }
}

/// Reads rows into records, which are large: a vector that grows would copy them again and again.
fn read_all<'r, T: FromRow<'r, R>, R: sqlx::Row>(rows: &'r [R]) -> sqlx::Result<Vec<T>> {
    let mut read = Vec::with_capacity(rows.len());
    for row in rows {
        read.push(T::from_row(row)?);
    }
    Ok(read)
}

async fn copy(on: &mut PgConnection, into: &str, pieces: &[Vec<u8>]) -> sqlx::Result<()> {
    let text = format!("COPY {into} FROM STDIN (FORMAT binary)");
    let mut copy = on.copy_in_raw(&text).await?;
    for piece in pieces {
        copy.send(piece.as_slice()).await?;
    }
    copy.finish().await.map(drop)
}

async fn insert_few(
    on: &mut PgConnection,
    into: &str,
    rows: usize,
    arguments: &PgArguments,
) -> sqlx::Result<()> {
    let text = numbered_insert_text(into, rows, arguments.len() / rows);
    // Each number of rows has a text of its own, too many to keep.
    let insert = sqlx::query_with(AssertSqlSafe(text), arguments.clone()).persistent(false);
    insert.execute(on).await.map(drop)
}

async fn insert(
    on: &mut SqliteConnection,
    into: &str,
    statements: &[(usize, SqliteArguments)],
) -> sqlx::Result<()> {
    let mut text: (usize, Arc<str>) = (0, "".into());
    for (rows, arguments) in statements {
        if text.0 != *rows {
            text = (*rows, insert_text(into, *rows, arguments.len() / rows).into());
        }
        sqlx::query_with(AssertSqlSafe(text.1.clone()), arguments.clone())
            .execute(&mut *on)
            .await?;
    }
    Ok(())
}
