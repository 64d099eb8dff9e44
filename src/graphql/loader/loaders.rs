//! The loaders of one request.

use std::marker::PhantomData;
use std::sync::Arc;

use uuid::Uuid;

use super::lookups::{LookAlikes, New, Parts};
use super::queue::Queues;
use super::records::{ChildCount, ChildPage, Id};
use crate::error::Result;
use crate::graphql::driver::Driver;
use crate::graphql::shared::Shared;
use crate::id::ContactId;
use crate::model::{ContactPoint, LookAlike, PossibleDuplicate};
use crate::page::Slice;
use crate::store::{Children, Filter, Listed, PageQuery, Tenant, Wanted};

/// The loaders of one request. Between levels they keep nothing but the records that a query looked ahead for; mutations, whose
/// data changes, and subscriptions do not look ahead.
pub struct Loaders(Arc<Queues>);

impl Loaders {
    /// Creates loaders for one tenant's data.
    pub fn new(tenant: Tenant) -> Self {
        Self(Arc::new(Queues::new(tenant)))
    }

    /// Returns the driver of a request that uses these loaders.
    pub fn driver(&self) -> Driver {
        self.0.driver()
    }

    /// Loads the record with this id.
    pub async fn load<T: Listed>(&self, id: Uuid, wanted: Wanted) -> Result<Option<Shared<T>>> {
        self.0.load(Id(id, PhantomData::<fn() -> T>), wanted).await
    }

    /// Loads the record with this id, to which another one refers, unless they were read together.
    pub async fn load_other<T: Listed>(
        &self,
        referring: Uuid,
        id: Uuid,
        wanted: Wanted,
    ) -> Result<Option<Shared<T>>> {
        match self.0.kept.find((referring, id), wanted.columns) {
            Some(record) => Ok(Some(record)),
            None => self.load(id, wanted).await,
        }
    }

    /// Returns a page of a list.
    pub async fn list<T: Listed>(
        &self,
        filter: &dyn Filter,
        query: PageQuery<'_, T::Order>,
    ) -> Result<Slice<Shared<T>>> {
        let page = self.0.tenant.list(filter, query).await?;
        Ok(page.map(|found| self.0.kept.take_in(found)))
    }

    /// A page of a parent's children.
    pub async fn page<T: Listed>(
        &self,
        children: Children<T>,
        parent: Uuid,
        query: PageQuery<'_, T::Order>,
    ) -> Result<Slice<Shared<T>>> {
        let key = ChildPage {
            children,
            parent,
            sort: query.sort,
            page: query.page.clone(),
        };
        let page = self.0.load(key, query.wanted).await?;
        Ok(page.unwrap_or_else(|| Slice::empty(query.page)))
    }

    /// The number of a parent's children, counted up to one more than `most`.
    pub async fn count<T: Listed>(&self, children: Children<T>, parent: Uuid, most: i64) -> Result<i64> {
        let key = ChildCount {
            children,
            parent,
            most,
        };
        Ok(self.0.load(key, Wanted::PLAIN).await?.unwrap_or_default())
    }

    /// Returns the ids of the records that became part of one.
    pub async fn parts_of(&self, record: Uuid) -> Result<Vec<Uuid>> {
        Ok(self
            .0
            .load(Parts(record), Wanted::PLAIN)
            .await?
            .unwrap_or_default())
    }

    /// Returns the possible duplicates of a record.
    pub async fn duplicates_of<T: Listed + LookAlike>(&self, record: Uuid) -> Result<Vec<PossibleDuplicate>> {
        let key = LookAlikes(record, PhantomData::<fn() -> T>);
        Ok(self.0.load(key, Wanted::PLAIN).await?.unwrap_or_default())
    }

    /// Returns the possible duplicates of a record that is at hand.
    pub async fn duplicates_of_new<T: Listed + LookAlike>(
        &self,
        record: Arc<T>,
    ) -> Result<Vec<PossibleDuplicate>> {
        Ok(self.0.load(New(record), Wanted::PLAIN).await?.unwrap_or_default())
    }

    /// Returns the contacts that have a contact point, at most [`MOST_RECOGNIZED`](crate::store::MOST_RECOGNIZED).
    pub async fn contacts_with(&self, point: ContactPoint) -> Result<Vec<ContactId>> {
        Ok(self.0.load(point, Wanted::PLAIN).await?.unwrap_or_default())
    }
}
