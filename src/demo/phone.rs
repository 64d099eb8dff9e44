//! Fictional phone numbers, from the ranges that regulators reserve for fiction.

use fastrand::Rng;

/// The area codes of the North American cities in the demo. The numbers 555-0100 to 555-0199 are fictional in each.
const AREAS: [(&str, &str); 13] = [
    ("New York", "212"),
    ("Boston", "617"),
    ("Chicago", "312"),
    ("San Francisco", "415"),
    ("Houston", "713"),
    ("Portland", "503"),
    ("Denver", "303"),
    ("Seattle", "206"),
    ("Los Angeles", "213"),
    ("Phoenix", "602"),
    ("Detroit", "313"),
    ("Montréal", "514"),
    ("Toronto", "416"),
];

/// Returns a number in this city or, if the country reserves no range for fiction, one of a London office. `national`
/// leaves out North America's country code.
pub fn number(country: &str, city: &str, national: bool, rng: &mut Rng) -> String {
    match country {
        "US" | "CA" => {
            let area = AREAS
                .iter()
                .find(|(name, _)| *name == city)
                .map_or("202", |(_, area)| area);
            // 0100 and 0101 are given by hand.
            let line = rng.u32(102..200);
            if national {
                format!("({area}) 555-{line:04}")
            } else {
                format!("+1 {area} 555 {line:04}")
            }
        }
        "DE" => format!("+49 30 23125 {:03}", rng.u32(0..1000)),
        "FR" => format!("+33 1 99 00 {:02} {:02}", rng.u32(0..100), rng.u32(0..100)),
        "SE" => format!("+46 31 390 06 {:02}", rng.u32(0..100)),
        "AU" => {
            let area = if city == "Melbourne" { 3 } else { 2 };
            format!("+61 {area} 5550 {:04}", rng.u32(0..10_000))
        }
        "GB" if city == "Manchester" => format!("+44 161 496 0{:03}", rng.u32(0..1000)),
        "GB" if city == "Leeds" => format!("+44 113 496 0{:03}", rng.u32(0..1000)),
        "GB" if city == "Edinburgh" => format!("+44 131 496 0{:03}", rng.u32(0..1000)),
        _ => format!("+44 20 7946 0{:03}", rng.u32(0..1000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PhoneNumber, Region};

    #[test]
    fn every_number_can_be_read() {
        let mut rng = Rng::with_seed(1);
        let places = AREAS
            .map(|(city, _)| ("US", city))
            .into_iter()
            .chain(["DE", "FR", "SE", "AU", "IE", "JP"].map(|country| (country, "")))
            .chain(["Melbourne"].map(|city| ("AU", city)))
            .chain(["London", "Manchester", "Leeds", "Edinburgh"].map(|city| ("GB", city)));
        for (country, city) in places {
            let number = number(country, city, true, &mut rng);
            assert!(
                PhoneNumber::e164_of(&number, &Region::default()).is_some(),
                "{country} {city} {number}"
            );
        }
        assert!(PhoneNumber::e164_of("(212) 555-0100", &Region::default()).is_some());
    }
}
