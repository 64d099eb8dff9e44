//! The id of a request, which the client may choose.

use axum::extract::Request;
use axum::http::{self, HeaderValue};
use tower_http::request_id::{MakeRequestId, RequestId};
use uuid::Builder;

use super::names::REQUEST_ID;

/// The longest id that is taken from a client.
const MAX_LENGTH: usize = 64;

/// Makes ids for the requests that come without one: UUIDs of version 4 by a generator of the thread's own. They are no
/// secret, and the system's generator costs a call of the system each.
#[derive(Clone, Copy)]
pub(super) struct MakeId;

impl MakeRequestId for MakeId {
    fn make_request_id<B>(&mut self, _: &http::Request<B>) -> Option<RequestId> {
        let id = Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid();
        let id = HeaderValue::try_from(id.to_string()).ok()?;
        Some(RequestId::new(id))
    }
}

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
