//! The conditions of relationships, notes and interactions.

use uuid::Uuid;

use super::case::{Case, Cases};
use super::values::{range, texts, times, values};
use super::world::{POINTS, World, at};
use crate::id::{ContactId, OrganizationId, TypedId, UserId, WrapUpCodeId};
use crate::model::{Interaction, InteractionDirection, MediaType, Note, Relationship, fold};
use crate::store::{
    Edge, INTERACTIONS_OF_CONTACT, INTERACTIONS_OF_ORGANIZATION, NOTES_OF_AUTHOR, NOTES_OF_CONTACT,
    NOTES_OF_ORGANIZATION, RELATIONSHIPS_OF_ORGANIZATION, RELATIONSHIPS_OF_USER,
};

impl Cases for Relationship {
    fn all(world: &World) -> &[Self] {
        &world.relationships
    }

    fn others(&self) -> Vec<Option<Uuid>> {
        vec![Some(self.user_id.uuid()), Some(self.organization_id.uuid())]
    }

    fn cases(world: &World) -> Vec<Case<Self>> {
        let big = World::most(world.relationships.iter().map(|it| it.user_id));
        let users = [big, world.users[20].id, UserId::new(World::nobody())];
        let busy = World::most(world.relationships.iter().map(|it| it.organization_id));
        let organizations = [
            busy,
            world.organizations[9].id,
            OrganizationId::new(World::nobody()),
        ];
        let mut cases = vec![
            Case::<Self>::new("current", |it| it.is_current = Some(true), Self::is_current),
            Case::<Self>::new("ended", |it| it.is_current = Some(false), |it| !it.is_current()).alone(),
        ];
        cases.extend(values::<Self, _>(
            "user",
            |it| &mut it.user_ids,
            |it, id| it.user_id == *id,
            users,
        ));
        cases.extend(values::<Self, _>(
            "organization",
            |it| &mut it.organization_ids,
            |it, id| it.organization_id == *id,
            organizations,
        ));
        cases.extend(values::<Self, _>(
            "type",
            |it| &mut it.types,
            |it, value| it.type_key == fold(value),
            texts(["OWNER", "Support", "none"]),
        ));
        cases.extend(times::<Self>(|it| &mut it.ranges, |it| &it.record));
        cases
    }

    fn edges(world: &World) -> Vec<(&'static Edge<Self>, Vec<Uuid>)> {
        let big = World::most(world.relationships.iter().map(|it| it.user_id));
        let busy = World::most(world.relationships.iter().map(|it| it.organization_id));
        vec![
            (
                &RELATIONSHIPS_OF_USER,
                vec![big.uuid(), world.users[20].id.uuid(), World::nobody()],
            ),
            (
                &RELATIONSHIPS_OF_ORGANIZATION,
                vec![busy.uuid(), world.organizations[9].id.uuid()],
            ),
        ]
    }
}

impl Cases for Note {
    fn all(world: &World) -> &[Self] {
        &world.notes
    }

    fn others(&self) -> Vec<Option<Uuid>> {
        vec![
            self.contact_id.map(TypedId::uuid),
            self.organization_id.map(TypedId::uuid),
            Some(self.author_id.uuid()),
        ]
    }

    fn cases(world: &World) -> Vec<Case<Self>> {
        let contact = World::most(world.notes.iter().filter_map(|it| it.contact_id));
        let organization = World::most(world.notes.iter().filter_map(|it| it.organization_id));
        let author = World::most(world.notes.iter().map(|it| it.author_id));
        let contacts = [contact, world.contacts[9].id, ContactId::new(World::nobody())];
        let organizations = [
            organization,
            world.organizations[9].id,
            OrganizationId::new(World::nobody()),
        ];
        let authors = [author, world.users[20].id, UserId::new(World::nobody())];
        let mut cases = vec![
            Case::<Self>::new("pinned", |it| it.pinned = Some(true), |it| it.pinned),
            Case::<Self>::new("not pinned", |it| it.pinned = Some(false), |it| !it.pinned).alone(),
        ];
        cases.extend(values::<Self, _>(
            "contact",
            |it| &mut it.contact_ids,
            |it, id| it.contact_id == Some(*id),
            contacts,
        ));
        cases.extend(values::<Self, _>(
            "organization",
            |it| &mut it.organization_ids,
            |it, id| it.organization_id == Some(*id),
            organizations,
        ));
        cases.extend(values::<Self, _>(
            "author",
            |it| &mut it.author_ids,
            |it, id| it.author_id == *id,
            authors,
        ));
        cases.extend(times::<Self>(|it| &mut it.ranges, |it| &it.record));
        cases
    }

    fn edges(world: &World) -> Vec<(&'static Edge<Self>, Vec<Uuid>)> {
        let contact = World::most(world.notes.iter().filter_map(|it| it.contact_id)).uuid();
        let organization = World::most(world.notes.iter().filter_map(|it| it.organization_id)).uuid();
        let author = World::most(world.notes.iter().map(|it| it.author_id)).uuid();
        vec![
            (&NOTES_OF_CONTACT, vec![contact, world.contacts[9].id.uuid()]),
            (
                &NOTES_OF_ORGANIZATION,
                vec![organization, world.organizations[9].id.uuid()],
            ),
            (&NOTES_OF_AUTHOR, vec![author, world.users[20].id.uuid()]),
        ]
    }
}

impl Cases for Interaction {
    fn all(world: &World) -> &[Self] {
        &world.interactions
    }

    fn others(&self) -> Vec<Option<Uuid>> {
        vec![
            self.contact_id.map(TypedId::uuid),
            self.organization_id.map(TypedId::uuid),
        ]
    }

    fn cases(world: &World) -> Vec<Case<Self>> {
        let contact = World::most(world.interactions.iter().filter_map(|it| it.contact_id));
        let organization = World::most(world.interactions.iter().filter_map(|it| it.organization_id));
        let agent = World::most(
            world
                .interactions
                .iter()
                .flat_map(|it| it.agent_ids.iter().copied()),
        );
        let code = World::most(
            world
                .interactions
                .iter()
                .flat_map(|it| it.wrap_ups.iter().map(|it| it.code_id)),
        );
        let contacts = [contact, world.contacts[9].id, ContactId::new(World::nobody())];
        let organizations = [
            organization,
            world.organizations[9].id,
            OrganizationId::new(World::nobody()),
        ];
        let agents = [agent, world.users[20].id, UserId::new(World::nobody())];
        let codes = [code, world.codes[40].id, WrapUpCodeId::new(World::nobody())];
        let points = [POINTS[0], POINTS[4], "+12025550199"].map(|number| number.replace('+', "p"));
        let frequent = points[0].clone();
        let mut cases = vec![
            Case::<Self>::new(
                "with a contact",
                |it| it.has_contact = Some(true),
                |it| it.contact_id.is_some(),
            ),
            Case::<Self>::new(
                "without a contact",
                |it| it.has_contact = Some(false),
                |it| it.contact_id.is_none(),
            )
            .alone(),
            Case::<Self>::new(
                "contact point without a contact",
                {
                    let frequent = frequent.clone();
                    move |it| {
                        it.has_contact = Some(false);
                        it.point_keys = Some(vec![frequent.clone()]);
                    }
                },
                move |it| it.contact_id.is_none() && it.point_key().as_ref() == Some(&frequent),
            )
            .alone(),
            Case::<Self>::new(
                "direction",
                |it| it.direction = Some(InteractionDirection::Inbound),
                |it| it.direction == InteractionDirection::Inbound,
            ),
            Case::<Self>::new(
                "started",
                |it| it.started_at = range(100, 800),
                |it| (at(100)..at(800)).contains(&it.started_at),
            ),
        ];
        cases.extend(values::<Self, _>(
            "contact",
            |it| &mut it.contact_ids,
            |it, id| it.contact_id == Some(*id),
            contacts,
        ));
        cases.extend(values::<Self, _>(
            "organization",
            |it| &mut it.organization_ids,
            |it, id| it.organization_id == Some(*id),
            organizations,
        ));
        cases.extend(values::<Self, _>(
            "contact point",
            |it| &mut it.point_keys,
            |it, key| it.point_key().as_ref() == Some(key),
            points,
        ));
        cases.extend(values::<Self, _>(
            "agent",
            |it| &mut it.agent_ids,
            |it, id| it.agent_ids.contains(id),
            agents,
        ));
        cases.extend(values::<Self, _>(
            "wrap-up code",
            |it| &mut it.wrap_up_code_ids,
            |it, id| it.wrap_ups.iter().any(|it| it.code_id == *id),
            codes,
        ));
        cases.extend(values::<Self, _>(
            "medium",
            |it| &mut it.media_types,
            |it, value| it.media_type == *value,
            [MediaType::Call, MediaType::Chat, MediaType::Video],
        ));
        cases.extend(times::<Self>(|it| &mut it.ranges, |it| &it.record));
        cases
    }

    fn edges(world: &World) -> Vec<(&'static Edge<Self>, Vec<Uuid>)> {
        let contact = World::most(world.interactions.iter().filter_map(|it| it.contact_id)).uuid();
        let organization = World::most(world.interactions.iter().filter_map(|it| it.organization_id)).uuid();
        vec![
            (
                &INTERACTIONS_OF_CONTACT,
                vec![contact, world.contacts[9].id.uuid()],
            ),
            (
                &INTERACTIONS_OF_ORGANIZATION,
                vec![organization, world.organizations[9].id.uuid()],
            ),
        ]
    }
}
