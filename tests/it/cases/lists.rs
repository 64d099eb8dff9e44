//! The order of records that lack what a list is sorted by.

use serde_json::{Value, json};

use crate::support::operations::{CREATE_CONTACT, UPSERT_USER};
use crate::support::{TestCaller, on_both_engines};

/// Reads the names of a list from one end, page by page. In `list`, `PAGE` stands for the arguments of a page, and `INFO`
/// for what it says of the next.
async fn names(caller: &TestCaller<'_>, list: &str, size: i32, backwards: bool) -> Vec<String> {
    let (count, cursor, more) = if backwards {
        ("last", "before", "hasPreviousPage")
    } else {
        ("first", "after", "hasNextPage")
    };
    let edge = if backwards { "startCursor" } else { "endCursor" };
    let page = format!("{count}: {size}, {cursor}: $cursor");
    let info = format!("pageInfo {{ {more} {edge} }}");
    let list = list.replace("PAGE", &page).replace("INFO", &info);
    let query = format!("query ($cursor: String) {{ list: {list} }}");
    let (mut names, mut at) = (Vec::new(), Value::Null);
    loop {
        let data = caller.data(&query, json!({ "cursor": at })).await;
        let list = data["list"].get("contacts").unwrap_or(&data["list"]);
        let nodes = list["nodes"].as_array().unwrap().iter();
        let page: Vec<String> = nodes
            .map(|node| node["name"].as_str().unwrap_or("-").to_owned())
            .collect();
        names = if backwards {
            [page, names].concat()
        } else {
            [names, page].concat()
        };
        if list["pageInfo"][more] == false {
            return names;
        }
        at = list["pageInfo"][edge].clone();
    }
}

on_both_engines! {
    async fn contacts_without_a_last_name_come_last_in_both_directions(app: &TestApp) {
        let admin = app.admin().await;
        let acme = admin.organization("Acme").await;
        for (first, last) in [("Bo", None), ("Ada", Some("Zorn")), ("Al", None), ("Eve", Some("Ames")), ("Zoe", Some("Ames"))] {
            let input = json!({ "firstName": first, "lastName": last, "organizationId": acme });
            admin.done(CREATE_CONTACT, input).await;
        }

        let ascending = ["Eve Ames", "Zoe Ames", "Ada Zorn", "Al", "Bo"];
        let descending = ["Ada Zorn", "Zoe Ames", "Eve Ames", "Bo", "Al"];
        for (direction, expected) in [("ASC", ascending), ("DESC", descending)] {
            let order = format!("orderBy: {{ field: NAME, direction: {direction} }}");
            let root = format!("contacts({order}, PAGE) {{ nodes {{ name: displayName }} INFO }}");
            let filtered = format!(
                "contacts({order}, PAGE, filter: {{ organizationId: {{ eq: {acme} }} }}) {{ nodes {{ name: displayName }} INFO }}"
            );
            let nested = format!(
                "organization(id: {acme}) {{ contacts({order}, PAGE) {{ nodes {{ name: displayName }} INFO }} }}"
            );
            for list in [root, filtered, nested] {
                for (size, backwards) in [(1, false), (2, false), (3, true), (2, true), (1, true), (10, false), (10, true)] {
                    let found = names(&admin, &list, size, backwards).await;
                    assert_eq!(found, expected, "{list}, {size} at a time, backwards: {backwards}");
                }
            }
        }
    }

    async fn users_without_a_name_come_last_in_both_directions(app: &TestApp) {
        let admin = app.admin().await;
        for (subject, name) in [("a", None), ("b", Some("Bea")), ("z", Some("Zed"))] {
            admin.done(UPSERT_USER, json!({ "subject": subject, "name": name })).await;
        }

        for (direction, expected) in [("ASC", ["admin", "Bea", "Zed", "-"]), ("DESC", ["Zed", "Bea", "admin", "-"])] {
            let list = format!("users(orderBy: {{ field: NAME, direction: {direction} }}, PAGE) {{ nodes {{ name }} INFO }}");
            for (size, backwards) in [(1, false), (2, true), (10, false)] {
                assert_eq!(names(&admin, &list, size, backwards).await, expected, "{direction} {size} {backwards}");
            }
        }
    }
}
