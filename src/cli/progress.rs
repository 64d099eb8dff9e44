//! The progress of long work.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};

/// Progress on standard error: a bar in a terminal, otherwise a line at every tenth.
pub(super) struct Bar {
    drawn: ProgressBar,
    tenths: AtomicU64,
    /// The time of the first progress, and how much was done before: by an earlier run.
    began: OnceLock<(Instant, u64)>,
    of: &'static str,
}

impl Bar {
    /// Counts things with a name.
    pub(super) fn of(things: &'static str) -> Self {
        let template = "{wide_bar} {human_pos} of {human_len} {msg}, {per_sec}, {eta} to go";
        Self::drawn(template, things)
    }

    /// Counts bytes.
    pub(super) fn of_bytes() -> Self {
        let template =
            "{wide_bar} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} to go";
        Self::drawn(template, "")
    }

    fn drawn(template: &str, of: &'static str) -> Self {
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self {
            drawn: ProgressBar::new(0).with_style(style).with_message(of),
            tenths: AtomicU64::new(0),
            began: OnceLock::new(),
            of,
        }
    }

    /// Shows how much is done.
    pub(super) fn tell(&self, done: u64, total: u64) {
        self.drawn.set_length(total);
        self.drawn.set_position(done);
        let (began, before) = *self.began.get_or_init(|| {
            self.drawn.reset_eta();
            (Instant::now(), done)
        });
        let tenth = done * 10 / total.max(1);
        if self.drawn.is_hidden() && self.tenths.fetch_max(tenth, Ordering::Relaxed) < tenth {
            if self.of.is_empty() {
                eprintln!("{} of {}", HumanBytes(done), HumanBytes(total));
            } else {
                let rest = speed(done - before.min(done), total - done.min(total), began.elapsed());
                eprintln!("{done} of {total} {}{rest}", self.of);
            }
        }
    }

    /// Clears the bar.
    pub(super) fn finish(&self) {
        self.drawn.finish_and_clear();
    }
}

/// Says how much is done in a second, and how long the rest takes.
fn speed(done: u64, missing: u64, time: Duration) -> String {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    let a_second = done.saturating_mul(1000) / millis;
    match missing.checked_div(a_second) {
        Some(seconds) => format!(
            ", {} a second, {} to go",
            HumanCount(a_second),
            HumanDuration(Duration::from_secs(seconds))
        ),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_told_once_something_was_done() {
        let time = Duration::from_secs(2);
        assert_eq!(speed(0, 10, time), "");
        assert_eq!(speed(3000, 180_000, time), ", 1,500 a second, 2 minutes to go");
    }
}
