//! Loads of records, and of the children of records.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use tracing::Instrument as _;
use uuid::Uuid;

use super::key::key;
use super::queue::{LoadKey, Queues, batch_span};
use crate::error::Result;
use crate::graphql::shared::Shared;
use crate::page::{Page, Slice};
use crate::store::{Children, Listed, PageQuery, Sort, Wanted};

/// The id of a record of type `T`.
pub struct Id<T>(pub Uuid, pub PhantomData<fn() -> T>);

/// The key of a page of a parent's children.
pub struct ChildPage<T: Listed> {
    /// The edge, and the filter.
    pub children: Children<T>,
    /// The parent's id.
    pub parent: Uuid,
    /// The order.
    pub sort: Sort<T::Order>,
    /// The page.
    pub page: Page,
}

/// The key of the number of a parent's children, counted up to one more than `most`.
pub struct ChildCount<T: Listed> {
    /// The edge, and the filter.
    pub children: Children<T>,
    /// The parent's id.
    pub parent: Uuid,
    /// The most that are counted.
    pub most: i64,
}

key!(Id of 'static, |key| key.0);
key!(ChildPage of Listed, |key| (&key.children, key.parent, key.sort, &key.page));
key!(ChildCount of Listed, |key| (&key.children, key.parent, key.most));

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self(self.0, PhantomData)
    }
}

impl<T: Listed> Clone for ChildPage<T> {
    fn clone(&self) -> Self {
        Self {
            children: self.children.clone(),
            parent: self.parent,
            sort: self.sort,
            page: self.page.clone(),
        }
    }
}

impl<T: Listed> Clone for ChildCount<T> {
    fn clone(&self) -> Self {
        Self {
            children: self.children.clone(),
            parent: self.parent,
            most: self.most,
        }
    }
}

impl<T: Listed> LoadKey for Id<T> {
    type Value = Shared<T>;

    async fn load_all(queues: &Queues, keys: Vec<Self>, wanted: Wanted) -> Result<HashMap<Self, Shared<T>>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let span = batch_span("records", T::TABLE, ids.len());
        let records = queues.tenant.joined_by_ids::<T>(ids.clone(), wanted);
        let records = records.instrument(span).await?.into_iter();
        let key = |id| Id(id, PhantomData);
        let mut loaded: HashMap<Self, Shared<T>> = records
            .map(|found| (key(found.record.uuid()), queues.kept.take_in(found)))
            .collect();
        if T::IS_MERGEABLE && loaded.len() < ids.len() {
            // They may have been merged into others, which have their own ids.
            let missing = ids.into_iter().filter(|id| !loaded.contains_key(&key(*id)));
            let missing: Vec<Uuid> = missing.collect();
            let span = batch_span("aliases", T::TABLE, missing.len());
            let records = queues.tenant.joined_by_aliases::<T>(missing, wanted);
            let records = records.instrument(span).await?.into_iter();
            loaded.extend(records.map(|it| (key(it.alias), queues.kept.take_in(it.found))));
        }
        Ok(loaded)
    }
}

impl<T: Listed> LoadKey for ChildPage<T> {
    type Value = Slice<Shared<T>>;

    async fn load_all(
        queues: &Queues,
        keys: Vec<Self>,
        wanted: Wanted,
    ) -> Result<HashMap<Self, Self::Value>> {
        let mut pages = HashMap::with_capacity(keys.len());
        // Aliases may ask for different pages of the same edge: a statement for each.
        for group in grouped(keys, |key| (key.children.clone(), key.sort, key.page.clone())) {
            let Some(first) = group.first() else { continue };
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            let query = PageQuery {
                sort: first.sort,
                page: &first.page,
                wanted,
            };
            let mut found = queues
                .tenant
                .pages_of(&first.children, query, &parents)
                .instrument(batch_span("pages", T::TABLE, parents.len()))
                .await?;
            for key in group {
                if let Some(page) = found.remove(&key.parent) {
                    pages.insert(key, page.map(|found| queues.kept.take_in(found)));
                }
            }
        }
        Ok(pages)
    }
}

impl<T: Listed> LoadKey for ChildCount<T> {
    type Value = i64;

    async fn load_all(queues: &Queues, keys: Vec<Self>, _: Wanted) -> Result<HashMap<Self, i64>> {
        let mut counts = HashMap::with_capacity(keys.len());
        for group in grouped(keys, |key| (key.children.clone(), key.most)) {
            let Some(first) = group.first() else { continue };
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            let found = queues
                .tenant
                .counts_of(&first.children, first.most, &parents)
                .instrument(batch_span("counts", T::TABLE, parents.len()))
                .await?;
            for key in group {
                let count = found.get(&key.parent).copied();
                counts.insert(key, count.unwrap_or_default());
            }
        }
        Ok(counts)
    }
}

fn grouped<K, G: Hash + Eq>(keys: Vec<K>, group: impl Fn(&K) -> G) -> Vec<Vec<K>> {
    let mut groups: HashMap<G, Vec<K>> = HashMap::new();
    for key in keys {
        groups.entry(group(&key)).or_default().push(key);
    }
    groups.into_values().collect()
}
