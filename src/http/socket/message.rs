//! The messages of `graphql-transport-ws`, as text.

use async_graphql::ServerError;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::http::request::{GraphQlRequest, Malformed};
use crate::operation::Answer;

/// A message from the client.
#[derive(Debug)]
pub(super) enum ClientMessage {
    Init(Map<String, Value>),
    Ping(Option<Value>),
    Pong,
    Subscribe { id: String, request: GraphQlRequest },
    Complete(String),
}

impl ClientMessage {
    /// Parses a message. A message that the protocol does not define is an error.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
            return Err("not a JSON object".into());
        };
        let kind = message.remove("type");
        match kind.as_ref().and_then(Value::as_str) {
            Some("connection_init") => {
                payload(&mut message).map(|payload| Self::Init(payload.unwrap_or_default()))
            }
            Some("ping") => payload(&mut message).map(|payload| Self::Ping(payload.map(Value::Object))),
            Some("pong") => payload(&mut message).map(|_| Self::Pong),
            Some("subscribe") => Ok(Self::Subscribe {
                id: id(&mut message)?,
                request: GraphQlRequest::from_payload(message.remove("payload").unwrap_or_default())?,
            }),
            Some("complete") => id(&mut message).map(Self::Complete),
            _ => Err("its `type` is not one that clients send".into()),
        }
    }
}

fn payload(message: &mut Map<String, Value>) -> Result<Option<Map<String, Value>>, Malformed> {
    match message.remove("payload") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(payload)) => Ok(Some(payload)),
        Some(_) => Err("`payload` must be an object".into()),
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, Malformed> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err("`id` must be a string, and not empty".into()),
    }
}

/// A message from the server.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<&'a Value>,
    },
    Next {
        id: &'a str,
        payload: &'a Answer,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::request::DocumentRef;

    fn refused(text: &str) -> String {
        ClientMessage::parse(text).unwrap_err().into_owned()
    }

    #[test]
    fn messages_of_clients_are_parsed() {
        assert!(matches!(
            ClientMessage::parse(r#"{"type":"connection_init"}"#),
            Ok(ClientMessage::Init(payload)) if payload.is_empty()
        ));
        assert!(matches!(
            ClientMessage::parse(r#"{"type":"connection_init","payload":null}"#),
            Ok(ClientMessage::Init(payload)) if payload.is_empty()
        ));
        assert!(matches!(
            ClientMessage::parse(r#"{"type":"connection_init","payload":{"token":"t"}}"#),
            Ok(ClientMessage::Init(payload)) if payload["token"] == "t"
        ));
        assert!(matches!(
            ClientMessage::parse(r#"{"type":"ping"}"#),
            Ok(ClientMessage::Ping(None))
        ));
        assert!(matches!(
            ClientMessage::parse(r#"{"type":"ping","payload":{}}"#),
            Ok(ClientMessage::Ping(Some(_)))
        ));
        assert!(matches!(
            ClientMessage::parse(r#"{"type":"pong"}"#),
            Ok(ClientMessage::Pong)
        ));
        assert!(
            matches!(ClientMessage::parse(r#"{"id":"1","type":"complete"}"#), Ok(ClientMessage::Complete(id)) if id == "1")
        );
        let Ok(ClientMessage::Subscribe { id, request }) =
            ClientMessage::parse(r#"{"id":"1","type":"subscribe","payload":{"query":"{a}"}}"#)
        else {
            panic!("not read")
        };
        assert_eq!(
            (id.as_str(), request.document),
            ("1", DocumentRef::Text("{a}".to_owned()))
        );
    }

    #[test]
    fn everything_else_is_invalid() {
        for text in [
            "",
            "[]",
            "{}",
            "\"ping\"",
            r#"{"type":1}"#,
            r#"{"type":"start","id":"1","payload":{"query":"{a}"}}"#,
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"next","id":"1","payload":{}}"#,
            r#"{"type":"connection_init","payload":[]}"#,
            r#"{"type":"ping","payload":1}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"complete","id":1}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":[]}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
        ] {
            assert!(!refused(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn messages_of_the_server_are_of_the_protocol() {
        let written = |say: &ServerMessage| serde_json::to_string(say).unwrap();
        let answer = Answer::refusal(vec![ServerError::new("no", None)]);

        assert_eq!(
            written(&ServerMessage::ConnectionAck),
            r#"{"type":"connection_ack"}"#
        );
        assert_eq!(
            written(&ServerMessage::Pong { payload: None }),
            r#"{"type":"pong"}"#
        );
        assert_eq!(
            written(&ServerMessage::Complete { id: "1" }),
            r#"{"type":"complete","id":"1"}"#
        );
        assert_eq!(
            written(&ServerMessage::Next {
                id: "1",
                payload: &answer
            }),
            r#"{"type":"next","id":"1","payload":{"errors":[{"message":"no"}]}}"#
        );
        assert_eq!(
            written(&ServerMessage::Error {
                id: "1",
                payload: answer.errors()
            }),
            r#"{"type":"error","id":"1","payload":[{"message":"no"}]}"#
        );
    }
}
