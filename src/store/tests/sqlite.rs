//! The options that the bundled SQLite is compiled with.

use super::TestStore;
use crate::store::engine::sql;

#[tokio::test]
async fn sqlite_is_compiled_for_several_readers() {
    let store = TestStore::on_sqlite().await;
    let tenant = store.tenant("acme").await;
    let mut tx = tenant.begin(None).await.unwrap();
    let statement = sql!("SELECT compile_options FROM pragma_compile_options WHERE $1 IS NOT NULL");

    let options: Vec<(String,)> = tx.fetch_all(statement).await.unwrap();

    tx.end(Ok(())).await.unwrap();
    let has = |option: &str| options.iter().any(|(it,)| it == option);
    assert!(has("THREADSAFE=1"), "{options:?}");
    assert!(has("DEFAULT_MEMSTATUS=0"), "{options:?}");
    // See `.cargo/config.toml`.
    for costly in ["ENABLE_STAT4", "ENABLE_MEMORY_MANAGEMENT"] {
        assert!(!has(costly), "{costly}");
    }
}
