//! Facets: common values of the results of a search, for narrowing it.

use std::collections::BTreeMap;

use crate::id::OrganizationId;
use crate::model::{Contact, Organization, WordKind, fold};

/// The maximum number of values of a facet.
const MOST_VALUES: usize = 10;
/// The field of the facet of employers.
pub const EMPLOYER: &str = "organizationId";

/// The values of a field among results, with their frequencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// The field of the search's filter that takes a value.
    pub field: &'static str,
    /// The values, most frequent first.
    pub values: Vec<FacetValue>,
}

/// A value of a facet, with the number of results that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetValue {
    /// The value, in the form that the filter takes.
    pub value: String,
    /// The number of results that have the value.
    pub count: usize,
}

/// A record with values that a search's filter can match, from which facets are counted.
pub trait Facets {
    /// Returns the kinds of values with the record's values, of which there may be none or several.
    fn values(&self) -> Vec<(WordKind, Vec<&str>)>;

    /// Returns the organization that employs the contact.
    fn employer(&self) -> Option<OrganizationId> {
        None
    }
}

impl Facets for Contact {
    fn values(&self) -> Vec<(WordKind, Vec<&str>)> {
        self.filter_values()
    }

    fn employer(&self) -> Option<OrganizationId> {
        self.organization_id
    }
}

impl Facets for Organization {
    fn values(&self) -> Vec<(WordKind, Vec<&str>)> {
        self.filter_values()
    }
}

/// Returns the facet fields of a record with its values.
fn values_by_field(record: &impl Facets) -> Vec<(&'static str, Vec<String>)> {
    let employer = record.employer().iter().map(ToString::to_string).collect();
    let mut fields = vec![(EMPLOYER, employer)];
    for (kind, values) in record.values() {
        if let Some(field) = kind.field() {
            fields.push((field, values.into_iter().map(str::to_owned).collect()));
        }
    }
    fields
}

impl Facet {
    /// Counts the facets of these records. Fields without values are left out.
    pub fn of<T: Facets>(records: &[T]) -> Vec<Self> {
        let mut fields: Vec<(&'static str, BTreeMap<String, FacetValue>)> = Vec::new();
        for (field, values) in records.iter().flat_map(values_by_field) {
            if !fields.iter().any(|(known, _)| *known == field) {
                fields.push((field, BTreeMap::new()));
            }
            let Some((_, counts)) = fields.iter_mut().find(|(known, _)| *known == field) else {
                continue;
            };
            // The same value twice in one record counts once.
            let once: BTreeMap<String, String> =
                values.into_iter().map(|value| (fold(&value), value)).collect();
            for (folded, value) in once {
                counts
                    .entry(folded)
                    .or_insert(FacetValue { value, count: 0 })
                    .count += 1;
            }
        }
        fields
            .into_iter()
            .filter(|(_, counts)| !counts.is_empty())
            .map(|(field, counts)| Self {
                field,
                values: most_frequent(counts),
            })
            .collect()
    }
}

fn most_frequent(counts: BTreeMap<String, FacetValue>) -> Vec<FacetValue> {
    let mut values: Vec<FacetValue> = counts.into_values().collect();
    // The sort is stable, so equals stay in the order of the alphabet.
    values.sort_by_key(|value| std::cmp::Reverse(value.count));
    values.truncate(MOST_VALUES);
    values
}
