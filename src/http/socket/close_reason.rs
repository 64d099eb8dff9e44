//! The reasons for which a socket is closed.

use std::borrow::Cow;

use axum::extract::ws::CloseFrame;

use crate::error::{Code, Error};

/// The longest reason that a close frame can carry, in bytes.
const LONGEST_REASON: usize = 123;

/// The reason for closing a socket, with the code that clients see.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CloseReason {
    pub code: u16,
    pub reason: Cow<'static, str>,
}

impl CloseReason {
    /// The program stops; clients reconnect.
    pub const GOING_AWAY: Self = Self::new(1001, "Going away");
    /// An operation began before the connection was acknowledged.
    pub const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    /// `connection_init` did not come in time.
    pub const INIT_TIMEOUT: Self = Self::new(4408, "Connection initialisation timeout");
    /// `connection_init` came twice.
    pub const TOO_MANY_INITS: Self = Self::new(4429, "Too many initialisation requests");
    /// The client does not read its messages.
    pub const TOO_SLOW: Self = Self::new(4498, "Too slow: what was sent was not taken in time");
    /// The client does not answer pings.
    pub const SILENT: Self = Self::new(4499, "Terminated: no answer to a ping");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason: Cow::Borrowed(reason),
        }
    }

    /// A message that is not of the protocol.
    pub fn invalid(why: &str) -> Self {
        Self {
            code: 4400,
            reason: truncate(format!("Invalid message: {why}")).into(),
        }
    }

    /// An operation of this id runs already.
    pub fn exists(id: &str) -> Self {
        let reason = format!("Subscriber for {id} already exists");
        Self {
            code: 4409,
            reason: if reason.len() > LONGEST_REASON {
                "Subscriber already exists".into()
            } else {
                reason.into()
            },
        }
    }

    /// An error about the connection as a whole, without its message.
    pub fn of(code: Code) -> Self {
        let reason = match code {
            Code::Unauthenticated | Code::Forbidden => "Forbidden",
            Code::Timeout | Code::Unavailable | Code::RateLimited => "Try again later",
            Code::Internal => "Internal server error",
            _ => "Invalid message",
        };
        Self::new(code.close_code(), reason)
    }

    /// An error about the session as a whole, with its message where the client can act upon it.
    pub fn refused(error: &Error) -> Self {
        let close = Self::of(error.code());
        if error.code().is_about_caller() {
            let reason = truncate(format!("{}: {error}", close.reason)).into();
            Self { reason, ..close }
        } else {
            close
        }
    }

    /// The frame that is sent.
    pub fn frame(self) -> CloseFrame {
        CloseFrame {
            code: self.code,
            reason: self.reason.into_owned().into(),
        }
    }
}

fn truncate(mut reason: String) -> String {
    let end = (0..=LONGEST_REASON.min(reason.len()))
        .rev()
        .find(|end| reason.is_char_boundary(*end));
    reason.truncate(end.unwrap_or_default());
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_its_frame() {
        let close = CloseReason::invalid(&"é".repeat(200));
        assert!((122..=123).contains(&close.reason.len()));
        assert_eq!(CloseReason::exists("1").reason, "Subscriber for 1 already exists");
        assert_eq!(
            CloseReason::exists(&"1".repeat(200)).reason,
            "Subscriber already exists"
        );
    }
}
