//! From a request's headers to a caller.
//!
//! A token's way: [`bearer()`] finds it in the headers, `token` takes it apart, `key` (from a secret, or
//! `published` by an identity provider) checks its signature, `payload` checks what it says and makes
//! [`Claims`] of it. [`Verifier`] is the four in a row; [`Identity`] finds the tenant and the user.

mod bearer;
mod caller;
mod development;
mod identity;
mod key;
mod origin;
mod payload;
mod published;
#[cfg(test)]
mod tests;
mod token;
mod verifier;

pub use bearer::bearer;
pub use caller::{Caller, Claims, Session};
pub use development::DevelopmentKey;
pub use identity::Identity;
pub use verifier::{KeySource, Verifier, VerifierSettings};
