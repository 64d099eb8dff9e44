//! Re-checks the session of a stream for as long as it is open.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior, interval};

use super::server::Server;
use crate::auth::{Caller, Session};
use crate::error::Error;

/// The interval at which the session is re-checked.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Re-checks periodically that the session is still authorized.
pub(super) struct SessionWatch {
    server: Arc<Server>,
    session: Session,
    interval: Interval,
}

impl SessionWatch {
    /// Watches a session of this server.
    pub fn new(server: Arc<Server>, session: Session) -> Self {
        let mut interval = interval(CHECK_INTERVAL);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            server,
            session,
            interval,
        }
    }

    /// The caller as of now.
    pub async fn caller(&self) -> Result<Caller, Error> {
        self.server.identity.caller_in(&self.session).await
    }

    /// Waits until the token has expired or the user is deactivated. An unreachable database does not end the session.
    pub async fn ended(&mut self) -> Error {
        loop {
            self.interval.tick().await;
            if let Err(error) = self.caller().await
                && error.code().is_about_caller()
            {
                return error;
            }
        }
    }
}
