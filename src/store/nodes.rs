//! PostgreSQL on several nodes.

use sqlx::PgConnection;

/// Whether transactions take a number of their tenant for their changes: the column of numbers has no default then, so that
/// a program which takes none cannot write. `false` before the first migration.
pub async fn numbers_changes(connection: &mut PgConnection) -> sqlx::Result<bool> {
    // A simple query: a pooler may not carry prepared statements.
    let has_default = sqlx::raw_sql(
        "SELECT atthasdef FROM pg_attribute WHERE attrelid = to_regclass('changes') AND attname = 'xid'",
    )
    .fetch_optional(connection)
    .await?;
    let has_default = has_default.map(|row| sqlx::Row::try_get::<bool, _>(&row, 0));
    Ok(!has_default.transpose()?.unwrap_or(true))
}
