//! Tokens that are checked by a published key.

use jsonwebtoken::Algorithm::{self, ES256, ES384, EdDSA, HS256, PS256, PS384, PS512, RS256, RS384, RS512};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::provider::{P521Key, SigningKey, key_set, sign, unsigned};
use super::*;

const ALGORITHM_MISMATCH: &str = "the token's algorithm does not fit its key";
const WRONG_SIGNATURE: &str = "the token's signature is wrong";

/// A verifier with these keys in a file.
async fn verifier_with(keys: &[&SigningKey]) -> Verifier {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, key_set(keys)).unwrap();
    verifier(KeySource::JwksFile(path)).await
}

async fn start_refusal(jwks: &str) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, jwks).unwrap();
    let refusal = Verifier::new(settings(KeySource::JwksFile(path)), Clock::fixed(now())).await;
    format!("{:#}", refusal.err().unwrap())
}

#[tokio::test]
async fn every_algorithm_of_every_kind_of_key_signs_and_verifies() {
    let rsa = SigningKey::rsa("r");
    let cases: [(SigningKey, &[Algorithm]); 4] = [
        (rsa, &[RS256, RS384, RS512, PS256, PS384, PS512]),
        (SigningKey::p256("e"), &[ES256]),
        (SigningKey::p384("f"), &[ES384]),
        (SigningKey::ed25519("d"), &[EdDSA]),
    ];
    let keys: Vec<&SigningKey> = cases.iter().map(|(key, _)| key).collect();
    let verifier = verifier_with(&keys).await;

    for (key, algorithm) in cases
        .iter()
        .flat_map(|(key, all)| all.iter().map(move |one| (key, *one)))
    {
        let claims = verifier.verify(&key.sign(algorithm, &payload())).await.unwrap();
        assert_eq!(claims.subject, "ada", "{algorithm:?}");

        let token = key.sign(algorithm, &payload());
        let forged = format!(
            "{}.{}",
            unsigned(&header_of(&token), &json!({ "sub": "eve" })),
            signature_of(&token)
        );
        assert_eq!(
            refusal(&verifier, &forged).await,
            WRONG_SIGNATURE,
            "{algorithm:?}"
        );
    }
}

#[tokio::test]
async fn a_p521_key_verifies_es512_and_nothing_else() {
    let key = P521Key::new("g").public;
    let signing = P521Key::new("h");
    let verifier = verifier_with(&[&key, &signing.public, &SigningKey::p384("f")]).await;

    let token = signing.sign(&payload());
    assert_eq!(verifier.verify(&token).await.unwrap().subject, "ada");

    let forged = format!(
        "{}.{}",
        unsigned(&header_of(&token), &json!({ "sub": "eve" })),
        signature_of(&token)
    );
    assert_eq!(refusal(&verifier, &forged).await, WRONG_SIGNATURE);
    for kid in ["g", "f"] {
        let other = unsigned(&json!({ "alg": "ES512", "kid": kid }), &payload());
        let expected = if kid == "g" {
            WRONG_SIGNATURE
        } else {
            ALGORITHM_MISMATCH
        };
        let other = format!("{other}.{}", signature_of(&token));
        assert_eq!(refusal(&verifier, &other).await, expected);
    }
}

fn header_of(token: &str) -> Value {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    serde_json::from_slice(
        &BASE64_URL_SAFE_NO_PAD
            .decode(token.split('.').next().unwrap())
            .unwrap(),
    )
    .unwrap()
}

fn signature_of(token: &str) -> &str {
    token.rsplit('.').next().unwrap()
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused_however_none_is_written() {
    let verifier = verifier_with(&[&SigningKey::p256("e")]).await;

    for name in ["none", "None", "NONE", ""] {
        let token = format!("{}.", unsigned(&json!({ "alg": name, "kid": "e" }), &payload()));
        assert_eq!(
            refusal(&verifier, &token).await,
            "the token's algorithm is not accepted",
            "{name}"
        );
    }
    let stripped = format!(
        "{}.",
        unsigned(&json!({ "alg": "ES256", "kid": "e" }), &payload())
    );
    assert_eq!(refusal(&verifier, &stripped).await, WRONG_SIGNATURE);
}

#[tokio::test]
async fn a_public_key_is_never_taken_for_a_secret() {
    let rsa = SigningKey::rsa("r");
    let verifier = verifier_with(&[&rsa]).await;
    let public = rsa.public.to_string();
    let modulus = rsa.public["n"].as_str().unwrap();

    for secret in [public.as_bytes(), modulus.as_bytes()] {
        let secret = EncodingKey::from_secret(secret);
        for header in [json!({ "alg": "HS256", "kid": "r" }), json!({ "alg": "HS256" })] {
            let token = sign(&header, &payload(), HS256, &secret);
            assert_eq!(refusal(&verifier, &token).await, ALGORITHM_MISMATCH, "{header}");
        }
    }
}

#[tokio::test]
async fn a_key_that_states_its_algorithm_accepts_no_other() {
    let key = SigningKey::rsa("r").with("alg", "PS256");
    let verifier = verifier_with(&[&key]).await;

    assert!(verifier.verify(&key.sign(PS256, &payload())).await.is_ok());
    assert_eq!(
        refusal(&verifier, &key.sign(RS256, &payload())).await,
        ALGORITHM_MISMATCH
    );
}

#[tokio::test]
async fn a_key_of_another_provider_with_the_same_name_does_not_verify() {
    let verifier = verifier_with(&[&SigningKey::p256("e")]).await;

    let token = SigningKey::p256("e").sign(ES256, &payload());

    assert_eq!(refusal(&verifier, &token).await, WRONG_SIGNATURE);
}

#[tokio::test]
async fn a_key_that_comes_with_the_token_is_not_looked_at() {
    let (known, own) = (SigningKey::p256("e"), SigningKey::p256("e"));
    let verifier = verifier_with(&[&known]).await;
    let token = own.sign(ES256, &payload());
    let mut header = header_of(&token);
    header["jwk"] = own.public.clone();

    let embedded = format!("{}.{}", unsigned(&header, &payload()), signature_of(&token));

    assert_eq!(refusal(&verifier, &embedded).await, WRONG_SIGNATURE);
}

#[tokio::test]
async fn a_token_that_names_no_key_needs_exactly_one_that_fits() {
    let (first, second) = (SigningKey::p256("a"), SigningKey::p256("b"));
    let token = first.clone().unnamed().sign(ES256, &payload());

    let one = verifier_with(&[&first, &SigningKey::rsa("r")]).await;
    assert!(one.verify(&token).await.is_ok());

    let two = verifier_with(&[&first, &second]).await;
    assert!(refusal(&two, &token).await.starts_with("more than one key fits"));
}

#[tokio::test]
async fn critical_extensions_are_refused() {
    let verifier = verifier(KeySource::Secret(SECRET.to_vec())).await;
    let header = json!({ "alg": "HS256", "crit": ["b64"], "b64": true });

    let token = sign(&header, &payload(), HS256, &EncodingKey::from_secret(SECRET));

    assert!(refusal(&verifier, &token).await.contains("critical extensions"));
}

#[tokio::test]
async fn keys_for_other_purposes_are_passed_over() {
    let usable = SigningKey::p256("e");
    let encrypting = SigningKey::rsa("enc").with("use", "enc");
    let wrapping = SigningKey::rsa("oaep").with("alg", "RSA-OAEP");
    let mut deriving = SigningKey::p256("derive");
    deriving.public["key_ops"] = json!(["deriveKey"]);
    let unheard_of = SigningKey::p256("new").with("kty", "AKP");
    let verifier = verifier_with(&[&encrypting, &wrapping, &deriving, &unheard_of, &usable]).await;

    assert!(verifier.verify(&usable.sign(ES256, &payload())).await.is_ok());
    for token in [
        encrypting.sign(RS256, &payload()),
        wrapping.sign(RS256, &payload()),
        deriving.sign(ES256, &payload()),
        unheard_of.sign(ES256, &payload()),
    ] {
        assert_eq!(
            refusal(&verifier, &token).await,
            "the key that signed the token is not known"
        );
    }
}

#[tokio::test]
async fn a_published_secret_is_not_a_key() {
    let refusal =
        start_refusal(&json!({ "keys": [{ "kty": "oct", "kid": "s", "k": "c2VjcmV0" }] }).to_string()).await;

    assert!(refusal.contains("no key that checks signatures"), "{refusal}");
}

#[tokio::test]
async fn a_file_that_is_not_a_key_set_is_refused_at_start() {
    for text in ["", "[]", "{}", r#"{"keys": 1}"#, "-----BEGIN PUBLIC KEY-----"] {
        let refusal = start_refusal(text).await;
        assert!(refusal.contains("not a JSON Web Key Set"), "{text}: {refusal}");
    }
    assert!(
        start_refusal(&" ".repeat(1024 * 1024 + 1))
            .await
            .contains("larger than 1 MiB")
    );
}

#[tokio::test]
async fn a_file_that_is_not_there_is_refused_at_start() {
    let source = KeySource::JwksFile("/nowhere/jwks.json".into());

    let refusal = Verifier::new(settings(source), Clock::fixed(now()))
        .await
        .err()
        .unwrap();

    assert!(format!("{refusal:#}").starts_with("cannot use the key set /nowhere/jwks.json: "));
}
