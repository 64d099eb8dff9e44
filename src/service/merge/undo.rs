//! The undoing of a merge, as far as it is the same for all kinds.

use std::collections::HashMap;

use uuid::Uuid;

use super::members::{global, still_moving};
use crate::error::{Result, UserError, UserErrorCode};
use crate::id::{MergeId, TypedId as _};
use crate::model::{DateTime, ExternalId, Merge, Mergeable, MovedRecords, RestoreLoss};
use crate::service::record::Named;
use crate::store::{Forms, Stored, Tx};

/// A merge that was undone, with what became of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting<T> {
    /// The merge.
    pub merge: Merge,
    /// The records that exist again.
    pub restored: Vec<T>,
    /// The numbers of the records that went back to each of them.
    pub moved_back: Vec<MovedRecords>,
    /// The fields of the survivor that changed after the merge and stay as they are.
    pub kept: Vec<String>,
    /// The parts that could not be restored.
    pub lost: Vec<RestoreLoss>,
}

/// A merge that can be undone, with the records to part. The survivor is locked.
pub struct Undoable<T> {
    /// The merge.
    pub merge: Merge,
    /// The survivor as it is.
    pub survivor: T,
    /// The survivor before and after the merge.
    pub forms: Forms<T>,
    /// The members before the merge, in its order.
    pub members: Vec<T>,
}

/// Locks a merge of this kind and the external ids that its records get again, and returns it with its members. Refuses one that
/// cannot be undone.
pub async fn lock_merge<T: Named + Mergeable>(tx: &mut Tx, id: MergeId) -> Result<(Merge, Forms<T>, Vec<T>)> {
    let merge = tx.lock_merge(id).await?.filter(|merge| merge.kind == T::KIND);
    let Some(merge) = merge else {
        return Err(UserError::not_found("merge").under("mergeId").into());
    };
    if merge.undone_at.is_some() {
        return Err(refused("was undone already"));
    }
    let forms = tx.forms_of_merge::<T>(id).await?;
    let Some(forms) = forms.filter(|_| merge.merged_at.0 >= tx.trash_since()) else {
        return Err(expired());
    };
    let mut members: HashMap<Uuid, T> = tx
        .members_of_merge::<T>(id)
        .await?
        .into_iter()
        .map(|member| (member.uuid(), member))
        .collect();
    let members: Vec<T> = merge
        .member_ids
        .iter()
        .filter_map(|id| members.remove(id))
        .collect();
    let regained = members.iter().chain([&forms.before]);
    tx.lock_external_ids::<T::Id>(regained.flat_map(Stored::external_ids))
        .await?;
    Ok((merge, forms, members))
}

/// Locks the survivor of a merge. Refuses one that is not there, or that was merged again.
pub async fn lock_survivor<T: Named + Mergeable>(tx: &mut Tx, merge: &Merge) -> Result<T> {
    let id = merge.survivor_id;
    let found: Vec<T> = tx.lock_all_to_delete(vec![id]).await?;
    let kind = T::NOUN;
    let Some(survivor) = found.into_iter().next() else {
        if let Some((by, into)) = tx.merged_by(id).await? {
            let (id, into) = (global::<T>(id), global::<T>(into));
            let message = format!(
                "made a {kind} that is part of {} now: {} was merged into it; undo {by} first",
                into.as_str(),
                id.as_str()
            );
            return Err(refused(message));
        }
        let message = format!(
            "made a {kind} that is deleted; restore {} first",
            global::<T>(id).as_str()
        );
        return Err(refused(message));
    };
    if let Some((later, is_kept)) = tx.merge_after(merge).await? {
        if !is_kept {
            return Err(expired());
        }
        let message = format!("is not the last merge of this {kind}; undo {later} first");
        return Err(refused(message));
    }
    if tx.unsettled_among(&[id], Some(merge.id)).await?.is_some() {
        return Err(still_moving().under("mergeId").into());
    }
    Ok(survivor)
}

/// Leaves out the external ids of records that are to get them again and that others have by now. Of the survivor, only those
/// that it does not have count.
pub async fn free_external_ids<T: Named + Mergeable>(
    tx: &mut Tx,
    survivor: (&mut T, &T),
    members: &mut [T],
    ids_of: fn(&mut T) -> &mut Vec<ExternalId>,
) -> Result<Vec<RestoreLoss>> {
    let (after, before) = survivor;
    let mut wanted: Vec<ExternalId> = members.iter().flat_map(|it| it.external_ids().to_vec()).collect();
    let had = before.external_ids();
    wanted.extend(
        after
            .external_ids()
            .iter()
            .filter(|id| !had.contains(id))
            .cloned(),
    );
    let found: Vec<(ExternalId, T::Id)> = tx.find_by_external_ids(&wanted).await?;
    let owners: HashMap<ExternalId, T::Id> = found.into_iter().collect();
    let mut lost = Vec::new();
    let stays: Vec<ExternalId> = after.external_ids().to_vec();
    let survivor_id = after.uuid();
    let mut free = |record: &mut T, place: Option<usize>| {
        let is_survivor = place.is_none();
        ids_of(record).retain(|id| {
            let owner = owners.get(id);
            let is_taken = owner.is_some_and(|owner| {
                // What the survivor has now, and gives up, is free.
                owner.uuid() != survivor_id || (!is_survivor && stays.contains(id))
            });
            if let Some(owner) = owner.filter(|_| is_taken) {
                lost.push(at_place(RestoreLoss::of_external_id(id, *owner), place));
            }
            !is_taken
        });
    };
    free(after, None);
    for (place, member) in members.iter_mut().enumerate() {
        free(member, Some(place));
    }
    Ok(lost)
}

/// The loss of a part of the record that was restored at a place or, without one, of the survivor.
pub fn at_place(mut loss: RestoreLoss, place: Option<usize>) -> RestoreLoss {
    match place {
        Some(place) => {
            loss.field.insert(0, place.to_string());
            loss.field.insert(0, "restored".to_owned());
        }
        None => loss.field.insert(0, "survivor".to_owned()),
    }
    loss
}

/// Ends the undoing of a merge, whose records are parted: gives the members their ids back, and forgets all that it took. Returns the
/// merge as it is then.
pub async fn end(tx: &mut Tx, mut merge: Merge) -> Result<Merge> {
    tx.remove_aliases(merge.id, merge.survivor_id).await?;
    tx.forget_moved(merge.id).await?;
    merge.undone_at = Some(DateTime(tx.end_merge(merge.id).await?));
    merge.undone_by = tx.actor();
    merge.is_kept = false;
    Ok(merge)
}

fn refused(message: impl Into<String>) -> crate::error::Error {
    UserError::invalid(message).under("mergeId").into()
}

/// The refusal to undo a merge whose time is over, or that came before one whose time is over.
fn expired() -> crate::error::Error {
    let message = "can no longer be undone: its time is over";
    UserError::new(UserErrorCode::Expired, message)
        .under("mergeId")
        .into()
}
