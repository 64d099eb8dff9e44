//! Bulk mutations for wrap-up codes.

use super::Target;
use super::bulk::{Accepted, Claims, Found, accepted, ids};
use crate::error::Result;
use crate::id::{TypedId as _, WrapUpCodeId};
use crate::model::{BulkPolicy, Checked, WrapUpCode, WrapUpCodeChanges};
use crate::store::{TextKey, Tx, name_taken};

/// The wrap-up codes by their folded names.
type Names = Claims<String, WrapUpCodeId>;

/// Creates wrap-up codes.
pub async fn create_wrap_up_codes(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(WrapUpCodeChanges,)>>,
) -> Result<Vec<Checked<WrapUpCode>>> {
    let codes = items.into_iter().map(|item| {
        let (changes,) = item?;
        let mut code = WrapUpCode::new(WrapUpCodeId::new(tx.new_id()), tx.new_record());
        changes.apply(&mut code)?;
        Ok(code)
    });
    let codes: Vec<Checked<WrapUpCode>> = codes.collect();
    let mut names = lock_names(tx, accepted(&codes)).await?;
    let created = codes.into_iter().map(|code| {
        let code = code?;
        give_name(&mut names, &code)?;
        Ok(code)
    });
    let mut created = Accepted::of(policy, created.collect())?;
    tx.insert_reserved(&created.items).await?;
    let codes = created.take();
    Ok(created.with(codes))
}

/// Updates wrap-up codes, each at most once.
pub async fn update_wrap_up_codes(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(Target<WrapUpCodeId>, WrapUpCodeChanges)>>,
) -> Result<Vec<Checked<WrapUpCode>>> {
    let found = tx
        .lock_all(ids(accepted(&items).map(|(target, _)| target)))
        .await?;
    let mut found = Found::<WrapUpCode>::of(found);
    let pairs = items.into_iter().map(|item| {
        let (target, changes) = item?;
        let before = found.take(target)?;
        let mut after = before.clone();
        changes.apply(&mut after)?;
        Ok((before, after))
    });
    let pairs: Vec<Checked<(WrapUpCode, WrapUpCode)>> = pairs.collect();
    let mut names = lock_names(tx, accepted(&pairs).map(|(_, after)| after)).await?;
    let updated = pairs.into_iter().map(|pair| {
        let (before, after) = pair?;
        give_name(&mut names, &after)?;
        Ok((before, after))
    });
    let mut updated = Accepted::of(policy, updated.collect())?;
    let codes = tx.update_all(updated.take()).await?;
    Ok(updated.with(codes))
}

/// Locks the names of wrap-up codes, and returns who has them.
async fn lock_names<'a>(tx: &mut Tx, codes: impl Iterator<Item = &'a WrapUpCode> + Send) -> Result<Names> {
    let names: Vec<String> = codes.map(|code| code.name_key.clone()).collect();
    let keys: Vec<[&str; 1]> = names.iter().map(|name| [name.as_str()]).collect();
    let keys: Vec<&[&str]> = keys.iter().map(<[&str; 1]>::as_slice).collect();
    tx.lock_keys(WrapUpCodeId::KIND, &keys).await?;
    let found = tx
        .find_by_texts(TextKey::WrapUpCodeName, names)
        .await?
        .into_iter();
    Ok(Claims::of(found.map(|(name, id)| (name, WrapUpCodeId::new(id)))))
}

/// Gives a wrap-up code its name. Refuses the name of another one, also one that an item takes away: the database looks at
/// each row by itself.
fn give_name(names: &mut Names, after: &WrapUpCode) -> Checked<()> {
    if let Some(refusal) = names.conflict(&after.name_key, after.id, name_taken) {
        return Err(vec![refusal]);
    }
    names.replace(after.id, [], [after.name_key.clone()]);
    Ok(())
}
