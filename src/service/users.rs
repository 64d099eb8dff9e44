//! Bulk mutations for users.

use std::collections::{HashMap, HashSet};

use super::bulk::{Accepted, accepted, changed_twice};
use crate::error::{Result, under};
use crate::id::{TypedId as _, UserId};
use crate::model::{BulkPolicy, Checked, User, UserChanges};
use crate::store::Tx;

/// Updates the users with these subjects, or creates them; also returns whether each is new. Each user is updated at most
/// once.
pub async fn upsert_users(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(String, UserChanges)>>,
) -> Result<Vec<Checked<(User, bool)>>> {
    let check = |item: Checked<(String, UserChanges)>| -> Checked<(String, UserChanges)> {
        let (subject, changes) = item?;
        let subject = User::check_subject(subject).map_err(|refusals| under("subject", refusals))?;
        Ok((subject, changes))
    };
    let items: Vec<Checked<(String, UserChanges)>> = items.into_iter().map(check).collect();
    let subjects: Vec<String> = accepted(&items).map(|(subject, _)| subject.clone()).collect();
    let keys: Vec<[&str; 1]> = subjects.iter().map(|subject| [subject.as_str()]).collect();
    let keys: Vec<&[&str]> = keys.iter().map(<[&str; 1]>::as_slice).collect();
    tx.lock_keys(UserId::KIND, &keys).await?;
    let found = tx.users_by_subjects(subjects).await?.into_iter();
    let mut found: HashMap<String, User> = found.map(|user| (user.subject.clone(), user)).collect();
    let mut upserted_before = HashSet::new();
    let saved = items.into_iter().map(|item| {
        let (subject, changes) = item?;
        if !upserted_before.insert(subject.clone()) {
            return Err(vec![changed_twice("subject")]);
        }
        let before = found.remove(&subject);
        let new = || User::new(UserId::new(tx.new_id()), &subject, tx.new_record());
        let mut after = before.clone().unwrap_or_else(new);
        changes.apply(&mut after)?;
        Ok((before, after))
    });
    let mut saved = Accepted::of(policy, saved.collect())?;
    let pairs = saved.take();
    let are_new: Vec<bool> = pairs.iter().map(|(before, _)| before.is_none()).collect();
    let users = tx.save_users(pairs).await?;
    Ok(saved.with(users.into_iter().zip(are_new).collect()))
}
