//! Tokens in a request: only one `Authorization: Bearer` header counts, and only for the tenant and the user that it names.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::request::Builder;
use external_contacts::app::development_claims;
use external_contacts::auth::Claims;

use crate::http::{JSON, Site, request};

const QUERY: &str = r#"{"query":"{ viewer { user { id } } }"}"#;

async fn status(site: &Site, builder: Builder, body: &str) -> (StatusCode, String) {
    let (status, _, answer) = site
        .send(builder.body(Body::from(body.to_owned())).unwrap())
        .await;
    (status, answer)
}

#[tokio::test]
async fn a_token_counts_in_its_header_alone() {
    let site = Site::open().await;
    let token = site.token(&development_claims());
    let posted = || request("POST", "/graphql").header("content-type", JSON);
    let bearer = format!("Bearer {token}");

    for (name, builder) in [
        ("the header", posted().header("authorization", &bearer)),
        (
            "a scheme in lower case",
            posted().header("authorization", format!("bearer {token}")),
        ),
        (
            "spaces around it",
            posted().header("authorization", format!("Bearer   {token}  ")),
        ),
    ] {
        let (status, answer) = status(&site, builder, QUERY).await;
        assert_eq!(status, StatusCode::OK, "{name}: {answer}");
        assert!(answer.contains("user_"), "{name}: {answer}");
    }
    let in_query = request("POST", &format!("/graphql?access_token={token}")).header("content-type", JSON);
    for (name, builder) in [
        ("nothing", posted()),
        ("the query string", in_query),
        (
            "a cookie",
            posted().header("cookie", format!("access_token={token}")),
        ),
        ("another header", posted().header("x-access-token", &token)),
        (
            "the proxy's header",
            posted().header("proxy-authorization", &bearer),
        ),
        ("no scheme", posted().header("authorization", &token)),
        (
            "another scheme",
            posted().header("authorization", format!("Basic {token}")),
        ),
        (
            "a tab",
            posted().header("authorization", format!("Bearer\t{token}")),
        ),
        (
            "a no-break space",
            posted().header("authorization", format!("Bearer\u{a0}{token}").into_bytes()),
        ),
        (
            "quotes",
            posted().header("authorization", format!("Bearer \"{token}\"")),
        ),
        (
            "two tokens",
            posted().header("authorization", format!("Bearer {token},{token}")),
        ),
        (
            "two headers",
            posted()
                .header("authorization", &bearer)
                .header("authorization", &bearer),
        ),
        (
            "more than 16 KiB",
            posted().header("authorization", format!("Bearer {}", "a".repeat(17_000))),
        ),
    ] {
        let (status, answer) = status(&site, builder, QUERY).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{name}: {answer}");
        assert!(answer.contains("UNAUTHENTICATED"), "{name}: {answer}");
        assert!(!answer.contains(&token), "{name}: {answer}");
    }
}

#[tokio::test]
async fn a_token_in_the_body_does_not_count() {
    let site = Site::open().await;
    let token = site.token(&development_claims());
    let body = serde_json::json!({
        "query": "{ viewer { user { id } } }",
        "access_token": token,
        "extensions": { "authorization": format!("Bearer {token}") },
    });

    let builder = request("POST", "/graphql").header("content-type", JSON);
    let (status, answer) = status(&site, builder, &body.to_string()).await;

    assert_eq!(status, StatusCode::UNAUTHORIZED, "{answer}");
}

#[tokio::test]
async fn a_token_of_a_tenant_that_does_not_exist_is_refused_and_creates_nothing() {
    let site = Site::open().await;
    for tenant in ["Default", "default ", "défault", "other", "*", "default,other"] {
        let claims = Claims {
            tenant: tenant.to_owned(),
            ..development_claims()
        };
        let builder = request("POST", "/graphql")
            .header("content-type", JSON)
            .header("authorization", format!("Bearer {}", site.token(&claims)));

        let (status, answer) = status(&site, builder, QUERY).await;

        assert_eq!(status, StatusCode::FORBIDDEN, "{tenant}: {answer}");
        assert!(answer.contains("FORBIDDEN"), "{tenant}: {answer}");
    }
}
