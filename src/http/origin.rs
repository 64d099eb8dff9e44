//! The origins whose pages may use the API: CORS, and the same check for WebSockets, to which browsers do not apply CORS.

use std::time::Duration;

use axum::http::header::{HOST, ORIGIN, RETRY_AFTER, UPGRADE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use super::host::is_loopback;
use super::media::Media;
use super::names::{API_PATH, RATE_LIMIT, RATE_LIMIT_POLICY, REQUEST_ID};
use super::reply::Rejection;
use crate::error::Code;

/// The time a browser may cache the response to a preflight, which is Chromium's maximum.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_hours(2);

/// The origins whose pages may use the API, beside the server's own.
#[derive(Clone, Debug, Default)]
pub struct AllowedOrigins {
    listed: Vec<String>,
    allows_loopback: bool,
}

impl AllowedOrigins {
    /// The listed origins, as browsers write them (`https://app.example.com`); with `allows_loopback` also every page of
    /// this machine.
    pub fn new(listed: Vec<String>, allows_loopback: bool) -> Self {
        Self {
            listed,
            allows_loopback,
        }
    }

    /// The layer that answers preflights and adds the headers of CORS; `None` when no origin is allowed. Tokens travel in
    /// a header, never in a cookie, so credentials are not allowed.
    pub(super) fn layer(&self) -> Option<CorsLayer> {
        if self.listed.is_empty() && !self.allows_loopback {
            return None;
        }
        let origins = self.clone();
        // Only the API: the playground's page holds a token.
        let allowed = AllowOrigin::predicate(move |origin, head| {
            head.uri.path() == API_PATH && origin.to_str().is_ok_and(|origin| origins.allow(origin))
        });
        Some(
            CorsLayer::new()
                .allow_origin(allowed)
                .allow_methods([Method::GET, Method::POST])
                .allow_headers(AllowHeaders::mirror_request())
                .expose_headers([
                    RATE_LIMIT,
                    RATE_LIMIT_POLICY,
                    REQUEST_ID,
                    RETRY_AFTER,
                    WWW_AUTHENTICATE,
                ])
                .max_age(PREFLIGHT_MAX_AGE),
        )
    }

    fn allow(&self, origin: &str) -> bool {
        self.listed.iter().any(|listed| listed == origin) || self.allows_loopback && is_loopback_page(origin)
    }

    /// Whether a request may come from where its headers say. Programs other than browsers send no `Origin`.
    fn allows(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        headers.get_all(ORIGIN).iter().all(|origin| {
            origin
                .to_str()
                .is_ok_and(|origin| self.allow(origin) || host.is_some_and(|host| is_same_host(origin, host)))
        })
    }

    /// The refusal of a WebSocket that a page of another origin opens. A server for development refuses the other requests
    /// of such pages, too: the API must not run what they send, even if they cannot read the answer, and the playground's
    /// page has a token.
    pub(super) fn refusal(&self, headers: &HeaderMap) -> Option<Response> {
        let is_guarded = self.allows_loopback || headers.contains_key(UPGRADE);
        if !is_guarded || self.allows(headers) {
            return None;
        }
        let message = if self.allows_loopback {
            "the development server answers only to pages of this machine and of the origins in --cors-origin"
        } else {
            "a WebSocket from a page of this origin needs --cors-origin"
        };
        Some(Rejection::new(Code::Forbidden.status(), Code::Forbidden, message).reply(Media::Json))
    }
}

/// Whether a page comes from this machine, on whatever port: development servers of front ends have ports of their own.
fn is_loopback_page(origin: &str) -> bool {
    authority(origin).is_some_and(is_loopback)
}

/// Whether a page comes from the host that the request is sent to. The scheme is not compared: a proxy may end TLS.
fn is_same_host(origin: &str, host: &str) -> bool {
    authority(origin).is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

fn authority(origin: &str) -> Option<&str> {
    ["http://", "https://"]
        .into_iter()
        .find_map(|scheme| origin.strip_prefix(scheme))
}

/// Reads an origin as people write it, and gives it as browsers do: scheme, host, and the port unless it is the scheme's.
pub fn parse_origin(text: &str) -> Result<String, String> {
    let wrong = || format!("`{text}` is not an origin; write it as https://app.example.com");
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let has_more = !matches!(url.path(), "" | "/")
        || url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some();
    if has_more {
        return Err(wrong());
    }
    match (url.origin(), url.host_str()) {
        (origin @ url::Origin::Tuple(..), _) => Ok(origin.ascii_serialization()),
        // Applications in a web view have schemes of their own, such as capacitor://localhost.
        (_, Some(host)) => Ok(match url.port() {
            Some(port) => format!("{}://{host}:{port}", url.scheme()),
            None => format!("{}://{host}", url.scheme()),
        }),
        (_, None) => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(host: &'static str, origin: Option<&'static str>) -> HeaderMap {
        let origin = origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin)));
        [(HOST, HeaderValue::from_static(host))]
            .into_iter()
            .chain(origin)
            .collect()
    }

    #[test]
    fn an_origin_is_read_as_people_write_it() {
        for (written, read) in [
            ("https://app.example.com", "https://app.example.com"),
            ("https://App.Example.com:443/", "https://app.example.com"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("capacitor://localhost", "capacitor://localhost"),
        ] {
            assert_eq!(parse_origin(written).as_deref(), Ok(read));
        }
        for wrong in [
            "*",
            "",
            "app.example.com",
            "https://a.example/path",
            "https://u@a.example",
            "mailto:a",
        ] {
            assert!(parse_origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn pages_of_the_list_and_of_the_host_itself_are_admitted() {
        let origins = AllowedOrigins::new(vec!["https://app.example.com".to_owned()], false);
        let admitted = |origin| origins.allows(&headers("api.example.com", origin));
        assert!(admitted(None));
        assert!(admitted(Some("https://app.example.com")));
        assert!(admitted(Some("https://api.example.com")));
        for other in [
            "null",
            "https://example.com",
            "https://app.example.com.evil.example",
            "http://localhost:5173",
        ] {
            assert!(!admitted(Some(other)), "{other}");
        }
    }

    #[test]
    fn in_development_pages_of_this_machine_are_admitted() {
        let origins = AllowedOrigins::new(Vec::new(), true);
        for own in [
            "http://localhost:5173",
            "https://localhost",
            "http://127.0.0.1:8080",
            "http://[::1]:1",
        ] {
            assert!(origins.allow(own), "{own}");
        }
        for other in [
            "",
            "null",
            "localhost",
            "http://example.com",
            "file://localhost",
            "http://localhost.example.com",
        ] {
            assert!(!origins.allow(other), "{other}");
        }
    }

    #[test]
    fn without_an_origin_there_is_no_layer() {
        assert!(AllowedOrigins::default().layer().is_none());
        assert!(AllowedOrigins::new(Vec::new(), true).layer().is_some());
    }
}
