//! The lines of the log: their form, and the request that each belongs to.
//!
//! The request is a value of its task, and no span of `tracing`: a span is stored, formatted and entered at every poll,
//! which costs a request more than its line does.

use std::fmt;
use std::sync::Arc;

use axum::http::HeaderValue;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use tracing::field::{Field, Visit};
use tracing::{Event, Instrument as _, Span, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::field::{RecordFields, VisitOutput as _};
use tracing_subscriber::fmt::format::{DefaultFields, DefaultVisitor, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

tokio::task_local! {
    static CURRENT: Context;
}

/// A request, as every line that it causes names it.
#[derive(Debug)]
pub struct Request {
    /// The id: up to 64 ASCII letters, digits, `.`, `_` and `-`.
    pub id: HeaderValue,
    /// The method, if the server knows it.
    pub method: &'static str,
    /// The path, if it is one of the server's.
    pub path: &'static str,
}

impl Request {
    fn id(&self) -> &str {
        self.id.to_str().unwrap_or_default()
    }
}

impl fmt::Display for Request {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            text,
            "request={} method={} path={}",
            self.id(),
            self.method,
            self.path
        )
    }
}

impl Serialize for Request {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Request", 3)?;
        object.serialize_field("id", self.id())?;
        object.serialize_field("method", self.method)?;
        object.serialize_field("path", self.path)?;
        object.end()
    }
}

/// The surroundings of a task: the request that it works for, and the request's span in traces.
#[derive(Clone, Debug)]
pub struct Context {
    request: Option<Arc<Request>>,
    span: Span,
}

impl Context {
    /// The context of the work for a request. `span` is disabled where there are no traces.
    #[must_use]
    pub fn new(request: Request, span: Span) -> Self {
        Self {
            request: Some(Arc::new(request)),
            span,
        }
    }

    /// Returns the context of the current task, which has no request outside the work for one.
    #[must_use]
    pub fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_else(|_| Self {
            request: None,
            span: Span::none(),
        })
    }

    /// Does the work in this context.
    pub async fn run<W: Future>(self, work: W) -> W::Output {
        let span = self.span.clone();
        CURRENT.scope(self, work.instrument(span)).await
    }

    /// Calls the function in this context.
    pub fn call<T>(&self, function: impl FnOnce() -> T) -> T {
        self.span.in_scope(|| CURRENT.sync_scope(self.clone(), function))
    }

    fn request() -> Option<Arc<Request>> {
        CURRENT.try_with(|context| context.request.clone()).ok().flatten()
    }
}

/// Returns the layer that writes lines, as text or as JSON. Text has colours if `is_terminal`.
pub fn lines<S, W>(writer: W, as_json: bool, is_terminal: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(is_terminal);
    if as_json {
        let lines = lines.json().with_current_span(false).with_span_list(false);
        lines.map_event_format(JsonLines).boxed()
    } else {
        lines.fmt_fields(TextFields).boxed()
    }
}

/// The fields of a line of text, with the request as the last.
struct TextFields;

impl<'w> FormatFields<'w> for TextFields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        if writer.has_ansi_escapes() {
            DefaultFields::new().format_fields(writer.by_ref(), fields)?;
        } else {
            let mut plain = PlainFields {
                writer: &mut writer,
                is_first: true,
                done: Ok(()),
            };
            fields.record(&mut plain);
            plain.done?;
        }
        match Context::request() {
            Some(request) => write!(writer, " {request}"),
            None => Ok(()),
        }
    }
}

/// Writes fields as [`DefaultVisitor`] does without colours. Numbers and simple texts, of which the line of a request has many,
/// take a fraction of its time.
struct PlainFields<'f, 'w> {
    writer: &'f mut Writer<'w>,
    is_first: bool,
    done: fmt::Result,
}

impl PlainFields<'_, '_> {
    fn write(&mut self, write: impl FnOnce(&mut Writer<'_>, &str) -> fmt::Result) {
        let space = if self.is_first { "" } else { " " };
        self.is_first = false;
        self.done = self.done.and_then(|()| write(self.writer, space));
    }

    fn visit(&mut self, visit: impl FnOnce(&mut DefaultVisitor<'_>)) {
        let is_first = std::mem::take(&mut self.is_first);
        let mut visitor = DefaultVisitor::new(self.writer.by_ref(), is_first);
        visit(&mut visitor);
        self.done = self.done.and(visitor.finish());
    }
}

impl Visit for PlainFields<'_, '_> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(|writer, space| write!(writer, "{space}{}={value}", field.name()));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let needs_escape = |byte| !matches!(byte, b' '..=b'~') || matches!(byte, b'"' | b'\\');
        if field.name() == "message" || value.bytes().any(needs_escape) {
            self.visit(|visitor| visitor.record_str(field, value));
        } else {
            self.write(|writer, space| {
                for part in [space, field.name(), "=\"", value, "\""] {
                    writer.write_str(part)?;
                }
                Ok(())
            });
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.visit(|visitor| visitor.record_error(field, value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.visit(|visitor| visitor.record_debug(field, value));
    }
}

/// A line of JSON, with the request as its last member.
struct JsonLines<F>(F);

impl<S, N, F> FormatEvent<S, N> for JsonLines<F>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(request) = Context::request() else {
            return self.0.format_event(context, writer, event);
        };
        let mut line = String::with_capacity(512);
        self.0.format_event(context, Writer::new(&mut line), event)?;
        let open = line.strip_suffix("}\n").ok_or(fmt::Error)?;
        let request = serde_json::to_string(&*request).map_err(|_| fmt::Error)?;
        writeln!(writer, "{open},\"request\":{request}}}")
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::{Registry, fmt::format};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns the lines that a layer writes.
    fn written(
        layer: impl FnOnce(Written) -> Box<dyn Layer<Registry> + Send + Sync>,
        log: impl Fn(),
    ) -> Vec<String> {
        let written = Written::default();
        let subscriber = Registry::default().with(layer(written.clone()));
        tracing::subscriber::with_default(subscriber, log);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        text.lines().map(ToOwned::to_owned).collect()
    }

    /// Returns the parts of lines of text after their target.
    fn parts(lines: &[String]) -> Vec<&str> {
        let parts = lines.iter().map(|line| line.split_once("tests: ").unwrap().1);
        parts.collect()
    }

    fn own(as_json: bool, log: impl Fn()) -> Vec<String> {
        written(|writer| lines(move || writer.clone(), as_json, false), log)
    }

    fn log_all() {
        let cause = io::Error::other(anyhow::anyhow!("cause"));
        let (none, some) = (None::<u64>, Some("text"));
        tracing::info!(number = 5_u64, text = "plain", status = 200_u16, "message");
        tracing::info!(
            quoted = "a \"b\" \\",
            control = "\u{1b}[31m\n",
            umlaut = "ä",
            "with \u{1b}[31m"
        );
        tracing::info!(none, some, negative = -1, truth = true, display = %"x y", debug = ?[1]);
        tracing::info!(
            error = &cause as &dyn std::error::Error,
            r#type = "keyword",
            "failed"
        );
        tracing::info!(message = "as a field", first = 1_u64);
    }

    #[test]
    fn fields_are_written_as_the_library_writes_them() {
        let own = own(false, log_all);
        let usual = |writer: Written| {
            let layer = tracing_subscriber::fmt::layer().with_ansi(false);
            let layer = layer.fmt_fields(format::DefaultFields::new());
            layer.with_writer(move || writer.clone()).boxed()
        };
        assert_eq!(parts(&own), parts(&written(usual, log_all)));
        assert_eq!(own.len(), 5);
    }

    #[test]
    fn a_request_is_named_by_the_lines_that_it_causes() {
        let request = Request {
            id: HeaderValue::from_static("id-1"),
            method: "POST",
            path: "/graphql",
        };
        let context = Context::new(request, Span::none());
        let log = || {
            context.call(|| tracing::info!(code = "OK", "answered"));
            tracing::info!("between");
        };
        assert_eq!(
            parts(&own(false, log)),
            [
                "answered code=\"OK\" request=id-1 method=POST path=/graphql",
                "between"
            ]
        );

        let lines = own(true, log);
        let parsed = lines
            .iter()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let requests: Vec<_> = parsed.map(|line| line["request"].clone()).collect();
        let named = serde_json::json!({ "id": "id-1", "method": "POST", "path": "/graphql" });
        assert_eq!(requests, [named, serde_json::Value::Null]);
    }
}
