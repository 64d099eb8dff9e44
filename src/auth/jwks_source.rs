//! The place that an identity provider's key set is read from.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::{Client, redirect};
use tokio::io::AsyncReadExt;
use url::{Host, Url};

use super::key::KeySet;

/// The longest that fetching a key set may take.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// The largest key set, in bytes.
const LARGEST: usize = 1024 * 1024;

/// A file or a URL with a key set.
pub(super) enum JwksSource {
    /// A file.
    File(PathBuf),
    /// An identity provider.
    Url(Url, Client),
}

impl JwksSource {
    /// A key set on the web: by https, or by http on this machine. Redirects are not followed, as they could lead out of
    /// https.
    ///
    /// # Errors
    /// Fails when the URL is neither, or the system's certificates cannot be read.
    pub fn url(url: Url) -> anyhow::Result<Self> {
        let on_this_machine = is_loopback(&url);
        ensure!(
            url.scheme() == "https" || url.scheme() == "http" && on_this_machine,
            "the URL of the key set must begin with https:// (http:// is for this machine only)",
        );
        let mut client = Client::builder()
            .timeout(TIME_LIMIT)
            .redirect(redirect::Policy::none());
        if on_this_machine {
            client = client.no_proxy();
        }
        Ok(Self::Url(
            url,
            client.build().context("cannot make a client for https")?,
        ))
    }

    /// Reads the current key set.
    ///
    /// # Errors
    /// Fails when it cannot be read within 5 seconds, is larger than 1 MiB, or is not a key set.
    pub async fn load(&self) -> anyhow::Result<KeySet> {
        let json = match self {
            Self::File(path) => {
                let mut json = Vec::new();
                let file = tokio::fs::File::open(path).await?;
                file.take(LARGEST as u64 + 1).read_to_end(&mut json).await?;
                json
            }
            // Without the URL: it may hold a secret, and errors are logged.
            Self::Url(url, client) => fetch(url, client)
                .await
                .map_err(|error| error.downcast().map_or_else(|error| error, without_url))?,
        };
        ensure!(json.len() <= LARGEST, "it is larger than 1 MiB");
        KeySet::parse(&json)
    }
}

/// Fetches the body, and stops past the limit, which the caller checks.
async fn fetch(url: &Url, client: &Client) -> anyhow::Result<Vec<u8>> {
    let mut answer = client.get(url.clone()).send().await?;
    if !answer.status().is_success() {
        bail!("it answered {}", answer.status());
    }
    let mut json = Vec::new();
    while json.len() <= LARGEST
        && let Some(chunk) = answer.chunk().await?
    {
        json.extend_from_slice(&chunk);
    }
    Ok(json)
}

fn without_url(error: reqwest::Error) -> anyhow::Error {
    error.without_url().into()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Written for the log: without the query and credentials.
impl fmt::Display for JwksSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(url, _) => write!(f, "{}{}", url.origin().ascii_serialization(), url.path()),
        }
    }
}
