//! The storage of changes: each change is written in the transaction that makes it.

use chrono::{DateTime, Utc};
use const_format::concatcp;
use sqlx::types::Json;
use tracing::instrument;
use uuid::Uuid;

use super::bind::{Values, values};
use super::encoded::encode;
use super::engine::{sql, system_sql};
use super::list::{Condition, Conditions, Value};
use super::new_change::NewChange;
use super::row_reader::from_whole_row;
use super::rows::insert_of;
use super::statement::Statement;
use super::system::SystemTx;
use super::{Column, Edge, Filter, Listed, PageQuery, Sort, SortField, System, Table, Tenant, Tx, change};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::model::{Change, ChangeFilter, ChangePosition};
use crate::page::{Cursor, Key, Page};

/// The table of changes with the columns that are written always; the bracket is still open.
const CHANGES: &str = "changes (tenant_id, id, changed_at, user_id, kind, entity_id, action, version, contact_id, \
    organization_id, fields, detached, label, merged_into_id";
/// Inserts changes.
const INSERT_CHANGES: &str = concatcp!("INSERT INTO ", CHANGES, ") VALUES ");
/// Most values of one statement: a thousand changes in three.
const MOST_VALUES: usize = 4000;
/// The most changes that are inserted by statements of their values. More are loaded.
const MOST_INSERTED: usize = 1000;
/// The number of expired changes that one statement deletes.
const SWEPT_AT_ONCE: i64 = 1000;

/// The orders of lists of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeOrder {
    /// The order of COMMIT.
    Position,
}

impl ChangeOrder {
    /// The oldest first.
    pub const OLDEST: Sort<Self> = Sort {
        by: Self::Position,
        descending: false,
    };
    /// The newest first.
    pub const NEWEST: Sort<Self> = Sort {
        by: Self::Position,
        descending: true,
    };
}

impl Table for Change {
    const TABLE: &'static str = "changes";
    // The epoch is the same for all rows of a statement, which looks it up once.
    const COLUMNS: &'static str = "id, xid, seq, (SELECT epoch FROM epochs) AS epoch, changed_at, user_id, kind, entity_id, \
        action, version, contact_id, organization_id, fields, label, merged_into_id";

    fn uuid(&self) -> Uuid {
        self.id
    }
}

from_whole_row!(Change);

impl Listed for Change {
    type Order = ChangeOrder;
    type Filter = ChangeFilter;

    fn keys(&self, order: ChangeOrder) -> Vec<Key> {
        match order {
            ChangeOrder::Position => vec![Key::Number(self.xid), Key::Number(self.seq)],
        }
    }

    fn cursor(&self, _: Sort<ChangeOrder>) -> Cursor {
        Change::cursor(self)
    }
}

impl SortField for ChangeOrder {
    const LIST: &'static str = "changes";

    fn columns(self) -> &'static [Column] {
        match self {
            Self::Position => &[Column::Number("xid"), Column::Number("seq")],
        }
    }
}

/// Returns the cursor of a change's position.
pub fn change_cursor(position: ChangePosition) -> Cursor {
    Cursor {
        order: ChangeOrder::OLDEST.name(),
        keys: vec![Key::Number(position.xid), Key::Number(position.seq)],
        id: position.id,
    }
}

/// Only what is settled.
impl Filter for ChangeFilter {
    fn conditions(&self, to: &mut Conditions) {
        to.add(Condition::Settled);
        to.referred_to("contact_id", self.contact_id.as_ref());
        to.referred_to("organization_id", self.organization_id.as_ref());
        to.unindexed(|to| {
            let kinds = self.kinds.iter().map(|kind| vec![Value::Kind(*kind)]);
            to.one_of(&["kind"], kinds.collect());
        });
    }
}

/// The changes of one record.
pub static CHANGES_OF_ENTITY: Edge<Change> = Edge {
    column: "entity_id",
    parent: |change| Some(change.entity_id),
    has_aliases: true,
};

/// The epoch, and a change with whether it is the last one that is settled, or one that is not settled.
type StartRow = (Uuid, Option<i32>, Option<i64>, Option<i64>, Option<Uuid>);

/// The starting point of a follower that wants the changes committed from now on.
#[derive(Clone, Debug)]
pub struct Start {
    /// The epoch of the position.
    pub epoch: Uuid,
    /// The position after which to start.
    pub position: ChangePosition,
    /// But not these: they were committed before now, and come after the position all the same.
    pub seen: Vec<Uuid>,
}

impl Tenant {
    /// Returns the starting point for the changes committed from now on: the last change that is settled. The number of the
    /// oldest transaction would not do: after a crash, PostgreSQL gives out again the numbers of those that had not written
    /// to its log, and changes with them would come before the start. The numbers up to that of a committed change are not
    /// given out again, since its commit is in the log, and whatever ended before it.
    pub(super) async fn start(&self) -> Result<Start> {
        let rows: Vec<StartRow> = self
            .fetch_all(sql!(
                "
                SELECT e.epoch, c.is_settled, c.xid, c.seq, c.id
                  FROM epochs AS e
                  LEFT JOIN (SELECT 1 AS is_settled, xid, seq, id
                               FROM (SELECT xid, seq, id
                                       FROM changes
                                      WHERE tenant_id = $1
                                        AND xid < " .settled "
                                      ORDER BY xid DESC, seq DESC, id DESC
                                      LIMIT 1) AS last
                              UNION ALL
                             SELECT 0, xid, seq, id
                               FROM changes
                              WHERE tenant_id = $1
                                AND xid >= " .settled ") AS c
                    ON TRUE"
            ))
            .await?;
        let Some(&(epoch, ..)) = rows.first() else {
            return Err(Error::internal(anyhow::anyhow!("the database has no epoch")));
        };
        let mut start = Start {
            epoch,
            position: ChangePosition::default(),
            seen: Vec::new(),
        };
        for row in rows {
            match row {
                (_, Some(1), Some(xid), Some(seq), Some(id)) => {
                    start.position = ChangePosition { xid, seq, id }
                }
                (.., id) => start.seen.extend(id),
            }
        }
        Ok(start)
    }

    /// The changes after a position, the oldest first; at most `limit`, and whether there are more.
    pub(super) async fn changes_after(
        &self,
        filter: &ChangeFilter,
        position: ChangePosition,
        limit: usize,
    ) -> Result<(Vec<Change>, bool)> {
        let page = Page {
            limit,
            backward: false,
            cursor: Some(change_cursor(position)),
        };
        let slice = self
            .list::<Change>(filter, PageQuery::whole(ChangeOrder::OLDEST, &page))
            .await?;
        let slice = slice.map(|joined| joined.record);
        Ok((slice.items, slice.has_next))
    }

    /// Deletes changes from before an instant, at most 1000; gives whether there may be more.
    #[instrument(level = "debug", skip_all)]
    pub async fn sweep_changes(&self, before: DateTime<Utc>) -> Result<bool> {
        // Ids sort by the time they were made at.
        let first = self.store.0.ids.first_at(before);
        let swept = change!(self, None, |tx| {
            if !tx.may_sweep().await? {
                return Ok(0);
            }
            tx.execute(sql!(
                "
                DELETE FROM changes
                 WHERE tenant_id = $1
                   AND id IN (SELECT id
                                FROM changes
                               WHERE tenant_id = $1
                                 AND id < $2
                               ORDER BY id
                               LIMIT $3)",
                first,
                SWEPT_AT_ONCE,
            ))
            .await
        })?;
        Ok(i64::try_from(swept).is_ok_and(|swept| swept >= SWEPT_AT_ONCE))
    }
}

impl System<'_> {
    /// Begins an epoch if the database is another one than it was, or has another history: if it was restored.
    #[instrument(level = "debug", skip_all)]
    pub async fn begin_epoch(self) -> Result<()> {
        let same: Option<(i32,)> = self
            .fetch_optional(system_sql!(
                "SELECT id FROM epochs WHERE fingerprint = " .fingerprint " AND timeline = " .timeline
            ))
            .await?;
        if same.is_some() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let done = tx.begin_epoch().await;
        tx.end(done).await
    }

    /// Expires every cursor of changes, by a new epoch, whether or not the database is seen to be another one.
    pub async fn expire_cursors(self) -> Result<()> {
        let mut tx = self.begin().await?;
        let done = tx.expire_cursors().await;
        tx.end(done).await
    }
}

impl SystemTx {
    /// Begins an epoch unless another server has. Where the database is another one, transactions are numbered anew, so all
    /// changes from before are put in front, in the order in which they were written.
    async fn begin_epoch(&mut self) -> Result<()> {
        self.lift_time_limits().await?;
        let known: Option<(i32,)> = self
            .fetch_optional(system_sql!("SELECT id FROM epochs".lock))
            .await?;
        // Read first: a statement that has them is computed on each node, where they differ.
        let (fingerprint, timeline): (String, String) = self
            .fetch_optional(system_sql!("SELECT " .fingerprint ", " .timeline))
            .await?
            .unwrap_or_default();
        let elsewhere = self
            .execute(system_sql!(
                "UPDATE epochs SET fingerprint = $1 WHERE fingerprint <> $1",
                fingerprint
            ))
            .await?;
        if elsewhere > 0 && self.store.engine().restarts_positions() {
            self.execute(system_sql!("UPDATE changes SET xid = 0 WHERE xid <> 0"))
                .await?;
        }
        let now = self.store.clock().now();
        let begun = self
            .execute(system_sql!(
                "
                INSERT INTO epochs (id, epoch, fingerprint, timeline, began_at)
                VALUES (1, $1, $2, $3, $4)
                ON CONFLICT (id) DO UPDATE
                   SET epoch = excluded.epoch, timeline = excluded.timeline, began_at = excluded.began_at
                 WHERE epochs.timeline <> excluded.timeline OR $5",
                self.store.0.ids.new_at(now),
                fingerprint,
                timeline,
                now,
                elsewhere > 0,
            ))
            .await?;
        if known.is_some() && begun > 0 {
            tracing::warn!("the database was restored or copied: a new epoch of its changes begins");
        }
        Ok(())
    }

    async fn expire_cursors(&mut self) -> Result<()> {
        let now = self.store.clock().now();
        self.execute(system_sql!(
            "UPDATE epochs SET epoch = $1, began_at = $2",
            self.store.0.ids.new_at(now),
            now,
        ))
        .await
        .map(drop)
    }
}

impl Tx {
    /// Records changes, many a statement. They are followed in this order.
    ///
    /// This comes after the statement that wrote or locked the records: a change of theirs by another transaction is then
    /// complete, and its position is less than the one that the database gives to these. A column's default does so
    /// (`0011_order_of_changes.sql`), so that no path to this table can leave it out. Where transactions take a number of
    /// their tenant instead, the changes wait for it until the end.
    pub(super) async fn record_all(&mut self, changes: Vec<NewChange>) -> Result<()> {
        let rows = self.with_ids(changes);
        if self.engine().numbers_changes() {
            self.unwritten.extend(rows);
            return Ok(());
        }
        let (now, actor) = (self.now(), self.actor());
        self.insert_rows(INSERT_CHANGES, "", &rows, MOST_VALUES, |row| {
            row_values(row, now, actor)
        })
        .await
        .map(drop)
    }

    /// The statement that records a change with its id.
    pub(super) fn record_of<'c>(&self, change: &'c [(Uuid, NewChange)]) -> Statement<'c> {
        let (now, actor) = (self.now(), self.actor());
        insert_of(self.engine(), (INSERT_CHANGES, ""), change, |row| {
            row_values(row, now, actor)
        })
    }

    /// Records changes as [`record_all`](Self::record_all) does, by a bulk load.
    pub(super) async fn load_changes(&mut self, changes: Vec<NewChange>) -> Result<()> {
        let rows = self.with_ids(changes);
        if self.engine().numbers_changes() {
            self.unwritten.extend(rows);
            return Ok(());
        }
        let (now, actor) = (self.now(), self.actor());
        let rows = encode(self.engine(), self.tenant_id, &rows, |row| {
            row_values(row, now, actor)
        })?;
        self.load_rows(concatcp!(CHANGES, ")"), &rows).await
    }

    /// Writes the changes that wait for a number of the tenant. The number's row is locked until the transaction ends, which
    /// must be soon: all others of the tenant wait for it. So whoever sees a number sees those before it.
    pub(super) async fn write_changes(&mut self) -> Result<()> {
        let changes = std::mem::take(&mut self.unwritten);
        if changes.is_empty() {
            return Ok(());
        }
        let (now, actor) = (self.now(), self.actor());
        let (number,): (i64,) = self
            .fetch_one(sql!(
                "UPDATE feed_heads SET head = head + 1 WHERE tenant_id = $1 RETURNING head"
            ))
            .await?;
        let rows: Vec<(i64, (Uuid, NewChange))> = (0..).zip(changes).collect();
        let values = |row| numbered_values(row, number, now, actor);
        if rows.len() > MOST_INSERTED {
            let rows = encode(self.engine(), self.tenant_id, &rows, values)?;
            return self.load_rows(concatcp!(CHANGES, ", xid, seq)"), &rows).await;
        }
        let head = concatcp!("INSERT INTO ", CHANGES, ", xid, seq) VALUES ");
        self.insert_rows(head, "", &rows, MOST_VALUES, values)
            .await
            .map(drop)
    }

    pub(super) fn with_ids(&mut self, changes: Vec<NewChange>) -> Vec<(Uuid, NewChange)> {
        let changes = changes.into_iter();
        changes.map(|change| (self.new_change_id(), change)).collect()
    }
}

/// The values of a row whose place in its transaction is given.
fn numbered_values(
    (place, row): &(i64, (Uuid, NewChange)),
    number: i64,
    now: DateTime<Utc>,
    actor: Option<UserId>,
) -> Values<'_> {
    let mut values = row_values(row, now, actor);
    values.extend(values![number, *place]);
    values
}

fn row_values((id, change): &(Uuid, NewChange), now: DateTime<Utc>, actor: Option<UserId>) -> Values<'_> {
    values![
        *id,
        now,
        actor,
        change.kind,
        change.entity_id,
        change.action,
        change.version,
        change.concerned.contact_id,
        change.concerned.organization_id,
        Json(&change.fields),
        Json(&change.detached),
        &change.label,
        change.merged_into,
    ]
}
