//! The id of a request, which the client may choose.

use axum::extract::Request;
use axum::http::HeaderValue;

use super::names::REQUEST_ID;

/// The longest id that is taken from a client.
const MAX_LENGTH: usize = 64;

/// Removes an id that is not fit for the log and the response, so that the request gets one of the server's.
pub(super) fn check(mut request: Request) -> Request {
    let mut ids = request.headers().get_all(REQUEST_ID).into_iter();
    let is_fit = ids.next().is_none_or(is_fit) && ids.next().is_none();
    if !is_fit {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

fn is_fit(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    (1..=MAX_LENGTH).contains(&id.len())
        && id
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn kept(ids: &[&str]) -> usize {
        let mut request = Request::new(Body::empty());
        for id in ids {
            let id = HeaderValue::from_str(id).unwrap();
            request.headers_mut().append(REQUEST_ID, id);
        }
        check(request).headers().get_all(REQUEST_ID).iter().count()
    }

    #[test]
    fn a_fit_id_is_kept_and_any_other_is_removed() {
        let longest = "a".repeat(64);
        for fit in ["a", "0192f7c4-a0b1.Z_9", longest.as_str()] {
            assert_eq!(kept(&[fit]), 1, "{fit}");
        }
        let too_long = "a".repeat(65);
        for unfit in [
            "",
            " ",
            "a b",
            "<b>",
            "a\tb",
            "ä",
            "a/b",
            "a\"",
            too_long.as_str(),
        ] {
            assert_eq!(kept(&[unfit]), 0, "{unfit}");
        }
        assert_eq!(kept(&["a", "b"]), 0);
        assert_eq!(kept(&[]), 0);
    }
}
