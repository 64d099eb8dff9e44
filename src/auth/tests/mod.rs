//! Tests of a verifier.

mod attacks;
mod claims_table;
mod development;
mod expected_claims;
mod key_set;
mod provider;
mod rotation;
mod secret;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{KeySource, Verifier, VerifierSettings};
use crate::clock::Clock;
use crate::error::Error;

const ISSUER: &str = "https://login.example.com/";
const AUDIENCE: &str = "external-contacts";
const SECRET: &[u8; 64] = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The time, unless a test lets it pass.
fn now() -> DateTime<Utc> {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn settings(keys: KeySource) -> VerifierSettings {
    VerifierSettings {
        issuer: Some(ISSUER.to_owned()),
        audience: Some(AUDIENCE.to_owned()),
        ..VerifierSettings::new(keys)
    }
}

async fn verifier(keys: KeySource) -> Verifier {
    Verifier::new(settings(keys), Clock::fixed(now())).await.unwrap()
}

/// Returns the payload of a good token.
fn payload() -> Value {
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now().timestamp(),
        "exp": now().timestamp() + 300,
        "sub": "ada",
        "tenant": "acme",
        "permissions": ["externalContacts:contact:view"],
    })
}

/// Returns the reason why a token is refused.
async fn refusal(verifier: &Verifier, token: &str) -> &'static str {
    match verifier.verify(token).await {
        Err(Error::Unauthenticated(message)) => message,
        other => panic!("should be refused: {other:?}"),
    }
}

/// Time that passes when the test says so.
#[derive(Clone, Default)]
struct Time(Arc<AtomicI64>);

impl Time {
    fn pass(&self, time: TimeDelta) {
        self.0.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let passed = Arc::clone(&self.0);
        Clock::telling(move || now() + TimeDelta::seconds(passed.load(Ordering::SeqCst)))
    }
}
