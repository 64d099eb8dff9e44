//! Marks of the records that were written before the search index had them, or had those of employers.
//!
//! A migration notes every tenant's records; this goes through them in the order of their ids, a batch a transaction, and
//! continues where it was interrupted. Searches are right all the while: rows without marks are decided by texts.

use const_format::concatcp;
use tracing::{info, instrument};
use uuid::Uuid;

use super::bind::values;
use super::engine::{sql, system_sql};
use super::statement::Statement;
use super::{LONGEST_LOAD, Store, System, Table as _, Tenant, Tx, change};
use crate::error::Result;
use crate::model::{Contact, Organization, is_marked, marks};

/// The number of records of one transaction.
const BATCH: i64 = 1_000;
/// The number of records after which the progress is logged.
const REPORTED: usize = 50_000;

/// Sets the marks of words: of a list of marks, words, sort keys and ids.
const WORDS_FROM: (&str, &str) = (
    "UPDATE search_words SET marks = v.column1 FROM (VALUES ",
    ") AS v WHERE search_words.tenant_id = $1 AND search_words.word = v.column2 \
     AND search_words.sort_key = v.column3 AND search_words.id = v.column4",
);
/// Sets the marks of contacts: of a list of ids and marks.
const CONTACTS_FROM: (&str, &str) = (
    "UPDATE contacts SET search_marks = v.column2 FROM (VALUES ",
    ") AS v WHERE contacts.tenant_id = $1 AND contacts.id = v.column1",
);

/// A record that lacks marks.
struct Unmarked {
    id: Uuid,
    sort_key: String,
    /// The words of its text.
    words: Vec<String>,
    marks: String,
}

impl Store {
    /// Adds the marks of all records that lack them.
    #[instrument(level = "debug", skip_all)]
    pub(super) async fn mark_records(&self) -> Result<()> {
        if !self.system().has_unmarked().await? {
            return Ok(());
        }
        for tenant in self.system().tenants().await? {
            let mut marked = 0;
            while let Some(records) = tenant.mark_batch().await? {
                if marked / REPORTED < (marked + records) / REPORTED {
                    info!(tenant = %tenant.record().name, records = marked + records, "adding marks to the search index");
                }
                marked += records;
            }
            info!(tenant = %tenant.record().name, records = marked, "added marks to the search index");
        }
        Ok(())
    }
}

impl System<'_> {
    async fn has_unmarked(self) -> Result<bool> {
        let unmarked: Option<(i32,)> = self
            .fetch_optional(system_sql!("SELECT tenant_id FROM unmarked_records LIMIT 1"))
            .await?;
        Ok(unmarked.is_some())
    }
}

impl Tenant {
    /// Adds the marks of some records, and returns how many, or `None` if none are left.
    pub(super) async fn mark_batch(&self) -> Result<Option<usize>> {
        change!(self, None, within LONGEST_LOAD, |tx| {
            tx.lift_time_limits().await?;
            tx.mark_batch().await
        })
    }
}

impl Tx {
    async fn mark_batch(&mut self) -> Result<Option<usize>> {
        let place: Option<(String, Uuid)> = self
            .fetch_optional(sql!(
                "SELECT kind, after_id FROM unmarked_records WHERE tenant_id = $1 ORDER BY kind LIMIT 1".lock
            ))
            .await?;
        let Some((kind, after)) = place else {
            return Ok(None);
        };
        let is_of_contacts = kind == "contacts";
        let records = self.unmarked(is_of_contacts, after).await?;
        self.mark_words(&records).await?;
        if is_of_contacts {
            self.mark_contacts(&records).await?;
        }
        if let Some(last) = records.last() {
            self.execute(sql!(
                "UPDATE unmarked_records SET after_id = $3 WHERE tenant_id = $1 AND kind = $2",
                kind,
                last.id,
            ))
            .await?;
        } else {
            self.execute(sql!(
                "DELETE FROM unmarked_records WHERE tenant_id = $1 AND kind = $2",
                kind
            ))
            .await?;
        }
        Ok(Some(records.len()))
    }

    /// Returns records after this one, locked, so that nobody else changes their words.
    async fn unmarked(&mut self, are_contacts: bool, after: Uuid) -> Result<Vec<Unmarked>> {
        let mut statement = Statement::new(self.engine(), "SELECT id, sort_name, search_text, ");
        statement
            .push(if are_contacts {
                concatcp!("organization_id FROM ", Contact::TABLE)
            } else {
                concatcp!("CAST(NULL AS UUID) FROM ", Organization::TABLE)
            })
            .push(" WHERE tenant_id = $1 AND id > ")
            .bind(after)
            .push(" ORDER BY id LIMIT ")
            .bind(BATCH)
            .lock();
        let rows: Vec<(Uuid, String, String, Option<Uuid>)> = self.fetch_all(statement.sql()).await?;
        Ok(rows
            .into_iter()
            .map(|(id, sort_key, text, employer)| Unmarked {
                id,
                sort_key,
                words: text.split_whitespace().map(str::to_owned).collect(),
                marks: marks(text.split_whitespace(), employer),
            })
            .collect())
    }

    async fn mark_words(&mut self, records: &[Unmarked]) -> Result<()> {
        let mut rows: Vec<(&str, &Unmarked)> = records
            .iter()
            .flat_map(|record| record.words.iter().map(move |word| (word.as_str(), record)))
            .filter(|(word, _)| is_marked(word))
            .collect();
        // In the order of the index, so that a batch meets each of its pages once.
        rows.sort_unstable_by_key(|(word, record)| (*word, record.sort_key.as_str()));
        self.update_rows_from(WORDS_FROM, &rows, |(word, record)| {
            values![&record.marks, *word, &record.sort_key, record.id]
        })
        .await
        .map(drop)
    }

    async fn mark_contacts(&mut self, records: &[Unmarked]) -> Result<()> {
        self.update_rows_from(CONTACTS_FROM, records, |record| values![record.id, &record.marks])
            .await
            .map(drop)
    }
}
