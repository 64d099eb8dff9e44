//! Postal addresses.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use super::check::{at_most, every};
use super::fill::Entry;
use super::{Checked, ContactPointLabel, Region, each, one_primary, text};
use crate::error::{Refusals, UserError};

/// The maximum number of lines in an address.
const MOST_LINES: usize = 3;
/// The maximum length of a line, in characters.
const LONGEST_LINE: usize = 200;
/// The maximum length of a city or a region, in characters.
const LONGEST_PLACE: usize = 100;
/// The maximum length of a postal code, in characters.
const LONGEST_POSTAL_CODE: usize = 25;
/// The maximum number of addresses of a contact.
const MOST_ADDRESSES: usize = 10;

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// The street, house number, building and care-of lines, at most three.
    pub lines: Vec<String>,
    /// The city, town or village.
    pub city: Option<String>,
    /// The state, province, county or prefecture.
    pub region: Option<String>,
    /// The postal code in the country's notation.
    pub postal_code: Option<String>,
    /// The country's code: two upper-case letters (ISO 3166-1 alpha-2).
    pub country_code: Option<String>,
    /// The address's purpose.
    pub label: ContactPointLabel,
    /// Whether this is the address to use first. At most one address of a list is primary.
    pub primary: bool,
}

/// Input for a postal address. At least one of its parts must be given.
#[derive(Clone, Debug, InputObject)]
pub struct AddressInput {
    /// The street, house number, building and care-of lines: at most 3 lines of 200 characters. Defaults to none. Empty
    /// lines are dropped and do not count.
    pub lines: Option<Vec<String>>,
    /// The city, town or village, at most 100 characters.
    pub city: Option<String>,
    /// The state, province, county or prefecture, at most 100 characters.
    pub region: Option<String>,
    /// The postal code, at most 25 characters.
    pub postal_code: Option<String>,
    /// The country's code: two letters, such as `US` (ISO 3166-1 alpha-2).
    pub country_code: Option<String>,
    /// The address's purpose. Defaults to `OTHER`.
    pub label: Option<ContactPointLabel>,
    /// Whether this is the address to use first. Defaults to false. At most one address of a list may be primary.
    pub primary: Option<bool>,
}

impl Address {
    /// Checks an address: at least one part is given, and the country exists.
    pub fn check(input: AddressInput) -> Checked<Self> {
        let mut refusals = Refusals::default();
        let lines = refusals.check("lines", lines(input.lines.unwrap_or_default()));
        let city = refusals.check("city", text::optional(input.city, LONGEST_PLACE));
        let region = refusals.check("region", text::optional(input.region, LONGEST_PLACE));
        let postal_code = refusals.check(
            "postalCode",
            text::optional(input.postal_code, LONGEST_POSTAL_CODE),
        );
        let country_code = refusals.check("countryCode", country_code(input.country_code));
        refusals.finish()?;
        let address = Self {
            lines: lines.unwrap_or_default(),
            city: city.flatten(),
            region: region.flatten(),
            postal_code: postal_code.flatten(),
            country_code: country_code.flatten(),
            label: input.label.unwrap_or_default(),
            primary: input.primary.unwrap_or_default(),
        };
        if address.is_empty() {
            let message = "must have at least one of lines, city, region, postalCode and countryCode";
            return Err(vec![UserError::invalid(message)]);
        }
        Ok(address)
    }

    /// Checks a list of at most 10 addresses, of which at most one is primary.
    pub fn list(inputs: Vec<AddressInput>) -> Checked<Vec<Self>> {
        let addresses = each(inputs, MOST_ADDRESSES, Self::check)?;
        one_primary(addresses, |address| address.primary)
    }

    fn is_empty(&self) -> bool {
        let parts = [&self.city, &self.region, &self.postal_code, &self.country_code];
        self.lines.is_empty() && parts.iter().all(|part| part.is_none())
    }
}

fn lines(lines: Vec<String>) -> Checked<Vec<String>> {
    let lines = every(lines, |line| text::optional(Some(line), LONGEST_LINE))?;
    at_most(MOST_LINES, lines.into_iter().flatten().collect())
}

fn country_code(code: Option<String>) -> Checked<Option<String>> {
    let code = code.filter(|code| !text::is_blank(code));
    code.map(|code| Region::check(&code).map(|region| region.to_string()))
        .transpose()
}

impl Entry for Address {
    const MOST: usize = MOST_ADDRESSES;

    fn is_same(&self, other: &Self) -> bool {
        let unmarked = |address: &Self| Self {
            label: ContactPointLabel::default(),
            primary: false,
            ..address.clone()
        };
        unmarked(self) == unmarked(other)
    }

    fn marks(&mut self) -> Option<(&mut ContactPointLabel, &mut bool)> {
        Some((&mut self.label, &mut self.primary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    fn nowhere() -> AddressInput {
        AddressInput {
            lines: None,
            city: None,
            region: None,
            postal_code: None,
            country_code: None,
            label: None,
            primary: None,
        }
    }

    fn full(more: usize) -> AddressInput {
        let long = |length: usize| Some("é".repeat(length + more));
        AddressInput {
            lines: Some(vec!["é".repeat(200 + more); 3]),
            city: long(100),
            region: long(100),
            postal_code: long(25),
            country_code: Some("es".into()),
            ..nowhere()
        }
    }

    #[test]
    fn every_part_may_be_as_long_as_its_limit() {
        let address = Address::check(full(0)).unwrap();
        assert_eq!(address.lines.len(), 3);
        assert_eq!(address.country_code.as_deref(), Some("ES"));
    }

    #[test]
    fn every_part_that_is_too_long_is_named() {
        let paths: Vec<String> = Address::check(full(1))
            .unwrap_err()
            .into_iter()
            .map(|refusal| refusal.field.unwrap().join("."))
            .collect();
        assert_eq!(
            paths,
            ["lines.0", "lines.1", "lines.2", "city", "region", "postalCode"]
        );
    }

    #[test]
    fn there_are_at_most_three_lines_and_empty_ones_are_left_out() {
        let with = |lines: &[&str]| {
            Address::check(AddressInput {
                lines: Some(lines.iter().map(ToString::to_string).collect()),
                ..nowhere()
            })
        };
        assert_eq!(
            with(&["Straße 1", " ", "Hof"]).unwrap().lines,
            ["Straße 1", "Hof"]
        );
        assert_eq!(
            told(with(&["a", "b", "c", "d"])),
            ["lines: must have at most 3 entries; it has 4, so leave some out"]
        );
        assert_eq!(
            with(&["1 High Street", "", "Old Town", "\u{200b}", ""])
                .unwrap()
                .lines,
            ["1 High Street", "Old Town"],
            "empty lines do not count"
        );
        assert_eq!(
            told(with(&["", &"x".repeat(201)])),
            ["lines.1: must have at most 200 characters; it has 201, so shorten it"]
        );
    }

    #[test]
    fn the_country_must_exist() {
        let within = |code: &str| {
            Address::check(AddressInput {
                country_code: Some(code.into()),
                ..nowhere()
            })
        };
        assert_eq!(within(" de ").unwrap().country_code.as_deref(), Some("DE"));
        assert_eq!(
            told(within("UK")),
            [
                "countryCode: must be a country code of ISO 3166-1, two letters such as US or DE; did you mean GB?"
            ]
        );
    }

    #[test]
    fn an_address_says_something() {
        let refusal = [": must have at least one of lines, city, region, postalCode and countryCode"];
        assert_eq!(told(Address::check(nowhere())), refusal);
        let blank = AddressInput {
            lines: Some(vec![" ".into()]),
            country_code: Some(String::new()),
            ..nowhere()
        };
        assert_eq!(told(Address::check(blank)), refusal);
    }

    #[test]
    fn a_list_has_at_most_ten_addresses_and_one_primary() {
        assert_eq!(Address::list(vec![full(0); 10]).unwrap().len(), 10);
        assert!(Address::list(vec![full(0); 11]).is_err());
        let primary = AddressInput {
            primary: Some(true),
            ..full(0)
        };
        assert!(told(Address::list(vec![primary.clone(), primary]))[0].starts_with("1.primary: "));
    }

    #[test]
    fn an_address_is_stored_in_the_words_of_the_graph() {
        let stored = serde_json::to_value(Address::check(full(0)).unwrap()).unwrap();
        assert_eq!(
            stored["postalCode"].as_str().map(|code| code.chars().count()),
            Some(25)
        );
        assert_eq!(stored["countryCode"], "ES");
    }
}
