//! GraphQL over WebSocket: the protocol `graphql-transport-ws`, to the letter.
//!
//! A socket is one task, which reads, writes and watches the session. Its operations run beside it, each with a short
//! queue of answers: when the client does not take them, the operation waits, and after a while the socket is closed.

mod close_reason;
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

use super::body::MAX_BODY;
use super::lifecycle::Stage;
use super::reply::Rejection;
use super::server::Server;
use crate::error::Code;
use crate::log::Context;
use connection::Connection;

/// The subprotocol.
const PROTOCOL: &str = "graphql-transport-ws";

/// Opens a socket, if the client speaks the protocol.
pub(super) async fn upgrade(server: Arc<Server>, mut head: Parts) -> Result<Response, Rejection> {
    let upgrade = WebSocketUpgrade::from_request_parts(&mut head, &())
        .await
        .map_err(not_a_socket)?
        .protocols([PROTOCOL])
        .max_message_size(MAX_BODY)
        .max_frame_size(MAX_BODY);
    if upgrade.selected_protocol().is_none() {
        let message = "the subprotocol must be `graphql-transport-ws`";
        return Err(Rejection::malformed(message));
    }
    // Until `connection_init` says more, only this header is of use.
    head.headers = head
        .headers
        .remove(AUTHORIZATION)
        .map_or_else(Default::default, |value| {
            [(AUTHORIZATION, value)].into_iter().collect()
        });
    let context = Context::current();
    let mut stages = server.lifecycle.watch();
    Ok(upgrade.on_upgrade(async move |socket| {
        tokio::select! {
            () = context.run(Connection::serve(server, socket, head.headers)) => {}
            () = stages.reached(Stage::Ended) => {}
        }
    }))
}

fn not_a_socket(rejection: WebSocketUpgradeRejection) -> Rejection {
    let status = rejection.into_response().status();
    let status = if status.is_client_error() {
        status
    } else {
        StatusCode::BAD_REQUEST
    };
    Rejection::new(
        status,
        Code::BadUserInput,
        "the request does not open a WebSocket of version 13",
    )
}
