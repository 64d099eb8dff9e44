//! An identity provider: signs tokens, and publishes its keys on this machine.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
};
use axum::{Router, http::StatusCode, routing::get};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

/// A private key, and its public half as a key set has it.
#[derive(Clone)]
pub struct SigningKey {
    private: EncodingKey,
    pub public: Value,
}

/// Made once: an RSA key takes its time.
static RSA: LazyLock<SigningKey> = LazyLock::new(|| {
    let pair = rsa::KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        BASE64_STANDARD.encode(der.as_ref())
    );
    let private = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let mut public =
        serde_json::to_value(Jwk::from_encoding_key(&private, Algorithm::RS256).unwrap()).unwrap();
    public.as_object_mut().unwrap().remove("alg");
    SigningKey { private, public }
});

impl SigningKey {
    pub fn rsa(id: &str) -> Self {
        RSA.clone().with("kid", id)
    }

    pub fn p256(id: &str) -> Self {
        Self::elliptic("P-256", &ECDSA_P256_SHA256_FIXED_SIGNING).with("kid", id)
    }

    pub fn p384(id: &str) -> Self {
        Self::elliptic("P-384", &ECDSA_P384_SHA384_FIXED_SIGNING).with("kid", id)
    }

    pub fn ed25519(id: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        let x = BASE64_URL_SAFE_NO_PAD.encode(pair.public_key());
        Self {
            private: EncodingKey::from_ed_der(document.as_ref()),
            public: json!({ "kty": "OKP", "crv": "Ed25519", "x": x }),
        }
        .with("kid", id)
    }

    fn elliptic(curve: &str, algorithm: &'static EcdsaSigningAlgorithm) -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).unwrap();
        Self::published(curve, &pair, document.as_ref())
    }

    fn published(curve: &str, pair: &EcdsaKeyPair, document: &[u8]) -> Self {
        // A point is written as 0x04, x, y.
        let (x, y) = pair.public_key().as_ref()[1..].split_at((pair.public_key().as_ref().len() - 1) / 2);
        Self {
            private: EncodingKey::from_ec_der(document),
            public: json!({
                "kty": "EC",
                "crv": curve,
                "x": BASE64_URL_SAFE_NO_PAD.encode(x),
                "y": BASE64_URL_SAFE_NO_PAD.encode(y),
            }),
        }
    }

    /// The same with another member in its public half.
    pub fn with(mut self, member: &str, value: &str) -> Self {
        self.public[member] = value.into();
        self
    }

    /// The same without its name.
    pub fn unnamed(mut self) -> Self {
        self.public.as_object_mut().unwrap().remove("kid");
        self
    }

    /// Signs any texts as header and payload.
    pub fn sign_texts(&self, algorithm: Algorithm, header: &str, payload: impl AsRef<[u8]>) -> String {
        let signed = format!(
            "{}.{}",
            BASE64_URL_SAFE_NO_PAD.encode(header),
            BASE64_URL_SAFE_NO_PAD.encode(payload)
        );
        let signature = crypto::sign(signed.as_bytes(), &self.private, algorithm).unwrap();
        format!("{signed}.{signature}")
    }

    /// Signs a token that names this key, if it has a name.
    pub fn sign(&self, algorithm: Algorithm, payload: &Value) -> String {
        let mut header = json!({ "alg": algorithm, "typ": "JWT" });
        if let Some(id) = self.public.get("kid") {
            header["kid"] = id.clone();
        }
        sign(&header, payload, algorithm, &self.private)
    }
}

/// A P-521 key, with which `jsonwebtoken` cannot sign.
pub struct P521Key {
    pair: EcdsaKeyPair,
    pub public: SigningKey,
}

impl P521Key {
    pub fn new(id: &str) -> Self {
        let algorithm = &ECDSA_P521_SHA512_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref()).unwrap();
        let public = SigningKey::published("P-521", &pair, document.as_ref()).with("kid", id);
        Self { pair, public }
    }

    /// Signs a token by ES512.
    pub fn sign(&self, payload: &Value) -> String {
        let header = json!({ "alg": "ES512", "kid": self.public.public["kid"] });
        let signed = unsigned(&header, payload);
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

/// A token with any header.
pub fn sign(header: &Value, payload: &Value, algorithm: Algorithm, key: &EncodingKey) -> String {
    let signed = unsigned(header, payload);
    let signature = crypto::sign(signed.as_bytes(), key, algorithm).unwrap();
    format!("{signed}.{signature}")
}

/// Header and payload, and nothing behind them.
pub fn unsigned(header: &Value, payload: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(payload))
}

/// A key set as text.
pub fn key_set(keys: &[&SigningKey]) -> String {
    json!({ "keys": keys.iter().map(|key| &key.public).collect::<Vec<_>>() }).to_string()
}

/// Publishes a key set on this machine, and counts the requests for it.
pub struct Provider {
    pub url: Url,
    answer: Arc<Mutex<(StatusCode, String)>>,
    fetches: Arc<AtomicUsize>,
}

impl Provider {
    pub async fn start(keys: &[&SigningKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let provider = Self {
            url: url.parse().unwrap(),
            answer: Arc::new(Mutex::new((StatusCode::OK, key_set(keys)))),
            fetches: Arc::default(),
        };
        let (answer, fetches) = (Arc::clone(&provider.answer), Arc::clone(&provider.fetches));
        let route = get(move || {
            fetches.fetch_add(1, Ordering::SeqCst);
            let answer = answer.lock().unwrap().clone();
            async { answer }
        });
        tokio::spawn(async move {
            axum::serve(listener, Router::new().route("/jwks.json", route))
                .await
                .unwrap();
        });
        provider
    }

    pub fn publish(&self, keys: &[&SigningKey]) {
        self.answer(StatusCode::OK, key_set(keys));
    }

    pub fn answer(&self, status: StatusCode, body: impl Into<String>) {
        *self.answer.lock().unwrap() = (status, body.into());
    }

    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}
