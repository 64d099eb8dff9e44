//! Tests of the layers around every route, with routes that fail.

use std::future::pending;

use axum::body::{Body, to_bytes};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

/// The status, and the body as JSON.
async fn answer(router: Router) -> (StatusCode, Value) {
    let request = Request::get(API_PATH).body(Body::empty()).unwrap();
    let response = with_layers(router, Checks::default(), Duration::from_millis(100))
        .oneshot(request)
        .await
        .unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert!(response.headers().contains_key(REQUEST_ID));
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_an_error() {
    let router = Router::new().route(API_PATH, get(pending::<()>));
    let (status, body) = answer(router).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let message = "took longer than the server allows; ask for less at once";
    assert_eq!(
        body,
        json!({"errors": [{"message": message, "extensions": {"code": "TIMEOUT"}}]})
    );
}

#[tokio::test]
async fn a_panic_is_an_error_that_does_not_say_what_happened() {
    async fn panics() {
        panic!("a secret");
    }
    let (status, body) = answer(Router::new().route(API_PATH, get(panics))).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    let message = "internal error; the server's log has the details under this request's id";
    assert_eq!(
        body,
        json!({"errors": [{"message": message, "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]})
    );
}

/// The size of the future that a function returns.
fn future_size<A, B, F>(_: impl Fn(A, B) -> F) -> usize {
    size_of::<F>()
}

#[test]
fn what_layers_move_with_a_request_is_small() {
    let size = future_size(super::endpoint::answer);
    assert!(size <= 512, "{size} bytes");
}
