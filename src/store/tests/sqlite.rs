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

#[tokio::test]
async fn records_outlive_those_that_they_refer_to() {
    let store = TestStore::on_sqlite().await;
    let tenant = store.tenant("acme").await;
    let mut tx = tenant.begin(None).await.unwrap();
    let referred = sql!(
        r#"
        SELECT m.name, f."table"
          FROM sqlite_schema AS m
         CROSS JOIN pragma_foreign_key_list(m.name) AS f
         WHERE m.name IN ('contacts', 'interactions', 'notes')
           AND $1 IS NOT NULL
         GROUP BY 1, 2
         ORDER BY 1, 2"#
    );
    let referred: Vec<(String, String)> = tx.fetch_all(referred).await.unwrap();
    let (sound,): (String,) = tx
        .fetch_one(sql!(
            "SELECT integrity_check FROM pragma_integrity_check WHERE $1 IS NOT NULL"
        ))
        .await
        .unwrap();

    tx.end(Ok(())).await.unwrap();
    let referred: Vec<(&str, &str)> = referred.iter().map(|(from, to)| (&**from, &**to)).collect();
    assert_eq!(
        referred,
        [
            ("notes", "contacts"),
            ("notes", "organizations"),
            ("notes", "users")
        ]
    );
    assert_eq!(sound, "ok");
}
