//! Names of people: first and last names of one country go together, and some names are far more frequent than others.

use fastrand::Rng;

use super::table::lines;

/// Names of people by country.
pub struct Names(Vec<Culture>);

struct Culture {
    countries: Vec<&'static str>,
    first: Ranked,
    last: Ranked,
}

impl Names {
    /// Parses groups of three lines: `@` countries, `first:` names and `last:` names, the most frequent first.
    pub fn read(text: &'static str) -> Self {
        let mut cultures: Vec<Culture> = Vec::new();
        for line in lines(text) {
            if let Some(countries) = line.strip_prefix('@') {
                cultures.push(Culture {
                    countries: countries.split_whitespace().collect(),
                    first: Ranked::default(),
                    last: Ranked::default(),
                });
            } else if let (Some(culture), Some((kind, names))) = (cultures.last_mut(), line.split_once(':')) {
                let names = Ranked::new(names.split(',').map(str::trim).collect());
                match kind {
                    "first" => culture.first = names,
                    _ => culture.last = names,
                }
            }
        }
        Self(cultures)
    }

    /// Returns a first and last name for a person who lives in this country. Most, but not all, names are from that
    /// country.
    pub fn of(&self, country: &str, rng: &mut Rng) -> (&'static str, &'static str) {
        let at_home = self
            .0
            .iter()
            .filter(|culture| culture.countries.contains(&country));
        let culture = match rng.u8(0..100) {
            0..60 => at_home.clone().next(),
            60..85 => rng.choice(at_home.collect::<Vec<_>>()),
            _ => None,
        };
        match culture.or_else(|| rng.choice(&self.0)) {
            Some(culture) => (culture.first.pick(rng), culture.last.pick(rng)),
            None => ("", ""),
        }
    }

    /// Returns a last name.
    pub fn last(&self, rng: &mut Rng) -> &'static str {
        rng.choice(&self.0).map_or("", |culture| culture.last.pick(rng))
    }
}

/// Names with frequencies by Zipf's law: the first is chosen twice as often as the second, three times as often as the
/// third, and so on.
#[derive(Default)]
struct Ranked {
    names: Vec<&'static str>,
    /// The cumulative weights.
    sums: Vec<f64>,
}

impl Ranked {
    fn new(names: Vec<&'static str>) -> Self {
        let sums = (1_u32..)
            .map(f64::from)
            .take(names.len())
            .scan(0.0, |sum, rank| {
                *sum += 1.0 / rank;
                Some(*sum)
            })
            .collect();
        Self { names, sums }
    }

    fn pick(&self, rng: &mut Rng) -> &'static str {
        let target = rng.f64() * self.sums.last().copied().unwrap_or_default();
        let place = self.sums.partition_point(|sum| *sum <= target);
        self.names.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names() -> Names {
        Names::read(include_str!("names.txt"))
    }

    #[test]
    fn there_are_many_names_of_many_cultures() {
        let names = names();
        let distinct = |of: fn(&Culture) -> &Ranked| {
            let all: BTreeSet<&str> = names
                .0
                .iter()
                .flat_map(|culture| of(culture).names.clone())
                .collect();
            assert!(!all.contains(""));
            all.len()
        };
        assert!(distinct(|culture| &culture.first) >= 300);
        assert!(distinct(|culture| &culture.last) >= 1000);
    }

    #[test]
    fn john_is_frequent_and_everybody_has_a_name() {
        let (names, mut rng) = (names(), Rng::with_seed(1));
        let people: Vec<_> = (0..10_000).map(|_| names.of("US", &mut rng)).collect();

        assert!(people.iter().filter(|(first, _)| *first == "John").count() > 500);
        assert!(
            people
                .iter()
                .all(|(first, last)| !first.is_empty() && !last.is_empty())
        );
    }
}
