//! The conditions of a search as texts that the marks of a matching record contain.

use super::{Alternative, MatchKind, Search, Term};
use crate::model::marks::needles;

/// Texts of which a record's marks must contain all of one list; `None` if they cannot tell.
pub type MarkCheck = Option<Vec<Vec<String>>>;

impl Search {
    /// Returns the check of a condition by the record's own words. With `exact`, longer words do not match.
    pub fn mark_check(&self, term: &Term, exact: bool) -> MarkCheck {
        let mut lists: Vec<Vec<String>> = Vec::new();
        for alternative in &term.alternatives {
            if self.is_by_employer(alternative) || exact && alternative.by != MatchKind::Own {
                continue;
            }
            let list = alternative.needles(exact);
            if list.is_empty() {
                return None;
            }
            if !lists.iter().any(|other| is_implied(&list, other)) {
                lists.retain(|other| !is_implied(other, &list));
                lists.push(list);
            }
        }
        Some(lists)
    }

    /// Returns the texts of which an organization's marks contain all of one list if it meets a condition for its contacts.
    pub fn employer_mark_check(&self, term: &Term) -> Vec<Vec<String>> {
        let by_employer = term.alternatives.iter().filter(|it| self.is_by_employer(it));
        by_employer.map(|it| it.needles(false)).collect()
    }
}

impl Alternative {
    /// Returns the texts that the marks of a record with the alternative's words contain.
    fn needles(&self, exact: bool) -> Vec<String> {
        let mut all = Vec::new();
        for query in &self.words {
            for needle in needles(&query.word, exact || query.whole) {
                if !all.contains(&needle) {
                    all.push(needle);
                }
            }
        }
        all
    }
}

/// Whether marks that contain all of `narrow` contain all of `wide`.
fn is_implied(narrow: &[String], wide: &[String]) -> bool {
    wide.iter()
        .all(|wide| narrow.iter().any(|narrow| narrow.starts_with(wide.as_str())))
}
