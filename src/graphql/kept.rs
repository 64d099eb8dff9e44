//! Records that a query looked ahead for.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use super::shared::Shared;
use crate::store::{Columns, Joined, Other, Table};

/// The records that were read together with others that refer to them, by the ids of both. Whether one is found depends only on
/// how the other was read, and not on what happens to be read before.
#[derive(Default)]
pub struct Kept(Mutex<HashMap<(Uuid, Uuid), Record>>);

/// A record, with the columns that it was read from.
type Record = (Columns, Arc<dyn Any + Send + Sync>);

impl Kept {
    /// Returns a record that was read from at least these columns.
    pub fn find<T: Table>(&self, key: (Uuid, Uuid), columns: Columns) -> Option<Shared<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, record) = kept.get(&key)?;
        let record = Some(record).filter(|_| *known >= columns)?;
        record.clone().downcast::<T>().ok().map(Shared::from)
    }

    /// Keeps the records that a record refers to, and returns the record.
    pub fn take_in<T: Table>(&self, found: Joined<T>) -> Shared<T> {
        let referring = found.record.uuid();
        for other in found.others {
            match other {
                Other::Contact(columns, contact) => self.keep(referring, columns, contact),
                Other::Organization(columns, organization) => self.keep(referring, columns, organization),
                Other::User(columns, user) => self.keep(referring, columns, user),
            }
        }
        Shared::from(found.record)
    }

    fn keep<T: Table>(&self, referring: Uuid, columns: Columns, record: Arc<T>) {
        let key = (referring, record.uuid());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.get(&key).is_none_or(|(known, _)| *known < columns) {
            kept.insert(key, (columns, record));
        }
    }
}
