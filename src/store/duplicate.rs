//! The possible duplicates of records, by the indexes of words and names.

use std::collections::HashMap;

use sqlx::types::Json;
use uuid::Uuid;

use super::engine::Engine;
use super::read::Read;
use super::statement::Statement;
use super::table::Table;
use crate::error::Result;
use crate::id::TypedId as _;
use crate::model::{Clue, LookAlike, PossibleDuplicate, Seek, rank};

/// The most rows that are read of a word: that of the record itself, and one more than may share a value.
const MOST_SHARING: i64 = 22;
/// The most rows that are read where names are compared afterwards.
const MOST_NAMED: i64 = 60;

/// A row of the list of places: its number, the first sort key, the word or the id, and the sort key at which it ends.
type Place<'s> = (usize, &'s str, String, &'s str);

/// Returns the possible duplicates of each of these records, the highest score first, by one statement. The records may be such as
/// are not there yet.
pub async fn possible_duplicates<T: LookAlike + Table>(
    reader: &mut impl Read,
    records: &[&T],
) -> Result<Vec<Vec<PossibleDuplicate>>> {
    let clues: Vec<_> = records.iter().map(|record| record.clues()).collect();
    // Colleagues are sought at the same places.
    let mut seeks: Vec<&Seek> = Vec::new();
    let mut numbers: HashMap<&Seek, usize> = HashMap::new();
    for clue in clues.iter().flatten() {
        numbers.entry(&clue.seek).or_insert_with(|| {
            seeks.push(&clue.seek);
            seeks.len() - 1
        });
    }
    let mut found: Vec<Vec<(Uuid, String)>> = vec![Vec::new(); seeks.len()];
    if !seeks.is_empty() {
        let statement = seek_all(reader.engine(), &seeks);
        let rows: Vec<(i32, Uuid, String)> = reader.fetch_all(statement.sql()).await?;
        for (place, id, key) in rows {
            if let Some(found) = usize::try_from(place).ok().and_then(|place| found.get_mut(place)) {
                found.push((id, key));
            }
        }
    }
    let found_at = |clue: &Clue| {
        let number = numbers.get(&clue.seek);
        number
            .and_then(|number| found.get(*number))
            .map_or(&[][..], Vec::as_slice)
    };
    let duplicates = records.iter().zip(&clues).map(|(record, clues)| {
        let found = clues.iter().map(found_at).collect();
        rank(*record, record.uuid(), clues, found)
    });
    Ok(duplicates.collect())
}

/// The statement that selects what is at each place, with the place's number.
pub(super) fn seek_all<'a>(engine: Engine, seeks: &[&Seek]) -> Statement<'a> {
    let (mut whole, mut named, mut employees) = (Vec::new(), Vec::new(), Vec::new());
    for (number, seek) in seeks.iter().enumerate() {
        let (places, [from, to], at) = match seek {
            Seek::Word { word, keys } if seek.is_whole_word() => (&mut whole, keys, word.clone()),
            Seek::Word { word, keys } => (&mut named, keys, word.clone()),
            Seek::Employees { employer, keys } => (&mut employees, keys, employer.uuid().to_string()),
        };
        places.push((number, from.as_str(), at, to.as_str()));
    }
    let of_word = "SELECT s.id AS id, s.sort_key AS key FROM search_words AS s WHERE s.tenant_id = $1 \
         AND s.word = p.sought AND s.sort_key >= p.first_key AND s.sort_key < p.last_key \
         ORDER BY s.word, s.sort_key, s.id";
    // As pairs, so that PostgreSQL does not go through all contacts by name while it has no statistics.
    let of_employer = "SELECT c.id AS id, c.sort_name AS key FROM contacts AS c WHERE c.tenant_id = $1 \
         AND (c.organization_id, c.sort_name) >= (p.sought, p.first_key) \
         AND (c.organization_id, c.sort_name) < (p.sought, p.last_key) \
         ORDER BY c.organization_id, c.sort_name, c.id";
    let id = engine.dialect().third_as_id;
    let mut statement = Statement::new(engine, "");
    for (places, sought, rows, most) in [
        (whole, "value ->> 2", of_word, MOST_SHARING),
        (named, "value ->> 2", of_word, MOST_NAMED),
        (employees, id, of_employer, MOST_NAMED),
    ] {
        if !places.is_empty() {
            rows_of_each(statement.selection(), &places, sought, rows, most);
        }
    }
    statement
}

/// Appends a selection of the rows at each place `p`, whose third value is what is sought there. SQLite has no LATERAL: there, the
/// rows of a place are gathered in a list, of which a table is made.
fn rows_of_each(
    statement: &mut Statement<'_>,
    places: &[Place<'_>],
    sought: &'static str,
    rows: &'static str,
    most: i64,
) {
    let has_lateral = statement.engine().has_lateral();
    statement
        .push(if has_lateral {
            "p.place, w.id, w.key FROM "
        } else {
            "p.place, unhex(w.value ->> 0), w.value ->> 1 FROM "
        })
        .push("(SELECT CAST(value ->> 0 AS INTEGER) AS place, value ->> 1 AS first_key, value ->> 3 AS last_key, ")
        .push(sought)
        .push(" AS sought FROM ")
        .json_rows(Json(serde_json::json!(places)))
        .push(" AS r) AS p CROSS JOIN ")
        .push(if has_lateral {
            "LATERAL ("
        } else {
            "json_each((SELECT json_group_array(json_array(hex(of_place.id), of_place.key)) FROM ("
        })
        .push(rows)
        .limit(most)
        .push(if has_lateral { ") AS w" } else { ") AS of_place)) AS w" });
}
