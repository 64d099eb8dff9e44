//! GraphQL over WebSocket: the protocol `graphql-transport-ws`, to the letter.
//!
//! A socket is one task, which reads, writes and watches the session. Its operations run beside it, each with a short
//! queue of answers: when the client does not take them, the operation waits, and after a while the socket is closed.

mod close;
mod connection;
mod message;

use std::sync::Arc;

use axum::extract::FromRequestParts as _;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use tracing::Instrument as _;

use super::Server;
use super::operation::LARGEST_BODY;
use super::refusal::Refusal;
use crate::error::Code;
use connection::Connection;

/// The subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";

/// Opens a socket, if the client speaks the protocol.
pub(super) async fn upgrade(server: Arc<Server>, mut head: Parts) -> Result<Response, Refusal> {
    let upgrade = WebSocketUpgrade::from_request_parts(&mut head, &())
        .await
        .map_err(unfit)?
        .protocols([PROTOCOL])
        .max_message_size(LARGEST_BODY)
        .max_frame_size(LARGEST_BODY);
    if upgrade.selected_protocol().is_none() {
        let message = "the subprotocol must be `graphql-transport-ws`";
        return Err(Refusal::malformed(message));
    }
    // Until `connection_init` says more, only this header is of use.
    head.headers = head
        .headers
        .remove(AUTHORIZATION)
        .map_or_else(Default::default, |value| {
            [(AUTHORIZATION, value)].into_iter().collect()
        });
    let span = tracing::Span::current();
    Ok(upgrade.on_upgrade(move |socket| Connection::serve(server, socket, head.headers).instrument(span)))
}

fn unfit(rejection: WebSocketUpgradeRejection) -> Refusal {
    let status = rejection.into_response().status();
    let status = if status.is_client_error() {
        status
    } else {
        StatusCode::BAD_REQUEST
    };
    Refusal::new(
        status,
        Code::BadUserInput,
        "the request does not open a WebSocket of version 13",
    )
}
