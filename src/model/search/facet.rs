//! Facets: common values of the results of a search, for narrowing it.

use std::collections::BTreeMap;

use crate::model::{Address, Contact, Organization, fold};

/// The maximum number of values of a facet.
const MOST_VALUES: usize = 10;

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

/// A record that facets are counted from.
pub trait Facets {
    /// Returns the facet fields with the record's values, of which there may be none or several.
    fn values(&self) -> Vec<(&'static str, Vec<String>)>;
}

impl Facets for Contact {
    fn values(&self) -> Vec<(&'static str, Vec<String>)> {
        let of_addresses =
            |field: fn(&Address) -> Option<String>| self.addresses.iter().filter_map(field).collect();
        vec![
            (
                "organizationId",
                self.organization_id.iter().map(ToString::to_string).collect(),
            ),
            ("city", of_addresses(|address| address.city.clone())),
            (
                "countryCode",
                of_addresses(|address| address.country_code.clone()),
            ),
            ("title", self.title.iter().cloned().collect()),
            ("tag", self.tags.clone()),
        ]
    }
}

impl Facets for Organization {
    fn values(&self) -> Vec<(&'static str, Vec<String>)> {
        let of_address =
            |field: fn(&Address) -> Option<String>| self.address.iter().filter_map(field).collect();
        vec![
            ("city", of_address(|address| address.city.clone())),
            ("countryCode", of_address(|address| address.country_code.clone())),
            ("industry", self.industry.iter().cloned().collect()),
            ("companyType", self.company_type.iter().cloned().collect()),
            ("tag", self.tags.clone()),
        ]
    }
}

impl Facet {
    /// Counts the facets of these records. Fields without values are left out.
    pub fn of<T: Facets>(records: &[T]) -> Vec<Self> {
        let mut fields: Vec<(&'static str, BTreeMap<String, FacetValue>)> = Vec::new();
        for (field, values) in records.iter().flat_map(Facets::values) {
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
