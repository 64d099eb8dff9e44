//! The algorithms of signatures: those of `jsonwebtoken`, and ES512, which it lacks.

use std::str::FromStr;

use anyhow::ensure;
use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED, UnparsedPublicKey};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::errors::Error;
use jsonwebtoken::{DecodingKey, crypto};

/// The length of a coordinate of a P-521 point, in bytes.
const P521_COORDINATE: usize = 66;

/// An algorithm of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// An algorithm of `jsonwebtoken`.
    Library(jsonwebtoken::Algorithm),
    /// ECDSA with P-521 and SHA-512.
    Es512,
}

impl FromStr for Algorithm {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "ES512" => Ok(Self::Es512),
            name => name.parse().map(Self::Library),
        }
    }
}

/// The public or shared key that checks signatures.
#[derive(Clone)]
pub(super) enum VerifyingKey {
    /// A key of `jsonwebtoken`.
    Library(DecodingKey),
    /// A point of P-521, uncompressed.
    P521(Vec<u8>),
}

impl VerifyingKey {
    /// Reads the point of a P-521 key from its coordinates in base64.
    ///
    /// # Errors
    /// Fails when a coordinate is not base64 of 66 bytes (RFC 7518, section 6.2.1.2).
    pub fn p521(x: &str, y: &str) -> anyhow::Result<Self> {
        // The mark of an uncompressed point (SEC 1, section 2.3.3).
        let mut point = vec![4];
        for coordinate in [x, y] {
            let bytes = BASE64_URL_SAFE_NO_PAD.decode(coordinate)?;
            ensure!(bytes.len() == P521_COORDINATE, "a coordinate has another length");
            point.extend(bytes);
        }
        Ok(Self::P521(point))
    }

    /// Whether `signature`, in base64, is this key's over `signed`.
    pub fn verifies(&self, signature: &str, signed: &[u8], algorithm: Algorithm) -> bool {
        match (self, algorithm) {
            (Self::Library(key), Algorithm::Library(algorithm)) => {
                crypto::verify(signature, signed, key, algorithm).unwrap_or(false)
            }
            (Self::P521(point), Algorithm::Es512) => {
                BASE64_URL_SAFE_NO_PAD.decode(signature).is_ok_and(|signature| {
                    UnparsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, point)
                        .verify(signed, &signature)
                        .is_ok()
                })
            }
            _ => false,
        }
    }
}
