//! The checks of a token's payload, and the claims in it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::caller::Claims;
use super::token::Object;
use crate::error::{Error, Result};
use crate::model::Permissions;

/// The longest name of a user or a tenant in a token, in characters.
const LONGEST_NAME: usize = 255;

/// The claims that a token must have to be meant for this service.
#[derive(Clone)]
pub(super) struct ExpectedClaims {
    /// The issuer (`iss`).
    pub issuer: String,
    /// The audience (`aud`).
    pub audience: String,
    /// The name of the claim that holds the tenant's name.
    pub tenant_claim: String,
    /// The tolerated difference between clocks.
    pub leeway: Duration,
}

impl ExpectedClaims {
    /// Checks a payload whose signature is right (RFC 7519, section 4.1), and reads its claims.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when the issuer or the audience is another, the token has expired or is not yet valid, or it lacks
    /// a claim.
    pub fn verify(&self, payload: &Object, now: DateTime<Utc>) -> Result<VerifiedClaims> {
        self.check_parties(payload)?;
        let lifetime = Lifetime::read(payload, self.leeway)?;
        lifetime.check(now)?;
        let subject = name(payload, "sub").ok_or(Error::Unauthenticated(
            "the token must name its user (`sub`) in 1 to 255 characters, without control characters",
        ))?;
        let tenant = name(payload, &self.tenant_claim).ok_or(Error::Unauthenticated(
            "the token must name its tenant in 1 to 255 characters, without control characters",
        ))?;
        let claims = Claims {
            subject: subject.to_owned(),
            tenant: tenant.to_owned(),
            permissions: permissions(payload)?,
            name: name(payload, "name").map(str::to_owned),
            email: name(payload, "email").map(str::to_owned),
        };
        Ok(VerifiedClaims { claims, lifetime })
    }

    fn check_parties(&self, payload: &Object) -> Result<()> {
        if payload.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Err(Error::Unauthenticated("the token comes from another issuer"));
        }
        let is_meant = match payload.get("aud") {
            Some(Value::String(audience)) => *audience == self.audience,
            Some(Value::Array(audiences)) => audiences
                .iter()
                .any(|audience| audience.as_str() == Some(&self.audience)),
            _ => false,
        };
        if is_meant {
            Ok(())
        } else {
            Err(Error::Unauthenticated("the token is not meant for this service"))
        }
    }
}

/// The claims of a verified token, and the times between which they hold.
#[derive(Default)]
pub(super) struct VerifiedClaims {
    /// The claims.
    pub claims: Claims,
    /// The times.
    pub lifetime: Lifetime,
}

/// The times of a token, in seconds since 1970, and the tolerated difference between clocks.
#[derive(Default)]
pub(super) struct Lifetime {
    expiry: f64,
    not_before: Option<f64>,
    issued_at: Option<f64>,
    leeway: f64,
}

impl Lifetime {
    fn read(payload: &Object, leeway: Duration) -> Result<Self> {
        Ok(Self {
            expiry: seconds(payload, "exp")?.ok_or(Error::Unauthenticated(
                "the token must say when it expires (`exp`)",
            ))?,
            not_before: seconds(payload, "nbf")?,
            issued_at: seconds(payload, "iat")?,
            leeway: leeway.as_secs_f64(),
        })
    }

    /// Checks that the token is valid now.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` when it has expired, or is not valid yet.
    pub fn check(&self, now: DateTime<Utc>) -> Result<()> {
        let now = (now - DateTime::UNIX_EPOCH).as_seconds_f64();
        if now >= self.expiry + self.leeway {
            return Err(Error::Unauthenticated("the token has expired"));
        }
        let is_later = |time: Option<f64>| time.is_some_and(|time| now + self.leeway < time);
        if is_later(self.not_before) {
            return Err(Error::Unauthenticated("the token is not valid yet"));
        }
        if is_later(self.issued_at) {
            return Err(Error::Unauthenticated("the token was issued in the future"));
        }
        Ok(())
    }
}

/// A time in seconds since 1970, possibly with a fraction.
fn seconds(payload: &Object, claim: &str) -> Result<Option<f64>> {
    match payload.get(claim) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or(Error::Unauthenticated(
            "the token's times (`exp`, `nbf`, `iat`) must be numbers",
        )),
    }
}

/// Reads a text that is fit for the database and the log: not empty, and without control characters such as NUL, which not
/// every database can store. Returns `None` when there is none.
fn name<'a>(payload: &'a Object, claim: &str) -> Option<&'a str> {
    payload.get(claim).and_then(Value::as_str).filter(|text| {
        !text.trim().is_empty() && text.chars().count() <= LONGEST_NAME && !text.chars().any(char::is_control)
    })
}

/// Reads the list `permissions` if there is one, even an empty one: providers that have both claims grant in `permissions`,
/// and repeat in `scope` what was requested.
fn permissions(payload: &Object) -> Result<Permissions> {
    match (payload.get("permissions"), payload.get("scope")) {
        (Some(Value::Array(texts)), _) => Ok(Permissions::granted(texts.iter().filter_map(Value::as_str))),
        (Some(_), _) => Err(Error::Unauthenticated(
            "the token's `permissions` must be a list of strings",
        )),
        (None, Some(Value::String(scope))) => Ok(Permissions::granted(scope.split_whitespace())),
        (None, Some(_)) => Err(Error::Unauthenticated(
            "the token's `scope` must be a string, separated by spaces",
        )),
        (None, None) => Ok(Permissions::default()),
    }
}
