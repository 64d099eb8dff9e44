//! The migrations of a database.

use super::finding::Finding;
use crate::store::MigrationState;

/// Compares the migrations of a database with those of this program.
pub(super) fn check(state: &MigrationState) -> Finding {
    let (known, applied) = (state.known, state.applied);
    if !state.unknown.is_empty() {
        Finding::problem(
            "migrations",
            format!("the database is of a newer program: it is at {applied}, this program knows {known}"),
            "use that version of the program",
        )
    } else if !state.incomplete.is_empty() {
        Finding::problem(
            "migrations",
            format!("the migration {} stopped half-way", numbers(&state.incomplete)),
            "restore a backup, or ask the maintainers",
        )
    } else if !state.changed.is_empty() {
        Finding::problem(
            "migrations",
            format!(
                "the migration {} is not the one of this program",
                numbers(&state.changed)
            ),
            "use the program that wrote the database",
        )
    } else if applied == 0 {
        Finding::ok(
            "migrations",
            "the database is empty; `serve` or `migrate` creates its tables",
        )
    } else if !state.pending.is_empty() {
        Finding::warning(
            "migrations",
            format!("the database is at {applied}, this program at {known}"),
            "take a backup, and run `external-contacts migrate`, or let `serve` migrate at its start",
        )
    } else {
        Finding::ok(
            "migrations",
            format!("the database is at {applied}, as this program"),
        )
    }
}

fn numbers(versions: &[i64]) -> String {
    let texts: Vec<String> = versions.iter().map(i64::to_string).collect();
    texts.join(", ")
}
