//! The managed-entity limit: room in slots, so that creators do not queue on one row.

use super::Tx;
use super::engine::sql;
use crate::error::{Result, UserError, UserErrorCode};

/// Slots of a tenant where many may write at once.
const MANY: i32 = 16;

/// How many slots a new tenant gets: SQLite has one writer, so one is enough.
pub const fn slots(is_postgres: bool) -> i32 {
    if is_postgres { MANY } else { 1 }
}

impl Tx {
    /// Takes room for `count` new managed entities, or refuses with `ENTITY_LIMIT_REACHED`.
    ///
    /// Any slot nobody else is using will do; only the last units of room take them all.
    pub(super) async fn take_room(&mut self, count: i64) -> Result<()> {
        let taken = self
            .execute(sql!(
                "
                UPDATE entity_room
                   SET room = room - $2
                 WHERE tenant_id = $1
                   AND slot = (SELECT slot
                                 FROM entity_room
                                WHERE tenant_id = $1
                                  AND room >= $2
                                  AND NOT EXISTS (SELECT 1 FROM entity_room WHERE tenant_id = $1 AND room < 0)
                                ORDER BY random()
                                LIMIT 1 FOR UPDATE SKIP LOCKED)",
                count,
            ))
            .await?;
        if taken > 0 {
            return Ok(());
        }
        let slots = self.lock_slots().await?;
        let room: i64 = slots.iter().map(|(_, room)| room).sum();
        if room < count {
            return Err(self.limit_reached().await?.into());
        }
        self.spread_room(room - count, &slots).await
    }

    /// Gives back the room of `count` deleted entities.
    pub(super) async fn give_room(&mut self, count: i64) -> Result<()> {
        let given = self
            .execute(sql!(
                "
                UPDATE entity_room
                   SET room = room + $2
                 WHERE tenant_id = $1
                   AND slot = (SELECT slot
                                 FROM entity_room
                                WHERE tenant_id = $1
                                ORDER BY random()
                                LIMIT 1 FOR UPDATE SKIP LOCKED)",
                count,
            ))
            .await?;
        if given > 0 {
            return Ok(());
        }
        let slots = self.lock_slots().await?;
        let room: i64 = slots.iter().map(|(_, room)| room).sum();
        self.spread_room(room + count, &slots).await
    }

    /// Changes the limit. What there is stays, even if it is more than the new limit; nothing is created then.
    pub(super) async fn set_entity_limit(&mut self, limit: i64) -> Result<()> {
        let (before,): (i64,) = self
            .fetch_one(sql!(
                "SELECT managed_entity_limit FROM tenants WHERE id = $1 FOR UPDATE"
            ))
            .await?;
        let slots = self.lock_slots().await?;
        let room: i64 = slots.iter().map(|(_, room)| room).sum();
        self.spread_room(room + limit - before, &slots).await?;
        self.execute(sql!(
            "UPDATE tenants SET managed_entity_limit = $2 WHERE id = $1",
            limit
        ))
        .await
        .map(drop)
    }

    /// Always in the same order, so that two who want all of them do not wait for each other.
    async fn lock_slots(&mut self) -> Result<Vec<(i32, i64)>> {
        self.fetch_all(sql!(
            "SELECT slot, room FROM entity_room WHERE tenant_id = $1 ORDER BY slot FOR UPDATE"
        ))
        .await
    }

    async fn spread_room(&mut self, room: i64, slots: &[(i32, i64)]) -> Result<()> {
        let count = i64::try_from(slots.len()).unwrap_or(1).max(1);
        let share = room.max(0) / count;
        for (slot, before) in slots {
            let after = if *slot == 0 {
                room - share * (count - 1)
            } else {
                share
            };
            if after != *before {
                self.execute(sql!(
                    "UPDATE entity_room SET room = $3 WHERE tenant_id = $1 AND slot = $2",
                    slot,
                    after,
                ))
                .await?;
            }
        }
        Ok(())
    }

    async fn limit_reached(&mut self) -> Result<UserError> {
        let (limit,): (i64,) = self
            .fetch_one(sql!("SELECT managed_entity_limit FROM tenants WHERE id = $1"))
            .await?;
        Ok(UserError::new(
            UserErrorCode::EntityLimitReached,
            format!(
                "the limit of {limit} organizations, contacts, relationships and notes is reached; \
                 delete some, or ask the operator of this service to raise the limit"
            ),
        ))
    }
}
