//! Generated data: its shares, and the model's rules.

use std::collections::HashMap;

use super::activity;
use super::company::Company;
use super::person::{contact, employer};
use super::world::{Kind, World};
use crate::model::{
    Address, AddressInput, Contact, EmailAddress, EmailAddressInput, Organization, PhoneNumber,
    PhoneNumberInput, Region, SocialHandle, SocialHandleInput,
};

fn world() -> World {
    World::new(1, 100_000)
}

fn contacts(world: &World, count: u64) -> Vec<Contact> {
    let region = Region::default();
    (0..count)
        .map(|number| contact(world, number * 17 % 60_000, &region).unwrap())
        .collect()
}

fn percent(part: usize, of: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "they are small")]
    let percent = part as f64 * 100.0 / of as f64;
    percent
}

#[test]
fn names_are_as_frequent_as_in_life() {
    let contacts = contacts(&world(), 10_000);
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut last: HashMap<&str, usize> = HashMap::new();
    for contact in &contacts {
        *first.entry(contact.first_name.as_deref().unwrap()).or_default() += 1;
        *last.entry(contact.last_name.as_deref().unwrap()).or_default() += 1;
    }

    let john = percent(first["John"], contacts.len());
    assert!((1.0..2.2).contains(&john), "{john}");
    let most = *first.values().max().unwrap();
    assert!(first["John"] * 4 > most * 3, "none is much more frequent: {most}");
    let smith = percent(last["Smith"], contacts.len());
    assert!((0.3..1.6).contains(&smith), "{smith}");
    let starts = contacts.iter().filter(|contact| {
        let names = [&contact.first_name, &contact.middle_name, &contact.last_name];
        names.into_iter().flatten().any(|name| name.starts_with("John"))
    });
    // A search for `john` has 100,000 hits and more at six million contacts.
    let johns = percent(starts.count(), contacts.len());
    assert!((1.7..4.0).contains(&johns), "{johns}");
    let rare = last.values().filter(|count| **count <= 3).count();
    assert!(percent(rare, last.len()) > 50.0, "{rare} of {}", last.len());
}

#[test]
fn a_few_organizations_have_many_people_and_most_have_five() {
    let world = world();
    let mut people: HashMap<u64, usize> = HashMap::new();
    let all = world.totals.count(Kind::Contact);
    let employed = (0..all).filter_map(|number| employer(&world, number));
    for organization in employed {
        *people.entry(organization).or_default() += 1;
    }

    let mut sizes: Vec<usize> = people.values().copied().collect();
    sizes.sort_unstable();
    assert_eq!(sizes.len(), 6_000, "every organization has people");
    // As 50,000 are of six million.
    for giant in sizes.iter().rev().take(10) {
        let share = percent(*giant, 60_000);
        assert!((0.7..1.3).contains(&share), "{share}");
    }
    assert!(sizes[sizes.len() - 11] < 300, "{:?}", &sizes[sizes.len() - 20..]);
    assert_eq!(sizes[sizes.len() / 4], 5);
    assert!((5..=7).contains(&sizes[sizes.len() / 2]));
    let without = 100.0 - percent(sizes.iter().sum(), 60_000);
    assert!((18.0..22.0).contains(&without), "{without}");
}

#[test]
fn tags_titles_and_contact_points_are_in_proportion() {
    let contacts = contacts(&world(), 10_000);
    let share = |has: &dyn Fn(&Contact) -> bool| {
        percent(
            contacts.iter().filter(|contact| has(contact)).count(),
            contacts.len(),
        )
    };

    for (name, share, expected) in [
        (
            "the frequent tag",
            share(&|contact| contact.tags.iter().any(|tag| tag == "newsletter")),
            50.0,
        ),
        ("a title", share(&|contact| contact.title.is_some()), 80.0),
        (
            "a phone",
            share(&|contact| !contact.phone_numbers.is_empty()),
            90.0,
        ),
        (
            "an e-mail",
            share(&|contact| !contact.email_addresses.is_empty()),
            73.0,
        ),
        (
            "an address",
            share(&|contact| !contact.addresses.is_empty()),
            85.0,
        ),
    ] {
        assert!((share - expected).abs() < 3.0, "{name}: {share}");
    }
    let mut numbers: Vec<&str> = contacts
        .iter()
        .flat_map(|contact| &contact.phone_numbers)
        .filter_map(|number| number.e164.as_deref())
        .collect();
    let all = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert!(percent(numbers.len(), all) > 99.0, "numbers are people's own");
}

#[test]
fn managers_have_many_accounts_and_no_organization_two_of_a_role() {
    let world = world();
    let relationships: Vec<_> = (0..world.totals.count(Kind::Relationship))
        .map(|number| activity::relationship(&world, number).unwrap().unwrap())
        .collect();

    let mut roles: Vec<_> = relationships
        .iter()
        .map(|it| (it.organization_id, &it.type_key))
        .collect();
    roles.sort_unstable();
    roles.dedup();
    assert_eq!(roles.len(), 9_000);
    let mut accounts: HashMap<_, usize> = HashMap::new();
    for relationship in relationships.iter().filter(|it| it.is_current()) {
        *accounts.entry(relationship.user_id).or_default() += 1;
    }
    assert!(accounts.values().any(|accounts| *accounts > 500), "{accounts:?}");
}

#[test]
fn notes_and_interactions_are_about_those_who_were_there() {
    let world = world();
    for number in (0..20_000).step_by(37) {
        let note = activity::note(&world, number).unwrap();
        let interaction = activity::interaction(&world, number, &Region::default()).unwrap();
        assert!(!note.text.contains(['{', '}']), "{}", note.text);
        assert!(interaction.ended_at > Some(interaction.started_at));
        assert!(!interaction.agent_ids.is_empty());
        for wrap_up in &interaction.wrap_ups {
            assert!(interaction.agent_ids.contains(&wrap_up.agent_id));
        }
    }
}

#[test]
fn contact_points_that_are_not_parsed_are_as_if_they_were() {
    let (world, region) = (world(), Region::default());
    for contact in contacts(&world, 150) {
        let numbers = contact.phone_numbers.iter().map(phone_input).collect();
        assert_eq!(
            PhoneNumber::list(numbers, &region).unwrap(),
            contact.phone_numbers
        );
        let emails = contact.email_addresses.iter().map(|email| EmailAddressInput {
            address: email.address.clone(),
            label: Some(email.label),
            primary: Some(email.primary),
        });
        assert_eq!(
            EmailAddress::list(emails.collect()).unwrap(),
            contact.email_addresses
        );
        let addresses = contact.addresses.iter().map(address_input).collect();
        assert_eq!(Address::list(addresses).unwrap(), contact.addresses);
        let handles = contact.social_handles.iter().map(|handle| SocialHandleInput {
            platform_id: None,
            network: handle.network,
            handle: handle.handle.clone(),
        });
        assert_eq!(
            SocialHandle::list(handles.collect()).unwrap(),
            contact.social_handles
        );
    }
    for number in 0..60 {
        let organization: Organization = Company::of(&world, number)
            .organization(&world, number, &region)
            .unwrap();
        for phone in [&organization.phone_number, &organization.fax_number]
            .into_iter()
            .flatten()
        {
            assert_eq!(PhoneNumber::check(phone_input(phone), &region).unwrap(), *phone);
        }
        let address = organization.address.unwrap();
        assert_eq!(Address::check(address_input(&address)).unwrap(), address);
    }
}

fn phone_input(number: &PhoneNumber) -> PhoneNumberInput {
    PhoneNumberInput {
        input: number.input.clone(),
        extension: number.extension.clone(),
        label: Some(number.label),
        primary: Some(number.primary),
    }
}

fn address_input(address: &Address) -> AddressInput {
    AddressInput {
        lines: Some(address.lines.clone()),
        city: address.city.clone(),
        region: address.region.clone(),
        postal_code: address.postal_code.clone(),
        country_code: address.country_code.clone(),
        label: Some(address.label),
        primary: Some(address.primary),
    }
}
