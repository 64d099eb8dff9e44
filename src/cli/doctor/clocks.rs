//! The clocks of other machines.

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::Finding;

/// The difference that is no reason to worry: a header has whole seconds, and an answer takes a while.
const SMALL: TimeDelta = TimeDelta::seconds(5);
/// The tolerance for the times of tokens.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Compares the clock of another machine with this one's.
pub(super) fn check(other: &str, told: DateTime<Utc>, here: DateTime<Utc>) -> Finding {
    let difference = told - here;
    let size = difference.abs();
    let text = format!(
        "the clock of {other} is {} seconds {} this machine's",
        size.num_seconds(),
        if difference > TimeDelta::zero() {
            "ahead of"
        } else {
            "behind"
        }
    );
    let remedy = "set both clocks by NTP; times of changes and of tokens are compared with this machine's";
    if size > LEEWAY {
        Finding::problem("clock", text, remedy)
    } else if size > SMALL {
        Finding::warning("clock", text, remedy)
    } else {
        Finding::ok(
            "clock",
            format!("the clock of {other} agrees with this machine's"),
        )
    }
}
