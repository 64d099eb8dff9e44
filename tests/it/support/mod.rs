//! The foundation of the tests: the program over a database of its own, on either engine.

pub mod disk;
pub mod live;
pub mod makers;
mod merging;
pub mod migrations;
pub mod operations;
mod place;
pub mod postgres;
pub mod proxy;
pub mod rows;
pub mod served;
mod stories;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use external_contacts::auth::Caller;
use external_contacts::clock::Clock;
use external_contacts::graphql::{self, Executor, RequestData};
use external_contacts::id::Ids;
use external_contacts::limits::{CallerLimits, Limits};
use external_contacts::model::{Permission, Permissions, Region, User};
use external_contacts::operation::{Answer, Introspection, Operations, Params};
use external_contacts::store::{DatabaseUrl, Store, Tenant};
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde_json::{Value, json};

use self::place::Place;
pub(crate) use self::stories::{in_every_order, on_both_engines, test_of_story};

/// The time a test waits for an expected event, also on a busy machine.
pub const SOON: Duration = Duration::from_mins(1);

/// The seed of repeatable ids.
const SEED: u64 = 9;

/// The program over an empty database with one tenant, `acme`.
pub struct TestApp {
    pub store: Store,
    pub tenant: Tenant,
    pub executor: Executor,
    pub operations: Arc<Operations>,
    /// The URL for another server over the same database.
    pub url: DatabaseUrl,
    time: Arc<AtomicI64>,
    _place: Place,
}

/// The shared state of two runs of a test.
#[derive(Clone, Copy)]
enum Run {
    /// Random ids, and a clock that ticks whenever it is read.
    Lively,
    /// Seeded ids, and a clock that stands still until [`TestApp::pass`] moves it.
    Repeatable,
}

/// The instant at which the clock of every test begins.
pub fn start() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

impl TestApp {
    pub async fn on_sqlite() -> Self {
        Self::over(Place::folder(), Run::Lively).await
    }

    pub async fn on_postgres() -> Self {
        Self::over(Place::server().await, Run::Lively).await
    }

    /// On PostgreSQL, with changes that are numbered for each tenant.
    pub async fn numbering_changes() -> Self {
        Self::over(Place::numbering_server().await, Run::Lively).await
    }

    /// The same, with the same ids and times in every run: see [`Run::Repeatable`].
    pub async fn repeatable_numbering_changes() -> Self {
        Self::over(Place::numbering_server().await, Run::Repeatable).await
    }

    /// Over an empty database that who made it keeps.
    pub async fn new_at(url: DatabaseUrl) -> Self {
        Self::over((url, Place::Shared), Run::Lively).await
    }

    /// The same, with the same ids and times in every run: see [`Run::Repeatable`].
    pub async fn repeatable_at(url: DatabaseUrl) -> Self {
        Self::over((url, Place::Shared), Run::Repeatable).await
    }

    /// Over the database of a test's own server.
    pub async fn of_server(server: &postgres::own::OwnServer) -> Self {
        Self::new_at(server.url().parse().unwrap()).await
    }

    /// The same ids and times in every run: see [`Run::Repeatable`].
    pub async fn repeatable_on_sqlite() -> Self {
        Self::over(Place::folder(), Run::Repeatable).await
    }

    /// The same ids and times in every run: see [`Run::Repeatable`].
    pub async fn repeatable_on_postgres() -> Self {
        Self::over(Place::server().await, Run::Repeatable).await
    }

    async fn over((url, place): (DatabaseUrl, Place), run: Run) -> Self {
        let time = Arc::new(AtomicI64::new(start().timestamp_micros()));
        let store = match run {
            Run::Lively => open(&url, ticking(&time)).await,
            Run::Repeatable => open_with(&url, still(&time), Ids::seeded(SEED)).await,
        };
        let tenant = store
            .system()
            .add_tenant(&"acme".parse().unwrap(), &Region::default())
            .await
            .unwrap()
            .expect("the database is empty");
        Self::of(store, tenant, url, time, place)
    }

    fn of(store: Store, tenant: Tenant, url: DatabaseUrl, time: Arc<AtomicI64>, place: Place) -> Self {
        let executor = Executor::new(Limits::default(), CallerLimits::default());
        let sdl = graphql::operation_sdl(executor.schema());
        let operations = Operations::new(&sdl, Limits::default(), 1 << 20).unwrap();
        Self {
            store,
            tenant,
            executor,
            operations: Arc::new(operations),
            url,
            time,
            _place: place,
        }
    }

    /// A server over a database that has the tenant already; who made it keeps it.
    pub async fn at(url: DatabaseUrl) -> Self {
        let time = Arc::new(AtomicI64::new(Clock::system().now().timestamp_micros()));
        let store = open(&url, ticking(&time)).await;
        let tenant = store
            .system()
            .tenant("acme")
            .await
            .unwrap()
            .expect("somebody made it");
        Self::of(store, tenant, url, time, Place::Shared)
    }

    /// Another server over the same database and tenant. The database goes with the first.
    pub async fn again(&self) -> Self {
        let store = open(&self.url, ticking(&self.time)).await;
        let tenant = store
            .system()
            .tenant("acme")
            .await
            .unwrap()
            .expect("the first made it");
        Self {
            store,
            tenant,
            executor: self.executor.clone(),
            operations: self.operations.clone(),
            url: self.url.clone(),
            time: self.time.clone(),
            _place: Place::Shared,
        }
    }

    /// Time passes.
    pub fn pass(&self, time: TimeDelta) {
        let micros = time.num_microseconds().expect("it is not that long");
        self.time.fetch_add(micros, Ordering::SeqCst);
    }

    /// The time, which does not pass by being asked for.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.time.load(Ordering::SeqCst)).unwrap()
    }

    /// Another tenant of the same database.
    pub async fn tenant(&self, name: &str) -> Tenant {
        self.store
            .system()
            .add_tenant(&name.parse().unwrap(), &Region::default())
            .await
            .unwrap()
            .expect("there is no such tenant yet")
    }

    /// Returns a caller with all permissions.
    pub async fn admin(&self) -> TestCaller<'_> {
        self.caller_of(&self.tenant, "admin", Permissions::all()).await
    }

    /// Returns a caller with these permissions and no others.
    pub async fn caller(&self, permissions: impl IntoIterator<Item = Permission>) -> TestCaller<'_> {
        self.caller_of(&self.tenant, "somebody", permissions.into_iter().collect())
            .await
    }

    /// A caller who was found elsewhere, asking here.
    pub fn caller_over_own_store(&self, caller: Caller) -> TestCaller<'_> {
        let tenant = self.tenant.clone();
        TestCaller {
            app: self,
            caller: Caller { tenant, ..caller },
        }
    }

    /// A user of a tenant.
    pub async fn caller_of(
        &self,
        tenant: &Tenant,
        subject: &str,
        permissions: Permissions,
    ) -> TestCaller<'_> {
        let user: User = tenant.seen_user(subject, Some(subject), None).await.unwrap();
        let caller = Caller {
            tenant: tenant.clone(),
            user,
            permissions,
        };
        TestCaller { app: self, caller }
    }
}

/// Returns a clock that advances by a millisecond on each reading, so that no two events have the same instant.
fn ticking(time: &Arc<AtomicI64>) -> Clock {
    let time = time.clone();
    Clock::telling(move || {
        let micros = time.fetch_add(1000, Ordering::SeqCst);
        DateTime::from_timestamp_micros(micros).unwrap()
    })
}

/// The time stands still until a test moves it.
fn still(time: &Arc<AtomicI64>) -> Clock {
    let time = time.clone();
    Clock::telling(move || DateTime::from_timestamp_micros(time.load(Ordering::SeqCst)).unwrap())
}

/// Opens a database and brings its schema up to date.
pub async fn open(url: &DatabaseUrl, clock: Clock) -> Store {
    open_with(url, clock, Ids::random()).await
}

async fn open_with(url: &DatabaseUrl, clock: Clock, ids: Ids) -> Store {
    let store = Store::open(url, 8, clock, ids).await.unwrap();
    store.migrate().await.unwrap();
    store
}

/// A caller.
pub struct TestCaller<'a> {
    app: &'a TestApp,
    pub caller: Caller,
}

impl TestCaller<'_> {
    /// The answer to an operation, as a client gets it.
    pub async fn run(&self, query: &str, variables: Value) -> Value {
        serde_json::to_value(self.answer(params(query, variables)).await).unwrap()
    }

    /// The answer to a request, its keys in their order.
    pub async fn answer(&self, params: Params) -> Answer {
        let data = RequestData::new(self.caller.clone());
        self.app
            .operations
            .answer(
                params,
                self.caller.permissions,
                Introspection::Allowed,
                async |document| self.app.executor.execute(document, &data).await,
            )
            .await
    }

    /// Returns the events of a subscription.
    pub fn follow(&self, query: &str, variables: Value) -> Events {
        let (params, permissions) = (params(query, variables), self.caller.permissions);
        let (executor, data) = (self.app.executor.clone(), RequestData::new(self.caller.clone()));
        let answers = match self
            .app
            .operations
            .prepare(params, permissions, Introspection::Allowed)
        {
            Ok(prepared) => prepared
                .subscribe(move |document| executor.subscribe(document, &data))
                .boxed(),
            Err(refusal) => panic!("{refusal:?}"),
        };
        Events(
            answers
                .map(|answer| serde_json::to_value(answer).unwrap())
                .boxed(),
        )
    }

    /// The request error of a subscription; `None` if it begins.
    pub fn refused_subscription(&self, query: &str, variables: Value) -> Option<Value> {
        let params = params(query, variables);
        let prepared = self
            .app
            .operations
            .prepare(params, self.caller.permissions, Introspection::Allowed);
        prepared
            .err()
            .map(|refusal| serde_json::to_value(refusal).unwrap())
    }

    /// The data of an operation that must not have errors.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.run(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].take()
    }

    /// Runs a mutation that must be accepted and returns its payload.
    pub async fn done(&self, query: &str, input: Value) -> Value {
        let payload = self.payload(query, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{query}");
        payload
    }

    /// Runs a mutation with `$input` and returns its payload.
    pub async fn payload(&self, query: &str, input: Value) -> Value {
        let data = self.data(query, json!({ "input": input })).await;
        let Value::Object(fields) = data else {
            panic!("no data: {query}")
        };
        fields.into_iter().next().expect("a mutation has a field").1
    }

    /// The user errors of one mutation, a line each: code, path, message.
    pub async fn refusal(&self, query: &str, input: Value) -> String {
        let payload = self.payload(query, input).await;
        let errors = payload["userErrors"].as_array().expect("userErrors are selected");
        let lines: Vec<String> = errors.iter().map(line).collect();
        lines.join("\n")
    }

    /// The top-level errors of an operation, a line each: code, path, message.
    pub async fn errors(&self, query: &str, variables: Value) -> String {
        let answer = self.run(query, variables).await;
        let none = Vec::new();
        let errors = answer["errors"].as_array().unwrap_or(&none);
        let lines: Vec<String> = errors
            .iter()
            .map(|error| {
                let code = error["extensions"]["code"].as_str().unwrap_or("no code");
                let message = error["message"].as_str().unwrap_or_default();
                format!("{code} {}: {message}", dotted(&error["path"]))
            })
            .collect();
        lines.join("\n")
    }
}

/// The user errors of a payload, a line each: code and path.
pub fn refusals(payload: &Value) -> String {
    let errors = payload["userErrors"].as_array().expect("userErrors are selected");
    let line = |error: &Value| {
        format!(
            "{} {}",
            error["code"].as_str().expect("a code"),
            dotted(&error["field"])
        )
    };
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A request of one operation.
pub fn params(query: &str, variables: Value) -> Params {
    let Value::Object(variables) = variables else {
        panic!("variables are an object")
    };
    Params {
        query: query.to_owned(),
        variables,
        ..Params::default()
    }
}

/// The answers of a subscription.
pub struct Events(BoxStream<'static, Value>);

impl Events {
    /// The next answer, which must come soon; `None` at the end.
    pub async fn answer(&mut self) -> Option<Value> {
        tokio::time::timeout(SOON, self.0.next())
            .await
            .expect("an answer comes soon")
    }

    /// The next change.
    pub async fn change(&mut self) -> Value {
        let mut answer = self.answer().await.expect("it goes on");
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"]["changes"].take()
    }

    /// The next changes.
    pub async fn changes(&mut self, count: usize) -> Vec<Value> {
        let mut changes = Vec::with_capacity(count);
        while changes.len() < count {
            changes.push(self.change().await);
        }
        changes
    }
}

fn line(error: &Value) -> String {
    let code = error["code"].as_str().expect("`code` is selected");
    let message = error["message"].as_str().expect("`message` is selected");
    format!("{code} {}: {message}", dotted(&error["field"]))
}

fn dotted(path: &Value) -> String {
    let parts: Vec<String> = path
        .as_array()
        .into_iter()
        .flatten()
        .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
        .collect();
    parts.join(".")
}
