//! Relationships in the trash whose transfer is undone.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::types::Json;
use tracing::instrument;
use uuid::Uuid;

use super::super::statement::Statement;
use super::super::{Stored as _, Tx};
use super::PLACE;
use crate::error::Result;
use crate::id::{TypedId as _, UserId};
use crate::model::{EntityKind, Relationship};

impl Tx {
    /// Returns the records in the trash with which relationships were deleted: themselves, or their organizations. They stay there
    /// until the transaction ends.
    #[instrument(level = "debug", skip_all)]
    pub async fn keep_in_trash_with(&mut self, relationships: Vec<Uuid>) -> Result<Vec<Uuid>> {
        let lock = self.engine().dialect().keep;
        self.find_roots(relationships, lock).await
    }

    /// Returns the same for relationships that were deleted only now, when users are locked already: records that another transaction
    /// has locked are left out, since it may wait for these users.
    #[instrument(level = "debug", skip_all)]
    pub async fn keep_free_in_trash_with(&mut self, relationships: Vec<Uuid>) -> Result<Vec<Uuid>> {
        let lock = self.engine().dialect().lock_free;
        self.find_roots(relationships, lock).await
    }

    async fn find_roots(&mut self, relationships: Vec<Uuid>, lock: &'static str) -> Result<Vec<Uuid>> {
        if relationships.is_empty() {
            return Ok(Vec::new());
        }
        let mut find = Statement::new(
            self.engine(),
            "SELECT id FROM trashed_records WHERE tenant_id = $1 AND id IN (",
        );
        find.push("SELECT operation_id FROM undo_records WHERE tenant_id = $1 AND id ")
            .any_ids(relationships);
        find.push(") ORDER BY ").push(PLACE).push(", id").push(lock);
        let roots: Vec<(Uuid,)> = self.fetch_all(find.sql()).await?;
        Ok(roots.into_iter().map(|(id,)| id).collect())
    }

    /// Returns the relationships that were deleted with records: some of them, and those of a user.
    #[instrument(level = "debug", skip_all)]
    pub async fn kept_relationships(
        &mut self,
        roots: Vec<Uuid>,
        ids: Vec<Uuid>,
        user: UserId,
    ) -> Result<Vec<Relationship>> {
        if roots.is_empty() {
            return Ok(Vec::new());
        }
        let mut find = Statement::new(
            self.engine(),
            "SELECT record FROM undo_records WHERE tenant_id = $1 AND kind = ",
        );
        find.bind(EntityKind::Relationship)
            .push(" AND operation_id ")
            .any_ids(roots);
        // Their users are in their content alone. A deleted organization has at most 10,000 relationships.
        find.push(" AND (id ").any_ids(ids.clone()).push(" OR ");
        find.contains("CAST(record AS TEXT)", user.uuid().to_string())
            .push(")");
        let kept: Vec<(Json<Value>,)> = self.fetch_all(find.sql()).await?;
        let kept = kept
            .into_iter()
            .map(|(kept,)| Relationship::of_kept(kept.into()))
            .collect::<Result<Vec<_>>>()?;
        let is_wanted = |it: &Relationship| it.user_id == user || ids.contains(&it.id.uuid());
        Ok(kept.into_iter().filter(is_wanted).collect())
    }

    /// Gives relationships in the trash the users and ends that they are to be restored with.
    pub async fn change_kept_relationships(&mut self, relationships: Vec<Relationship>) -> Result<()> {
        let changed: HashMap<Uuid, Relationship> =
            relationships.into_iter().map(|it| (it.id.uuid(), it)).collect();
        self.change_kept::<Relationship>(changed.keys().copied().collect(), |kept| {
            let Some(changed) = changed.get(&kept.id.uuid()) else {
                return false;
            };
            (kept.user_id, kept.ended_on) = (changed.user_id, changed.ended_on);
            true
        })
        .await
        .map(drop)
    }
}
