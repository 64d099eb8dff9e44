//! Keys that verify signatures. A key accepts the algorithms of its own kind and no others: a token must never choose how
//! it is verified.

use anyhow::{Context, ensure};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm as LibraryAlgorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::algorithm::{Algorithm, VerifyingKey};
use super::token::Token;
use crate::error::{Error, Result};

/// The shortest secret, in bytes: as many as HS256 makes (RFC 7518, section 3.2).
const SHORTEST_SECRET: usize = 32;

/// A key, and the algorithms it accepts.
#[derive(Clone)]
pub(super) struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    verifying: VerifyingKey,
}

impl Key {
    /// Creates a shared secret. It accepts HS256, from 48 bytes on HS384, and from 64 bytes on HS512: RFC 7518, section
    /// 3.2, requires it to be as long as the algorithm's output.
    ///
    /// # Errors Fails when it is shorter than 32 bytes.
    pub fn secret(secret: &[u8]) -> anyhow::Result<Self> {
        ensure!(
            secret.len() >= SHORTEST_SECRET,
            "the secret that signs tokens is {} bytes long; it must have {SHORTEST_SECRET} or more",
            secret.len(),
        );
        let algorithms = [
            (LibraryAlgorithm::HS256, 32),
            (LibraryAlgorithm::HS384, 48),
            (LibraryAlgorithm::HS512, 64),
        ];
        Ok(Self {
            id: None,
            algorithms: algorithms
                .into_iter()
                .filter(|(_, length)| secret.len() >= *length)
                .map(|(algorithm, _)| Algorithm::Library(algorithm))
                .collect(),
            verifying: VerifyingKey::Library(DecodingKey::from_secret(secret)),
        })
    }

    /// A public key of a set; `None` when it is not one for signatures that are accepted here.
    fn published(value: &Value) -> Option<Self> {
        let jwk = Jwk::deserialize(value).ok()?;
        let mut algorithms = algorithms(&jwk);
        if let Some(stated) = value.get("alg").and_then(Value::as_str) {
            algorithms.retain(|algorithm| stated.parse().is_ok_and(|stated: Algorithm| stated == *algorithm));
        }
        if algorithms.is_empty() || !checks_signatures(&jwk) {
            return None;
        }
        Some(Self {
            verifying: verifying_key(&jwk)?,
            id: jwk.common.key_id,
            algorithms,
        })
    }

    fn accepts(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Checks a token's signature.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the algorithm is of another kind, or the signature of another key.
    pub fn check(&self, token: &Token<'_>) -> Result<()> {
        if !self.accepts(token.algorithm) {
            return Err(ALGORITHM_MISMATCH);
        }
        let signed = token.signed.as_bytes();
        if self.verifying.verifies(token.signature, signed, token.algorithm) {
            Ok(())
        } else {
            Err(Error::Unauthenticated("the token's signature is wrong"))
        }
    }
}

const ALGORITHM_MISMATCH: Error = Error::Unauthenticated("the token's algorithm does not fit its key");

/// The algorithms that a key of this kind accepts. A symmetric key has no place in a published set: its readers could sign
/// with it.
fn algorithms(jwk: &Jwk) -> Vec<Algorithm> {
    let library =
        |algorithms: &[LibraryAlgorithm]| algorithms.iter().copied().map(Algorithm::Library).collect();
    match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => library(AlgorithmFamily::Rsa.algorithms()),
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => library(&[LibraryAlgorithm::ES256]),
            EllipticCurve::P384 => library(&[LibraryAlgorithm::ES384]),
            EllipticCurve::P521 => vec![Algorithm::Es512],
            EllipticCurve::Ed25519 => Vec::new(),
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            library(&[LibraryAlgorithm::EdDSA])
        }
        AlgorithmParameters::OctetKeyPair(_) | AlgorithmParameters::OctetKey(_) => Vec::new(),
    }
}

fn verifying_key(jwk: &Jwk) -> Option<VerifyingKey> {
    match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P521 => {
            VerifyingKey::p521(&key.x, &key.y).ok()
        }
        _ => DecodingKey::from_jwk(jwk).ok().map(VerifyingKey::Library),
    }
}

fn checks_signatures(jwk: &Jwk) -> bool {
    let of_use = jwk
        .common
        .public_key_use
        .as_ref()
        .is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
    let by_operation = jwk
        .common
        .key_operations
        .as_ref()
        .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    of_use && by_operation
}

/// The public keys of an identity provider.
pub(super) struct KeySet(Vec<Key>);

impl KeySet {
    /// Reads a JSON Web Key Set (RFC 7517, section 5). Keys that are not for signatures, or of a kind that
    /// is not known, are passed over; the set may be empty then.
    ///
    /// # Errors
    /// Fails when it is not such a set.
    pub fn parse(json: &[u8]) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }
        let document: Document = serde_json::from_slice(json).context("it is not a JSON Web Key Set")?;
        Ok(Self(document.keys.iter().filter_map(Key::published).collect()))
    }

    /// Whether the set has no usable key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the key that a token names, or `None` if no key has that id. A token that names none gets the only key that
    /// fits its algorithm.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the named key is of another kind, or more than one fits.
    pub fn find(&self, token: &Token<'_>) -> Result<Option<&Key>> {
        let named: Vec<&Key> = self
            .0
            .iter()
            .filter(|key| token.key_id.is_none() || key.id == token.key_id)
            .collect();
        let mut fitting = named.iter().filter(|key| key.accepts(token.algorithm));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(Some(key)),
            (Some(_), Some(_)) => Err(Error::Unauthenticated(
                "more than one key fits the token; it must name its own (`kid`)",
            )),
            (None, _) if named.is_empty() => Ok(None),
            (None, _) => Err(ALGORITHM_MISMATCH),
        }
    }
}
