//! Generated transfers that are undone: at once exactly, and after other changes except for what is told.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::{Value, json};

use super::super::DELETE_RELATIONSHIP;
use super::{TRANSFER, UPDATE, losses, rows};
use crate::support::operations::CREATE_RELATIONSHIP;
use crate::support::{TestApp, TestCaller, on_both_engines};

/// Users and organizations with random relationships.
struct World {
    users: Vec<Value>,
    organizations: Vec<Value>,
}

impl World {
    async fn made_by(admin: &TestCaller<'_>, rng: &mut Rng) -> Self {
        let mut world = Self {
            users: Vec::new(),
            organizations: Vec::new(),
        };
        for name in ["ada", "ben", "cleo"] {
            world.users.push(admin.user(name).await);
        }
        for name in ["Acme", "Apex", "Zenith"] {
            world.organizations.push(admin.organization(name).await);
        }
        world.relate(admin, rng, 2).await;
        world
    }

    /// Adds so many thirds of the relationships that there can be, unless there is a current one.
    async fn relate(&self, admin: &TestCaller<'_>, rng: &mut Rng, thirds: u8) {
        for user in &self.users {
            for organization in &self.organizations {
                for r#type in ["Owner", "Partner", "Sponsor"] {
                    if rng.u8(0..3) >= thirds {
                        continue;
                    }
                    let started = rng.choice([Value::Null, json!("2025-01-01"), json!("2027-01-01")]);
                    let ended = rng.choice([Value::Null, Value::Null, json!("2027-06-01")]);
                    let input = json!({ "userId": user, "organizationId": organization, "type": r#type,
                        "startedOn": started, "endedOn": ended });
                    admin.payload(CREATE_RELATIONSHIP, input).await;
                }
            }
        }
    }

    /// Two different users.
    fn pair(&self, rng: &mut Rng) -> (&Value, &Value) {
        let from = rng.usize(0..3);
        (&self.users[from], &self.users[(from + rng.usize(1..3)) % 3])
    }

    /// Transfers relationships between random users, with random organizations.
    async fn transfer(&self, admin: &TestCaller<'_>, rng: &mut Rng) -> Value {
        let (from, to) = self.pair(rng);
        let organizations = &self.organizations[..rng.usize(1..=3)];
        let input = json!({ "fromUserId": from, "toUserId": to, "organizationIds": organizations });
        admin.done(TRANSFER, input).await
    }

    /// Changes a relationship, or another one that concerns it, if that is allowed.
    async fn change(&self, admin: &TestCaller<'_>, it: &Value, rng: &mut Rng) {
        match rng.u8(0..5) {
            0 => {
                admin
                    .payload(UPDATE, json!({ "id": it["id"], "endedOn": null }))
                    .await
            }
            1 => {
                admin
                    .payload(UPDATE, json!({ "id": it["id"], "endedOn": "2027-06-02" }))
                    .await
            }
            2 => {
                admin
                    .payload(DELETE_RELATIONSHIP, json!({ "id": it["id"] }))
                    .await
            }
            3 => self.transfer(admin, rng).await,
            _ => {
                let input = json!({ "userId": self.pair(rng).0, "organizationId": it["organization"]["id"],
                    "type": it["type"] });
                admin.payload(CREATE_RELATIONSHIP, input).await
            }
        };
    }
}

/// Whether a relationship is current and has this user, and the organization and type of another one.
fn is_equal(it: &Value, user: &Value, other: &Value) -> bool {
    it["endedOn"].is_null()
        && it["user"]["id"] == *user
        && it["organization"] == other["organization"]
        && it["type"] == other["type"]
        && it["id"] != other["id"]
}

/// The relationships after the undo of a transfer: `before` it, `after` it, and `now`.
fn expected(
    (before, after): (&BTreeMap<String, Value>, &BTreeMap<String, Value>),
    now: &BTreeMap<String, Value>,
) -> (BTreeMap<String, Value>, BTreeSet<String>) {
    let (mut expected, mut lost) = (now.clone(), BTreeSet::new());
    let transferred = before.iter().filter(|(id, it)| after[*id] != **it);
    for (id, was) in transferred {
        let (giver, became) = (&was["user"]["id"], &after[id]);
        let Some(is) = now.get(id) else {
            lost.insert(id.clone());
            continue;
        };
        let is_as_left = if became["user"] == was["user"] {
            is["user"] == was["user"] && is["endedOn"] == became["endedOn"]
        } else {
            is["user"] == became["user"]
        };
        let is_current = became["user"] == was["user"] || is["endedOn"].is_null();
        let is_taken = is_current && now.values().any(|it| is_equal(it, giver, is));
        if !is_as_left || is_taken {
            lost.insert(id.clone());
            continue;
        }
        let undone = expected.get_mut(id).unwrap();
        undone["user"] = was["user"].clone();
        if became["user"] == was["user"] {
            undone["endedOn"] = Value::Null;
        }
        undone["version"] = json!(is["version"].as_i64().unwrap() + 1);
    }
    (expected, lost)
}

async fn exact(app: &TestApp, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let admin = app.admin().await;
    let world = World::made_by(&admin, &mut rng).await;
    let before = rows(app).await;
    let mut undone = 0;
    for round in 0..6 {
        let mut transfers = Vec::new();
        for _ in 0..rng.usize(1..4) {
            transfers.push(world.transfer(&admin, &mut rng).await);
        }
        for transfer in transfers.iter().rev().filter(|it| !it["transferId"].is_null()) {
            let back = admin.undo(&transfer["transferId"]).await;
            let expected = json!({ "movedBack": transfer["moved"], "reopened": transfer["ended"], "lost": [],
                "userErrors": [] });
            assert_eq!(back, expected, "round {round} of {seed}");
            undone += 1;
        }
        let after = rows(app).await;
        for (table, rows) in &before {
            assert_eq!(rows, &after[table], "round {round} of {seed}: {table}");
        }
    }
    assert!(undone > 5, "{undone}");
}

/// Undoes transfers after other changes.
async fn told(app: &TestApp, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let admin = app.admin().await;
    let world = World::made_by(&admin, &mut rng).await;
    let (mut undone, mut all_lost) = (0, 0);
    for round in 0..8 {
        world.relate(&admin, &mut rng, 1).await;
        let before = admin.relationships().await;
        let transfer = world.transfer(&admin, &mut rng).await;
        let after = admin.relationships().await;
        if transfer["transferId"].is_null() {
            assert_eq!(before, after);
            continue;
        }
        let transferred: Vec<&Value> = before
            .iter()
            .filter(|(id, it)| after[*id] != **it)
            .map(|(_, it)| it)
            .collect();
        for _ in 0..rng.usize(0..8) {
            world
                .change(&admin, transferred[rng.usize(0..transferred.len())], &mut rng)
                .await;
        }
        let now = admin.relationships().await;
        let (expected, lost) = expected((&before, &after), &now);

        let back = admin.undo(&transfer["transferId"]).await;

        assert_eq!(
            admin.relationships().await,
            expected,
            "round {round} of {seed}: {back}"
        );
        assert_eq!(losses(&back).into_keys().collect::<BTreeSet<_>>(), lost, "{back}");
        let count = |name: &str| back[name].as_i64().unwrap();
        undone += count("movedBack") + count("reopened");
        all_lost += lost.len();
    }
    assert!(undone > 5 && all_lost > 5, "{undone} and {all_lost}");
}

on_both_engines! {
    async fn transfers_are_undone_exactly(app: &TestApp) {
        exact(app, 3).await;
    }

    async fn what_changed_after_a_transfer_is_told(app: &TestApp) {
        told(app, 4).await;
    }
}
