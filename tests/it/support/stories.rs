//! Stories, each a test for every engine.

/// Makes of each story a test on SQLite and one on PostgreSQL.
macro_rules! on_both_engines {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident: &TestApp) $body:block)*) => {$(
        mod $name {
            use super::*;

            $(#[$attribute])*
            async fn story($app: &$crate::support::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                story(&$crate::support::TestApp::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                story(&$crate::support::TestApp::on_postgres().await).await;
            }
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

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                story(&$crate::support::TestApp::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                story(&$crate::support::TestApp::on_postgres().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn numbered_for_each_tenant() {
                story(&$crate::support::TestApp::numbering_changes().await).await;
            }
        }
    )*};
}
pub(crate) use in_every_order;
