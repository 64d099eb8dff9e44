//! Stories, each a test for every engine.

/// Makes of the story of a module a test at a place, which is a constructor of `TestApp`.
macro_rules! test_of_story {
    ($test:ident, $place:ident) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            story(&$crate::support::TestApp::$place().await).await;
        }
    };
}
pub(crate) use test_of_story;

/// Makes of each story a test on SQLite and one on PostgreSQL.
macro_rules! on_both_engines {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident: &TestApp) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$attribute])*
            async fn story($app: &$crate::support::TestApp) $body

            $crate::support::test_of_story!(on_sqlite, on_sqlite);
            $crate::support::test_of_story!(on_postgres, on_postgres);
        }
    )*};
}
pub(crate) use on_both_engines;

/// Makes of each story a test for each order of changes: on SQLite, on PostgreSQL, and on PostgreSQL where changes are
/// numbered for each tenant, as on Citus.
macro_rules! in_every_order {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident: &TestApp) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$attribute])*
            async fn story($app: &$crate::support::TestApp) $body

            $crate::support::test_of_story!(on_sqlite, on_sqlite);
            $crate::support::test_of_story!(on_postgres, on_postgres);
            $crate::support::test_of_story!(numbered_for_each_tenant, numbering_changes);
        }
    )*};
}
pub(crate) use in_every_order;
