//! From a token to claims.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use url::Url;

use super::caller::{Claims, Session};
use super::development::{self, DevelopmentKey};
use super::key::Key;
use super::origin::Origin;
use super::payload::Expected;
use super::published::Published;
use super::token::Token;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// How tokens are checked.
pub struct VerifierSettings {
    /// Where the keys come from that tokens are signed with.
    pub keys: KeySource,
    /// Who must have made a token (`iss`). Needed, except with the development key, which has its own.
    pub issuer: Option<String>,
    /// Whom a token must be for (`aud`: this, or a list with it). Needed, except with the development key,
    /// which has its own.
    pub audience: Option<String>,
    /// How far the clock of the issuer may be off. 60 seconds by default.
    pub leeway: Duration,
    /// The claim that holds the tenant's name: `tenant` by default, and always with the development key.
    pub tenant_claim: String,
}

/// Where keys come from.
pub enum KeySource {
    /// A secret that is shared with the issuer, 32 bytes or more: HS256, HS384 and HS512.
    Secret(Vec<u8>),
    /// A file with a JSON Web Key Set: RS*, PS*, ES256, ES384 and `EdDSA`. Read again as if it were a URL.
    JwksFile(PathBuf),
    /// A JSON Web Key Set on the web, by https (or http from this machine): RS*, PS*, ES256, ES384 and `EdDSA`.
    JwksUrl(Url),
    /// The key that this server made for its own use in development.
    Development(DevelopmentKey),
}

impl VerifierSettings {
    /// The settings as they are by default, still without issuer and audience.
    pub fn new(keys: KeySource) -> Self {
        Self {
            keys,
            issuer: None,
            audience: None,
            leeway: Duration::from_mins(1),
            tenant_claim: "tenant".to_owned(),
        }
    }

    fn expected(&self) -> anyhow::Result<Expected> {
        if matches!(self.keys, KeySource::Development(_)) {
            return Ok(development::expected(self.leeway));
        }
        let needed = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
        Ok(Expected {
            issuer: needed(&self.issuer).context("tokens cannot be checked without an issuer to expect")?,
            audience: needed(&self.audience)
                .context("tokens cannot be checked without an audience to expect")?,
            tenant_claim: self.tenant_claim.clone(),
            leeway: self.leeway,
        })
    }
}

/// Checks tokens. A clone shares the keys.
#[derive(Clone)]
pub struct Verifier {
    keys: Keys,
    expected: Expected,
    clock: Clock,
}

#[derive(Clone)]
enum Keys {
    Secret(Key),
    Published(Arc<Published>),
}

impl Verifier {
    /// Makes a verifier, and reads the key set if there is one. A key set on the web that cannot be had
    /// now is a warning in the log, and tried again when tokens come.
    ///
    /// # Errors
    /// When issuer or audience is missing, the secret is too short, the key set's file cannot be read, or
    /// its URL is not one of https.
    pub async fn new(settings: VerifierSettings, clock: Clock) -> anyhow::Result<Self> {
        let expected = settings.expected()?;
        let keys = match settings.keys {
            KeySource::Secret(secret) => Keys::Secret(Key::secret(&secret)?),
            KeySource::Development(key) => Keys::Secret(Key::secret(key.secret())?),
            KeySource::JwksFile(path) => Self::published(Origin::File(path), &clock).await?,
            KeySource::JwksUrl(url) => Self::published(Origin::url(url)?, &clock).await?,
        };
        Ok(Self {
            keys,
            expected,
            clock,
        })
    }

    async fn published(origin: Origin, clock: &Clock) -> anyhow::Result<Keys> {
        Ok(Keys::Published(Published::open(origin, clock.clone()).await?))
    }

    /// What a token says, once everything about it is right.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` with what is wrong, fit to be sent to the client; `UNAVAILABLE` while the identity
    /// provider's keys could not be read even once.
    pub async fn verify(&self, token: &str) -> Result<Claims> {
        self.session(token).await.map(|session| session.claims)
    }

    /// What a token says, and until when that holds.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub async fn session(&self, token: &str) -> Result<Session> {
        let token = Token::parse(token)?;
        match &self.keys {
            Keys::Secret(key) => key.check(&token)?,
            Keys::Published(published) => published.find(&token).await?.check(&token)?,
        }
        let payload = token.payload()?;
        Ok(Session {
            claims: self.expected.claims(&payload, self.clock.now())?,
            until: self.expected.until(&payload),
        })
    }

    /// What a token said, if that still holds.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when it has expired meanwhile.
    pub fn again<'s>(&self, session: &'s Session) -> Result<&'s Claims> {
        if session.until.is_some_and(|until| self.clock.now() >= until) {
            return Err(Error::Unauthenticated("the token has expired"));
        }
        Ok(&session.claims)
    }
}
