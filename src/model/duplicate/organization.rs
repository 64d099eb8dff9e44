//! Organizations that may be the same company.

use std::collections::BTreeSet;

use super::clue::{Clue, Fact};
use super::name::{CompanyName, NameLikeness, company_starts, spellings};
use super::phone::phone_clues;
use super::rank::LookAlike;
use crate::model::{
    EntityKind, Organization, Url, WordKind, fold, index_value, index_word, is_mail_provider,
};

/// The domains of social networks and others that give pages to everybody, so that two pages there, or in domains below them, have
/// nothing in common.
const SHARED_HOSTS: [&str; 20] = [
    "about.me",
    "bit.ly",
    "facebook.com",
    "g.page",
    "github.com",
    "goo.gl",
    "google.com",
    "instagram.com",
    "linkedin.com",
    "linktr.ee",
    "pinterest.com",
    "t.me",
    "tiktok.com",
    "twitter.com",
    "wa.me",
    "x.com",
    "xing.com",
    "yelp.com",
    "youtu.be",
    "youtube.com",
];
/// The length of the beginning of a name that a similar name in the same city has as well, in characters.
const START: usize = 3;

impl LookAlike for Organization {
    const KIND: EntityKind = EntityKind::Organization;
    type Name = CompanyName;

    fn clues(&self) -> Vec<Clue> {
        let mut clues = Vec::new();
        for domain in self.websites.iter().filter_map(Url::domain) {
            if !is_mail_provider(&domain) && !is_shared(&domain) {
                let word = index_value(WordKind::OrganizationDomain, fold(&domain));
                clues.push(Clue::word(Fact::Website, word, &domain));
            }
        }
        for number in [&self.phone_number, &self.fax_number].into_iter().flatten() {
            clues.extend(phone_clues(WordKind::OrganizationPhone, number));
        }
        let (mut starts, first) = company_starts(&self.sort_name);
        if let Some(first) = first {
            let word = index_word(WordKind::OrganizationName, &first);
            for start in &starts {
                clues.push(Clue::named(Fact::Name, word.clone(), start.clone(), &self.name));
            }
        }
        if let Some(city) = self.address.as_ref().and_then(|address| address.city.as_deref()) {
            let value = format!("{}, {city}", self.name);
            for spelling in spellings(&self.name).into_iter().chain([self.sort_name.clone()]) {
                starts.push(spelling.chars().take(START).collect());
            }
            starts.sort_unstable();
            starts.dedup();
            for city in spellings(city) {
                for start in &starts {
                    let word = index_value(WordKind::OrganizationCity, city.clone());
                    clues.push(Clue::named(Fact::City, word, start.clone(), &value));
                }
            }
        }
        clues
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn sort_key(&self) -> &str {
        &self.sort_name
    }

    fn read_name(key: &str) -> CompanyName {
        CompanyName::of(key)
    }

    fn compare(one: &CompanyName, other: &CompanyName) -> NameLikeness {
        one.compare(other)
    }

    fn score(facts: &BTreeSet<Fact>, names: NameLikeness) -> i32 {
        let has = |fact| facts.contains(&fact);
        match names {
            NameLikeness::Same if has(Fact::Website) => 95,
            _ if has(Fact::Website) => 90,
            NameLikeness::Same | NameLikeness::Similar if has(Fact::Phone) => 85,
            NameLikeness::Same if has(Fact::City) => 80,
            NameLikeness::Similar if has(Fact::City) => 60,
            NameLikeness::Same if has(Fact::Name) => 50,
            _ if has(Fact::Phone) => 50,
            _ => 0,
        }
    }
}

fn is_shared(domain: &str) -> bool {
    SHARED_HOSTS.iter().any(|host| {
        let above = domain.strip_suffix(host);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    })
}
