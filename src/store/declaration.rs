//! The declaration of how a record is stored.

use super::bind::Values;
use super::engine::Text;
use super::kept::Kept;
use super::new_change::NewChange;
use super::table::Table;
use crate::error::Result;
use crate::id::TypedId;
use crate::model::{ExternalId, IndexEntry, Record};

/// A record with a table of its own; implemented by `stored!`.
pub trait Stored: Table + PartialEq {
    /// The type of its id.
    type Id: TypedId;
    /// The statements of its table.
    const SQL: RecordSql;
    /// Whether it counts against the tenant's limit of managed entities.
    const COUNTED: bool = false;

    /// Its version, authors and times.
    fn record(&self) -> &Record;

    /// Its version, authors and times, to be changed.
    fn record_mut(&mut self) -> &mut Record;

    /// The values of its columns, in the order of `RecordSql::insert`.
    fn values<'a>(&'a self, entry: &IndexEntry) -> Values<'a>;

    /// Returns the record in the form in which it is kept while it is deleted.
    fn to_kept(&self) -> Result<Kept>;

    /// Reads a record that was kept, possibly by an earlier version of the program.
    fn of_kept(kept: Kept) -> Result<Self>;

    /// Its external ids.
    fn external_ids(&self) -> &[ExternalId] {
        &[]
    }

    /// Its entry in the search index.
    fn index_entry(&self) -> Option<IndexEntry> {
        None
    }

    /// The record of its creation (`before` is `None`), change, or deletion (`after` is `None`) in the feed of changes.
    fn change(before: Option<&Self>, after: Option<&Self>) -> Result<Option<NewChange>> {
        let _ = (before, after);
        Ok(None)
    }
}

/// The statements of a table. All but `insert` have the id as `$2`.
pub struct RecordSql {
    /// Selects a record, and locks it until the transaction ends.
    pub find_locked: Text,
    /// Selects a record, and locks it to delete it.
    pub find_to_delete: Text,
    /// Selects a record, and keeps it as it is until the transaction ends.
    pub find_shared: Text,
    /// Selects a record, and keeps it from being deleted until the transaction ends.
    pub find_kept: Text,
    /// Inserts a record.
    pub insert: Text,
    /// The beginning of `insert`, up to the values.
    pub insert_into: &'static str,
    /// The table and the columns of `insert`.
    pub into: &'static str,
    /// Updates the columns that may change.
    pub update: Text,
    /// The beginning and the end of an update of many records, around their values.
    pub update_from: (&'static str, &'static str),
    /// The number of values that `update` takes, the id included; they are the first ones of `insert`.
    pub updated: usize,
    /// Deletes many records: `$2` is the list of their ids.
    pub delete: Text,
}

/// Declares how a record is stored.
///
/// The hooks in brackets say what follows a change: `counted`, `external_ids`, `indexed`, `recorded`; and that records can be
/// merged: `mergeable`. Then come the
/// columns that may change; those that never change after the record is created (`fixed`); and those that are written
/// and never read (`derived`), from the record and its entry in the search index. Columns are fields of the same name
/// (`as "…"` gives another one) and plain values, or `json`. Id, version, authors and times need no mention. At the end
/// come the columns that refer to other records (`refers`), with their kinds.
macro_rules! stored {
    (
        $record:ident: $id:ident in $table:literal [$($hook:ident),*] {
            $($column:ident $(as $name:literal)? $(: $kind:ident)?),* $(,)?
        }
        $(fixed { $($fixed:ident $(as $fixed_name:literal)? $(: $fixed_kind:ident)?),* $(,)? })?
        $(derived { $($derived:ident: |$it:tt, $entry:tt| $value:expr),* $(,)? })?
        $(refers { $($reference:ident: $referred:ident),* $(,)? })?
    ) => {
        const _: () = {
            use const_format::concatcp;
            use $crate::store::declaration::{column, columns_of_rows, from_row, numbers, plain_column, value};
            use $crate::store::declaration::{RecordSql, Stored};
            use $crate::store::kept::Kept;

            const TABLE: &str = $table;
            const CHANGED: &str = concatcp!(
                "version, updated_at, updated_by"
                $(, ", ", column!($column $($name)?))* $($(, ", ", stringify!($derived))*)?
            );
            const FIXED: &str = concatcp!(
                "created_at, created_by" $($(, ", ", column!($fixed $($fixed_name)?))*)?
            );
            const COLUMNS: &str = concatcp!(
                "id, version, updated_at, updated_by" $(, ", ", column!($column $($name)?))*, ", ", FIXED
            );
            const PLAIN_COLUMNS: &str = concatcp!(
                "id, version, updated_at, updated_by" $(, plain_column!($column $($name)? $(: $kind)?))*, ", ", FIXED
            );
            /// The number of values of an update, `$1` and the id included.
            const UPDATED: usize = 5 $(+ { let _ = stringify!($column); 1 })*
                $($(+ { let _ = stringify!($derived); 1 })*)?;
            const INTO: &str = concatcp!(TABLE, " (tenant_id, id, ", CHANGED, ", ", FIXED, ")");
            const INSERTED: usize = UPDATED + 2 $($(+ { let _ = stringify!($fixed); 1 })*)?;

            impl $crate::store::Table for $record {
                const TABLE: &'static str = TABLE;
                const COLUMNS: &'static str = COLUMNS;
                const PLAIN_COLUMNS: &'static str = PLAIN_COLUMNS;
                const REFERENCES: &'static [$crate::store::table::Reference] = &[$($(
                    $crate::store::table::Reference {
                        column: stringify!($reference),
                        to: $crate::store::table::Referred::$referred,
                    },
                )*)?];
                const IS_MERGEABLE: bool = false $(|| $crate::store::declaration::is_mergeable!($hook))*;

                fn uuid(&self) -> uuid::Uuid {
                    $crate::id::TypedId::uuid(self.id)
                }
            }

            from_row!(
                sqlx::postgres::PgRow, $record { $($column $(: $kind)?),* } { $($($fixed $(: $fixed_kind)?),*)? }
            );
            from_row!(
                sqlx::sqlite::SqliteRow, $record { $($column $(: $kind)?),* } { $($($fixed $(: $fixed_kind)?),*)? }
            );

            impl Stored for $record {
                type Id = $id;
                const SQL: RecordSql = RecordSql {
                    find_locked: $crate::store::engine::text!(
                        "SELECT " COLUMNS " FROM " TABLE " WHERE tenant_id = $1 AND id = $2" .lock
                    ),
                    find_to_delete: $crate::store::engine::text!(
                        "SELECT " COLUMNS " FROM " TABLE " WHERE tenant_id = $1 AND id = $2" .lock_to_delete
                    ),
                    find_shared: $crate::store::engine::text!(
                        "SELECT " COLUMNS " FROM " TABLE " WHERE tenant_id = $1 AND id = $2" .lock_shared
                    ),
                    find_kept: $crate::store::engine::text!(
                        "SELECT " COLUMNS " FROM " TABLE " WHERE tenant_id = $1 AND id = $2" .keep
                    ),
                    insert: {
                        const NUMBERS: &str = numbers(1, INSERTED);
                        $crate::store::engine::text!(
                            "INSERT INTO " INTO " VALUES (" NUMBERS ")"
                        )
                    },
                    insert_into: concatcp!("INSERT INTO ", INTO, " VALUES "),
                    into: INTO,
                    update: {
                        const NUMBERS: &str = numbers(3, UPDATED);
                        $crate::store::engine::text!(
                            "UPDATE " TABLE " SET (" CHANGED ") = (" NUMBERS ") WHERE tenant_id = $1 AND id = $2"
                        )
                    },
                    update_from: (
                        concatcp!(
                            "UPDATE ", TABLE, " SET (", CHANGED, ") = (", columns_of_rows(2, UPDATED - 1), ") FROM (VALUES "
                        ),
                        concatcp!(") AS v WHERE ", TABLE, ".tenant_id = $1 AND ", TABLE, ".id = v.column1"),
                    ),
                    updated: UPDATED - 1,
                    delete: $crate::store::engine::text!("DELETE FROM " TABLE " WHERE tenant_id = $1 AND id " .any_ids(2)),
                };

                $($crate::store::declaration::hook!($hook);)*

                fn record(&self) -> &$crate::model::Record {
                    &self.record
                }

                fn record_mut(&mut self) -> &mut $crate::model::Record {
                    &mut self.record
                }

                fn values<'a>(&'a self, entry: &$crate::model::IndexEntry) -> $crate::store::bind::Values<'a> {
                    let _ = entry;
                    vec![
                        Box::new(self.id),
                        Box::new(self.record.version),
                        Box::new(self.record.updated_at),
                        Box::new(self.record.updated_by),
                        $(value!(self, $column $($kind)?),)*
                        $($({ let ($it, $entry) = (self, entry); Box::new($value) },)*)?
                        Box::new(self.record.created_at),
                        Box::new(self.record.created_by),
                        $($(value!(self, $fixed $($fixed_kind)?),)*)?
                    ]
                }

                fn to_kept(&self) -> $crate::error::Result<Kept> {
                    let mut kept = Kept::default();
                    kept.add("id", &self.id)?;
                    kept.add("version", &self.record.version)?;
                    kept.add("updated_at", &self.record.updated_at)?;
                    kept.add("updated_by", &self.record.updated_by)?;
                    kept.add("created_at", &self.record.created_at)?;
                    kept.add("created_by", &self.record.created_by)?;
                    $(kept.add(column!($column $($name)?), &self.$column)?;)*
                    $($(kept.add(column!($fixed $($fixed_name)?), &self.$fixed)?;)*)?
                    Ok(kept)
                }

                fn of_kept(mut kept: Kept) -> $crate::error::Result<Self> {
                    Ok(Self {
                        id: kept.take("id")?,
                        record: $crate::model::Record {
                            version: kept.take("version")?,
                            updated_at: kept.take("updated_at")?,
                            updated_by: kept.take("updated_by")?,
                            created_at: kept.take("created_at")?,
                            created_by: kept.take("created_by")?,
                        },
                        $($column: kept.take(column!($column $($name)?))?,)*
                        $($($fixed: kept.take(column!($fixed $($fixed_name)?))?,)*)?
                    })
                }
            }
        };
    };
}
pub(crate) use stored;

/// The name of a column.
macro_rules! column {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}
pub(crate) use column;

/// The name of a column in a list, after a comma, if it has plain values.
macro_rules! plain_column {
    ($field:ident $($name:literal)?: json) => {
        ""
    };
    ($field:ident $($name:literal)?) => {
        const_format::concatcp!(", ", $crate::store::declaration::column!($field $($name)?))
    };
}
pub(crate) use plain_column;

/// Reads a record from a row of its columns, in the order of `COLUMNS`.
macro_rules! from_row {
    (
        $row:ty, $record:ident
        { $($column:ident $(: $kind:ident)?),* }
        { $($fixed:ident $(: $fixed_kind:ident)?),* }
    ) => {
        impl<'r> sqlx::FromRow<'r, $row> for $record {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                use $crate::store::row_reader::{FromValues as _, RowReader};

                // The id, and the version, authors and times.
                const COLUMNS: usize = 6
                    $(+ { let _ = stringify!($column); 1 })* $(+ { let _ = stringify!($fixed); 1 })*;
                Self::from_values(&mut RowReader::of(row, COLUMNS))
            }
        }

        impl<'r> $crate::store::row_reader::FromValues<'r, $row> for $record {
            fn from_values(values: &mut $crate::store::row_reader::RowReader<'r, $row>) -> sqlx::Result<Self> {
                use $crate::store::declaration::read;

                let id = values.plain()?;
                let (version, updated_at, updated_by) = (values.plain()?, values.plain()?, values.plain()?);
                $(let $column = read!(values $($kind)?)?;)*
                let (created_at, created_by) = (values.plain()?, values.plain()?);
                $(let $fixed = read!(values $($fixed_kind)?)?;)*
                Ok(Self {
                    id,
                    record: $crate::model::Record { created_at, updated_at, version, created_by, updated_by },
                    $($column,)*
                    $($fixed,)*
                })
            }
        }
    };
}
pub(crate) use from_row;

/// Reads the value of a column.
macro_rules! read {
    ($values:ident) => {
        $values.plain()
    };
    ($values:ident json) => {
        $values.json()
    };
}
pub(crate) use read;

/// The value of a column.
macro_rules! value {
    ($record:ident, $field:ident) => {
        Box::new(&$record.$field)
    };
    ($record:ident, $field:ident json) => {
        Box::new(sqlx::types::Json(&$record.$field))
    };
}
pub(crate) use value;

/// Whether a hook says that records can be merged.
macro_rules! is_mergeable {
    (mergeable) => {
        true
    };
    ($other:ident) => {
        false
    };
}
pub(crate) use is_mergeable;

/// Adds the parts of a hook to the implementation of `Stored`.
macro_rules! hook {
    (mergeable) => {};
    (counted) => {
        const COUNTED: bool = true;
    };
    (external_ids) => {
        fn external_ids(&self) -> &[$crate::model::ExternalId] {
            &self.external_ids
        }
    };
    (indexed) => {
        fn index_entry(&self) -> Option<$crate::model::IndexEntry> {
            Some(self.to_index_entry())
        }
    };
    (recorded) => {
        fn change(
            before: Option<&Self>,
            after: Option<&Self>,
        ) -> $crate::error::Result<Option<$crate::store::new_change::NewChange>> {
            $crate::store::new_change::NewChange::of(before, after, |it| Self::record(it).version)
        }
    };
}
pub(crate) use hook;

/// The placeholders `$1` to `$48`.
const NUMBERS: &str = "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
    $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, \
    $41, $42, $43, $44, $45, $46, $47, $48";
/// The names that both engines give to the columns of a list of rows.
const COLUMNS_OF_ROWS: &str = "v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8, \
    v.column9, v.column10, v.column11, v.column12, v.column13, v.column14, v.column15, v.column16, \
    v.column17, v.column18, v.column19, v.column20, v.column21, v.column22, v.column23, v.column24, \
    v.column25, v.column26, v.column27, v.column28, v.column29, v.column30, v.column31, v.column32, \
    v.column33, v.column34, v.column35, v.column36, v.column37, v.column38, v.column39, v.column40, \
    v.column41, v.column42, v.column43, v.column44, v.column45, v.column46, v.column47, v.column48";

/// The placeholders from one number to another.
pub const fn numbers(from: usize, to: usize) -> &'static str {
    items(NUMBERS, from, to)
}

/// The names of the columns of a list of rows `v`, from one place to another.
pub const fn columns_of_rows(from: usize, to: usize) -> &'static str {
    items(COLUMNS_OF_ROWS, from, to)
}

/// The items of a list from one place to another, counted from 1.
const fn items(list: &'static str, from: usize, to: usize) -> &'static str {
    let mut rest = list.as_bytes();
    let (mut item, mut start, mut end) = (1, 0, 0);
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if *byte == b',' {
            if item == to {
                break;
            }
            item += 1;
            if item == from {
                start = end + 2;
            }
        }
        end += 1;
    }
    assert!(item == to, "the list has too few items");
    list.split_at(end).0.split_at(start).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_taken_from_anywhere_in_a_list() {
        assert_eq!(numbers(1, 3), "$1, $2, $3");
        assert_eq!(numbers(9, 11), "$9, $10, $11");
        assert_eq!(numbers(48, 48), "$48");
        assert_eq!(columns_of_rows(2, 3), "v.column2, v.column3");
    }
}
