//! The operations that run at the same time, and the short queue in front of them.
//!
//! A caller who sends many operations waits behind their own: each caller has a queue, and the queues are served in turn.
//! Caps for each caller and each tenant leave room for others before those even ask. They are wider for whoever has been alone
//! lately, up to a rest that the first operations of others find free. The state is behind one lock, held for the few steps
//! of an admission; an operation that finds room never waits.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::caller::CallerKey;

/// The time for which a caller and a tenant count as present after an operation of theirs began.
const PRESENCE: Duration = Duration::from_secs(5);

/// The bounds of a gate.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct GateBounds {
    /// The operations that run at the same time.
    pub running: usize,
    /// Those of them that belong to a tenant, or a caller, who is alone.
    pub running_alone: usize,
    /// Those of them that belong to one tenant, while there are others.
    pub running_per_tenant: usize,
    /// Those of them that belong to one caller, while there are others.
    pub running_per_caller: usize,
    /// The operations that wait.
    pub waiting: usize,
    /// Those of them that belong to one caller.
    pub waiting_per_caller: usize,
    /// The longest wait.
    pub longest_wait: Duration,
}

/// The reason why an operation may not run now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Busy {
    /// The queue is full.
    Full,
    /// The operation waited for as long as it may.
    WaitedTooLong,
}

/// Admits operations within its bounds.
pub(in crate::http) struct Gate {
    bounds: GateBounds,
    state: Mutex<State>,
}

/// The right to run one operation, until it is dropped.
pub(in crate::http) struct Permit {
    gate: Arc<Gate>,
    caller: CallerKey,
}

#[derive(Default)]
struct State {
    running: usize,
    waiting: usize,
    callers: HashMap<CallerKey, CallerState>,
    tenants: HashMap<i32, usize>,
    /// The callers who wait, in the order in which they are served next.
    turns: VecDeque<CallerKey>,
    present_callers: Present<CallerKey>,
    present_tenants: Present<i32>,
}

/// The two whose operations began last, the last one first.
struct Present<K>([Option<(K, Instant)>; 2]);

impl<K> Default for Present<K> {
    fn default() -> Self {
        Self([None, None])
    }
}

impl<K: Copy + Eq> Present<K> {
    fn begin(&mut self, key: K) {
        let Self([first, second]) = self;
        if first.is_some_and(|(last, _)| last != key) {
            *second = *first;
        }
        *first = Some((key, Instant::now()));
    }

    /// Whether no other one began an operation lately.
    fn is_alone(&self, key: K) -> bool {
        let mut others = self.0.iter().flatten().filter(|(other, _)| *other != key);
        others.all(|(_, at)| at.elapsed() > PRESENCE)
    }
}

#[derive(Default)]
struct CallerState {
    running: usize,
    queue: VecDeque<oneshot::Sender<Permit>>,
}

impl Gate {
    pub fn new(bounds: GateBounds) -> Arc<Self> {
        Arc::new(Self {
            bounds,
            state: Mutex::default(),
        })
    }

    /// Waits, not for long, until an operation of this caller may run.
    pub async fn admit(self: &Arc<Self>, caller: CallerKey) -> Result<Permit, Busy> {
        let turn = {
            let mut state = self.state();
            // Nobody waits who could run, so whoever may run does not overtake.
            if state.may_run(caller, &self.bounds) {
                state.begin(caller);
                return Ok(self.permit(caller));
            }
            state.enqueue(caller, &self.bounds)?
        };
        // A permit that comes too late is dropped with its channel, and goes to the next.
        match timeout(self.bounds.longest_wait, turn).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(Busy::WaitedTooLong),
        }
    }

    fn permit(self: &Arc<Self>, caller: CallerKey) -> Permit {
        Permit {
            gate: self.clone(),
            caller,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    /// Hands the room on to those whose turn it is.
    fn drop(&mut self) {
        let bounds = &self.gate.bounds;
        self.gate.state().end(self.caller);
        loop {
            let next = self.gate.state().next(bounds);
            let Some((caller, waiting)) = next else { break };
            // One that does not wait any longer drops its permit, outside the lock, and the room goes to the next.
            let _ = waiting.send(self.gate.permit(caller));
        }
    }
}

impl State {
    fn may_run(&self, caller: CallerKey, bounds: &GateBounds) -> bool {
        let of_tenant = self.tenants.get(&caller.tenant).copied().unwrap_or_default();
        let of_caller = self.callers.get(&caller).map_or(0, |state| state.running);
        self.running < bounds.running
            && of_tenant < bounds.running_alone
            && (of_tenant < bounds.running_per_tenant || self.is_tenant_alone(caller.tenant))
            && (of_caller < bounds.running_per_caller || self.is_alone(caller))
    }

    /// Whether no other caller waits, or began an operation lately.
    fn is_alone(&self, caller: CallerKey) -> bool {
        self.present_callers.is_alone(caller) && self.turns.iter().all(|key| *key == caller)
    }

    /// Whether no caller of another tenant waits, or began an operation lately.
    fn is_tenant_alone(&self, tenant: i32) -> bool {
        self.present_tenants.is_alone(tenant) && self.turns.iter().all(|key| key.tenant == tenant)
    }

    fn begin(&mut self, caller: CallerKey) {
        self.present_callers.begin(caller);
        self.present_tenants.begin(caller.tenant);
        self.running += 1;
        self.callers.entry(caller).or_default().running += 1;
        *self.tenants.entry(caller.tenant).or_default() += 1;
    }

    fn end(&mut self, caller: CallerKey) {
        self.running -= 1;
        if let Some(state) = self.callers.get_mut(&caller) {
            state.running -= 1;
            if state.running == 0 && state.queue.is_empty() {
                self.callers.remove(&caller);
            }
        }
        if let Some(running) = self.tenants.get_mut(&caller.tenant) {
            *running -= 1;
            if *running == 0 {
                self.tenants.remove(&caller.tenant);
            }
        }
    }

    fn enqueue(&mut self, caller: CallerKey, bounds: &GateBounds) -> Result<oneshot::Receiver<Permit>, Busy> {
        if self.is_queue_full(caller, bounds) {
            self.forget_gone();
            if self.is_queue_full(caller, bounds) {
                return Err(Busy::Full);
            }
        }
        let of_caller = self.waiting_of(caller);
        if of_caller == 0 {
            self.turns.push_back(caller);
        }
        let (send, turn) = oneshot::channel();
        self.callers.entry(caller).or_default().queue.push_back(send);
        self.waiting += 1;
        Ok(turn)
    }

    fn is_queue_full(&self, caller: CallerKey, bounds: &GateBounds) -> bool {
        self.waiting >= bounds.waiting || self.waiting_of(caller) >= bounds.waiting_per_caller
    }

    fn waiting_of(&self, caller: CallerKey) -> usize {
        self.callers.get(&caller).map_or(0, |state| state.queue.len())
    }

    /// Takes the first caller whose operation may run out of the queue, and begins the operation.
    fn next(&mut self, bounds: &GateBounds) -> Option<(CallerKey, oneshot::Sender<Permit>)> {
        let position = self
            .turns
            .iter()
            .position(|caller| self.may_run(*caller, bounds))?;
        let caller = self.turns.remove(position)?;
        let queue = &mut self.callers.get_mut(&caller)?.queue;
        let waiting = queue.pop_front()?;
        if !queue.is_empty() {
            self.turns.push_back(caller);
        }
        self.waiting -= 1;
        self.begin(caller);
        Some((caller, waiting))
    }

    /// Makes room of those that do not wait any longer.
    fn forget_gone(&mut self) {
        for state in self.callers.values_mut() {
            state.queue.retain(|waiting| !waiting.is_closed());
        }
        self.waiting = self.callers.values().map(|state| state.queue.len()).sum();
        let callers = &self.callers;
        self.turns
            .retain(|caller| callers.get(caller).is_some_and(|state| !state.queue.is_empty()));
        self.callers
            .retain(|_, state| state.running > 0 || !state.queue.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use uuid::Uuid;

    use super::*;
    use crate::id::UserId;

    const BOUNDS: GateBounds = GateBounds {
        running: 5,
        running_alone: 4,
        running_per_tenant: 3,
        running_per_caller: 2,
        waiting: 6,
        waiting_per_caller: 4,
        longest_wait: Duration::from_secs(1),
    };

    fn caller(tenant: i32, user: u128) -> CallerKey {
        CallerKey {
            tenant,
            user: UserId::new(Uuid::from_u128(user)),
        }
    }

    /// The outcome, if there is one at once.
    fn at_once(gate: &Arc<Gate>, caller: CallerKey) -> Option<Result<Permit, Busy>> {
        gate.admit(caller).now_or_never()
    }

    /// Begins an operation, which ends at once.
    fn show_up(gate: &Arc<Gate>, caller: CallerKey) {
        drop(at_once(gate, caller).unwrap().unwrap());
    }

    /// Returns as many permits as the caller gets at once.
    fn all_at_once(gate: &Arc<Gate>, caller: CallerKey) -> Vec<Permit> {
        std::iter::from_fn(|| at_once(gate, caller)?.ok()).collect()
    }

    #[tokio::test]
    async fn a_caller_a_tenant_and_all_together_run_so_many_and_no_more() {
        let gate = Gate::new(BOUNDS);
        let (ada, bob, cid, dan) = (caller(1, 1), caller(1, 2), caller(2, 3), caller(3, 4));
        show_up(&gate, cid);
        show_up(&gate, bob);
        let permits: Vec<_> = [(ada, 2), (bob, 1), (cid, 2), (dan, 0)]
            .map(|(caller, expected)| {
                let permits = all_at_once(&gate, caller);
                assert_eq!(permits.len(), expected, "{caller:?}");
                permits
            })
            .into();
        drop(permits);
        assert_eq!(gate.state().running, 0);
        assert!(gate.state().callers.is_empty() && gate.state().tenants.is_empty());
    }

    #[tokio::test]
    async fn whoever_is_alone_may_have_more_and_leaves_a_rest() {
        let gate = Gate::new(BOUNDS);
        let (ada, bob, cid) = (caller(1, 1), caller(1, 2), caller(2, 3));
        let alone = all_at_once(&gate, ada);
        assert_eq!(alone.len(), 4);
        // The rest is for others, whose presence narrows the caps.
        let other = all_at_once(&gate, cid);
        assert_eq!(other.len(), 1);
        drop(alone);
        drop(other);
        assert_eq!(all_at_once(&gate, ada).len(), 2);
        // The tenant is alone with two callers: the caps of callers stay.
        let gate = Gate::new(BOUNDS);
        show_up(&gate, bob);
        let of_ada = all_at_once(&gate, ada);
        let of_bob = all_at_once(&gate, bob);
        assert_eq!((of_ada.len(), of_bob.len()), (2, 2));
        drop((of_ada, of_bob));
        // However many callers of one tenant come after it, another tenant was here.
        let gate = Gate::new(BOUNDS);
        show_up(&gate, cid);
        show_up(&gate, ada);
        show_up(&gate, bob);
        let of_ada = all_at_once(&gate, ada);
        let of_bob = all_at_once(&gate, bob);
        assert_eq!((of_ada.len(), of_bob.len()), (2, 1));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let gate = Gate::new(BOUNDS);
        show_up(&gate, caller(2, 2));
        let _running = all_at_once(&gate, caller(1, 1));
        let waiting: Vec<_> = (0..4)
            .map(|_| {
                let gate = gate.clone();
                let mut admission = Box::pin(async move { gate.admit(caller(1, 1)).await });
                assert!(admission.as_mut().now_or_never().is_none());
                admission
            })
            .collect();
        assert_eq!(at_once(&gate, caller(1, 1)).unwrap().err(), Some(Busy::Full));
        // Those that gave up leave their places, to others and to the caller.
        drop(waiting);
        assert!(at_once(&gate, caller(2, 2)).unwrap().is_ok());
        assert!(at_once(&gate, caller(1, 1)).is_none());
    }

    #[tokio::test]
    async fn an_operation_waits_for_a_bounded_time() {
        let longest_wait = Duration::from_millis(20);
        let gate = Gate::new(GateBounds {
            longest_wait,
            ..BOUNDS
        });
        let _running = all_at_once(&gate, caller(1, 1));
        let start = Instant::now();
        assert_eq!(gate.admit(caller(1, 1)).await.err(), Some(Busy::WaitedTooLong));
        assert!(start.elapsed() >= longest_wait);
    }

    #[tokio::test]
    async fn a_polite_caller_is_served_next_however_many_wait() {
        let gate = Gate::new(GateBounds {
            running: 1,
            running_per_tenant: 1,
            waiting: 100,
            waiting_per_caller: 100,
            longest_wait: Duration::from_mins(1),
            ..BOUNDS
        });
        let (flooding, polite) = (caller(1, 1), caller(1, 2));
        let first = gate.admit(flooding).await.unwrap();
        let (served, mut order) = tokio::sync::mpsc::unbounded_channel();
        let wait = |caller: CallerKey| {
            let (gate, served) = (gate.clone(), served.clone());
            let mut admission = Box::pin(async move {
                let permit = gate.admit(caller).await.unwrap();
                served.send(caller).unwrap();
                drop(permit);
            });
            // It takes its place in the queue before it is spawned.
            assert!(admission.as_mut().now_or_never().is_none());
            tokio::spawn(admission)
        };
        let mut tasks: Vec<_> = (0..50).map(|_| wait(flooding)).collect();
        tasks.push(wait(polite));
        drop(first);
        for task in tasks {
            task.await.unwrap();
        }
        let order: Vec<CallerKey> = std::iter::from_fn(|| order.try_recv().ok()).collect();
        assert_eq!(order.len(), 51);
        assert!(order.iter().position(|caller| *caller == polite).unwrap() <= 1);
    }
}
