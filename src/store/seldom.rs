//! Lines of the log that a lasting failure would repeat for every request.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time between two lines of the same failure.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Lets a line through from time to time, and counts the failures between.
#[derive(Debug)]
pub struct Seldom(Mutex<State>);

#[derive(Debug)]
struct State {
    last: Option<Instant>,
    failures: u64,
}

impl Seldom {
    /// Lets the first line through.
    pub const fn new() -> Self {
        Self(Mutex::new(State {
            last: None,
            failures: 0,
        }))
    }

    /// Counts a failure. Returns the number of failures since the last line, this one included, if it is time for a line.
    pub fn count(&self) -> Option<u64> {
        self.count_at(Instant::now())
    }

    fn count_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures += 1;
        if state
            .last
            .is_some_and(|last| now.duration_since(last) < BETWEEN_LINES)
        {
            return None;
        }
        state.last = Some(now);
        Some(std::mem::take(&mut state.failures))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_has_a_line_and_later_lines_tell_how_many_there_were() {
        let seldom = Seldom::new();
        let start = Instant::now();
        assert_eq!(seldom.count_at(start), Some(1));
        for second in 1..10 {
            assert_eq!(seldom.count_at(start + Duration::from_secs(second)), None);
        }
        assert_eq!(seldom.count_at(start + BETWEEN_LINES), Some(10));
        assert_eq!(seldom.count_at(start + BETWEEN_LINES), None);
        assert_eq!(seldom.count_at(start + BETWEEN_LINES * 3), Some(2));
    }
}
