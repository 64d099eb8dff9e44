//! Backups of SQLite's file: whole, never half, and put back with a new epoch of changes.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use external_contacts::clock::Clock;
use external_contacts::id::Ids;
use external_contacts::store::{BackupError, DatabaseUrl, OpenError, Store, back_up, restore};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, SqliteConnection};

use crate::support::{TestApp, start};

const CREATE: &str =
    "mutation ($name: String!) { createContact(input: { lastName: $name }) { contact { id } } }";
const NAMES: &str = "{ contacts { nodes { lastName } } }";
const CURSORS: &str = "{ changes { nodes { cursor } } }";
const AFTER: &str = "query ($after: String!) { changes(after: $after) { nodes { cursor } } }";

fn quietly(_: u64, _: u64) {}

/// A database with two contacts, and a backup from between them.
struct Case {
    folder: tempfile::TempDir,
    database: PathBuf,
    backup: PathBuf,
    cursors: Value,
}

impl Case {
    /// No program uses the database.
    async fn new() -> Self {
        let (app, case) = Self::in_use().await;
        app.store.close().await;
        case
    }

    /// A program uses the database until it is dropped.
    async fn in_use() -> (TestApp, Self) {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("data/external-contacts.sqlite");
        let backup = folder.path().join("backup");
        let app = TestApp::new_at(DatabaseUrl::Sqlite(database.clone())).await;
        let admin = app.admin().await;
        admin.data(CREATE, json!({ "name": "Lovelace" })).await;
        back_up(&database, &backup, false, &quietly).await.unwrap();
        admin.data(CREATE, json!({ "name": "Hopper" })).await;
        let cursors = admin.data(CURSORS, json!({})).await["changes"]["nodes"].take();
        let case = Self {
            folder,
            database,
            backup,
            cursors,
        };
        (app, case)
    }

    /// Writes another file beside the backup.
    fn other(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    async fn restore(&self, backup: &Path) -> Result<Option<PathBuf>, BackupError> {
        restore(backup, &self.database, Some(start()), &quietly).await
    }

    /// The names and contents of the files in the database's folder.
    fn files(&self) -> BTreeSet<(PathBuf, Vec<u8>)> {
        let entries = fs::read_dir(self.database.parent().unwrap()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect()
    }
}

/// The last names of the contacts in a database.
async fn names(database: &Path) -> Value {
    let app = TestApp::at(DatabaseUrl::Sqlite(database.to_owned())).await;
    let names = app.admin().await.data(NAMES, json!({})).await["contacts"]["nodes"].take();
    app.store.close().await;
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_has_what_was_there_and_its_restore_expires_all_cursors() {
    let case = Case::new().await;
    let mode = fs::metadata(&case.backup).unwrap().permissions().mode();

    let kept = case.restore(&case.backup).await.unwrap().unwrap();

    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(names(&case.database).await, json!([{ "lastName": "Lovelace" }]));
    // The database that was there is kept, whole.
    assert_eq!(names(&kept).await.as_array().unwrap().len(), 2);
    let app = TestApp::at(DatabaseUrl::Sqlite(case.database.clone())).await;
    let admin = app.admin().await;
    for known in case.cursors.as_array().unwrap() {
        let refused = admin.errors(AFTER, json!({ "after": known["cursor"] })).await;
        assert!(refused.starts_with("CURSOR_EXPIRED "), "{refused}");
    }
    let anew = admin.data(CURSORS, json!({})).await;
    assert_eq!(anew["changes"]["nodes"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_beside_a_program_that_has_the_database_open_changes_nothing() {
    let (app, case) = Case::in_use().await;
    let refused = case.restore(&case.backup).await.unwrap_err();
    assert!(matches!(refused, BackupError::InUse(_)), "{refused}");
    app.store.close().await;
    drop(app);

    // A program that knows nothing of this one's locks.
    let url = format!("sqlite:{}", case.database.display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    other.execute("SELECT * FROM tenants").await.unwrap();
    let before = fs::read(&case.database).unwrap();
    let refused = case.restore(&case.backup).await.unwrap_err();
    assert!(matches!(refused, BackupError::InUse(_)), "{refused}");
    assert_eq!(fs::read(&case.database).unwrap(), before);
    other.close().await.unwrap();
    case.restore(&case.backup).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_no_whole_backup_is_refused_and_changes_nothing() {
    let case = Case::new().await;
    let bytes = fs::read(&case.backup).unwrap();
    let truncated = case.other("truncated", &bytes[..bytes.len() / 2]);
    let corrupt = case.other("corrupt", &bytes);
    let pages = fs::OpenOptions::new().write(true).open(&corrupt).unwrap();
    for page in 2..bytes.len() as u64 / 4096 {
        pages.write_all_at(&[0xa5; 64], page * 4096).unwrap();
    }
    let text = case.other("text", b"not a database");
    let empty = case.other("empty", b"");
    let newer = case.other("newer", &bytes);
    meddle(
        &newer,
        "INSERT INTO _sqlx_migrations VALUES (9999, 'later', '', TRUE, X'00', 0)",
    )
    .await;
    let dangling = case.other("dangling", &bytes);
    meddle(&dangling, "PRAGMA foreign_keys = OFF; UPDATE idempotency_keys SET tenant_id = 7; UPDATE users SET tenant_id = 7").await;
    let with_log = case.other("log", &bytes);
    case.other("log-wal", b"something");
    let before = case.files();

    for (backup, reason) in [
        (&truncated, "is damaged"),
        (&corrupt, "is damaged"),
        (&text, "is not a database of this program"),
        (&empty, "is not a database of this program"),
        (&newer, "written by a newer version"),
        (&dangling, "refers to one that is not there"),
        (&with_log, "has a log of its own"),
        (&case.folder.path().join("missing"), "there is no file"),
        (&case.database, "is the database itself"),
    ] {
        let refused = case.restore(backup).await.unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
        assert!(refused.contains(&*backup.to_string_lossy()), "{refused}");
        assert_eq!(case.files(), before, "{reason}");
    }
}

async fn meddle(file: &Path, statements: &'static str) {
    let url = format!("sqlite:{}", file.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    connection.execute(statements).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_replaces_no_file_unless_it_is_told_to_and_leaves_no_half() {
    let case = Case::new().await;
    let target = case.other("other", b"precious");
    // What an interrupted backup left behind.
    let half = case.other("other.part", b"half");
    let back_up_to = async |target, replaces| back_up(&case.database, target, replaces, &quietly).await;

    let refused = back_up_to(&target, false).await.unwrap_err();
    assert!(matches!(refused, BackupError::Exists(_)), "{refused}");
    assert_eq!(fs::read(&target).unwrap(), b"precious");
    let refused = back_up_to(&case.database, true).await.unwrap_err();
    assert!(matches!(refused, BackupError::Itself(_)), "{refused}");
    let written = back_up_to(&target, true).await.unwrap();

    assert_eq!(fs::metadata(&target).unwrap().len(), written);
    assert!(!half.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_a_database_that_is_damaged_is_kept_with_it() {
    let case = Case::new().await;
    fs::write(&case.database, "no longer a database").unwrap();
    let log = PathBuf::from(format!("{}-wal", case.database.display()));
    fs::write(&log, "its log").unwrap();

    let kept = case.restore(&case.backup).await.unwrap().unwrap();

    assert_eq!(fs::read(&kept).unwrap(), b"no longer a database");
    assert_eq!(fs::read(format!("{}-wal", kept.display())).unwrap(), b"its log");
    assert!(!log.exists());
    assert_eq!(names(&case.database).await, json!([{ "lastName": "Lovelace" }]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_restore_is_repeated_and_nothing_uses_the_database_meanwhile() {
    let case = Case::new().await;
    // The moment after the present database got its second name.
    let name = format!(
        "external-contacts.sqlite.before-{}",
        start().format("%Y%m%dT%H%M%SZ")
    );
    fs::hard_link(&case.database, case.database.with_file_name(name)).unwrap();
    let locks = case.database.with_file_name("external-contacts.sqlite.users");
    let locks = fs::File::create(locks).unwrap();
    locks.try_lock().unwrap();

    let url = DatabaseUrl::Sqlite(case.database.clone());
    let opened = Store::open(&url, 1, Clock::system(), Ids::random()).await;
    assert!(matches!(opened, Err(OpenError::BeingRestored(_))));
    let refused = case.restore(&case.backup).await.unwrap_err();
    assert!(matches!(refused, BackupError::InUse(_)), "{refused}");
    drop(locks);
    let kept = case.restore(&case.backup).await.unwrap().unwrap();

    assert_eq!(names(&kept).await.as_array().unwrap().len(), 2);
    assert_eq!(names(&case.database).await, json!([{ "lastName": "Lovelace" }]));
}
