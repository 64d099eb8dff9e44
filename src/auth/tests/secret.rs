//! Tokens that are checked by a shared secret, and settings that are refused.

use std::time::Duration;

use jsonwebtoken::Algorithm::{self, ES256, HS256, HS384, HS512};
use jsonwebtoken::EncodingKey;
use serde_json::json;

use super::provider::{SigningKey, sign};
use super::*;

fn signed(algorithm: Algorithm, secret: &[u8]) -> String {
    sign(
        &json!({ "alg": algorithm }),
        &payload(),
        algorithm,
        &EncodingKey::from_secret(secret),
    )
}

async fn start_refusal(settings: VerifierSettings) -> String {
    format!(
        "{:#}",
        Verifier::new(settings, Clock::fixed(now())).await.err().unwrap()
    )
}

#[tokio::test]
async fn every_algorithm_of_a_secret_signs_and_verifies() {
    let verifier = verifier(KeySource::Secret(SECRET.to_vec())).await;

    for algorithm in [HS256, HS384, HS512] {
        assert!(
            verifier.verify(&signed(algorithm, SECRET)).await.is_ok(),
            "{algorithm:?}"
        );
    }
}

#[tokio::test]
async fn a_secret_does_not_mind_what_the_token_calls_it() {
    let verifier = verifier(KeySource::Secret(SECRET.to_vec())).await;

    let token = sign(
        &json!({ "alg": "HS256", "kid": "x" }),
        &payload(),
        HS256,
        &EncodingKey::from_secret(SECRET),
    );

    assert!(verifier.verify(&token).await.is_ok());
}

#[tokio::test]
async fn an_algorithm_needs_a_secret_as_long_as_its_signatures() {
    let short = verifier(KeySource::Secret(SECRET[..32].to_vec())).await;

    assert!(short.verify(&signed(HS256, &SECRET[..32])).await.is_ok());
    for algorithm in [HS384, HS512] {
        let refusal = refusal(&short, &signed(algorithm, &SECRET[..32])).await;
        assert_eq!(refusal, "the token's algorithm does not fit its key");
    }
}

#[tokio::test]
async fn another_secret_or_another_kind_of_key_does_not_verify() {
    let verifier = verifier(KeySource::Secret(SECRET.to_vec())).await;

    assert_eq!(
        refusal(&verifier, &signed(HS256, &[7; 32])).await,
        "the token's signature is wrong"
    );
    assert_eq!(
        refusal(&verifier, &SigningKey::p256("e").sign(ES256, &payload())).await,
        "the token's algorithm does not fit its key"
    );
}

#[tokio::test]
async fn a_text_that_is_not_a_token_is_refused() {
    let verifier = verifier(KeySource::Secret(SECRET.to_vec())).await;
    let good = signed(HS256, SECRET);
    let [header, body, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();

    for garbage in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "😀.😀.😀".to_owned(),
        format!("{header}.{body}"),
        format!("{good}.{signature}"),
        format!("{good}="),
        format!("{header}.{body}.{}", &signature[1..]),
        format!(" {good}"),
        format!("{body}.{header}.{signature}"),
    ] {
        assert!(
            matches!(verifier.verify(&garbage).await, Err(Error::Unauthenticated(_))),
            "{garbage}"
        );
    }
    assert!(verifier.verify(&good).await.is_ok());
}

#[tokio::test]
async fn a_weak_secret_is_refused_at_start() {
    let refusal = start_refusal(settings(KeySource::Secret(vec![7; 31]))).await;

    assert_eq!(
        refusal,
        "cannot use the secret that signs tokens: it is 31 bytes long and must have 32 or more"
    );
}

#[tokio::test]
async fn a_secret_in_a_file_may_be_replaced() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, [SECRET.as_slice(), b"\n"].concat()).unwrap();
    let time = Time::default();
    let mut settings = settings(KeySource::SecretFile(path.clone()));
    settings.refresh = Duration::from_mins(1);
    let verifier = Verifier::new(settings, time.clock()).await.unwrap();
    let (old, new) = (signed(HS256, SECRET), signed(HS256, &[7; 40]));
    assert!(verifier.verify(&old).await.is_ok());

    std::fs::write(&path, "too short").unwrap();
    time.pass(TimeDelta::seconds(60));
    assert!(
        verifier.verify(&old).await.is_ok(),
        "a secret that is too weak replaces nothing"
    );
    std::fs::write(&path, [7; 40]).unwrap();
    time.pass(TimeDelta::seconds(60));
    let replaced = async {
        while verifier.verify(&new).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), replaced)
        .await
        .unwrap();

    assert_eq!(refusal(&verifier, &old).await, "the token's signature is wrong");
}

#[tokio::test]
async fn without_an_issuer_or_an_audience_nothing_starts() {
    let secret = || KeySource::Secret(SECRET.to_vec());
    for (issuer, audience, missing) in [
        (None, Some("a"), "issuer"),
        (Some(""), Some("a"), "issuer"),
        (Some("i"), None, "audience"),
        (Some("i"), Some(""), "audience"),
    ] {
        let refusal = start_refusal(VerifierSettings {
            issuer: issuer.map(str::to_owned),
            audience: audience.map(str::to_owned),
            ..VerifierSettings::new(secret())
        })
        .await;
        assert!(refusal.contains(missing), "{refusal}");
    }
}
