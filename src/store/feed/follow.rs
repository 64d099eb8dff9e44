//! Following the changes of a tenant, from a position that is known or from now on.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use futures_util::Stream;
use futures_util::stream;
use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::RecvError};
use tracing::instrument;
use uuid::Uuid;

use super::{BATCH, LONGEST_PAUSE, News, feeds, is_outage, of_epoch};
use crate::error::{Error, Result};
use crate::model::{Change, ChangeFilter, ChangePosition};
use crate::store::Tenant;

impl Tenant {
    /// Streams the changes committed after a position, without end, each once and in commit order; without a position,
    /// the changes committed from now on. The stream ends with an error when the database can no longer be read, or was
    /// restored.
    #[instrument(level = "debug", skip_all)]
    pub async fn follow(
        &self,
        filter: ChangeFilter,
        after: Option<ChangePosition>,
    ) -> Result<impl Stream<Item = Result<Arc<Change>>> + Send + use<>> {
        self.store.system().begin_epoch().await?;
        let start = self.start().await?;
        let (receiver, wake) = self.store.join_feed(self, &start);
        let follower = Follower {
            tenant: self.clone(),
            filter,
            ids: HashSet::new(),
            epoch: start.epoch,
            seen: match after {
                Some(_) => HashSet::new(),
                None => start.seen.into_iter().collect(),
            },
            position: after.unwrap_or(start.position),
            read: VecDeque::new(),
            // What was committed before it joined the feed is in the database alone.
            behind: true,
            news: Membership {
                receiver: Some(receiver),
                wake,
            },
        };
        Ok(stream::try_unfold(follower, |mut follower| async move {
            let change = follower.next().await?;
            Ok(Some((change, follower)))
        }))
    }
}

struct Follower {
    tenant: Tenant,
    filter: ChangeFilter,
    /// The ids of the filter's records, and of those that were merged into them.
    ids: HashSet<Uuid>,
    /// The epoch of the position.
    epoch: Uuid,
    /// The last change that was handed on, or passed over.
    position: ChangePosition,
    /// Those after the first position that were committed before.
    seen: HashSet<Uuid>,
    /// Changes that were read from the database.
    read: VecDeque<Arc<Change>>,
    /// Whether there may be more in the database than in the feed.
    behind: bool,
    news: Membership,
}

impl Follower {
    async fn next(&mut self) -> Result<Arc<Change>> {
        loop {
            if let Some(change) = self.read.pop_front() {
                return Ok(change);
            }
            if self.behind {
                self.read_on().await?;
                continue;
            }
            match self.news.next().await {
                Ok(Ok(change)) => {
                    if change.action.regroups() && self.filter.ids().next().is_some() {
                        // The database knows which records belong together from here on.
                        self.behind = true;
                    } else if self.goes_on_to(&change) && self.filter.accepts(&change, &self.ids) {
                        return Ok(change);
                    }
                }
                Ok(Err(error)) => return Err(Error::Shared(error)),
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return Err(Error::Unavailable),
            }
        }
    }

    /// Reads a batch from the database. The feed holds everything that is settled after the last of them is read.
    async fn read_on(&mut self) -> Result<()> {
        let began = Instant::now();
        let (changes, (more, ids)) = loop {
            match self.read_batch().await {
                Err(error) if is_outage(&error, began) && !feeds(&self.tenant).lock().closed => {
                    tokio::time::sleep(LONGEST_PAUSE).await;
                }
                read => break of_epoch(read?, self.epoch)?,
            }
        };
        self.behind = more;
        self.ids = ids;
        for change in changes {
            if self.goes_on_to(&change) {
                self.read.push_back(Arc::new(change));
            }
        }
        Ok(())
    }

    /// Reads a batch, and after it the ids by which changes of the feed are compared: records that are merged later are told of by
    /// a change that comes after the batch.
    async fn read_batch(&self) -> Result<(Vec<Change>, (bool, HashSet<Uuid>))> {
        let read = self.tenant.changes_after(&self.filter, self.position, BATCH);
        let (changes, more) = read.await?;
        let ids = self.tenant.ids_of_parts(self.filter.ids().collect()).await?;
        Ok((changes, (more, ids)))
    }

    /// Goes on to a change. Returns whether it is later than those before, and new to the follower.
    fn goes_on_to(&mut self, change: &Change) -> bool {
        let is_later = self.position < change.position();
        if is_later {
            self.position = change.position();
        }
        is_later && !self.seen.contains(&change.id)
    }
}

/// Wakes the feed when a follower leaves, so that it ends with the last.
struct Membership {
    receiver: Option<broadcast::Receiver<News>>,
    wake: Arc<Notify>,
}

impl Membership {
    async fn next(&mut self) -> Result<News, RecvError> {
        match &mut self.receiver {
            Some(receiver) => receiver.recv().await,
            None => Err(RecvError::Closed),
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.receiver = None;
        self.wake.notify_one();
    }
}
