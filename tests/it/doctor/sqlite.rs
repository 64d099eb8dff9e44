//! Findings about a file of SQLite.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection};

use super::{Run, command, development, masked, migrate};
use crate::support::disk::SmallDisk;
use crate::support::served::Served;

/// A folder with a migrated database.
struct Data(tempfile::TempDir);

impl Data {
    fn migrated() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
        migrate(&["--data", folder.path().to_str().unwrap()]);
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self) -> PathBuf {
        self.path().join("external-contacts.sqlite")
    }

    fn run(&self) -> Run {
        development(self.path(), &[])
    }

    async fn execute(&self, statement: &str) {
        let url = format!("sqlite:{}", self.file().display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The first page of a table.
    async fn root_page(&self, table: &str) -> u64 {
        let url = format!("sqlite:{}", self.file().display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let page: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_master WHERE name = $1")
            .bind(table)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        page.try_into().unwrap()
    }

    fn serve(&self) -> Served {
        let mut command = command(&["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]);
        Served::start(command.arg(self.path()).stderr(Stdio::null()))
    }

    /// The files with their modes, times and texts. The index of the log is memory that processes share, with their locks.
    fn files(&self) -> BTreeMap<PathBuf, (u32, SystemTime, Vec<u8>)> {
        let entries = fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().path());
        entries
            .map(|path| {
                let file = path.metadata().unwrap();
                let is_index = path.to_str().unwrap().ends_with("-shm");
                let (time, text) = if is_index {
                    (SystemTime::UNIX_EPOCH, Vec::new())
                } else {
                    (file.modified().unwrap(), fs::read(&path).unwrap())
                };
                (path, (file.permissions().mode(), time, text))
            })
            .collect()
    }
}

#[test]
fn a_laptop_without_problems() {
    let data = Data::migrated();
    let run = data.run();
    insta::assert_snapshot!(masked(&run.text, data.path()), @r"
    ok       settings     the settings fit together
    ok       listen       127.0.0.1:8080 is reached from this machine only
    ok       descriptors  a process may open […], which suffices for […] connections from clients
    ok       keys         `serve --dev` creates its key
    ok       folder       [folder] can be written to
    ok       disk         [folder] has […] GiB left
    ok       files        the files of the database are for their owner alone
    ok       database     SQLite […], [folder]/external-contacts.sqlite of […] KiB
    ok       migrations   the database is at […], as this program
    ok       integrity    the file has no damage

    no problems, no warnings
    ");
    assert_eq!(run.status, 0);
}

#[test]
fn nothing_is_changed() {
    let data = Data::migrated();
    let before = data.files();
    data.run();
    assert_eq!(data.files(), before);

    // The log of a running server, and of one that was killed, stays as it is.
    let mut server = data.serve();
    let before = data.files();
    assert!(before.len() > 3, "a running server has a log");
    data.run().has("ok", "migrations", "as this program");
    assert_eq!(data.files(), before);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    data.run().has("ok", "migrations", "as this program");
    assert_eq!(data.files(), before);

    let missing = data.path().join("a/b");
    development(&missing, &[]).has("ok", "database", "`serve` or `migrate` creates it");
    assert!(!data.path().join("a").exists());
}

#[test]
fn a_log_without_its_index_is_left_to_the_server() {
    let data = Data::migrated();
    let mut server = data.serve();
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    fs::remove_file(format!("{}-shm", data.file().display())).unwrap();
    let before = data.files();

    data.run()
        .has("warning", "database", "a write-ahead log without its index");

    assert_eq!(data.files(), before);
}

#[test]
fn files_that_others_can_read_are_warned_of() {
    let data = Data::migrated();
    fs::set_permissions(data.file(), Permissions::from_mode(0o644)).unwrap();
    data.run().has(
        "warning",
        "files",
        "external-contacts.sqlite (mode 0644); chmod go=",
    );
    fs::set_permissions(data.file(), Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(data.path(), Permissions::from_mode(0o755)).unwrap();
    data.run().has("warning", "files", "(mode 0755)");
}

/// Root writes to every folder, unless it gives up that right.
#[test]
fn a_folder_that_cannot_be_written_to_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o500)).unwrap();
    let output = Command::new("setpriv")
        .args([
            "--bounding-set",
            "-dac_override",
            env!("CARGO_BIN_EXE_external-contacts"),
        ])
        .args(["doctor", "--dev", "--data"])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    Run::of(&output).has("problem", "folder", "this user may not write to");
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    development(&file.join("data"), &[]).has("problem", "folder", "is not a folder");
}

#[test]
fn a_disk_with_little_space_is_found() {
    let full = SmallDisk::mount("4m");
    development(full.path(), &[]).has("problem", "disk", "MiB left");
    let small = SmallDisk::mount("100m");
    development(small.path(), &[]).has("warning", "disk", "has 100 MiB left; make space");
    // A file that has this size, and takes no space.
    let file = File::create(small.path().join("external-contacts.sqlite")).unwrap();
    file.set_len(200 << 20).unwrap();
    development(small.path(), &[]).has("warning", "disk", "less than the 200 MiB of the database");
}

#[tokio::test]
async fn migrations_of_another_program_are_found() {
    let data = Data::migrated();
    data.execute("DELETE FROM _sqlx_migrations WHERE version > 11")
        .await;
    data.run()
        .has("warning", "migrations", "the database is at 11, this program at");
    data.execute("UPDATE _sqlx_migrations SET checksum = X'00' WHERE version = 3")
        .await;
    data.run().has(
        "problem",
        "migrations",
        "the migration 3 is not the one of this program",
    );
    data.execute("UPDATE _sqlx_migrations SET success = FALSE WHERE version = 2")
        .await;
    data.run()
        .has("problem", "migrations", "the migration 2 stopped half-way");
    data.execute("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 11")
        .await;
    data.run()
        .has("problem", "migrations", "a newer program: it is at 9999");
}

#[tokio::test]
async fn another_journal_mode_is_warned_of() {
    let data = Data::migrated();
    data.execute("PRAGMA journal_mode = DELETE").await;
    data.run()
        .has("warning", "database", "the file has no write-ahead log");
}

#[tokio::test]
async fn damage_is_found_and_a_large_file_is_checked_when_that_is_asked_for() {
    let data = Data::migrated();
    let page = data.root_page("contacts").await;
    let mut file = File::options().write(true).open(data.file()).unwrap();
    file.seek(SeekFrom::Start((page - 1) * 4096)).unwrap();
    file.write_all(&[0xff; 4096]).unwrap();
    data.run().has("problem", "integrity", "the file is damaged: ");

    // Pages that the database does not know make it large.
    file.set_len(257 << 20).unwrap();
    data.run()
        .has("ok", "integrity", "not checked: the file is large");
    development(data.path(), &["--thorough"]).has("problem", "integrity", "the file is damaged: ");
}

#[test]
fn a_file_that_is_no_database_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("external-contacts.sqlite"),
        "not a database, but text",
    )
    .unwrap();
    development(folder.path(), &[]).has("problem", "database", "file is not a database");
}
