//! The tokens that a set of keys has verified, so that a caller's next request costs a digest and no signature.

use std::sync::Arc;

use moka::sync::Cache;

use super::digest::Digest;
use super::expected_claims::VerifiedClaims;
use crate::metrics::{Found, METRICS};

/// The most tokens that are kept. The claims of one take a few kibibytes at most.
const MAX_TOKENS: u64 = 20_000;

/// Claims by the digest of the whole token that they were verified with, the signature included. Their times must be
/// checked at every use.
pub(super) struct VerifiedTokens(Cache<Digest, Arc<VerifiedClaims>>);

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self(Cache::new(MAX_TOKENS))
    }
}

impl VerifiedTokens {
    /// Returns the claims of a token that was verified before.
    pub fn get(&self, token: &Digest) -> Option<Arc<VerifiedClaims>> {
        let found = self.0.get(token);
        let result = if found.is_some() { Found::Hit } else { Found::Miss };
        METRICS.looked_up("tokens", result);
        found
    }

    /// Keeps the claims of a verified token.
    pub fn insert(&self, token: Digest, claims: Arc<VerifiedClaims>) {
        self.0.insert(token, claims);
    }

    /// Forgets a token, which has expired.
    pub fn remove(&self, token: &Digest) {
        self.0.invalidate(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_tokens_takes_bounded_memory() {
        let tokens = VerifiedTokens::default();
        let claims = Arc::new(VerifiedClaims::default());

        for n in 0..3 * MAX_TOKENS {
            tokens.insert(Digest::of(&n.to_be_bytes()), Arc::clone(&claims));
        }
        tokens.0.run_pending_tasks();

        assert!(tokens.0.entry_count() <= MAX_TOKENS);
    }
}
