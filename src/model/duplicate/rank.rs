//! The scores of pairs of records.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{Enum, SimpleObject};
use uuid::Uuid;

use super::clue::{Clue, Fact};
use super::name::NameLikeness;
use crate::model::EntityKind;

/// The most other records that may share a value: one that more have, such as the number of a switchboard, tells nothing.
const MOST_SHARING: usize = 20;
/// The most possible duplicates of a record.
const MOST: usize = 20;
/// The score from which on a record is taken for a duplicate of one that is created.
pub const REFUSED_SCORE: i32 = 80;

/// A reason to take two records for duplicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub enum DuplicateReasonKind {
    /// Both contacts have the same e-mail address.
    SameEmail,
    /// Both organizations have a website in the same domain. The domains of mail providers and social networks do not count.
    SameWebsite,
    /// Both contacts have the same handle in a social network, or the same id there.
    SameHandle,
    /// Both records have the same phone number. Fax numbers of organizations count as well.
    SamePhone,
    /// Both contacts have the same first and last name and work for the same organization.
    SameNameAndOrganization,
    /// Both records have the same name and are in the same city. Legal forms of organizations, such as "Inc" or "Ltd", do not
    /// count.
    SameNameAndCity,
    /// Both contacts have similar names and work for the same organization.
    SimilarNameAndOrganization,
    /// Both organizations have similar names and are in the same city.
    SimilarNameAndCity,
    /// Both records have the same name, beside other reasons. Organizations also for it alone, without their legal forms.
    SameName,
    /// Both records have similar names, beside other reasons.
    SimilarName,
}

/// A reason to take two records for duplicates, with the value that they share.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct DuplicateReason {
    /// The kind of reason.
    pub kind: DuplicateReasonKind,
    /// The record's value that the other one shares or, of a similar name, resembles.
    pub value: String,
}

/// A record that may describe the same person or company as another.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(complex)]
pub struct PossibleDuplicate {
    /// The certainty that both are the same, from 1 to 100.
    pub score: i32,
    /// The reasons for the score, those that weigh most first.
    pub reasons: Vec<DuplicateReason>,
    /// The record's kind.
    #[graphql(skip)]
    pub kind: EntityKind,
    /// The record's id.
    #[graphql(skip)]
    pub record_id: Uuid,
}

/// The rule for the creation of a record that may be there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum OnDuplicate {
    /// Creates the record regardless of duplicates.
    #[default]
    Create,
    /// Writes nothing and answers `DUPLICATE` if a possible duplicate has a score of at least 80.
    Refuse,
}

/// A kind of record that may be entered twice.
pub trait LookAlike: Sync {
    /// The kind.
    const KIND: EntityKind;
    /// A name in the form in which names are compared.
    type Name;

    /// Returns the places where records like this one are found.
    fn clues(&self) -> Vec<Clue>;

    /// Returns the name as people read it.
    fn name(&self) -> String;

    /// Returns the record's sort key.
    fn sort_key(&self) -> &str;

    /// Reads the name in the sort key of a record.
    fn read_name(key: &str) -> Self::Name;

    /// Compares two names.
    fn compare(one: &Self::Name, other: &Self::Name) -> NameLikeness;

    /// Returns the score of two records with such names that share these facts; 0 if they are no duplicates.
    fn score(facts: &BTreeSet<Fact>, names: NameLikeness) -> i32;
}

/// Returns the possible duplicates of a record, the highest score first: at most 20. `found` has what was found at each of its
/// `clues`: ids with sort keys.
pub fn rank<T: LookAlike>(
    record: &T,
    id: Uuid,
    clues: &[Clue],
    found: Vec<&[(Uuid, String)]>,
) -> Vec<PossibleDuplicate> {
    let name = T::read_name(record.sort_key());
    let mut shared: BTreeMap<Uuid, (NameLikeness, Vec<&Clue>)> = BTreeMap::new();
    for (clue, found) in clues.iter().zip(found) {
        let others: Vec<&(Uuid, String)> = found.iter().filter(|(other, _)| *other != id).collect();
        if !clue.fact.needs_name() && others.len() > MOST_SHARING {
            continue;
        }
        let least = clue.fact.least_likeness();
        let others = others
            .into_iter()
            .map(|(other, key)| (*other, T::compare(&name, &T::read_name(key))));
        let others: Vec<(Uuid, NameLikeness)> = others.filter(|(_, names)| *names >= least).collect();
        if others.len() > MOST_SHARING {
            continue;
        }
        for (other, names) in others {
            shared.entry(other).or_insert((names, Vec::new())).1.push(clue);
        }
    }
    let mut duplicates: Vec<PossibleDuplicate> = shared
        .into_iter()
        .map(|(other, (names, clues))| {
            let facts = clues.iter().map(|clue| clue.fact).collect();
            PossibleDuplicate {
                score: T::score(&facts, names),
                reasons: reasons(record, &clues, names),
                kind: T::KIND,
                record_id: other,
            }
        })
        .filter(|it| it.score > 0)
        .collect();
    duplicates.sort_by_key(|it| (-it.score, it.record_id));
    duplicates.truncate(MOST);
    duplicates
}

fn reasons<T: LookAlike>(record: &T, clues: &[&Clue], names: NameLikeness) -> Vec<DuplicateReason> {
    let is_same = names == NameLikeness::Same;
    let mut reasons: Vec<DuplicateReason> = Vec::new();
    let mut add = |kind: DuplicateReasonKind, value: &str| {
        let value = value.to_owned();
        let reason = DuplicateReason { kind, value };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    };
    for clue in clues {
        let kind = match (clue.fact, is_same) {
            (Fact::Email, _) => DuplicateReasonKind::SameEmail,
            (Fact::Phone, _) => DuplicateReasonKind::SamePhone,
            (Fact::Handle, _) => DuplicateReasonKind::SameHandle,
            (Fact::Website, _) => DuplicateReasonKind::SameWebsite,
            (Fact::Employer, true) => DuplicateReasonKind::SameNameAndOrganization,
            (Fact::Employer, false) => DuplicateReasonKind::SimilarNameAndOrganization,
            (Fact::City, true) => DuplicateReasonKind::SameNameAndCity,
            (Fact::City, false) => DuplicateReasonKind::SimilarNameAndCity,
            (Fact::Name, _) => continue,
        };
        add(kind, &clue.value);
    }
    let is_named = clues
        .iter()
        .any(|clue| matches!(clue.fact, Fact::Employer | Fact::City));
    if !is_named && names >= NameLikeness::Similar {
        let kind = if is_same {
            DuplicateReasonKind::SameName
        } else {
            DuplicateReasonKind::SimilarName
        };
        add(kind, &record.name());
    }
    reasons.sort_by_key(|reason| reason.kind);
    reasons
}
