//! The conditions of contacts, organizations, users and wrap-up codes.

use std::collections::HashSet;

use uuid::Uuid;

use super::case::{Case, Cases};
use super::values::{is, texts, times, values};
use super::world::World;
use crate::id::{OrganizationId, TypedId, UserId};
use crate::model::{Contact, ExternalId, NameMatch, Organization, User, WrapUpCode, sort_key_start};
use crate::store::{CONTACTS_OF_ORGANIZATION, Edge};

impl Cases for Contact {
    fn all(world: &World) -> &[Self] {
        &world.contacts
    }

    fn others(&self) -> Vec<Option<Uuid>> {
        vec![self.organization_id.map(TypedId::uuid)]
    }

    fn cases(world: &World) -> Vec<Case<Self>> {
        let big = World::most(world.contacts.iter().filter_map(|it| it.organization_id));
        let ids = [
            big,
            world.organizations[900].id,
            OrganizationId::new(World::merged()),
        ];
        let many: Vec<OrganizationId> = world.organizations.iter().take(40).map(|it| it.id).collect();
        let some_of_many = many.clone();
        let known = world
            .contacts
            .iter()
            .find_map(|it| it.external_ids.first().cloned())
            .unwrap();
        let external_id: ExternalId = known.clone();
        let mut cases = vec![
            Case::<Self>::new(
                "employed",
                |it| it.has_organization = Some(true),
                |it| it.organization_id.is_some(),
            ),
            Case::<Self>::new(
                "unemployed",
                |it| it.has_organization = Some(false),
                |it| it.organization_id.is_none(),
            )
            .alone(),
            Case::<Self>::new(
                "many organizations",
                move |it| it.organization_ids = Some(many.clone()),
                move |it| it.organization_id.is_some_and(|id| some_of_many.contains(&id)),
            )
            .alone(),
            Case::<Self>::new(
                "last name",
                |it| it.last_name = Some(NameMatch::Start("s".to_owned())),
                |it| it.sort_name.starts_with('s'),
            ),
            Case::<Self>::new(
                "whole last name",
                |it| it.last_name = Some(NameMatch::Whole("Smith7".to_owned())),
                |it| it.sort_name.starts_with(&sort_key_start("Smith7")),
            )
            .alone(),
            Case::<Self>::new(
                "first name",
                |it| it.first_name = Some(NameMatch::Whole("John".to_owned())),
                |it| it.sort_first().starts_with(&sort_key_start("John")),
            ),
            Case::<Self>::new(
                "external id",
                move |it| it.external_id = Some(external_id.clone()),
                move |it| it.external_ids.contains(&known),
            ),
        ];
        cases.extend(values::<Self, _>(
            "organization",
            |it| &mut it.organization_ids,
            |it, id| it.organization_id == Some(*id),
            ids,
        ));
        cases.extend(values::<Self, _>(
            "tag",
            |it| &mut it.tags,
            |it, tag| it.tags.contains(tag),
            texts(["vip", "rare", "none"]),
        ));
        cases.extend(values::<Self, _>(
            "title",
            |it| &mut it.titles,
            |it, title| is(it.title.as_ref(), title),
            texts(["BOSS", "Clerk", "none"]),
        ));
        cases.extend(values::<Self, _>(
            "city",
            |it| &mut it.cities,
            |it, city| it.addresses.iter().any(|at| is(at.city.as_ref(), city)),
            texts(["Berlin", "Oslo", "none"]),
        ));
        cases.extend(values::<Self, _>(
            "country",
            |it| &mut it.country_codes,
            |it, code| {
                it.addresses
                    .iter()
                    .any(|at| at.country_code.as_ref() == Some(code))
            },
            texts(["DE", "NO", "ZZ"]),
        ));
        cases.extend(times::<Self>(|it| &mut it.ranges, |it| &it.record));
        cases
    }

    fn edges(world: &World) -> Vec<(&'static Edge<Self>, Vec<Uuid>)> {
        let big = World::most(world.contacts.iter().filter_map(|it| it.organization_id));
        let parents = vec![big.uuid(), world.organizations[7].id.uuid(), World::nobody()];
        vec![(&CONTACTS_OF_ORGANIZATION, parents)]
    }
}

impl Cases for Organization {
    fn all(world: &World) -> &[Self] {
        &world.organizations
    }

    fn others(&self) -> Vec<Option<Uuid>> {
        vec![self.primary_contact_id.map(TypedId::uuid)]
    }

    fn cases(world: &World) -> Vec<Case<Self>> {
        let external_id = world
            .organizations
            .iter()
            .find_map(|it| it.external_ids.first().cloned())
            .unwrap();
        let known = external_id.clone();
        let owned = |user: Option<UserId>| {
            let ids: HashSet<_> = world
                .organizations
                .iter()
                .map(|it| it.id)
                .filter(|id| world.is_owned(*id, user))
                .collect();
            ids
        };
        let (any, big) = (
            owned(None),
            World::most(world.relationships.iter().map(|it| it.user_id)),
        );
        let (of_big, unowned) = (owned(Some(big)), any.clone());
        let mut of_some = of_big.clone();
        of_some.extend(owned(Some(world.users[20].id)));
        let some = vec![big, world.users[20].id, big];
        let mut cases = vec![
            Case::<Self>::new(
                "owned",
                |it| it.has_owner = Some(true),
                move |it| any.contains(&it.id),
            ),
            Case::<Self>::new(
                "unowned",
                |it| it.has_owner = Some(false),
                move |it| !unowned.contains(&it.id),
            )
            .alone(),
            Case::<Self>::new(
                "owner",
                move |it| it.owner_ids = Some(vec![big]),
                move |it| of_big.contains(&it.id),
            ),
            Case::<Self>::new(
                "owners",
                move |it| it.owner_ids = Some(some.clone()),
                move |it| of_some.contains(&it.id),
            )
            .alone(),
            Case::<Self>::new(
                "name",
                |it| it.name = Some(NameMatch::Start("ap".to_owned())),
                |it| it.sort_name.starts_with("ap"),
            ),
            Case::<Self>::new(
                "external id",
                move |it| it.external_id = Some(external_id.clone()),
                move |it| it.external_ids.contains(&known),
            ),
        ];
        cases.extend(values::<Self, _>(
            "tag",
            |it| &mut it.tags,
            |it, tag| it.tags.contains(tag),
            texts(["vip", "rare", "none"]),
        ));
        cases.extend(values::<Self, _>(
            "industry",
            |it| &mut it.industries,
            |it, value| is(it.industry.as_ref(), value),
            texts(["Retail", "Food", "none"]),
        ));
        cases.extend(values::<Self, _>(
            "company type",
            |it| &mut it.company_types,
            |it, value| is(it.company_type.as_ref(), value),
            texts(["Customer", "Partner", "none"]),
        ));
        cases.extend(values::<Self, _>(
            "city",
            |it| &mut it.cities,
            |it, city| it.address.iter().any(|at| is(at.city.as_ref(), city)),
            texts(["Berlin", "Oslo", "none"]),
        ));
        cases.extend(values::<Self, _>(
            "country",
            |it| &mut it.country_codes,
            |it, code| it.address.iter().any(|at| at.country_code.as_ref() == Some(code)),
            texts(["DE", "NO", "ZZ"]),
        ));
        cases.extend(times::<Self>(|it| &mut it.ranges, |it| &it.record));
        cases
    }

    fn edges(_: &World) -> Vec<(&'static Edge<Self>, Vec<Uuid>)> {
        Vec::new()
    }
}

impl Cases for User {
    fn all(world: &World) -> &[Self] {
        &world.users
    }

    fn cases(_: &World) -> Vec<Case<Self>> {
        let mut cases = vec![
            Case::<Self>::new("active", |it| it.active = Some(true), |it| it.active),
            Case::<Self>::new(
                "name",
                |it| it.name = Some(NameMatch::Start("user 1".to_owned())),
                |it| it.sort_name.starts_with("user 1"),
            ),
        ];
        cases.extend(times::<Self>(|it| &mut it.ranges, |it| &it.record));
        cases
    }

    fn edges(_: &World) -> Vec<(&'static Edge<Self>, Vec<Uuid>)> {
        Vec::new()
    }
}

impl Cases for WrapUpCode {
    fn all(world: &World) -> &[Self] {
        &world.codes
    }

    fn cases(_: &World) -> Vec<Case<Self>> {
        let mut cases = vec![Case::<Self>::new(
            "active",
            |it| it.active = Some(true),
            |it| it.active,
        )];
        cases.extend(times::<Self>(|it| &mut it.ranges, |it| &it.record));
        cases
    }

    fn edges(_: &World) -> Vec<(&'static Edge<Self>, Vec<Uuid>)> {
        Vec::new()
    }
}
