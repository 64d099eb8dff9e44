//! The table of words that search reads: kept in step with its records, in their transactions.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::Tx;
use super::engine::{TextList, sql};
use crate::error::Result;
use crate::model::{Found, deletions};

impl Tx {
    /// Brings the words of a record from what they were to what they are; `None` where it is not there.
    pub(super) async fn reindex(
        &mut self,
        id: Uuid,
        before: Option<Found>,
        after: Option<Found>,
    ) -> Result<()> {
        let nothing = Found::default();
        let (before, after) = (
            before.unwrap_or_else(|| nothing.clone()),
            after.unwrap_or(nothing),
        );
        let (stale, fresh) = if before.sort_key == after.sort_key {
            (
                difference(&before.words, &after.words),
                difference(&after.words, &before.words),
            )
        } else {
            (
                before.words.iter().cloned().collect(),
                after.words.iter().cloned().collect(),
            )
        };
        self.remove_words(id, &before.sort_key, stale).await?;
        self.learn(difference(&after.names, &before.names)).await?;
        self.add_words(id, &after.sort_key, fresh).await
    }

    async fn remove_words(&mut self, id: Uuid, sort_key: &str, words: Vec<String>) -> Result<()> {
        if words.is_empty() {
            return Ok(());
        }
        self.execute(sql!(
            "
            DELETE FROM search_words
             WHERE tenant_id = $1
               AND word = ANY_TEXT($2)
               AND sort_key = $3
               AND id = $4",
            TextList(words),
            sort_key,
            id,
        ))
        .await
        .map(drop)
    }

    async fn add_words(&mut self, id: Uuid, sort_key: &str, words: Vec<String>) -> Result<()> {
        if words.is_empty() {
            return Ok(());
        }
        self.execute(sql!(
            "
            INSERT INTO search_words (tenant_id, word, sort_key, id)
            SELECT $1, w.listed_text, $3, $4
              FROM TEXTS($2) AS w
             WHERE true
            ON CONFLICT DO NOTHING",
            TextList(words),
            sort_key,
            id,
        ))
        .await
        .map(drop)
    }

    /// Adds words to the vocabulary, under each of their variants with a letter left out.
    pub(super) async fn learn(&mut self, names: Vec<String>) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let known: Vec<(String,)> = self
            .fetch_all(sql!(
                "
                SELECT word
                  FROM vocabulary
                 WHERE tenant_id = $1
                   AND variant = ANY_TEXT($2)
                   AND word = variant",
                TextList(names.clone()),
            ))
            .await?;
        // In order, so that two who learn the same words do not wait for each other in a circle.
        for word in names
            .into_iter()
            .filter(|name| known.iter().all(|(word,)| word != name))
        {
            let mut variants = deletions(&word);
            variants.sort_unstable();
            self.execute(sql!(
                "
                INSERT INTO vocabulary (tenant_id, variant, word)
                SELECT $1, v.listed_text, $3
                  FROM TEXTS($2) AS v
                 WHERE true
                ON CONFLICT DO NOTHING",
                TextList(variants),
                word,
            ))
            .await?;
        }
        Ok(())
    }
}

fn difference(these: &BTreeSet<String>, without: &BTreeSet<String>) -> Vec<String> {
    these.difference(without).cloned().collect()
}
