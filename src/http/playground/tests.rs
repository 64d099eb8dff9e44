//! The page and its files, asked for without a socket.

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
    let settings =
        r#"<script type="application/json" id="settings">{"endpoint":"/graphql","token":"a.b.c"}</script>"#;
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
    for file in Files::iter().filter(|file| is_public(file)) {
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
async fn a_missing_file_is_not_found() {
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
