//! The progress of long work.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// Progress on standard error: a bar in a terminal, otherwise a line at every tenth.
pub(super) struct Bar {
    drawn: ProgressBar,
    tenths: AtomicU64,
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
            of,
        }
    }

    /// Shows how much is done.
    pub(super) fn tell(&self, done: u64, total: u64) {
        self.drawn.set_length(total);
        self.drawn.set_position(done);
        let tenth = done * 10 / total.max(1);
        if self.drawn.is_hidden() && self.tenths.fetch_max(tenth, Ordering::Relaxed) < tenth {
            if self.of.is_empty() {
                eprintln!("{} of {}", HumanBytes(done), HumanBytes(total));
            } else {
                eprintln!("{done} of {total} {}", self.of);
            }
        }
    }

    /// Clears the bar.
    pub(super) fn finish(&self) {
        self.drawn.finish_and_clear();
    }
}
