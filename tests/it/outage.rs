//! Databases that go away, in part or as a whole.

use serde_json::json;

use crate::support::TestApp;
use crate::support::proxy::Proxy;

const CREATE: &str = "mutation { createContact(input: { lastName: \"Lovelace\" }) { contact { version } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_unknown_and_not_repeated() {
    let app = TestApp::on_postgres().await;
    let admin = app.admin().await;
    let proxy = Proxy::start(&app.url).await;
    let behind = TestApp::at(proxy.url.clone()).await;
    let caller = behind.caller_over_own_store(admin.caller.clone());
    caller.data(CREATE, json!({})).await;

    proxy.lose_next_commit();
    let errors = caller.errors(CREATE, json!({})).await;

    assert!(
        errors.starts_with("UNAVAILABLE createContact: ") && errors.contains("it is unknown whether"),
        "{errors}"
    );
    let count = "{ contacts { totalCount { value } } }";
    assert_eq!(
        admin.data(count, json!({})).await["contacts"]["totalCount"]["value"],
        2
    );
    // The next change works.
    caller.data(CREATE, json!({})).await;
}
