//! Mutations for users.

use super::Target;
use crate::error::{Result, UserError, under};
use crate::id::{TypedId as _, UserId};
use crate::model::{User, UserChanges};
use crate::store::Tx;

/// Updates the user with this subject, or creates the user; also returns whether the user is new.
pub async fn upsert_user(tx: &mut Tx, subject: String, changes: UserChanges) -> Result<(User, bool)> {
    let subject = User::check_subject(subject).map_err(|refusals| under("subject", refusals))?;
    tx.lock_keys(UserId::KIND, &[&[&subject]]).await?;
    if let Some(before) = tx.user_by_subject(&subject).await? {
        let mut after = before.clone();
        changes.apply(&mut after)?;
        return Ok((save(tx, &before, after).await?, false));
    }
    let mut user = User::new(UserId::new(tx.new_id()), &subject, tx.new_record());
    changes.apply(&mut user)?;
    Ok((tx.add_user(user).await?, true))
}

/// Deactivates a user other than the one who asks for it.
pub async fn deactivate_user(tx: &mut Tx, target: Target<UserId>) -> Result<User> {
    let before: User = target.find(tx).await?;
    if tx.actor() == Some(before.id) {
        let message = "you cannot deactivate yourself; ask another administrator";
        return Err(UserError::invalid(message).under("id").into());
    }
    set_active(tx, before, false).await
}

/// Reactivates a user.
pub async fn reactivate_user(tx: &mut Tx, target: Target<UserId>) -> Result<User> {
    let before: User = target.find(tx).await?;
    set_active(tx, before, true).await
}

async fn set_active(tx: &mut Tx, before: User, active: bool) -> Result<User> {
    let after = User {
        active,
        ..before.clone()
    };
    save(tx, &before, after).await
}

/// Saves the user unless nothing changed; then nothing is written and the version stays.
async fn save(tx: &mut Tx, before: &User, after: User) -> Result<User> {
    if *before == after {
        return Ok(after);
    }
    tx.update_user(before, after).await
}
