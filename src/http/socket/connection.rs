//! One socket, from its first message to its end.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use futures_util::stream::{self, AbortHandle, BoxStream, SelectAll, abortable};
use futures_util::{StreamExt as _, future};
use serde_json::{Map, Value};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout, timeout_at};

use super::super::Server;
use super::super::answers::{Answers, Open, Watch};
use super::super::operation::prepare;
use super::super::params::Asked;
use super::super::refusal::refusal;
use super::close::Close;
use super::message::{Said, Say};
use crate::auth::Session;
use crate::error::{Code, Error};
use crate::operation::Answer;

/// How long a client may take to say `connection_init`.
const LONGEST_INIT: Duration = Duration::from_secs(3);
/// How long a client may take to take in a message.
const LONGEST_SEND: Duration = Duration::from_secs(10);
/// How long a client may take to answer that the socket is closed.
const LONGEST_CLOSE: Duration = Duration::from_secs(5);
/// A socket on which nothing came for so long is pinged; after as long again, it is dead.
const QUIET: Duration = Duration::from_secs(12);
/// How many operations may run at once.
const MOST_OPERATIONS: usize = 20;

/// Why a socket ends.
pub(super) enum End {
    /// We close it.
    Close(Close),
    /// The client did, or it broke.
    Gone,
}

type Ended<T = ()> = Result<T, End>;
/// An answer, or the end of an operation, and its id.
type Step = (Arc<str>, Option<Answer>);

/// A socket and what runs over it.
pub(super) struct Connection {
    server: Arc<Server>,
    socket: WebSocket,
    open: Open,
    running: SelectAll<stream::Abortable<BoxStream<'static, Step>>>,
    handles: HashMap<Arc<str>, AbortHandle>,
    /// Pings, when nothing came since the last tick.
    pulse: Interval,
    heard: bool,
    pinged: bool,
}

/// What happened.
enum Event {
    Came(Option<Result<Message, axum::Error>>),
    Step(Step),
    Pulse,
    Ended(Error),
    Stopped,
}

impl Connection {
    /// Serves a socket until it ends. `headers` may hold a token.
    pub async fn serve(server: Arc<Server>, socket: WebSocket, headers: HeaderMap) {
        let mut pulse = interval_at(Instant::now() + QUIET, QUIET);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut connection = Self {
            open: server.streams.open(),
            server,
            socket,
            running: SelectAll::new(),
            handles: HashMap::new(),
            pulse,
            heard: true,
            pinged: false,
        };
        let end = match connection.begin(headers).await {
            Ok(session) => connection.answer(session).await,
            Err(end) => end,
        };
        connection.end(end).await;
    }

    /// Up to the acknowledgement.
    async fn begin(&mut self, headers: HeaderMap) -> Ended<Session> {
        let payload = match timeout_at(Instant::now() + LONGEST_INIT, self.init()).await {
            Ok(payload) => payload?,
            Err(_) => return Err(End::Close(Close::INIT_TIMEOUT)),
        };
        let session = self
            .server
            .identity
            .session(&with_token(headers, &payload)?)
            .await;
        let session = session.map_err(|error| unidentified(&error))?;
        let caller = self.server.identity.caller_in(&session).await;
        caller.map_err(|error| unidentified(&error))?;
        self.say(&Say::ConnectionAck).await?;
        Ok(session)
    }

    /// Waits for `connection_init`.
    async fn init(&mut self) -> Ended<Map<String, Value>> {
        loop {
            let came = tokio::select! {
                came = self.socket.recv() => came,
                () = self.open.ended() => return Err(End::Close(Close::GOING_AWAY)),
            };
            match read(came)? {
                Some(Said::Init(payload)) => return Ok(payload),
                Some(Said::Ping(payload)) => self.pong(payload.as_ref()).await?,
                Some(Said::Subscribe { .. }) => return Err(End::Close(Close::UNAUTHORIZED)),
                Some(Said::Pong | Said::Complete(_)) | None => {}
            }
        }
    }

    /// From the acknowledgement to the end.
    async fn answer(&mut self, session: Session) -> End {
        let mut watch = Watch::over(self.server.clone(), session);
        loop {
            let event = self.event(&mut watch).await;
            if let Err(end) = self.react(event, &watch).await {
                return end;
            }
        }
    }

    async fn event(&mut self, watch: &mut Watch) -> Event {
        tokio::select! {
            () = self.open.ended() => Event::Stopped,
            error = watch.ended() => Event::Ended(error),
            came = self.socket.recv() => Event::Came(came),
            Some(step) = self.running.next(), if !self.running.is_empty() => Event::Step(step),
            _ = self.pulse.tick() => Event::Pulse,
        }
    }

    async fn react(&mut self, event: Event, watch: &Watch) -> Ended {
        match event {
            Event::Stopped => Err(End::Close(Close::GOING_AWAY)),
            Event::Ended(error) => Err(End::Close(Close::refused(&error))),
            Event::Pulse => self.ping().await,
            Event::Step((id, answer)) => self.pass_on(&id, answer).await,
            Event::Came(came) => {
                self.heard = true;
                match read(came)? {
                    Some(Said::Init(_)) => Err(End::Close(Close::TOO_MANY_INITS)),
                    Some(Said::Ping(payload)) => self.pong(payload.as_ref()).await,
                    Some(Said::Subscribe { id, asked }) => self.subscribe(id.into(), asked, watch).await,
                    Some(Said::Complete(id)) => {
                        self.forget(&id);
                        Ok(())
                    }
                    Some(Said::Pong) | None => Ok(()),
                }
            }
        }
    }

    async fn subscribe(&mut self, id: Arc<str>, asked: Asked, watch: &Watch) -> Ended {
        if self.handles.contains_key(&id) {
            return Err(End::Close(Close::exists(&id)));
        }
        if self.handles.len() >= MOST_OPERATIONS {
            let message = format!("a socket may have {MOST_OPERATIONS} operations at once");
            let refused = refusal(Code::LimitExceeded, message);
            return self.refuse(&id, &refused).await;
        }
        let caller = match watch.caller().await {
            Ok(caller) => caller,
            Err(error) if error.code().is_temporary() => {
                return self.refuse(&id, &refusal(error.code(), error.to_string())).await;
            }
            Err(error) => {
                error.log();
                return Err(End::Close(Close::refused(&error)));
            }
        };
        match prepare(&self.server, asked, &caller, false) {
            Ok(prepared) => {
                self.start(id, Answers::of(self.server.clone(), prepared, caller));
                Ok(())
            }
            Err(refused) => self.refuse(&id, &refused).await,
        }
    }

    fn start(&mut self, id: Arc<str>, answers: Answers) {
        let named = id.clone();
        let steps = answers
            .map(Some)
            .chain(stream::once(future::ready(None)))
            .map(move |step| (named.clone(), step))
            .boxed();
        let (steps, handle) = abortable(steps);
        self.running.push(steps);
        self.handles.insert(id, handle);
    }

    async fn pass_on(&mut self, id: &str, answer: Option<Answer>) -> Ended {
        match answer {
            Some(answer) if answer.is_request_error() => self.refuse(id, &answer).await,
            Some(answer) => self.say(&Say::Next { id, payload: &answer }).await,
            None => {
                self.forget(id);
                self.say(&Say::Complete { id }).await
            }
        }
    }

    /// Says that an operation did not run, or no further.
    async fn refuse(&mut self, id: &str, answer: &Answer) -> Ended {
        self.forget(id);
        let payload = answer.errors();
        self.say(&Say::Error { id, payload }).await
    }

    /// Stops an operation at once, if it still runs.
    fn forget(&mut self, id: &str) {
        if let Some(handle) = self.handles.remove(id) {
            handle.abort();
        }
    }

    async fn pong(&mut self, payload: Option<&Value>) -> Ended {
        self.say(&Say::Pong { payload }).await
    }

    /// Whether the client still lives.
    async fn ping(&mut self) -> Ended {
        if self.heard {
            (self.heard, self.pinged) = (false, false);
            return Ok(());
        }
        if self.pinged {
            return Err(End::Close(Close::SILENT));
        }
        self.pinged = true;
        self.send(Message::Ping(Vec::new().into())).await
    }

    async fn say(&mut self, say: &Say<'_>) -> Ended {
        let text = serde_json::to_string(say).map_err(|error| {
            tracing::error!(cause = ?error, "an answer could not be written");
            End::Close(Close::of(Code::Internal))
        })?;
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Ended {
        tokio::select! {
            sent = timeout(LONGEST_SEND, self.socket.send(message)) => match sent {
                Ok(sent) => sent.map_err(|_| End::Gone),
                Err(_) => Err(End::Close(Close::TOO_SLOW)),
            },
            () = self.open.ended() => Err(End::Close(Close::GOING_AWAY)),
        }
    }

    /// Stops what runs, says why, and waits until the client has heard it.
    async fn end(mut self, end: End) {
        self.running.clear();
        let closing = async {
            if let End::Close(close) = end {
                tracing::info!(code = close.code, reason = %close.reason, "closing a socket");
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
        let _ = timeout(LONGEST_CLOSE, closing).await;
    }
}

/// What came, if it is of the protocol. `None` for what needs no answer.
fn read(came: Option<Result<Message, axum::Error>>) -> Ended<Option<Said>> {
    match came {
        Some(Ok(Message::Text(text))) => Said::parse(&text)
            .map(Some)
            .map_err(|why| End::Close(Close::invalid(&why))),
        Some(Ok(Message::Binary(_))) => Err(End::Close(Close::invalid("messages are text"))),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_))) | None => Err(End::Gone),
        // Larger than allowed, or not of WebSockets; the latter cannot be told any more.
        Some(Err(error)) => Err(End::Close(Close::invalid(&error.to_string()))),
    }
}

/// The headers with the token of `connection_init`, if it has one.
fn with_token(mut headers: HeaderMap, payload: &Map<String, Value>) -> Ended<HeaderMap> {
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
        value.ok_or(End::Close(Close::of(Code::Forbidden)))?,
    );
    Ok(headers)
}

fn unidentified(error: &Error) -> End {
    tracing::info!(%error, "a socket's token was refused");
    error.log();
    End::Close(Close::of(error.code()))
}
