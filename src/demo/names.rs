//! Names of people: first and last names of one country go together, and some names are far more frequent than others.

use fastrand::Rng;

use super::table::lines;

/// Names of people by country.
pub struct Names(Vec<Culture>);

/// The names of people of some countries.
#[derive(Default)]
pub struct Culture {
    countries: Vec<&'static str>,
    /// Given names.
    pub first: Ranked,
    /// Family names.
    pub last: Ranked,
    /// The parts of rare family names.
    pub stems: Ranked,
    /// The parts in the middle of the rarest family names.
    pub inner: Ranked,
    /// The ends of rare family names.
    pub ends: Ranked,
    /// The beginnings of rare given names.
    pub openings: Ranked,
    /// The ends of rare given names.
    pub closings: Ranked,
}

impl Names {
    /// Parses groups of lines: `@` countries, and the names of a kind or the parts of rare ones, the most frequent first.
    /// The higher the `evenness`, the less do frequencies differ: at 0 they follow Zipf's law, and the first name is
    /// chosen twice as often as the second.
    pub fn read(text: &'static str, evenness: f64) -> Self {
        let mut cultures: Vec<Culture> = Vec::new();
        for line in lines(text) {
            if let Some(countries) = line.strip_prefix('@') {
                cultures.push(Culture {
                    countries: countries.split_whitespace().collect(),
                    ..Culture::default()
                });
            } else if let (Some(culture), Some((kind, names))) = (cultures.last_mut(), line.split_once(':')) {
                let names = Ranked::new(names.split(',').map(str::trim).collect(), evenness);
                match kind {
                    "first" => culture.first = names,
                    "last" => culture.last = names,
                    "stems" => culture.stems = names,
                    "inner" => culture.inner = names,
                    "ends" => culture.ends = names,
                    "openings" => culture.openings = names,
                    _ => culture.closings = names,
                }
            }
        }
        Self(cultures)
    }

    /// Returns a first and last name for a person who lives in this country.
    pub fn of(&self, country: &str, rng: &mut Rng) -> (&'static str, &'static str) {
        match self.culture(country, rng) {
            Some(culture) => (culture.first.pick(rng), culture.last.pick(rng)),
            None => ("", ""),
        }
    }

    /// Returns the culture of a person who lives in this country. Most, but not all, are from that country.
    pub fn culture(&self, country: &str, rng: &mut Rng) -> Option<&Culture> {
        let at_home = self
            .0
            .iter()
            .filter(|culture| culture.countries.contains(&country));
        let culture = match rng.u8(0..100) {
            0..60 => at_home.clone().next(),
            60..85 => rng.choice(at_home.collect::<Vec<_>>()),
            _ => None,
        };
        culture.or_else(|| rng.choice(&self.0))
    }
}

/// Names by their frequency.
#[derive(Default)]
pub struct Ranked {
    names: Vec<&'static str>,
    /// The cumulative weights.
    sums: Vec<f64>,
}

impl Ranked {
    /// Ranks names, the most frequent first: the weight of each is the inverse of its rank and the evenness together.
    pub fn new(names: Vec<&'static str>, evenness: f64) -> Self {
        let sums = (1_u32..)
            .map(f64::from)
            .take(names.len())
            .scan(0.0, |sum, rank| {
                *sum += 1.0 / (rank + evenness);
                Some(*sum)
            })
            .collect();
        Self { names, sums }
    }

    /// Returns a name; an empty text if there is none.
    pub fn pick(&self, rng: &mut Rng) -> &'static str {
        let target = rng.f64() * self.sums.last().copied().unwrap_or_default();
        let place = self.sums.partition_point(|sum| *sum <= target);
        self.names.get(place).copied().unwrap_or_default()
    }

    /// Whether there are no names.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names() -> Names {
        Names::read(include_str!("names.txt"), 0.0)
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
