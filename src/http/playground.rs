//! The playground: `GraphiQL`, from files inside the program. The page asks no other host for anything.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{Html, IntoResponse, Response},
    routing::get,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rust_embed::{Embed, EmbeddedFile};
use serde::Serialize;
use serde_json::json;
use tower_http::set_header::SetResponseHeaderLayer;

/// What the page may do. Scripts, workers and requests are of this origin alone, and so are the sockets of
/// subscriptions: to `connect-src`, `ws:` of the same host is `'self'`. Styles are the exception: the
/// editor writes `style` elements and attributes while it runs, which neither a hash nor a nonce can allow.
/// Files have the policy too, since a worker is bound by that of its own file.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The page, as it is built.
const PAGE: &str = include_str!("../../playground/dist/index.html");

/// Where in the page its settings belong.
const SETTINGS: &str = "{{settings}}";

/// What `playground/dist` holds.
#[derive(Embed)]
#[folder = "playground/dist"]
struct Files;

/// Makes the token that a page starts with, anew for each page; `None` where callers bring their own.
pub type Token = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// What the page is told by the server.
#[derive(Serialize)]
pub struct Playground {
    /// The path of the API.
    pub endpoint: &'static str,
    /// The token that requests start with; without one, the page says where to put it.
    pub token: Option<String>,
}

/// The page at `/` and its files under `/playground/`.
pub fn router(token: Token) -> Router {
    Router::new()
        .route("/", get(start))
        .route("/playground/{*path}", get(file))
        .layer(always(CONTENT_SECURITY_POLICY, POLICY))
        .layer(always(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(REFERRER_POLICY, "no-referrer"))
        .with_state(token)
}

/// The page with these settings. Nobody may keep it: it holds a token.
pub fn page(settings: &Playground) -> Response {
    // As JSON inside HTML: without a `<`, nothing can end the element or open another.
    let settings = json!(settings).to_string().replace('<', "\\u003c");
    let page = PAGE.replacen(SETTINGS, &settings, 1);
    ([(CACHE_CONTROL, "no-store")], Html(page)).into_response()
}

/// A file beside the page, by its path in `playground/dist`; only its tag, when that is what the request already has.
pub fn asset(path: &str, request: &HeaderMap) -> Response {
    let Some(file) = Files::get(path).filter(|_| path != "index.html") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!(
        "\"{}\"",
        BASE64_URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash())
    );
    let is_known = is_known(&tag, request);
    let headers = [(ETAG, tag), (CACHE_CONTROL, lifetime(path).to_owned())];
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(CONTENT_TYPE, media_type(&file))], file.data).into_response()
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

/// How long a file may be kept: one whose name has a hash of its content, for ever.
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

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::{Method, Request, header::ALLOW},
    };
    use tower::ServiceExt;

    use super::*;

    async fn ask(method: Method, path: &str, tag: Option<&HeaderValue>) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let router = router(Arc::new(|| Some("a.b.c".to_owned())));
        router
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap()
    }

    async fn text(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    }

    /// The path of the script that the page starts with.
    fn script() -> &'static str {
        let (_, rest) = PAGE.split_once(" src=\"").unwrap();
        rest.split_once('"').unwrap().0
    }

    #[tokio::test]
    async fn the_page_is_told_the_endpoint_and_a_token() {
        let page = ask(Method::GET, "/", None).await;

        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(page.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        let settings = r#"<script type="application/json" id="settings">{"endpoint":"/graphql","token":"a.b.c"}</script>"#;
        assert!(text(page).await.contains(settings));
    }

    #[tokio::test]
    async fn a_page_without_a_token_says_so() {
        let page = page(&Playground {
            endpoint: "/graphql",
            token: None,
        });

        assert!(
            text(page)
                .await
                .contains(r#"{"endpoint":"/graphql","token":null}"#)
        );
    }

    #[tokio::test]
    async fn a_token_cannot_break_out_of_the_page() {
        let token = "</script><!--<script>alert(1)</script>";
        let page = text(page(&Playground {
            endpoint: "/graphql",
            token: Some(token.to_owned()),
        }))
        .await;

        assert!(!page.contains("alert(1)</script>"));
        let (_, rest) = page.split_once(r#"id="settings">"#).unwrap();
        let (settings, _) = rest.split_once("</script>").unwrap();
        assert!(!settings.contains('<'));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(settings).unwrap()["token"],
            token
        );
    }

    #[tokio::test]
    async fn the_page_is_not_kept_and_its_files_are() {
        let lifetime = async |path| ask(Method::GET, path, None).await.headers()[CACHE_CONTROL].clone();

        assert_eq!(lifetime("/").await, "no-store");
        assert_eq!(lifetime(script()).await, "public, max-age=31536000, immutable");
        assert_eq!(lifetime("/playground/LICENSES.txt").await, "no-cache");
    }

    #[tokio::test]
    async fn every_answer_is_bound_by_the_policy() {
        for path in [
            "/",
            script(),
            "/playground/LICENSES.txt",
            "/playground/assets/none.js",
        ] {
            let answer = ask(Method::GET, path, None).await;

            assert_eq!(answer.headers()[CONTENT_SECURITY_POLICY], POLICY, "{path}");
            assert_eq!(answer.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
            assert_eq!(answer.headers()[REFERRER_POLICY], "no-referrer", "{path}");
        }
    }

    #[test]
    fn no_script_runs_that_is_not_a_file_of_ours() {
        let scripts = POLICY
            .split(';')
            .map(str::trim)
            .find(|part| part.starts_with("script-src"));

        assert_eq!(scripts, Some("script-src 'self'"));
        assert!(POLICY.starts_with("default-src 'none'"));
    }

    #[tokio::test]
    async fn a_file_says_what_it_is() {
        let media_type = async |path| ask(Method::GET, path, None).await.headers()[CONTENT_TYPE].clone();

        assert_eq!(media_type(script()).await, "text/javascript; charset=utf-8");
        assert_eq!(
            media_type("/playground/LICENSES.txt").await,
            "text/plain; charset=utf-8"
        );
        for file in Files::iter() {
            let file = Files::get(&file).unwrap();
            assert_ne!(file.metadata.mimetype(), "application/octet-stream");
        }
    }

    #[tokio::test]
    async fn a_file_that_the_browser_has_is_not_sent_again() {
        let tag = ask(Method::GET, script(), None).await.headers()[ETAG].clone();

        let again = ask(Method::GET, script(), Some(&tag)).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[ETAG], tag);
        assert_eq!(text(again).await, "");

        let other = HeaderValue::from_static("\"another\", W/\"one more\"");
        assert_eq!(
            ask(Method::GET, script(), Some(&other)).await.status(),
            StatusCode::OK
        );
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found() {
        // The page without settings is no file, and there is no way out of the folder.
        for path in [
            "assets/none.js",
            "index.html",
            "assets/",
            "../../Cargo.toml",
            "%2e%2e/check",
        ] {
            let answer = ask(Method::GET, &format!("/playground/{path}"), None).await;

            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn head_answers_the_headers_alone_and_nothing_else_is_allowed() {
        for path in ["/", script()] {
            let head = ask(Method::HEAD, path, None).await;
            assert_eq!(head.status(), StatusCode::OK);
            assert!(head.headers().contains_key(CACHE_CONTROL));
            assert_eq!(text(head).await, "");

            let post = ask(Method::POST, path, None).await;
            assert_eq!(post.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(post.headers()[ALLOW], "GET,HEAD");
        }
    }
}
