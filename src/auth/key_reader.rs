//! The place that the keys of tokens are read from.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use chrono::{DateTime, Utc};
use reqwest::header::DATE;
use reqwest::{Client, redirect};
use tokio::io::AsyncReadExt;
use url::{Host, Url};

use super::key::{Key, KeySet};

/// The longest that fetching a key set may take.
const TIME_LIMIT: Duration = Duration::from_secs(5);
/// The largest key set, in bytes.
const LARGEST: usize = 1024 * 1024;

/// The text of keys.
pub(super) struct KeyText {
    /// The text.
    pub text: Vec<u8>,
    /// The time at which another machine says that it sent the text.
    pub answered_at: Option<DateTime<Utc>>,
}

impl From<Vec<u8>> for KeyText {
    fn from(text: Vec<u8>) -> Self {
        Self {
            text,
            answered_at: None,
        }
    }
}

/// A secret, or a file or a URL with keys.
pub(super) enum KeyReader {
    /// A shared secret.
    Secret(Vec<u8>),
    /// A file with a shared secret.
    SecretFile(PathBuf),
    /// A file with a key set.
    SetFile(PathBuf),
    /// An identity provider.
    SetUrl(Url, Client),
}

impl KeyReader {
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
        Ok(Self::SetUrl(
            url,
            client.build().context("cannot make a client for https")?,
        ))
    }

    /// Whether the keys come from another machine, which may be out of reach for a while.
    pub fn is_remote(&self) -> bool {
        matches!(self, Self::SetUrl(..))
    }

    /// Reads the current text of the keys.
    ///
    /// # Errors
    /// Fails when it cannot be read within 5 seconds, or is larger than 1 MiB.
    pub async fn read(&self) -> anyhow::Result<KeyText> {
        let read = match self {
            Self::Secret(secret) => secret.clone().into(),
            Self::SecretFile(path) | Self::SetFile(path) => read_file(path).await?.into(),
            // Without the URL: it may hold a secret, and errors are logged.
            Self::SetUrl(url, client) => fetch(url, client)
                .await
                .map_err(|error| error.downcast().map_or_else(|error| error, without_url))?,
        };
        ensure!(read.text.len() <= LARGEST, "it is larger than 1 MiB");
        Ok(read)
    }

    /// Parses the text of the keys.
    ///
    /// # Errors
    /// Fails when it has no key that can be used.
    pub fn parse(&self, text: &[u8]) -> anyhow::Result<KeySet> {
        match self {
            Self::Secret(_) => Ok(KeySet::Secret(Key::secret(text)?)),
            // Editors end a file with a line break, which is no part of the secret.
            Self::SecretFile(_) => Ok(KeySet::Secret(Key::secret(text.trim_ascii_end())?)),
            Self::SetFile(_) | Self::SetUrl(..) => KeySet::parse(text),
        }
    }
}

/// Reads a file, and stops past the limit, which the caller checks.
async fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    let file = tokio::fs::File::open(path).await?;
    file.take(LARGEST as u64 + 1).read_to_end(&mut text).await?;
    Ok(text)
}

/// Fetches the body, and stops past the limit, which the caller checks.
async fn fetch(url: &Url, client: &Client) -> anyhow::Result<KeyText> {
    let mut answer = client.get(url.clone()).send().await?;
    if !answer.status().is_success() {
        bail!("it answered {}", answer.status());
    }
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let answered_at = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let mut json = Vec::new();
    while json.len() <= LARGEST
        && let Some(chunk) = answer.chunk().await?
    {
        json.extend_from_slice(&chunk);
    }
    Ok(KeyText {
        text: json,
        answered_at: answered_at.map(|date| date.to_utc()),
    })
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
impl fmt::Display for KeyReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(_) => f.write_str("the secret that signs tokens"),
            Self::SecretFile(path) => write!(f, "the secret that signs tokens, in {}", path.display()),
            Self::SetFile(path) => write!(f, "the key set {}", path.display()),
            Self::SetUrl(url, _) => write!(
                f,
                "the key set {}{}",
                url.origin().ascii_serialization(),
                url.path()
            ),
        }
    }
}
