//! The hashes by which documents are named.

use aws_lc_rs::digest::{SHA256, digest};

/// The hexadecimal SHA-256 of a text.
pub(super) fn hash(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        for half in [byte >> 4, byte & 15] {
            hex.extend(char::from_digit(half.into(), 16));
        }
    }
    hex
}

/// The key of a document by its id. The prefix is how the GraphQL-over-HTTP specification writes a SHA-256.
pub(super) fn key(id: &str) -> &str {
    id.strip_prefix("sha256:")
        .filter(|hash| is_hash(hash))
        .unwrap_or(id)
}

/// Whether an id is a hexadecimal SHA-256.
pub(super) fn is_hash(id: &str) -> bool {
    id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
