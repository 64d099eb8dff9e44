//! Every list in every order and direction, paged both ways, and what is wrong with a page.

use serde_json::{Value, json};

use super::fields::PAGE_INFO;
use super::group::Group;

/// A list at a root: its field, its filter and order, what identifies an entry, what it can be ordered by.
pub struct List {
    pub field: &'static str,
    pub noun: &'static str,
    pub entry: &'static str,
    pub orders: &'static [&'static str],
}

pub const LISTS: [List; 7] = [
    List {
        field: "contacts",
        noun: "Contact",
        entry: "displayName createdAt updatedAt",
        orders: &["NAME", "CREATED_AT", "UPDATED_AT"],
    },
    List {
        field: "organizations",
        noun: "Organization",
        entry: "name createdAt updatedAt",
        orders: &["NAME", "CREATED_AT", "UPDATED_AT"],
    },
    List {
        field: "relationships",
        noun: "Relationship",
        entry: "type startedOn createdAt user { name } organization { name }",
        orders: &["TYPE", "STARTED_ON", "CREATED_AT"],
    },
    List {
        field: "notes",
        noun: "Note",
        entry: "pinned createdAt text",
        orders: &["PINNED_THEN_NEWEST", "CREATED_AT"],
    },
    List {
        field: "interactions",
        noun: "Interaction",
        entry: "startedAt externalId",
        orders: &["STARTED_AT"],
    },
    List {
        field: "users",
        noun: "User",
        entry: "name",
        orders: &["NAME"],
    },
    List {
        field: "wrapUpCodes",
        noun: "WrapUpCode",
        entry: "name",
        orders: &["NAME"],
    },
];

impl List {
    /// A page of the list with everything that a connection has.
    fn page(&self) -> String {
        format!(
            "query ($orderBy: {}Order, $first: Int, $after: String, $last: Int, $before: String) {{
               {}(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {{
                 edges {{ cursor node {{ {} }} }} {PAGE_INFO} }} }}",
            self.noun, self.field, self.entry,
        )
    }
}

pub async fn record(group: &mut Group<'_>) {
    for list in &LISTS {
        for order in list.orders {
            for direction in ["ASC", "DESC"] {
                ordered(group, list, order, direction).await;
            }
        }
        counted(group, list).await;
        refused(group, list).await;
    }
}

/// The first page, the one after it, back to the first, and the last.
async fn ordered(group: &mut Group<'_>, list: &List, order: &str, direction: &str) {
    let title = |page: &str| format!("{} by {order} {direction}: {page}", list.field);
    let order_by = json!({ "field": order, "direction": direction });
    let query = list.page();
    let first = json!({ "orderBy": order_by, "first": 3 });
    let first = group.ask(title("the first page"), &query, first).await;
    let cursor = |answer: &Value, cursor: &str| answer["data"][list.field]["pageInfo"][cursor].clone();

    let next = json!({ "orderBy": order_by, "first": 2, "after": cursor(&first, "endCursor") });
    let next = group.ask(title("the page after it"), &query, next).await;
    let back = json!({ "orderBy": order_by, "last": 2, "before": cursor(&next, "startCursor") });
    group.ask(title("the page before that"), &query, back).await;
    group
        .ask(
            title("the last page"),
            &query,
            json!({ "orderBy": order_by, "last": 2 }),
        )
        .await;
}

async fn counted(group: &mut Group<'_>, list: &List) {
    let List {
        field,
        entry,
        noun,
        orders,
    } = list;
    let query = format!("{{ {field}(first: 1) {{ nodes {{ {entry} }} totalCount {{ value precision }} }} }}");
    group
        .read(format!("{field}: counted, without an order"), &query)
        .await;
    let query = format!(
        "{{ {field}(orderBy: {{ field: {} }}, first: 1) {{ nodes {{ {entry} }} }} }}",
        orders[0]
    );
    group.read(format!("{field}: without a direction"), &query).await;
    let query = format!(
        "query ($filter: {noun}Filter, $orderBy: {noun}Order) {{ {field}(filter: $filter, orderBy: $orderBy, first: 1) {{ nodes {{ {entry} }} }} }}"
    );
    let nulls = json!({ "filter": null, "orderBy": null });
    group
        .ask(format!("{field}: null filter and order"), &query, nulls)
        .await;
    let query = format!("{{ {field} {{ {PAGE_INFO} }} }}");
    group.read(format!("{field}: without a page size"), &query).await;
    let query = format!("{{ {field}(first: null, last: 1) {{ nodes {{ {entry} }} }} }}");
    group.read(format!("{field}: null first, and last"), &query).await;
}

async fn refused(group: &mut Group<'_>, list: &List) {
    let query = list.page();
    let title = |what: &str| format!("{}: {what}", list.field);
    let own = group.ask(title("a cursor"), &query, json!({ "first": 1 })).await;
    let own = own["data"][list.field]["pageInfo"]["endCursor"].clone();
    let other = json!({ "field": list.orders[0], "direction": "ASC" });
    let descending = json!({ "field": list.orders[0], "direction": "DESC" });
    for (what, page) in [
        ("first of 0", json!({ "first": 0 })),
        ("first of 101", json!({ "first": 101 })),
        ("last of -1", json!({ "last": -1 })),
        ("first and last", json!({ "first": 2, "last": 2 })),
        (
            "after and before",
            json!({ "first": 2, "after": own, "before": own }),
        ),
        ("first and before", json!({ "first": 2, "before": own })),
        ("last and after", json!({ "last": 2, "after": own })),
        ("after that is no cursor", json!({ "after": "nonsense" })),
        ("an empty cursor", json!({ "after": "" })),
        (
            "a cursor of one of two orders",
            json!({ "after": own, "orderBy": other }),
        ),
        (
            "a cursor of the other of two orders",
            json!({ "after": own, "orderBy": descending }),
        ),
    ] {
        group.ask(title(what), &query, page).await;
    }
}
