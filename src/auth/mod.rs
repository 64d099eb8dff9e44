//! Authentication: from a request's headers to its caller.
//!
//! `bearer` finds the token in the headers, `token` parses it, a key of the `key_cache` checks its signature, and
//! `expected_claims` checks its payload and reads the [`Claims`], which `verified_tokens` keeps. [`Verifier`] does the four
//! in a row; [`Identity`] finds the tenant and the user.

mod algorithm;
mod bearer;
mod caller;
mod development;
mod digest;
mod expected_claims;
mod identity;
mod key;
mod key_cache;
mod key_reader;
mod key_report;
mod strength;
#[cfg(test)]
mod tests;
mod token;
mod verified_tokens;
mod verifier;

pub use caller::{Caller, Claims, Session};
pub use development::DevelopmentKey;
pub use identity::Identity;
pub use key_report::KeyReport;
pub use verifier::{KeySource, Verifier, VerifierSettings};
