//! Messages to systemd, if it has asked for them: `Type=notify`, `Type=notify-reload` and `WatchdogSec=`.

use sd_notify::NotifyState;
use tokio::time::interval;

/// Says that the server listens, or that a reload has ended.
pub(super) fn ready() {
    notify(&[NotifyState::Ready]);
}

/// Says that a reload has begun. systemd wants to know the time, to tell it from the reload before.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => notify(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "systemd was not told of the reload"),
    }
}

/// Says that the server stops.
pub(super) fn stopping() {
    notify(&[NotifyState::Stopping]);
}

/// Says, for as long as it runs and twice in the time that systemd waits for it, that the server's tasks get their turns.
pub(super) async fn feed_watchdog() {
    let Some(limit) = sd_notify::watchdog_enabled().filter(|limit| !limit.is_zero()) else {
        return;
    };
    let mut ticks = interval(limit / 2);
    loop {
        ticks.tick().await;
        notify(&[NotifyState::Watchdog]);
    }
}

fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd could not be told of the server's state");
    }
}
