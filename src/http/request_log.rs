//! The log's line for each request and for each operation of a socket, and the metrics that count them.
//!
//! A line never has a token, a header, a body, a query string, a variable, or a name that the client chose: a path is
//! one of the server's own, and an operation is named only if its document is trusted.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use async_graphql::Value;
use async_graphql::parser::types::OperationType;
use axum::extract::Request;
use axum::http::{Extensions, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::request_id::RequestId;

use super::names::{API_PATH, LIVE_PATH, PLAYGROUND_PATH, READY_PATH};
use crate::error::Code;
use crate::log::{self, Context};
use crate::metrics::{Answered, METRICS, Operation};
use crate::operation::{Answer, Prepared};
use crate::store::Tenant;
use crate::traces;

/// The name of a path, a method or an operation that the server does not know.
const OTHER: &str = "other";
/// The code of a request without errors.
const OK: &str = "OK";
/// The code of a request whose client left before the answer.
const CANCELLED: &str = "CANCELLED";
/// The status of a request whose client left before the answer. nginx logs the same.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// The line of one request or operation. It is written when the last clone is dropped: with the answer, at the end of a
/// stream, or as soon as the client has left.
#[derive(Clone)]
pub(super) struct RequestLog(Arc<Line>);

struct Line {
    context: Context,
    began: Instant,
    is_api: bool,
    details: Mutex<Details>,
}

/// The details that become known while a request is answered.
struct Details {
    kind: Option<OperationType>,
    operation: Cow<'static, str>,
    cost: Option<u64>,
    tenant: Option<Tenant>,
    /// The status of the response; `None` for operations of sockets.
    status: Option<u16>,
    /// The code of the first error.
    code: Option<Cow<'static, str>>,
    is_answered: bool,
}

impl RequestLog {
    fn begin(context: Context, is_api: bool, status: Option<u16>) -> Self {
        Self(Arc::new(Line {
            context,
            began: Instant::now(),
            is_api,
            details: Mutex::new(Details {
                kind: None,
                operation: "none".into(),
                cost: None,
                tenant: None,
                status,
                code: None,
                is_answered: false,
            }),
        }))
    }

    /// Returns the line of a request with these extensions.
    pub fn of_request(extensions: &mut Extensions) -> Self {
        extensions
            .remove()
            .unwrap_or_else(|| Self::begin(Context::current(), true, Some(CLIENT_CLOSED_REQUEST)))
    }

    /// Begins the line of an operation that comes over the socket of the current context.
    pub fn of_socket() -> Self {
        Self::begin(Context::current(), true, None)
    }

    /// Notes the operation. Its name is written only if its document `is_trusted`.
    pub fn prepared(&self, prepared: &Prepared, is_trusted: bool, tenant: &Tenant) {
        METRICS
            .request_cost
            .observe(u32::try_from(prepared.cost()).map_or(f64::INFINITY, f64::from));
        let mut details = self.details();
        details.kind = Some(prepared.kind());
        details.cost = Some(prepared.cost());
        details.tenant = Some(tenant.clone());
        details.operation = match prepared.name().filter(|_| is_trusted) {
            Some(name) => name.to_owned().into(),
            None => kind_name(prepared.kind()).into(),
        };
    }

    /// Notes an answer: the code of its first error, unless an earlier answer had one.
    pub fn answered(&self, answer: &Answer) {
        let code = answer.errors().first().map(|error| {
            let code = error.extensions.as_ref().and_then(|values| values.get("code"));
            match code {
                Some(Value::String(code)) => code.clone().into(),
                _ => Code::Internal.name().into(),
            }
        });
        let mut details = self.details();
        details.is_answered = true;
        if details.code.is_none() {
            details.code = code;
        }
    }

    /// Notes that the request was refused with this code.
    pub fn refused(&self, code: Code) {
        let mut details = self.details();
        details.is_answered = true;
        details.code.get_or_insert_with(|| code.name().into());
    }

    fn responded(&self, status: StatusCode) {
        let mut details = self.details();
        details.is_answered = true;
        details.status = Some(status.as_u16());
    }

    fn details(&self) -> MutexGuard<'_, Details> {
        self.0.details.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let details = self.details.get_mut().unwrap_or_else(PoisonError::into_inner);
        let is_stream = details.kind == Some(OperationType::Subscription);
        let code = match details.code.take() {
            Some(code) => code,
            None if details.is_answered || is_stream => OK.into(),
            None => CANCELLED.into(),
        };
        let elapsed = self.began.elapsed();
        self.context.call(|| {
            tracing::info!(
                operation = &*details.operation,
                cost = details.cost,
                statements = details.tenant.as_ref().map(Tenant::statements),
                duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
                status = details.status,
                code = &*code,
                "answered"
            );
        });
        if self.is_api {
            let operation = std::mem::take(&mut details.operation).into_owned();
            if !is_stream {
                let name = Operation {
                    operation: operation.clone(),
                };
                let duration = METRICS.request_duration.get_or_create(&name);
                duration.observe(elapsed.as_secs_f64());
            }
            let code = code.into_owned();
            METRICS
                .requests
                .get_or_create(&Answered { operation, code })
                .inc();
        }
    }
}

/// Writes a line for every request, and gives handlers access to it as an extension of the request.
pub(super) async fn log_requests(mut request: Request, next: Next) -> Response {
    let path = known_path(request.uri().path());
    let method = known_method(request.method());
    let id = request.extensions().get::<RequestId>();
    let id = id.map_or_else(|| HeaderValue::from_static(OTHER), |id| id.header_value().clone());
    // Only traces are interested in spans of this level: without a collector, the span is disabled.
    let span = tracing::trace_span!("request", id = id.to_str().unwrap_or_default(), method, path);
    traces::join_caller(&span, request.headers());
    let context = Context::new(log::Request { id, method, path }, span);
    let log = RequestLog::begin(context.clone(), path == API_PATH, Some(CLIENT_CLOSED_REQUEST));
    request.extensions_mut().insert(log.clone());
    let response = context.run(next.run(request)).await;
    log.responded(response.status());
    response
}

/// Returns the path if it is one of the server's: any other may hold anything, a token pasted by mistake included.
fn known_path(path: &str) -> &'static str {
    match path {
        "/" => "/",
        API_PATH => API_PATH,
        LIVE_PATH => LIVE_PATH,
        READY_PATH => READY_PATH,
        path if path.starts_with(PLAYGROUND_PATH) => PLAYGROUND_PATH,
        _ => OTHER,
    }
}

fn known_method(method: &Method) -> &'static str {
    const KNOWN: [&str; 5] = ["GET", "POST", "HEAD", "OPTIONS", "PUT"];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or(OTHER)
}

const fn kind_name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}
