//! The comparison of an operation's size with a limit.

use super::answer::Answer;

/// Refuses an operation that has more of something than the limit allows. `what` names it in the plural.
pub(super) fn check_limit(limit: u32, actual: usize, what: &str) -> Result<(), Answer> {
    if usize::try_from(limit).is_ok_and(|limit| actual > limit) {
        return Err(Answer::exceeded(limit, actual, what));
    }
    Ok(())
}
