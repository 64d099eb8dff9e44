//! Mutations for wrap-up codes.

use super::Target;
use crate::error::Result;
use crate::id::WrapUpCodeId;
use crate::model::{WrapUpCode, WrapUpCodeChanges};
use crate::store::Tx;

/// Creates a wrap-up code.
pub async fn create_wrap_up_code(tx: &mut Tx, changes: WrapUpCodeChanges) -> Result<WrapUpCode> {
    let mut code = WrapUpCode::new(WrapUpCodeId::new(tx.new_id()), tx.new_record());
    changes.apply(&mut code)?;
    tx.add_wrap_up_code(&code).await?;
    Ok(code)
}

/// Updates a wrap-up code.
pub async fn update_wrap_up_code(
    tx: &mut Tx,
    target: Target<WrapUpCodeId>,
    changes: WrapUpCodeChanges,
) -> Result<WrapUpCode> {
    let before: WrapUpCode = target.find(tx).await?;
    let mut after = before.clone();
    changes.apply(&mut after)?;
    tx.update_wrap_up_code(&before, after).await
}
