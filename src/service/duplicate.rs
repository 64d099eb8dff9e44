//! The refusal to create records that may be there already.

use crate::error::{Result, UserError};
use crate::model::{LookAlike, OnDuplicate, REFUSED_SCORE};
use crate::store::{Table, Tx, possible_duplicates};

/// Refuses a new record if the input refuses duplicates and there is one. Of several such creations at once whose records are sought at
/// the same place, one goes on after the other, and finds its record.
pub(super) async fn refuse_duplicates<T: LookAlike + Table>(
    tx: &mut Tx,
    record: &T,
    on_duplicate: OnDuplicate,
) -> Result<()> {
    if on_duplicate == OnDuplicate::Create {
        return Ok(());
    }
    let names: Vec<String> = record.clues().iter().map(|clue| clue.seek.name()).collect();
    let keys: Vec<[&str; 2]> = names.iter().map(|name| ["like", name.as_str()]).collect();
    let keys: Vec<&[&str]> = keys.iter().map(<[&str; 2]>::as_slice).collect();
    tx.lock_keys(T::TABLE, &keys).await?;
    let found = possible_duplicates(tx, &[record]).await?;
    let likest = found.iter().flatten().find(|it| it.score >= REFUSED_SCORE);
    match likest {
        Some(likest) => Err(UserError::duplicate(T::KIND.node_id(likest.record_id)).into()),
        None => Ok(()),
    }
}
