//! The state that the handlers share, and the way of an operation through it.

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;

use super::admission::Admission;
use super::documents::Documents;
use super::lifecycle::Lifecycle;
use super::request::GraphQlRequest;
use super::request_log::RequestLog;
use crate::auth::{Caller, Identity};
use crate::graphql::{Executor, RequestData};
use crate::operation::{Answer, Introspection, Operations, Params, Prepared};
use crate::store::Store;

/// The state that the handlers share.
pub struct Server {
    /// The database.
    pub store: Store,
    /// The graph.
    pub executor: Executor,
    /// The steps from an operation's text to its answer.
    pub operations: Operations,
    /// Finds the caller of a request.
    pub identity: Identity,
    /// The trusted documents.
    pub documents: Documents,
    /// The bounds of what is taken on at the same time.
    pub admission: Admission,
    /// Whether queries are accepted by GET.
    pub allows_get: bool,
    /// The stage of the server, and its open sockets and event streams.
    pub lifecycle: Lifecycle,
}

impl Server {
    /// Finds the text of an operation and checks it for this caller. Fails with a request error.
    pub(super) fn prepare(
        &self,
        request: GraphQlRequest,
        caller: &Caller,
        reports_cost: bool,
        log: &RequestLog,
    ) -> Result<Prepared, Answer> {
        let prepared = self.find_and_prepare(request, caller, reports_cost);
        match &prepared {
            Ok((prepared, is_trusted)) => log.prepared(prepared, *is_trusted, &caller.tenant),
            Err(refused) => log.answered(refused),
        }
        prepared.map(|(prepared, _)| prepared)
    }

    fn find_and_prepare(
        &self,
        request: GraphQlRequest,
        caller: &Caller,
        reports_cost: bool,
    ) -> Result<(Prepared, bool), Answer> {
        let document = self.documents.find(request.document)?;
        let params = Params {
            query: document.text,
            operation_name: request.operation_name,
            variables: request.variables,
            reports_cost,
        };
        let prepared = self
            .operations
            .prepare(params, caller.permissions, Introspection::Allowed)?;
        Ok((prepared, document.is_trusted))
    }

    /// Runs a query or a mutation on behalf of its caller.
    pub(super) async fn run(&self, prepared: Prepared, caller: Caller) -> Answer {
        let data = RequestData::new(caller);
        let answer = prepared
            .run(|document| self.executor.execute(document, &data))
            .await;
        for subject in data.changed_users() {
            self.identity.forget(&data.caller.tenant, &subject).await;
        }
        answer
    }

    /// Runs a subscription: an answer for every event.
    pub(super) fn subscribe(&self, prepared: Prepared, caller: Caller) -> BoxStream<'static, Answer> {
        let (executor, data) = (self.executor.clone(), RequestData::new(caller));
        prepared
            .subscribe(move |document| executor.subscribe(document, &data))
            .boxed()
    }
}
