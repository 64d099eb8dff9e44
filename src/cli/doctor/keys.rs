//! The keys that verify tokens.

use super::clocks;
use super::finding::Finding;
use crate::app;
use crate::auth::{DevelopmentKey, KeyReport, KeySource};
use crate::clock::Clock;
use crate::config::ServeConfig;

/// Reads the keys once, as the server does at its start.
pub(super) async fn check(config: &ServeConfig, clock: &Clock) -> Vec<Finding> {
    if config.dev {
        return vec![check_development(config)];
    }
    // A missing source is a finding of the settings.
    let Some(source) = app::key_source(&config.tokens) else {
        return Vec::new();
    };
    let is_remote = matches!(source, KeySource::JwksUrl(_));
    let is_secret = matches!(source, KeySource::Secret(_) | KeySource::SecretFile(_));
    match KeyReport::read(source).await {
        Ok(report) => {
            let found = if is_secret {
                "the secret is long enough".to_owned()
            } else {
                format!("the key set has {} usable keys", report.usable)
            };
            let told = report.answered_at;
            let clock = told.map(|told| clocks::check("the identity provider", told - clock.now()));
            [Finding::ok("keys", found)].into_iter().chain(clock).collect()
        }
        Err(error) => {
            let remedy = if is_remote {
                "check --jwks-url and the provider; until keys are read, tokens are answered with UNAVAILABLE"
            } else {
                "correct it: the server does not start without keys"
            };
            vec![Finding::problem("keys", format!("{error:#}"), remedy)]
        }
    }
}

fn check_development(config: &ServeConfig) -> Finding {
    let folder = &config.data.data;
    if !DevelopmentKey::path(folder).exists() {
        return Finding::ok("keys", "`serve --dev` creates its key");
    }
    match DevelopmentKey::existing(folder) {
        Ok(_) => Finding::ok("keys", "the key of development is there"),
        Err(error) => Finding::problem("keys", format!("{error:#}"), "the server does not start with it"),
    }
}
