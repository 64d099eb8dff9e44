//! The records of a merge, and what is the same for all kinds.

use std::collections::HashMap;

use uuid::Uuid;

use crate::error::{Error, Refusals, Result, UserError, UserErrorCode, under};
use crate::id::{MergeId, TypedId as _};
use crate::model::{
    Checked, DateTime, MEMBERS, MOST_MERGED, Merge, Mergeable, MovedRecords, Recorded, merged_fields,
};
use crate::service::Target;
use crate::service::record::Named;
use crate::store::{Forms, MOST_MOVED, Tx};

/// The records of a merge, locked, in the order of the input: the first is the survivor.
pub struct Members<T> {
    records: Vec<T>,
}

/// The numbers of records that belong to members by one reference, with the number of a member that they add to.
pub type Counts = (HashMap<Uuid, i64>, fn(&mut MovedRecords) -> &mut i64);

impl<T: Named + Mergeable> Members<T> {
    /// Returns the ids of the records that these targets are by now. Refuses too few or too many, and one that is given twice.
    pub async fn ids(tx: &mut Tx, targets: &[Target<T::Id>]) -> Result<Vec<Uuid>> {
        if !MEMBERS.contains(&targets.len()) {
            let (least, most) = (MEMBERS.start(), MEMBERS.end());
            let message = format!("must be {least} to {most} records; there are {}", targets.len());
            return Err(UserError::invalid(message).under("members").into());
        }
        let given: Vec<Uuid> = targets.iter().map(|target| target.id.uuid()).collect();
        let survivors = tx.aliases_among(given.clone()).await?;
        let ids: Vec<Uuid> = given
            .into_iter()
            .map(|id| survivors.get(&id).copied().unwrap_or(id))
            .collect();
        let mut refusals = Refusals::default();
        for (place, id) in ids.iter().enumerate() {
            if ids.iter().take(place).any(|earlier| earlier == id) {
                let message = "must be another record than those before it; this one is the same, or part of the same by now";
                refusals.add(at(UserError::invalid(message).under("id"), place));
            }
        }
        refusals.finish()?;
        Ok(ids)
    }

    /// Locks the records with these ids, which are those of the targets by now.
    pub async fn lock(tx: &mut Tx, targets: &[Target<T::Id>], ids: &[Uuid]) -> Result<Self> {
        let mut found: HashMap<Uuid, T> = tx
            .lock_all_to_delete::<T>(ids.to_vec())
            .await?
            .into_iter()
            .map(|record| (record.uuid(), record))
            .collect();
        let mut refusals = Refusals::default();
        let mut records = Vec::with_capacity(ids.len());
        for (place, (id, target)) in ids.iter().zip(targets).enumerate() {
            let Some(record) = found.remove(id) else {
                let current = tx.current_id(target.id);
                if current != target.id {
                    // Another one merged it since its id was looked up.
                    let refusal =
                        UserError::missing(format!("became part of {current} meanwhile; try again"));
                    refusals.add(at(refusal.under("id"), place));
                    continue;
                }
                refusals.add(at(UserError::not_found(T::NOUN).under("id"), place));
                continue;
            };
            for refusal in target.check_version(&record).err().unwrap_or_default() {
                refusals.add(at(refusal, place));
            }
            records.push(record);
        }
        refusals.finish()?;
        let members = Self { records };
        members.check_size(tx).await?;
        Ok(members)
    }

    /// Refuses a record that would consist of too many, or one whose contacts are still on their way.
    async fn check_size(&self, tx: &mut Tx) -> Result<()> {
        let ids = self.ids_of_all();
        let parts = tx.count_aliases(&ids).await?;
        let parts = usize::try_from(parts)
            .unwrap_or(usize::MAX)
            .saturating_add(ids.len());
        if parts > MOST_MERGED {
            let message =
                format!("a record consists of at most {MOST_MERGED}; this one would consist of {parts}");
            return Err(UserError::new(UserErrorCode::TooLarge, message)
                .under("members")
                .into());
        }
        if let Some(id) = tx.unsettled_among(&ids, None).await? {
            let place = ids.iter().position(|other| *other == id).unwrap_or_default();
            return Err(at(still_moving().under("id"), place).into());
        }
        Ok(())
    }

    /// The record that stays.
    pub fn survivor(&self) -> Option<&T> {
        self.records.first()
    }

    /// All records.
    pub fn all(&self) -> &[T] {
        &self.records
    }

    /// The records that become part of the survivor.
    pub fn others(&self) -> &[T] {
        self.records.get(1..).unwrap_or_default()
    }

    /// The ids of the records that become part of the survivor.
    pub fn other_ids(&self) -> Vec<Uuid> {
        self.others().iter().map(T::uuid).collect()
    }

    /// The ids of all records.
    pub fn ids_of_all(&self) -> Vec<Uuid> {
        self.records.iter().map(T::uuid).collect()
    }

    /// Changes all records, as far as the rules are concerned.
    #[must_use]
    pub fn seen(&self, change: impl Fn(&mut T)) -> Self {
        let mut records = self.records.clone();
        records.iter_mut().for_each(change);
        Self { records }
    }

    /// Returns what the survivor becomes by the rules: the others are preferred by their last change.
    pub fn merged(&self) -> Result<T> {
        let survivor = self.survivor().ok_or_else(no_survivor)?;
        let mut others: Vec<&T> = self.others().iter().collect();
        others.sort_by_key(|record| std::cmp::Reverse(record.record().updated_at));
        Ok(survivor.merged_with(&others))
    }

    /// Refuses what a record became, if a list is longer than it may be.
    pub fn check_lengths(&self, merged: &T) -> Checked<()> {
        self.survivor().map_or(Ok(()), |own| merged.check_lengths(own))
    }

    /// Returns the numbers of the records that move from each member. Refuses more than one merge moves.
    pub fn moved(&self, counts: &[Counts]) -> Result<Vec<MovedRecords>> {
        let moved = numbers_of::<T>(&self.other_ids(), counts);
        let total: i64 = moved.iter().map(MovedRecords::total).sum();
        if total <= MOST_MOVED {
            return Ok(moved);
        }
        let largest = moved.iter().max_by_key(|numbers| numbers.total());
        let largest = largest.map_or_else(String::new, |it| {
            format!("{} with {}", it.record_id.as_str(), it.total())
        });
        let message = format!(
            "one merge moves at most {MOST_MOVED} records, and these have more; only those of the others move, so make the \
             record with the most the first one (the largest other is {largest}, counted up to {})",
            MOST_MOVED + 1
        );
        Err(UserError::new(UserErrorCode::TooLarge, message)
            .under("members")
            .into())
    }

    /// Returns the merge of these records into what the survivor became.
    pub fn merge(&self, tx: &Tx, id: MergeId, merged: &T, moved: Vec<MovedRecords>) -> Result<Merge> {
        let records: Vec<_> = self
            .records
            .iter()
            .map(|it| (global::<T>(it.uuid()), it))
            .collect();
        let label = |record: &T| record.label().unwrap_or_default();
        Ok(Merge {
            id,
            kind: T::KIND,
            survivor_id: merged.uuid(),
            member_ids: self.other_ids(),
            member_labels: self.others().iter().map(label).collect(),
            fields: merged_fields(merged, &records).map_err(Error::internal)?,
            moved,
            merged_at: DateTime(tx.now()),
            merged_by: tx.actor(),
            undone_at: None,
            undone_by: None,
            is_kept: tx.keeps_trash(),
        })
    }

    /// Makes the others part of the survivor, to which all that belonged to them has moved. Returns the survivor as it became.
    pub async fn join(&self, tx: &mut Tx, merge: &Merge, merged: T) -> Result<T> {
        tx.add_aliases(merge.id, &merge.member_ids, merge.survivor_id)
            .await?;
        tx.delete_merged(self.others(), merge.survivor_id).await?;
        let before = self.survivor().ok_or_else(no_survivor)?;
        let after = at_values(tx.update(before, merged).await)?;
        let forms = Forms {
            before: before.clone(),
            after: after.clone(),
        };
        tx.insert_merge(merge, self.others(), &forms).await?;
        Ok(after)
    }
}

/// Returns the numbers of the records that move from or to each of these records, in their order.
pub fn numbers_of<T: Recorded>(ids: &[Uuid], counts: &[Counts]) -> Vec<MovedRecords> {
    let numbers = ids.iter().map(|id| {
        let mut numbers = MovedRecords::of(global::<T>(*id));
        for (counts, number) in counts {
            *number(&mut numbers) += counts.get(id).copied().unwrap_or_default();
        }
        numbers
    });
    numbers.collect()
}

/// The refusal of a record whose contacts are still being moved.
pub fn still_moving() -> UserError {
    UserError::invalid(
        "has contacts that are still being moved after an earlier mutation; try again in a few seconds",
    )
}

/// Moves the refusals of the survivor's new values to those of the input.
fn at_values<T>(result: Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        Error::Refused(refusals) => Error::Refused(under("values", refusals)),
        error => error,
    })
}

/// The id of a record as clients know it.
pub fn global<T: Recorded>(id: Uuid) -> async_graphql::ID {
    async_graphql::ID(T::KIND.node_id(id).to_string())
}

fn at(refusal: UserError, place: usize) -> UserError {
    refusal.under(place).under("members")
}

fn no_survivor() -> Error {
    Error::internal(anyhow::anyhow!("a merge has no records"))
}
