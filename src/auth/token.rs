//! Parses a token, before anything in it is trusted.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use crate::error::{Error, Result};

/// A JSON object, as both halves of a token are.
pub(super) type Object = Map<String, Value>;

/// A token in the compact form of RFC 7515, section 7.1.
pub(super) struct Token<'a> {
    /// The algorithm that it claims to be signed with; the key must agree.
    pub algorithm: Algorithm,
    /// The id of the key that signed it (`kid`).
    pub key_id: Option<String>,
    /// The bytes that are signed: header, dot, payload.
    pub signed: &'a str,
    /// The signature, in base64.
    pub signature: &'a str,
    payload: &'a str,
}

impl<'a> Token<'a> {
    /// Parses a token.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when it is not a signed token, or has critical extensions.
    pub fn parse(text: &'a str) -> Result<Self> {
        let (signed, signature) = text.rsplit_once('.').ok_or(MALFORMED)?;
        let (header, payload) = signed.split_once('.').ok_or(MALFORMED)?;
        if payload.contains('.') {
            return Err(MALFORMED);
        }
        let header = object(header)?;
        // RFC 7515, section 4.1.11: what is critical must be understood, and nothing is defined here.
        if header.contains_key("crit") {
            return Err(Error::Unauthenticated(
                "the token has critical extensions, and none is known here",
            ));
        }
        Ok(Self {
            algorithm: algorithm(&header)?,
            key_id: key_id(&header)?,
            signed,
            signature,
            payload,
        })
    }

    /// Parses the payload. It must not be trusted before the signature is checked.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when it is not a JSON object.
    pub fn payload(&self) -> Result<Object> {
        object(self.payload)
    }
}

const MALFORMED: Error = Error::Unauthenticated("the token is not a signed JSON Web Token");

fn object(base64: &str) -> Result<Object> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(base64).map_err(|_| MALFORMED)?;
    serde_json::from_slice(&json).map_err(|_| MALFORMED)
}

/// Reads the algorithm. `none` is not one, whatever its spelling.
fn algorithm(header: &Object) -> Result<Algorithm> {
    header
        .get("alg")
        .and_then(Value::as_str)
        .and_then(|name| name.parse().ok())
        .ok_or(Error::Unauthenticated("the token's algorithm is not accepted"))
}

fn key_id(header: &Object) -> Result<Option<String>> {
    match header.get("kid") {
        None => Ok(None),
        Some(Value::String(id)) => Ok(Some(id.clone())),
        Some(_) => Err(MALFORMED),
    }
}
