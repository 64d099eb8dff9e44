//! The playground: `GraphiQL`, from files inside the program. The page sends no request to another host.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
            ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rust_embed::{Embed, EmbeddedFile};
use serde::Serialize;
use serde_json::json;

/// The content security policy of the page. Scripts, workers and requests are limited to this origin, and so are the
/// sockets of subscriptions: for `connect-src`, `ws:` of the same host is `'self'`. Styles are the exception: the
/// editor writes `style` elements and attributes while it runs, which neither a hash nor a nonce can allow. Files have
/// the policy too, since a worker is bound by that of its own file.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The page, as it is built.
const PAGE: &str = include_str!("../../../playground/dist/index.html");

/// The placeholder for the settings in the page.
const SETTINGS: &str = "{{settings}}";

/// The files of `playground/dist`.
#[derive(Embed)]
#[folder = "playground/dist"]
struct Files;

/// Creates a token for each page; `None` where callers bring their own.
pub type Token = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// The settings that the server passes to the page.
#[derive(Serialize)]
pub struct Playground {
    /// The path of the API.
    pub endpoint: &'static str,
    /// The token that requests start with; without one, the page says where to put it.
    pub token: Option<String>,
}

/// Builds the router with the page at `/` and its files under `/playground/`.
pub fn router(token: Token) -> Router {
    Router::new()
        .route("/", get(start))
        .route("/playground/{*path}", get(file))
        .layer(middleware::map_response(with_policy))
        .with_state(token)
}

/// Shows the page to people who open the API's path in a browser. A browser says that it wants HTML; no GraphQL client
/// does, and an operation in the URL is answered.
pub(super) async fn for_browsers(State(token): State<Token>, request: Request, next: Next) -> Response {
    let opens_a_page = request.method() == Method::GET
        && request.uri().query().is_none_or(str::is_empty)
        && accepts_html(request.headers());
    if opens_a_page {
        with_policy(start(State(token)).await).await
    } else {
        next.run(request).await
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .any(|range| range.trim().split(';').next() == Some("text/html"))
}

/// Adds the headers that bind every response of the playground.
async fn with_policy(mut response: Response) -> Response {
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Returns the page with these settings. It must not be cached, because it contains a token.
pub fn page(settings: &Playground) -> Response {
    // As JSON inside HTML: without a `<`, nothing can end the element or open another.
    let settings = json!(settings).to_string().replace('<', "\\u003c");
    let page = PAGE.replacen(SETTINGS, &settings, 1);
    ([(CACHE_CONTROL, "no-store")], Html(page)).into_response()
}

/// A file beside the page, by its path in `playground/dist`; only its tag, when that is what the request already has.
pub fn asset(path: &str, request: &HeaderMap) -> Response {
    let Some(file) = Files::get(path).filter(|_| is_public(path)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let media_type = media_type(&file);
    let (file, encoding) = compressed(path, request).unwrap_or((file, None));
    let tag = format!(
        "\"{}\"",
        BASE64_URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash())
    );
    let is_known = is_known(&tag, request);
    let headers = [
        (ETAG, tag),
        (CACHE_CONTROL, lifetime(path).to_owned()),
        (VARY, "accept-encoding".to_owned()),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let mut response = (headers, [(CONTENT_TYPE, media_type)], file.data).into_response();
    if let Some(name) = encoding {
        response
            .headers_mut()
            .insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    response
}

/// Whether a file is one that the page asks for: neither the page itself nor a compressed form.
fn is_public(path: &str) -> bool {
    path != "index.html" && !ENCODINGS.iter().any(|encoding| path.ends_with(encoding.suffix))
}

/// A coding of a compressed file, which the build writes beside the file.
struct Encoding {
    name: &'static str,
    suffix: &'static str,
}

/// The codings, best first.
const ENCODINGS: [Encoding; 2] = [
    Encoding {
        name: "br",
        suffix: ".br",
    },
    Encoding {
        name: "gzip",
        suffix: ".gz",
    },
];

/// The compressed form of a file that the request accepts, with its coding.
fn compressed(path: &str, request: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    ENCODINGS
        .iter()
        .filter(|encoding| accepts_encoding(encoding.name, request))
        .find_map(|encoding| {
            let file = Files::get(&format!("{path}{}", encoding.suffix))?;
            Some((file, Some(encoding.name)))
        })
}

fn accepts_encoding(name: &str, request: &HeaderMap) -> bool {
    let values = request.get_all(ACCEPT_ENCODING).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let coding = parts.next()?;
            let is_refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            (coding.eq_ignore_ascii_case(name)).then_some(!is_refused)
        })
        .any(|is_accepted| is_accepted)
}

async fn start(State(token): State<Token>) -> Response {
    page(&Playground {
        endpoint: "/graphql",
        token: token(),
    })
}

async fn file(Path(path): Path<String>, request: HeaderMap) -> Response {
    asset(&path, &request)
}

fn is_known(tag: &str, request: &HeaderMap) -> bool {
    let tags = request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok());
    tags.flat_map(|tags| tags.split(','))
        .any(|known| matches!(known.trim(), "*") || known.trim().trim_start_matches("W/") == tag)
}

/// Returns the cache lifetime of a file: unlimited if its name has a hash of its content.
fn lifetime(path: &str) -> &'static str {
    if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

fn media_type(file: &EmbeddedFile) -> String {
    match file.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests;
