//! The program in a process of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::json;

/// A server that is ended with the test.
pub struct Served {
    pub child: Child,
    pub address: String,
}

impl Served {
    /// Runs a command that serves, and waits until it prints its address.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .split("://")
            .nth(1)
            .unwrap_or_else(|| panic!("no address in {line:?}"));
        let address = address.split('/').next().unwrap().to_owned();
        Self { child, address }
    }

    pub fn connect(&self) -> TcpStream {
        connect(&self.address)
    }

    /// Sends a request whose answer ends the connection, and returns the answer.
    pub fn answer(&self, request: &str) -> String {
        answer_at(&self.address, request)
    }

    pub fn ask(&self, token: &str, query: &str) -> String {
        let body = json!({ "query": query }).to_string();
        self.answer(&format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len(),
        ))
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(sent.success());
    }
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends a request whose answer ends the connection, and returns the answer.
pub fn answer_at(address: &str, request: &str) -> String {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already, as it was told.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the output of a command that must have succeeded.
pub fn printed(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}
