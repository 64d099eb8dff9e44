//! Files that hold secrets or data.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::finding::Finding;

/// The bits of a mode that are for other users than the owner.
const OTHERS: u32 = 0o077;
/// Those among them that a secret must not have. Its group may read it: the owner is often root, and the group the server's.
const OTHERS_OF_SECRETS: u32 = 0o037;

/// Checks a file with a secret, if it is there.
pub(super) fn check_secret(path: &Path) -> Option<Finding> {
    let mode = mode(path)?;
    Some(if mode & OTHERS_OF_SECRETS == 0 {
        Finding::ok("secrets", format!("{} is closed to other users", path.display()))
    } else {
        Finding::warning(
            "secrets",
            format!(
                "other users of this machine may use the secret in {} (mode {mode:04o})",
                path.display()
            ),
            format!("chmod 640 {}", path.display()),
        )
    })
}

/// Checks the files of an embedded database and their folder.
pub(super) fn check_database(files: &[&Path]) -> Finding {
    let open: Vec<(String, u32)> = files
        .iter()
        .filter_map(|path| Some((path.display().to_string(), mode(path)?)))
        .filter(|(_, mode)| mode & OTHERS != 0)
        .collect();
    let Some((_, mode)) = open.first() else {
        return Finding::ok("files", "the files of the database are for their owner alone");
    };
    let names: Vec<&str> = open.iter().map(|(name, _)| name.as_str()).collect();
    Finding::warning(
        "files",
        format!(
            "other users of this machine may use {} (mode {mode:04o})",
            names.join(", ")
        ),
        format!("chmod go= {}", names.join(" ")),
    )
}

fn mode(path: &Path) -> Option<u32> {
    Some(path.metadata().ok()?.permissions().mode() & 0o7777)
}
