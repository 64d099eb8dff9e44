//! Searching the texts of notes, newest first.

use tracing::instrument;
use uuid::Uuid;

use super::super::Tenant;
use super::super::engine::{Engine, sql};
use super::super::statement::Statement;
use super::source::LAST;
use super::{LOOKED_UP, MOST_ROWS, TopHits, i64_of};
use crate::error::Result;
use crate::model::{Hit, Hits, WordKind, index_word};

/// The maximum number of words that the last word of a query is completed to.
const MOST_COMPLETIONS: i64 = 20;

impl Tenant {
    /// Returns the notes that contain a word of each term, newest first. The last word may be the beginning of another (of
    /// the first 20 in the alphabet).
    #[instrument(level = "debug", skip_all)]
    pub async fn search_notes(&self, terms: &[Vec<String>]) -> Result<Hits> {
        let indexed = |word: &String| index_word(WordKind::NoteWord, word);
        let mut terms: Vec<Vec<String>> = terms
            .iter()
            .map(|words| words.iter().map(indexed).collect())
            .collect();
        let Some(last) = terms.last_mut() else {
            return Ok(Hits::default());
        };
        let mut completed = Vec::new();
        for word in last.iter() {
            completed.extend(self.completions(word).await?);
        }
        *last = completed;
        let counts = self.count_notes(&terms).await?;
        let Some((driver, count)) = counts.into_iter().enumerate().min_by_key(|(_, count)| *count) else {
            return Ok(Hits::default());
        };
        if count == 0 {
            return Ok(Hits::default());
        }
        let notes = self.notes_with(&terms, driver).await?;
        let mut top = TopHits::default();
        top.more = count > LOOKED_UP && terms.len() > 1;
        for id in notes {
            top.add(Hit {
                rank: String::new(),
                sort_key: newest_first(id),
                id,
            });
        }
        Ok(top.into_hits())
    }

    /// Returns the first words that begin like this: each is one step down the index, however many notes have it.
    async fn completions(&self, start: &str) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = self
            .fetch_all(sql!(
                "
                WITH RECURSIVE completions (word) AS (
                    SELECT MIN(s.word)
                      FROM search_words AS s
                     WHERE s.tenant_id = $1
                       AND s.word >= $2
                       AND s.word < $3
                     UNION ALL
                    SELECT (SELECT MIN(s.word)
                              FROM search_words AS s
                             WHERE s.tenant_id = $1
                               AND s.word > c.word
                               AND s.word < $3)
                      FROM completions AS c
                     WHERE c.word IS NOT NULL
                )
                SELECT word
                  FROM completions
                 WHERE word IS NOT NULL
                 LIMIT $4",
                start,
                format!("{start}{LAST}"),
                MOST_COMPLETIONS,
            ))
            .await?;
        Ok(rows.into_iter().map(|(word,)| word).collect())
    }

    /// Counts the notes that contain each term, up to one more than [`LOOKED_UP`].
    async fn count_notes(&self, terms: &[Vec<String>]) -> Result<Vec<i64>> {
        let statement = note_counts(self.engine(), terms);
        let rows: Vec<(i32, i64)> = self.fetch_all(statement.sql()).await?;
        Ok(rows.into_iter().map(|(_, hits)| hits).collect())
    }

    /// Returns the newest notes that contain a word of the term `driver` and of every other term.
    async fn notes_with(&self, terms: &[Vec<String>], driver: usize) -> Result<Vec<Uuid>> {
        let statement = newest_notes(self.engine(), terms, driver);
        let rows: Vec<(Uuid,)> = self.fetch_all(statement.sql()).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }
}

/// The statement that counts the notes that contain each term.
pub fn note_counts<'a>(engine: Engine, terms: &[Vec<String>]) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    for (place, words) in (0_i32..).zip(terms) {
        statement
            .selection()
            .bind(place)
            .push(" AS place, COUNT(*) AS hits FROM (SELECT 1 AS one FROM search_words WHERE tenant_id = $1 AND word ")
            .any_texts(words.clone())
            .limit(LOOKED_UP + 1)
            .push(") AS counted");
    }
    statement.push(" ORDER BY place");
    statement
}

/// The statement that selects the newest notes that contain a word of the term `driver` and of every other term.
pub fn newest_notes<'a>(engine: Engine, terms: &[Vec<String>], driver: usize) -> Statement<'a> {
    let mut statement = Statement::new(engine, "");
    for (place, word) in terms.get(driver).into_iter().flatten().enumerate() {
        statement
            .push(if place == 0 { "" } else { " UNION ALL " })
            .push("SELECT id FROM (SELECT c.id FROM (SELECT n.id FROM search_words AS n WHERE n.tenant_id = $1 AND n.word = ")
            .bind(word.clone())
            .push(" ORDER BY n.sort_key DESC, n.id DESC")
            .limit(LOOKED_UP)
            .push(") AS c WHERE 1 = 1");
        for (_, words) in terms.iter().enumerate().filter(|(other, _)| *other != driver) {
            statement
                .push(" AND EXISTS (SELECT 1 FROM search_words AS w WHERE w.tenant_id = $1 AND w.word ")
                .any_texts(words.clone())
                .push(" AND w.sort_key = '' AND w.id = c.id)");
        }
        statement.limit(i64_of(MOST_ROWS)).push(") AS part");
    }
    statement
}

/// Returns a sort key of the opposite order of ids, which sort by their time of creation.
fn newest_first(id: Uuid) -> String {
    format!("{:032x}", !id.as_u128())
}
