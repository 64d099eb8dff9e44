//! The clocks of other machines.

use chrono::TimeDelta;

use super::finding::Finding;

/// The difference that is no reason to worry: a header has whole seconds, and an answer takes a while.
const SMALL: TimeDelta = TimeDelta::seconds(5);
/// The tolerance for the times of tokens.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// Judges the time by which the clock of another machine is ahead of this one's.
pub(super) fn check(other: &str, ahead: TimeDelta) -> Finding {
    let size = ahead.abs();
    let text = format!(
        "the clock of {other} is {} seconds {} this machine's",
        size.num_seconds(),
        if ahead > TimeDelta::zero() {
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
