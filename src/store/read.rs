//! Reads that a tenant and a transaction share.

use uuid::Uuid;

use super::bind::Row;
use super::engine::{Engine, Sql, sql};
use super::statement::Statement;
use super::{Table, Tenant, Tx, Wanted};
use crate::error::Result;
use crate::id::TypedId;
use crate::model::ExternalId;

/// Reads one tenant's data: on any free connection ([`Tenant`]), or within a transaction, with what it wrote ([`Tx`]).
pub trait Read: Send {
    /// The engine of the database.
    fn engine(&self) -> Engine;

    /// Returns every row.
    fn fetch_all<T: Row>(&mut self, sql: Sql<'_>) -> impl Future<Output = Result<Vec<T>>> + Send;

    /// Returns the first row, if there is one.
    fn fetch_optional<T: Row>(&mut self, sql: Sql<'_>) -> impl Future<Output = Result<Option<T>>> + Send;

    /// Returns the records with these ids, in no order, without those that do not exist.
    fn find_all<T: Table>(&mut self, ids: Vec<Uuid>) -> impl Future<Output = Result<Vec<T>>> + Send {
        async move {
            let statement = records_by_ids::<T>(self.engine(), ids, Wanted::WHOLE);
            self.fetch_all(statement.sql()).await
        }
    }

    /// Returns the id of the record of a kind that has an external id.
    fn find_by_external_id<I: TypedId>(
        &mut self,
        external_id: &ExternalId,
    ) -> impl Future<Output = Result<Option<I>>> + Send {
        async move {
            let owner: Option<(Uuid,)> = self
                .fetch_optional(sql!(
                    "
                    SELECT owner_id
                      FROM external_ids
                     WHERE tenant_id = $1
                       AND kind = $2
                       AND source = $3
                       AND value = $4",
                    I::KIND,
                    external_id.source,
                    external_id.value,
                ))
                .await?;
            Ok(owner.map(|(id,)| I::from_uuid(id)))
        }
    }
}

impl Read for &Tenant {
    fn engine(&self) -> Engine {
        self.store.engine()
    }

    async fn fetch_all<T: Row>(&mut self, sql: Sql<'_>) -> Result<Vec<T>> {
        Tenant::fetch_all(self, sql).await
    }

    async fn fetch_optional<T: Row>(&mut self, sql: Sql<'_>) -> Result<Option<T>> {
        Tenant::fetch_optional(self, sql).await
    }
}

impl Read for Tx {
    fn engine(&self) -> Engine {
        Tx::engine(self)
    }

    async fn fetch_all<T: Row>(&mut self, sql: Sql<'_>) -> Result<Vec<T>> {
        Tx::fetch_all(self, sql).await
    }

    async fn fetch_optional<T: Row>(&mut self, sql: Sql<'_>) -> Result<Option<T>> {
        Tx::fetch_optional(self, sql).await
    }
}

/// The statement that selects the records with these ids, in no order.
pub fn records_by_ids<'a, T: Table>(engine: Engine, ids: Vec<Uuid>, wanted: Wanted) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    statement.joined::<T>(wanted, |statement| {
        statement
            .push("SELECT ")
            .push(T::columns(wanted.columns))
            .push(" FROM ")
            .push(T::TABLE)
            .push(" WHERE tenant_id = $1 AND id ")
            .any_ids(ids);
    });
    statement
}
