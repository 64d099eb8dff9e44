//! The progress of imports that were interrupted.

use chrono::TimeDelta;
use serde_json::json;

use super::on_both_engines;
use crate::store::{ImportProgress, change};

on_both_engines! {
    async fn an_interrupted_import_is_forgotten_after_thirty_days(test: &TestStore) {
        let tenant = test.tenant("acme").await;
        let progress = ImportProgress { settings: "{}".to_owned(), rows: 1000, result: json!({}) };
        let kept = change!(tenant, None, |tx| { tx.keep_import_progress(b"file", 0, &progress).await });
        assert!(kept.unwrap());
        let after = |days| test.store.clock().now() + TimeDelta::days(days);

        tenant.sweep_imports(after(29)).await.unwrap();
        assert_eq!(tenant.import_progress(b"file").await.unwrap(), Some(progress));
        tenant.sweep_imports(after(31)).await.unwrap();
        assert_eq!(tenant.import_progress(b"file").await.unwrap(), None);
    }
}
