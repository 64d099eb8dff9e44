//! Rows of a table in the form in which an engine takes many at once.

use sqlx::Arguments as _;
use sqlx::postgres::{PgArgumentBuffer, PgArguments};
use sqlx::sqlite::SqliteArguments;

use super::bind::Values;
use super::engine::Engine;
use super::failure::map_database_error;
use crate::error::{Error, Result};

/// The size at which a piece of COPY's data is sent, in bytes. PostgreSQL works on one while the next is on its way.
const PIECE: usize = 256 * 1024;
/// The start of COPY's binary format: its signature, no flags, and no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The end of COPY's binary format.
const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
/// The most values that PostgreSQL takes as those of a statement instead of by COPY. COPY's end is sent apart from its data, and
/// the driver lets the system hold it back until the data is acknowledged, which a server puts off by 40 ms (sqlx 0.9.0, whose
/// next release is to set `TCP_NODELAY` again).
const FEW_VALUES: usize = 8000;
/// The most values of a statement of SQLite. Longer ones are not quicker.
const MOST_VALUES: usize = 1000;

/// Rows of a table in the form in which an engine takes many at once.
pub enum EncodedRows {
    /// The data of a COPY in its binary format, in pieces.
    Postgres(Vec<Vec<u8>>),
    /// The values of one statement of PostgreSQL, with its number of rows.
    FewOfPostgres(usize, PgArguments),
    /// The values of statements, with the number of rows of each.
    Sqlite(Vec<(usize, SqliteArguments)>),
}

/// Encodes rows of a tenant; `values` returns the values of a row after the tenant.
pub fn encode<'a, R>(
    engine: Engine,
    tenant: i32,
    rows: &'a [R],
    values: impl Fn(&'a R) -> Values<'a>,
) -> Result<EncodedRows> {
    let row = |row| {
        let mut all: Values<'a> = vec![Box::new(tenant)];
        all.extend(values(row));
        all
    };
    let width = rows.first().map_or(1, |first| row(first).len());
    match engine {
        Engine::Postgres if (1..=FEW_VALUES).contains(&(rows.len() * width)) => {
            few(rows, row).map(|arguments| EncodedRows::FewOfPostgres(rows.len(), arguments))
        }
        Engine::Postgres | Engine::Citus => pieces(rows, row).map(EncodedRows::Postgres),
        Engine::Sqlite => statements(rows, width, row).map(EncodedRows::Sqlite),
    }
}

fn few<'a, R>(rows: &'a [R], values: impl Fn(&'a R) -> Values<'a>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for value in rows.iter().flat_map(values) {
        value.postgres(&mut arguments).map_err(unencodable)?;
    }
    Ok(arguments)
}

fn pieces<'a, R>(rows: &'a [R], values: impl Fn(&'a R) -> Values<'a>) -> Result<Vec<Vec<u8>>> {
    let (mut pieces, mut piece) = (Vec::new(), new_piece());
    piece.extend_from_slice(HEADER);
    for row in rows {
        if piece.len() >= PIECE {
            pieces.push(bytes(std::mem::replace(&mut piece, new_piece())));
        }
        let values = values(row);
        let width = i16::try_from(values.len()).map_err(Error::internal)?;
        piece.extend_from_slice(&width.to_be_bytes());
        for value in values {
            value.copy(&mut piece).map_err(unencodable)?;
        }
    }
    piece.extend_from_slice(&TRAILER);
    pieces.push(bytes(piece));
    Ok(pieces)
}

/// Rows are grouped by a fixed number, and those that are left come one by one: few texts are prepared.
fn statements<'a, R>(
    rows: &'a [R],
    width: usize,
    values: impl Fn(&'a R) -> Values<'a>,
) -> Result<Vec<(usize, SqliteArguments)>> {
    let groups = rows.chunks_exact((MOST_VALUES / width).max(1));
    let rest = groups.remainder().chunks(1);
    groups
        .chain(rest)
        .map(|group| {
            let mut arguments = SqliteArguments::default();
            arguments.reserve(group.len() * width, 0);
            for value in group.iter().flat_map(&values) {
                value.sqlite(&mut arguments).map_err(unencodable)?;
            }
            Ok((group.len(), arguments))
        })
        .collect()
}

/// Returns the text that inserts a number of rows of a SQLite table. Its values have no numbers: SQLite looks up each that
/// has one, so that the time for a statement would grow with the square of its length.
pub fn insert_text(into: &str, rows: usize, width: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(", "));
    format!(
        "INSERT INTO {into} VALUES {}",
        vec![row.as_str(); rows].join(", ")
    )
}

/// Returns the text that inserts a number of rows of a PostgreSQL table.
pub fn numbered_insert_text(into: &str, rows: usize, width: usize) -> String {
    let row = |row: usize| {
        let numbers = (row * width + 1)..=(row + 1) * width;
        let values: Vec<String> = numbers.map(|number| format!("${number}")).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("INSERT INTO {into} VALUES {}", rows.join(", "))
}

fn new_piece() -> PgArgumentBuffer {
    let mut piece = PgArgumentBuffer::default();
    piece.reserve(PIECE + PIECE / 8);
    piece
}

fn bytes(mut piece: PgArgumentBuffer) -> Vec<u8> {
    std::mem::take(&mut *piece)
}

fn unencodable(error: sqlx::error::BoxDynError) -> Error {
    map_database_error(sqlx::Error::Encode(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::bind::values;

    #[test]
    fn rows_of_postgres_have_a_header_their_lengths_and_an_end() {
        let rows = [(1_i32, Some("a")), (2, None)];
        let encoded = encode(Engine::Citus, 7, &rows, |(number, text)| values![*number, *text]).unwrap();

        let EncodedRows::Postgres(pieces) = encoded else {
            panic!("another engine")
        };
        let first: &[u8] = b"\0\x03\0\0\0\x04\0\0\0\x07\0\0\0\x04\0\0\0\x01\0\0\0\x01a";
        let second: &[u8] = b"\0\x03\0\0\0\x04\0\0\0\x07\0\0\0\x04\0\0\0\x02\xff\xff\xff\xff";
        assert_eq!(pieces, [[HEADER, first, second, &TRAILER].concat()]);
    }

    #[test]
    fn few_rows_of_postgres_are_values_of_one_statement() {
        let encode = |rows: &[i32]| encode(Engine::Postgres, 7, rows, |number| values![*number]).unwrap();

        let EncodedRows::FewOfPostgres(4000, arguments) = encode(&[1; 4000]) else {
            panic!("not few rows")
        };
        assert_eq!(arguments.len(), 8000);
        assert_eq!(
            numbered_insert_text("t (a, b)", 2, 2),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)"
        );
        assert_eq!(
            numbered_insert_text("t (a)", 2, 1),
            "INSERT INTO t (a) VALUES ($1), ($2)"
        );
        assert!(matches!(encode(&[1; 4001]), EncodedRows::Postgres(_)));
    }

    #[test]
    fn rows_of_sqlite_are_in_groups_of_one_size_and_the_rest_one_by_one() {
        let rows = vec![0_i32; 1002];
        let encoded = encode(Engine::Sqlite, 7, &rows, |number| values![*number]).unwrap();

        let EncodedRows::Sqlite(statements) = encoded else {
            panic!("another engine")
        };
        let sizes: Vec<(usize, usize)> = statements
            .iter()
            .map(|(rows, values)| (*rows, values.len()))
            .collect();
        assert_eq!(sizes, [(500, 1000), (500, 1000), (1, 2), (1, 2)]);
        assert_eq!(
            insert_text("t (a, b)", 2, 2),
            "INSERT INTO t (a, b) VALUES (?, ?), (?, ?)"
        );
    }
}
