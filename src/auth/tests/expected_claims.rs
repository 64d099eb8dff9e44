//! Tests of the claims that a token must have.

use jsonwebtoken::{Algorithm::HS256, EncodingKey};
use serde_json::{Value, json};

use super::provider::sign;
use super::*;
use crate::auth::Claims;
use crate::model::{Permission, Permissions};

/// Verifies a token that differs from a good one in one claim; null removes the claim.
async fn verify(claim: &str, value: Value) -> Result<Claims, Error> {
    let mut payload = payload();
    match value {
        Value::Null => drop(payload.as_object_mut().unwrap().remove(claim)),
        value => payload[claim] = value,
    }
    verify_payload(&payload).await
}

async fn verify_payload(payload: &Value) -> Result<Claims, Error> {
    let token = sign(
        &json!({ "alg": "HS256" }),
        payload,
        HS256,
        &EncodingKey::from_secret(SECRET),
    );
    verifier(KeySource::Secret(SECRET.to_vec()))
        .await
        .verify(&token)
        .await
}

async fn assert_refused(claim: &str, values: impl IntoIterator<Item = Value>, message: &str) {
    for value in values {
        let case = format!("{claim}: {value}");
        match verify(claim, value).await {
            Err(Error::Unauthenticated(said)) => assert_eq!(said, message, "{case}"),
            other => panic!("{case} should be refused: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_token_becomes_claims() {
    let mut payload = payload();
    payload["name"] = json!("Ada Lovelace");
    payload["email"] = json!("ada@example.com");

    assert_eq!(
        verify_payload(&payload).await.unwrap(),
        Claims {
            subject: "ada".to_owned(),
            tenant: "acme".to_owned(),
            permissions: [Permission::ContactView].into_iter().collect(),
            name: Some("Ada Lovelace".to_owned()),
            email: Some("ada@example.com".to_owned()),
        }
    );
}

#[tokio::test]
async fn a_token_of_another_issuer_is_refused() {
    let issuers = [
        json!(null),
        json!("https://login.example.com"),
        json!([ISSUER]),
        json!(7),
    ];

    assert_refused("iss", issuers, "the token comes from another issuer").await;
}

#[tokio::test]
async fn a_token_for_another_service_is_refused() {
    let audiences = [
        json!(null),
        json!("other"),
        json!([]),
        json!(["other"]),
        json!({ AUDIENCE: 1 }),
    ];

    assert_refused("aud", audiences, "the token is not meant for this service").await;
}

#[tokio::test]
async fn a_token_may_be_for_several_services() {
    assert!(verify("aud", json!(["other", AUDIENCE])).await.is_ok());
}

#[tokio::test]
async fn a_token_expires_when_the_leeway_is_over() {
    let now = now().timestamp();

    assert!(verify("exp", json!(now - 59)).await.is_ok());
    assert_refused(
        "exp",
        [json!(now - 60), json!(0), json!(-1)],
        "the token has expired",
    )
    .await;
}

#[tokio::test]
async fn a_token_must_say_when_it_expires() {
    assert_refused("exp", [json!(null)], "the token must say when it expires (`exp`)").await;
}

#[tokio::test]
async fn times_must_be_numbers() {
    for claim in ["exp", "nbf", "iat"] {
        let times = [json!("2026-03-01T12:00:00Z"), json!(true), json!([1])];
        assert_refused(
            claim,
            times,
            "the token's times (`exp`, `nbf`, `iat`) must be numbers",
        )
        .await;
    }
}

#[tokio::test]
async fn a_time_may_have_a_fraction_and_be_far_away() {
    for time in [json!(4_000_000_000.5), json!(1e300), json!(u64::MAX)] {
        assert!(verify("exp", time.clone()).await.is_ok(), "{time}");
    }
}

#[tokio::test]
async fn a_token_is_not_valid_before_its_time() {
    let now = now().timestamp();

    assert!(verify("nbf", json!(now + 60)).await.is_ok());
    assert_refused("nbf", [json!(now + 61)], "the token is not valid yet").await;
    assert!(verify("iat", json!(now + 60)).await.is_ok());
    assert_refused("iat", [json!(now + 61)], "the token was issued in the future").await;
}

#[tokio::test]
async fn a_token_names_a_user_and_a_tenant() {
    let names = || {
        [
            json!(null),
            json!(""),
            json!(" "),
            json!(7),
            json!("a\u{0}b"),
            json!("é".repeat(256)),
        ]
    };

    assert_refused(
        "sub",
        names(),
        "the token must name its user (`sub`) in 1 to 255 characters, without control characters",
    )
    .await;
    assert_refused(
        "tenant",
        names(),
        "the token must name its tenant in 1 to 255 characters, without control characters",
    )
    .await;
    assert!(verify("sub", json!("é".repeat(255))).await.is_ok());
}

#[tokio::test]
async fn the_tenant_may_stand_in_another_claim() {
    let mut settings = settings(KeySource::Secret(SECRET.to_vec()));
    settings.tenant_claim = "https://example.com/organization".to_owned();
    let verifier = Verifier::new(settings, Clock::fixed(now())).await.unwrap();
    let mut payload = payload();
    payload["https://example.com/organization"] = json!("initech");

    let token = sign(
        &json!({ "alg": "HS256" }),
        &payload,
        HS256,
        &EncodingKey::from_secret(SECRET),
    );

    assert_eq!(verifier.verify(&token).await.unwrap().tenant, "initech");
}

#[tokio::test]
async fn permissions_come_as_a_list_or_as_a_scope() {
    let mut payload = payload();
    payload["scope"] = json!("openid externalContacts:note:* profile");
    let listed = verify_payload(&payload).await.unwrap().permissions;
    assert_eq!(
        listed,
        [Permission::ContactView].into_iter().collect(),
        "the list goes first"
    );

    payload.as_object_mut().unwrap().remove("permissions");
    let scoped = verify_payload(&payload).await.unwrap().permissions;
    assert_eq!(scoped, Permissions::granted(["externalContacts:note:*"]));

    payload.as_object_mut().unwrap().remove("scope");
    assert_eq!(
        verify_payload(&payload).await.unwrap().permissions,
        Permissions::default()
    );
}

#[tokio::test]
async fn an_empty_list_of_permissions_grants_nothing_whatever_the_scope() {
    let mut payload = payload();
    payload["permissions"] = json!([]);
    payload["scope"] = json!("externalContacts:*");

    assert_eq!(
        verify_payload(&payload).await.unwrap().permissions,
        Permissions::default()
    );
}

#[tokio::test]
async fn permissions_of_another_shape_are_refused() {
    let message = "the token's `permissions` must be a list of strings";
    assert_refused("permissions", [json!("externalContacts:*"), json!({})], message).await;
}

#[tokio::test]
async fn a_name_that_cannot_be_kept_is_as_none() {
    for name in [json!(7), json!(""), json!("a\u{0}"), json!("a".repeat(256))] {
        assert_eq!(verify("name", name.clone()).await.unwrap().name, None, "{name}");
    }
}

#[tokio::test]
async fn a_name_or_an_address_that_cannot_be_stored_is_passed_over() {
    for text in ["Ada\0", "Ada\nLovelace", "\u{85}Ada", "  "] {
        let mut payload = payload();
        payload["name"] = json!(text);
        payload["email"] = json!(text);
        let claims = verify_payload(&payload).await.unwrap();
        assert_eq!((claims.name, claims.email), (None, None), "{text:?}");
    }
}
