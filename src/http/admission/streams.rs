//! The sockets and event streams that are open, in all and for each caller.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::caller::CallerKey;

/// Counts streams within bounds.
pub(in crate::http) struct StreamSlots {
    most: usize,
    most_per_caller: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    callers: HashMap<CallerKey, usize>,
}

/// The place of one stream, until it is dropped.
pub(in crate::http) struct StreamSlot {
    slots: Arc<StreamSlots>,
    caller: CallerKey,
}

/// The bound that a further stream would pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum TooManyStreams {
    InAll,
    OfCaller,
}

impl StreamSlots {
    pub fn new(most: usize, most_per_caller: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            most_per_caller,
            open: Mutex::default(),
        })
    }

    /// Takes a place for a stream of this caller.
    pub fn take(self: &Arc<Self>, caller: CallerKey) -> Result<StreamSlot, TooManyStreams> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_caller = open.callers.get(&caller).copied().unwrap_or_default();
        if of_caller >= self.most_per_caller {
            return Err(TooManyStreams::OfCaller);
        }
        if open.all >= self.most {
            return Err(TooManyStreams::InAll);
        }
        open.all += 1;
        open.callers.insert(caller, of_caller + 1);
        Ok(StreamSlot {
            slots: self.clone(),
            caller,
        })
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut open = self.slots.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        if let Some(of_caller) = open.callers.get_mut(&self.caller) {
            *of_caller -= 1;
            if *of_caller == 0 {
                open.callers.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::UserId;

    #[test]
    fn a_caller_and_all_together_have_so_many_streams_and_no_more() {
        let slots = StreamSlots::new(3, 2);
        let [ada, bob] = [1, 2].map(|user| CallerKey {
            tenant: 1,
            user: UserId::new(Uuid::from_u128(user)),
        });
        let of_ada = [slots.take(ada).unwrap(), slots.take(ada).unwrap()];
        assert_eq!(slots.take(ada).err(), Some(TooManyStreams::OfCaller));
        let _of_bob = slots.take(bob).unwrap();
        assert_eq!(slots.take(bob).err(), Some(TooManyStreams::InAll));
        drop(of_ada);
        assert!(slots.take(bob).is_ok());
        assert_eq!(slots.open.lock().unwrap().callers.len(), 1);
    }
}
