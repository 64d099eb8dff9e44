//! The sockets that the server listens on: its own, or those that systemd has opened for it.

use std::io::ErrorKind;
use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use listenfd::ListenFd;
use socket2::SockRef;
use tokio::net::TcpListener;

use crate::config::{ConfigError, ServeConfig};

/// The name of the socket for the metrics: `FileDescriptorName=metrics`. Any other name is of the API.
const METRICS: &str = "metrics";

/// The sockets of a server.
pub(super) struct Listeners {
    pub api: TcpListener,
    pub metrics: Option<TcpListener>,
}

impl Listeners {
    /// Takes the sockets that systemd has opened, and opens those that it has not.
    pub(super) async fn open(config: &ServeConfig) -> anyhow::Result<Self> {
        let (mut api, mut metrics) = (None, None);
        for (name, listener) in inherited()? {
            let (place, setting) = if name == METRICS {
                (&mut metrics, "--metrics-listen")
            } else {
                (&mut api, "--listen")
            };
            let address = listener.local_addr()?;
            if place.replace(listener).is_some() {
                bail!(
                    "systemd opened two sockets for {setting}; one is used, and one named `{METRICS}` \
                     (FileDescriptorName={METRICS}) for --metrics-listen"
                );
            }
            tracing::info!(%address, name, setting, "a socket of systemd stands in for the setting");
        }
        let api = match api {
            Some(listener) => listener,
            None => listen(config.listen, "--listen").await?,
        };
        let address = api.local_addr()?;
        if config.dev && !address.ip().is_loopback() {
            return Err(ConfigError::DevelopmentOutside(address).into());
        }
        let metrics = match (metrics, config.telemetry.metrics_listen) {
            (Some(listener), _) => Some(listener),
            (None, Some(address)) => Some(listen(address, "--metrics-listen").await?),
            (None, None) => None,
        };
        Ok(Self { api, metrics })
    }
}

/// The sockets that systemd has opened for this process, with their names.
fn inherited() -> anyhow::Result<Vec<(String, TcpListener)>> {
    let sockets = "the sockets of systemd (LISTEN_FDS) cannot be used";
    // This library checks that they are for this process and knows their names; the other one takes them over.
    let names = sd_notify::listen_fds_with_names().context(sockets)?;
    let names: Vec<String> = names.map(|(_, name)| name).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut descriptors = ListenFd::from_env();
    let listeners = names.into_iter().enumerate().map(|(index, name)| {
        let listener = descriptors
            .take_tcp_listener(index)?
            .with_context(|| format!("`{name}` is missing"))?;
        if !SockRef::from(&listener).is_listener()? {
            bail!("`{name}` does not listen: Accept=yes is not supported");
        }
        listener.set_nonblocking(true)?;
        Ok((name, TcpListener::from_std(listener)?))
    });
    listeners.collect::<anyhow::Result<_>>().context(sockets)
}

async fn listen(address: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::AddrInUse => format!("; use {flag} with another port"),
            ErrorKind::PermissionDenied => {
                format!("; ports below 1024 are for root, use {flag} with another")
            }
            ErrorKind::AddrNotAvailable => format!("; {flag} must be an address of this machine"),
            _ => String::new(),
        };
        anyhow::anyhow!("cannot listen on {address}: {error}{hint}")
    })
}
