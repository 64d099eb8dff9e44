//! The rules that bulk mutations share. The items of a bulk are read and locked by a fixed number of statements, checked one
//! after the other in memory, each as it would be after those before it, and written by a fixed number of statements.

use std::collections::HashMap;
use std::hash::Hash;

use super::Target;
use super::record::Named;
use crate::error::{Error, Refusals, Result, UserError};
use crate::id::TypedId;
use crate::model::{BulkPolicy, Checked, ExternalId};
use crate::store::{Stored, Tx, external_id_taken};

/// The refusal of an item whose record an earlier item changes; the message continues after the name of a field.
const CHANGED_TWICE: &str = "must not name the record of an earlier item; a bulk changes each record once";

/// The refusal of a key that an earlier item gives to another record.
const GIVEN_EARLIER: &str = "an earlier item gives this value to another record";

/// The parts of the items that were not refused so far.
pub(super) fn accepted<A>(items: &[Checked<A>]) -> impl Iterator<Item = &A> + Clone {
    items.iter().flatten()
}

/// The items that were accepted, with their places among all.
pub(super) struct Accepted<T> {
    /// The accepted items.
    pub items: Vec<T>,
    /// The result of each item, so far as it is known.
    shape: Vec<Checked<()>>,
}

impl<T> Accepted<T> {
    /// Separates the accepted items from the refused ones. Fails with all refusals if the policy wants all items to be
    /// accepted, or if none is.
    pub fn of(policy: BulkPolicy, items: Vec<Checked<T>>) -> Result<Self> {
        let is_one_refused = items.iter().any(Result::is_err);
        let is_one_accepted = items.iter().any(Result::is_ok);
        if is_one_refused && (policy == BulkPolicy::AllOrNothing || !is_one_accepted) {
            return Err(refusals(items).into());
        }
        let mut accepted = Self {
            items: Vec::with_capacity(items.len()),
            shape: Vec::with_capacity(items.len()),
        };
        for item in items {
            accepted.shape.push(item.map(|item| accepted.items.push(item)));
        }
        Ok(accepted)
    }

    /// Returns the accepted items, and leaves none.
    pub fn take(&mut self) -> Vec<T> {
        std::mem::take(&mut self.items)
    }

    /// Returns the result of each item, from those of the accepted ones.
    pub fn with<U>(self, results: Vec<U>) -> Vec<Checked<U>> {
        let mut results = results.into_iter();
        let place = |result: Checked<()>| match result {
            Ok(()) => results.next().map(Ok),
            Err(refusals) => Some(Err(refusals)),
        };
        self.shape.into_iter().filter_map(place).collect()
    }
}

/// Returns the refusals of all items, under their places.
fn refusals<T>(items: Vec<Checked<T>>) -> Refusals {
    let mut refusals = Refusals::default();
    for (place, item) in items.into_iter().enumerate() {
        for refusal in item.err().into_iter().flatten() {
            refusals.add(refusal.in_item(place));
        }
    }
    refusals
}

/// The records that items change, of which each is changed by one item.
pub(super) struct Found<R>(HashMap<uuid::Uuid, Option<R>>);

impl<R: Named> Found<R> {
    /// Holds records that are locked.
    pub fn of(records: Vec<R>) -> Self {
        let records = records.into_iter();
        Self(records.map(|record| (record.uuid(), Some(record))).collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns a record that no item has taken yet.
    pub fn get(&self, id: R::Id) -> Option<&R> {
        self.0.get(&id.uuid())?.as_ref()
    }

    /// Returns the record that an item changes, unless it has another version than expected.
    pub fn take(&mut self, target: Target<R::Id>) -> Checked<R> {
        let record = self.take_any_version(target.id, "id")?;
        let record = record.ok_or_else(|| vec![UserError::not_found(R::NOUN).under("id")])?;
        target.check_version(&record)?;
        Ok(record)
    }

    /// Returns the record that an item deletes, unless it has another version than expected or is part of another record.
    pub fn take_to_delete(&mut self, tx: &Tx, target: Target<R::Id>) -> Checked<R> {
        let record = self.take_any_version(target.id, "id")?;
        let record = record.ok_or_else(|| vec![target.not_to_delete::<R>(tx)])?;
        target.check_version(&record)?;
        Ok(record)
    }

    /// Returns the record that an item names in this field, or `None` if it does not exist.
    pub fn take_any_version(&mut self, id: R::Id, field: &'static str) -> Checked<Option<R>> {
        match self.0.get_mut(&id.uuid()) {
            None => Ok(None),
            Some(record) => match record.take() {
                None => Err(vec![changed_twice(field)]),
                record => Ok(record),
            },
        }
    }
}

/// The refusal of an item that names the record of an earlier item in this field.
pub(super) fn changed_twice(field: &'static str) -> UserError {
    UserError::invalid(CHANGED_TWICE).under(field)
}

/// Returns the ids of the records that items change.
pub(super) fn ids<'a, I: TypedId>(targets: impl Iterator<Item = &'a Target<I>>) -> Vec<uuid::Uuid> {
    targets.map(|target| target.id.uuid()).collect()
}

/// The owners of unique keys, as items give them to records and take them away.
pub(super) struct Claims<K, I>(HashMap<K, Owner<I>>);

/// The owner of a key.
#[derive(Clone, Copy)]
enum Owner<I> {
    /// A record that has it already.
    Record(I),
    /// A record to which an earlier item gives it.
    EarlierItem(I),
}

impl<K: Eq + Hash, I: TypedId> Claims<K, I> {
    /// Begins with the owners of keys as they are.
    pub fn of(owners: impl IntoIterator<Item = (K, I)>) -> Self {
        let owners = owners.into_iter();
        Self(owners.map(|(key, owner)| (key, Owner::Record(owner))).collect())
    }

    /// Whether a record has a key by now.
    pub fn is_taken(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// Returns a refusal if another record has a key: `taken` makes it, of the record unless an earlier item gave it the key.
    pub fn conflict(&self, key: &K, to: I, taken: impl FnOnce(Option<I>) -> UserError) -> Option<UserError> {
        match *self.0.get(key)? {
            Owner::Record(other) if other != to => Some(taken(Some(other))),
            Owner::EarlierItem(other) if other != to => Some(UserError {
                message: GIVEN_EARLIER.to_owned(),
                ..taken(None)
            }),
            _ => None,
        }
    }

    /// Gives a record keys, in place of those that it had.
    pub fn replace<'k>(
        &mut self,
        to: I,
        before: impl IntoIterator<Item = &'k K>,
        after: impl IntoIterator<Item = K>,
    ) where
        K: 'k,
    {
        for gone in before {
            self.0.remove(gone);
        }
        let given = after.into_iter();
        self.0.extend(given.map(|key| (key, Owner::EarlierItem(to))));
    }
}

impl<I: TypedId> Claims<ExternalId, I> {
    /// Locks external ids, and returns who has them.
    pub async fn lock(tx: &mut Tx, external_ids: &[ExternalId]) -> Result<Self> {
        Ok(Self::of(owners_of(tx, external_ids).await?))
    }

    /// Gives a record the external ids that it is to have, in place of those that it had. Refuses those of others.
    pub fn give(&mut self, to: I, before: &[ExternalId], after: &[ExternalId]) -> Checked<()> {
        let mut refusals = Refusals::default();
        for (position, external_id) in after.iter().enumerate() {
            let conflict = self.conflict(external_id, to, |by| external_id_taken(by, position));
            if let Some(refusal) = conflict {
                refusals.add(refusal);
            }
        }
        refusals.finish()?;
        self.replace(to, before, after.iter().cloned());
        Ok(())
    }
}

/// Locks external ids of a kind of record, and returns the records that have them.
pub(super) async fn owners_of<I: TypedId>(
    tx: &mut Tx,
    external_ids: &[ExternalId],
) -> Result<HashMap<ExternalId, I>> {
    tx.lock_external_ids::<I>(external_ids).await?;
    Ok(tx.find_by_external_ids(external_ids).await?.into_iter().collect())
}

/// Room for new records within the limit of managed entities.
pub(super) struct Room {
    left: usize,
    refusal: Option<UserError>,
}

impl Room {
    /// Reserves room for so many new records, or for fewer if there is not so much.
    pub async fn reserve<T: Stored>(tx: &mut Tx, count: usize) -> Result<Self> {
        let left = tx.reserve_room::<T>(count).await?;
        let refusal = if left < count {
            Some(tx.limit_reached().await?)
        } else {
            None
        };
        Ok(Self { left, refusal })
    }

    /// Refuses a new record for which there is no room.
    pub fn check(&self) -> Checked<()> {
        match &self.refusal {
            Some(refusal) if self.left == 0 => Err(vec![refusal.clone()]),
            _ => Ok(()),
        }
    }

    /// Uses room for one record.
    pub const fn take(&mut self) {
        self.left = self.left.saturating_sub(1);
    }

    /// Gives back what was not used.
    pub fn give_back<T: Stored>(self, tx: &mut Tx) {
        if self.left > 0 {
            tx.release_room::<T>(self.left);
        }
    }
}

/// Returns the refusals of a result; other errors stay errors.
pub(super) fn checked<T>(result: Result<T>) -> Result<Checked<T>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Refused(refusals)) => Ok(Err(refusals)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::ContactId;

    fn id(value: &str) -> ExternalId {
        ExternalId {
            source: "crm".to_owned(),
            value: value.to_owned(),
        }
    }

    fn contact(number: u128) -> ContactId {
        ContactId::new(Uuid::from_u128(number))
    }

    #[test]
    fn an_external_id_is_free_once_an_earlier_item_gave_it_up() {
        let (ann, ben) = (contact(1), contact(2));
        let mut claims = Claims::of([(id("1"), ann)]);
        let refused = claims.give(ben, &[], &[id("2"), id("1")]).unwrap_err();
        assert_eq!(
            refused[0].field,
            Some(vec!["externalIds".to_owned(), "1".to_owned()])
        );
        assert_eq!(refused[0].taken_by, Some(ann.into()));
        assert!(!claims.is_taken(&id("2")), "a refused item gets nothing");

        claims.give(ann, &[id("1")], &[id("3")]).unwrap();
        claims.give(ben, &[], &[id("1")]).unwrap();
        let refused = claims.give(contact(3), &[], &[id("1")]).unwrap_err();
        assert_eq!(
            refused[0].taken_by, None,
            "the record of an earlier item may not exist yet"
        );
        claims.give(ben, &[id("1")], &[id("1")]).unwrap();
    }

    fn refused<T>() -> Checked<T> {
        Err(vec![UserError::invalid("must not be empty").under("lastName")])
    }

    #[test]
    fn a_policy_decides_what_is_left_of_a_bulk_with_refused_items() {
        let items = || vec![Ok(1), refused(), Ok(3)];

        let accepted = Accepted::of(BulkPolicy::Each, items()).unwrap();
        assert_eq!(accepted.items, [1, 3]);
        assert_eq!(
            accepted.with(vec!["one", "three"]),
            [Ok("one"), refused(), Ok("three")]
        );

        for (policy, items) in [
            (BulkPolicy::AllOrNothing, items()),
            (BulkPolicy::Each, vec![refused(), refused()]),
        ] {
            let Err(Error::Refused(refusals)) = Accepted::of(policy, items).map(drop) else {
                panic!("nothing is left")
            };
            assert_eq!(
                refusals.last().unwrap().field.as_ref().unwrap().join("."),
                "items.1.lastName"
            );
        }
        assert!(
            Accepted::<i32>::of(BulkPolicy::Each, Vec::new())
                .unwrap()
                .items
                .is_empty()
        );
    }
}
