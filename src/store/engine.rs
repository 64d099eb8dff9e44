//! The database engines, and every way in which their SQL differs.
//!
//! A statement is written once; `$1` is the tenant, and values follow from `$2`. Where the engines have different words
//! for the same thing, a [`Dialect`] has the words of each. [`sql!`] puts them into the text of either engine while
//! compiling; [`Statement`](super::statement::Statement) does so when a statement is assembled.

use std::borrow::Cow;

use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};

use super::bind::Bind;

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL, a server for many writers at once.
    Postgres,
    /// PostgreSQL on several nodes, each of which keeps the data of some tenants: Citus. Its changes are numbered for each
    /// tenant, which works on one node as well.
    Citus,
    /// SQLite, a file with one writer.
    Sqlite,
}

/// The words of an engine. A pair encloses a bound list.
pub struct Dialect {
    /// Membership in a bound list of ids: `id <any_ids($2)>`.
    pub any_ids: (&'static str, &'static str),
    /// Membership in what a subquery selects, which is computed once and then looked up in an index.
    pub any_of: (&'static str, &'static str),
    /// Membership in a bound list of texts.
    pub any_texts: (&'static str, &'static str),
    /// A bound list of ids as a table with the column `listed_id`.
    pub ids: (&'static str, &'static str),
    /// A bound list of texts as a table with the column `listed_text`.
    pub texts: (&'static str, &'static str),
    /// A bound JSON list of rows, each a list of texts, as a table with the column `value`: `value ->> 0` is the first text.
    pub rows: (&'static str, &'static str),
    /// The third text of such a row as an id.
    pub third_as_id: &'static str,
    /// The type of instants.
    pub instant: &'static str,
    /// The function that returns the position of a text in another, from 1, or 0 if it is not there.
    pub position: &'static str,
    /// The oldest transaction that may still commit changes.
    pub settled: &'static str,
    /// A text that differs between databases, and stays the same for one.
    pub fingerprint: &'static str,
    /// A text that differs between the histories of a database: it is another one after a restore to an earlier moment.
    pub timeline: &'static str,
    /// Locks the selected rows against changes and deletion until the transaction ends.
    pub lock: &'static str,
    /// Locks the selected rows, which are to be deleted, against all other locks.
    pub lock_to_delete: &'static str,
    /// Keeps the selected rows as they are until the transaction ends.
    pub lock_shared: &'static str,
    /// Keeps the selected rows from being deleted until the transaction ends.
    pub keep: &'static str,
    /// Locks the selected rows, passing over those that others have locked.
    pub lock_free: &'static str,
}

/// The words of PostgreSQL.
pub const POSTGRES: Dialect = Dialect {
    any_ids: ("= ANY(", ")"),
    // Of `IN`, a join would be made, which may begin with all rows of the table.
    any_of: ("= ANY(ARRAY(", "))"),
    any_texts: ("= ANY(", ")"),
    ids: ("(SELECT unnest(", ") AS listed_id)"),
    texts: ("(SELECT unnest(", ") AS listed_text)"),
    rows: ("(SELECT value FROM jsonb_array_elements(", "))"),
    third_as_id: "CAST(value ->> 2 AS UUID)",
    instant: "TIMESTAMPTZ",
    position: "strpos",
    settled: "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)",
    fingerprint: "(SELECT CAST(system_identifier AS TEXT) || '/' || CAST(oid AS TEXT)
            FROM pg_control_system(), pg_database WHERE datname = current_database())",
    // Not that of the last checkpoint, which follows a promotion by minutes. A standby has no other.
    timeline: "(SELECT CASE WHEN pg_is_in_recovery() THEN lpad(upper(to_hex(timeline_id)), 8, '0')
                        ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END
            FROM pg_control_checkpoint())",
    lock: " FOR NO KEY UPDATE",
    lock_to_delete: " FOR UPDATE",
    lock_shared: " FOR SHARE",
    keep: " FOR KEY SHARE",
    lock_free: " FOR NO KEY UPDATE SKIP LOCKED",
};

/// The words of PostgreSQL on several nodes.
pub const CITUS: Dialect = Dialect {
    // Whoever sees a number of a tenant sees those before it, so everything is settled.
    settled: "9223372036854775807",
    ..POSTGRES
};

/// The words of SQLite. Its one writer owns the whole database, so there is nothing to lock, and its changes are
/// numbered in the order of COMMIT. A file is the same database wherever it is copied to; backups are marked.
pub const SQLITE: Dialect = Dialect {
    any_ids: ("IN (SELECT unhex(value) FROM json_each(", "))"),
    any_of: ("IN (", ")"),
    any_texts: ("IN (SELECT value FROM json_each(", "))"),
    ids: ("(SELECT unhex(value) AS listed_id FROM json_each(", "))"),
    texts: ("(SELECT value AS listed_text FROM json_each(", "))"),
    rows: ("(SELECT value FROM json_each(", "))"),
    third_as_id: "unhex(value ->> 2, '-')",
    instant: "TEXT",
    position: "instr",
    settled: "(SELECT COALESCE(MAX(xid), 0) + 1 FROM changes)",
    fingerprint: "'file'",
    timeline: "''",
    lock: "",
    lock_to_delete: "",
    lock_shared: "",
    keep: "",
    lock_free: "",
};

impl Engine {
    /// The words of this engine.
    pub const fn dialect(self) -> &'static Dialect {
        match self {
            Self::Postgres => &POSTGRES,
            Self::Citus => &CITUS,
            Self::Sqlite => &SQLITE,
        }
    }

    /// The name of the engine, as OpenTelemetry's conventions for databases have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres | Self::Citus => "postgresql",
            Self::Sqlite => "sqlite",
        }
    }

    /// The number of slots that the entity limit of a new tenant is divided into, so that creators do not queue on one
    /// row.
    pub const fn limit_slots(self) -> i32 {
        match self {
            Self::Postgres | Self::Citus => 16,
            Self::Sqlite => 1,
        }
    }

    /// Whether several transactions write at once.
    pub const fn has_many_writers(self) -> bool {
        matches!(self, Self::Postgres | Self::Citus)
    }

    /// Whether a subquery of FROM can refer to tables before it (`LATERAL`). SQLite walks a join in its given order instead.
    pub const fn has_lateral(self) -> bool {
        matches!(self, Self::Postgres | Self::Citus)
    }

    /// Whether a transaction has limits of time that a long load must lift.
    pub const fn limits_transactions(self) -> bool {
        matches!(self, Self::Postgres | Self::Citus)
    }

    /// Whether the positions of changes start anew in a database that was restored or copied. Numbers that are part of the
    /// data continue where they were.
    pub const fn restarts_positions(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// Whether each transaction takes a number of its tenant for its changes, as the last thing that it does. The numbers of
    /// PostgreSQL's transactions do not compare between nodes.
    pub const fn numbers_changes(self) -> bool {
        matches!(self, Self::Citus)
    }

    /// Whether rows for one record are written as values, not as a selection from a bound list. Citus sends the values to
    /// the node of the tenant, and computes a selection first and copies it there.
    pub const fn writes_values(self) -> bool {
        matches!(self, Self::Citus)
    }

    /// Whether a statement can consist of several that write (`WITH … AS (INSERT …)`), which saves messages to the server. Citus
    /// plans such a statement anew each time.
    pub const fn writes_at_once(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// Whether a write to a table that has no tenant takes part of every node.
    pub const fn has_nodes(self) -> bool {
        matches!(self, Self::Citus)
    }
}

/// The text of a statement.
#[derive(Clone, Debug)]
pub enum Text {
    /// A text that was made while compiling, for either engine.
    Static {
        /// The text for PostgreSQL.
        postgres: &'static str,
        /// The text for PostgreSQL on several nodes.
        citus: &'static str,
        /// The text for SQLite.
        sqlite: &'static str,
    },
    /// A text that was assembled for the engine it runs on, from literals and names of columns only.
    Assembled(String),
}

impl Text {
    /// The text for an engine.
    pub fn of(&self, engine: Engine) -> Cow<'static, str> {
        match (self, engine) {
            (Self::Static { postgres, .. }, Engine::Postgres) => Cow::Borrowed(*postgres),
            (Self::Static { citus, .. }, Engine::Citus) => Cow::Borrowed(*citus),
            (Self::Static { sqlite, .. }, Engine::Sqlite) => Cow::Borrowed(*sqlite),
            (Self::Assembled(text), _) => Cow::Owned(text.clone()),
        }
    }

    /// The text for an engine, as the driver takes it. Nothing from outside ever gets into a text.
    pub fn into_sql(self, engine: Engine) -> SqlStr {
        match (self, engine) {
            (Self::Static { postgres, .. }, Engine::Postgres) => postgres.into_sql_str(),
            (Self::Static { citus, .. }, Engine::Citus) => citus.into_sql_str(),
            (Self::Static { sqlite, .. }, Engine::Sqlite) => sqlite.into_sql_str(),
            (Self::Assembled(text), _) => AssertSqlSafe(text).into_sql_str(),
        }
    }
}

/// A statement of one tenant, whose id becomes `$1`.
pub struct Sql<'a> {
    /// The text.
    pub text: Text,
    /// The values, from `$2`.
    pub binds: Vec<&'a dyn Bind>,
}

/// A statement across tenants.
pub struct SystemSql<'a> {
    /// The text.
    pub text: Text,
    /// The values, from `$1`.
    pub binds: Vec<&'a dyn Bind>,
}

impl Sql<'_> {
    /// The number of values that the caller does not give.
    pub const IMPLIED: usize = 1;
}

impl SystemSql<'_> {
    /// The number of values that the caller does not give.
    pub const IMPLIED: usize = 0;
}

/// Joins the pieces of a statement into its texts, while compiling. Pieces are literals, names of constants (lists of
/// columns), and words of the engine with a dot before them: `.lock`, `.any_ids(2)` for a list bound to `$2`, or `.any_of { … }`
/// for what the pieces in the braces select.
macro_rules! text {
    (@join ($dialect:ident) [$($done:expr,)*]) => {
        const_format::concatcp!($($done),*)
    };
    (@join ($dialect:ident) [$($done:expr,)*] . $word:ident ($number:literal) $($rest:tt)*) => {
        $crate::store::engine::text!(
            @join ($dialect) [$($done,)* $crate::store::engine::$dialect.$word.0,
                "$", stringify!($number), $crate::store::engine::$dialect.$word.1,] $($rest)*
        )
    };
    (@join ($dialect:ident) [$($done:expr,)*] . $word:ident { $($inner:tt)* } $($rest:tt)*) => {
        $crate::store::engine::text!(
            @join ($dialect) [$($done,)* $crate::store::engine::$dialect.$word.0,]
                $($inner)* ($crate::store::engine::$dialect.$word.1) $($rest)*
        )
    };
    (@join ($dialect:ident) [$($done:expr,)*] . $word:ident $($rest:tt)*) => {
        $crate::store::engine::text!(@join ($dialect) [$($done,)* $crate::store::engine::$dialect.$word,] $($rest)*)
    };
    (@join ($dialect:ident) [$($done:expr,)*] $piece:tt $($rest:tt)*) => {
        $crate::store::engine::text!(@join ($dialect) [$($done,)* $piece,] $($rest)*)
    };
    ($($piece:tt)*) => {
        $crate::store::engine::Text::Static {
            postgres: $crate::store::engine::text!(@join (POSTGRES) [] $($piece)*),
            citus: $crate::store::engine::text!(@join (CITUS) [] $($piece)*),
            sqlite: $crate::store::engine::text!(@join (SQLITE) [] $($piece)*),
        }
    };
}
pub(crate) use text;

/// A statement with its values: `sql!("SELECT " COLUMNS " FROM notes WHERE tenant_id = $1 AND id " .any_ids(2), ids)`.
/// A number of values that does not fit the text is a compile error (SQLite would bind NULL without a word).
macro_rules! sql {
    ($($all:tt)*) => { $crate::store::engine::statement!(@split Sql [] $($all)*) };
}
pub(crate) use sql;

/// A statement across tenants, with its values from `$1`.
macro_rules! system_sql {
    ($($all:tt)*) => { $crate::store::engine::statement!(@split SystemSql [] $($all)*) };
}
pub(crate) use system_sql;

/// Separates the text of a statement from its values.
macro_rules! statement {
    (@split $kind:ident [$($text:tt)*]) => {
        $crate::store::engine::statement!(@make $kind [$($text)*] [])
    };
    (@split $kind:ident [$($text:tt)*] , $($bind:expr),* $(,)?) => {
        $crate::store::engine::statement!(@make $kind [$($text)*] [$($bind),*])
    };
    (@split $kind:ident [$($text:tt)*] $next:tt $($rest:tt)*) => {
        $crate::store::engine::statement!(@split $kind [$($text)* $next] $($rest)*)
    };
    (@make $kind:ident [$($text:tt)*] [$($bind:expr),*]) => {
        $crate::store::engine::$kind {
            text: const {
                let text = $crate::store::engine::text!($($text)*);
                let count = $crate::store::engine::$kind::IMPLIED $(+ { let _ = stringify!($bind); 1 })*;
                $crate::store::engine::check_arity(&text, count);
                text
            },
            binds: vec![$(&$bind as &dyn $crate::store::bind::Bind),*],
        }
    };
}
pub(crate) use statement;

/// Fails to compile unless the highest `$n` of the text is `count`.
pub const fn check_arity(text: &Text, count: usize) {
    if let Text::Static {
        postgres,
        citus,
        sqlite,
    } = text
    {
        assert!(
            highest(postgres) == count && highest(citus) == count && highest(sqlite) == count,
            "the statement and its values differ in number"
        );
    }
}

const fn highest(text: &str) -> usize {
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
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_differ_are_put_into_the_text_of_either_engine() {
        let text = text!("SELECT a FROM " .ids(2) " AS p JOIN t ON t.id " .any_ids(3) .lock);

        assert_eq!(
            text.of(Engine::Sqlite),
            "SELECT a FROM (SELECT unhex(value) AS listed_id FROM json_each($2)) AS p \
             JOIN t ON t.id IN (SELECT unhex(value) FROM json_each($3))"
        );
        assert_eq!(
            text.of(Engine::Postgres),
            "SELECT a FROM (SELECT unnest($2) AS listed_id) AS p JOIN t ON t.id = ANY($3) FOR NO KEY UPDATE"
        );
    }
}
