//! A database of SQLite.

use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::{files, machine, migrations};
use crate::cli::output::explain;
use crate::store::{SqliteContent, SqliteState};

/// The size up to which a file is always checked for damage.
const QUICK: u64 = 256 << 20;
/// The endings of the files beside a database.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Checks the file, its folder and its content.
pub(super) async fn check(path: &Path, thorough: bool) -> Vec<Finding> {
    let folder = folder_of(path);
    let size = path.metadata().map_or(0, |file| file.len());
    let mut findings = vec![check_folder(&folder)];
    findings.push(machine::check_space(&existing(&folder), size));
    if !path.exists() {
        let text = format!(
            "{} does not exist; `serve` or `migrate` creates it",
            path.display()
        );
        findings.push(Finding::ok("database", text));
        return findings;
    }
    let beside = BESIDE.map(|ending| PathBuf::from(format!("{}{ending}", path.display())));
    let all = [&folder, path, &beside[0], &beside[1]];
    findings.push(files::check_database(&all));
    let is_checked = thorough || size <= QUICK;
    match SqliteState::read(path, is_checked).await {
        Ok(state) => {
            findings.push(Finding::ok(
                "database",
                format!(
                    "SQLite {}, {} of {}",
                    state.version,
                    path.display(),
                    machine::bytes(size)
                ),
            ));
            findings.extend(check_content(state.content));
        }
        Err(error) => findings.push(Finding::problem(
            "database",
            explain(&error.into()),
            "restore a backup if it is damaged",
        )),
    }
    findings
}

fn check_content(content: Option<SqliteContent>) -> Vec<Finding> {
    let Some(content) = content else {
        return vec![Finding::warning(
            "database",
            "there is a write-ahead log without its index, as after a copy of the files",
            "start the server, which writes it back, and run `doctor` again to check the content",
        )];
    };
    let mut findings = vec![migrations::check(&content.migrations)];
    if !content.is_wal && content.migrations.applied > 0 {
        findings.push(Finding::warning(
            "database",
            "the file has no write-ahead log; another program has changed its journal mode",
            "start the server, which sets it to `wal` again",
        ));
    }
    findings.push(match content.damage {
        None => Finding::ok("integrity", "not checked: the file is large; use --thorough"),
        Some(damage) if damage.is_empty() => Finding::ok("integrity", "the file has no damage"),
        Some(damage) => Finding::problem(
            "integrity",
            format!("the file is damaged: {}", damage.join("; ").replace('\n', " ")),
            "stop the server, and restore a backup",
        ),
    });
    findings
}

fn check_folder(folder: &Path) -> Finding {
    let existing = existing(folder);
    let text = existing.display();
    if !existing.is_dir() {
        Finding::problem(
            "folder",
            format!("{text} is not a folder"),
            "name another by --data",
        )
    } else if !machine::may_write(&existing) {
        Finding::problem(
            "folder",
            format!("this user may not write to {text}"),
            "run `doctor` as the user of the server, or `chown` the folder to it",
        )
    } else if existing == folder {
        Finding::ok("folder", format!("{text} can be written to"))
    } else {
        Finding::ok(
            "folder",
            format!("{} does not exist; `serve` creates it", folder.display()),
        )
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The folder, or the nearest one above it that exists.
fn existing(folder: &Path) -> PathBuf {
    let found = folder.ancestors().find(|folder| folder.exists());
    found.map_or_else(|| PathBuf::from("."), Path::to_owned)
}
