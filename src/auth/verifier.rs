//! Verifies tokens.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use url::Url;

use super::caller::{Claims, Session};
use super::development::{self, DevelopmentKey};
use super::digest::Digest;
use super::expected_claims::ExpectedClaims;
use super::key_cache::KeyCache;
use super::key_reader::KeyReader;
use super::token::Token;
use crate::clock::Clock;
use crate::error::Result;

/// The settings for verifying tokens.
pub struct VerifierSettings {
    /// The source of the keys that tokens are signed with.
    pub keys: KeySource,
    /// The issuer that tokens must have (`iss`). Required, except with the development key, which has its own.
    pub issuer: Option<String>,
    /// The audience that tokens must have (`aud`: this, or a list with it). Required, except with the development key,
    /// which has its own.
    pub audience: Option<String>,
    /// The tolerated difference to the issuer's clock. 60 seconds by default.
    pub leeway: Duration,
    /// The claim that holds the tenant's name: `tenant` by default, and always with the development key.
    pub tenant_claim: String,
    /// The longest time that a key is accepted after its withdrawal, while its source can be read. 5 minutes by default.
    pub refresh: Duration,
}

/// The source of the keys that verify tokens.
pub enum KeySource {
    /// A secret shared with the issuer, 32 bytes or more: HS256, HS384 and HS512.
    Secret(Vec<u8>),
    /// A file with such a secret. Re-read like a URL.
    SecretFile(PathBuf),
    /// A file with a JSON Web Key Set: RS*, PS*, ES256, ES384, ES512 and `EdDSA`. Re-read like a URL.
    JwksFile(PathBuf),
    /// A JSON Web Key Set on the web, by https (or http from this machine): RS*, PS*, ES256, ES384, ES512 and `EdDSA`.
    JwksUrl(Url),
    /// The key that this server made for its own use in development.
    Development(DevelopmentKey),
}

impl KeySource {
    /// Creates the reader of the source.
    ///
    /// # Errors
    /// Fails when the key set's URL is not one of https.
    pub(super) fn reader(self) -> anyhow::Result<KeyReader> {
        Ok(match self {
            Self::Secret(secret) => KeyReader::Secret(secret),
            Self::SecretFile(path) => KeyReader::SecretFile(path),
            Self::Development(key) => KeyReader::Secret(key.secret().to_vec()),
            Self::JwksFile(path) => KeyReader::SetFile(path),
            Self::JwksUrl(url) => KeyReader::url(url)?,
        })
    }
}

impl VerifierSettings {
    /// The default settings, without issuer and audience.
    pub fn new(keys: KeySource) -> Self {
        Self {
            keys,
            issuer: None,
            audience: None,
            leeway: Duration::from_mins(1),
            tenant_claim: "tenant".to_owned(),
            refresh: Duration::from_mins(5),
        }
    }

    fn expected(&self) -> anyhow::Result<ExpectedClaims> {
        if matches!(self.keys, KeySource::Development(_)) {
            return Ok(development::expected(self.leeway));
        }
        let needed = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
        Ok(ExpectedClaims {
            issuer: needed(&self.issuer).context("tokens cannot be checked without an issuer to expect")?,
            audience: needed(&self.audience)
                .context("tokens cannot be checked without an audience to expect")?,
            tenant_claim: self.tenant_claim.clone(),
            leeway: self.leeway,
        })
    }
}

/// Verifies tokens. Clones share the keys.
#[derive(Clone)]
pub struct Verifier {
    keys: Arc<KeyCache>,
    expected: ExpectedClaims,
    clock: Clock,
}

impl Verifier {
    /// Creates a verifier, and reads its keys. A key set on the web that cannot be fetched yet is a warning in the log; it
    /// is tried again when tokens arrive.
    ///
    /// # Errors
    /// Fails when issuer or audience is missing, the secret is too short, a file cannot be read, or the key set's URL is
    /// not one of https.
    pub async fn new(settings: VerifierSettings, clock: Clock) -> anyhow::Result<Self> {
        let expected = settings.expected()?;
        let reader = settings.keys.reader()?;
        Ok(Self {
            keys: KeyCache::open(reader, settings.refresh, clock.clone()).await?,
            expected,
            clock,
        })
    }

    /// Whether there are keys to verify tokens with. Tries to read them if not.
    pub async fn has_keys(&self) -> bool {
        self.keys.current().await.is_some()
    }

    /// Reads the keys again, whatever their age, and returns the number of usable ones.
    ///
    /// # Errors
    /// Fails when they cannot be read or used; the last ones stay.
    pub async fn reload_keys(&self) -> anyhow::Result<usize> {
        self.keys.reload().await
    }

    /// Verifies a token and returns its claims.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` with a reason that may be sent to the client; `UNAVAILABLE` until the identity provider's keys have
    /// been read once.
    pub async fn verify(&self, token: &str) -> Result<Claims> {
        let digest = Digest::of(token.as_bytes());
        let keyring = self.keys.current().await;
        if let Some(keyring) = &keyring
            && let Some(known) = keyring.verified.get(&digest)
        {
            return match known.lifetime.check(self.clock.now()) {
                Ok(()) => Ok(known.claims.clone()),
                Err(error) => {
                    keyring.verified.remove(&digest);
                    Err(error)
                }
            };
        }
        let token = Token::parse(token)?;
        let keyring = self.keys.with_key_of(&token, keyring).await?;
        keyring.check(&token)?;
        let verified = self.expected.verify(&token.payload()?, self.clock.now())?;
        let claims = verified.claims.clone();
        keyring.verified.insert(digest, Arc::new(verified));
        Ok(claims)
    }

    /// Verifies a token and returns a session, which can be verified again.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub async fn session(&self, token: &str) -> Result<Session> {
        self.verify(token).await?;
        Ok(Session {
            token: token.to_owned(),
        })
    }

    /// Returns the claims of a session whose token is still valid.
    ///
    /// # Errors
    /// As [`Self::verify`]: `UNAUTHENTICATED` when the token has expired, or the key that signed it was withdrawn.
    pub async fn claims_of(&self, session: &Session) -> Result<Claims> {
        self.verify(&session.token).await
    }
}
