//! Short texts for people who open another path than the API's, and the icon that browsers ask for.

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;

const ICON: &str = include_str!("../../playground/src/icon.svg");

/// Adds the texts to a router.
pub(super) fn with_signposts(router: Router, has_playground: bool) -> Router {
    router
        .route("/favicon.ico", get(icon))
        .fallback(move || async move { (StatusCode::NOT_FOUND, text("not found", has_playground)) })
        .method_not_allowed_fallback(move || async move {
            (
                StatusCode::METHOD_NOT_ALLOWED,
                text("method not allowed", has_playground),
            )
        })
}

fn text(reason: &str, has_playground: bool) -> String {
    let playground = if has_playground {
        ", and the playground is at /"
    } else {
        ""
    };
    format!("{reason}: the GraphQL API is at /graphql (POST){playground}\n")
}

async fn icon() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, ICON)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, header::ALLOW};
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(method: &str, path: &str) -> (StatusCode, Option<String>, String) {
        let router = with_signposts(Router::new().route("/", get(|| async { "page" })), true);
        let request = Request::builder().method(method).uri(path);
        let response = router
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let allow = response
            .headers()
            .get(ALLOW)
            .map(|allow| allow.to_str().unwrap().to_owned());
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, allow, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_wrong_path_leads_to_the_api_and_the_playground() {
        let (status, _, text) = answer("GET", "/nope").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(
            text,
            "not found: the GraphQL API is at /graphql (POST), and the playground is at /\n"
        );
    }

    #[tokio::test]
    async fn a_wrong_method_leads_to_the_api_and_says_what_is_allowed() {
        let (status, allow, text) = answer("POST", "/").await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(allow.as_deref(), Some("GET,HEAD"));
        assert!(text.contains("/graphql"), "{text}");
    }

    #[tokio::test]
    async fn a_browser_gets_an_icon() {
        let (status, _, text) = answer("GET", "/favicon.ico").await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.starts_with("<svg"), "{text}");
    }
}
