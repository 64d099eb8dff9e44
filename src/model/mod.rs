//! Nouns and their rules; no I/O.

mod permission;

pub use permission::{Permission, Permissions};
