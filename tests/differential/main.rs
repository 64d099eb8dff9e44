//! The operation pipeline compared with graphql-js.
//!
//! Node.js makes operations from seeds over this graph's schema, runs them with graphql-js over the same canned data
//! and prints what came out (`cases.mjs`). Each operation is run here twice with each of its sets of variables: `data`
//! must be the same text, errors must have the same paths, and what one refuses the other must refuse too. Where the
//! specification leaves a choice, `compare/choice.rs` says which; how many operations each concerned is printed.
//!
//! `SEED=17 cargo test --test differential -- --nocapture` looks at one case.

#![cfg(test)] // so that lints know these files for tests

mod case;
mod compare;
mod graph;
mod mistakes;
mod reach;
mod report;

use async_graphql::Request;
use async_graphql::parser::types::ExecutableDocument;
use external_contacts::limits::Limits;
use external_contacts::model::Permissions;
use external_contacts::operation::{Answer, Introspection, Operations, Params};

use self::case::{Case, Run};
use self::compare::{Outcome, Verdict, compare};
use self::graph::{Calls, Graph};
use self::report::Report;

/// The number of cases; each is made from its number.
const CASES: usize = 2_500;

/// Room to keep what was read between the answers to one case, in bytes.
const KEPT: u64 = 8 * 1024 * 1024;

struct Server {
    graph: Graph,
    operations: Operations,
}

impl Server {
    async fn outcome(&self, case: &Case, run: &Run) -> Outcome {
        let calls = Calls::default();
        let params = Params {
            query: case.query.clone(),
            operation_name: case.operation_name.clone(),
            variables: serde_json::from_str(&run.variables).unwrap(),
            reports_cost: false,
        };
        let execute = async |document: ExecutableDocument| {
            let mut request = Request::new("").data(calls.clone());
            request.set_parsed_query(document);
            self.graph.execute(request).await
        };
        let answer: Answer = self
            .operations
            .answer(params, Permissions::all(), Introspection::Allowed, execute)
            .await;
        Outcome::new(&answer, calls.made())
    }

    /// Every set of variables, and then every one again: others come in between where there are several.
    async fn judge(&self, case: &Case) -> Vec<(usize, Outcome, Verdict)> {
        let mut judged = Vec::new();
        for _ in 0..2 {
            for (index, run) in case.runs.iter().enumerate() {
                let outcome = self.outcome(case, run).await;
                let verdict = compare(case, run, &outcome);
                judged.push((index, outcome, verdict));
            }
        }
        judged
    }
}

#[tokio::test]
async fn operations_answer_as_those_of_graphql_js_do() {
    let graph = graph::graph();
    let sdl = graph.sdl();
    let server = Server {
        operations: Operations::new(&sdl, Limits::default(), KEPT).unwrap(),
        graph,
    };
    let one = std::env::var("SEED").ok().map(|seed| seed.parse().unwrap());
    let (first, count) = one.map_or((0, CASES), |seed| (seed, 1));
    let mut report = Report::default();
    for case in case::cases(&sdl, first, count) {
        let judged = server.judge(&case).await;
        report.add(&case, &judged);
    }
    report.print();
    assert_eq!(report.cases(), count, "cases are missing");
    report.check_equal();
    if one.is_none() {
        report.check_reach();
    }
}
