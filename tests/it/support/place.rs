//! The places of the databases of tests.

use external_contacts::clock::Clock;
use external_contacts::store::DatabaseUrl;
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::{open, postgres};

/// The place of the database, which is removed with the test.
#[expect(dead_code, reason = "kept until the test ends")]
pub enum Place {
    Shared,
    Folder(tempfile::TempDir),
    Server(postgres::Database),
}

impl Place {
    pub fn folder() -> (DatabaseUrl, Self) {
        let folder = tempfile::tempdir().unwrap();
        (DatabaseUrl::embedded(folder.path()), Self::Folder(folder))
    }

    pub async fn server() -> (DatabaseUrl, Self) {
        let database = postgres::database(async |url: &str| {
            let store = open(&url.parse().unwrap(), Clock::system()).await;
            store.close().await;
        })
        .await;
        (database.url.parse().unwrap(), Self::Server(database))
    }

    /// A database whose changes are numbered for each tenant, as on Citus: by hand, since a migration does so there alone.
    pub async fn numbering_server() -> (DatabaseUrl, Self) {
        let (url, place) = Self::server().await;
        let DatabaseUrl::Postgres(address) = &url else {
            unreachable!("it is a server")
        };
        let mut connection = PgConnection::connect(address).await.unwrap();
        connection
            .execute("ALTER TABLE changes ALTER COLUMN xid DROP DEFAULT")
            .await
            .unwrap();
        connection.close().await.unwrap();
        (url, place)
    }
}
