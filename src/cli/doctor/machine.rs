//! The machine: descriptors and disks.

use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use super::finding::Finding;
use crate::config::ServeConfig;
use crate::http::{AdmissionBounds, Resources};

/// The space below which a database cannot go on for long, in bytes.
const LEAST_SPACE: u64 = 64 << 20;
/// The space below which an operator should look for more.
const LITTLE_SPACE: u64 = 1 << 30;

/// Checks whether the descriptors suffice for the connections.
pub(super) fn check(config: &ServeConfig) -> Finding {
    let resources = Resources::of_process(config.data.connections);
    let connections = AdmissionBounds::of(&config.admission, &resources).connections;
    let needed = resources.needed_descriptors(connections);
    let limit = resources.descriptors;
    if needed > limit {
        Finding::problem(
            "descriptors",
            format!(
                "{connections} connections from clients need {needed} descriptors, and a process may open {limit}"
            ),
            "raise the limit (`ulimit -n`, LimitNOFILE= of systemd), or lower --max-connections or --connections",
        )
    } else {
        Finding::ok(
            "descriptors",
            format!("a process may open {limit}, which suffices for {connections} connections from clients"),
        )
    }
}

/// Checks the space for a database that has a size: a backup, or a table that a migration writes anew, needs as much.
pub(super) fn check_space(folder: &Path, size: u64) -> Finding {
    let space = match statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            return Finding::warning(
                "disk",
                format!("the space of {} cannot be found out: {error}", folder.display()),
                "check it by `df`",
            );
        }
    };
    let text = format!("{} has {} left", folder.display(), bytes(space));
    if space < LEAST_SPACE {
        Finding::problem(
            "disk",
            text,
            "make space: writes are refused when the disk is full",
        )
    } else if space < size {
        Finding::warning(
            "disk",
            format!("{text}, less than the {} of the database", bytes(size)),
            "make space: a backup beside it and some migrations need as much as it has",
        )
    } else if space < LITTLE_SPACE {
        Finding::warning(
            "disk",
            text,
            "make space: writes are refused when the disk is full",
        )
    } else {
        Finding::ok("disk", text)
    }
}

/// Whether this user may create files in a folder.
pub(super) fn may_write(folder: &Path) -> bool {
    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// A number of bytes in a unit that people read.
pub(super) fn bytes(count: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    units
        .into_iter()
        .find(|(_, shift)| count >> shift > 0)
        .map_or_else(
            || format!("{count} bytes"),
            |(unit, shift)| format!("{} {unit}", count >> shift),
        )
}
