//! A PostgreSQL server of one test, which may stop and hang it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Output};

use super::server::{installed_programs, unprivileged_user};

/// A running server, ended with this value.
pub struct OwnServer {
    folder: tempfile::TempDir,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
}

impl OwnServer {
    /// Starts a server with an empty database.
    pub fn start() -> Self {
        use std::os::unix::fs::{MetadataExt as _, chown};

        let folder = tempfile::tempdir().unwrap();
        let is_root = folder.path().metadata().unwrap().uid() == 0;
        let user = is_root.then(|| unprivileged_user().unwrap());
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let server = Self {
            folder,
            programs: installed_programs().unwrap(),
            user,
            port,
        };
        let initdb = [
            "-D",
            "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
        ];
        server.run("initdb", &initdb);
        let settings = format!(
            "fsync = off\nport = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
        );
        fs::write(server.folder.path().join("data/postgresql.auto.conf"), settings).unwrap();
        server.start_again();
        server
    }

    /// The URL of its database.
    pub fn url(&self) -> String {
        format!(
            "postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable",
            self.port
        )
    }

    /// Starts it after a stop.
    pub fn start_again(&self) {
        self.run("pg_ctl", &["start", "-w", "-D", "data", "-l", "log"]);
    }

    /// Stops it without a checkpoint, as a crash does.
    pub fn stop(&self) {
        self.run("pg_ctl", &["stop", "-m", "immediate", "-D", "data"]);
    }

    /// Stops all of its processes from running (`STOP`), or lets them go on (`CONT`).
    pub fn signal(&self, signal: &str) {
        let file = fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap();
        let postmaster = file.lines().next().unwrap().to_owned();
        let children = Command::new("ps")
            .args(["-o", "pid=", "--ppid", &postmaster])
            .output()
            .unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        let signal = format!("-{signal}");
        let send = |process: &str| {
            Command::new("kill")
                .args([signal.as_str(), process])
                .output()
                .unwrap()
        };
        // Children end by themselves meanwhile.
        let is_sent = send(&postmaster).status.success();
        children.split_whitespace().for_each(|child| drop(send(child)));
        assert!(is_sent || std::thread::panicking());
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = self.output(program, arguments);
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {arguments:?}: {said}\n{log}");
    }

    fn output(&self, program: &str, arguments: &[&str]) -> Output {
        use std::os::unix::process::CommandExt as _;

        let mut command = Command::new(self.programs.join(program));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("LC_ALL", "C");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        // A server that was started keeps what it inherits.
        let to = fs::File::create(self.folder.path().join("errors")).unwrap();
        let status = command
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(to)
            .status()
            .unwrap();
        let stderr = fs::read(self.folder.path().join("errors")).unwrap();
        Output {
            status,
            stdout: Vec::new(),
            stderr,
        }
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        if self.folder.path().join("data/postmaster.pid").exists() {
            self.signal("CONT");
            let _ = self.output("pg_ctl", &["stop", "-m", "immediate", "-D", "data"]);
        }
    }
}
