//! Merges: records of one kind that become one, by a rule for each kind of field.

use async_graphql::{ID, SimpleObject};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::change::{fields, shown};
use super::fill::Entry;
use super::{Checked, Contact, DateTime, EntityKind, Organization, Recorded, fold};
use crate::error::{Refusals, UserError, schema_name};
use crate::id::{MergeId, UserId};

/// The fewest and the most records of one merge, the survivor included.
pub const MEMBERS: std::ops::RangeInclusive<usize> = 2..=25;
/// The most records that one record consists of.
pub const MOST_MERGED: usize = 100;

/// A merge of contacts or of organizations into one of them, the survivor.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, sqlx::FromRow)]
#[graphql(complex)]
pub struct Merge {
    /// The merge's id.
    pub id: MergeId,
    /// The kind of the merged records: `CONTACT` or `ORGANIZATION`.
    pub kind: EntityKind,
    /// The numbers of the records that moved to the survivor, one entry for each member.
    #[sqlx(json)]
    pub moved: Vec<MovedRecords>,
    /// The time of the merge.
    pub merged_at: DateTime,
    /// The time at which the merge was undone, or null if it was not.
    pub undone_at: Option<DateTime>,
    /// The names of the records that became part of the survivor.
    #[graphql(skip)]
    #[sqlx(json)]
    pub member_labels: Vec<String>,
    /// The fields of the survivor that had a value in any of the records.
    #[graphql(skip)]
    #[sqlx(json)]
    pub fields: Vec<MergedField>,
    /// The survivor.
    #[graphql(skip)]
    pub survivor_id: Uuid,
    /// The records that became part of the survivor.
    #[graphql(skip)]
    #[sqlx(json)]
    pub member_ids: Vec<Uuid>,
    /// The user who merged the records; `None` if the service did.
    #[graphql(skip)]
    pub merged_by: Option<UserId>,
    /// The user who undid the merge; `None` if the service did, or nobody.
    #[graphql(skip)]
    pub undone_by: Option<UserId>,
    /// Whether everything that undoing takes is still kept.
    #[graphql(skip)]
    pub is_kept: bool,
}

/// A field of a merged record, and the origin of its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct MergedField {
    /// The field's name.
    pub field: String,
    /// The value of the merged record, written as in `FieldChange`: text as is, other values as JSON, cut off after 1,000
    /// characters. Null if there is none.
    pub value: Option<String>,
    /// The ids of the records that had this value or, in a list, any of its items. Empty if only `values` of the input has it.
    pub record_ids: Vec<ID>,
    /// The values and items of lists that the merged record does not have.
    pub discarded: Vec<DiscardedValue>,
    /// Whether a discarded value differs from `value` in more than case and accents.
    pub is_conflict: bool,
}

/// A value of a record that a merge did not use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct DiscardedValue {
    /// The value, written as in `FieldChange`.
    pub value: String,
    /// The id of the record that had it.
    pub record_id: ID,
}

/// The numbers of the records that moved from one record to another, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct MovedRecords {
    /// The id of the record that they had belonged to or, after an undo, belong to again.
    pub record_id: ID,
    /// The number of notes.
    pub notes: i64,
    /// The number of interactions.
    pub interactions: i64,
    /// The number of relationships, those that ended included.
    pub relationships: i64,
    /// The number of contacts. Those after the first 500 follow in the seconds after the mutation.
    pub contacts: i64,
}

impl MovedRecords {
    /// Creates the numbers of a record that nothing moved from.
    pub fn of(record: impl Into<ID>) -> Self {
        Self {
            record_id: record.into(),
            notes: 0,
            interactions: 0,
            relationships: 0,
            contacts: 0,
        }
    }

    /// Returns the number of all.
    pub const fn total(&self) -> i64 {
        self.notes + self.interactions + self.relationships + self.contacts
    }
}

/// The value of a field of records that merge.
trait MergeValue: Clone + PartialEq {
    /// Returns the value of the merged record, given those of the others, the most preferred first.
    fn merged(&self, others: &[&Self]) -> Self;

    /// Returns, for the value or for each item of a list, whether the merged record has it.
    fn used_in(&self, merged: &Self) -> Vec<bool>;

    /// Refuses a list that became longer than it may be.
    fn check_length(&self, own: &Self) -> Checked<()> {
        let _ = own;
        Ok(())
    }
}

/// Its own, or else that of the first that has one.
impl<T: Clone + PartialEq> MergeValue for Option<T> {
    fn merged(&self, others: &[&Self]) -> Self {
        let others = others.iter().copied();
        self.clone().or_else(|| others.flatten().next().cloned())
    }

    fn used_in(&self, merged: &Self) -> Vec<bool> {
        self.iter().map(|_| self == merged).collect()
    }
}

/// A text that every record has.
impl MergeValue for String {
    fn merged(&self, _: &[&Self]) -> Self {
        self.clone()
    }

    fn used_in(&self, merged: &Self) -> Vec<bool> {
        vec![self == merged]
    }
}

/// A statement that is true of the merged record if it was of any.
impl MergeValue for bool {
    fn merged(&self, others: &[&Self]) -> Self {
        *self || others.iter().any(|other| **other)
    }

    fn used_in(&self, merged: &Self) -> Vec<bool> {
        if *self { vec![*merged] } else { Vec::new() }
    }
}

/// All items, its own first, equal ones once. Only its own primary item stays primary.
impl<T: Entry + PartialEq> MergeValue for Vec<T> {
    fn merged(&self, others: &[&Self]) -> Self {
        let mut merged = self.clone();
        for item in others.iter().copied().flatten() {
            if let Some(present) = merged.iter_mut().find(|present| present.is_same(item)) {
                present.fill_in(item);
                continue;
            }
            let mut item = item.clone();
            if let Some((_, primary)) = item.marks() {
                *primary = false;
            }
            merged.push(item);
        }
        merged
    }

    fn used_in(&self, merged: &Self) -> Vec<bool> {
        let has = |item: &T| merged.iter().any(|other| other.is_same(item));
        self.iter().map(has).collect()
    }

    fn check_length(&self, own: &Self) -> Checked<()> {
        if self.len() <= T::MOST || self.len() <= own.len() {
            return Ok(());
        }
        let message = format!(
            "would have {} entries together, and a list has at most {}; give the ones to keep",
            self.len(),
            T::MOST
        );
        Err(vec![UserError::invalid(message)])
    }
}

/// A kind of record that can be merged.
pub trait Mergeable: Recorded + Clone {
    /// Returns the record that this one becomes together with others, the most preferred first.
    #[must_use]
    fn merged_with(&self, others: &[&Self]) -> Self;

    /// Refuses lists of a merged record that became longer than they may be.
    fn check_lengths(&self, own: &Self) -> Checked<()>;

    /// Returns, by field, whether each value of this record, or each item of its lists, is that of the merged record.
    fn uses_in(&self, merged: &Self) -> Vec<(String, Vec<bool>)>;

    /// Gives the fields back the values that they had `before` a merge, if they still have those that they had `after` it. Returns
    /// the names of those that have not.
    fn take_back(&mut self, before: &Self, after: &Self) -> Vec<String>;
}

macro_rules! mergeable {
    ($($record:ident { $($field:ident),* $(,)? })*) => {$(
        impl Mergeable for $record {
            fn merged_with(&self, others: &[&Self]) -> Self {
                let mut merged = self.clone();
                $(
                    let values: Vec<_> = others.iter().map(|other| &other.$field).collect();
                    merged.$field = MergeValue::merged(&self.$field, &values);
                )*
                merged
            }

            fn check_lengths(&self, own: &Self) -> Checked<()> {
                let mut refusals = Refusals::default();
                $(refusals.check(
                    &schema_name(stringify!($field)),
                    MergeValue::check_length(&self.$field, &own.$field),
                );)*
                refusals.finish()
            }

            fn uses_in(&self, merged: &Self) -> Vec<(String, Vec<bool>)> {
                vec![$((schema_name(stringify!($field)), MergeValue::used_in(&self.$field, &merged.$field))),*]
            }

            fn take_back(&mut self, before: &Self, after: &Self) -> Vec<String> {
                let mut kept = Vec::new();
                $(
                    if before.$field != after.$field {
                        if self.$field == after.$field {
                            self.$field = before.$field.clone();
                        } else {
                            kept.push(schema_name(stringify!($field)));
                        }
                    }
                )*
                kept
            }
        }
    )*};
}

mergeable! {
    Contact {
        organization_id, salutation, first_name, middle_name, last_name, title, tags, external_ids, phone_numbers,
        email_addresses, addresses, social_handles, survey_opt_out, external_system_url,
    }
    Organization {
        name, company_type, industry, address, phone_number, fax_number, employee_count, annual_revenue, websites, tags,
        tickers, external_system_url, external_ids, primary_contact_id,
    }
}

/// Returns the fields of a merged record that any of the merged ones had a value in, given these with their ids.
pub fn merged_fields<R: Mergeable>(merged: &R, records: &[(ID, &R)]) -> serde_json::Result<Vec<MergedField>> {
    let values = fields(merged)?;
    let mut described: Vec<MergedField> = Vec::new();
    for (field, _) in merged.uses_in(merged) {
        let value = values
            .get(&field)
            .filter(|value| has_value(value))
            .and_then(shown);
        described.push(MergedField {
            field,
            value,
            record_ids: Vec::new(),
            discarded: Vec::new(),
            is_conflict: false,
        });
    }
    for (id, record) in records {
        let values = fields(*record)?;
        for (described, (field, used)) in described.iter_mut().zip(record.uses_in(merged)) {
            describe(described, id, &parts_of(&values, &field), &used);
        }
    }
    described
        .retain(|field| !field.record_ids.is_empty() || !field.discarded.is_empty() || field.value.is_some());
    Ok(described)
}

/// Adds what a record had in a field: its value or the items of its list, of which some are used.
fn describe(field: &mut MergedField, id: &ID, parts: &[&Value], used: &[bool]) {
    if used.contains(&true) {
        field.record_ids.push(id.clone());
    }
    for (part, is_used) in parts.iter().zip(used) {
        if *is_used {
            continue;
        }
        let Some(value) = shown(part) else { continue };
        let is_like = |kept: &String| fold(kept) == fold(&value);
        field.is_conflict |= !field.value.as_ref().is_some_and(is_like);
        field.discarded.push(DiscardedValue {
            value,
            record_id: id.clone(),
        });
    }
}

/// The value of a field, or the items of its list.
fn parts_of<'v>(values: &'v Map<String, Value>, field: &str) -> Vec<&'v Value> {
    match values.get(field) {
        None => Vec::new(),
        Some(Value::Array(items)) => items.iter().collect(),
        Some(value) => vec![value].into_iter().filter(|value| has_value(value)).collect(),
    }
}

/// Whether a field that has this value has any.
fn has_value(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}
