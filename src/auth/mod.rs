//! Authentication: from a request's headers to its caller.
//!
//! `bearer` finds the token in the headers, `token` parses it, `key` (a secret, or a key of the `jwks_cache`) checks its
//! signature, and `expected_claims` checks its payload and reads the [`Claims`]. [`Verifier`] does the four in a row;
//! [`Identity`] finds the tenant and the user.

mod algorithm;
mod bearer;
mod caller;
mod development;
mod expected_claims;
mod identity;
mod jwks_cache;
mod jwks_source;
mod key;
#[cfg(test)]
mod tests;
mod token;
mod verifier;

pub use caller::{Caller, Claims, Session};
pub use development::DevelopmentKey;
pub use identity::Identity;
pub use verifier::{KeySource, Verifier, VerifierSettings};
