//! The case of the names in the response that opens a WebSocket.
//!
//! Names are case-insensitive, but Python's `gql` looks for `Sec-WebSocket-Protocol` as the RFC prints it, and falls back
//! to an old protocol when it does not find it. hyper writes lower case, or a capital after each hyphen alone.

const UPGRADE: &[u8] = b"HTTP/1.1 101 ";
const HYPER_CASE: &[u8] = b"Sec-Websocket-";
const RFC_CASE: &[u8] = b"Sec-WebSocket-";

/// The same bytes with the names as the RFC prints them, if they begin with the head of such a response. The length does
/// not change.
pub(super) fn with_websocket_case(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(UPGRADE) {
        return None;
    }
    let mut fixed = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(HYPER_CASE) {
            fixed.extend_from_slice(RFC_CASE);
            rest = after;
        } else {
            fixed.push(*first);
            rest = after;
        }
    }
    Some(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_an_upgrade_has_the_names_of_the_rfc() {
        let head = b"HTTP/1.1 101 Switching Protocols\r\nSec-Websocket-Accept: a\r\nSec-Websocket-Protocol: b\r\n\r\n";
        let fixed = with_websocket_case(head).unwrap();
        assert_eq!(
            String::from_utf8(fixed).unwrap(),
            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: a\r\nSec-WebSocket-Protocol: b\r\n\r\n"
        );
    }

    #[test]
    fn other_bytes_are_left_alone() {
        assert_eq!(
            with_websocket_case(b"HTTP/1.1 200 OK\r\nSec-Websocket-Accept: a"),
            None
        );
        assert_eq!(with_websocket_case(b""), None);
    }
}
