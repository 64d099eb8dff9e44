//! The integration tests: one crate, one file a noun.
