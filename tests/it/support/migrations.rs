//! The migrations of earlier versions.

use std::path::Path;

use sqlx::migrate::Migrator;

/// Returns the migrations of an engine that come before a version.
pub async fn migrations_before(version: i64, engine: &str) -> Migrator {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(engine);
    let mut migrator = Migrator::new(folder).await.unwrap();
    migrator
        .migrations
        .to_mut()
        .retain(|migration| migration.version < version);
    migrator
}
