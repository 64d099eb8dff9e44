//! Traces: the spans of requests, statements and batches of loaders, sent to a collector by the OpenTelemetry protocol.
//!
//! A span has the text of a statement, but no value of a request. Without a collector no span is made for statements and
//! batches.

use std::time::Duration;

use anyhow::Context as _;
use axum::http::HeaderMap;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;
use url::Url;

/// The name of the service in traces. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` add to it.
const SERVICE: &str = "external-contacts";
/// The path of the protocol's traces below a collector's address.
const PATH: &str = "v1/traces";
/// The header with the caller's trace (W3C Trace Context).
const TRACE_PARENT: &str = "traceparent";
/// The time for the last spans to reach the collector when the program ends.
const LAST_EXPORT: Duration = Duration::from_secs(5);

/// The traces of a running program.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends the given share of traces, from 0 to 1, to the collector at `endpoint`, such as `http://localhost:4318`.
    /// Spans wait in memory, a bounded number, and are sent in batches.
    ///
    /// # Errors
    /// Fails when the endpoint is not an address of http or https.
    pub fn to(endpoint: &Url, share: f64) -> anyhow::Result<Self> {
        let address = format!("{}/{PATH}", endpoint.as_str().trim_end_matches('/'));
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(address)
            .build()
            .with_context(|| format!("traces cannot be sent to {endpoint}"))?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::TraceIdRatioBased(share))
            .with_resource(Resource::builder().with_service_name(SERVICE).build())
            .build();
        Ok(Self(provider))
    }

    /// Returns the layer that makes traces of this program's spans.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'s> LookupSpan<'s> + Send + Sync,
    {
        let own = filter_fn(|metadata| {
            metadata.is_span() && metadata.target().starts_with(env!("CARGO_CRATE_NAME"))
        });
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_filter(own)
    }

    /// Sends what waits, for a few seconds at most.
    pub fn finish(&self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_EXPORT) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the last traces were not sent"
            );
        }
    }
}

/// Makes the span a part of the caller's trace, if the request's headers name one.
pub fn join_caller(span: &Span, headers: &HeaderMap) {
    if headers.contains_key(TRACE_PARENT) {
        let context = TraceContextPropagator::new().extract(&Headers(headers));
        // It fails only where there are no traces.
        let _ = span.set_parent(context);
    }
}

/// The headers of a request, as the library reads them.
struct Headers<'h>(&'h HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}
