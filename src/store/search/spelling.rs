//! Corrections: the words of the vocabulary that a misspelt word may stand for.

use std::collections::BTreeSet;

use crate::model::{Alternative, MatchKind, Search, Term, WordKind, WordQuery, deletions, is_near};

/// The maximum number of words of the vocabulary that one word is corrected to.
const MOST_CORRECTIONS: usize = 20;

/// Returns the variants by which the vocabulary has the words that misspelt words of a search may stand for.
pub fn variants(search: &Search) -> Vec<String> {
    let misspelt = search
        .terms
        .iter()
        .filter_map(|term| term.spelling_candidate.as_deref());
    misspelt.flat_map(deletions).collect()
}

/// Returns the search with the words that its misspelt words may stand for, or `None` if there are none.
pub fn corrected(search: &Search, vocabulary: &BTreeSet<String>) -> Option<Search> {
    let mut wider = search.clone();
    let mut is_wider = false;
    for term in &mut wider.terms {
        let corrections = corrections(term, vocabulary, search);
        is_wider |= !corrections.is_empty();
        term.alternatives.extend(corrections);
    }
    is_wider.then_some(wider)
}

/// Returns the alternatives by the words of the vocabulary that are near the term's word.
fn corrections(term: &Term, vocabulary: &BTreeSet<String>, search: &Search) -> Vec<Alternative> {
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
