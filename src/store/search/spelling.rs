//! Corrections: the words of the vocabulary that a misspelt word may stand for.

use super::super::Tenant;
use super::super::bind::TextList;
use super::super::engine::sql;
use crate::error::Result;
use crate::model::{Alternative, MatchKind, Search, Term, WordKind, WordQuery, deletions, is_near};

/// The maximum number of words of the vocabulary that one word is corrected to.
const MOST_CORRECTIONS: usize = 20;
/// The maximum number of words of the vocabulary that are compared with the words of a query.
const MOST_COMPARED: i64 = 2_000;

impl Tenant {
    /// Returns the search with the words that its misspelt words may stand for, or `None` if there are none.
    pub(super) async fn with_corrections(&self, search: &Search) -> Result<Option<Search>> {
        let variants: Vec<String> = search
            .terms
            .iter()
            .filter_map(|term| term.spelling_candidate.as_deref())
            .flat_map(deletions)
            .collect();
        if variants.is_empty() {
            return Ok(None);
        }
        let words: Vec<(String,)> = self
            .fetch_all(sql!(
                "
                SELECT word
                  FROM vocabulary
                 WHERE tenant_id = $1
                   AND variant " .any_texts(2) "
                 ORDER BY variant, word
                 LIMIT $3",
                TextList(variants),
                MOST_COMPARED,
            ))
            .await?;
        let mut words: Vec<String> = words.into_iter().map(|(word,)| word).collect();
        words.sort_unstable();
        words.dedup();
        let mut wider = search.clone();
        let mut is_wider = false;
        for term in &mut wider.terms {
            let corrections = corrections(term, &words, search);
            is_wider |= !corrections.is_empty();
            term.alternatives.extend(corrections);
        }
        Ok(is_wider.then_some(wider))
    }
}

/// Returns the alternatives by the words of the vocabulary that are near the term's word.
fn corrections(term: &Term, vocabulary: &[String], search: &Search) -> Vec<Alternative> {
    let Some(name) = &term.spelling_candidate else {
        return Vec::new();
    };
    let near: Vec<&String> = vocabulary
        .iter()
        .filter(|word| !word.starts_with(name.as_str()) && is_near(word, name))
        .take(MOST_CORRECTIONS)
        .collect();
    let by_employer = term
        .alternatives
        .iter()
        .any(|alternative| alternative.by == MatchKind::Employer)
        .then_some(WordKind::OrganizationName);
    let kinds = [WordKind::name_of(search.subject)].into_iter().chain(by_employer);
    kinds
        .flat_map(|kind| near.iter().map(move |word| WordQuery::whole(kind, word)))
        .map(|query| Alternative {
            words: vec![query],
            by: MatchKind::Typo,
        })
        .collect()
}
