//! The trash: deleted records, kept for some time with what went with them, so that they can be restored.
//!
//! A record that is deleted leaves its table, so that no list, index or loader has to pass over it. Its content is kept in
//! `undo_records`, with that of the notes and relationships that were deleted with it, under its own id as that of the operation.
//! `trashed_records` has a row for each record that was deleted by itself. The references to it that were cleared are
//! remembered in `undo_links` ([`loose_reference`](super::loose_reference)).

mod keep;
mod purge;
mod relationships;
mod restore;

use std::sync::atomic::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub(super) use keep::INSERT_PARTS;
pub use keep::{MOST_PARTS, check_parts};
pub use restore::{InTrash, Restored};

use super::list::{Conditions, Value};
use super::row_reader::from_whole_row;
use super::statement::Statement;
use super::{Column, Filter, Listed, Sort, SortField, Store, Table, Tenant, Tx};
use crate::error::Result;
use crate::model::{EntityKind, TenantRecord, TrashFilter, TrashedRecord};
use crate::page::Key;

const TRASHED: &str = <TrashedRecord as Table>::COLUMNS;
/// The order in which records in the trash are locked: parts before what they are parts of.
const PLACE: &str = "CASE kind WHEN 'organization' THEN 2 WHEN 'contact' THEN 1 ELSE 0 END";

/// The number of days that deleted records are kept unless the operator says otherwise.
pub const DEFAULT_DAYS: u32 = 30;

/// The orders of lists of deleted records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrashOrder {
    /// The time of the deletion.
    DeletedAt,
}

impl TrashOrder {
    /// The newest first.
    pub const NEWEST: Sort<Self> = Sort {
        by: Self::DeletedAt,
        descending: true,
    };
}

impl Table for TrashedRecord {
    const TABLE: &'static str = "trashed_records";
    const COLUMNS: &'static str = "id, kind, label, deleted_at, deleted_by, notes, relationships";

    fn uuid(&self) -> Uuid {
        self.id
    }
}

from_whole_row!(TrashedRecord);

impl Listed for TrashedRecord {
    type Order = TrashOrder;
    type Filter = TrashFilter;

    fn keys(&self, order: TrashOrder) -> Vec<Key> {
        match order {
            TrashOrder::DeletedAt => vec![Key::Instant(self.deleted_at.0)],
        }
    }
}

impl SortField for TrashOrder {
    const LIST: &'static str = "trash";

    fn columns(self) -> &'static [Column] {
        match self {
            Self::DeletedAt => &[Column::Instant("deleted_at")],
        }
    }
}

impl Filter for TrashFilter {
    fn conditions(&self, to: &mut Conditions) {
        to.one_of_ids(&["deleted_by"], self.deleted_by_ids.as_deref());
        if self.kinds != EntityKind::ALL {
            let kinds = self.kinds.iter().map(|kind| vec![Value::Kind(*kind)]);
            to.one_of(&["kind"], kinds.collect());
        }
        to.within("deleted_at", self.deleted_at);
        // Few are older: they are purged soon.
        to.unindexed(|to| to.since("deleted_at", self.kept_since));
    }
}

impl Store {
    /// Sets the number of days that deleted records are kept; with 0, deletions are final.
    pub fn keep_trash(&self, days: u32) {
        self.0.trash_days.store(days, Ordering::Relaxed);
    }

    fn most_trash_days(&self) -> u32 {
        self.0.trash_days.load(Ordering::Relaxed)
    }
}

impl Tenant {
    /// The number of days that deleted records are kept.
    pub fn trash_days(&self) -> u32 {
        self.trash_days_of(&self.record)
    }

    /// The number of days that deleted records are kept, given the tenant as it is now: its own, but not more than the operator's.
    pub fn trash_days_of(&self, record: &TenantRecord) -> u32 {
        let most = self.store.most_trash_days();
        let own = record.trash_days.and_then(|days| u32::try_from(days).ok());
        own.map_or(most, |days| days.min(most))
    }

    /// The instant of the earliest deletion that can still be undone.
    pub fn trash_since(&self) -> DateTime<Utc> {
        since(self.clock().now(), self.trash_days())
    }
}

impl Tx {
    /// The most days that a tenant's deleted records can be kept.
    pub fn most_trash_days(&self) -> u32 {
        self.store.most_trash_days()
    }

    /// Removes records and those that were deleted with them from the trash, and returns the number of all. The references to them
    /// that were cleared are still remembered.
    async fn remove_from_trash(&mut self, roots: &[Uuid]) -> Result<u64> {
        let mut removed = 0;
        for delete in [
            "DELETE FROM undo_records WHERE tenant_id = $1 AND operation_id ",
            // A restoration of a contact that remembers one of them as its employer has ended then.
            "DELETE FROM trashed_records WHERE tenant_id = $1 AND id ",
        ] {
            let mut delete = Statement::new(self.engine(), delete);
            delete.any_ids(roots.to_vec());
            removed = removed.max(self.execute(delete.sql()).await?);
        }
        Ok(removed)
    }

    /// Whether an operation of this time can still be undone.
    pub fn is_undoable(&self, at: DateTime<Utc>) -> bool {
        at >= self.trash_since()
    }

    /// Whether deleted records are kept.
    pub const fn keeps_trash(&self) -> bool {
        self.trash_days > 0
    }

    /// The instant of the earliest deletion that can still be undone.
    pub fn trash_since(&self) -> DateTime<Utc> {
        since(self.now(), self.trash_days)
    }
}

fn since(now: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    now - TimeDelta::days(days.into())
}
