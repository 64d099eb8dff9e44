//! Contacts that may be the same person.

use std::collections::BTreeSet;

use super::clue::{Clue, Fact};
use super::name::{NameLikeness, PersonName, spellings};
use super::phone::phone_clues;
use super::rank::LookAlike;
use crate::model::{
    Contact, EmailAddress, EntityKind, SocialHandle, SocialNetwork, WordKind, index_value, sort_key,
    sort_key_start,
};

impl LookAlike for Contact {
    const KIND: EntityKind = EntityKind::Contact;
    type Name = PersonName;

    fn clues(&self) -> Vec<Clue> {
        let mut clues = Vec::new();
        for email in &self.email_addresses {
            let key = EmailAddress::folded(&email.address);
            let word = index_value(WordKind::ContactEmail, key);
            clues.push(Clue::word(Fact::Email, word, &email.address));
        }
        for number in &self.phone_numbers {
            clues.extend(phone_clues(WordKind::ContactPhone, number));
        }
        // One network's handles are people's; those of other networks may be of any.
        let handles = self.social_handles.iter();
        for handle in handles.filter(|handle| handle.network != SocialNetwork::Other) {
            for key in SocialHandle::keys(handle) {
                let word = index_value(WordKind::ContactHandle, key);
                clues.push(Clue::word(Fact::Handle, word, &handle.handle));
            }
        }
        let name = self.name();
        if let Some(employer) = self.organization_id {
            for start in self.starts() {
                clues.push(Clue::employees(employer, start, &name));
            }
        }
        // Of many people with one name, those in the city; a similar name there tells too little.
        if self.first_name.is_some() && self.last_name.is_some() {
            for city in self
                .addresses
                .iter()
                .filter_map(|address| address.city.as_deref())
            {
                let value = format!("{name}, {city}");
                for spelling in spellings(city) {
                    let word = index_value(WordKind::ContactCity, spelling);
                    clues.push(Clue::exact(Fact::City, word, &self.sort_name, &value));
                }
            }
        }
        clues
    }

    fn name(&self) -> String {
        self.display_name()
    }

    fn sort_key(&self) -> &str {
        &self.sort_name
    }

    fn read_name(key: &str) -> PersonName {
        PersonName::of(key)
    }

    fn compare(one: &PersonName, other: &PersonName) -> NameLikeness {
        one.compare(other)
    }

    fn score(facts: &BTreeSet<Fact>, names: NameLikeness) -> i32 {
        let has = |fact| facts.contains(&fact);
        match names {
            NameLikeness::Same if has(Fact::Email) => 95,
            // The address of a family or an office, or the handle of a company.
            NameLikeness::Apart if has(Fact::Email) || has(Fact::Handle) => 50,
            _ if has(Fact::Email) => 90,
            _ if has(Fact::Handle) => 85,
            NameLikeness::Same | NameLikeness::Similar if has(Fact::Phone) => 85,
            NameLikeness::Same if has(Fact::Employer) => 80,
            NameLikeness::Similar if has(Fact::Employer) => 60,
            NameLikeness::Same if has(Fact::City) => 50,
            _ if has(Fact::Phone) => 50,
            _ => 0,
        }
    }
}

impl Contact {
    /// Returns the beginnings of the sort keys of colleagues with the same or a similar name: its own, those with the same last
    /// name and any first name, those with both swapped, and, of a small organization, all.
    fn starts(&self) -> Vec<String> {
        let (first, last) = (self.first_name.as_deref(), self.last_name.as_deref());
        let mut starts = vec![self.sort_name.clone(), String::new()];
        let spellings = last.map(spellings).unwrap_or_default();
        starts.extend(spellings.iter().map(|last| sort_key_start(last)));
        starts.extend(first.zip(last).map(|(first, last)| sort_key(&[first, last])));
        starts
    }
}
