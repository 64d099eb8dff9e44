//! From a request's headers to a caller.

mod caller;

pub use caller::Claims;
