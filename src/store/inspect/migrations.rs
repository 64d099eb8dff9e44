//! The migrations of a database beside those of this program.

use std::collections::BTreeMap;

use sqlx::migrate::Migrator;

/// The columns of the table of migrations, on both engines.
pub(super) const APPLIED: &str = "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version";

/// A migration that a database has: its version, its checksum, and whether it was completed.
pub(super) type Applied = (i64, Vec<u8>, bool);

/// The migrations of a database beside those of this program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationState {
    /// The last migration of this program.
    pub known: i64,
    /// The last migration of the database; 0 if it has none.
    pub applied: i64,
    /// The migrations of this program that the database lacks.
    pub pending: Vec<i64>,
    /// The migrations of the database that this program lacks.
    pub unknown: Vec<i64>,
    /// The migrations that were changed after they ran, or are another program's.
    pub changed: Vec<i64>,
    /// The migrations that stopped half-way.
    pub incomplete: Vec<i64>,
}

impl MigrationState {
    pub(super) fn of(migrator: &Migrator, applied: &[Applied]) -> Self {
        let known: BTreeMap<i64, &[u8]> = migrator
            .iter()
            .map(|migration| (migration.version, &*migration.checksum))
            .collect();
        let versions = |wanted: &dyn Fn(&Applied) -> bool| {
            let found = applied.iter().filter(|applied| wanted(applied));
            found.map(|(version, ..)| *version).collect::<Vec<i64>>()
        };
        let all = versions(&|_| true);
        Self {
            known: known.keys().last().copied().unwrap_or_default(),
            applied: all.last().copied().unwrap_or_default(),
            pending: known
                .keys()
                .filter(|version| !all.contains(version))
                .copied()
                .collect(),
            unknown: versions(&|(version, ..)| !known.contains_key(version)),
            changed: versions(&|(version, checksum, _)| {
                known.get(version).is_some_and(|known| *known != checksum)
            }),
            incomplete: versions(&|(.., is_complete)| !is_complete),
        }
    }
}
