//! Metrics and traces of the running program, as Prometheus and a collector receive them.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use crate::support::SOON;

const QUERY: &str = "{ contacts(first: 3) { nodes { displayName organization { name } notes(first: 1) { nodes { text } } } } }";

/// A server with demo data.
struct Program {
    child: Child,
    api: String,
    metrics: String,
    token: String,
}

impl Program {
    async fn start(data: &Path, flags: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_external-contacts"))
            .args([
                "serve",
                "--dev",
                "--demo",
                "--listen",
                "0",
                "--metrics-listen",
                "0",
                "--data",
            ])
            .arg(data)
            .args(flags)
            .env("EXTERNAL_CONTACTS_LOG", "info")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let log = child.stderr.take().unwrap();
        let metrics = line_with(log, "metrics are at").await;
        let address = metrics.split("address=").nth(1).unwrap().trim().to_owned();
        let printed = line_with(child.stdout.take().unwrap(), "http://").await;
        let api = printed.split_whitespace().last().unwrap().to_owned();
        let token = Command::new(env!("CARGO_BIN_EXE_external-contacts"))
            .args(["token", "--data"])
            .arg(data)
            .output()
            .await
            .unwrap();
        Self {
            child,
            api,
            metrics: format!("http://{address}/metrics"),
            token: String::from_utf8(token.stdout).unwrap().trim().to_owned(),
        }
    }

    async fn ask(&self, query: &str, headers: HeaderMap) {
        let answer = reqwest::Client::new()
            .post(&self.api)
            .bearer_auth(&self.token)
            .headers(headers)
            .json(&json!({ "query": query }))
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    async fn metrics(&self) -> HashMap<String, f64> {
        let answer = reqwest::get(&self.metrics).await.unwrap();
        let media = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(media.starts_with("application/openmetrics-text"), "{media}");
        let text = answer.text().await.unwrap();
        assert!(text.ends_with("# EOF\n"), "{text}");
        let values = text.lines().filter(|line| !line.starts_with('#'));
        values
            .map(|line| {
                let (name, value) = line.rsplit_once(' ').unwrap();
                (name.to_owned(), value.parse().unwrap())
            })
            .collect()
    }

    async fn stop(mut self) {
        let id = self.child.id().unwrap().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .await
                .unwrap()
                .success()
        );
        assert!(timeout(SOON, self.child.wait()).await.unwrap().unwrap().success());
    }
}

fn is(value: f64, expected: f64) -> bool {
    (value - expected).abs() < f64::EPSILON
}

/// Waits for a line with a text, and reads on, so that the program never waits for a reader.
async fn line_with(from: impl AsyncRead + Unpin + Send + 'static, text: &str) -> String {
    let mut lines = BufReader::new(from).lines();
    let found = loop {
        let line = timeout(SOON, lines.next_line()).await.unwrap().unwrap().unwrap();
        if line.contains(text) {
            break line;
        }
    };
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    found
}

/// A collector on this machine, and the spans that it receives.
async fn collector() -> (String, UnboundedReceiver<Span>) {
    let (received, spans) = unbounded_channel();
    let receive = move |body: Bytes| async move {
        let request = ExportTraceServiceRequest::decode(body).unwrap();
        let scopes = request
            .resource_spans
            .into_iter()
            .flat_map(|resource| resource.scope_spans);
        for span in scopes.flat_map(|scope| scope.spans) {
            received.send(span).unwrap();
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/traces", post(receive));
    tokio::spawn(async { axum::serve(listener, router).await });
    (address, spans)
}

#[tokio::test]
async fn metrics_count_requests_statements_pools_and_entities() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &[]).await;

    let before = program.metrics().await;
    program.ask(QUERY, HeaderMap::new()).await;
    program.ask(QUERY, HeaderMap::new()).await;
    let after = program.metrics().await;

    let grown = |name: &str| after[name] - before.get(name).copied().unwrap_or_default();
    // One for the list with its organizations and one for its notes, twice; users and tenants are cached or read beside them.
    assert!(grown("external_contacts_statement_duration_seconds_count") >= 4.0);
    let answered = r#"external_contacts_requests_total{operation="query",code="OK"}"#;
    assert!(is(grown(answered), 2.0));
    assert!(is(grown("external_contacts_request_cost_count"), 2.0));
    assert!(grown("external_contacts_loader_batch_keys_count") >= 2.0);
    let hits = grown(r#"external_contacts_cache_lookups_total{cache="operations",result="hit"}"#);
    assert!(is(hits, 1.0));
    assert!(after["external_contacts_managed_entities"] > 100.0);
    assert!(is(after["external_contacts_tenants"], 1.0));
    let idle_writers = after[r#"external_contacts_pool_connections{pool="writer",state="idle"}"#];
    assert!(is(idle_writers, 1.0));
    #[cfg(target_os = "linux")]
    assert!(after["process_resident_memory_bytes"] > 1e6);
    program.stop().await;
}

#[tokio::test]
async fn a_trace_has_the_request_its_statements_and_its_batches() {
    let folder = tempfile::tempdir().unwrap();
    let (address, mut spans) = collector().await;
    let program = Program::start(folder.path(), &["--otlp-endpoint", &address]).await;
    let trace: u128 = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c;
    let mut headers = HeaderMap::new();
    headers.insert(
        "traceparent",
        format!("00-{trace:032x}-b7ad6b7169203331-01").parse().unwrap(),
    );

    program.ask(QUERY, headers).await;
    // The last spans are sent before the program ends.
    program.stop().await;

    let mut own = Vec::new();
    while let Ok(span) = spans.try_recv() {
        if span.trace_id == trace.to_be_bytes() {
            own.push(span);
        }
    }
    let named = |name: &str| own.iter().filter(|span| span.name == name).count();
    assert_eq!(named("request"), 1, "{own:#?}");
    assert_eq!(named("batch"), 1, "{own:#?}");
    assert!(named("statement") >= 2, "{own:#?}");
    let attributes: Vec<_> = own.iter().flat_map(|span| &span.attributes).collect();
    let texts = format!("{attributes:?}");
    assert!(
        texts.contains("FROM contacts") && texts.contains("FROM notes"),
        "{texts}"
    );
    assert!(!texts.contains(&program_secret(folder.path())));
}

/// The development key, which signs tokens.
fn program_secret(data: &Path) -> String {
    std::fs::read_to_string(data.join("dev-key"))
        .unwrap()
        .trim()
        .to_owned()
}

#[tokio::test]
async fn an_unreachable_collector_slows_no_request() {
    let folder = tempfile::tempdir().unwrap();
    // A port that was free a moment ago, and refuses connections.
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let program = Program::start(folder.path(), &["--otlp-endpoint", &address]).await;

    let asked = timeout(Duration::from_secs(20), program.ask(QUERY, HeaderMap::new()));

    asked.await.unwrap();
    program.stop().await;
}
