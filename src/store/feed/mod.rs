//! The feed: the changes of a tenant as they are committed, read once for everybody who follows them.
//!
//! A task for each followed tenant reads new changes in commit order and hands them on. It polls at intervals, which
//! alone is sufficient; signals (`signal.rs`) make it poll sooner. Followers that fall behind continue from the
//! database (`follow.rs`), so that nothing is lost and nothing piles up.

mod follow;
mod signal;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

use self::signal::{Notifier, Watcher};
use super::change::Start;
use super::database::{Database, Signals};
use super::{Store, Tenant};
use crate::error::{Error, Result};
use crate::metrics::METRICS;
use crate::model::{Change, ChangeFilter, ChangePosition, EntityKind};

/// The number of changes a follower may be behind before it continues from the database.
const CAPACITY: usize = 256;
/// The number of changes read at once.
const BATCH: usize = 200;
/// The first pause of a feed between polls, which doubles each time that it finds nothing…
const SHORTEST_PAUSE: Duration = Duration::from_millis(20);
/// …until it is quiet.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// The delay between a signal and its poll: other signals follow soon, and one poll serves them all.
const GATHER: Duration = Duration::from_millis(5);
/// The longest outage of the database that followers wait for, to go on where they were.
const LONGEST_OUTAGE: Duration = Duration::from_mins(30);

/// A change, or why there are no more.
type News = Result<Arc<Change>, Arc<Error>>;

/// The feeds of all followed tenants.
pub struct Feeds {
    open: Arc<Mutex<Open>>,
    notifier: Option<Notifier>,
}

#[derive(Default)]
struct Open {
    feeds: HashMap<i32, Feed>,
    /// Waits for signals while there is a feed.
    watcher: Option<Watcher>,
    closed: bool,
}

#[derive(Clone)]
struct Feed {
    news: broadcast::Sender<News>,
    wake: Arc<Notify>,
}

impl Feeds {
    /// Creates the feeds of this database.
    pub fn of(database: &Database) -> Self {
        Self {
            open: Arc::default(),
            notifier: match database.signals() {
                Signals::Notifications(pool) => Some(Notifier::new(pool)),
                Signals::FileVersion(_) => None,
            },
        }
    }

    /// Changes of a tenant were committed by this process: its followers see them at once, those of other servers soon.
    pub fn committed(&self, tenant: i32) {
        self.lock().wake(tenant);
        if let Some(notifier) = &self.notifier {
            notifier.changed(tenant);
        }
    }

    /// Ends all feeds: their followers receive no more changes.
    pub fn close(&self) {
        let mut open = self.lock();
        open.closed = true;
        open.watcher = None;
        open.wake_all();
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        lock(&self.open)
    }
}

fn lock(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Open {
    fn wake(&self, tenant: i32) {
        if let Some(feed) = self.feeds.get(&tenant) {
            feed.wake.notify_one();
        }
    }

    fn wake_all(&self) {
        for feed in self.feeds.values() {
            feed.wake.notify_one();
        }
    }

    fn end(&mut self, tenant: i32) {
        self.feeds.remove(&tenant);
        if self.feeds.is_empty() {
            self.watcher = None;
        }
    }
}

impl Store {
    /// Joins the feed of a tenant, which begins here when there is none yet.
    fn join_feed(&self, tenant: &Tenant, start: &Start) -> (broadcast::Receiver<News>, Arc<Notify>) {
        let feeds = &self.0.feeds;
        let mut open = feeds.lock();
        if open.watcher.is_none() && !open.closed {
            let origin = feeds.notifier.as_ref().map(Notifier::origin);
            open.watcher = Some(Watcher::of(self.0.database.signals(), origin, &feeds.open));
        }
        let feed = open.feeds.entry(tenant.record.id).or_insert_with(|| {
            let feed = Feed {
                news: broadcast::Sender::new(CAPACITY),
                wake: Arc::default(),
            };
            tokio::spawn(run(tenant.clone(), feed.clone(), start.epoch, start.position));
            feed
        });
        (feed.news.subscribe(), feed.wake.clone())
    }
}

/// Hands on what is committed after a position, as long as there are followers, and as long as the position is valid.
async fn run(tenant: Tenant, feed: Feed, epoch: Uuid, mut position: ChangePosition) {
    let everything = ChangeFilter {
        kinds: EntityKind::ALL.to_vec(),
        ..ChangeFilter::default()
    };
    let (mut pause, mut failing_since) = (SHORTEST_PAUSE, None);
    while !is_left(&tenant, &feed) {
        let read = tenant.changes_after(&everything, position, BATCH).await;
        match read.and_then(|read| of_epoch(read, epoch)) {
            Ok((changes, more)) => {
                failing_since = None;
                if let Some(last) = changes.last() {
                    position = last.position();
                    pause = SHORTEST_PAUSE;
                }
                for change in changes {
                    let delay = tenant.clock().now() - change.changed_at.0;
                    METRICS.feed_delay.observe(delay.as_seconds_f64());
                    // Nobody may be there any more; the next round notices.
                    let _ = feed.news.send(Ok(Arc::new(change)));
                }
                if more {
                    tokio::task::yield_now().await;
                    continue;
                }
            }
            Err(error) => {
                let began = *failing_since.get_or_insert_with(Instant::now);
                if !is_outage(&error, began) || feeds(&tenant).lock().closed {
                    feeds(&tenant).lock().end(tenant.record.id);
                    let _ = feed.news.send(Err(Arc::new(error)));
                    return;
                }
            }
        }
        if tokio::time::timeout(pause, feed.wake.notified()).await.is_ok() {
            pause = SHORTEST_PAUSE;
            tokio::time::sleep(GATHER).await;
        } else {
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Returns changes that were read, if they are of an epoch. Of another one, changes may come before the position that is read
/// from, so that a reader would miss them.
fn of_epoch<T>(read: (Vec<Change>, T), epoch: Uuid) -> Result<(Vec<Change>, T)> {
    if read.0.iter().all(|change| change.epoch == epoch) {
        Ok(read)
    } else {
        Err(Error::CursorExpired)
    }
}

/// Whether followers wait for the end of a failure that began at this instant.
fn is_outage(error: &Error, began: Instant) -> bool {
    error.code().is_temporary() && began.elapsed() < LONGEST_OUTAGE
}

fn feeds(tenant: &Tenant) -> &Feeds {
    &tenant.store.0.feeds
}

/// Ends the feed if it has no followers. No follower can join at the same time.
fn is_left(tenant: &Tenant, feed: &Feed) -> bool {
    let mut open = feeds(tenant).lock();
    let left = feed.news.receiver_count() == 0;
    if left {
        open.end(tenant.record.id);
    }
    left
}
