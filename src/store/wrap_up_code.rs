//! Where wrap-up codes are kept.

use tracing::instrument;
use uuid::Uuid;

use super::engine::{Statement, sql};
use super::{Column, Filter, Listed, SortField, Tx};
use crate::error::{Result, UserError};
use crate::id::{TypedId, WrapUpCodeId};
use crate::model::{WrapUpCode, WrapUpCodeFilter, WrapUpCodeOrderField};
use crate::page::Key;

impl Listed for WrapUpCode {
    const TABLE: &'static str = "wrap_up_codes";
    const COLUMNS: &'static str =
        "id, version, created_at, updated_at, created_by, updated_by, name, description, active, name_key";
    type Order = WrapUpCodeOrderField;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

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
    fn conditions<'a>(&'a self, to: &mut Statement<'a>) {
        to.flag("active", self.active);
        to.ranges(&self.ranges);
    }
}

impl Tx {
    /// A wrap-up code, locked until the transaction ends.
    pub async fn wrap_up_code(&mut self, id: WrapUpCodeId) -> Result<Option<WrapUpCode>> {
        self.locked(id.uuid()).await
    }

    /// The wrap-up code of this folded name.
    pub async fn wrap_up_code_called(&mut self, name_key: &str) -> Result<Option<WrapUpCodeId>> {
        let code: Option<(WrapUpCodeId,)> = self
            .fetch_optional(sql!(
                "SELECT id FROM wrap_up_codes WHERE tenant_id = $1 AND name_key = $2",
                name_key,
            ))
            .await?;
        Ok(code.map(|(id,)| id))
    }

    /// Keeps a new wrap-up code. Refuses when its name is taken.
    #[instrument(skip_all, err)]
    pub async fn add_wrap_up_code(&mut self, code: &WrapUpCode) -> Result<()> {
        self.refuse_taken_name(code).await?;
        self.execute(sql!(
            "
            INSERT INTO wrap_up_codes
                   (tenant_id, id, version, created_at, updated_at, created_by, updated_by, name,
                    description, active, name_key)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            code.id,
            code.record.version,
            code.record.created_at,
            code.record.updated_at,
            code.record.created_by,
            code.record.updated_by,
            code.name,
            code.description,
            code.active,
            code.name_key,
        ))
        .await
        .map(drop)
    }

    /// Keeps what became of a wrap-up code, and counts the change; nothing is written when nothing changed. Refuses
    /// when its name is taken.
    #[instrument(skip_all, err)]
    pub async fn save_wrap_up_code(
        &mut self,
        before: &WrapUpCode,
        mut after: WrapUpCode,
    ) -> Result<WrapUpCode> {
        if *before == after {
            return Ok(after);
        }
        self.refuse_taken_name(&after).await?;
        after.record.touch(self.now(), self.actor());
        self.execute(sql!(
            "
            UPDATE wrap_up_codes
               SET version = $3, updated_at = $4, updated_by = $5, name = $6, description = $7,
                   active = $8, name_key = $9
             WHERE tenant_id = $1
               AND id = $2",
            after.id,
            after.record.version,
            after.record.updated_at,
            after.record.updated_by,
            after.name,
            after.description,
            after.active,
            after.name_key,
        ))
        .await?;
        Ok(after)
    }

    async fn refuse_taken_name(&mut self, code: &WrapUpCode) -> Result<()> {
        let other: Option<(Uuid,)> = self
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
            Some(_) => Err(UserError::taken("another wrap-up code has this name")
                .under("name")
                .into()),
        }
    }
}
