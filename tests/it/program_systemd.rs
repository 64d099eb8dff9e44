//! The program under systemd: sockets that are open already, and messages about its state.

use std::fs::File;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::support::served::{Served, answer_at};

/// Passes the sockets at descriptors 0 and 2 on as 3 and 4, as systemd does, in the process that becomes the program.
const PASS: &str = "exec 3<&0 4<&2 </dev/null 2>\"$LOG\"; LISTEN_PID=$$ exec \"$0\" \"$@\"";

/// A development server that two sockets are passed to, whose log is written to a file.
fn passing(folder: &Path, sockets: [TcpListener; 2], names: &str) -> Command {
    let [first, second] = sockets.map(|socket| Stdio::from(OwnedFd::from(socket)));
    let mut command = Command::new("sh");
    command
        .args(["-c", PASS, env!("CARGO_BIN_EXE_external-contacts")])
        .args(["serve", "--dev", "--data"])
        .arg(folder)
        .env("LOG", folder.join("log"))
        .env("LISTEN_FDS", "2")
        .env("LISTEN_FDNAMES", names)
        .stdin(first)
        .stderr(second);
    command
}

fn bound(address: &str) -> TcpListener {
    TcpListener::bind(address).unwrap()
}

fn refusal(output: &Output, folder: &Path) -> String {
    assert!(!output.status.success());
    let mut log = String::new();
    File::open(folder.join("log"))
        .unwrap()
        .read_to_string(&mut log)
        .unwrap();
    log
}

#[test]
fn sockets_that_systemd_has_opened_are_used_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let sockets = [bound("127.0.0.1:0"), bound("127.0.0.1:0")];
    let [metrics, api] = [0, 1].map(|index: usize| sockets[index].local_addr().unwrap().to_string());
    // Waits in the socket until the server is there.
    let _early = TcpStream::connect(&api).unwrap();

    let served = Served::start(&mut passing(
        folder.path(),
        sockets,
        "metrics:external-contacts.socket",
    ));

    assert_eq!(served.address, api);
    let request = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert!(served.answer(request).starts_with("HTTP/1.1 200"));
    let metrics = answer_at(
        &metrics,
        "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    assert!(metrics.contains("external_contacts_streams"), "{metrics}");
}

#[test]
fn sockets_that_cannot_be_used_are_told_with_their_reason() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let two = [bound("127.0.0.1:0"), bound("127.0.0.1:0")];
    let output = passing(folder, two, "a:b").output().unwrap();
    let log = refusal(&output, folder);
    assert!(log.contains("two sockets for --listen"), "{log}");

    let outside = [bound("0.0.0.0:0"), bound("127.0.0.1:0")];
    let output = passing(folder, outside, "api:metrics").output().unwrap();
    let log = refusal(&output, folder);
    assert!(log.contains("--dev listens on loopback only"), "{log}");

    let listener = bound("127.0.0.1:0");
    let connected = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut command = passing(folder, [bound("127.0.0.1:0"), listener], "metrics:api");
    let output = command
        .stderr(Stdio::from(OwnedFd::from(connected)))
        .output()
        .unwrap();
    let log = refusal(&output, folder);
    assert!(log.contains("Accept=yes is not supported"), "{log}");
}

/// The socket that systemd listens on for the state of a service.
struct Supervisor(UnixDatagram);

impl Supervisor {
    /// The next message that is no sign of life.
    fn message(&self) -> String {
        loop {
            let message = self.any_message();
            if message != "WATCHDOG=1" {
                return message;
            }
        }
    }

    fn any_message(&self) -> String {
        let mut message = [0; 1024];
        let length = self.0.recv(&mut message).unwrap();
        String::from_utf8_lossy(&message[..length]).trim().to_owned()
    }
}

#[test]
fn systemd_is_told_of_the_servers_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let supervisor = Supervisor(UnixDatagram::bind(&path).unwrap());
    supervisor
        .0
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_external-contacts"));
    command
        .args(["serve", "--dev", "--listen", "0", "--data"])
        .arg(folder.path())
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "100000")
        .stderr(Stdio::null());
    let mut served = Served::start(&mut command);

    assert_eq!(supervisor.message(), "READY=1");
    for _ in 0..3 {
        assert_eq!(supervisor.any_message(), "WATCHDOG=1");
    }
    served.signal("HUP");
    let reloading = supervisor.message();
    let time = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=");
    assert!(
        time.is_some_and(|time| time.parse::<u64>().is_ok()),
        "{reloading}"
    );
    assert_eq!(supervisor.message(), "READY=1");
    served.signal("TERM");
    assert_eq!(supervisor.message(), "STOPPING=1");
    assert!(served.child.wait().unwrap().success());
}
