//! Keys that verify signatures. A key accepts the algorithms of its own kind and no others: a token must never choose how
//! it is verified.

use anyhow::{Context, ensure};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm as LibraryAlgorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

use super::algorithm::{Algorithm, VerifyingKey};
use super::strength::{is_strong_ed25519, is_strong_modulus};
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
            "it is {} bytes long and must have {SHORTEST_SECRET} or more",
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
        AlgorithmParameters::RSA(key) if !is_strong_modulus(&key.n) => None,
        AlgorithmParameters::OctetKeyPair(key) if !is_strong_ed25519(&key.x) => None,
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

/// The keys that verify tokens.
pub(super) enum KeySet {
    /// A shared secret, which verifies every token, whatever key it names.
    Secret(Key),
    /// The public keys of an identity provider.
    Published(Vec<Key>),
}

impl KeySet {
    /// Reads a JSON Web Key Set (RFC 7517, section 5). Keys that are not for signatures, are too weak, or of a kind that
    /// is not known, are passed over.
    ///
    /// # Errors
    /// Fails when it is not such a set, or no key is left.
    pub fn parse(json: &[u8]) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }
        let document: Document = serde_json::from_slice(json).context("it is not a JSON Web Key Set")?;
        let keys: Vec<Key> = document.keys.iter().filter_map(Key::published).collect();
        ensure!(
            !keys.is_empty(),
            "it has no key that checks signatures of RS*, PS*, ES256, ES384, ES512 or EdDSA"
        );
        Ok(Self::Published(keys))
    }

    /// Returns the number of usable keys.
    pub fn count(&self) -> usize {
        match self {
            Self::Secret(_) => 1,
            Self::Published(keys) => keys.len(),
        }
    }

    /// Returns the key that a token names, or `None` if no key has that id. A token that names none gets the only key that
    /// fits its algorithm.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the named key is of another kind, or more than one fits.
    pub fn find(&self, token: &Token<'_>) -> Result<Option<&Key>> {
        let keys = match self {
            Self::Secret(key) => return Ok(Some(key)),
            Self::Published(keys) => keys,
        };
        let named: Vec<&Key> = keys
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
