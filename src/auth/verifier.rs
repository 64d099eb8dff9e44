//! Verifies tokens.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use url::Url;

use super::caller::{Claims, Session};
use super::development::{self, DevelopmentKey};
use super::expected_claims::ExpectedClaims;
use super::jwks_cache::JwksCache;
use super::jwks_source::JwksSource;
use super::key::Key;
use super::token::Token;
use crate::clock::Clock;
use crate::error::{Error, Result};

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
}

/// The source of the keys that verify tokens.
pub enum KeySource {
    /// A secret shared with the issuer, 32 bytes or more: HS256, HS384 and HS512.
    Secret(Vec<u8>),
    /// A file with a JSON Web Key Set: RS*, PS*, ES256, ES384, ES512 and `EdDSA`. Re-read like a URL.
    JwksFile(PathBuf),
    /// A JSON Web Key Set on the web, by https (or http from this machine): RS*, PS*, ES256, ES384, ES512 and `EdDSA`.
    JwksUrl(Url),
    /// The key that this server made for its own use in development.
    Development(DevelopmentKey),
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
    keys: Keys,
    expected: ExpectedClaims,
    clock: Clock,
}

#[derive(Clone)]
enum Keys {
    Secret(Key),
    Provider(Arc<JwksCache>),
}

impl Verifier {
    /// Creates a verifier, and reads the key set if there is one. A key set on the web that cannot be fetched yet is a
    /// warning in the log; it is tried again when tokens arrive.
    ///
    /// # Errors
    /// Fails when issuer or audience is missing, the secret is too short, the key set's file cannot be read, or its URL is
    /// not one of https.
    pub async fn new(settings: VerifierSettings, clock: Clock) -> anyhow::Result<Self> {
        let expected = settings.expected()?;
        let keys = match settings.keys {
            KeySource::Secret(secret) => Keys::Secret(Key::secret(&secret)?),
            KeySource::Development(key) => Keys::Secret(Key::secret(key.secret())?),
            KeySource::JwksFile(path) => Self::provider(JwksSource::File(path), &clock).await?,
            KeySource::JwksUrl(url) => Self::provider(JwksSource::url(url)?, &clock).await?,
        };
        Ok(Self {
            keys,
            expected,
            clock,
        })
    }

    async fn provider(source: JwksSource, clock: &Clock) -> anyhow::Result<Keys> {
        Ok(Keys::Provider(JwksCache::open(source, clock.clone()).await?))
    }

    /// Verifies a token and returns its claims.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` with a reason that may be sent to the client; `UNAVAILABLE` until the identity provider's keys have
    /// been read once.
    pub async fn verify(&self, token: &str) -> Result<Claims> {
        self.session(token).await.map(|session| session.claims)
    }

    /// Verifies a token and returns a session, which knows when the token expires.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub async fn session(&self, token: &str) -> Result<Session> {
        let token = Token::parse(token)?;
        match &self.keys {
            Keys::Secret(key) => key.check(&token)?,
            Keys::Provider(cache) => cache.find(&token).await?.check(&token)?,
        }
        let payload = token.payload()?;
        Ok(Session {
            claims: self.expected.claims(&payload, self.clock.now())?,
            until: self.expected.until(&payload),
        })
    }

    /// Returns the claims of a session whose token is still valid.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the token has expired.
    pub fn claims_of<'s>(&self, session: &'s Session) -> Result<&'s Claims> {
        if session.until.is_some_and(|until| self.clock.now() >= until) {
            return Err(Error::Unauthenticated("the token has expired"));
        }
        Ok(&session.claims)
    }
}
