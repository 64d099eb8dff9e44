//! Reads the token in a request's headers.

use axum::http::{HeaderMap, header::AUTHORIZATION};

use crate::error::{Error, Result};

/// The longest `Authorization` header that is read, in bytes.
const LONGEST_HEADER: usize = 16 * 1024;

/// Returns the token of `Authorization: Bearer <token>` (RFC 6750, section 2.1); `None` when there is no such header.
///
/// # Errors
/// `UNAUTHENTICATED` when there are several such headers, one longer than 16 KiB, or one that is not a bearer token.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Error::Unauthenticated(
            "there is more than one Authorization header",
        ));
    }
    if value.len() > LONGEST_HEADER {
        return Err(Error::Unauthenticated("the Authorization header is too long"));
    }
    value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim_matches(' '))
        .filter(|token| !token.is_empty())
        .map(Some)
        .ok_or(Error::Unauthenticated(
            "the Authorization header must be `Bearer` and a token",
        ))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        values
            .iter()
            .map(|value| (AUTHORIZATION, HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn the_scheme_may_be_written_in_any_case() {
        for value in ["Bearer abc", "bearer abc", "BEARER   abc "] {
            assert_eq!(bearer(&headers(&[value])).unwrap(), Some("abc"), "{value}");
        }
    }

    #[test]
    fn without_the_header_there_is_no_token() {
        assert_eq!(bearer(&HeaderMap::new()).unwrap(), None);
    }

    #[test]
    fn anything_but_one_bearer_token_is_refused() {
        for value in ["", "abc", "Bearer", "Bearer ", "Basic YTpi", "Bearerabc"] {
            assert!(bearer(&headers(&[value])).is_err(), "{value}");
        }
    }

    #[test]
    fn two_headers_are_refused_even_when_they_agree() {
        assert!(bearer(&headers(&["Bearer abc", "Bearer abc"])).is_err());
    }

    #[test]
    fn a_header_may_be_16_kib_long_and_no_longer() {
        let longest = format!("Bearer {}", "a".repeat(LONGEST_HEADER - "Bearer ".len()));

        assert!(bearer(&headers(&[&longest])).is_ok());
        assert!(bearer(&headers(&[&format!("{longest}a")])).is_err());
    }
}
