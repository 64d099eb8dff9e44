//! Generated histories of merges and deletions, each of them undone: every table is as it was before.

use fastrand::Rng;
use serde_json::{Value, json};

use crate::support::{TestApp, TestCaller, on_both_engines};
use crate::trash::undo::{World, rows};

/// Something that was done, and can be undone.
#[derive(Debug)]
enum Deed {
    Deletion(Value),
    Merge { of_kind: Value, id: Value },
}

impl Deed {
    async fn undo(&self, admin: &TestCaller<'_>) {
        let undone = match self {
            Self::Deletion(id) => admin.restore(id).await,
            Self::Merge { of_kind, id } => {
                let undone = admin.part(of_kind, id).await;
                assert_eq!(undone["kept"], json!([]), "{self:?}");
                undone
            }
        };
        let none = json!([]);
        assert_eq!(undone.get("lost").unwrap_or(&none), &none, "{self:?}");
    }
}

/// Those of these records that exist, in a random order.
async fn existing(admin: &TestCaller<'_>, ids: &[Value], rng: &mut Rng) -> Vec<Value> {
    let query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let found = admin.data(query, json!({ "ids": ids })).await;
    let mut found: Vec<Value> = found["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].clone())
        .collect();
    found.retain(|id| !id.is_null());
    found.sort_by_key(Value::to_string);
    found.dedup();
    rng.shuffle(&mut found);
    found
}

/// Does something to the world, if there is enough of it left.
async fn deed(admin: &TestCaller<'_>, world: &World, rng: &mut Rng) -> Option<Deed> {
    let all: Vec<Value> = match rng.u8(0..5) {
        0 => world.all().cloned().collect(),
        1 | 2 => world.organizations.clone(),
        _ => world.contacts.clone(),
    };
    let is_mixed = all.len() > world.contacts.len();
    let left = existing(admin, &all, rng).await;
    if is_mixed {
        let id = left.first()?;
        admin.delete(id).await;
        return Some(Deed::Deletion(id.clone()));
    }
    let members: Vec<&Value> = left.iter().take(rng.usize(2..5)).collect();
    if members.len() < 2 {
        return None;
    }
    let merged = admin.merge(&members).await;
    Some(Deed::Merge {
        of_kind: members[0].clone(),
        id: merged["merge"]["id"].clone(),
    })
}

async fn exact(app: &TestApp, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let admin = app.admin().await;
    let world = World::made_by(&admin, &mut rng).await;
    let before = rows(app).await;
    for round in 0..8 {
        let mut deeds = Vec::new();
        for _ in 0..rng.usize(1..8) {
            deeds.extend(deed(&admin, &world, &mut rng).await);
        }
        assert_ne!(before, rows(app).await);
        for deed in deeds.iter().rev() {
            deed.undo(&admin).await;
        }
        let mut after = rows(app).await;
        after.insert("merges".to_owned(), before["merges"].clone());
        for (table, rows) in &before {
            assert_eq!(
                rows, &after[table],
                "round {round} of {seed}: {table} after {deeds:?}"
            );
        }
    }
}

on_both_engines! {
    async fn a_history_of_merges_is_undone_exactly(app: &TestApp) {
        for seed in [11, 12, 13] {
            exact(app, seed).await;
            crate::trash::undo::purge_all(app).await;
        }
    }
}
