//! The check of the `Host` that requests are sent to, for the development server.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::response::{IntoResponse as _, Response};

/// The refusal of a request that was sent to any other name than this machine's own: a page elsewhere could let its own
/// name point here, and its scripts would count as the playground's.
pub(super) fn refusal(request: &Request) -> Option<Response> {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|value| value.to_str().ok())
        .or_else(|| request.uri().host());
    if host.is_some_and(is_loopback) {
        return None;
    }
    let message = "the development server answers only to localhost, 127.0.0.1 and [::1]";
    Some((StatusCode::MISDIRECTED_REQUEST, message).into_response())
}

/// Whether a host, with or without a port, is a name of this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|own| name.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine_pass_and_no_others() {
        for own in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1",
            "127.0.0.1:8080",
            "[::1]",
            "[::1]:8080",
        ] {
            assert!(is_loopback(own), "{own}");
        }
        for other in [
            "",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.nip.io:8080",
            "::1",
            "[::2]",
            "10.0.0.1",
        ] {
            assert!(!is_loopback(other), "{other}");
        }
    }
}
