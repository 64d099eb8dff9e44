//! One PostgreSQL server for a whole test run.
//!
//! Tests may be threads of one process or processes of their own, and any of them may be killed. So nobody owns the
//! server: whoever uses it holds a shared lock on `users.lock`, which the system gives back however a process ends, and
//! a watcher (a small shell script) ends the server when it gets that lock for itself. All of it is in one folder:
//!
//! ```text
//! $TMPDIR/external-contacts-tests-…/   one for each user and checkout
//!   users.lock                         held by everyone who uses the server
//!   start.lock                         held while somebody starts it
//!   watch.lock                         held by the watcher
//!   server/                            the server's data, log, socket and password; removed when it ends
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::{env, io};

use anyhow::{Context, Result, bail, ensure};

/// The beginning of every home's name.
const HOME: &str = "external-contacts-tests-";
/// The number of attempts to start: the port was free when it was chosen, but may be taken when the server starts.
const TRIES: usize = 5;
/// Nothing here must survive a crash, so nothing waits for the disk.
const SETTINGS: &str = "
    fsync = off
    synchronous_commit = off
    full_page_writes = off
    wal_level = minimal
    max_wal_senders = 0
    max_connections = 300
    listen_addresses = '127.0.0.1'
    unix_socket_permissions = 0700
";
/// Ends the server after some seconds without users. Takes the home and `pg_ctl`. A test that arrives in the meantime
/// waits for `users.lock`, and starts a new server.
const WATCHER: &str = r#"
    trap '' HUP INT
    exec 8<"$1/watch.lock" 9<"$1/users.lock"
    flock -n 8 || exit 0
    until flock 9 8<&- && flock -u 9 && sleep 5 8<&- 9<&- && flock -n 9; do :; done
    "$2" stop -D "$1/server/data" -m immediate 8<&- 9<&-
    rm -rf "$1/server"
    flock -u 8
"#;

/// Returns the URL of one of the server's databases, starting the server if necessary.
pub fn url(database: &str) -> String {
    static SERVER: LazyLock<Result<Server>> = LazyLock::new(Server::join);
    match &*SERVER {
        Ok(server) => format!("{}/{database}?sslmode=disable", server.address),
        Err(error) => panic!("no PostgreSQL for the tests: {error:#}"),
    }
}

/// The server, for as long as this process uses it.
struct Server {
    /// `postgres://user:password@host:port`.
    address: String,
    /// Holds the shared lock.
    _use: File,
}

impl Server {
    /// Uses the server of this run, starting it if necessary.
    fn join() -> Result<Self> {
        let home = Home::open()?;
        let users = home.lock_file("users.lock")?;
        users.lock_shared()?;
        let start = home.lock_file("start.lock")?;
        start.lock()?;
        let address = match home.running() {
            Some(address) => address,
            None => home.start(&start)?,
        };
        home.sweep()?;
        Ok(Self { address, _use: users })
    }
}

/// The folder of the server and the programs that work on it.
struct Home {
    path: PathBuf,
    programs: PathBuf,
    /// The user who runs the server if the tests run as root, which PostgreSQL refuses.
    user: Option<(u32, u32)>,
}

impl Home {
    /// Finds the programs and the user, and makes the folder.
    fn open() -> Result<Self> {
        let me = tempfile::tempfile()?.metadata()?.uid();
        let user = if me == 0 { Some(unprivileged_user()?) } else { None };
        let mut key = DefaultHasher::new();
        (me, env!("CARGO_MANIFEST_DIR")).hash(&mut key);
        let path = env::temp_dir().join(format!("{HOME}{:08x}", key.finish() >> 32));
        let home = Self {
            path,
            programs: installed_programs()?,
            user,
        };
        home.make_folder(&home.path)
            .with_context(|| home.path.display().to_string())?;
        Ok(home)
    }

    /// Makes a folder of the server's user that others cannot read. It must not exist before, so that it is not another
    /// user's.
    fn make_folder(&self, path: &Path) -> Result<()> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
            Ok(()) => self.give(path)?,
            Err(_) => {}
        }
        let (owner, me) = (
            fs::symlink_metadata(path)?.uid(),
            tempfile::tempfile()?.metadata()?.uid(),
        );
        // Root may find it just made and not given away yet.
        ensure!(
            owner == me || Some(owner) == self.user.map(|(user, _)| user),
            "belongs to somebody else"
        );
        Ok(())
    }

    fn give(&self, path: &Path) -> io::Result<()> {
        self.user
            .map_or(Ok(()), |(user, group)| chown(path, Some(user), Some(group)))
    }

    fn lock_file(&self, name: &str) -> io::Result<File> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.path.join(name))
    }

    fn server(&self) -> PathBuf {
        self.path.join("server")
    }

    /// The address of the server, if it is there.
    fn running(&self) -> Option<String> {
        let address = fs::read_to_string(self.server().join("address")).ok()?;
        let port = address.rsplit(':').next()?.parse().ok()?;
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
        self.pg_ctl("status")
            .stdin(Stdio::null())
            .output()
            .ok()?
            .status
            .success()
            .then_some(address)
    }

    /// Starts a server in place of what a dead run may have left. Its programs hold `start` as well (as their standard
    /// input), so that nobody starts another while an orphan of a killed test is still at it.
    fn start(&self, start: &File) -> Result<String> {
        let _ = self
            .pg_ctl("stop")
            .args(["-m", "immediate"])
            .stdin(start.try_clone()?)
            .output();
        match fs::remove_dir_all(self.server()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => self.make_folder(&self.server())?,
        }
        let password = password()?;
        let file = self.server().join("password");
        fs::write(&file, &password)?;
        self.give(&file)?;
        // Text in a person's order unless a column says otherwise, so that a forgotten `COLLATE "C"` shows.
        let mut initdb = self.program("initdb");
        initdb
            .args([
                "--username=postgres",
                "--auth-host=password",
                "--auth-local=peer",
                "--no-sync",
            ])
            .args([
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=icu",
                "--icu-locale=und",
            ])
            .arg("--pwfile=password")
            .arg("data");
        finish(initdb.stdin(start.try_clone()?))?;
        let port = self.serve(start)?;
        let address = format!("postgres://postgres:{password}@127.0.0.1:{port}");
        fs::write(self.server().join("address"), &address)?;
        Ok(address)
    }

    /// Lets the server listen; gives the port.
    fn serve(&self, start: &File) -> Result<u16> {
        let mut settings = OpenOptions::new()
            .append(true)
            .open(self.server().join("data/postgresql.conf"))?;
        settings.write_all(SETTINGS.as_bytes())?;
        writeln!(
            settings,
            "unix_socket_directories = '{}'",
            self.server().display()
        )?;
        let mut tried = Ok(());
        for _ in 0..TRIES {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            writeln!(settings, "port = {port}")?;
            tried = finish(
                self.pg_ctl("start")
                    .args(["-w", "-l", "log"])
                    .stdin(start.try_clone()?),
            );
            if tried.is_ok() {
                return Ok(port);
            }
        }
        let log = fs::read_to_string(self.server().join("log")).unwrap_or_default();
        tried.context(log).map(|()| 0)
    }

    /// Sees to it that this server, and any that a run with another target folder left behind, has a watcher. One that
    /// has it already sends the second away.
    fn sweep(&self) -> Result<()> {
        for entry in fs::read_dir(env::temp_dir())? {
            let path = entry?.path();
            let is_home = path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(HOME));
            let owner = fs::metadata(&path).map(|home| home.uid()).ok();
            if is_home && path.join("server").exists() && owner == Some(fs::metadata(&self.path)?.uid()) {
                self.watch(&path)
                    .context("the watcher, a shell script that needs `flock`")?;
            }
        }
        Ok(())
    }

    fn watch(&self, path: &Path) -> Result<()> {
        for name in ["watch.lock", "users.lock"] {
            OpenOptions::new()
                .create(true)
                .append(true)
                .open(path.join(name))?;
        }
        self.command("sh")
            .args(["-c", WATCHER, "watcher"])
            .args([path, &self.programs.join("pg_ctl")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Not among those that end with the test's process.
            .process_group(0)
            .spawn()?;
        Ok(())
    }

    fn pg_ctl(&self, action: &str) -> Command {
        let mut command = self.program("pg_ctl");
        command.args([action, "-D", "data"]);
        command
    }

    fn program(&self, name: &str) -> Command {
        let mut command = self.command(self.programs.join(name));
        command.current_dir(self.server());
        command
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("LC_ALL", "C").current_dir(&self.path);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }
}

/// Runs a program to its end.
fn finish(command: &mut Command) -> Result<()> {
    let done = command.output().with_context(|| format!("{command:?}"))?;
    if !done.status.success() {
        bail!(
            "{command:?}: {}\n{}{}",
            done.status,
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
    }
    Ok(())
}

/// The folder of `initdb` and `pg_ctl`: `POSTGRES_BIN`, or one on the path, or the newest where Debian puts them.
pub fn installed_programs() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("POSTGRES_BIN") {
        return Ok(folder.into());
    }
    let mut installed: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    installed.sort_by_key(|folder| {
        let version = folder.parent().and_then(Path::file_name);
        version.and_then(|version| version.to_str()?.parse::<u32>().ok())
    });
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(installed.into_iter().rev())
        .find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
        .context("install PostgreSQL 15 or newer, or set POSTGRES_BIN to the folder of initdb and pg_ctl")
}

/// A user that root can run the server as, and its group.
pub fn unprivileged_user() -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| {
            let mut fields = users
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{name}:")))?
                .split(':');
            Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
        })
        .context("root cannot run PostgreSQL, and there is neither a user `postgres` nor `nobody`")
}

/// Other users of this machine can reach the port.
fn password() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}
