//! A noun that only this test has: its declaration is all that it takes to store, list and follow it.

use serde::Serialize;
use sqlx::types::Json;

use super::{TestStore, on_both_engines};
use crate::error::Result;
use crate::id::NoteId;
use crate::model::{Concerned, EntityKind, Record, Recorded};
use crate::page::{Key, Page};
use crate::store::declaration::stored;
use crate::store::engine::sql;
use crate::store::{Column, Conditions, Filter, Listed, PageQuery, Sort, SortField, Tenant, Tx, change};

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Plant {
    #[serde(skip)]
    id: NoteId,
    #[serde(skip)]
    record: Record,
    name: String,
    colors: Vec<String>,
}

stored! {
    Plant: NoteId in "plants" [counted, recorded] { name, colors: json }
}

impl Recorded for Plant {
    const KIND: EntityKind = EntityKind::Note;

    fn concerned(&self) -> Concerned {
        Concerned::default()
    }

    fn label(&self) -> Option<String> {
        Some(self.name.clone())
    }
}

impl Listed for Plant {
    type Order = ByName;
    type Filter = Everything;

    fn keys(&self, ByName: ByName) -> Vec<Key> {
        vec![Key::Text(self.name.clone())]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ByName;

impl SortField for ByName {
    const LIST: &'static str = "plants";

    fn columns(self) -> &'static [Column] {
        &[Column::Text("name")]
    }
}

const ON_POSTGRES: &str = r#"
    CREATE TABLE plants (
        tenant_id INTEGER NOT NULL, id UUID NOT NULL, version INTEGER NOT NULL,
        created_at TIMESTAMPTZ NOT NULL, updated_at TIMESTAMPTZ NOT NULL, created_by UUID, updated_by UUID,
        name TEXT COLLATE "C" NOT NULL, colors JSONB NOT NULL, PRIMARY KEY (tenant_id, id))"#;
const ON_SQLITE: &str = "
    CREATE TABLE plants (
        tenant_id INTEGER NOT NULL, id BLOB NOT NULL, version INTEGER NOT NULL,
        created_at TEXT NOT NULL, updated_at TEXT NOT NULL, created_by BLOB, updated_by BLOB,
        name TEXT NOT NULL, colors TEXT NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT";

const BY_NAME: Sort<ByName> = Sort {
    by: ByName,
    descending: false,
};

#[derive(PartialEq, Eq, Hash)]
struct Everything;

impl Filter for Everything {
    fn conditions(&self, _: &mut Conditions) {}
}

fn plant(tx: &Tx, name: &str) -> Plant {
    Plant {
        id: NoteId::new(tx.new_id()),
        record: Record::new(tx.now(), tx.actor()),
        name: name.to_owned(),
        colors: vec!["green".to_owned()],
    }
}

fn turned(plant: &Plant, color: &str) -> Plant {
    Plant {
        colors: vec![color.to_owned()],
        ..plant.clone()
    }
}

async fn garden(store: &TestStore) -> Tenant {
    store.create_table(ON_POSTGRES, ON_SQLITE).await;
    store.tenant("garden").await
}

/// The plants of a page, by name.
async fn page(tenant: &Tenant, page: &Page) -> Vec<Plant> {
    let query = PageQuery::whole(BY_NAME, page);
    let page = tenant.list(&Everything, query).await.unwrap();
    page.map(|joined| joined.record).items
}

fn first(limit: usize) -> Page {
    Page {
        limit,
        backward: false,
        cursor: None,
    }
}

async fn kept(tenant: &Tenant, id: NoteId) -> Option<Plant> {
    let found: Result<Option<Plant>> = change!(tenant, None, |tx| { tx.find_locked(id).await });
    found.unwrap()
}

/// The action, the version and the fields of each change, in their order.
async fn changes(tenant: &Tenant) -> Vec<(String, i32, String)> {
    let rows: Vec<(String, i32, Json<serde_json::Value>)> = tenant
        .fetch_all(sql!(
            "SELECT action, version, fields FROM changes WHERE tenant_id = $1 ORDER BY id"
        ))
        .await
        .unwrap();
    rows.into_iter()
        .map(|(action, version, fields)| (action, version, fields[0]["after"].to_string()))
        .collect()
}

on_both_engines! {
    async fn a_declared_noun_is_created_changed_and_deleted(store: &TestStore) {
        let tenant = garden(store).await;

        let oak = change!(tenant, None, |tx| {
            let oak = plant(tx, "oak");
            tx.insert(&oak).await.map(|()| oak)
        }).unwrap();
        assert_eq!(kept(&tenant, oak.id).await.as_ref(), Some(&oak));
        assert_eq!(tenant.managed_entities().await.unwrap(), 1);

        let red = change!(tenant, None, |tx| { tx.update(&oak, turned(&oak, "red")).await }).unwrap();
        assert_eq!((red.record.version, red.record.created_at), (2, oak.record.created_at));
        assert!(red.record.updated_at.0 > oak.record.updated_at.0);
        assert_eq!(kept(&tenant, oak.id).await.as_ref(), Some(&red));
        let same = change!(tenant, None, |tx| { tx.update(&red, red.clone()).await }).unwrap();
        assert_eq!(same, red);

        change!(tenant, None, |tx| { tx.delete_all(std::slice::from_ref(&red)).await }).unwrap();
        assert_eq!(kept(&tenant, oak.id).await, None);
        assert_eq!(tenant.managed_entities().await.unwrap(), 0);

        let actual = changes(&tenant).await;
        let actual: Vec<_> = actual.iter().map(|(action, version, after)| (action.as_str(), *version, after.as_str())).collect();
        assert_eq!(actual, [("CREATED", 1, "null"), ("UPDATED", 2, r#""[\"red\"]""#), ("DELETED", 2, "null")]);
    }

    async fn many_of_a_declared_noun_are_written_and_listed(store: &TestStore) {
        let tenant = garden(store).await;
        let names: Vec<String> = (0..300).map(|number| format!("plant {number:03}")).collect();

        let plants = change!(tenant, None, |tx| {
            let plants: Vec<Plant> = names.iter().map(|name| plant(tx, name)).collect();
            tx.insert_all(&plants).await.map(|()| plants)
        }).unwrap();
        let three = page(&tenant, &first(3)).await;
        assert_eq!(three, plants[..3]);
        let after = Page { cursor: Some(three[2].cursor(BY_NAME)), ..first(300) };
        assert_eq!(page(&tenant, &after).await, plants[3..]);

        let changed: Vec<(Plant, Plant)> = plants.iter().map(|plant| (plant.clone(), turned(plant, "red"))).collect();
        let red = change!(tenant, None, |tx| { tx.update_all(changed.clone()).await }).unwrap();
        assert!(red.iter().all(|plant| plant.record.version == 2 && plant.colors == ["red"]));
        assert_eq!(page(&tenant, &first(300)).await, red);

        change!(tenant, None, |tx| { tx.delete_all(&red[1..]).await }).unwrap();
        assert_eq!(page(&tenant, &first(300)).await, red[..1]);
        assert_eq!(tenant.count::<Plant>(&Everything, 10).await.unwrap(), 1);
        assert_eq!(tenant.managed_entities().await.unwrap(), 1);
        assert_eq!(changes(&tenant).await.len(), 300 + 300 + 299);
    }

    async fn a_tenant_does_not_see_the_plants_of_another(store: &TestStore) {
        let (mine, other) = (garden(store).await, store.tenant("neighbour").await);
        let oak = change!(mine, None, |tx| {
            let oak = plant(tx, "oak");
            tx.insert(&oak).await.map(|()| oak)
        }).unwrap();

        let updated = change!(other, None, |tx| { tx.update(&oak, turned(&oak, "red")).await });
        let replaced = change!(other, None, |tx| {
            tx.update_all(vec![(oak.clone(), turned(&oak, "red"))]).await
        });
        let deleted = change!(other, None, |tx| { tx.delete_all(std::slice::from_ref(&oak)).await });

        assert!(updated.is_err() && replaced.is_err() && deleted.is_err());
        assert_eq!(kept(&other, oak.id).await, None);
        assert_eq!(kept(&mine, oak.id).await, Some(oak));
    }
}
