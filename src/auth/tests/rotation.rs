//! A provider's keys come and go.

use std::time::Duration;

use axum::http::StatusCode;
use chrono::TimeDelta;
use futures_util::future::join_all;
use jsonwebtoken::Algorithm::ES256;
use tempfile::TempDir;

use super::provider::{Provider, SigningKey, key_set};
use super::*;

const UNKNOWN_KEY: &str = "the key that signed the token is not known";

/// A verifier that reads a provider's keys, and the time it lives in.
async fn verifier_of(provider: &Provider) -> (Verifier, Time) {
    let time = Time::default();
    let settings = settings(KeySource::JwksUrl(provider.url.clone()));
    (Verifier::new(settings, time.clock()).await.unwrap(), time)
}

/// A token that stays valid for the length of a test.
fn token(key: &SigningKey) -> String {
    let mut payload = payload();
    payload["exp"] = (now() + TimeDelta::days(1)).timestamp().into();
    key.sign(ES256, &payload)
}

#[tokio::test]
async fn a_key_that_appears_later_is_fetched_when_a_token_names_it() {
    let (old, new) = (SigningKey::p256("old"), SigningKey::p256("new"));
    let provider = Provider::start(&[&old]).await;
    let (verifier, time) = verifier_of(&provider).await;
    provider.publish(&[&old, &new]);
    time.pass(TimeDelta::seconds(30));

    assert!(verifier.verify(&token(&new)).await.is_ok());
    assert!(verifier.verify(&token(&old)).await.is_ok());
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test]
async fn a_flood_of_made_up_names_fetches_once() {
    let known = SigningKey::p256("known");
    let provider = Provider::start(&[&known]).await;
    let (verifier, time) = verifier_of(&provider).await;
    time.pass(TimeDelta::seconds(30));
    let tokens: Vec<String> = (0..200)
        .map(|n| token(&known.clone().with("kid", &format!("made-up-{n}"))))
        .collect();

    let answers = join_all(tokens.iter().map(|token| refusal(&verifier, token))).await;

    assert!(answers.iter().all(|answer| *answer == UNKNOWN_KEY));
    assert_eq!(provider.fetches(), 2, "one at start, one for all of them");
    time.pass(TimeDelta::seconds(29));
    assert_eq!(refusal(&verifier, &tokens[0]).await, UNKNOWN_KEY);
    assert_eq!(provider.fetches(), 2);
    time.pass(TimeDelta::seconds(1));
    assert_eq!(refusal(&verifier, &tokens[0]).await, UNKNOWN_KEY);
    assert_eq!(provider.fetches(), 3);
}

#[tokio::test]
async fn many_callers_with_a_new_key_wait_for_the_same_fetch() {
    let (old, new) = (SigningKey::p256("old"), SigningKey::p256("new"));
    let provider = Provider::start(&[&old]).await;
    let (verifier, time) = verifier_of(&provider).await;
    provider.publish(&[&new]);
    time.pass(TimeDelta::seconds(30));
    let token = token(&new);

    let answers = join_all((0..50).map(|_| verifier.verify(&token))).await;

    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_refused_before_its_time_is_over_while_the_server_is_busy() {
    let (old, new) = (SigningKey::p256("old"), SigningKey::p256("new"));
    let provider = Provider::start(&[&old]).await;
    let (verifier, time) = verifier_of(&provider).await;
    let token = token(&old);
    assert!(verifier.verify(&token).await.is_ok());
    provider.publish(&[&new]);

    time.pass(TimeDelta::seconds(149));
    assert!(verifier.verify(&token).await.is_ok());
    assert_eq!(provider.fetches(), 1, "it is fresh enough");

    time.pass(TimeDelta::seconds(1));
    assert!(
        verifier.verify(&token).await.is_ok(),
        "nobody waits for the fetch"
    );
    let forgotten = async {
        while verifier.verify(&token).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), forgotten)
        .await
        .unwrap();
    assert_eq!(refusal(&verifier, &token).await, UNKNOWN_KEY);
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_refused_at_once_by_a_server_that_was_idle() {
    let (old, new) = (SigningKey::p256("old"), SigningKey::p256("new"));
    let provider = Provider::start(&[&old]).await;
    let (verifier, time) = verifier_of(&provider).await;
    let token = token(&old);
    let session = verifier.session(&token).await.unwrap();
    provider.publish(&[&new]);

    time.pass(TimeDelta::seconds(300));
    let answers = join_all((0..20).map(|_| verifier.verify(&token))).await;

    assert!(answers.iter().all(Result::is_err));
    assert_eq!(refusal(&verifier, &token).await, UNKNOWN_KEY);
    assert!(
        matches!(verifier.claims_of(&session).await, Err(Error::Unauthenticated(_))),
        "an open socket ends as well"
    );
    assert_eq!(provider.fetches(), 2, "one at start, one for all of them");
}

#[tokio::test]
async fn the_time_of_a_withdrawn_key_is_a_setting() {
    let (old, new) = (SigningKey::p256("old"), SigningKey::p256("new"));
    let provider = Provider::start(&[&old]).await;
    let time = Time::default();
    let mut settings = settings(KeySource::JwksUrl(provider.url.clone()));
    settings.refresh = Duration::from_hours(1);
    let verifier = Verifier::new(settings, time.clock()).await.unwrap();
    provider.publish(&[&new]);

    time.pass(TimeDelta::seconds(1799));
    assert!(verifier.verify(&token(&old)).await.is_ok());
    assert_eq!(provider.fetches(), 1);
    time.pass(TimeDelta::seconds(1801));
    assert_eq!(refusal(&verifier, &token(&old)).await, UNKNOWN_KEY);
}

#[tokio::test]
async fn a_known_key_is_accepted_however_long_the_provider_fails() {
    let key = SigningKey::p256("known");
    let provider = Provider::start(&[&key]).await;
    let (verifier, time) = verifier_of(&provider).await;
    provider.answer(StatusCode::BAD_GATEWAY, "");

    for _ in 0..20 {
        time.pass(TimeDelta::minutes(50));
        assert!(verifier.verify(&token(&key)).await.is_ok());
    }

    assert!(provider.fetches() > 1);
}

#[tokio::test]
async fn known_keys_stay_while_the_provider_fails() {
    let key = SigningKey::p256("known");
    let provider = Provider::start(&[&key]).await;
    let (verifier, time) = verifier_of(&provider).await;

    for (status, body) in [
        (StatusCode::INTERNAL_SERVER_ERROR, key_set(&[])),
        (StatusCode::FOUND, String::new()),
        (StatusCode::OK, "<html>down for maintenance</html>".to_owned()),
        (StatusCode::OK, " ".repeat(1024 * 1024 + 1)),
        (StatusCode::OK, String::new()),
        (StatusCode::OK, "[]".to_owned()),
        (StatusCode::OK, "{}".to_owned()),
        (StatusCode::OK, r#"{"keys": null}"#.to_owned()),
        (StatusCode::OK, key_set(&[])),
        (
            StatusCode::OK,
            key_set(&[&SigningKey::rsa("known").with("use", "enc")]),
        ),
        (
            StatusCode::OK,
            r#"{"keys": [{"kty": "oct", "kid": "known", "k": "c2VjcmV0"}]}"#.to_owned(),
        ),
        (
            StatusCode::OK,
            r#"{"keys": [{"kty": "RSA", "kid": "known", "e": "AQAB", "n": "AQAB"}]}"#.to_owned(),
        ),
    ] {
        provider.answer(status, body);
        time.pass(TimeDelta::seconds(30));
        let fetches = provider.fetches();
        assert_eq!(
            refusal(&verifier, &token(&SigningKey::p256("made-up"))).await,
            UNKNOWN_KEY
        );
        assert_eq!(provider.fetches(), fetches + 1);
        assert!(verifier.verify(&token(&key)).await.is_ok(), "{status}");
    }
}

#[tokio::test]
async fn a_provider_that_starts_late_is_found() {
    let key = SigningKey::p256("known");
    for (status, body) in [
        (StatusCode::SERVICE_UNAVAILABLE, String::new()),
        (StatusCode::OK, key_set(&[])),
    ] {
        let provider = Provider::start(&[&key]).await;
        provider.answer(status, body);
        let (verifier, time) = verifier_of(&provider).await;
        assert!(!verifier.has_keys().await);
        assert!(matches!(
            verifier.verify(&token(&key)).await,
            Err(Error::Unavailable)
        ));

        provider.publish(&[&key]);
        time.pass(TimeDelta::seconds(30));
        // No token arrives before the server is ready, so the check itself has the keys read.
        let read = async {
            while !verifier.has_keys().await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), read).await.unwrap();

        assert!(verifier.verify(&token(&key)).await.is_ok());
    }
}

/// The number of tokens that were found verified.
fn hits() -> u64 {
    let metrics = crate::metrics::METRICS.encode().unwrap();
    metrics
        .lines()
        .find(|line| line.contains("cache_lookups") && line.contains("tokens") && line.contains("hit"))
        .and_then(|line| line.rsplit(' ').next())
        .map_or(0, |count| count.parse().unwrap())
}

#[tokio::test]
async fn a_token_is_verified_once_while_the_keys_stay_the_same() {
    let key = SigningKey::p256("known");
    let provider = Provider::start(&[&key]).await;
    let (verifier, time) = verifier_of(&provider).await;
    let token = token(&key);
    let first = verifier.verify(&token).await.unwrap();
    let before = hits();

    // The set is read again, and is the same.
    time.pass(TimeDelta::seconds(300));
    assert_eq!(verifier.verify(&token).await.unwrap(), first);

    assert_eq!(provider.fetches(), 2);
    assert!(hits() > before);
}

#[tokio::test]
async fn a_verified_token_is_still_refused_outside_its_times_and_in_any_other_text() {
    let key = SigningKey::p256("known");
    let provider = Provider::start(&[&key]).await;
    let (verifier, time) = verifier_of(&provider).await;
    let mut payload = payload();
    payload["nbf"] = now().timestamp().into();
    let token = key.sign(ES256, &payload);
    assert!(verifier.verify(&token).await.is_ok());

    let mut forged = token.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'Q' } else { 'A' });
    assert_eq!(
        refusal(&verifier, &forged).await,
        "the token's signature is wrong"
    );
    time.pass(TimeDelta::seconds(-61));
    assert_eq!(refusal(&verifier, &token).await, "the token is not valid yet");
    time.pass(TimeDelta::seconds(61 + 359));
    assert!(verifier.verify(&token).await.is_ok(), "the leeway's last second");
    time.pass(TimeDelta::seconds(1));
    assert_eq!(refusal(&verifier, &token).await, "the token has expired");
}

#[tokio::test]
async fn a_key_set_is_fetched_by_https_or_from_this_machine() {
    for url in [
        "http://login.example.com/jwks",
        "http://localhost.example.com/jwks",
        "http://10.0.0.1/jwks",
        "ftp://localhost/jwks",
        "file:///etc/passwd",
    ] {
        let settings = settings(KeySource::JwksUrl(url.parse().unwrap()));
        let refusal = Verifier::new(settings, Clock::fixed(now())).await.err().unwrap();
        assert!(refusal.to_string().contains("https://"), "{url}: {refusal}");
    }
}

#[tokio::test]
async fn a_file_is_read_again_when_a_token_names_a_new_key() {
    let (old, new) = (SigningKey::p256("old"), SigningKey::p256("new"));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, key_set(&[&old])).unwrap();
    let time = Time::default();
    let settings = settings(KeySource::JwksFile(path.clone()));
    let verifier = Verifier::new(settings, time.clock()).await.unwrap();

    std::fs::write(&path, key_set(&[&new])).unwrap();
    time.pass(TimeDelta::seconds(30));

    assert!(verifier.verify(&token(&new)).await.is_ok());
    assert_eq!(refusal(&verifier, &token(&old)).await, UNKNOWN_KEY);

    std::fs::write(&path, key_set(&[])).unwrap();
    time.pass(TimeDelta::seconds(300));
    assert!(
        verifier.verify(&token(&new)).await.is_ok(),
        "an empty set replaces nothing"
    );
}
