//! The keys of records in other systems: unique per tenant, kind and source.

use uuid::Uuid;

use super::engine::sql;
use super::{Tenant, Tx};
use crate::error::{Result, UserError};
use crate::id::TypedId;
use crate::model::ExternalId;

impl Tenant {
    /// The id of the record of this kind that has the key.
    pub async fn owner_of(&self, kind: &'static str, key: &ExternalId) -> Result<Option<Uuid>> {
        let owner: Option<(Uuid,)> = self
            .fetch_optional(sql!(
                "
                SELECT owner_id
                  FROM external_ids
                 WHERE tenant_id = $1
                   AND kind = $2
                   AND source = $3
                   AND value = $4",
                kind,
                key.source,
                key.value,
            ))
            .await?;
        Ok(owner.map(|(id,)| id))
    }
}

impl Tx {
    /// The id of the record of this kind that has the key.
    pub async fn owner_of(&mut self, kind: &'static str, key: &ExternalId) -> Result<Option<Uuid>> {
        let owner: Option<(Uuid,)> = self
            .fetch_optional(sql!(
                "
                SELECT owner_id
                  FROM external_ids
                 WHERE tenant_id = $1
                   AND kind = $2
                   AND source = $3
                   AND value = $4",
                kind,
                key.source,
                key.value,
            ))
            .await?;
        Ok(owner.map(|(id,)| id))
    }

    /// Gives a record other keys. Refuses those that another record of its kind has.
    pub(super) async fn replace_external_ids<I: TypedId>(
        &mut self,
        owner: I,
        before: &[ExternalId],
        after: &[ExternalId],
    ) -> Result<()> {
        for key in before.iter().filter(|key| !after.contains(key)) {
            self.execute(sql!(
                "DELETE FROM external_ids WHERE tenant_id = $1 AND kind = $2 AND source = $3 AND value = $4",
                I::KIND,
                key.source,
                key.value,
            ))
            .await?;
        }
        let mut taken = Vec::new();
        for (position, key) in after.iter().enumerate().filter(|(_, key)| !before.contains(key)) {
            let added = self
                .execute(sql!(
                    "
                    INSERT INTO external_ids (tenant_id, kind, source, value, owner_id)
                    VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT DO NOTHING",
                    I::KIND,
                    key.source,
                    key.value,
                    owner.uuid(),
                ))
                .await?;
            if added == 0 {
                taken.push(
                    UserError::taken(format!("another {} has this external id", I::KIND))
                        .under(position)
                        .under("externalIds"),
                );
            }
        }
        if taken.is_empty() {
            Ok(())
        } else {
            Err(taken.into())
        }
    }
}
