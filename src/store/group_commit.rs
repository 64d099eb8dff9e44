//! Group commit: writers that wait for the one connection of SQLite that writes commit together.
//!
//! A COMMIT waits for the disk. A change that is done while other writers wait does not commit but hands the connection on:
//! the next change is a savepoint in the same transaction of SQLite, and so is the one after it. A task of the group's own
//! waits for the connection behind all who waited then, and commits for the group. Each change is answered after that
//! COMMIT. A change that fails goes back to its savepoint, which leaves the others as they are. When SQLite undoes the
//! whole transaction, as it does when the disk is full, the changes that were done run again.

#[cfg(test)]
use std::sync::atomic::AtomicU64;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::driver::SqliteDriver;
use super::failure::{map_commit_error, map_database_error};
use super::pool::{Lease, Pool};
use crate::error::{Error, Result};

/// Begins a transaction. Its first change needs no savepoint: while it runs, nothing else is in the transaction. SQLite
/// spends a quarter of a long load on the pages that a savepoint remembers.
const BEGIN: &str = "BEGIN IMMEDIATE";
/// Begins a further change in an open transaction.
const JOIN: &str = "SAVEPOINT change";
/// Keeps a change in the open transaction.
const LEAVE: &str = "RELEASE change";
/// Undoes a change, and no other one.
const UNDO: &str = "ROLLBACK TO change; RELEASE change";
/// Undoes a transaction.
const ROLLBACK: &str = "ROLLBACK";
/// Makes a transaction durable.
const COMMIT: &str = "COMMIT";
/// The time after which no change joins a group: the first one waits for those that join.
const LONGEST: Duration = Duration::from_millis(20);

/// The connection of SQLite that writes, and the group of changes that are done on it. Clones share them.
#[derive(Clone)]
pub struct Writer(Arc<Shared>);

struct Shared {
    pool: Pool<SqliteDriver>,
    /// The number of writers that wait for the connection.
    waiting: AtomicUsize,
    group: Mutex<Option<Group>>,
    #[cfg(test)]
    commits: AtomicU64,
}

/// Changes that are done, in a transaction that is still open.
struct Group {
    /// The connection, which another one replaces after a failure.
    connection: u64,
    since: Instant,
    members: Vec<oneshot::Sender<Ended>>,
}

/// The end of a group.
#[derive(Clone)]
enum Ended {
    Committed,
    /// Nothing was written, and the changes may run again.
    Undone,
    Failed(Arc<Error>),
}

/// A change that runs on the connection.
pub struct Change {
    writer: Writer,
    /// Whether it is in a transaction that others began.
    joins: bool,
}

/// Counts a writer for as long as it waits.
struct Waiting<'w>(&'w AtomicUsize);

impl<'w> Waiting<'w> {
    fn on(count: &'w AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    /// Writes on the one connection of a pool.
    pub fn new(pool: Pool<SqliteDriver>) -> Self {
        Self(Arc::new(Shared {
            pool,
            waiting: AtomicUsize::new(0),
            group: Mutex::default(),
            #[cfg(test)]
            commits: AtomicU64::new(0),
        }))
    }

    /// The number of commits so far.
    #[cfg(test)]
    pub fn commits(&self) -> u64 {
        self.0.commits.load(Ordering::Relaxed)
    }

    /// The pool of the connection.
    pub fn pool(&self) -> &Pool<SqliteDriver> {
        &self.0.pool
    }

    /// Begins a change.
    pub async fn begin(&self) -> sqlx::Result<(Lease<SqliteDriver>, Change)> {
        loop {
            let mut lease = {
                let _waiting = Waiting::on(&self.0.waiting);
                self.0.pool.lend(None).await?
            };
            if self.is_late(&lease) {
                // The group's task is in the queue, and commits when its turn comes.
                drop(lease);
                tokio::task::yield_now().await;
                continue;
            }
            let joins = self.has_group_on(&lease);
            let (begin, undo) = if joins { (JOIN, UNDO) } else { (BEGIN, ROLLBACK) };
            lease.begin(begin, undo).await?;
            let writer = self.clone();
            return Ok((lease, Change { writer, joins }));
        }
    }

    fn is_late(&self, lease: &Lease<SqliteDriver>) -> bool {
        self.group()
            .as_ref()
            .is_some_and(|group| group.is_on(lease) && group.since.elapsed() > LONGEST)
    }

    /// Whether a group is open on this connection. A group whose connection was closed is told that it was undone.
    fn has_group_on(&self, lease: &Lease<SqliteDriver>) -> bool {
        let mut group = self.group();
        if group.as_ref().is_some_and(|group| !group.is_on(lease)) {
            tell(group.take(), &Ended::Undone);
        }
        group.is_some()
    }

    /// Adds a change to the group, and returns the way in which it learns of the group's end.
    fn join(&self, connection: u64) -> oneshot::Receiver<Ended> {
        let (tell, told) = oneshot::channel();
        let mut group = self.group();
        if let Some(group) = &mut *group {
            group.members.push(tell);
            return told;
        }
        *group = Some(Group {
            connection,
            since: Instant::now(),
            members: vec![tell],
        });
        // A task, so that no caller who leaves takes the group along.
        let writer = self.clone();
        tokio::spawn(async move { writer.finish().await });
        told
    }

    /// Commits the group when the connection is free.
    async fn finish(&self) {
        match self.0.pool.lend(None).await {
            Ok(lease) if self.has_group_on(&lease) => {
                let group = self.group().take();
                drop(self.commit(lease, group).await);
            }
            Ok(_) => {}
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "it is unknown whether changes were written");
                let unknown = Ended::Failed(Arc::new(Error::OutcomeUnknown));
                tell(self.group().take(), &unknown);
            }
        }
    }

    /// Commits what was done on the connection, and tells the group.
    async fn commit(&self, mut lease: Lease<SqliteDriver>, group: Option<Group>) -> Ended {
        let ended = match self.commit_on(&mut lease).await {
            Ok(()) => Ended::Committed,
            Err(Error::Contended) => Ended::Undone,
            Err(error) => Ended::Failed(Arc::new(error)),
        };
        tell(group, &ended);
        ended
    }

    async fn commit_on(&self, lease: &mut Lease<SqliteDriver>) -> Result<()> {
        #[cfg(test)]
        self.0.commits.fetch_add(1, Ordering::Relaxed);
        // What is committed to a file that is no longer at its path is lost.
        lease.driver().file().check().map_err(map_database_error)?;
        lease.end(COMMIT).await.map_err(map_commit_error)?;
        lease.driver().file().check().map_err(|_| Error::OutcomeUnknown)
    }

    fn group(&self) -> MutexGuard<'_, Option<Group>> {
        self.0.group.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Group {
    fn is_on(&self, lease: &Lease<SqliteDriver>) -> bool {
        self.connection == lease.number()
    }
}

impl Change {
    /// Makes the change durable and visible, alone or with others.
    pub async fn commit(self, mut lease: Lease<SqliteDriver>) -> Result<()> {
        let writer = self.writer;
        if writer.0.waiting.load(Ordering::Relaxed) == 0 {
            let group = writer.group().take();
            if group.is_none() {
                return writer.commit_on(&mut lease).await;
            }
            let committing = tokio::spawn(async move { writer.commit(lease, group).await });
            return committing.await.map_or(Err(Error::OutcomeUnknown), Ended::result);
        }
        if self.joins {
            lease.end(LEAVE).await.map_err(map_database_error)?;
        } else {
            lease.leave_open();
        }
        let told = writer.join(lease.number());
        drop(lease);
        told.await.map_or(Err(Error::OutcomeUnknown), Ended::result)
    }

    /// Undoes the change. Its error or its preview may be owed to a change before it, so it waits for the group's end, and
    /// returns whether the changes before it are durable.
    pub async fn rollback(self, mut lease: Lease<SqliteDriver>) -> sqlx::Result<bool> {
        if !self.joins {
            return lease.end(ROLLBACK).await.map(|()| true);
        }
        lease.end(UNDO).await?;
        let told = self.writer.join(lease.number());
        drop(lease);
        Ok(matches!(told.await, Ok(Ended::Committed)))
    }
}

impl Ended {
    fn result(self) -> Result<()> {
        match self {
            Self::Committed => Ok(()),
            Self::Undone => Err(Error::Contended),
            Self::Failed(error) => Err(Error::Shared(error)),
        }
    }
}

fn tell(group: Option<Group>, ended: &Ended) {
    for member in group.into_iter().flat_map(|group| group.members) {
        // One that does not listen has left.
        let _ = member.send(ended.clone());
    }
}
