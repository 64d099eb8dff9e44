//! Many records at once: what a slice writes is what its records write one by one.

use std::fmt::Debug;

use sqlx::types::Json;
use uuid::Uuid;

use super::{START, on_both_engines};
use crate::error::{Error, Result};
use crate::id::{
    ContactId, InteractionId, NoteId, OrganizationId, RelationshipId, TypedId as _, UserId, WrapUpCodeId,
};
use crate::model::{
    Contact, ContactPointLabel, Date, DateTime, EmailAddress, ExternalId, Interaction, Note, NoteSubjectId,
    Organization, Record, Relationship, Url, User, WrapUp, WrapUpCode, fold,
};
use crate::store::engine::sql;
use crate::store::{Load, Read as _, Stored, Table, Tenant, change};

/// More records than one statement inserts.
const MANY: u128 = 130;

#[derive(Clone, Copy)]
enum How {
    Slices,
    Loads,
    /// As bulk mutations do.
    Saves,
    OneByOne,
}

/// Inserts records and changes them. Returns them as they are then.
async fn write<T: Stored + Debug>(tenant: &Tenant, how: How, records: &[T], edit: impl Fn(&mut T)) -> Vec<T> {
    let changes: Vec<(T, T)> = records
        .iter()
        .map(|before| {
            let mut after = before.clone();
            edit(&mut after);
            (before.clone(), after)
        })
        .collect();
    let written: Result<Vec<T>> = change!(tenant, None, |tx| {
        match how {
            How::Slices => {
                tx.insert_all(records).await?;
                tx.update_all(changes.clone()).await
            }
            How::Loads => {
                tx.load_all(records).await?;
                tx.update_all(changes.clone()).await
            }
            How::Saves => {
                assert_eq!(tx.reserve_room::<T>(records.len()).await?, records.len());
                tx.save_all(records.iter().map(|record| (None, record.clone())).collect())
                    .await?;
                let changes = changes.clone().into_iter();
                tx.save_all(changes.map(|(before, after)| (Some(before), after)).collect())
                    .await
            }
            How::OneByOne => {
                for record in records {
                    tx.insert(record).await?;
                }
                let mut written = Vec::new();
                for (before, after) in changes.clone() {
                    written.push(tx.update(&before, after).await?);
                }
                Ok(written)
            }
        }
    });
    let written = written.unwrap();
    let mut stored: Vec<T> = { tenant }
        .find_all(records.iter().map(Table::uuid).collect())
        .await
        .unwrap();
    stored.sort_by_key(Table::uuid);
    assert!(stored == written, "{stored:#?}\nis not\n{written:#?}");
    written
}

async fn delete<T: Stored>(tenant: &Tenant, how: How, records: &[T]) {
    let deleted: Result<()> = change!(tenant, None, |tx| {
        match how {
            How::Slices | How::Loads | How::Saves => tx.delete_all(records).await,
            How::OneByOne => {
                for record in records {
                    tx.delete_all(std::slice::from_ref(record)).await?;
                }
                Ok(())
            }
        }
    });
    deleted.unwrap();
}

/// All that a tenant's records left in the tables that follow them.
#[derive(Debug, PartialEq)]
struct Followed {
    entities: i64,
    external_ids: Vec<(String, String, String, Uuid)>,
    words: Vec<(String, String, Uuid)>,
    vocabulary: Vec<(String, String)>,
    changes: Vec<(String, String, Uuid, i32, Json<serde_json::Value>)>,
    search_texts: Vec<(String, Uuid)>,
}

async fn followed(tenant: &Tenant) -> Followed {
    Followed {
        entities: tenant.managed_entities().await.unwrap(),
        external_ids: tenant
            .fetch_all(sql!(
                "SELECT kind, source, value, owner_id FROM external_ids WHERE tenant_id = $1 ORDER BY 1, 2, 3"
            ))
            .await
            .unwrap(),
        words: tenant
            .fetch_all(sql!(
                "
                SELECT w.word,
                       w.sort_key || w.marks || CASE WHEN w.updated_at IS NULL THEN ''
                                                     WHEN w.created_at = COALESCE(c.created_at, o.created_at)
                                                      AND w.updated_at = COALESCE(c.updated_at, o.updated_at)
                                                     THEN ' timed' ELSE ' wrongly timed' END,
                       w.id
                  FROM search_words AS w
                  LEFT JOIN contacts AS c
                    ON c.tenant_id = $1
                   AND c.id = w.id
                   AND lower(substr(w.word, 1, 1)) = substr(w.word, 1, 1)
                  LEFT JOIN organizations AS o
                    ON o.tenant_id = $1
                   AND o.id = w.id
                   AND upper(substr(w.word, 1, 1)) = substr(w.word, 1, 1)
                 WHERE w.tenant_id = $1
                 ORDER BY 1, 2, 3"
            ))
            .await
            .unwrap(),
        vocabulary: tenant
            .fetch_all(sql!(
                "SELECT variant, word FROM vocabulary WHERE tenant_id = $1 ORDER BY 1, 2"
            ))
            .await
            .unwrap(),
        changes: tenant
            .fetch_all(sql!(
                "SELECT action, kind, entity_id, version, fields FROM changes WHERE tenant_id = $1 ORDER BY id"
            ))
            .await
            .unwrap(),
        search_texts: tenant
            .fetch_all(sql!(
                "
                SELECT search_text || search_marks, id FROM contacts WHERE tenant_id = $1
                 UNION ALL
                SELECT search_text, id FROM organizations WHERE tenant_id = $1
                 ORDER BY 1, 2"
            ))
            .await
            .unwrap(),
    }
}

fn uuids(count: u128) -> impl Iterator<Item = Uuid> {
    (1..=count).map(Uuid::from_u128)
}

fn new() -> Record {
    Record::new(START, None)
}

fn day(number: Uuid) -> Date {
    let day = u32::try_from(number.as_u128() % 28).unwrap() + 1;
    Date(chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap())
}

fn external_id(source: &str, id: Uuid) -> ExternalId {
    ExternalId {
        source: source.to_owned(),
        value: id.as_u128().to_string(),
    }
}

fn user(id: Uuid) -> User {
    User::new(UserId::new(id), &id.to_string(), new())
}

fn code(id: Uuid) -> WrapUpCode {
    let mut code = WrapUpCode::new(WrapUpCodeId::new(id), new());
    code.name = id.to_string();
    code.name_key.clone_from(&code.name);
    code
}

fn organization(id: Uuid) -> Organization {
    let mut organization = Organization::new(OrganizationId::new(id), new());
    organization.name = format!("Acme Rockets {}", id.as_u128() % 7);
    organization.sort_name = fold(&organization.name);
    organization.industry = Some("Space".to_owned());
    organization.external_ids = vec![external_id("crm", id)];
    organization
}

fn contact(id: Uuid) -> Contact {
    let mut contact = Contact::new(ContactId::new(id), new());
    contact.first_name = Some("Ada".to_owned());
    contact.last_name = Some(format!("Byron {}", id.as_u128() % 5));
    contact.sort_name = fold("Byron Ada");
    contact.tags = vec!["key account".to_owned()];
    contact.external_ids = vec![external_id("crm", id), external_id("mail", id)];
    contact
}

fn relationship(id: Uuid) -> Relationship {
    let organization = OrganizationId::new(Uuid::from_u128(1));
    let mut relationship = Relationship::new(RelationshipId::new(id), new(), UserId::new(id), organization);
    relationship.r#type = "Owner".to_owned();
    relationship.type_key = "owner".to_owned();
    relationship.started_on = Some(day(id));
    // Only one relationship of a user and an organization is current.
    relationship.ended_on = Some(day(id));
    relationship
}

fn note(id: Uuid) -> Note {
    let subject = NoteSubjectId::Contact(ContactId::new(id));
    let mut note = Note::new(NoteId::new(id), new(), subject, UserId::new(id));
    note.text = "Called about rockets".to_owned();
    note
}

fn interaction(id: Uuid) -> Interaction {
    let mut interaction = Interaction::new(InteractionId::new(id), new(), Some(id.to_string()));
    interaction.contact_id = Some(ContactId::new(id));
    interaction
}

/// Writes records of every noun and returns what followed, then deletes them and returns what is left.
async fn write_and_delete(tenant: &Tenant, how: How) -> (Followed, Followed) {
    let all = || uuids(MANY);
    let users: Vec<User> = all().map(user).collect();
    let users = write(tenant, how, &users, |user| user.name = Some("Grace".to_owned())).await;
    let codes: Vec<WrapUpCode> = all().map(code).collect();
    let codes = write(tenant, how, &codes, |code| code.active = false).await;
    let organizations: Vec<Organization> = all().map(organization).collect();
    let organizations = write(tenant, how, &organizations, |it| {
        it.employee_count = Some(7);
        it.external_system_url = Some(Url("https://acme.example/".to_owned()));
    })
    .await;
    let contacts: Vec<Contact> = all().map(contact).collect();
    let contacts = write(tenant, how, &contacts, |it| match it.id.uuid().as_u128() % 3 {
        0 => {}
        1 => {
            it.last_name = Some("Lovelace".to_owned());
            it.sort_name = fold("Lovelace Ada");
            it.organization_id = Some(OrganizationId::new(it.id.uuid()));
        }
        _ => {
            it.external_ids = vec![
                external_id("mail", it.id.uuid()),
                external_id("erp", it.id.uuid()),
            ];
            it.email_addresses.push(EmailAddress {
                address: "ada@byron.example".to_owned(),
                label: ContactPointLabel::default(),
                primary: false,
            });
            it.tags.clear();
        }
    })
    .await;
    let relationships: Vec<Relationship> = all().map(relationship).collect();
    let relationships = write(tenant, how, &relationships, |it| it.started_on = None).await;
    let notes: Vec<Note> = all().map(note).collect();
    let notes = write(tenant, how, &notes, |it| it.text = "Sold a rocket".to_owned()).await;
    let interactions: Vec<Interaction> = all().map(interaction).collect();
    let interactions = write(tenant, how, &interactions, |it| {
        it.ended_at = Some(it.started_at);
        it.agent_ids.push(UserId::new(it.id.uuid()));
    })
    .await;
    let written = followed(tenant).await;

    delete(tenant, how, &interactions).await;
    delete(tenant, how, &notes).await;
    delete(tenant, how, &relationships).await;
    delete(tenant, how, &contacts).await;
    delete(tenant, how, &organizations).await;
    delete(tenant, how, &codes).await;
    delete(tenant, how, &users).await;
    (written, followed(tenant).await)
}

fn assert_same(left: &Followed, right: &Followed) {
    assert_eq!(left.entities, right.entities);
    assert_eq!(left.external_ids, right.external_ids);
    assert_eq!(left.words, right.words);
    assert_eq!(left.vocabulary, right.vocabulary);
    assert_eq!(left.changes, right.changes);
    assert_eq!(left.search_texts, right.search_texts);
}

on_both_engines! {
    async fn a_slice_and_a_load_write_what_their_records_write_one_by_one(store: &TestStore) {
        let (expected, expected_left) = write_and_delete(&store.tenant("singles").await, How::OneByOne).await;

        for (name, how) in [("slices", How::Slices), ("loads", How::Loads), ("saves", How::Saves)] {
            let (written, left) = write_and_delete(&store.tenant(name).await, how).await;
            assert_same(&written, &expected);
            assert_same(&left, &expected_left);
            assert_eq!((left.entities, left.words.len(), left.external_ids.len()), (0, 0, 0));
        }
    }

    async fn a_load_that_the_feed_is_not_told_of_writes_everything_else(store: &TestStore) {
        let (tenant, contacts) = (store.tenant("acme").await, uuids(MANY).map(contact).collect::<Vec<_>>());
        let inserted = store.tenant("inserted").await;
        change!(inserted, None, |tx| { tx.insert_all(&contacts).await }).unwrap();
        change!(tenant, None, |tx| {
            let mut load = Load::of(&tenant);
            load.add(&contacts)?;
            tx.load(&load).await
        })
        .unwrap();

        let expected = Followed { changes: Vec::new(), ..followed(&inserted).await };
        assert!(!expected.words.is_empty());
        assert_same(&followed(&tenant).await, &expected);
    }

    async fn a_load_beyond_the_limit_is_refused_whole(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        tenant.set_limit(129).await.unwrap();
        let contacts: Vec<Contact> = uuids(MANY).map(contact).collect();

        let refused: Result<()> = change!(tenant, None, |tx| { tx.load_all(&contacts).await });
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
        change!(tenant, None, |tx| { tx.load_all(&contacts[..129]).await }).unwrap();

        assert_eq!(tenant.managed_entities().await.unwrap(), 129);
    }

    async fn a_loaded_interaction_has_its_agents_and_wrap_ups(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let users: Vec<User> = uuids(2).map(user).collect();
        let codes: Vec<WrapUpCode> = uuids(1).map(code).collect();
        let mut interactions: Vec<Interaction> = uuids(2)
            .map(|id| Interaction::new(InteractionId::new(id), new(), None))
            .collect();
        interactions[0].agent_ids = users.iter().map(|user| user.id).collect();
        interactions[0].wrap_ups = vec![WrapUp {
            note: None,
            recorded_at: DateTime(START),
            agent_id: users[1].id,
            code_id: codes[0].id,
        }];
        change!(tenant, None, |tx| {
            tx.insert_all(&users).await?;
            tx.insert_all(&codes).await?;
            let mut load = Load::of(&tenant);
            load.add_interactions(&interactions)?;
            tx.load(&load).await
        })
        .unwrap();

        let first = interactions[0].id.uuid();
        let agents: Vec<(Uuid, Uuid)> = tenant
            .fetch_all(sql!("SELECT user_id, interaction_id FROM interaction_agents WHERE tenant_id = $1 ORDER BY 1"))
            .await
            .unwrap();
        assert_eq!(agents, [(users[0].id.uuid(), first), (users[1].id.uuid(), first)]);
        let wrap_ups: Vec<(Uuid, Uuid, Uuid)> = tenant
            .fetch_all(sql!("SELECT wrap_up_code_id, interaction_id, user_id FROM wrap_ups WHERE tenant_id = $1"))
            .await
            .unwrap();
        assert_eq!(wrap_ups, [(codes[0].id.uuid(), first, users[1].id.uuid())]);
    }

    async fn external_ids_may_change_hands_within_a_slice(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let contacts: Vec<Contact> = uuids(2).map(contact).collect();
        change!(tenant, None, |tx| { tx.insert_all(&contacts).await }).unwrap();

        let [ada, grace] = contacts.as_slice() else { unreachable!() };
        let swapped = |contact: &Contact, other: &Contact| {
            let after = Contact { external_ids: other.external_ids.clone(), ..contact.clone() };
            (contact.clone(), after)
        };
        let changes = vec![swapped(ada, grace), swapped(grace, ada)];
        change!(tenant, None, |tx| { tx.update_all(changes.clone()).await }).unwrap();

        let owner: Option<ContactId> = (&tenant).find_by_external_id(&ada.external_ids[0]).await.unwrap();
        assert_eq!(owner, Some(grace.id));
    }

    async fn a_slice_with_an_external_id_of_another_record_is_refused(store: &TestStore) {
        let tenant = store.tenant("acme").await;
        let first: Vec<Contact> = uuids(1).map(contact).collect();
        change!(tenant, None, |tx| { tx.insert_all(&first).await }).unwrap();

        let mut others: Vec<Contact> = uuids(3).skip(1).map(contact).collect();
        others[1].external_ids[1] = first[0].external_ids[1].clone();
        let inserted: Result<()> = change!(tenant, None, |tx| { tx.insert_all(&others).await });
        let loaded: Result<()> = change!(tenant, None, |tx| { tx.load_all(&others).await });

        for refused in [inserted, loaded] {
            let Error::Refused(refusals) = refused.unwrap_err() else { panic!("not refused") };
            assert_eq!(refusals[0].field.as_ref().unwrap(), &["1", "externalIds", "1"]);
        }
        assert_eq!(tenant.managed_entities().await.unwrap(), 1);
    }
}
