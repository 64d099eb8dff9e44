//! Following changes as they are committed.

use std::time::Duration;

use serde_json::{Value, json};

use super::{FOLLOW, delete_contact, last_cursor, named, note, settled, update};
use crate::support::{Events, TestApp, in_every_order};

fn names(changes: &[Value]) -> Vec<&str> {
    changes
        .iter()
        .map(|change| change["entity"]["lastName"].as_str().unwrap())
        .collect()
}

/// The most statements by which a subscription finds the place it begins at; what it runs after them looks for changes.
const STATEMENTS_OF_START: u64 = 6;

/// The subscription once it has begun: it sees what is committed from now on.
async fn begun(app: &TestApp, mut events: Events) -> Events {
    let before = app.store.statements();
    let looks = async {
        while app.store.statements() <= before + STATEMENTS_OF_START {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        answer = events.answer() => panic!("nothing was changed yet: {answer:?}"),
        () = looks => events,
    }
}

in_every_order! {
    async fn what_is_committed_from_now_on_comes_as_it_is_now(app: &TestApp) {
        let admin = app.admin().await;
        let ada = admin.contact("Lovelace").await;
        let mut events = begun(app, admin.follow(FOLLOW, json!({}))).await;
        update(&admin, json!({ "id": ada, "lastName": "Byron" })).await;
        let first = events.change().await;
        delete_contact(&admin, &ada).await;
        let second = events.change().await;

        let told = |change: &Value| json!([change["action"], change["kind"], change["entityId"], change["version"], change["entity"]]);
        assert_eq!(told(&first), json!(["UPDATED", "CONTACT", ada, 2, { "__typename": "Contact", "lastName": "Byron" }]));
        assert_eq!(told(&second), json!(["DELETED", "CONTACT", ada, 2, null]));
    }

    async fn whoever_read_to_the_end_goes_on_from_there(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("Lovelace").await;
        let cursor = last_cursor(&admin, 1).await;
        admin.contact("Hopper").await;
        let mut events = admin.follow(FOLLOW, json!({ "after": cursor }));
        let hopper = events.change().await;
        admin.contact("Noether").await;
        let noether = events.change().await;
        drop(events);
        admin.contact("Curie").await;
        let mut again = admin.follow(FOLLOW, json!({ "after": hopper["cursor"] }));

        assert_eq!(names(&[hopper, noether.clone()]), ["Hopper", "Noether"]);
        assert_eq!(names(&again.changes(2).await), ["Noether", "Curie"]);
        let mut later = admin.follow(FOLLOW, json!({ "after": noether["cursor"] }));
        assert_eq!(names(&later.changes(1).await), ["Curie"]);
        admin.contact("Germain").await;
        assert_eq!(names(&later.changes(1).await), ["Germain"]);
    }

    async fn a_follower_sees_what_they_asked_for(app: &TestApp) {
        let admin = app.admin().await;
        let apex = admin.organization("Apex").await;
        let cursor = last_cursor(&admin, 1).await;
        let mut of_apex = admin.follow(FOLLOW, json!({ "after": cursor, "organizationId": apex }));
        let mut notes = admin.follow(FOLLOW, json!({ "after": cursor, "entities": ["NOTE"] }));
        let ada = admin.contact("Lovelace").await;
        note(&admin, json!({ "subjectId": ada, "text": "Likes tea" })).await;
        // Both are live by now, and see the rest as it comes.
        assert_eq!(notes.change().await["entity"]["text"], "Likes tea");
        update(&admin, json!({ "id": ada, "organizationId": apex })).await;
        assert_eq!(of_apex.change().await["entityId"], ada);
        note(&admin, json!({ "subjectId": apex, "text": "Pays late" })).await;

        assert_eq!(notes.change().await["entity"]["text"], "Pays late");
        assert_eq!(of_apex.change().await["entity"]["text"], "Pays late");
        let hopper = admin.contact("Hopper").await;
        note(&admin, json!({ "subjectId": hopper, "text": "Likes ships" })).await;
        assert_eq!(notes.change().await["entity"]["text"], "Likes ships");
    }

    async fn what_another_server_writes_is_seen(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("Lovelace").await;
        let other = app.again().await;
        let there = other.caller_over_own_store(admin.caller.clone());
        let mut events = admin.follow(FOLLOW, json!({ "after": last_cursor(&admin, 1).await }));

        for name in ["Hopper", "Noether", "Curie"] {
            there.contact(name).await;
            assert_eq!(events.change().await["entity"]["lastName"], name);
        }
    }

    async fn whoever_is_slow_reads_on_and_misses_nothing(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("First").await;
        let cursor = last_cursor(&admin, 1).await;
        admin.contact("Second").await;
        let mut slow = admin.follow(FOLLOW, json!({ "after": cursor, "entities": ["CONTACT"] }));
        let mut fast = admin.follow(FOLLOW, json!({ "after": cursor, "entities": ["CONTACT"] }));
        // Both are live now; one of them goes on, and the feed keeps far fewer than are written.
        assert_eq!(names(&slow.changes(1).await), ["Second"]);
        assert_eq!(names(&fast.changes(1).await), ["Second"]);
        let all: Vec<String> = (0..900).map(|number| format!("Nr {number:03}")).collect();
        for names in all.chunks(100) {
            let mut tx = app.tenant.begin(None).await.unwrap();
            let contacts: Vec<_> = names.iter().map(|name| named(&tx, name)).collect();
            let added = tx.insert_all(&contacts).await;
            tx.end(added).await.unwrap();
        }

        assert_eq!(names(&fast.changes(900).await), all);
        assert_eq!(names(&slow.changes(900).await), all);
        admin.contact("Last").await;
        assert_eq!(names(&slow.changes(1).await), ["Last"]);
    }

    async fn a_feed_ends_with_its_last_follower(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("Lovelace").await;
        let cursor = last_cursor(&admin, 1).await;
        admin.contact("Hopper").await;
        let mut events = admin.follow(FOLLOW, json!({ "after": cursor }));
        events.change().await;

        drop(events);

        let mut looked = (0, app.store.statements());
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            looked = (looked.1, app.store.statements());
            if looked.0 == looked.1 {
                break;
            }
        }
        assert_eq!(looked.0, looked.1, "somebody still looks for changes");
    }

    async fn when_the_database_goes_the_followers_are_told(app: &TestApp) {
        let admin = app.admin().await;
        admin.contact("Lovelace").await;
        let other = app.again().await;
        let there = other.caller_over_own_store(admin.caller.clone());
        let cursor = last_cursor(&admin, 1).await;
        admin.contact("Hopper").await;
        let mut events = there.follow(FOLLOW, json!({ "after": cursor }));
        events.change().await;

        other.store.close().await;

        let answer = events.answer().await.unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
        assert_eq!(events.answer().await, None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_commit_is_neither_lost_nor_repeated() {
    let app = TestApp::on_postgres().await;
    let admin = app.admin().await;
    admin.contact("First").await;
    let cursor = last_cursor(&admin, 1).await;
    let mut events = admin.follow(FOLLOW, json!({ "after": cursor }));
    let other = app.again().await;
    let mut late = other.tenant.begin(None).await.unwrap();
    let contact_of_late = named(&late, "Late");
    late.insert(&contact_of_late).await.unwrap();

    admin.contact("Early").await;
    let read = settled(&admin, "", "cursor", 1).await;
    assert_eq!(read[0]["cursor"], cursor);
    late.end(Ok(())).await.unwrap();

    let seen = events.changes(2).await;
    assert_eq!(names(&seen), ["Late", "Early"]);
    let read = settled(&admin, "", "cursor", 3).await;
    assert_eq!(read[1]["cursor"], seen[0]["cursor"]);
    assert_eq!(read[2]["cursor"], seen[1]["cursor"]);
    admin.contact("Last").await;
    assert_eq!(names(&events.changes(1).await), ["Last"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_committed_before_does_not_come_though_others_still_run() {
    let app = TestApp::on_postgres().await;
    let admin = app.admin().await;
    let other = app.again().await;
    let mut late = other.tenant.begin(None).await.unwrap();
    let contact_of_late = named(&late, "Late");
    late.insert(&contact_of_late).await.unwrap();
    admin.contact("Before").await;

    let mut events = begun(&app, admin.follow(FOLLOW, json!({}))).await;
    admin.contact("After").await;
    late.end(Ok(())).await.unwrap();

    assert_eq!(names(&events.changes(2).await), ["Late", "After"]);
    admin.contact("Last").await;
    assert_eq!(names(&events.changes(1).await), ["Last"]);
}
