//! The opening of connections to either engine, and the stopping of their statements.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgDatabaseError};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection, Executor as _, PgPool, Row as _};

use super::engine::Engine;

/// The number of SQLite's instructions between two looks at whether a statement is to stop.
const BETWEEN_LOOKS: i32 = 1000;

/// The statements that begin sessions and transactions on PostgreSQL. They bound statements and the pauses in transactions,
/// and ask for the process where it may be another one. Settings are no options of the session's start: PgBouncer refuses
/// those.
struct Beginnings {
    /// Begins a session.
    session: &'static str,
    /// Begins a transaction that writes in such a session: neither a statement nor a pause between two may hold up those who
    /// follow the changes.
    writing: &'static str,
    /// The same behind a pooler, where each transaction may be in another session.
    writing_pooled: &'static str,
    /// Begins a transaction that reads, behind a pooler.
    reading_pooled: &'static str,
}

macro_rules! beginnings {
    ($of_session:literal, $of_transaction:literal) => {
        Beginnings {
            session: concat!(
                "SET statement_timeout = '15s'; SET idle_in_transaction_session_timeout = '5s'; ",
                $of_session,
                "SELECT pg_backend_pid()"
            ),
            writing: "BEGIN; SET LOCAL statement_timeout = '5s'",
            writing_pooled: concat!(
                "BEGIN; SET LOCAL statement_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '5s'; ",
                $of_transaction,
                "SELECT pg_backend_pid()"
            ),
            reading_pooled: concat!(
                "BEGIN READ ONLY; SET LOCAL statement_timeout = '15s'; ",
                $of_transaction,
                "SELECT pg_backend_pid()"
            ),
        }
    };
}

/// Statements run by plans for any values, which are made once: plans for the values at hand cost more time than most
/// statements, and are the same, since each statement reads an index in its order.
const ON_ONE_NODE: Beginnings = beginnings!(
    "SET plan_cache_mode = 'force_generic_plan'; ",
    "SET LOCAL plan_cache_mode = 'force_generic_plan'; "
);
/// Citus has to see the tenant to plan a statement, and refuses others.
const ON_SEVERAL_NODES: Beginnings = beginnings!("", "");

/// Opens connections and stops their statements.
pub trait Driver: Send + Sync + 'static {
    /// A connection.
    type Connection: Connection + Send;
    /// The means to stop the statement of a connection.
    type Stop: Send + Sync;

    /// Opens a connection.
    fn open(&self) -> impl Future<Output = sqlx::Result<(Self::Connection, Self::Stop)>> + Send;

    /// Stops the statement that runs on a connection.
    fn stop(&self, stop: &Self::Stop) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Lets statements run again after one was stopped.
    fn resume(&self, stop: &Self::Stop);

    /// The statement that begins a transaction that writes.
    fn begin_writing(&self) -> &'static str;

    /// The statement that begins a transaction for a statement that reads, if one is needed.
    fn begin_reading(&self) -> Option<&'static str> {
        None
    }

    /// Runs a statement that begins or ends a transaction.
    fn run(
        &self,
        connection: &mut Self::Connection,
        stop: &mut Self::Stop,
        statement: &'static str,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Fails if the database does not answer, or is another one than it was.
    fn probe(&self) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Closes what is kept for probes.
    fn close(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// The way from a connection to PostgreSQL.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// One process of PostgreSQL serves the connection as long as it is open.
    Direct,
    /// A pooler may have each transaction served by another process.
    Pooled {
        /// Whether it carries prepared statements from one process to another.
        carries_statements: bool,
    },
}

/// The driver of PostgreSQL.
pub struct PostgresDriver {
    options: PgConnectOptions,
    /// The options of connections past any pooler.
    direct: PgConnectOptions,
    /// The connections over which statements are cancelled.
    control: PgPool,
    route: Route,
    /// Whether the database is made for several nodes.
    has_nodes: AtomicBool,
    /// The connection for probes. A new one needs a process, for which a busy machine takes its time.
    kept: Mutex<Option<PgConnection>>,
}

impl PostgresDriver {
    /// Creates a driver that cancels statements over `control`.
    pub const fn new(
        options: PgConnectOptions,
        direct: PgConnectOptions,
        control: PgPool,
        route: Route,
        has_nodes: bool,
    ) -> Self {
        Self {
            options,
            direct,
            control,
            route,
            has_nodes: AtomicBool::new(has_nodes),
            kept: Mutex::new(None),
        }
    }

    /// The engine: PostgreSQL, on one node or on several.
    pub fn engine(&self) -> Engine {
        if self.has_nodes.load(Ordering::Relaxed) {
            Engine::Citus
        } else {
            Engine::Postgres
        }
    }

    /// Notes whether the database is made for several nodes. Returns whether that is new; connections that are open have the
    /// settings of before then.
    pub fn set_has_nodes(&self, has_nodes: bool) -> bool {
        self.has_nodes.swap(has_nodes, Ordering::Relaxed) != has_nodes
    }

    fn beginnings(&self) -> &'static Beginnings {
        match self.engine() {
            Engine::Citus => &ON_SEVERAL_NODES,
            Engine::Postgres | Engine::Sqlite => &ON_ONE_NODE,
        }
    }

    /// Fails if PostgreSQL answers neither on the kept connection nor on a new one, which is kept then.
    async fn ping(&self) -> sqlx::Result<()> {
        let kept = self.kept().take();
        if let Some(mut connection) = kept
            && connection.ping().await.is_ok()
        {
            *self.kept() = Some(connection);
        } else if let Some(connection) = knock(&self.direct).await? {
            *self.kept() = Some(connection);
        }
        Ok(())
    }

    fn kept(&self) -> MutexGuard<'_, Option<PgConnection>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether prepared statements are there for the next transaction of a connection.
    pub const fn keeps_statements(&self) -> bool {
        matches!(
            self.route,
            Route::Direct
                | Route::Pooled {
                    carries_statements: true
                }
        )
    }
}

impl Driver for PostgresDriver {
    type Connection = PgConnection;
    /// The process of the server that answers, as long as it certainly serves no one else.
    type Stop = Option<i32>;

    async fn open(&self) -> sqlx::Result<(PgConnection, Option<i32>)> {
        let mut connection = self.options.connect().await?;
        let process = match self.route {
            Route::Direct => ask_process(&mut connection, self.beginnings().session).await?,
            Route::Pooled { .. } => None,
        };
        Ok((connection, process))
    }

    async fn stop(&self, process: &Option<i32>) -> sqlx::Result<()> {
        let Some(process) = process else { return Ok(()) };
        sqlx::query("SELECT pg_cancel_backend($1)")
            .bind(process)
            .execute(&self.control)
            .await
            .map(drop)
    }

    fn resume(&self, _: &Option<i32>) {}

    fn begin_writing(&self) -> &'static str {
        match self.route {
            Route::Direct => self.beginnings().writing,
            Route::Pooled { .. } => self.beginnings().writing_pooled,
        }
    }

    /// Behind a pooler, all statements run in transactions: only there the process stays the same.
    fn begin_reading(&self) -> Option<&'static str> {
        matches!(self.route, Route::Pooled { .. }).then_some(self.beginnings().reading_pooled)
    }

    async fn run(
        &self,
        connection: &mut PgConnection,
        process: &mut Option<i32>,
        statement: &'static str,
    ) -> sqlx::Result<()> {
        if self.route == Route::Direct {
            return connection.execute(statement).await.map(drop);
        }
        // Once COMMIT is on its way, the pooler may give the process to another caller.
        *process = None;
        *process = ask_process(connection, statement).await?;
        Ok(())
    }

    async fn probe(&self) -> sqlx::Result<()> {
        let pooler = async {
            match self.route {
                Route::Direct => Ok(None),
                // A pooler whose processes are all busy lets statements wait, but no connections.
                Route::Pooled { .. } => knock(&self.options).await,
            }
        };
        tokio::try_join!(self.ping(), pooler).map(drop)
    }

    async fn close(&self) {
        let kept = self.kept().take();
        if let Some(connection) = kept {
            // The server may be gone already.
            let _ = connection.close().await;
        }
    }
}

/// Opens a connection. A server that has none left, or refuses this user, answers all the same.
async fn knock(options: &PgConnectOptions) -> sqlx::Result<Option<PgConnection>> {
    match options.connect().await {
        Ok(connection) => Ok(Some(connection)),
        Err(sqlx::Error::Database(error)) => {
            let code = error
                .try_downcast_ref::<PgDatabaseError>()
                .map(PgDatabaseError::code);
            // admin_shutdown, crash_shutdown, cannot_connect_now
            if matches!(code, Some("57P01" | "57P02" | "57P03")) {
                Err(sqlx::Error::Database(error))
            } else {
                Ok(None)
            }
        }
        Err(error) => Err(error),
    }
}

/// Runs simple statements, and returns the process if the last of them asks for it.
async fn ask_process(connection: &mut PgConnection, statements: &'static str) -> sqlx::Result<Option<i32>> {
    let row = sqlx::raw_sql(statements).fetch_optional(connection).await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// The driver of SQLite. Connections are opened to the file that was there first, not to one that took its place.
#[derive(Clone)]
pub struct SqliteDriver {
    options: SqliteConnectOptions,
    file: Arc<DatabaseFile>,
}

impl SqliteDriver {
    /// Creates a driver for a file.
    pub const fn new(options: SqliteConnectOptions, file: Arc<DatabaseFile>) -> Self {
        Self { options, file }
    }

    /// The options with which connections are opened. They create no file.
    pub const fn options(&self) -> &SqliteConnectOptions {
        &self.options
    }

    /// The file.
    pub fn file(&self) -> &DatabaseFile {
        &self.file
    }
}

impl Driver for SqliteDriver {
    type Connection = SqliteConnection;
    /// Whether statements are to stop.
    type Stop = Arc<AtomicBool>;

    async fn open(&self) -> sqlx::Result<(SqliteConnection, Arc<AtomicBool>)> {
        let mut connection = self.options.connect().await?;
        self.file.check()?;
        let stop = Arc::new(AtomicBool::new(false));
        let is_stopped = stop.clone();
        connection
            .lock_handle()
            .await?
            .set_progress_handler(BETWEEN_LOOKS, move || !is_stopped.load(Ordering::Relaxed));
        Ok((connection, stop))
    }

    async fn stop(&self, stop: &Arc<AtomicBool>) -> sqlx::Result<()> {
        stop.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Takes the place of the one writer at once: a lock that is taken later fails.
    fn begin_writing(&self) -> &'static str {
        "BEGIN IMMEDIATE"
    }

    fn resume(&self, stop: &Arc<AtomicBool>) {
        stop.store(false, Ordering::Relaxed);
    }

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        _: &mut Arc<AtomicBool>,
        statement: &'static str,
    ) -> sqlx::Result<()> {
        connection.execute(statement).await.map(drop)
    }

    async fn probe(&self) -> sqlx::Result<()> {
        self.file.check()
    }
}

/// The file of a database, recognized by its device and inode.
pub struct DatabaseFile {
    path: PathBuf,
    identity: OnceLock<(u64, u64)>,
}

impl DatabaseFile {
    /// Names a file that need not be there yet.
    pub const fn new(path: PathBuf) -> Self {
        Self {
            path,
            identity: OnceLock::new(),
        }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Fails if there is no file at the path, or another one than at the first check: what is written to the open file is
    /// lost then.
    pub fn check(&self) -> sqlx::Result<()> {
        let found = fs::metadata(&self.path)?;
        let identity = (found.dev(), found.ino());
        if *self.identity.get_or_init(|| identity) == identity {
            return Ok(());
        }
        let message = format!("{} was replaced by another file", self.path.display());
        Err(sqlx::Error::Io(io::Error::other(message)))
    }
}
