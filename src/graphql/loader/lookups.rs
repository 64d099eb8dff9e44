//! Loads of what the indexes tell of records.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use tracing::Instrument as _;
use uuid::Uuid;

use super::key::key;
use super::queue::{LoadKey, Queues, batch_span};
use crate::error::Result;
use crate::id::ContactId;
use crate::model::{Contact, ContactPoint, LookAlike, PossibleDuplicate, Subject};
use crate::store::{Listed, MOST_RECOGNIZED, Read as _, Table as _, Wanted, possible_duplicates, recognize};

/// The id of a record of type `T` whose possible duplicates are sought.
pub struct LookAlikes<T>(pub Uuid, pub PhantomData<fn() -> T>);

/// A record at hand whose possible duplicates are sought.
pub struct New<T>(pub Arc<T>);

key!(New of 'static, |key| Arc::as_ptr(&key.0).addr());
key!(LookAlikes of 'static, |key| key.0);

impl<T> Clone for New<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Clone for LookAlikes<T> {
    fn clone(&self) -> Self {
        Self(self.0, PhantomData)
    }
}

/// The key of the records that became part of one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Parts(pub Uuid);

impl LoadKey for Parts {
    type Value = Vec<Uuid>;

    async fn load_all(queues: &Queues, keys: Vec<Self>, _: Wanted) -> Result<HashMap<Self, Vec<Uuid>>> {
        let span = batch_span("parts", "aliases", keys.len());
        let records = keys.into_iter().map(|Parts(record)| record).collect();
        let found = queues.tenant.parts_of(records).instrument(span).await?;
        let mut parts: HashMap<Self, Vec<Uuid>> = HashMap::new();
        for (record, part) in found {
            parts.entry(Parts(record)).or_default().push(part);
        }
        Ok(parts)
    }
}

impl<T: Listed + LookAlike> LoadKey for LookAlikes<T> {
    type Value = Vec<PossibleDuplicate>;

    async fn load_all(
        queues: &Queues,
        keys: Vec<Self>,
        _: Wanted,
    ) -> Result<HashMap<Self, Vec<PossibleDuplicate>>> {
        let span = batch_span("possible duplicates", T::TABLE, keys.len());
        let mut reader = &queues.tenant;
        let found = async {
            // Whole: they were loaded with the columns that the operation shows.
            let records: Vec<T> = reader.find_all(keys.iter().map(|key| key.0).collect()).await?;
            let found = possible_duplicates(&mut reader, &records.iter().collect::<Vec<_>>()).await?;
            Ok(records.into_iter().zip(found).collect::<Vec<_>>())
        };
        let found: Result<Vec<(T, Vec<PossibleDuplicate>)>> = found.instrument(span).await;
        let found = found?.into_iter();
        Ok(found
            .map(|(record, found)| (Self(record.uuid(), PhantomData), found))
            .collect())
    }
}

impl<T: Listed + LookAlike> LoadKey for New<T> {
    type Value = Vec<PossibleDuplicate>;

    async fn load_all(
        queues: &Queues,
        keys: Vec<Self>,
        _: Wanted,
    ) -> Result<HashMap<Self, Vec<PossibleDuplicate>>> {
        let span = batch_span("possible duplicates", T::TABLE, keys.len());
        let records: Vec<&T> = keys.iter().map(|key| &*key.0).collect();
        let mut reader = &queues.tenant;
        let found = possible_duplicates(&mut reader, &records)
            .instrument(span)
            .await?;
        Ok(keys.into_iter().zip(found).collect())
    }
}

/// The contacts that have a contact point.
impl LoadKey for ContactPoint {
    type Value = Vec<ContactId>;

    async fn load_all(
        queues: &Queues,
        points: Vec<Self>,
        _: Wanted,
    ) -> Result<HashMap<Self, Vec<ContactId>>> {
        let span = batch_span("contacts", Contact::TABLE, points.len());
        let mut reader = &queues.tenant;
        let recognized = recognize(&mut reader, &points, &[Subject::Contacts]);
        let contacts = recognized.instrument(span).await?.into_iter().map(|found| {
            let contacts = found.contacts.into_iter();
            contacts.take(MOST_RECOGNIZED).collect()
        });
        Ok(points.into_iter().zip(contacts).collect())
    }
}
