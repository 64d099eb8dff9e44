//! Every setting with its default, its flag and its environment variable. `Debug` hides secrets.

use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use crate::http::{AdmissionSettings, DrainSettings, TlsSettings, parse_origin};
use crate::limits::Limits;
use crate::store::{DEFAULT_TRASH_DAYS, DatabaseUrl, OpenError};

/// A setting that is a secret or may hold one. Its text is read when it is used and not with the arguments: an argument that cannot
/// be read is printed by the parser of the command line.
#[derive(Clone)]
pub struct Hidden(String);

impl FromStr for Hidden {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl Hidden {
    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The settings of the database.
#[derive(Clone, Debug, Args)]
pub struct DataConfig {
    /// The folder of the embedded database and of the development key. `serve` creates it.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_DATA",
        default_value = "data",
        value_name = "DIR"
    )]
    pub data: PathBuf,
    /// The database: `postgres://user:password@host:5432/name`. Defaults to an SQLite file in `--data`.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<Hidden>,
    /// A file with the URL of the database, which may hold a password.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_DATABASE_URL_FILE",
        value_name = "FILE",
        conflicts_with = "database_url"
    )]
    pub database_url_file: Option<PathBuf>,
    /// The URL of PostgreSQL itself, if `--database-url` leads to a pooler in transaction mode: migrations, LISTEN and the
    /// cancelling of statements go past the pooler.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_DIRECT_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub direct_url: Option<Hidden>,
    /// A file with that URL, which may hold a password.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_DIRECT_URL_FILE",
        value_name = "FILE",
        conflicts_with = "direct_url"
    )]
    pub direct_url_file: Option<PathBuf>,
    /// The maximum number of connections to the database (of readers, with SQLite).
    #[arg(long, env = "EXTERNAL_CONTACTS_CONNECTIONS", default_value_t = 16, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub connections: u32,
}

impl DataConfig {
    /// The database: the URL that is given, itself or in a file, or the SQLite file in the data folder.
    pub fn database_url(&self) -> Result<DatabaseUrl, ConfigError> {
        let both = "--database-url and --database-url-file";
        let url = one_url(
            self.database_url.as_ref(),
            self.database_url_file.as_deref(),
            both,
        )?
        .unwrap_or_else(|| DatabaseUrl::embedded(&self.data));
        let both = "--direct-url and --direct-url-file";
        match one_url(self.direct_url.as_ref(), self.direct_url_file.as_deref(), both)? {
            Some(direct) => Ok(url.before(direct)?),
            None => Ok(url),
        }
    }
}

/// The settings for verifying tokens.
#[derive(Clone, Debug, Default, Args)]
pub struct TokenConfig {
    /// The secret that tokens are signed with (HS256, HS384, HS512), at least 32 bytes. Needs --issuer and --audience.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_JWT_SECRET",
        value_name = "SECRET",
        hide_env_values = true,
        conflicts_with_all = ["jwt_secret_file", "jwks_file", "jwks_url"]
    )]
    pub jwt_secret: Option<Hidden>,
    /// A file with that secret, re-read periodically. A line break at its end is no part of the secret.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_JWT_SECRET_FILE",
        value_name = "FILE",
        conflicts_with_all = ["jwks_file", "jwks_url"]
    )]
    pub jwt_secret_file: Option<PathBuf>,
    /// A file with the identity provider's public keys (a JSON Web Key Set), re-read periodically. Needs --issuer and
    /// --audience.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_JWKS_FILE",
        value_name = "FILE",
        conflicts_with = "jwks_url"
    )]
    pub jwks_file: Option<PathBuf>,
    /// The URL of the identity provider's public keys (a JSON Web Key Set), re-read periodically. Needs --issuer and
    /// --audience.
    #[arg(long, env = "EXTERNAL_CONTACTS_JWKS_URL", value_name = "URL")]
    pub jwks_url: Option<url::Url>,
    /// The longest time that a key is accepted after its withdrawal, in seconds, while its file or URL can be read. A new key
    /// is accepted within 30 seconds, whatever this is.
    #[arg(long, env = "EXTERNAL_CONTACTS_JWKS_REFRESH", default_value_t = 300, value_name = "SECONDS",
          value_parser = clap::value_parser!(u32).range(60..=86_400))]
    pub jwks_refresh: u32,
    /// The issuer that tokens must have (`iss`).
    #[arg(long, env = "EXTERNAL_CONTACTS_ISSUER", value_name = "ISSUER")]
    pub issuer: Option<String>,
    /// The audience that tokens must have (`aud`).
    #[arg(long, env = "EXTERNAL_CONTACTS_AUDIENCE", value_name = "AUDIENCE")]
    pub audience: Option<String>,
    /// The claim with the tenant's name.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_TENANT_CLAIM",
        default_value = "tenant",
        value_name = "CLAIM"
    )]
    pub tenant_claim: String,
}

impl TokenConfig {
    /// The number of sources of keys that are given.
    fn sources(&self) -> usize {
        [
            self.jwt_secret.is_some(),
            self.jwt_secret_file.is_some(),
            self.jwks_file.is_some(),
            self.jwks_url.is_some(),
        ]
        .into_iter()
        .filter(|is_given| *is_given)
        .count()
    }

    fn check(&self) -> Result<(), ConfigError> {
        let claims = [("--issuer", &self.issuer), ("--audience", &self.audience)];
        let missing: Vec<&str> = claims
            .into_iter()
            .filter(|(_, value)| value.as_ref().is_none_or(String::is_empty))
            .map(|(flag, _)| flag)
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(ConfigError::MissingClaims(missing))
        }
    }
}

/// The settings for accepted operations.
#[derive(Clone, Debug, Default, Args)]
pub struct OperationConfig {
    /// Refuse operations by GET.
    #[arg(long, env = "EXTERNAL_CONTACTS_NO_GET")]
    pub no_get: bool,
    /// Trusted documents, which clients name by `documentId`: a folder of `*.graphql` files, or a manifest (a JSON object
    /// from ids to texts, or Apollo's). Read at the start.
    #[arg(long, env = "EXTERNAL_CONTACTS_DOCUMENTS", value_name = "PATH")]
    pub documents: Option<PathBuf>,
    /// Refuse every operation that is not a trusted document, those of the playground included. Needs --documents.
    #[arg(long, env = "EXTERNAL_CONTACTS_ONLY_DOCUMENTS")]
    pub only_documents: bool,
}

/// The settings for what operators see of a running server.
#[derive(Clone, Debug, Default, Args)]
pub struct TelemetryConfig {
    /// The address of the metrics for Prometheus, at `/metrics`: a port (on loopback), or a host and a port. They are for
    /// the operator's own network: they need no token.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_METRICS_LISTEN",
        value_name = "ADDRESS",
        value_parser = parse_address
    )]
    pub metrics_listen: Option<SocketAddr>,
    /// The collector that traces are sent to by the OpenTelemetry protocol over HTTP, such as `http://localhost:4318`.
    /// Without it there are none.
    #[arg(long, env = "EXTERNAL_CONTACTS_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<url::Url>,
    /// The share of requests that are traced, from 0 to 1.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_TRACED_SHARE",
        default_value_t = 1.0,
        value_name = "SHARE",
        value_parser = parse_share
    )]
    pub traced_share: f64,
}

/// The settings of `serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeConfig {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub data: DataConfig,
    /// The address to listen on: a port, or a host and a port. Port 0 takes a free port and prints it.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS",
        value_parser = parse_address
    )]
    pub listen: SocketAddr,
    /// Run for development on this machine: with a tenant `default`, one user who has every permission, a key of its own in
    /// `--data`, and the playground. Listens on loopback only.
    #[arg(long, env = "EXTERNAL_CONTACTS_DEV")]
    pub dev: bool,
    /// Fill an empty database with demo data (with `--dev`).
    #[arg(long, env = "EXTERNAL_CONTACTS_DEMO")]
    pub demo: bool,
    /// Serve the playground at `/` (always on with `--dev`).
    #[arg(long, env = "EXTERNAL_CONTACTS_PLAYGROUND")]
    pub playground: bool,
    /// The number of days that changes are kept: for the list `changes`, and for resuming a subscription.
    #[arg(long, env = "EXTERNAL_CONTACTS_CHANGES_KEPT", default_value_t = 90, value_name = "DAYS",
          value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub changes_kept: u32,
    /// The number of days that deleted records can be restored, at most; a tenant may have fewer. With 0, deletions are final.
    #[arg(long, env = "EXTERNAL_CONTACTS_TRASH_KEPT", default_value_t = DEFAULT_TRASH_DAYS, value_name = "DAYS",
          value_parser = clap::value_parser!(u32).range(0..=365))]
    pub trash_kept: u32,
    /// Allow pages of this origin, such as `https://app.example.com`, to use the API (CORS, and the `Origin` of
    /// WebSockets). Repeatable; in the environment separated by commas. With `--dev`, pages of this machine are allowed
    /// anyway.
    #[arg(
        long = "cors-origin",
        env = "EXTERNAL_CONTACTS_CORS_ORIGINS",
        value_name = "ORIGIN",
        value_delimiter = ',',
        value_parser = parse_origin
    )]
    pub cors_origins: Vec<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub tls: TlsSettings,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub operations: OperationConfig,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub tokens: TokenConfig,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub telemetry: TelemetryConfig,
    #[command(flatten, next_help_heading = "Bounds of what is taken on at the same time")]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub admission: AdmissionSettings,
    #[command(flatten, next_help_heading = "The end of the server")]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub drain: DrainSettings,
    #[command(flatten, next_help_heading = "Limits of one operation")]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub limits: Limits,
    /// The memory for parsed and checked operations that are kept for the next request, in bytes; 0 keeps none.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_OPERATION_CACHE_BYTES",
        default_value_t = 32 * 1024 * 1024,
        value_name = "BYTES"
    )]
    pub operation_cache_bytes: u64,
}

/// The reason why the program cannot start with these settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no key to verify tokens with.
    #[error(
        "no token can be verified: give --jwt-secret, --jwt-secret-file, --jwks-file or --jwks-url with --issuer and --audience, or --dev on your own machine"
    )]
    NoVerification,
    /// There is a key, but an expected claim is missing.
    #[error("tokens cannot be verified without {}", .0.join(" and "))]
    MissingClaims(Vec<&'static str>),
    /// Development mode is for this machine only.
    #[error("--dev listens on loopback only, not on {0}; leave out --dev, or listen on 127.0.0.1")]
    DevelopmentOutside(SocketAddr),
    /// Development mode brings its own key.
    #[error(
        "--dev has a key of its own: leave out --jwt-secret, --jwt-secret-file, --jwks-file and --jwks-url, or --dev"
    )]
    DevelopmentWithKeys,
    /// Settings exclude each other. The command line says so itself, but not of values in the configuration file.
    #[error("{0} exclude each other: give one of them")]
    Several(&'static str),
    /// A setting is of no use without another.
    #[error("{0} needs {1}")]
    Needs(&'static str, &'static str),
    /// The file with the database's URL cannot be used.
    #[error("cannot read the URL of the database in {0}: {1}")]
    UrlFile(PathBuf, String),
    /// The database URL cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl ServeConfig {
    /// Checks settings that depend on each other.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.demo && !self.dev {
            return Err(ConfigError::Needs("--demo", "--dev"));
        }
        if self.operations.only_documents && self.operations.documents.is_none() {
            return Err(ConfigError::Needs("--only-documents", "--documents"));
        }
        match (&self.tls.tls_cert, &self.tls.tls_key) {
            (Some(_), None) => return Err(ConfigError::Needs("--tls-cert", "--tls-key")),
            (None, Some(_)) => return Err(ConfigError::Needs("--tls-key", "--tls-cert")),
            _ => {}
        }
        self.data.database_url()?;
        let sources = self.tokens.sources();
        match (self.dev, sources > 0) {
            _ if sources > 1 => Err(ConfigError::Several(
                "--jwt-secret, --jwt-secret-file, --jwks-file and --jwks-url",
            )),
            (true, true) => Err(ConfigError::DevelopmentWithKeys),
            (true, false) if !self.listen.ip().is_loopback() => {
                Err(ConfigError::DevelopmentOutside(self.listen))
            }
            (false, false) => Err(ConfigError::NoVerification),
            (false, true) => self.tokens.check(),
            _ => Ok(()),
        }
    }
}

/// Returns the URL that is given, itself or in a file. `both` are the names of the two.
fn one_url(
    url: Option<&Hidden>,
    file: Option<&Path>,
    both: &'static str,
) -> Result<Option<DatabaseUrl>, ConfigError> {
    match (url, file) {
        (Some(_), Some(_)) => Err(ConfigError::Several(both)),
        (Some(url), None) => Ok(Some(url.text().parse()?)),
        (None, Some(path)) => read_url(path).map(Some),
        (None, None) => Ok(None),
    }
}

/// Reads a database's URL from a file. Its text is left out of errors.
fn read_url(path: &Path) -> Result<DatabaseUrl, ConfigError> {
    let failed = |reason: String| ConfigError::UrlFile(path.to_owned(), reason);
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    text.trim()
        .parse()
        .map_err(|error: OpenError| failed(error.to_string()))
}

/// Parses a share of a whole, from 0 to 1.
fn parse_share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("must be a number from 0 to 1".to_owned()),
    }
}

/// Parses an address to listen on: `8080`, `:8080`, `localhost:8080`, `127.0.0.1:8080` or `[::1]:8080`. A port alone is on
/// loopback.
fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    if let Ok(port) = text.strip_prefix(':').unwrap_or(text).parse() {
        return Ok(SocketAddr::new(loopback, port));
    }
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let found: Vec<SocketAddr> = text
        .to_socket_addrs()
        .map_err(|_| "write it as 8080, localhost:8080 or 127.0.0.1:8080".to_owned())?
        .collect();
    // The name of a machine may have both kinds; most clients try IPv4 as well.
    let ipv4 = found.iter().find(|address| address.is_ipv4());
    ipv4.or(found.first())
        .copied()
        .ok_or_else(|| "this name has no address".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_a_port_alone_or_a_name() {
        for text in ["8090", ":8090", "127.0.0.1:8090", "localhost:8090"] {
            assert_eq!(
                parse_address(text).unwrap().to_string(),
                "127.0.0.1:8090",
                "{text}"
            );
        }
        assert_eq!(parse_address("[::1]:1").unwrap().to_string(), "[::1]:1");
        for wrong in ["", "localhost", "127.0.0.1", "70000", "nowhere.invalid:80"] {
            assert!(parse_address(wrong).is_err(), "{wrong}");
        }
    }
}
