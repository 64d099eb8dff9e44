//! A disk of a few bytes.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A small disk, unmounted with this value.
pub struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// Mounts a disk of some size, such as `4m`.
    pub fn mount(size: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&mounted.stderr);
        assert!(
            mounted.status.success(),
            "this test mounts a small disk, for which it must run as root: {said}"
        );
        Self(folder)
    }

    /// The folder that it is mounted at.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills the disk with a file.
    pub fn fill(&self) -> PathBuf {
        let path = self.0.path().join("filler");
        let mut file = File::create(&path).unwrap();
        while file.write_all(&[0; 512]).is_ok() {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
