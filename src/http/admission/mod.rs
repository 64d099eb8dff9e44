//! Admission before work: what the server takes on at the same time, and for whom.
//!
//! Each bound is checked where it costs least: connections when they are accepted, streams when they begin, operations
//! once their caller is known and before their text is parsed, and the cost once it is computed and before anything runs.
//! Health checks pass no bound but that of connections, which keeps places for them.

mod caller;
mod gate;
mod memory;
mod rate;
mod settings;
mod streams;

use std::sync::Arc;

use axum::response::Response;

pub(super) use self::caller::CallerKey;
pub(super) use self::gate::Permit;
use self::gate::{Busy, Gate};
use self::memory::Memory;
pub(super) use self::memory::Share;
pub(super) use self::rate::Quota;
use self::rate::{Exceeded, Rates};
pub use self::settings::{AdmissionBounds, AdmissionSettings, Resources};
pub(super) use self::streams::StreamSlot;
use self::streams::{StreamSlots, TooManyStreams};
use crate::error::Code;

/// The seconds after which a client may try again when the server has too much to do.
const RETRY_AFTER_BUSY: u64 = 1;
/// The seconds after which a client may try again when it has too many streams.
const RETRY_AFTER_STREAMS: u64 = 10;

/// The admission of a server.
pub struct Admission {
    /// The bounds in force.
    pub bounds: AdmissionBounds,
    gate: Arc<Gate>,
    rates: Rates,
    streams: Arc<StreamSlots>,
    memory: Arc<Memory>,
}

/// The reason why a request is refused now, although it might be accepted at another time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Overload {
    Operations(Busy),
    Memory,
    Streams(TooManyStreams),
    Cost(Exceeded),
}

impl Admission {
    /// Admits within these bounds.
    pub fn new(bounds: AdmissionBounds) -> Self {
        Self {
            bounds,
            gate: Gate::new(bounds.gate),
            rates: Rates::new(bounds.rate),
            streams: StreamSlots::new(bounds.streams, bounds.streams_per_caller),
            memory: Memory::new(bounds.answer_memory),
        }
    }

    /// Waits, not for long, until an operation of this caller may run.
    pub(super) async fn operation(&self, caller: CallerKey) -> Result<Permit, Overload> {
        self.check_memory()?;
        self.gate.admit(caller).await.map_err(Overload::Operations)
    }

    /// Begins to read a body, which counts for as long as the result is kept.
    pub(super) fn body(&self) -> Result<Share, Overload> {
        self.check_memory()?;
        Ok(self.memory.share())
    }

    /// Counts the body of a response for as long as it is written.
    pub(super) fn hold(&self, response: Response) -> Response {
        self.memory.hold(response)
    }

    fn check_memory(&self) -> Result<(), Overload> {
        if self.memory.is_used_up() {
            Err(Overload::Memory)
        } else {
            Ok(())
        }
    }

    /// Takes the cost of an operation from what its caller may ask for.
    pub(super) fn charge(&self, caller: CallerKey, cost: u64) -> Result<Quota, Overload> {
        self.rates.take(caller, cost).map_err(Overload::Cost)
    }

    /// Takes a place for a socket or an event stream.
    pub(super) fn stream(&self, caller: CallerKey) -> Result<StreamSlot, Overload> {
        self.streams.take(caller).map_err(Overload::Streams)
    }
}

impl Overload {
    pub const fn code(self) -> Code {
        match self {
            Self::Operations(_) | Self::Memory | Self::Streams(TooManyStreams::InAll) => Code::Unavailable,
            Self::Streams(TooManyStreams::OfCaller) | Self::Cost(_) => Code::RateLimited,
        }
    }

    pub const fn message(self) -> &'static str {
        match self {
            Self::Operations(Busy::Full) | Self::Memory => {
                "the server has too much to do at the moment; try again"
            }
            Self::Operations(Busy::WaitedTooLong) => "the operation waited too long for its turn; try again",
            Self::Streams(TooManyStreams::InAll) => "the server has too many open streams; try again later",
            Self::Streams(TooManyStreams::OfCaller) => {
                "you have too many open sockets and event streams; close some"
            }
            Self::Cost(_) => {
                "you ask for more than a caller may in this time; wait, and ask for smaller pages"
            }
        }
    }

    /// The seconds after which the client may try again.
    pub const fn retry_after(self) -> u64 {
        match self {
            Self::Operations(_) | Self::Memory => RETRY_AFTER_BUSY,
            Self::Streams(_) => RETRY_AFTER_STREAMS,
            Self::Cost(exceeded) => exceeded.retry_after,
        }
    }

    /// The caller's quota, if it is the reason.
    pub const fn quota(self) -> Option<Quota> {
        match self {
            Self::Cost(exceeded) => Some(exceeded.quota),
            Self::Operations(_) | Self::Memory | Self::Streams(_) => None,
        }
    }
}
