//! One socket, from its first message to its end.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use futures_util::stream::{self, AbortHandle, BoxStream, SelectAll, abortable};
use futures_util::{StreamExt as _, future};
use serde_json::{Map, Value};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout, timeout_at};

use super::close_reason::CloseReason;
use super::message::{ClientMessage, ServerMessage};
use crate::auth::Session;
use crate::error::{Code, Error};
use crate::http::admission::{CallerKey, StreamSlot};
use crate::http::answers::{Answers, Start};
use crate::http::lifecycle::OpenStream;
use crate::http::reply::request_error;
use crate::http::request::GraphQlRequest;
use crate::http::request_log::RequestLog;
use crate::http::server::Server;
use crate::http::session_watch::SessionWatch;
use crate::operation::Answer;

/// The time a client has to send `connection_init`.
const INIT_TIMEOUT: Duration = Duration::from_secs(3);
/// The time a client has to accept a message.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// The time a client has to answer that the socket is closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
/// The silence after which a client is pinged; after as long again, its socket is closed.
const PING_INTERVAL: Duration = Duration::from_secs(12);
/// The maximum number of concurrent operations.
const MAX_OPERATIONS: usize = 20;

/// The end of a socket.
enum SocketEnd {
    /// The server closes it.
    Close(CloseReason),
    /// The client closed it, or the connection broke.
    Gone,
}

/// The result of a step that may end the socket.
type Flow<T = ()> = Result<T, SocketEnd>;
/// The id of an operation, and its next answer; `None` at its end.
type Step = (Arc<str>, Option<Answer>);

/// A socket and the operations that run over it.
pub(super) struct Connection {
    server: Arc<Server>,
    socket: WebSocket,
    open: OpenStream,
    /// The place among the streams of its caller, once it is known.
    slot: Option<StreamSlot>,
    running: SelectAll<stream::Abortable<BoxStream<'static, Step>>>,
    handles: HashMap<Arc<str>, Handle>,
    /// Whether the server drains: operations finish, subscriptions end, and no further operation begins.
    is_leaving: bool,
    /// The interval of pings, each sent only if nothing arrived since the tick before.
    ping_interval: Interval,
    is_alive: bool,
    is_pinged: bool,
}

/// The hold on an operation that runs.
struct Handle {
    abort: AbortHandle,
    is_subscription: Arc<AtomicBool>,
}

/// An event that the connection reacts to.
enum Event {
    Received(Option<Result<Message, axum::Error>>),
    Answered(Step),
    PingDue,
    SessionEnded(Error),
    ServerStopped,
}

impl Connection {
    /// Serves a socket until it ends. `headers` may hold a token.
    pub async fn serve(server: Arc<Server>, socket: WebSocket, headers: HeaderMap) {
        let mut ping_interval = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
        ping_interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut connection = Self {
            open: server.lifecycle.open_socket(),
            slot: None,
            server,
            socket,
            running: SelectAll::new(),
            handles: HashMap::new(),
            is_leaving: false,
            ping_interval,
            is_alive: true,
            is_pinged: false,
        };
        let end = match connection.begin(headers).await {
            Ok(session) => connection.answer(session).await,
            Err(end) => end,
        };
        connection.end(end).await;
    }

    /// Authenticates the client, up to the acknowledgement.
    async fn begin(&mut self, headers: HeaderMap) -> Flow<Session> {
        let payload = match timeout_at(Instant::now() + INIT_TIMEOUT, self.init()).await {
            Ok(payload) => payload?,
            Err(_) => return Err(SocketEnd::Close(CloseReason::INIT_TIMEOUT)),
        };
        let session = self
            .server
            .identity
            .session(&with_token(headers, &payload)?)
            .await;
        let session = session.map_err(|error| authentication_failure(&error))?;
        let caller = self.server.identity.caller_in(&session).await;
        let caller = caller.map_err(|error| authentication_failure(&error))?;
        let slot = self.server.admission.stream(CallerKey::from(&caller));
        self.slot = Some(slot.map_err(|overload| SocketEnd::Close(CloseReason::of(overload.code())))?);
        self.send(&ServerMessage::ConnectionAck).await?;
        Ok(session)
    }

    /// Waits for `connection_init`.
    async fn init(&mut self) -> Flow<Map<String, Value>> {
        loop {
            let received = tokio::select! {
                received = self.socket.recv() => received,
                () = self.open.draining() => return Err(SocketEnd::Close(CloseReason::GOING_AWAY)),
            };
            match parse_incoming(received)? {
                Some(ClientMessage::Init(payload)) => return Ok(payload),
                Some(ClientMessage::Ping(payload)) => self.pong(payload.as_ref()).await?,
                Some(ClientMessage::Subscribe { .. }) => {
                    return Err(SocketEnd::Close(CloseReason::UNAUTHORIZED));
                }
                Some(ClientMessage::Pong | ClientMessage::Complete(_)) | None => {}
            }
        }
    }

    /// Answers operations from the acknowledgement to the end.
    async fn answer(&mut self, session: Session) -> SocketEnd {
        let mut watch = SessionWatch::new(self.server.clone(), session);
        loop {
            if self.is_leaving && self.handles.is_empty() {
                return SocketEnd::Close(CloseReason::GOING_AWAY);
            }
            let event = self.event(&mut watch).await;
            if let Err(end) = self.react(event, &watch).await {
                return end;
            }
        }
    }

    async fn event(&mut self, watch: &mut SessionWatch) -> Event {
        tokio::select! {
            () = self.open.draining(), if !self.is_leaving => Event::ServerStopped,
            error = watch.ended() => Event::SessionEnded(error),
            received = self.socket.recv() => Event::Received(received),
            Some(step) = self.running.next(), if !self.running.is_empty() => Event::Answered(step),
            _ = self.ping_interval.tick() => Event::PingDue,
        }
    }

    async fn react(&mut self, event: Event, watch: &SessionWatch) -> Flow {
        match event {
            Event::ServerStopped => {
                self.leave();
                Ok(())
            }
            Event::SessionEnded(error) => Err(SocketEnd::Close(CloseReason::refused(&error))),
            Event::PingDue => self.ping().await,
            Event::Answered((id, answer)) => self.send_answer(&id, answer).await,
            Event::Received(received) => {
                self.is_alive = true;
                match parse_incoming(received)? {
                    Some(ClientMessage::Init(_)) => Err(SocketEnd::Close(CloseReason::TOO_MANY_INITS)),
                    Some(ClientMessage::Ping(payload)) => self.pong(payload.as_ref()).await,
                    // The reason for which the socket is closed tells the client to repeat it elsewhere.
                    Some(ClientMessage::Subscribe { .. }) if self.is_leaving => Ok(()),
                    Some(ClientMessage::Subscribe { id, request }) => {
                        self.subscribe(id.into(), request, watch).await
                    }
                    Some(ClientMessage::Complete(id)) => {
                        self.forget(&id);
                        Ok(())
                    }
                    Some(ClientMessage::Pong) | None => Ok(()),
                }
            }
        }
    }

    async fn subscribe(&mut self, id: Arc<str>, request: GraphQlRequest, watch: &SessionWatch) -> Flow {
        if self.handles.contains_key(&id) {
            return Err(SocketEnd::Close(CloseReason::exists(&id)));
        }
        let log = RequestLog::of_socket();
        if self.handles.len() >= MAX_OPERATIONS {
            log.refused(Code::LimitExceeded);
            let message = format!("a socket may have {MAX_OPERATIONS} operations at once");
            let refused = request_error(Code::LimitExceeded, message);
            return self.refuse(&id, &refused).await;
        }
        let caller = match watch.caller().await {
            Ok(caller) => caller,
            Err(error) if error.code().is_temporary() => {
                log.refused(error.code());
                return self
                    .refuse(&id, &request_error(error.code(), error.to_string()))
                    .await;
            }
            Err(error) => {
                log.refused(error.code());
                error.log();
                return Err(SocketEnd::Close(CloseReason::refused(&error)));
            }
        };
        let start = Start::Requested(request);
        self.start(id, Answers::of(self.server.clone(), start, caller, log));
        Ok(())
    }

    fn start(&mut self, id: Arc<str>, answers: Answers) {
        let (named, is_subscription) = (id.clone(), answers.is_subscription());
        let steps = answers
            .map(Some)
            .chain(stream::once(future::ready(None)))
            .map(move |step| (named.clone(), step))
            .boxed();
        let (steps, abort) = abortable(steps);
        self.running.push(steps);
        let handle = Handle {
            abort,
            is_subscription,
        };
        self.handles.insert(id, handle);
    }

    /// Ends subscriptions, without a message: the client subscribes again over its next socket.
    fn leave(&mut self) {
        self.is_leaving = true;
        self.handles.retain(|_, handle| {
            let ends = handle.is_subscription.load(Ordering::SeqCst);
            if ends {
                handle.abort.abort();
            }
            !ends
        });
    }

    async fn send_answer(&mut self, id: &str, answer: Option<Answer>) -> Flow {
        match answer {
            Some(answer) if answer.is_request_error() => self.refuse(id, &answer).await,
            Some(answer) => self.send(&ServerMessage::Next { id, payload: &answer }).await,
            None => {
                self.forget(id);
                self.send(&ServerMessage::Complete { id }).await
            }
        }
    }

    /// Ends an operation with its errors.
    async fn refuse(&mut self, id: &str, answer: &Answer) -> Flow {
        self.forget(id);
        let payload = answer.errors();
        self.send(&ServerMessage::Error { id, payload }).await
    }

    /// Stops an operation at once, if it still runs.
    fn forget(&mut self, id: &str) {
        if let Some(handle) = self.handles.remove(id) {
            handle.abort.abort();
        }
    }

    async fn pong(&mut self, payload: Option<&Value>) -> Flow {
        self.send(&ServerMessage::Pong { payload }).await
    }

    /// Pings a silent client, and gives up one that did not answer the ping before.
    async fn ping(&mut self) -> Flow {
        if self.is_alive {
            (self.is_alive, self.is_pinged) = (false, false);
            return Ok(());
        }
        if self.is_pinged {
            return Err(SocketEnd::Close(CloseReason::SILENT));
        }
        self.is_pinged = true;
        self.send_frame(Message::Ping(Vec::new().into())).await
    }

    async fn send(&mut self, message: &ServerMessage<'_>) -> Flow {
        let text = serde_json::to_string(message).map_err(|error| {
            tracing::error!(cause = ?error, "an answer could not be written");
            SocketEnd::Close(CloseReason::of(Code::Internal))
        })?;
        self.send_frame(Message::Text(text.into())).await
    }

    async fn send_frame(&mut self, message: Message) -> Flow {
        match timeout(SEND_TIMEOUT, self.socket.send(message)).await {
            Ok(sent) => sent.map_err(|_| SocketEnd::Gone),
            Err(_) => Err(SocketEnd::Close(CloseReason::TOO_SLOW)),
        }
    }

    /// Stops all operations, sends the reason, and waits until the client has read it.
    async fn end(mut self, end: SocketEnd) {
        self.running.clear();
        let closing = async {
            if let SocketEnd::Close(close) = end {
                // Without the reason, which may repeat what the client sent.
                tracing::debug!(code = close.code, "closing a socket");
                if self
                    .socket
                    .send(Message::Close(Some(close.frame())))
                    .await
                    .is_err()
                {
                    return;
                }
            }
            // A client that closes the socket gets its own close frame back by this.
            while let Some(Ok(_)) = self.socket.recv().await {}
        };
        // Dropped in any case: a client that does not answer is not waited for.
        let _ = timeout(CLOSE_TIMEOUT, closing).await;
    }
}

/// Reads an incoming message of the protocol. Returns `None` for messages that need no answer.
fn parse_incoming(received: Option<Result<Message, axum::Error>>) -> Flow<Option<ClientMessage>> {
    match received {
        Some(Ok(Message::Text(text))) => ClientMessage::parse(&text)
            .map(Some)
            .map_err(|why| SocketEnd::Close(CloseReason::invalid(&why))),
        Some(Ok(Message::Binary(_))) => Err(SocketEnd::Close(CloseReason::invalid("messages are text"))),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_))) | None => Err(SocketEnd::Gone),
        // Larger than allowed, or not of WebSockets; the latter cannot be told any more.
        Some(Err(error)) => Err(SocketEnd::Close(CloseReason::invalid(&error.to_string()))),
    }
}

/// The headers with the token of `connection_init`, if it has one.
fn with_token(mut headers: HeaderMap, payload: &Map<String, Value>) -> Flow<HeaderMap> {
    let given = ["Authorization", "authorization", "token"]
        .into_iter()
        .find_map(|name| Some((name, payload.get(name).filter(|value| !value.is_null())?)));
    let Some((name, value)) = given else {
        return Ok(headers);
    };
    let value = value.as_str().and_then(|text| {
        let value = if name == "token" {
            format!("Bearer {text}")
        } else {
            text.to_owned()
        };
        HeaderValue::from_str(&value).ok()
    });
    headers.insert(
        AUTHORIZATION,
        value.ok_or(SocketEnd::Close(CloseReason::of(Code::Forbidden)))?,
    );
    Ok(headers)
}

fn authentication_failure(error: &Error) -> SocketEnd {
    error.log();
    SocketEnd::Close(CloseReason::of(error.code()))
}
