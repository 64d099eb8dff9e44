//! Browsers: pages of other origins, the playground at the API's path, compression, and paths that are not there.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use external_contacts::app::development_claims;

use crate::http::{JSON, Site, request};

const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn preflight(site: &Site, path: &str, origin: &str) -> HeaderMap {
    let request = request("OPTIONS", path)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
        .body(Body::empty())
        .unwrap();
    site.send(request).await.1
}

async fn get(site: &Site, path: &str, header: (&str, &str)) -> (StatusCode, HeaderMap, String) {
    let request = request("GET", path).header(header.0, header.1);
    site.send(request.body(Body::empty()).unwrap()).await
}

async fn socket(site: &Site, origin: Option<&str>) -> StatusCode {
    let request = request("GET", "/graphql")
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-protocol", "graphql-transport-ws")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let request = match origin {
        Some(origin) => request.header("origin", origin),
        None => request,
    };
    site.send(request.body(Body::empty()).unwrap()).await.0
}

#[tokio::test]
async fn in_development_pages_of_this_machine_may_call_the_api() {
    let site = Site::open().await;
    let headers = preflight(&site, "/graphql", "http://localhost:5173").await;
    assert_eq!(headers["access-control-allow-origin"], "http://localhost:5173");
    assert_eq!(headers["access-control-allow-methods"], "GET,POST");
    assert_eq!(
        headers["access-control-allow-headers"],
        "authorization,content-type"
    );

    let other = preflight(&site, "/graphql", "https://example.com").await;
    assert!(!other.contains_key("access-control-allow-origin"));
    // The playground's page has a token.
    let page = preflight(&site, "/", "http://localhost:5173").await;
    assert!(!page.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_listed_origin_may_call_the_api_and_read_its_refusals() {
    let site =
        Site::configured(|config| config.cors_origins = vec!["https://app.example.com".to_owned()]).await;
    let request = request("POST", "/graphql")
        .header("origin", "https://app.example.com")
        .header("content-type", JSON)
        .body(Body::from("{}"))
        .unwrap();
    let (status, headers, _) = site.send(request).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(headers["access-control-allow-origin"], "https://app.example.com");
    assert!(
        headers["access-control-expose-headers"]
            .to_str()
            .unwrap()
            .contains("x-request-id")
    );
}

#[tokio::test]
async fn a_page_of_another_origin_opens_no_socket_and_runs_nothing() {
    let site = Site::open().await;
    assert_eq!(
        socket(&site, Some("https://example.com")).await,
        StatusCode::FORBIDDEN
    );
    for allowed in [None, Some("http://localhost:5173"), Some("http://localhost:8080")] {
        // A test without a connection has nothing to upgrade.
        assert_eq!(
            socket(&site, allowed).await,
            StatusCode::UPGRADE_REQUIRED,
            "{allowed:?}"
        );
    }
    let request = request("POST", "/graphql")
        .header("origin", "null")
        .header("content-type", JSON);
    let (status, _, body) = site.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(body.contains("FORBIDDEN"), "{body}");
}

#[tokio::test]
async fn a_browser_gets_the_playground_at_the_path_of_the_api() {
    let site = Site::open().await;
    let (status, headers, body) = get(&site, "/graphql", ("accept", HTML)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers.contains_key("content-security-policy"));
    assert!(body.contains(r#"id="settings""#), "{body}");

    let (status, _, _) = get(&site, "/graphql?query={__typename}", ("accept", HTML)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, _, _) = get(&site, "/graphql", ("accept", "*/*")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_wrong_path_says_where_the_api_is() {
    let site = Site::open().await;
    let (status, _, body) = get(&site, "/nope", ("accept", HTML)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains("the GraphQL API is at /graphql"), "{body}");
    let (status, headers, _) = get(&site, "/favicon.ico", ("accept", "image/*")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "image/svg+xml");
}

#[tokio::test]
async fn a_query_string_that_is_not_utf_8_is_a_graphql_error() {
    let site = Site::open().await;
    let token = format!("Bearer {}", site.token(&development_claims()));
    let (status, _, body) = get(
        &site,
        "/graphql?query=%7B__typename%ff%7D",
        ("authorization", &token),
    )
    .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        body.contains("the query string of the URL is not valid UTF-8"),
        "{body}"
    );
    assert!(body.contains("BAD_USER_INPUT"), "{body}");
}

#[tokio::test]
async fn a_large_answer_is_compressed_and_a_small_one_is_not() {
    let site = Site::open().await;
    let token = format!("Bearer {}", site.token(&development_claims()));
    let coding = async |query: &str| {
        let request = request("POST", "/graphql")
            .header("authorization", &token)
            .header("accept-encoding", "gzip, br")
            .header("content-type", JSON)
            .body(Body::from(serde_json::json!({ "query": query }).to_string()))
            .unwrap();
        let (head, _) = site.response(request).await.into_parts();
        assert_eq!(head.status, StatusCode::OK);
        head.headers.get("content-encoding").cloned()
    };
    assert_eq!(
        coding("{ __schema { types { name description } } }")
            .await
            .unwrap(),
        "gzip"
    );
    assert_eq!(coding("{ __typename }").await, None);
}

#[tokio::test]
async fn the_playgrounds_files_are_compressed_already() {
    let site = Site::open().await;
    let (_, _, page) = get(&site, "/", ("accept", HTML)).await;
    let (_, rest) = page.split_once(" src=\"").unwrap();
    let script = rest.split('"').next().unwrap().to_owned();
    let coding = async |accepted: &str| {
        let request = request("GET", &script).header("accept-encoding", accepted);
        let (head, _) = site
            .response(request.body(Body::empty()).unwrap())
            .await
            .into_parts();
        assert_eq!(head.status, StatusCode::OK);
        (
            head.headers.get("content-encoding").cloned(),
            head.headers["etag"].clone(),
        )
    };
    let (brotli, tag) = coding("gzip, deflate, br").await;
    assert_eq!(brotli.unwrap(), "br");
    let (gzip, other_tag) = coding("gzip, br;q=0").await;
    assert_eq!(gzip.unwrap(), "gzip");
    assert_ne!(tag, other_tag);
    assert_eq!(coding("identity").await.0, None);
}
