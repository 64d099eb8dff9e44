//! Public keys that are too weak to prove anything.

use std::fmt::Write as _;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// The shortest modulus of an RSA key (RFC 7518, section 3.3), in bits.
const SHORTEST_MODULUS: usize = 2048;

/// The points of Ed25519 whose order is small, by their y coordinate: 0, 1, two of order 8, p − 1, p and p + 1. A
/// signature of such a "key" can be made by anyone.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// Whether the modulus of an RSA key, in base64, is long enough.
pub(super) fn is_strong_modulus(base64: &str) -> bool {
    let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(base64) else {
        return false;
    };
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let Some(first) = bytes.get(zeros) else {
        return false;
    };
    (bytes.len() - zeros) * 8 - first.leading_zeros() as usize >= SHORTEST_MODULUS
}

/// Whether an Ed25519 key, in base64, is a point that only the holder of a private key can sign for.
pub(super) fn is_strong_ed25519(base64: &str) -> bool {
    let Some(mut point) = BASE64_URL_SAFE_NO_PAD
        .decode(base64)
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
    else {
        return false;
    };
    // The highest bit is the sign of x, and a point and its negative have the same order.
    point[31] &= 0x7f;
    let hex = point.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    !SMALL_ORDER.contains(&hex.as_str())
}
