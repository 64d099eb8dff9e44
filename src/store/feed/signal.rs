//! Signals that there are new changes. None is needed: a feed looks for itself ever so often.
//!
//! PostgreSQL uses NOTIFY, after the commit and on a separate connection, since within the transaction it would make
//! all writers queue at their commit; and LISTEN while there are followers. Both go past a pooler (`--direct-url`). SQLite
//! uses the file's `data_version`, which tells a connection that others have written.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use sqlx::postgres::PgListener;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, PgPool, SqliteConnection};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{Open, lock};
use crate::store::database::Signals;

const CHANNEL: &str = "external_contacts_changes";
/// The minimum interval between notifications of a process: at most twenty a second.
const BETWEEN_NOTIFICATIONS: Duration = Duration::from_millis(50);
/// The maximum number of tenants in a notification: PostgreSQL accepts 8,000 bytes.
const MOST_TENANTS: usize = 500;
/// The interval at which SQLite's file is checked.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
/// The delay before LISTEN is retried after a failure.
const BEFORE_LISTENING_AGAIN: Duration = Duration::from_secs(5);

/// Tells other servers that there are changes.
pub struct Notifier {
    /// The process that sent the notification, which ignores its own.
    origin: u64,
    changed: mpsc::Sender<i32>,
}

impl Notifier {
    pub fn new(pool: PgPool) -> Self {
        let origin = fastrand::u64(..);
        let (changed, tenants) = mpsc::channel(MOST_TENANTS);
        tokio::spawn(notify(pool, origin, tenants));
        Self { origin, changed }
    }

    pub const fn origin(&self) -> u64 {
        self.origin
    }

    /// Never waits: when there is no room, others look for themselves.
    pub fn changed(&self, tenant: i32) {
        let _ = self.changed.try_send(tenant);
    }
}

/// Ends with the store.
async fn notify(pool: PgPool, origin: u64, mut tenants: mpsc::Receiver<i32>) {
    while let Some(tenant) = tenants.recv().await {
        let mut changed = BTreeSet::from([tenant]);
        while let Ok(tenant) = tenants.try_recv() {
            changed.insert(tenant);
        }
        let payload = serde_json::json!([origin, changed]).to_string();
        let sent = sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(payload)
            .execute(&pool)
            .await;
        if let Err(error) = sent {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "other servers were not told of changes"
            );
        }
        tokio::time::sleep(BETWEEN_NOTIFICATIONS).await;
    }
}

/// Waits for signals of other processes until it is dropped.
pub struct Watcher(JoinHandle<()>);

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Watcher {
    pub fn of(signals: Signals, origin: Option<u64>, open: &Arc<Mutex<Open>>) -> Self {
        let open = Arc::downgrade(open);
        Self(match signals {
            Signals::Notifications(pool) => tokio::spawn(listen(pool, origin.unwrap_or_default(), open)),
            Signals::FileVersion(options) => tokio::spawn(look(options, open)),
        })
    }
}

async fn listen(pool: PgPool, origin: u64, open: Weak<Mutex<Open>>) {
    loop {
        let Err(error) = listen_on(&pool, origin, &open).await else {
            return;
        };
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "other servers' signals are not heard"
        );
        tokio::time::sleep(BEFORE_LISTENING_AGAIN).await;
    }
}

async fn listen_on(pool: &PgPool, origin: u64, open: &Weak<Mutex<Open>>) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // None: the connection was lost and is there again.
        let heard = listener.try_recv().await?;
        let Some(open) = open.upgrade() else {
            return Ok(());
        };
        let read = heard.map(|heard| serde_json::from_str::<(u64, Vec<i32>)>(heard.payload()));
        match read {
            Some(Ok((from, _))) if from == origin => {}
            Some(Ok((_, tenants))) => {
                let open = lock(&open);
                for tenant in tenants {
                    open.wake(tenant);
                }
            }
            Some(Err(_)) | None => lock(&open).wake_all(),
        }
    }
}

/// A file that cannot be looked at is looked at again: the feeds look for themselves meanwhile.
async fn look(options: Box<SqliteConnectOptions>, open: Weak<Mutex<Open>>) {
    loop {
        if let Ok(mut connection) = options.connect().await {
            let mut last = None;
            while let Ok(version) = data_version(&mut connection).await {
                let Some(open) = open.upgrade() else { return };
                if last.replace(version) != Some(version) {
                    lock(&open).wake_all();
                }
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
        }
        tokio::time::sleep(BEFORE_LISTENING_AGAIN).await;
    }
}

async fn data_version(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("PRAGMA data_version")
        .fetch_one(connection)
        .await
}
