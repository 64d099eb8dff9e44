//! The settings themselves.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;

use super::files;
use super::finding::Finding;
use crate::app;
use crate::config::ServeConfig;

/// The secrets that others may read because of the place where they are given.
#[derive(Debug, Default)]
pub struct Exposed {
    /// The flags that have a secret, which every user of the machine sees in the list of processes.
    pub flags: Vec<String>,
    /// The configuration file, if it has a secret.
    pub file: Option<PathBuf>,
}

/// Checks the places of secrets.
pub(super) fn check_exposed(exposed: &Exposed) -> Vec<Finding> {
    let in_flags = exposed.flags.iter().map(|flag| {
        Finding::warning(
            "secrets",
            format!("--{flag} is on the command line, where every user of this machine can read it"),
            format!("give it in a file, by --{flag}-file"),
        )
    });
    let in_file = exposed.file.as_deref().and_then(files::check_secret);
    in_flags.chain(in_file).collect()
}

/// Checks settings that depend on each other, and addresses.
pub(super) fn check(config: &ServeConfig) -> Vec<Finding> {
    let mut findings = vec![match config.check() {
        Ok(()) => Finding::ok("settings", "the settings fit together"),
        Err(error) => Finding::problem(
            "settings",
            error.to_string(),
            "`serve` refuses to start with them",
        ),
    }];
    findings.push(check_listen(config));
    findings.extend(config.telemetry.metrics_listen.map(check_metrics));
    findings.extend(check_origins(&config.cors_origins));
    findings.extend(check_documents(config));
    let files = [
        &config.data.database_url_file,
        &config.data.direct_url_file,
        &config.tokens.jwt_secret_file,
        &config.tls.tls_key,
    ];
    findings.extend(
        files
            .into_iter()
            .flatten()
            .filter_map(|file| files::check_secret(file)),
    );
    findings
}

fn check_listen(config: &ServeConfig) -> Finding {
    let address = config.listen;
    if let Some(problem) = foreign(address, "--listen") {
        problem
    } else if config.tls.tls_cert.is_some() {
        Finding::ok("listen", format!("{address} speaks HTTPS"))
    } else if is_public(address.ip()) {
        Finding::warning(
            "listen",
            format!("{address} is an address of the internet, and the server speaks plain HTTP there"),
            "use --tls-cert and --tls-key, or listen on a private address behind a proxy with TLS",
        )
    } else if address.ip().is_loopback() {
        Finding::ok("listen", format!("{address} is reached from this machine only"))
    } else {
        Finding::ok(
            "listen",
            format!("{address} speaks plain HTTP; clients need a proxy with TLS in front"),
        )
    }
}

fn check_metrics(address: SocketAddr) -> Finding {
    if let Some(problem) = foreign(address, "--metrics-listen") {
        problem
    } else if is_public(address.ip()) {
        Finding::warning(
            "metrics",
            format!("{address} is an address of the internet, and the metrics need no token"),
            "let --metrics-listen be an address of the operator's own network",
        )
    } else if address.ip().is_unspecified() {
        Finding::warning(
            "metrics",
            format!("{address} serves the metrics, which need no token, on every network of this machine"),
            "let --metrics-listen be the address that Prometheus uses",
        )
    } else {
        Finding::ok("metrics", format!("{address} is in the operator's own network"))
    }
}

/// The problem of an address that is not one of this machine. The port is not tried: the server may run.
fn foreign(address: SocketAddr, flag: &str) -> Option<Finding> {
    let error = TcpListener::bind((address.ip(), 0)).err()?;
    Some(Finding::problem(
        "listen",
        format!("{} cannot be listened on: {error}", address.ip()),
        format!("let {flag} be an address of this machine"),
    ))
}

/// Whether an address is reached from the internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            // RFC 6598: the networks between a provider and its customers.
            let is_shared = first == 100 && second & 0xc0 == 64;
            !(address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
                || is_shared)
        }
        IpAddr::V6(address) => {
            !(address.is_loopback()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || address.is_unspecified())
        }
    }
}

fn check_origins(origins: &[String]) -> Option<Finding> {
    let plain: Vec<&str> = origins
        .iter()
        .map(String::as_str)
        .filter(|origin| {
            origin
                .strip_prefix("http://")
                .is_some_and(|host| !host.starts_with("localhost") && !host.starts_with("127.0.0.1"))
        })
        .collect();
    if !plain.is_empty() {
        return Some(Finding::warning(
            "origins",
            format!(
                "pages of {} may use the API, and others on their way can change them",
                plain.join(", ")
            ),
            "serve them by https:// and change --cors-origin",
        ));
    }
    (!origins.is_empty()).then(|| {
        Finding::ok(
            "origins",
            format!("pages of {} may use the API", origins.join(", ")),
        )
    })
}

fn check_documents(config: &ServeConfig) -> Option<Finding> {
    let path = config.operations.documents.as_ref()?;
    Some(match app::check_documents(config) {
        Ok(count) => Finding::ok(
            "documents",
            format!("{} has {count} valid documents", path.display()),
        ),
        Err(error) => Finding::problem(
            "documents",
            format!("{error:#}"),
            "correct the document: it stops the start of the server",
        ),
    })
}
