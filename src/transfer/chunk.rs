//! Many rows in one transaction: each is matched and checked in memory, in the order of the file, so that a refused row leaves
//! nothing of itself and the number of statements does not grow with the number of rows.

use std::collections::{BTreeSet, HashMap, HashSet};

use uuid::Uuid;

use super::Object;
use super::fields::Fields;
use super::noun::{Applied, Context, Key, Match, Noun};
use super::reference::References;
use super::report::Remark;
use super::row::Row;
use crate::error::{Result, UserError};
use crate::id::TypedId as _;
use crate::model::{Checked, DateTime};
use crate::store::{Stored, Table as _, Tx};

/// The way in which rows are applied.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'r> {
    /// The ways to find the record of a row, in their order.
    pub ways: &'r [Match],
    /// Whether an empty cell clears a field of a record that exists.
    pub clears_empty: bool,
    /// The number of entities that earlier rows of a rehearsal created.
    pub rehearsed: i64,
}

/// The result of a chunk of rows.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The number of created records.
    pub created: u64,
    /// The number of rows that changed a record.
    pub updated: u64,
    /// The number of rows that changed nothing.
    pub unchanged: u64,
    /// The number of refused rows.
    pub refused: u64,
    /// The lines of the report.
    pub remarks: Vec<Remark>,
}

/// A row that was read.
struct Draft<'r, N: Noun> {
    line: u64,
    object: &'r Object,
    has_blanks: bool,
    content: N::Draft,
}

/// The records that rows are about, as they are so far, and the keys by which later rows find them.
struct Records<N: Noun> {
    all: Vec<Applied<N>>,
    by_key: HashMap<Key, BTreeSet<usize>>,
    /// The ids of rows that records in the trash have.
    in_trash: HashSet<Uuid>,
    /// The ids of rows that records had which were merged into others, each with that of the other.
    merged: HashMap<Uuid, Uuid>,
}

/// Matches and checks rows, and returns the records to write.
pub async fn plan<N: Noun>(
    tx: &mut Tx,
    rows: &[Row],
    rules: Rules<'_>,
) -> Result<(Vec<Applied<N>>, Outcome)> {
    let mut outcome = Outcome::default();
    let drafts = read::<N>(rows, &mut outcome);
    let mut keys = BTreeSet::new();
    let mut references = References::default();
    let mut ids: BTreeSet<Uuid> = BTreeSet::new();
    let region = tx.region().clone();
    for one in &drafts {
        keys.extend(N::keys(&one.content, rules.ways, &region));
        keys.extend(N::claims(&one.content));
        N::refer(&one.content, &mut references);
        ids.extend(N::stamp(&one.content).id);
    }
    ids.extend(N::find(tx, keys.into_iter().collect()).await?);
    let known = references.resolve(tx).await?;
    let with = Context {
        known: &known,
        region: &region,
        now: DateTime(tx.now()),
    };
    let late: BTreeSet<Key> = drafts
        .iter()
        .filter_map(|one| N::key(&one.content, with))
        .collect();
    if !late.is_empty() {
        ids.extend(N::find(tx, late.into_iter().collect()).await?);
    }
    let mut records = Records::<N>::of(tx.lock_all(ids.into_iter().collect()).await?);
    let given = drafts.iter().filter_map(|one| N::stamp(&one.content).id);
    let missing = given.filter(|id| !records.by_key.contains_key(&Key::Id(*id)));
    let missing: Vec<Uuid> = missing.collect();
    if N::Record::IS_MERGEABLE {
        records.merged = tx.aliases_among(missing.clone()).await?;
    }
    records.in_trash = tx.ids_in_trash(missing).await?;
    let mut room = None;
    if N::Record::COUNTED {
        let left = tx.entities_left().await? - rules.rehearsed;
        if left < i64::try_from(drafts.len()).unwrap_or(i64::MAX) {
            room = Some((left, tx.limit_reached().await?));
        }
    }
    for one in drafts {
        let line = one.line;
        let left_out = N::left_out(&one.content, with);
        match records.apply(one, rules, with, &mut room, tx) {
            Ok(Effect::Created) => outcome.created += 1,
            Ok(Effect::Updated) => outcome.updated += 1,
            Ok(Effect::Unchanged) => outcome.unchanged += 1,
            Err(refusals) => {
                outcome.refuse(line, refusals);
                continue;
            }
        }
        let left_out = left_out
            .into_iter()
            .map(|refusal| Remark::left_out(line, refusal));
        outcome.remarks.extend(left_out);
    }
    let changed = records.all.into_iter().filter(Applied::is_changed);
    Ok((changed.collect(), outcome))
}

impl Outcome {
    fn refuse(&mut self, line: u64, refusals: Vec<UserError>) {
        self.refused += 1;
        self.remarks
            .extend(refusals.into_iter().map(|refusal| Remark::refused(line, refusal)));
    }
}

impl<N: Noun> Applied<N> {
    fn is_changed(&self) -> bool {
        self.before.as_ref() != Some(&self.after) || self.extra != N::Extra::default()
    }
}

fn read<'r, N: Noun>(rows: &'r [Row], outcome: &mut Outcome) -> Vec<Draft<'r, N>> {
    let mut drafts = Vec::with_capacity(rows.len());
    for row in rows {
        let object = match &row.content {
            Ok(object) => object,
            Err(reason) => {
                outcome.refuse(row.line, vec![UserError::invalid(reason.clone())]);
                continue;
            }
        };
        let mut fields = Fields::of(object);
        let draft = N::read(&mut fields);
        match fields.finish() {
            Ok(()) => drafts.push(Draft {
                line: row.line,
                object,
                has_blanks: row.has_blanks,
                content: draft,
            }),
            Err(refusals) => outcome.refuse(row.line, refusals),
        }
    }
    drafts
}

/// The effect of a row.
enum Effect {
    Created,
    Updated,
    Unchanged,
}

impl<N: Noun> Records<N> {
    fn of(found: Vec<N::Record>) -> Self {
        let mut records = Self {
            all: Vec::with_capacity(found.len()),
            by_key: HashMap::new(),
            in_trash: HashSet::new(),
            merged: HashMap::new(),
        };
        for record in found {
            let place = records.all.len();
            records.index(place, &record);
            records.all.push(Applied {
                before: Some(record.clone()),
                after: record,
                extra: N::Extra::default(),
            });
        }
        records
    }

    fn index(&mut self, place: usize, record: &N::Record) {
        for key in keys_of::<N>(record) {
            self.by_key.entry(key).or_default().insert(place);
        }
    }

    /// Finds the place of the record that a row is about.
    fn find(&self, draft: &N::Draft, rules: Rules<'_>, with: Context<'_>) -> Checked<Option<usize>> {
        let id = N::stamp(draft).id.map(Key::Id);
        let keys = N::keys(draft, rules.ways, with.region);
        let late = if id.is_none() { N::key(draft, with) } else { None };
        for key in id.into_iter().chain(keys).chain(late) {
            let Some(places) = self.by_key.get(&key) else {
                continue;
            };
            match (places.len(), places.first()) {
                (0, _) | (_, None) => {}
                (1, Some(place)) => return Ok(Some(*place)),
                (count, _) => {
                    let message =
                        format!("{count} records match this row; give the id of the one that it is about");
                    return Err(vec![UserError::invalid(message)]);
                }
            }
        }
        Ok(None)
    }

    fn apply(
        &mut self,
        one: Draft<'_, N>,
        rules: Rules<'_>,
        with: Context<'_>,
        room: &mut Option<(i64, UserError)>,
        tx: &Tx,
    ) -> Checked<Effect> {
        let Some(place) = self.find(&one.content, rules, with)? else {
            return self.create(one.content, with, room, tx).map(|()| Effect::Created);
        };
        let draft = if one.has_blanks && !rules.clears_empty {
            without_blanks::<N>(one.object)?
        } else {
            one.content
        };
        let Some(present) = self.all.get(place) else {
            return Ok(Effect::Unchanged);
        };
        let mut after = present.after.clone();
        let extra = N::apply(draft, &mut after, false, with)?;
        if after == present.after && extra == N::Extra::default() {
            return Ok(Effect::Unchanged);
        }
        self.replace(place, after, extra)?;
        Ok(Effect::Updated)
    }

    fn create(
        &mut self,
        draft: N::Draft,
        with: Context<'_>,
        room: &mut Option<(i64, UserError)>,
        tx: &Tx,
    ) -> Checked<()> {
        let stamp = N::stamp(&draft);
        let id = stamp.id.unwrap_or_else(|| tx.new_id());
        // Until a merge can no longer be undone, what was merged is kept beside what was deleted.
        if let Some(survivor) = self.merged.get(&id) {
            let survivor = <N::Record as Stored>::Id::from_uuid(*survivor);
            let message =
                format!("names a record that is now part of {survivor}; use that id, or leave the id out");
            return Err(vec![UserError::invalid(message).under("id")]);
        }
        if self.in_trash.contains(&id) {
            let message = "names a deleted record; restore or purge it, or leave the id out";
            return Err(vec![UserError::invalid(message).under("id")]);
        }
        let mut record = N::create(id, stamp.of_new(&tx.new_record()), &draft, with)?;
        let extra = N::apply(draft, &mut record, true, with)?;
        let place = self.all.len();
        self.check_unique(place, &record)?;
        if let Some((left, refusal)) = room {
            if *left < 1 {
                return Err(vec![refusal.clone()]);
            }
            *left -= 1;
        }
        self.index(place, &record);
        self.all.push(Applied {
            before: None,
            after: record,
            extra,
        });
        Ok(())
    }

    fn replace(&mut self, place: usize, after: N::Record, extra: N::Extra) -> Checked<()> {
        self.check_unique(place, &after)?;
        let Some(present) = self.all.get_mut(place) else {
            return Ok(());
        };
        if extra != N::Extra::default() {
            present.extra = extra;
        }
        for key in keys_of::<N>(&present.after) {
            if let Some(places) = self.by_key.get_mut(&key) {
                places.remove(&place);
            }
        }
        for key in keys_of::<N>(&after) {
            self.by_key.entry(key).or_default().insert(place);
        }
        present.after = after;
        Ok(())
    }

    /// Refuses a record that has the unique key of another.
    fn check_unique(&self, place: usize, record: &N::Record) -> Checked<()> {
        let held = N::held(record);
        let mut taken = held.iter().filter(|key| {
            let others = self.by_key.get(key).into_iter().flatten();
            matches!(key, Key::Unique(_)) && others.into_iter().any(|other| *other != place)
        });
        match taken.next() {
            Some(key) => Err(vec![N::taken(key)]),
            None => Ok(()),
        }
    }
}

fn keys_of<N: Noun>(record: &N::Record) -> impl Iterator<Item = Key> {
    let id = Key::Id(record.uuid());
    N::held(record).into_iter().chain([id])
}

/// Reads a row again, without its empty cells: they leave the fields of a record as they are.
fn without_blanks<N: Noun>(object: &Object) -> Checked<N::Draft> {
    let mut object = object.clone();
    object.retain(|_, value| !value.is_null());
    let mut fields = Fields::of(&object);
    let draft = N::read(&mut fields);
    fields.finish().map(|()| draft)
}
