//! Tokens: edited ones, which nobody signed, and signed ones with any claims.

use std::fs;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use external_contacts::app::development_claims;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::edit::{edit_text, edit_value, text_edits, value_edits};
use super::{fuzz, in_order};
use crate::http::{JSON, Site, request};

struct Gate {
    runtime: Runtime,
    site: Site,
}

impl Gate {
    fn open() -> Self {
        let runtime = Runtime::new().unwrap();
        let site = runtime.block_on(Site::open());
        Self { runtime, site }
    }

    /// The status of a query with this token.
    fn status(&self, token: &str) -> Result<Option<StatusCode>, TestCaseError> {
        let Ok(header) = HeaderValue::from_bytes(format!("Bearer {token}").as_bytes()) else {
            return Ok(None);
        };
        let request = request("POST", "/graphql")
            .header("content-type", JSON)
            .header("authorization", header)
            .body(Body::from(r#"{"query":"{ viewer { user { name } } }"}"#))
            .unwrap();
        let (status, _, body) = self.runtime.block_on(self.site.send(request));
        let answer: Value =
            serde_json::from_str(&body).map_err(|error| TestCaseError::fail(error.to_string()))?;
        in_order(&answer, token)?;
        Ok(Some(status))
    }
}

#[test]
fn an_edited_token_is_refused() {
    let gate = Gate::open();

    fuzz("tokens, edited", &text_edits(), |edits| {
        // It is valid for a minute.
        let token = gate.site.token(&development_claims());
        let edited = edit_text(&token, &edits);
        // Spaces around a token are none of it (RFC 9110, section 11.4).
        let same = edited.trim_matches(' ') == token;
        if let Some(status) = gate.status(&edited)? {
            let expected = if same {
                StatusCode::OK
            } else {
                StatusCode::UNAUTHORIZED
            };
            prop_assert_eq!(status, expected, "{}", edited);
        }
        Ok(())
    });
}

#[test]
fn any_signed_claims_are_accepted_or_refused() {
    let gate = Gate::open();
    let secret = fs::read_to_string(gate.site.folder().join("dev-key")).unwrap();
    let key = Key::new(
        HMAC_SHA256,
        &BASE64_URL_SAFE_NO_PAD.decode(secret.trim()).unwrap(),
    );
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let header = encode(&json!({ "alg": "HS256", "typ": "JWT" }));
    // The claims are valid for a minute.
    let claims = || -> Value {
        let real = gate.site.token(&development_claims());
        let payload = BASE64_URL_SAFE_NO_PAD.decode(real.split('.').nth(1).unwrap());
        serde_json::from_slice(&payload.unwrap()).unwrap()
    };

    fuzz("tokens, signed", &value_edits(), |edits| {
        let signed = format!("{header}.{}", encode(&edit_value(claims(), &edits)));
        let signature = BASE64_URL_SAFE_NO_PAD.encode(sign(&key, signed.as_bytes()));
        let status = gate.status(&format!("{signed}.{signature}"))?.unwrap();
        prop_assert!(
            [StatusCode::OK, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status),
            "{status}"
        );
        Ok(())
    });
}
