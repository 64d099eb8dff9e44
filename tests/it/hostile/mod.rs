//! Hostile input: generated documents, variables, cursors, search queries, tokens and requests. Whatever arrives, the
//! answer is well-formed, no fault of the server, and says nothing of the inside.
//!
//! Each target runs [`CASES`] cases; in the long form (`LONG=1` in the environment), as many as fit [`LONG_TIME`] or
//! `FUZZ_SECONDS`. A case that fails is made smaller, printed, and kept in `corpus.txt`, whose cases run first from then on.

mod cursors;
mod documents;
mod edit;
mod requests;
mod searches;
mod tokens;
mod variables;

use std::time::{Duration, Instant};

use external_contacts::demo;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::{TestApp, TestCaller};

/// The cases of a target, unless it has a time.
const CASES: u32 = 150;
/// The time of a target in the long form.
const LONG_TIME: Duration = Duration::from_mins(10);
/// Words of the inside, which no message has: of the language, the libraries, the databases and this machine.
const INSIDE: &[&str] = &[
    "panicked",
    ".rs:",
    "::",
    "Some(",
    "None",
    "unwrap",
    "sqlx",
    "serde",
    "tokio",
    "async_graphql",
    "apollo",
    "SELECT ",
    "INSERT ",
    "sqlite",
    "postgres",
    "tenant_id",
    "sort_key",
    "/root",
    "/home",
    "/tmp",
    "os error",
];
/// Texts that have broken programs.
const NASTY: &[&str] = &[
    "",
    " ",
    "\0",
    "a\0b",
    "\u{202e}abc",
    "\u{feff}",
    "\u{200d}",
    "\u{1f}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "ﷺ",
    "é\u{301}\u{301}",
    "👩‍👩‍👧‍👦",
    "İ",
    "ß",
    "%",
    "_",
    "%%%",
    "'",
    "\"",
    "\\",
    "';--",
    "' OR 1=1",
    "$1",
    "{}",
    "[]",
    "null",
    "-1",
    "1e400",
    "9223372036854775808",
    "0000-00-00",
    "10000-01-01",
    "2026-02-30",
    "2026-12-31T23:59:60Z",
    "1970-01-01T00:00:00+99:99",
    "+",
    "+1",
    "00",
    "@",
    "a@",
    "xn--",
    "a@xn--zzzz",
    "../../etc/passwd",
    "contact_",
    "contact_00000000-0000-0000-0000-000000000000",
    "javascript:alert(1)",
    "*",
    "\u{10ffff}",
    "\r\n",
    "\t",
];

/// Any text: short, hostile, or long.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(NASTY).prop_map(str::to_owned),
        any::<String>(),
        "[a-z@.+ '%_-]{0,12}",
        (select(NASTY), 1..3000_usize).prop_map(|(text, times)| text.repeat(times)),
        (select(NASTY), "[a-z]{1,6}", select(NASTY))
            .prop_map(|(before, text, after)| format!("{before}{text}{after}")),
    ]
}

/// Any JSON value.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        select(&[0, 1, -1, i64::MAX, i64::MIN, 2_147_483_648][..]).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// The time of a target, in the long form.
fn long_time() -> Option<Duration> {
    let seconds = std::env::var("FUZZ_SECONDS").ok();
    let given =
        seconds.map(|seconds| Duration::from_secs(seconds.parse().expect("FUZZ_SECONDS is a number")));
    given.or_else(|| std::env::var_os("LONG").map(|_| LONG_TIME))
}

/// Runs a target: cases of `strategy`, until one fails.
fn fuzz<S: Strategy>(target: &str, strategy: &S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let ends = long_time().map(|time| Instant::now() + time);
    let corpus = FileFailurePersistence::Direct("tests/it/hostile/corpus.txt");
    let mut cases = 0;
    loop {
        let config = Config {
            cases: CASES,
            failure_persistence: Some(Box::new(corpus)),
            source_file: Some(file!()),
            ..Config::default()
        };
        if let Err(failure) = TestRunner::new(config).run(strategy, &check) {
            panic!("{target}: {failure}");
        }
        cases += CASES;
        if ends.is_none_or(|ends| Instant::now() >= ends) {
            break;
        }
    }
    println!("figure: hostile {target}: {cases} cases");
}

/// The demo on both engines.
struct World {
    runtime: Runtime,
    sqlite: TestApp,
    postgres: TestApp,
}

impl World {
    fn open() -> Self {
        let runtime = Runtime::new().unwrap();
        let (sqlite, postgres) = runtime.block_on(async {
            // With the same ids.
            let apps = (
                TestApp::repeatable_on_sqlite().await,
                TestApp::repeatable_on_postgres().await,
            );
            for app in [&apps.0, &apps.1] {
                demo::fill(&app.tenant, &|_, _| {}).await.unwrap();
            }
            apps
        });
        Self {
            runtime,
            sqlite,
            postgres,
        }
    }

    /// Asks both engines as the administrator. Their answers must be in order, and have the same codes.
    fn ask(&self, query: &str, variables: &Value) -> Result<(), TestCaseError> {
        self.ask_each(query, &[variables.clone(), variables.clone()])
    }

    /// As [`Self::ask`], with variables of each engine.
    fn ask_each(&self, query: &str, variables: &[Value; 2]) -> Result<(), TestCaseError> {
        self.runtime.block_on(async {
            let input = format!("{query} {} {}", variables[0], variables[1]);
            let mut codes = Vec::new();
            for (app, variables) in [&self.sqlite, &self.postgres].into_iter().zip(variables) {
                let answer = app.admin().await.run(query, variables.clone()).await;
                codes.push(in_order(&answer, &input)?);
            }
            prop_assert_eq!(&codes[0], &codes[1], "the engines differ: {}", input);
            Ok(())
        })
    }

    /// The ids of records of each kind.
    fn ids(&self) -> Vec<String> {
        let query = "{ contacts(first: 2) { nodes { id } } organizations(first: 2) { nodes { id } }
            relationships(first: 2) { nodes { id } } notes(first: 2) { nodes { id } }
            interactions(first: 2) { nodes { id } } users(first: 2) { nodes { id } } wrapUpCodes(first: 2) { nodes { id } } }";
        let found = self.runtime.block_on(async {
            let admin: TestCaller<'_> = self.sqlite.admin().await;
            admin.data(query, json!({})).await
        });
        let lists = found.as_object().unwrap().values();
        let nodes = lists.flat_map(|list| list["nodes"].as_array().unwrap());
        nodes
            .map(|node| node["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Checks an answer, and returns the codes of its errors.
fn in_order(answer: &Value, input: &str) -> Result<Vec<String>, TestCaseError> {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    prop_assert!(answer.get("data").is_some() || !errors.is_empty(), "{answer}");
    let mut codes = Vec::new();
    for error in &errors {
        let (message, code) = (error["message"].as_str(), error["extensions"]["code"].as_str());
        let (Some(message), Some(code)) = (message, code) else {
            return Err(TestCaseError::fail(format!("no message or code: {error}")));
        };
        prop_assert_ne!(code, "INTERNAL_SERVER_ERROR", "{}", error);
        tells_nothing(message, input)?;
        codes.push(code.to_owned());
    }
    user_errors_tell_nothing(answer, input)?;
    Ok(codes)
}

/// A message is there, bounded, and has no word of the inside that did not come from the client.
fn tells_nothing(message: &str, input: &str) -> Result<(), TestCaseError> {
    prop_assert!(!message.trim().is_empty());
    let length = message.chars().count();
    prop_assert!(length <= 1001, "{length} characters: {message}");
    for word in INSIDE {
        prop_assert!(
            !message.contains(word) || input.contains(word),
            "`{word}` in {message}"
        );
    }
    Ok(())
}

fn user_errors_tell_nothing(value: &Value, input: &str) -> Result<(), TestCaseError> {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "userErrors" {
                    for error in member.as_array().into_iter().flatten() {
                        tells_nothing(error["message"].as_str().unwrap_or("not asked for"), input)?;
                    }
                } else {
                    user_errors_tell_nothing(member, input)?;
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                user_errors_tell_nothing(item, input)?;
            }
        }
        _ => {}
    }
    Ok(())
}

#[test]
fn a_fault_and_a_word_of_the_inside_are_found() {
    let of = |message: &str, code: &str| json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
    assert!(in_order(&of("not known", "BAD_USER_INPUT"), "").is_ok());
    assert!(in_order(&of("not known", "INTERNAL_SERVER_ERROR"), "").is_err());
    assert!(in_order(&of("error in SELECT x", "BAD_USER_INPUT"), "").is_err());
    assert!(
        in_order(
            &of("`SELECT x` is not known", "BAD_USER_INPUT"),
            "{ a(b: \"SELECT x\") }"
        )
        .is_ok()
    );
    assert!(in_order(&json!({}), "").is_err());
    let refused = json!({ "data": { "a": { "userErrors": [{ "message": "at src/model.rs:7" }] } } });
    assert!(in_order(&refused, "").is_err());
}
