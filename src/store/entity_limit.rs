//! The limit of managed entities: what is left is kept in slots, so that creators do not queue on one row.
//!
//! Any slot that no other transaction uses will do. Only for the last units before the limit, a transaction locks all slots,
//! in their order, and it must hold none before: a slot that it has, or that PostgreSQL locked for it and then found too
//! small, could be the one that another waits for, who has the one that it waits for. So a transaction that finds no slot
//! ends, which frees its locks, and locks all of them when it runs again.

use super::Tx;
use super::engine::{Sql, sql};
use crate::error::{Error, Result, UserError, UserErrorCode};

/// Room for new managed entities in any one slot.
pub struct Room {
    count: i64,
    /// The slot to begin with.
    first: i32,
    slots: i32,
}

impl Room {
    /// The statement that takes it from a slot that has it and is free, and returns a row if there is one.
    pub fn take(&self) -> Sql<'_> {
        sql!(
            "
            UPDATE entity_room
               SET room = room - $2
             WHERE tenant_id = $1
               AND slot = (SELECT slot
                             FROM entity_room
                            WHERE tenant_id = $1
                              AND room >= $2
                              AND NOT EXISTS (SELECT 1 FROM entity_room WHERE tenant_id = $1 AND room < 0)
                            ORDER BY (slot + $3) % $4
                            LIMIT 1" .lock_free ")
            RETURNING 1",
            self.count,
            self.first,
            self.slots,
        )
    }
}

impl Tx {
    /// Reserves room for new managed entities, or refuses with `ENTITY_LIMIT_REACHED`.
    ///
    /// # Errors
    /// `Contended` when no slot that is free has room and the transaction does not have all of them.
    pub(super) async fn reserve(&mut self, count: i64) -> Result<()> {
        if self.reserve_at_least(count, count).await? < count {
            return Err(self.limit_reached().await?.into());
        }
        Ok(())
    }

    /// Reserves room for as many new managed entities as there is room for, at most so many; returns how many.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve).
    pub(super) async fn reserve_up_to(&mut self, count: i64) -> Result<i64> {
        self.reserve_at_least(0, count).await
    }

    /// Reserves room for `count` new managed entities, or for fewer if there is not so much, or for none if there is less
    /// than `least`; returns how many.
    async fn reserve_at_least(&mut self, least: i64, count: i64) -> Result<i64> {
        self.flush_released().await?;
        if self.is_repeated {
            return self.reserve_of_all(least, count).await;
        }
        let room = self.any_room(count);
        match self.execute(room.take()).await? {
            0 if self.engine().has_many_writers() => Err(Error::Contended),
            0 => self.reserve_of_all(least, count).await,
            _ => Ok(count),
        }
    }

    async fn reserve_of_all(&mut self, least: i64, count: i64) -> Result<i64> {
        let slots = self.lock_slots().await?;
        let room: i64 = slots.iter().map(|(_, room)| room).sum();
        let reserved = room.clamp(0, count);
        if reserved == 0 || reserved < least {
            return Ok(0);
        }
        self.spread_room(room - reserved, &slots).await?;
        Ok(reserved)
    }

    /// Returns the room for new managed entities that any one slot may have.
    pub(super) fn any_room(&self, count: i64) -> Room {
        let (first, slots) = self.any_slot();
        Room { count, first, slots }
    }

    /// Notes the room of deleted entities. It is given back once, at the end of the transaction.
    pub(super) const fn release(&mut self, count: i64) {
        self.released += count;
    }

    /// Gives back the room of the entities that were deleted so far.
    pub(super) async fn flush_released(&mut self) -> Result<()> {
        let count = std::mem::take(&mut self.released);
        if count == 0 {
            return Ok(());
        }
        if self.is_repeated {
            return self.add_room(count).await;
        }
        let (first, slots) = self.any_slot();
        let given = self
            .execute(sql!(
                "
                UPDATE entity_room
                   SET room = room + $2
                 WHERE tenant_id = $1
                   AND slot = (SELECT slot
                                 FROM entity_room
                                WHERE tenant_id = $1
                                ORDER BY (slot + $3) % $4
                                LIMIT 1" .lock_free ")",
                count,
                first,
                slots,
            ))
            .await?;
        if given > 0 {
            Ok(())
        } else {
            // Others have all of them, and this transaction has none: it may wait.
            self.add_room(count).await
        }
    }

    /// Adds to the room of all slots together, which are locked.
    async fn add_room(&mut self, count: i64) -> Result<()> {
        let slots = self.lock_slots().await?;
        let room: i64 = slots.iter().map(|(_, room)| room).sum();
        self.spread_room(room + count, &slots).await
    }

    /// Changes the limit. Entities stay, even if they are more than the new limit; then nothing can be created.
    pub(super) async fn set_entity_limit(&mut self, limit: i64) -> Result<()> {
        let (before,): (i64,) = self
            .fetch_one(sql!(
                "SELECT managed_entity_limit FROM tenants WHERE id = $1".lock
            ))
            .await?;
        self.add_room(limit - before).await?;
        self.execute(sql!(
            "UPDATE tenants SET managed_entity_limit = $2 WHERE id = $1",
            limit
        ))
        .await
        .map(drop)
    }

    /// Returns the slot to begin with, and the number of slots. It is chosen here, since a statement that calls `random()` is
    /// planned anew for every row.
    fn any_slot(&self) -> (i32, i32) {
        let slots = self.engine().limit_slots();
        (fastrand::i32(0..slots), slots)
    }

    /// Locks all slots, always in the same order, so that two who want all of them do not wait for each other.
    async fn lock_slots(&mut self) -> Result<Vec<(i32, i64)>> {
        self.fetch_all(sql!(
            "SELECT slot, room FROM entity_room WHERE tenant_id = $1 ORDER BY slot".lock
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

    /// Returns the refusal of a new managed entity for which there is no room.
    pub async fn limit_reached(&mut self) -> Result<UserError> {
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
