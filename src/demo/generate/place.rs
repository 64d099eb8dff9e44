//! The places of generated records.

use fastrand::Rng;

use crate::demo::table::table;
use crate::model::{Address, ContactPointLabel, PhoneNumber};

/// Streets of addresses.
const STREETS: [&str; 24] = [
    "Main Street",
    "Station Road",
    "Park Avenue",
    "Church Street",
    "Market Square",
    "Mill Lane",
    "High Street",
    "Oak Street",
    "River Road",
    "Harbour Street",
    "Garden Street",
    "School Lane",
    "Bridge Street",
    "Forest Road",
    "King Street",
    "Lake Drive",
    "Hill Street",
    "Maple Avenue",
    "Canal Street",
    "Airport Road",
    "North Street",
    "Cedar Avenue",
    "University Avenue",
    "Industrial Way",
];

/// A city.
pub struct City {
    /// The country's code.
    pub country: &'static str,
    /// The city's name.
    pub name: &'static str,
    region: &'static str,
    postal_code: &'static str,
    phone: &'static str,
    mobile: &'static str,
    weight: u32,
}

/// All cities, with their weights summed up.
pub struct Cities {
    all: Vec<City>,
    sums: Vec<u32>,
}

impl Cities {
    /// Reads the list.
    pub fn read() -> Self {
        let all: Vec<City> = table(include_str!("cities.txt")).map(city).collect();
        let sums = all.iter().scan(0, |sum, city| {
            *sum += city.weight;
            Some(*sum)
        });
        Self {
            sums: sums.collect(),
            all,
        }
    }

    /// Returns a city, a large one more often than a small one.
    pub fn pick(&self, rng: &mut Rng) -> Option<&City> {
        let target = rng.u32(0..self.sums.last().copied()?);
        self.all.get(self.sums.partition_point(|sum| *sum <= target))
    }
}

fn city([country, name, region, postal_code, phone, mobile, weight]: [&'static str; 7]) -> City {
    City {
        country,
        name,
        region,
        postal_code,
        phone,
        mobile,
        weight: weight.parse().unwrap_or(1),
    }
}

impl City {
    /// Makes an address.
    pub fn address(&self, label: ContactPointLabel, rng: &mut Rng) -> Address {
        let street = rng.choice(STREETS).unwrap_or_default();
        Address {
            lines: vec![format!("{} {street}", rng.u32(1..400))],
            city: Some(self.name.to_owned()),
            region: Some(self.region.to_owned()).filter(|region| !region.is_empty()),
            postal_code: Some(filled(self.postal_code, rng)),
            country_code: Some(self.country.to_owned()),
            label,
            primary: true,
        }
    }

    /// Makes a phone number with its country code. It is not parsed: that would cost more than all else of a contact.
    pub fn number(&self, label: ContactPointLabel, primary: bool, rng: &mut Rng) -> PhoneNumber {
        let pattern = match label {
            ContactPointLabel::Mobile => self.mobile,
            _ => self.phone,
        };
        let input = filled(pattern, rng);
        let digits = input.chars().filter(|letter| *letter != ' ');
        PhoneNumber {
            e164: Some(digits.collect()),
            input,
            extension: (label == ContactPointLabel::Work && rng.u8(0..20) == 0)
                .then(|| rng.u32(10..999).to_string()),
            label,
            primary,
        }
    }
}

/// Fills the places of a pattern.
fn filled(pattern: &str, rng: &mut Rng) -> String {
    pattern
        .chars()
        .map(|letter| match letter {
            '#' => rng.digit(10),
            'N' => char::from(b'2' + rng.u8(0..8)),
            'A' => rng.uppercase(),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PhoneNumberInput, Region};

    #[test]
    fn every_number_is_the_one_that_its_text_is_read_as() {
        let (cities, mut rng) = (Cities::read(), Rng::with_seed(1));
        assert!(cities.all.len() > 80);
        for city in &cities.all {
            for label in [ContactPointLabel::Work, ContactPointLabel::Mobile].repeat(5) {
                let number = city.number(label, true, &mut rng);
                let input = PhoneNumberInput {
                    input: number.input.clone(),
                    extension: number.extension.clone(),
                    label: Some(label),
                    primary: Some(true),
                };
                assert_eq!(PhoneNumber::check(input, &Region::default()).unwrap(), number);
            }
        }
    }
}
