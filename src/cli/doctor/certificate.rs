//! The certificate of HTTPS.

use chrono::{DateTime, TimeDelta, Utc};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

use super::finding::Finding;
use crate::clock::Clock;
use crate::config::ServeConfig;
use crate::http::Tls;

/// The name of the check.
const CHECK: &str = "certificate";
/// The time before the end of a certificate from which on it should be renewed.
const SOON: TimeDelta = TimeDelta::days(14);

/// Loads the certificate and its key as the server does, and checks that clients accept its time.
pub(super) fn check(config: &ServeConfig, clock: &Clock) -> Option<Finding> {
    let own = match Tls::check(&config.tls) {
        Ok(own) => own?,
        Err(error) => {
            let error = anyhow::Error::from(error);
            let remedy = "correct it: the server does not start with it";
            return Some(Finding::problem(CHECK, format!("{error:#}"), remedy));
        }
    };
    let validity = X509Certificate::from_der(&own).ok().and_then(|(_, certificate)| {
        let validity = certificate.validity();
        let instant = |seconds| DateTime::from_timestamp(seconds, 0);
        instant(validity.not_before.timestamp()).zip(instant(validity.not_after.timestamp()))
    });
    Some(match validity {
        Some((from, until)) => check_time(from, until, clock.now()),
        None => Finding::problem(
            CHECK,
            "the certificate cannot be read",
            "clients refuse it: have it issued again",
        ),
    })
}

fn check_time(from: DateTime<Utc>, until: DateTime<Utc>, now: DateTime<Utc>) -> Finding {
    const RENEW: &str = "renew it, and send the server SIGHUP";
    if now < from {
        return Finding::problem(
            CHECK,
            format!("the certificate is not valid before {from}, and clients refuse it until then"),
            "check the clock of this machine, or use a certificate that is valid now",
        );
    }
    if until < now {
        let finding = format!("the certificate was valid until {until}, and clients refuse it");
        return Finding::problem(CHECK, finding, RENEW);
    }
    let finding = format!("the certificate is valid until {until}");
    if until - now < SOON {
        Finding::warning(CHECK, finding, RENEW)
    } else {
        Finding::ok(CHECK, finding)
    }
}
