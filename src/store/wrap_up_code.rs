//! The table of wrap-up codes.

use tracing::instrument;

use super::declaration::stored;
use super::engine::sql;
use super::list::Conditions;
use super::{Column, Filter, Listed, SortField, Tx};
use crate::error::{Result, UserError};
use crate::id::{TypedId as _, WrapUpCodeId};
use crate::model::{WrapUpCode, WrapUpCodeFilter, WrapUpCodeOrderField};
use crate::page::Key;

stored! {
    WrapUpCode: WrapUpCodeId in "wrap_up_codes" [] {
        name,
        description,
        active,
        name_key,
    }
}

impl Listed for WrapUpCode {
    type Order = WrapUpCodeOrderField;
    type Filter = WrapUpCodeFilter;

    fn keys(&self, order: WrapUpCodeOrderField) -> Vec<Key> {
        match order {
            WrapUpCodeOrderField::Name => vec![Key::Text(self.name_key.clone())],
        }
    }
}

impl SortField for WrapUpCodeOrderField {
    const LIST: &'static str = "wrapUpCodes";

    fn columns(self) -> &'static [Column] {
        match self {
            Self::Name => &[Column::Text("name_key")],
        }
    }
}

impl Filter for WrapUpCodeFilter {
    fn conditions(&self, to: &mut Conditions) {
        to.unindexed(|to| {
            to.flag(&["active"], self.active);
            to.ranges(&self.ranges);
        });
    }
}

impl Tx {
    /// The id of the wrap-up code with this folded name.
    pub async fn wrap_up_code_called(&mut self, name_key: &str) -> Result<Option<WrapUpCodeId>> {
        let code: Option<(WrapUpCodeId,)> = self
            .fetch_optional(sql!(
                "SELECT id FROM wrap_up_codes WHERE tenant_id = $1 AND name_key = $2",
                name_key,
            ))
            .await?;
        Ok(code.map(|(id,)| id))
    }

    /// Adds a wrap-up code. Refuses it if its name is taken.
    #[instrument(level = "debug", skip_all)]
    pub async fn add_wrap_up_code(&mut self, code: &WrapUpCode) -> Result<()> {
        self.refuse_taken_name(code).await?;
        self.insert(code).await
    }

    /// Updates a wrap-up code to what it became. Refuses the change if its name is taken.
    #[instrument(level = "debug", skip_all)]
    pub async fn update_wrap_up_code(
        &mut self,
        before: &WrapUpCode,
        after: WrapUpCode,
    ) -> Result<WrapUpCode> {
        if *before != after {
            self.refuse_taken_name(&after).await?;
        }
        self.update(before, after).await
    }

    async fn refuse_taken_name(&mut self, code: &WrapUpCode) -> Result<()> {
        self.lock_keys(WrapUpCodeId::KIND, &[&[&code.name_key]]).await?;
        let other: Option<(WrapUpCodeId,)> = self
            .fetch_optional(sql!(
                "
                SELECT id
                  FROM wrap_up_codes
                 WHERE tenant_id = $1
                   AND name_key = $2
                   AND id <> $3",
                code.name_key,
                code.id,
            ))
            .await?;
        match other {
            None => Ok(()),
            Some((id,)) => Err(name_taken(Some(id)).into()),
        }
    }
}

/// The refusal of the name of another wrap-up code.
pub fn name_taken(other: Option<WrapUpCodeId>) -> UserError {
    UserError::taken("another wrap-up code has this name", other).under("name")
}
