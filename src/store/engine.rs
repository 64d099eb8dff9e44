//! The two engines, and every way in which their SQL differs.
//!
//! A statement is written once. `$1` is always the tenant; values follow from `$2`. What SQLite spells differently is
//! translated here.

use std::borrow::Cow;
use std::fmt::Write as _;

use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgConnection, PgPool, PgRow, PgTypeInfo};
use sqlx::sqlite::{
    SqliteArguments, SqliteArgumentsBuffer, SqliteConnection, SqlitePool, SqliteRow, SqliteTypeInfo,
};
use sqlx::{Arguments, AssertSqlSafe, FromRow, Postgres, SqlSafeStr, SqlStr, Sqlite, Type};
use uuid::Uuid;

use crate::error::{Error, Result};

/// A value either engine can take.
pub trait Bind: Send + Sync {
    /// Adds it to a statement for PostgreSQL.
    fn postgres(&self, to: &mut PgArguments) -> Result<(), BoxDynError>;
    /// Adds it to a statement for SQLite.
    fn sqlite(&self, to: &mut SqliteArguments) -> Result<(), BoxDynError>;
}

impl<T> Bind for T
where
    T: Send
        + Sync
        + for<'q> Encode<'q, Postgres>
        + Type<Postgres>
        + for<'q> Encode<'q, Sqlite>
        + Type<Sqlite>,
{
    fn postgres(&self, to: &mut PgArguments) -> Result<(), BoxDynError> {
        to.add(self)
    }

    fn sqlite(&self, to: &mut SqliteArguments) -> Result<(), BoxDynError> {
        Arguments::add(to, self)
    }
}

/// A row either engine can give.
pub trait Row: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin {}

/// A statement with what goes into `$2` and up.
pub struct Sql<'a> {
    /// The text, as PostgreSQL reads it.
    pub text: Cow<'static, str>,
    /// The values, from `$2`.
    pub binds: Vec<&'a dyn Bind>,
}

/// Joins literals and column lists into one statement and binds values to it: `sql!("SELECT " COLUMNS " FROM …", id)`.
/// A number of values that does not fit the text is a compile error (SQLite would bind NULL without a word).
macro_rules! sql {
    ($head:literal $($name:ident $($tail:literal)?)* $(, $bind:expr)* $(,)?) => {
        $crate::store::engine::Sql {
            text: {
                const TEXT: &str = const_format::concatcp!($head $(, $name $(, $tail)?)*);
                const { $crate::store::engine::check_arity(TEXT, 1 $(+ { let _ = stringify!($bind); 1 })*) };
                std::borrow::Cow::Borrowed(TEXT)
            },
            binds: vec![$(&$bind as &dyn $crate::store::engine::Bind),*],
        }
    };
}
pub(crate) use sql;

/// Fails to compile unless the highest `$n` of the text is `count`.
pub const fn check_arity(text: &str, count: usize) {
    let mut rest = text.as_bytes();
    let mut most = 0;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'$' {
            continue;
        }
        let mut number = 0;
        while let [digit @ b'0'..=b'9', tail @ ..] = rest {
            number = number * 10 + (*digit - b'0') as usize;
            rest = tail;
        }
        if number > most {
            most = number;
        }
    }
    assert!(
        most == count,
        "the statement and its values differ in number ($1 is the tenant)"
    );
}

/// A statement that is put together as it is needed: of literals only, so nothing from outside gets into its text.
#[derive(Default)]
pub struct Statement<'a> {
    text: String,
    binds: Vec<Box<dyn Bind + 'a>>,
}

impl<'a> Statement<'a> {
    /// Begins with this text.
    pub fn new(text: &'static str) -> Self {
        Self {
            text: text.to_owned(),
            binds: Vec::new(),
        }
    }

    /// Goes on with this text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Goes on with a value.
    pub fn bind(&mut self, value: impl Bind + 'a) -> &mut Self {
        self.bind_boxed(Box::new(value))
    }

    /// Goes on with a value that is boxed already.
    pub fn bind_boxed(&mut self, value: Box<dyn Bind + 'a>) -> &mut Self {
        self.binds.push(value);
        let number = self.binds.len() + 1;
        // Writing to a String cannot fail.
        let _ = write!(self.text, "${number}");
        self
    }

    /// The statement as it can be run.
    pub fn sql(&self) -> Sql<'_> {
        Sql {
            text: Cow::Owned(self.text.clone()),
            binds: self.binds.iter().map(|bind| &**bind as &dyn Bind).collect(),
        }
    }
}

/// What a statement runs on.
pub enum Handle<'c> {
    /// Any free connection to PostgreSQL.
    PostgresPool(&'c PgPool),
    /// Any free connection that reads SQLite.
    SqlitePool(&'c SqlitePool),
    /// The connection of a transaction.
    Postgres(&'c mut PgConnection),
    /// The connection of a transaction.
    Sqlite(&'c mut SqliteConnection),
}

/// Runs one method of sqlx on whichever engine the handle is of.
macro_rules! run {
    ($handle:expr, $tenant:expr, $sql:expr, $make:ident, |$query:ident, $on:ident| $body:expr) => {
        match $handle {
            Handle::PostgresPool($on) => {
                let $query = sqlx::$make(
                    postgres_text($sql.text),
                    postgres_arguments($tenant, &$sql.binds)?,
                );
                $body
            }
            Handle::Postgres($on) => {
                let $query = sqlx::$make(
                    postgres_text($sql.text),
                    postgres_arguments($tenant, &$sql.binds)?,
                );
                $body
            }
            Handle::SqlitePool($on) => {
                let $query = sqlx::$make(sqlite_text($sql.text), sqlite_arguments($tenant, &$sql.binds)?);
                $body
            }
            Handle::Sqlite($on) => {
                let $query = sqlx::$make(sqlite_text($sql.text), sqlite_arguments($tenant, &$sql.binds)?);
                $body
            }
        }
    };
}

impl Handle<'_> {
    /// Every row.
    pub async fn fetch_all<T: Row>(self, tenant: i32, sql: Sql<'_>) -> Result<Vec<T>> {
        run!(self, tenant, sql, query_as_with, |query, on| query
            .fetch_all(on)
            .await
            .map_err(fault))
    }

    /// The first row, if there is one.
    pub async fn fetch_optional<T: Row>(self, tenant: i32, sql: Sql<'_>) -> Result<Option<T>> {
        run!(self, tenant, sql, query_as_with, |query, on| query
            .fetch_optional(on)
            .await
            .map_err(fault))
    }

    /// How many rows it changed.
    pub async fn execute(self, tenant: i32, sql: Sql<'_>) -> Result<u64> {
        run!(self, tenant, sql, query_with, |query, on| query
            .execute(on)
            .await
            .map(|done| done.rows_affected())
            .map_err(fault))
    }
}

fn postgres_arguments(tenant: i32, binds: &[&dyn Bind]) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    tenant
        .postgres(&mut arguments)
        .map_err(|error| fault(sqlx::Error::Encode(error)))?;
    for bind in binds {
        bind.postgres(&mut arguments)
            .map_err(|error| fault(sqlx::Error::Encode(error)))?;
    }
    Ok(arguments)
}

fn sqlite_arguments(tenant: i32, binds: &[&dyn Bind]) -> Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    tenant
        .sqlite(&mut arguments)
        .map_err(|error| fault(sqlx::Error::Encode(error)))?;
    for bind in binds {
        bind.sqlite(&mut arguments)
            .map_err(|error| fault(sqlx::Error::Encode(error)))?;
    }
    Ok(arguments)
}

/// What both engines can say, but in other words: how a statement writes it, then PostgreSQL, then SQLite. `#` is what
/// stands in the brackets.
const WORDINGS: [(&str, &str, &str, &str); 9] = [
    // membership in a bound list of ids
    (
        "= ANY_ID(",
        ")",
        "= ANY(#)",
        "IN (SELECT unhex(value) FROM json_each(#))",
    ),
    // membership in a bound list of texts
    (
        "= ANY_TEXT(",
        ")",
        "= ANY(#)",
        "IN (SELECT value FROM json_each(#))",
    ),
    // where a text is in another, from 1; 0 when it is not
    ("POSITION_IN(", ")", "strpos(#)", "instr(#)"),
    // a bound list of ids as a table with the column `listed_id`
    (
        "IDS(",
        ")",
        "(SELECT unnest(#) AS listed_id)",
        "(SELECT unhex(value) AS listed_id FROM json_each(#))",
    ),
    // a bound list of texts as a table with the column `listed_text`
    (
        "TEXTS(",
        ")",
        "(SELECT unnest(#) AS listed_text)",
        "(SELECT value AS listed_text FROM json_each(#))",
    ),
    // the oldest transaction that may still commit changes: SQLite's one writer makes the next number
    (
        "SETTLED_XID()",
        "",
        "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)",
        "(SELECT COALESCE(MAX(xid), 0) + 1 FROM changes)",
    ),
    // which server's which database this is: a file is the same wherever it is copied to
    (
        "DATABASE_FINGERPRINT()",
        "",
        "(SELECT CAST(system_identifier AS TEXT) || '/' || CAST(oid AS TEXT)
            FROM pg_control_system(), pg_database WHERE datname = current_database())",
        "'file'",
    ),
    // SQLite's one writer owns the whole database: there is nothing to lock
    (" FOR UPDATE SKIP LOCKED", "", " FOR UPDATE SKIP LOCKED", ""),
    (" FOR UPDATE", "", " FOR UPDATE", ""),
];

fn postgres_text(text: Cow<'static, str>) -> SqlStr {
    reworded(text, |(_, _, postgres, _)| postgres)
}

fn sqlite_text(text: Cow<'static, str>) -> SqlStr {
    reworded(text, |(_, _, _, sqlite)| sqlite)
}

/// Statements are literals or made of literals (see [`Statement`]), so their text is safe.
fn reworded(
    text: Cow<'static, str>,
    wording: impl Fn((&'static str, &'static str, &'static str, &'static str)) -> &'static str,
) -> SqlStr {
    let mut text = text;
    for rule in WORDINGS {
        if text.contains(rule.0) {
            text = Cow::Owned(rewrite(&text, rule.0, rule.1, wording(rule)));
        }
    }
    match text {
        Cow::Borrowed(text) => text.into_sql_str(),
        Cow::Owned(text) => AssertSqlSafe(text).into_sql_str(),
    }
}

fn rewrite(text: &str, begin: &str, end: &str, with: &str) -> String {
    let mut pieces = text.split(begin);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (inside, after) = if end.is_empty() {
            ("", piece)
        } else {
            piece.split_once(end).unwrap_or((piece, ""))
        };
        out.push_str(&with.replace('#', inside));
        out.push_str(after);
    }
    out
}

/// A list of ids, for `= ANY_ID($n)` and `IDS($n)`.
#[derive(Clone, Debug)]
pub struct IdList(pub Vec<Uuid>);

impl Type<Postgres> for IdList {
    fn type_info() -> PgTypeInfo {
        <[Uuid] as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for IdList {
    fn encode_by_ref(&self, to: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode_by_ref(&self.0, to)
    }
}

impl Type<Sqlite> for IdList {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for IdList {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        let hex: Vec<String> = self.0.iter().map(|id| id.simple().to_string()).collect();
        Encode::<Sqlite>::encode(serde_json::to_string(&hex)?, to)
    }
}

/// A list of texts, for `TEXTS($n)`.
#[derive(Clone, Debug)]
pub struct TextList(pub Vec<String>);

impl Type<Postgres> for TextList {
    fn type_info() -> PgTypeInfo {
        <[String] as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for TextList {
    fn encode_by_ref(&self, to: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Postgres>::encode_by_ref(&self.0, to)
    }
}

impl Type<Sqlite> for TextList {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for TextList {
    fn encode_by_ref(&self, to: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode(serde_json::to_string(&self.0)?, to)
    }
}

/// What a failure of the database means to us. Its text is for the log only.
pub fn fault(error: sqlx::Error) -> Error {
    use sqlx::error::ErrorKind;

    match &error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the database cannot be reached"
            );
            Error::Unavailable
        }
        sqlx::Error::Database(database) => match database.code().as_deref() {
            // serialization_failure, deadlock_detected; SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT
            Some("40001" | "40P01" | "5" | "517") => Error::Contended,
            // query_canceled: the statement's time is up; idle_in_transaction_session_timeout
            Some("57014" | "25P03") => Error::Timeout,
            // admin_shutdown, cannot_connect_now, too_many_connections
            Some("57P01" | "57P03" | "53300") => Error::Unavailable,
            // Unique values and references are looked up before they are written: somebody came in between.
            _ if matches!(
                database.kind(),
                ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation
            ) =>
            {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "somebody came in between"
                );
                Error::Contended
            }
            _ => Error::internal(error),
        },
        _ => Error::internal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sqlite_spells_differently_is_translated() {
        let text = "SELECT a FROM IDS($2) AS p JOIN t ON t.id = ANY_ID($3) FOR UPDATE";

        assert_eq!(
            sqlite_text(Cow::Borrowed(text)).as_str(),
            "SELECT a FROM (SELECT unhex(value) AS listed_id FROM json_each($2)) AS p \
             JOIN t ON t.id IN (SELECT unhex(value) FROM json_each($3))"
        );
        assert_eq!(
            postgres_text(Cow::Borrowed(text)).as_str(),
            "SELECT a FROM (SELECT unnest($2) AS listed_id) AS p JOIN t ON t.id = ANY($3) FOR UPDATE"
        );
    }

    #[test]
    fn a_statement_numbers_its_values_from_two() {
        let mut statement = Statement::new("SELECT 1 WHERE a = ");
        statement.bind(1).push(" AND b = ").bind("x".to_owned());

        assert_eq!(statement.sql().text, "SELECT 1 WHERE a = $2 AND b = $3");
        assert_eq!(statement.sql().binds.len(), 2);
    }
}
