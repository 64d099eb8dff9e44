//! Attacks on tokens, and accidents with them, each with the reason of its refusal.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm::{ES256, HS256, RS256};
use jsonwebtoken::{EncodingKey, crypto};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::claims_table;
use super::provider::{SigningKey, sign, unsigned};
use super::*;
use crate::model::Permissions;

const MALFORMED: &str = "the token is not a signed JSON Web Token";
const ALGORITHM: &str = "the token's algorithm is not accepted";
const MISMATCH: &str = "the token's algorithm does not fit its key";
const SIGNATURE: &str = "the token's signature is wrong";
const UNKNOWN_KEY: &str = "the key that signed the token is not known";
const CRITICAL: &str = "the token has critical extensions, and none is known here";
const AMBIGUOUS: &str = "more than one key fits the token; it must name its own (`kid`)";

/// A token that must be refused, and the reason.
type Attack = (String, String, &'static str);

/// The provider's keys: good ones, and those that a set should not have.
struct Keys {
    e: SigningKey,
    r: SigningKey,
    twin: SigningKey,
    encrypting: SigningKey,
    deriving: SigningKey,
}

impl Keys {
    fn new() -> Self {
        let mut deriving = SigningKey::p256("deriving");
        deriving.public["key_ops"] = json!(["deriveKey"]);
        Self {
            e: SigningKey::p256("e"),
            r: SigningKey::rsa("r"),
            twin: SigningKey::p256("twin"),
            encrypting: SigningKey::rsa("encrypting").with("use", "enc"),
            deriving,
        }
    }

    /// The set: some of its keys must never verify anything.
    fn set(&self) -> Value {
        let ed25519 = |id: &str, x: &str| json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": x });
        let mut crossed = self.e.public.clone();
        crossed["kid"] = json!("crossed");
        crossed["crv"] = json!("P-384");
        let mut foreign = self.e.public.clone();
        foreign["kid"] = json!("foreign");
        foreign["crv"] = json!("secp256k1");
        let stated = self.r.clone().with("kid", "stated").with("alg", "PS256");
        json!({ "keys": [
            self.e.public, self.r.public, stated.public,
            self.twin.public, SigningKey::p256("twin").public,
            self.encrypting.public, self.deriving.public, crossed, foreign,
            // 1024 bits.
            { "kty": "RSA", "kid": "weak", "e": "AQAB", "n": BASE64_URL_SAFE_NO_PAD.encode([0xc5; 128]) },
            // As many bytes as a strong one, most of them zero.
            { "kty": "RSA", "kid": "padded", "e": "AQAB",
              "n": BASE64_URL_SAFE_NO_PAD.encode([vec![0; 128], vec![0xc5; 128]].concat()) },
            // The neutral point, for which R = it and S = 0 sign everything, and one of order 8.
            ed25519("neutral", &BASE64_URL_SAFE_NO_PAD.encode(neutral())),
            ed25519("low", "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU"),
            { "kty": "oct", "kid": "shared", "k": BASE64_URL_SAFE_NO_PAD.encode(SECRET) },
        ]})
    }
}

fn neutral() -> [u8; 32] {
    let mut point = [0; 32];
    point[0] = 1;
    point
}

fn parts(token: &str) -> [&str; 3] {
    token.split('.').collect::<Vec<_>>().try_into().unwrap()
}

/// Attacks on the algorithm, which a token must never choose for itself.
fn on_the_algorithm(keys: &Keys) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for none in [
        json!("none"),
        json!("None"),
        json!("nOnE"),
        json!("NONE"),
        json!(""),
        json!("none "),
        json!(null),
        json!(0),
        json!(["ES256"]),
        json!("es256"),
        json!("HS1"),
        json!("RSA-OAEP"),
        json!("dir"),
    ] {
        let token = unsigned(&json!({ "alg": none, "kid": "e" }), &payload());
        attacks.push((format!("alg {none}"), format!("{token}."), ALGORITHM));
    }
    let absent = unsigned(&json!({ "kid": "e" }), &payload());
    attacks.push(("no alg".to_owned(), format!("{absent}."), ALGORITHM));
    let stripped = unsigned(&json!({ "alg": "ES256", "kid": "e" }), &payload());
    attacks.push(("no signature".to_owned(), format!("{stripped}."), SIGNATURE));
    let modulus = keys.r.public["n"].as_str().unwrap();
    for (name, secret) in [
        (
            "the key set's entry as a secret",
            keys.r.public.to_string().into_bytes(),
        ),
        ("the modulus as a secret", modulus.as_bytes().to_vec()),
        (
            "the modulus' bytes as a secret",
            BASE64_URL_SAFE_NO_PAD.decode(modulus).unwrap(),
        ),
        ("an empty secret", Vec::new()),
    ] {
        let token = sign(
            &json!({ "alg": "HS256", "kid": "r" }),
            &payload(),
            HS256,
            &EncodingKey::from_secret(&secret),
        );
        attacks.push((name.to_owned(), token, MISMATCH));
    }
    let shared = sign(
        &json!({ "alg": "HS256", "kid": "shared" }),
        &payload(),
        HS256,
        &EncodingKey::from_secret(SECRET),
    );
    attacks.push(("a secret in the key set".to_owned(), shared, UNKNOWN_KEY));
    let renamed = keys
        .e
        .sign_texts(ES256, r#"{"alg":"RS256","kid":"e"}"#, payload().to_string());
    attacks.push(("another family's algorithm".to_owned(), renamed, MISMATCH));
    let larger = keys
        .e
        .sign_texts(ES256, r#"{"alg":"ES384","kid":"e"}"#, payload().to_string());
    attacks.push(("another curve's algorithm".to_owned(), larger, MISMATCH));
    let stated = keys
        .r
        .sign_texts(RS256, r#"{"alg":"RS256","kid":"stated"}"#, payload().to_string());
    attacks.push(("not the key's stated algorithm".to_owned(), stated, MISMATCH));
    attacks
}

/// Attacks that bring their own key or name another one.
fn on_the_key(keys: &Keys) -> Vec<Attack> {
    let own = SigningKey::p256("e");
    let header = |extra: Value| {
        let mut header = json!({ "alg": "ES256", "kid": "e" });
        header
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        own.sign_texts(ES256, &header.to_string(), payload().to_string())
    };
    let mut attacks: Vec<Attack> = [
        ("a key of the same name", json!({})),
        ("jwk", json!({ "jwk": own.public })),
        ("jku", json!({ "jku": "https://attacker.example/jwks.json" })),
        ("x5u", json!({ "x5u": "https://attacker.example/chain.pem" })),
        ("x5c", json!({ "x5c": ["MIIB"] })),
    ]
    .map(|(name, extra)| (name.to_owned(), header(extra), SIGNATURE))
    .into();
    for kid in [
        "",
        "E",
        "e ",
        "e\0",
        "../../../dev/null",
        "/proc/self/environ",
        "e' OR '1'='1",
        "$(id)",
        "http://attacker.example",
        &"e".repeat(8000),
    ] {
        let token = keys.e.sign_texts(
            ES256,
            &json!({ "alg": "ES256", "kid": kid }).to_string(),
            payload().to_string(),
        );
        attacks.push((
            format!("kid {:.20}", kid.escape_debug().to_string()),
            token,
            UNKNOWN_KEY,
        ));
    }
    for kid in [json!(7), json!(["e"]), json!({ "e": 1 }), json!(null)] {
        let token = keys.e.sign_texts(
            ES256,
            &json!({ "alg": "ES256", "kid": kid }).to_string(),
            payload().to_string(),
        );
        attacks.push((format!("kid {kid}"), token, MALFORMED));
    }
    for (key, algorithm) in [(&keys.encrypting, RS256), (&keys.deriving, ES256)] {
        attacks.push((
            format!("the key {}", key.public["kid"]),
            key.sign(algorithm, &payload()),
            UNKNOWN_KEY,
        ));
    }
    for (kid, algorithm, expected) in [
        ("weak", "RS256", UNKNOWN_KEY),
        ("padded", "RS256", UNKNOWN_KEY),
        ("neutral", "EdDSA", UNKNOWN_KEY),
        ("low", "EdDSA", UNKNOWN_KEY),
        ("foreign", "ES256", UNKNOWN_KEY),
        ("crossed", "ES384", SIGNATURE),
    ] {
        let signature = BASE64_URL_SAFE_NO_PAD.encode([neutral().as_slice(), &[0; 32]].concat());
        let token = unsigned(&json!({ "alg": algorithm, "kid": kid }), &payload());
        attacks.push((format!("the key {kid}"), format!("{token}.{signature}"), expected));
    }
    attacks.push((
        "two keys of one name".to_owned(),
        keys.twin.sign(ES256, &payload()),
        AMBIGUOUS,
    ));
    attacks.push((
        "no name where several keys fit".to_owned(),
        keys.e.clone().unnamed().sign(ES256, &payload()),
        AMBIGUOUS,
    ));
    attacks
}

/// Attacks on a good signature.
fn on_the_signature(keys: &Keys) -> Vec<Attack> {
    let good = keys.e.sign(ES256, &payload());
    let [header, body, signature] = parts(&good);
    let raw = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    let with = |bytes: &[u8]| format!("{header}.{body}.{}", BASE64_URL_SAFE_NO_PAD.encode(bytes));
    let other = unsigned(&json!({ "alg": "ES256", "kid": "e" }), &json!({ "sub": "eve" }));
    let crlf = format!("{header}.{body}.{}\r\n{}", &signature[..40], &signature[40..]);
    let mut flipped = raw.clone();
    flipped[63] ^= 1;
    [
        ("another payload", format!("{other}.{signature}")),
        ("a flipped bit", with(&flipped)),
        ("a DER signature", with(&der(&raw))),
        ("r and s of zero", with(&[0; 64])),
        ("r of zero", with(&[&[0; 32], &raw[32..]].concat())),
        ("s of zero", with(&[&raw[..32], &[0; 32]].concat())),
        ("r and s beyond the order", with(&[0xff; 64])),
        ("r and s swapped", with(&[&raw[32..], &raw[..32]].concat())),
        ("half a signature", with(&raw[..32])),
        ("a signature and more", with(&[&raw[..], &[0]].concat())),
        ("padding", format!("{good}==")),
        (
            "the other alphabet",
            format!("{header}.{body}.{}+/", &signature[..84]),
        ),
        (
            "unused bits of base64",
            format!("{header}.{body}.{}", with_unused_bits(signature)),
        ),
        ("a line break in the signature", crlf),
    ]
    .map(|(name, token)| (name.to_owned(), token, SIGNATURE))
    .into()
}

/// The signature as X.509 has it.
fn der(raw: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| [&[2, 33, 0], bytes].concat();
    [vec![0x30, 70], integer(&raw[..32]), integer(&raw[32..])].concat()
}

/// The same signature in another text: the last letter has four bits that mean nothing.
fn with_unused_bits(signature: &str) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = signature.split_at(signature.len() - 1);
    let place = LETTERS.find(last).unwrap();
    format!("{rest}{}", &LETTERS[place + 1..place + 2])
}

/// Texts that are no signed token at all.
fn on_the_shape(keys: &Keys) -> Vec<Attack> {
    let good = keys.e.sign(ES256, &payload());
    let [header, body, signature] = parts(&good);
    let signed = |header: &str, payload: &[u8]| keys.e.sign_texts(ES256, header, payload);
    let plain = r#"{"alg":"ES256","kid":"e"}"#;
    let deep = format!("{}{}", r#"{"a":"#.repeat(5000), "}".repeat(5000));
    let json_form = json!({ "protected": header, "payload": body, "signature": signature }).to_string();
    let mut attacks: Vec<Attack> = [
        ("nothing", String::new()),
        ("a dot", ".".to_owned()),
        ("two dots", "..".to_owned()),
        ("a text", "abc".to_owned()),
        ("letters", "a.b.c".to_owned()),
        ("two parts", format!("{header}.{body}")),
        ("four parts", format!("{good}.{signature}")),
        (
            "five parts, as encrypted",
            format!("{header}.{body}.{signature}.{body}.{signature}"),
        ),
        ("a dot in front", format!(".{good}")),
        ("a dot behind", format!("{good}.")),
        ("a space in front", format!(" {good}")),
        ("a NUL inside", format!("{header}\0.{body}.{signature}")),
        ("emoji", "😀.😀.😀".to_owned()),
        ("a full-width dot", good.replace('.', "．")),
        ("the JSON form", json_form),
        ("a padded header", format!("{header}==.{body}.{signature}")),
        (
            "a payload as it is (b64)",
            format!("{header}.{}.{signature}", payload()),
        ),
        ("a header of another kind", signed("[]", b"{}")),
        (
            "a header with a byte order mark",
            signed(&format!("\u{feff}{plain}"), b"{}"),
        ),
        ("a nested token", signed(plain, good.as_bytes())),
        ("a payload of null", signed(plain, b"null")),
        ("a payload of a list", signed(plain, b"[{}]")),
        (
            "a payload that is not UTF-8",
            signed(plain, b"{\"sub\":\"\xff\"}"),
        ),
        ("a deep payload", signed(plain, deep.as_bytes())),
        ("a number without bounds", signed(plain, br#"{"exp":1e999}"#)),
        ("NaN", signed(plain, br#"{"exp":NaN}"#)),
        ("two objects", signed(plain, b"{}{}")),
        ("a megabyte", "a".repeat(1 << 20)),
    ]
    .map(|(name, token)| (name.to_owned(), token, MALFORMED))
    .into();
    let reordered = format!("{body}.{header}.{signature}");
    attacks.push(("parts in another order".to_owned(), reordered, ALGORITHM));
    for critical in [
        json!(["exp"]),
        json!(["b64"]),
        json!([]),
        json!("b64"),
        json!(null),
    ] {
        let header = json!({ "alg": "ES256", "kid": "e", "crit": critical, "b64": false }).to_string();
        attacks.push((
            format!("crit {critical}"),
            signed(&header, payload().to_string().as_bytes()),
            CRITICAL,
        ));
    }
    attacks
}

#[tokio::test]
async fn every_attack_on_a_token_is_refused_with_its_reason() {
    let keys = Keys::new();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, keys.set().to_string()).unwrap();
    let verifier = verifier(KeySource::JwksFile(path)).await;
    for good in [keys.e.sign(ES256, &payload()), keys.r.sign(RS256, &payload())] {
        assert_eq!(verifier.verify(&good).await.unwrap().subject, "ada");
    }
    let claims = claims_table::REFUSED.iter().map(|(name, changes, reason)| {
        (
            (*name).to_owned(),
            keys.e.sign(ES256, &claims_table::changed(changes)),
            *reason,
        )
    });
    let attacks: Vec<Attack> = [
        on_the_algorithm(&keys),
        on_the_key(&keys),
        on_the_signature(&keys),
        on_the_shape(&keys),
        claims.collect(),
    ]
    .concat();
    assert_eq!(attacks.len(), 155, "the number that SECURITY.md states");

    // Twice, and beside good tokens: nothing is remembered that would let the second in.
    for round in 1..=2 {
        for (name, token, reason) in &attacks {
            match verifier.verify(token).await {
                Err(Error::Unauthenticated(message)) => assert_eq!(message, *reason, "{name}, round {round}"),
                other => panic!("{name}, round {round}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn odd_tokens_grant_what_their_claims_say_and_no_more() {
    let key = SigningKey::p256("e");
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, super::provider::key_set(&[&key])).unwrap();
    let verifier = verifier(KeySource::JwksFile(path)).await;

    for (name, changes, granted) in claims_table::ACCEPTED {
        let token = key.sign(ES256, &claims_table::changed(changes));
        for _ in 0..2 {
            let claims = verifier
                .verify(&token)
                .await
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(
                claims.permissions,
                Permissions::granted(granted.iter().copied()),
                "{name}"
            );
        }
    }
    let last = key.sign_texts(
        ES256,
        r#"{"alg":"none","kid":"x","kid":"e","alg":"ES256"}"#,
        payload().to_string().replacen('{', r#"{"tenant":"other","#, 1),
    );
    assert_eq!(
        verifier.verify(&last).await.unwrap().tenant,
        "acme",
        "of members with one name, the last counts"
    );
}

/// The forgery that the check of weak keys keeps out is real: the library accepts it.
#[test]
fn anyone_can_sign_for_the_neutral_point() {
    let signature = BASE64_URL_SAFE_NO_PAD.encode([neutral().as_slice(), &[0; 32]].concat());
    let key = jsonwebtoken::DecodingKey::from_ed_der(&neutral());

    assert!(crypto::verify(&signature, b"anything", &key, jsonwebtoken::Algorithm::EdDSA).unwrap());
}
