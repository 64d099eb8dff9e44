//! The cost of reading an operation, and the saving of a cached one:
//!
//! ```sh
//! cargo bench --bench operation
//! ```
//!
//! `read` is everything up to execution, for operations on the real schema. `answer` is a whole answer from a graph
//! without a database, beside async-graphql's own way from the same text to the same answer.

#![expect(clippy::expect_used, reason = "a benchmark that cannot start must say so")]

use async_graphql::{
    EmptyMutation, EmptySubscription, Object, Request, Schema, SimpleObject, ValidationMode,
};
use divan::{Bencher, black_box};
use external_contacts::graphql;
use external_contacts::limits::{CallerLimits, Limits};
use external_contacts::model::Permissions;
use external_contacts::operation::{Introspection, Operations, Params};
use tokio::runtime::{Builder, Runtime};

fn main() {
    divan::main();
}

/// Memory for operations that are known, in bytes.
const MEMORY: u64 = 1 << 20;
const SMALL: &str = "query ($id: ID!) { contact(id: $id) { id displayName title organization { name } } }";
const SCREEN: &str = include_str!("../playground/src/examples/organization-screen.graphql");
const TEXTS: [&str; 2] = ["small", "screen"];

fn params(query: &str) -> Params {
    Params {
        query: query.to_owned(),
        variables: [(
            "id".to_owned(),
            "contact_0192f7c4-1c2d-7e3f-8a4b-5c6d7e8f9a0b".into(),
        )]
        .into_iter()
        .collect(),
        ..Params::default()
    }
}

fn text(name: &str) -> &'static str {
    if name == "small" { SMALL } else { SCREEN }
}

fn read(bencher: Bencher<'_, '_>, name: &str, memory: u64) {
    let sdl = graphql::schema(Limits::default(), CallerLimits::default()).sdl();
    let operations = Operations::new(&sdl, Limits::default(), memory).expect("the schema is valid");
    bencher.with_inputs(|| params(text(name))).bench_values(|params| {
        let prepared = operations.prepare(params, Permissions::all(), Introspection::Allowed);
        prepared.map(black_box).is_ok()
    });
}

/// An operation that was never seen.
#[divan::bench(args = TEXTS)]
fn read_new(bencher: Bencher<'_, '_>, name: &str) {
    read(bencher, name, 0);
}

/// One that is known.
#[divan::bench(args = TEXTS)]
fn read_known(bencher: Bencher<'_, '_>, name: &str) {
    read(bencher, name, MEMORY);
}

struct Query;

#[derive(SimpleObject)]
struct Contact {
    id: String,
    display_name: &'static str,
    title: Option<&'static str>,
    organization: Option<Organization>,
}

#[derive(SimpleObject)]
struct Organization {
    name: &'static str,
}

#[Object]
impl Query {
    async fn contact(&self, id: async_graphql::ID) -> Option<Contact> {
        Some(Contact {
            id: id.0,
            display_name: "Ada Lovelace",
            title: None,
            organization: Some(Organization {
                name: "Analytical Engines",
            }),
        })
    }
}

fn schema(mode: ValidationMode) -> Schema<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .validation_mode(mode)
        .finish()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

fn answer(bencher: Bencher<'_, '_>, memory: u64) {
    let (schema, runtime) = (schema(ValidationMode::Fast), runtime());
    let operations = Operations::new(&schema.sdl(), Limits::default(), memory).expect("the schema is valid");
    bencher.with_inputs(|| params(SMALL)).bench_values(|params| {
        let execute = async |document| {
            let mut request = Request::new("");
            request.set_parsed_query(document);
            schema.execute(request).await
        };
        let answer =
            runtime.block_on(operations.answer(params, Permissions::all(), Introspection::Allowed, execute));
        assert!(answer.errors().is_empty(), "{:?}", answer.errors());
        serde_json::to_vec(&answer).expect("an answer is JSON")
    });
}

/// Reads a text that is not cached.
#[divan::bench]
fn answer_new(bencher: Bencher<'_, '_>) {
    answer(bencher, 0);
}

/// Reads a cached text.
#[divan::bench]
fn answer_known(bencher: Bencher<'_, '_>) {
    answer(bencher, MEMORY);
}

/// The same by async-graphql alone, which reads every text anew.
#[divan::bench]
fn answer_async_graphql(bencher: Bencher<'_, '_>) {
    let (schema, runtime) = (schema(ValidationMode::Strict), runtime());
    bencher.with_inputs(|| params(SMALL)).bench_values(|params| {
        let variables = serde_json::Value::Object(params.variables);
        let request = Request::new(params.query).variables(async_graphql::Variables::from_json(variables));
        let answer = runtime.block_on(schema.execute(request));
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        serde_json::to_vec(&answer).expect("an answer is JSON")
    });
}
