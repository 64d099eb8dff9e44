//! Citus: the tables of tenants' data are spread over the nodes of a cluster, all rows of a tenant on one of them.
//!
//! A migration does not know of it. After the migrations, each table with a tenant that is not distributed yet is, in one
//! transaction; on a cluster that is in use, after each of them, so that the next one can let other tables refer to a new one.
//! The tables without a tenant that statements of tenants read are copied to every node.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// The tables that every node has a copy of.
const COPIED: [&str; 2] = ["tenants", "epochs"];
/// The table that the others are distributed alike with.
const FIRST: &str = "entity_room";

/// The tables with a tenant that are not distributed. Tables that refer to copied ones are known to Citus and still local.
const LOCAL_TABLES: &str = "
    SELECT CAST(c.relname AS TEXT)
      FROM pg_class AS c
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
     WHERE c.relkind = 'r'
       AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))
       AND NOT EXISTS (SELECT 1 FROM pg_dist_partition AS p WHERE p.logicalrelid = c.oid AND p.partmethod = 'h')
     ORDER BY c.relname <> $1, c.relname";
/// The foreign keys of tables and to them: the table, the name and the definition.
const FOREIGN_KEYS: &str = "
    SELECT CAST(CAST(f.conrelid AS regclass) AS TEXT), CAST(quote_ident(f.conname) AS TEXT), pg_get_constraintdef(f.oid)
      FROM pg_constraint AS f
     WHERE f.contype = 'f'
       AND (f.conrelid = ANY (CAST($1 AS regclass[])) OR f.confrelid = ANY (CAST($1 AS regclass[])))
     ORDER BY 1, 2";
/// The numbers from which changes are numbered for each tenant: above those of all transactions, so that positions from
/// before stay in front.
const FIRST_NUMBERS: &str = "
    INSERT INTO feed_heads (tenant_id, head)
    SELECT id, GREATEST(CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT),
                        (SELECT COALESCE(MAX(xid), 0) + 1 FROM changes))
      FROM tenants
    ON CONFLICT (tenant_id) DO UPDATE SET head = excluded.head";

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

/// Numbers changes for each tenant from now on. Others that write changes wait, and fail then: they have to open the
/// database anew.
pub async fn number_changes(connection: &mut PgConnection) -> sqlx::Result<()> {
    if !numbers_changes(connection).await? {
        connection
            .execute("ALTER TABLE changes ALTER COLUMN xid DROP DEFAULT")
            .await?;
        // After the lock of the first statement: no transaction that has a number is still to write.
        connection.execute(FIRST_NUMBERS).await?;
    }
    Ok(())
}

/// Whether the database has Citus.
pub async fn has_citus(connection: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus')")
        .fetch_one(connection)
        .await
}

/// Whether this is a node of a cluster other than the coordinator.
pub async fn is_worker(connection: &mut PgConnection) -> sqlx::Result<bool> {
    if !has_citus(connection).await? {
        return Ok(false);
    }
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_dist_local_group WHERE groupid <> 0)")
        .fetch_one(connection)
        .await
}

/// Whether tables are distributed already.
pub async fn is_distributed(connection: &mut PgConnection) -> sqlx::Result<bool> {
    if !has_citus(connection).await? {
        return Ok(false);
    }
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1) AND partmethod = 'h')")
        .bind(FIRST)
        .fetch_one(connection)
        .await
}

/// Whether Citus is there, and a table is not distributed yet.
pub async fn has_local_tables(connection: &mut PgConnection) -> sqlx::Result<bool> {
    Ok(has_citus(connection).await? && !local_tables(connection).await?.is_empty())
}

async fn local_tables(connection: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(LOCAL_TABLES)
        .bind(FIRST)
        .fetch_all(connection)
        .await
}

/// Distributes the tables that are not, if the database has Citus: all or none of them.
pub async fn distribute(connection: &mut PgConnection) -> sqlx::Result<()> {
    if !has_local_tables(connection).await? {
        return Ok(());
    }
    let mut transaction = connection.begin().await?;
    distribute_tables(&mut transaction).await?;
    transaction.commit().await
}

async fn distribute_tables(connection: &mut PgConnection) -> sqlx::Result<()> {
    connection
        .execute("SET LOCAL citus.multi_shard_modify_mode = 'sequential'")
        .await?;
    number_changes(connection).await?;
    let tables = local_tables(connection).await?;
    // Citus refuses a table while one that it refers to, or that refers to it, is local; organizations and contacts refer to
    // each other.
    let foreign_keys: Vec<(String, String, String)> = sqlx::query_as(FOREIGN_KEYS)
        .bind(&tables)
        .fetch_all(&mut *connection)
        .await?;
    for (table, name, _) in &foreign_keys {
        let drop = format!("ALTER TABLE {table} DROP CONSTRAINT {name}");
        connection.execute(AssertSqlSafe(drop)).await?;
    }
    for table in COPIED {
        copy(connection, table).await?;
    }
    for table in &tables {
        let colocated = if table == FIRST { "default" } else { FIRST };
        tracing::info!(table, "distributing a table over the nodes");
        sqlx::query("SELECT create_distributed_table(CAST(quote_ident($1) AS regclass), 'tenant_id', colocate_with => $2)")
            .bind(table)
            .bind(colocated)
            .execute(&mut *connection)
            .await?;
    }
    for (table, name, definition) in &foreign_keys {
        let add = format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}");
        connection.execute(AssertSqlSafe(add)).await?;
    }
    Ok(())
}

/// Copies a table to every node, unless it is.
async fn copy(connection: &mut PgConnection, table: &str) -> sqlx::Result<()> {
    sqlx::query(
        "
        SELECT create_reference_table(c.oid)
          FROM pg_class AS c
         WHERE c.oid = CAST($1 AS regclass)
           AND NOT EXISTS (SELECT 1 FROM pg_dist_partition AS p WHERE p.logicalrelid = c.oid AND p.repmodel = 't')",
    )
    .bind(table)
    .execute(connection)
    .await
    .map(drop)
}
