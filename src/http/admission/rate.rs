//! The cost that a caller may ask for in a second: a token bucket for each caller, on the way of the fast path one short
//! lock of the caller's own. (The crate `governor` keeps every key that it ever saw until it is told to forget.)

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::caller::CallerKey;
use moka::sync::Cache;

/// The most buckets that are kept. One that is not used is full again after a few seconds, so it may be forgotten.
const MAX_BUCKETS: u64 = 100_000;

/// The bounds of what a caller asks for.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct RateBounds {
    /// The cost that a caller may ask for in a second.
    pub per_second: u32,
    /// The cost that a caller who asked for nothing lately may ask for at once.
    pub burst: u32,
}

/// The buckets of all callers.
pub(in crate::http) struct Rates {
    bounds: RateBounds,
    buckets: Cache<CallerKey, Arc<Mutex<Bucket>>>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

/// The state of a caller's bucket, as the response's headers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Quota {
    /// The cost of a full bucket.
    pub burst: u32,
    /// The seconds in which an empty bucket fills.
    pub window: u64,
    /// The cost that is left.
    pub left: u64,
    /// The seconds until the bucket is full again.
    pub full_in: u64,
}

/// The refusal of an operation that costs more than is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Exceeded {
    /// The seconds until the bucket has enough.
    pub retry_after: u64,
    pub quota: Quota,
}

impl Rates {
    pub fn new(bounds: RateBounds) -> Self {
        let forgotten_after = seconds(f64::from(bounds.burst) / f64::from(bounds.per_second)) + 1;
        Self {
            bounds,
            buckets: Cache::builder()
                .max_capacity(MAX_BUCKETS)
                .time_to_idle(Duration::from_secs(forgotten_after))
                .build(),
        }
    }

    /// Takes a cost from the caller's bucket. An operation that costs nothing counts as 1.
    pub fn take(&self, caller: CallerKey, cost: u64) -> Result<Quota, Exceeded> {
        self.take_at(Instant::now(), caller, cost)
    }

    fn take_at(&self, now: Instant, caller: CallerKey, cost: u64) -> Result<Quota, Exceeded> {
        let full = f64::from(self.bounds.burst);
        let rate = f64::from(self.bounds.per_second);
        // A limit of cost above the burst must not shut out an operation for good.
        let cost = f64::from(u32::try_from(cost.max(1)).unwrap_or(u32::MAX)).min(full);
        let bucket = self
            .buckets
            .get_with(caller, || Arc::new(Mutex::new(Bucket { left: full, at: now })));
        let mut bucket = bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * rate;
        bucket.left = (bucket.left + gained).min(full);
        bucket.at = now;
        let is_enough = cost <= bucket.left;
        if is_enough {
            bucket.left -= cost;
        }
        let quota = Quota {
            burst: self.bounds.burst,
            window: seconds(full / rate),
            left: whole(bucket.left),
            full_in: seconds((full - bucket.left) / rate),
        };
        if is_enough {
            Ok(quota)
        } else {
            let retry_after = seconds((cost - bucket.left) / rate);
            Err(Exceeded { retry_after, quota })
        }
    }
}

/// Whole seconds, rounded up, and at least one.
fn seconds(seconds: f64) -> u64 {
    whole(seconds.ceil()).max(1)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest number that there is"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::UserId;

    const ADA: CallerKey = CallerKey {
        tenant: 1,
        user: UserId::new(Uuid::from_u128(1)),
    };
    const BOB: CallerKey = CallerKey {
        tenant: 2,
        user: UserId::new(Uuid::from_u128(1)),
    };

    #[test]
    fn a_bucket_empties_and_fills_for_each_caller_alone() {
        let rates = Rates::new(RateBounds {
            per_second: 100,
            burst: 300,
        });
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);

        assert_eq!(rates.take_at(start, ADA, 250).unwrap().left, 50);
        let exceeded = rates.take_at(start, ADA, 250).unwrap_err();
        assert_eq!(exceeded.retry_after, 2);
        let quota = Quota {
            burst: 300,
            window: 3,
            left: 50,
            full_in: 3,
        };
        assert_eq!(exceeded.quota, quota);
        assert!(rates.take_at(start, BOB, 250).is_ok());
        // A refused operation takes nothing.
        assert!(rates.take_at(start, ADA, 50).is_ok());
        assert_eq!(rates.take_at(after(2), ADA, 200).unwrap().left, 0);
        assert_eq!(rates.take_at(after(60), ADA, 0).unwrap().left, 299);
    }

    #[test]
    fn an_operation_above_the_burst_needs_a_full_bucket() {
        let rates = Rates::new(RateBounds {
            per_second: 10,
            burst: 100,
        });
        let start = Instant::now();
        assert_eq!(rates.take_at(start, ADA, 5_000).unwrap().left, 0);
        assert_eq!(rates.take_at(start, ADA, 5_000).unwrap_err().retry_after, 10);
    }
}
