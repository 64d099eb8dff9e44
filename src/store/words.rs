//! The words of records in the search index, written in the transactions of their records.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::SecondsFormat;
use const_format::concatcp;
use moka::sync::Cache;
use sqlx::types::Json;
use uuid::Uuid;

use super::bind::{TextList, values};
use super::engine::{Sql, sql};
use super::{Names, Tx};
use crate::error::Result;
use crate::model::{DateTime, IndexEntry, WordKind, deletions, is_listed, is_marked};

/// The table of words with its columns.
pub const WORDS: &str = "search_words (tenant_id, word, sort_key, id, marks, created_at, updated_at)";
/// Inserts words.
const INSERT_WORDS: &str = concatcp!("INSERT INTO ", WORDS, " VALUES ");
/// Brings words that are there up to date.
const LATEST: &str = "ON CONFLICT (tenant_id, word, sort_key, id)
            DO UPDATE SET marks = excluded.marks, created_at = excluded.created_at, updated_at = excluded.updated_at
             WHERE search_words.marks <> excluded.marks
                OR search_words.updated_at IS DISTINCT FROM excluded.updated_at";
/// Inserts words of names under their variants.
const INSERT_VARIANTS: &str = "INSERT INTO vocabulary (tenant_id, variant, word) VALUES ";
/// Leaves out variants that are there.
const SKIP_KNOWN: &str = " ON CONFLICT DO NOTHING";

/// The maximum number of words of names that a server remembers, of some 100 bytes each.
const MOST_REMEMBERED: u64 = 30_000;
/// The time for which a word is remembered: a database that is restored to an earlier moment may not have it.
const REMEMBERED: Duration = Duration::from_mins(10);

/// Words of names that the vocabularies of tenants have, so that not every new record asks for its own. No word is ever
/// removed from a vocabulary.
pub struct KnownNames(Cache<(i32, String), ()>);

impl Default for KnownNames {
    fn default() -> Self {
        let builder = Cache::builder().max_capacity(MOST_REMEMBERED);
        Self(builder.time_to_live(REMEMBERED).build())
    }
}

impl KnownNames {
    /// Remembers words that a committed transaction met or added.
    pub fn remember(&self, tenant: i32, names: Names) {
        for name in names {
            self.0.insert((tenant, name), ());
        }
    }

    fn contains(&self, tenant: i32, name: &str) -> bool {
        self.0.contains_key(&(tenant, name.to_owned()))
    }
}

impl Tx {
    /// Replaces the words of a record; `None` before its creation and after its deletion.
    pub(super) async fn reindex(
        &mut self,
        id: Uuid,
        before: Option<IndexEntry>,
        after: Option<IndexEntry>,
    ) -> Result<()> {
        let nothing = IndexEntry::default();
        let is_new = before.is_none();
        let (before, after) = (
            before.unwrap_or_else(|| nothing.clone()),
            after.unwrap_or(nothing),
        );
        let moves = before.sort_key != after.sort_key;
        let stale = if moves {
            before.words.iter().cloned().collect()
        } else {
            difference(&before.words, &after.words)
        };
        self.remove_words(id, &before.sort_key, stale).await?;
        self.learn(difference(&after.names, &before.names)).await?;
        let is_same = !moves && after.words.is_subset(&before.words) && before.marks() == after.marks();
        let is_stale = |word: &&String| !is_same || (is_listed(word) && before.times != after.times);
        // All words: a record written by an earlier version may lack some that did not change.
        let words = after.words.iter().filter(is_stale).cloned().collect();
        self.add_words(id, &after, words, is_new).await
    }

    async fn remove_words(&mut self, id: Uuid, sort_key: &str, words: Vec<String>) -> Result<()> {
        if words.is_empty() {
            return Ok(());
        }
        self.execute(sql!(
            "
            DELETE FROM search_words
             WHERE tenant_id = $1
               AND word " .any_texts(2) "
               AND sort_key = $3
               AND id = $4",
            TextList(words),
            sort_key,
            id,
        ))
        .await
        .map(drop)
    }

    /// Adds words of a record, which has none yet if it is new: then nothing is to be brought up to date.
    async fn add_words(
        &mut self,
        id: Uuid,
        entry: &IndexEntry,
        words: Vec<String>,
        is_new: bool,
    ) -> Result<()> {
        if words.is_empty() {
            return Ok(());
        }
        let marks = entry.marks();
        if self.takes_values(words.len()) {
            let tail = if is_new { "" } else { concatcp!(" ", LATEST) };
            return self
                .insert_few(INSERT_WORDS, tail, &words, |word| {
                    let marks = if is_marked(word) { marks.as_str() } else { "" };
                    let (created_at, updated_at) = entry.times.filter(|_| is_listed(word)).unzip();
                    values![word, &entry.sort_key, id, marks, created_at, updated_at]
                })
                .await;
        }
        let rows = WordRows::of(id, entry, words);
        let insert = if is_new { rows.insert() } else { rows.upsert() };
        self.execute(insert).await.map(drop)
    }

    /// Tells the transaction which words of names the vocabulary has, so that a long load adds each of them once.
    pub fn assume_known_names(&mut self, known: &Arc<Names>) {
        self.known_names = known.clone();
    }

    /// The words of names that the transaction added to the vocabulary. They are known once it is committed.
    pub fn learnt_names(&mut self) -> Names {
        std::mem::take(&mut self.learnt_names)
    }

    /// Replaces the words of records, by a number of statements that does not grow with the number of records.
    pub(super) async fn index_all(
        &mut self,
        before: &[(Uuid, IndexEntry)],
        after: &[(Uuid, IndexEntry)],
    ) -> Result<()> {
        let (before_marks, after_marks) = (marks_of(before), marks_of(after));
        let (before_rows, after_rows) = (rows(before, &before_marks), rows(after, &after_marks));
        let stale = before_rows.keys().filter(|key| !after_rows.contains_key(*key));
        self.remove_word_rows(stale.collect()).await?;
        let names: BTreeSet<&String> = after.iter().flat_map(|(_, entry)| &entry.names).collect();
        self.learn(names.into_iter().cloned().collect()).await?;
        // All words of records whose words or marks changed, as in `reindex`; in the order of the index, so that a batch meets
        // each of its pages once.
        let is_new = |key: &WordKey<'_>, row: &WordRow<'_>| {
            before_rows
                .get(key)
                .is_none_or(|before| before.marks != row.marks)
        };
        let fresh = after_rows.iter().filter(|(key, row)| is_new(key, row));
        let changed: HashSet<Uuid> = fresh.map(|((_, _, id), _)| *id).collect();
        let missing = after_rows
            .iter()
            .filter(|(key, row)| changed.contains(&key.2) || before_rows.get(*key) != Some(*row));
        let missing = missing.map(|((word, sort_key, id), row)| {
            let (created_at, updated_at) = row
                .times
                .map(|(created, updated)| (text(created), text(updated)))
                .unzip();
            (*word, *sort_key, *id, row.marks, created_at, updated_at)
        });
        self.add_word_rows(missing.collect()).await
    }

    async fn remove_word_rows(&mut self, rows: Vec<&WordKey<'_>>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.execute(sql!(
            "
            DELETE FROM search_words
             WHERE tenant_id = $1
               AND (word, sort_key, id) IN (SELECT value ->> 0, value ->> 1, " .third_as_id "
                                              FROM " .rows(2) " AS r)",
            Json(rows),
        ))
        .await
        .map(drop)
    }

    async fn add_word_rows(&mut self, rows: Vec<NewWordRow<'_>>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        self.execute(sql!(
            "
            INSERT INTO search_words (tenant_id, word, sort_key, id, marks, created_at, updated_at)
            SELECT $1, value ->> 0, value ->> 1, " .third_as_id ", value ->> 3,
                   CAST(value ->> 4 AS " .instant "), CAST(value ->> 5 AS " .instant ")
              FROM " .rows(2) " AS r
             WHERE true
            " LATEST,
            Json(rows),
        ))
        .await
        .map(drop)
    }

    /// Adds words to the vocabulary, under each of their variants with a letter left out.
    pub(super) async fn learn(&mut self, mut names: Vec<String>) -> Result<()> {
        names.retain(|name| !self.knows(name));
        if names.is_empty() {
            return Ok(());
        }
        let known: Vec<(String,)> = self
            .fetch_all(sql!(
                "
                SELECT word
                  FROM vocabulary
                 WHERE tenant_id = $1
                   AND variant " .any_texts(2) "
                   AND word = variant",
                TextList(names.clone()),
            ))
            .await?;
        let known: BTreeSet<String> = known.into_iter().map(|(word,)| word).collect();
        let new: Vec<&String> = names.iter().filter(|name| !known.contains(*name)).collect();
        // In order, so that two who learn the same words do not wait for each other in a circle.
        if let [name] = new.as_slice() {
            self.learn_one(name).await?;
        } else {
            self.learn_many(&new).await?;
        }
        self.learnt_names.extend(names);
        Ok(())
    }

    fn knows(&self, name: &str) -> bool {
        self.known_names.contains(name)
            || self.learnt_names.contains(name)
            || self.store.0.known_names.contains(self.tenant_id, name)
    }

    async fn learn_one(&mut self, word: &str) -> Result<()> {
        let mut variants = deletions(word);
        variants.sort_unstable();
        if self.takes_values(variants.len()) {
            return self
                .insert_few(INSERT_VARIANTS, SKIP_KNOWN, &variants, |variant| {
                    values![variant, word]
                })
                .await;
        }
        self.execute(sql!(
            "
            INSERT INTO vocabulary (tenant_id, variant, word)
            SELECT $1, v.listed_text, $3
              FROM " .texts(2) " AS v
             WHERE true
            ON CONFLICT DO NOTHING",
            TextList(variants),
            word,
        ))
        .await
        .map(drop)
    }

    async fn learn_many(&mut self, words: &[&String]) -> Result<()> {
        let mut variants: Vec<(String, &String)> = words
            .iter()
            .flat_map(|word| deletions(word).into_iter().map(move |variant| (variant, *word)))
            .collect();
        if variants.is_empty() {
            return Ok(());
        }
        variants.sort_unstable();
        if self.takes_values(variants.len()) {
            return self
                .insert_few(INSERT_VARIANTS, SKIP_KNOWN, &variants, |(variant, word)| {
                    values![variant, *word]
                })
                .await;
        }
        self.execute(sql!(
            "
            INSERT INTO vocabulary (tenant_id, variant, word)
            SELECT $1, value ->> 0, value ->> 1
              FROM " .rows(2) " AS r
             WHERE true
            ON CONFLICT DO NOTHING",
            Json(variants),
        ))
        .await
        .map(drop)
    }
}

/// The rows of some words of a record.
pub struct WordRows<'e> {
    words: TextList,
    sort_key: &'e str,
    id: Uuid,
    marked: TextList,
    marks: String,
    listed: TextList,
    created_at: Option<DateTime>,
    updated_at: Option<DateTime>,
}

macro_rules! insert_words {
    ($rows:ident, $end:expr) => {
        sql!(
            "
            INSERT INTO search_words (tenant_id, word, sort_key, id, marks, created_at, updated_at)
            SELECT $1, w.listed_text, $3, $4,
                   CASE WHEN substr(w.listed_text, 1, 1) " .any_texts(5) " THEN $6 ELSE '' END,
                   CASE WHEN substr(w.listed_text, 1, 1) " .any_texts(7) " THEN $8 END,
                   CASE WHEN substr(w.listed_text, 1, 1) " .any_texts(7) " THEN $9 END
              FROM " .texts(2) " AS w
             WHERE true
            " $end,
            $rows.words,
            $rows.sort_key,
            $rows.id,
            $rows.marked,
            $rows.marks,
            $rows.listed,
            $rows.created_at,
            $rows.updated_at,
        )
    };
}

impl<'e> WordRows<'e> {
    /// The rows of these words of a record with this entry.
    pub fn of(id: Uuid, entry: &'e IndexEntry, words: Vec<String>) -> Self {
        let (created_at, updated_at) = entry.times.unzip();
        Self {
            words: TextList(words),
            sort_key: &entry.sort_key,
            id,
            marked: TextList(letters(WordKind::is_marked)),
            marks: entry.marks(),
            listed: TextList(letters(WordKind::is_listed)),
            created_at,
            updated_at,
        }
    }

    /// The statement that inserts them. None is there yet.
    pub fn insert(&self) -> Sql<'_> {
        insert_words!(self, "")
    }

    /// The statement that inserts them, or brings those that are there up to date.
    fn upsert(&self) -> Sql<'_> {
        insert_words!(self, LATEST)
    }
}

/// The key of a row of the table of words.
pub type WordKey<'a> = (&'a str, &'a str, Uuid);

/// Returns the marks of each entry.
pub fn marks_of(entries: &[(Uuid, IndexEntry)]) -> Vec<String> {
    entries.iter().map(|(_, entry)| entry.marks()).collect()
}

/// The values of a row of the table of words beside its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordRow<'a> {
    /// The marks of the record, if words of this kind carry them.
    pub marks: &'a str,
    /// The times of the record, if lists are filtered by words of this kind.
    pub times: Option<(DateTime, DateTime)>,
}

/// A row of the table of words: word, sort key, id, marks, and the times as texts.
type NewWordRow<'a> = (&'a str, &'a str, Uuid, &'a str, Option<String>, Option<String>);

/// Returns the rows of entries with these marks, in the order of the index.
pub fn rows<'a>(
    entries: &'a [(Uuid, IndexEntry)],
    marks: &'a [String],
) -> BTreeMap<WordKey<'a>, WordRow<'a>> {
    entries
        .iter()
        .zip(marks)
        .flat_map(|((id, entry), marks)| {
            entry.words.iter().map(move |word| {
                let row = WordRow {
                    marks: if is_marked(word) { marks.as_str() } else { "" },
                    times: entry.times.filter(|_| is_listed(word)),
                };
                ((word.as_str(), entry.sort_key.as_str(), *id), row)
            })
        })
        .collect()
}

/// Returns an instant as SQLite stores it; PostgreSQL reads this form, too.
fn text(instant: DateTime) -> String {
    instant.0.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// Returns the letters of some kinds of words.
fn letters(is_wanted: fn(WordKind) -> bool) -> Vec<String> {
    let kinds = WordKind::ALL.iter().filter(|kind| is_wanted(**kind));
    kinds.map(|kind| kind.letter().to_string()).collect()
}

fn difference(these: &BTreeSet<String>, without: &BTreeSet<String>) -> Vec<String> {
    these.difference(without).cloned().collect()
}
