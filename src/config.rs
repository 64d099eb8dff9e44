//! Every setting, with its default, its flag and its environment name. `Debug` hides secrets.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::limits::Limits;
use crate::store::{DatabaseUrl, OpenError};

/// Where the data is.
#[derive(Clone, Debug, Args)]
pub struct DataConfig {
    /// The folder of the embedded database and of the development key. It is made when it is not there.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_DATA",
        default_value = "data",
        value_name = "DIR"
    )]
    pub data: PathBuf,
    /// The database: `postgres://user:password@host:5432/name`. Left out, an SQLite file in `--data`.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: Option<DatabaseUrl>,
    /// Most connections to the database (of readers, with SQLite).
    #[arg(long, env = "EXTERNAL_CONTACTS_CONNECTIONS", default_value_t = 16, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub connections: u32,
}

impl DataConfig {
    /// The database that is meant.
    pub fn database_url(&self) -> DatabaseUrl {
        self.database_url
            .clone()
            .unwrap_or_else(|| DatabaseUrl::embedded(&self.data))
    }
}

/// How tokens are verified.
#[derive(Clone, Default, Args)]
pub struct TokenConfig {
    /// The secret that tokens are signed with (HS256, HS384, HS512): at least 32 bytes.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_JWT_SECRET",
        value_name = "SECRET",
        hide_env_values = true,
        conflicts_with_all = ["jwks_file", "jwks_url"]
    )]
    pub jwt_secret: Option<String>,
    /// A file with the identity provider's public keys (a JSON Web Key Set); read again when it changes.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_JWKS_FILE",
        value_name = "FILE",
        conflicts_with = "jwks_url"
    )]
    pub jwks_file: Option<PathBuf>,
    /// Where the identity provider publishes its keys; fetched again as they rotate.
    #[arg(long, env = "EXTERNAL_CONTACTS_JWKS_URL", value_name = "URL")]
    pub jwks_url: Option<url::Url>,
    /// Who must have issued a token (`iss`).
    #[arg(long, env = "EXTERNAL_CONTACTS_ISSUER", value_name = "ISSUER")]
    pub issuer: Option<String>,
    /// For whom a token must be (`aud`).
    #[arg(long, env = "EXTERNAL_CONTACTS_AUDIENCE", value_name = "AUDIENCE")]
    pub audience: Option<String>,
    /// The claim that names the tenant.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_TENANT_CLAIM",
        default_value = "tenant",
        value_name = "CLAIM"
    )]
    pub tenant_claim: String,
}

impl fmt::Debug for TokenConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenConfig")
            .field("jwt_secret", &self.jwt_secret.as_ref().map(|_| "…"))
            .field("jwks_file", &self.jwks_file)
            .field("jwks_url", &self.jwks_url.as_ref().map(url::Url::as_str))
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("tenant_claim", &self.tenant_claim)
            .finish()
    }
}

/// Which operations are accepted, and how they come.
#[derive(Clone, Debug, Default, Args)]
pub struct OperationConfig {
    /// Refuse operations by GET.
    #[arg(long, env = "EXTERNAL_CONTACTS_NO_GET")]
    pub no_get: bool,
    /// Trusted documents, which clients name by `documentId`: a folder of `*.graphql` files, or a manifest (JSON, from ids
    /// to texts, or Apollo's). Read at the start.
    #[arg(long, env = "EXTERNAL_CONTACTS_DOCUMENTS", value_name = "PATH")]
    pub documents: Option<PathBuf>,
    /// Refuse every operation that is not of a trusted document, the playground's own included.
    #[arg(long, env = "EXTERNAL_CONTACTS_ONLY_DOCUMENTS", requires = "documents")]
    pub only_documents: bool,
}

/// What `serve` takes.
#[derive(Clone, Debug, Args)]
pub struct ServeConfig {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub data: DataConfig,
    /// Where to listen. Port 0 takes any free port and says which.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,
    /// For development on this machine: a tenant `default`, one user who may do everything, a key of its own in
    /// `--data`, and the playground. Listens on loopback only.
    #[arg(long, env = "EXTERNAL_CONTACTS_DEV")]
    pub dev: bool,
    /// Fill an empty database with demo data (with `--dev`).
    #[arg(long, env = "EXTERNAL_CONTACTS_DEMO", requires = "dev")]
    pub demo: bool,
    /// Serve the playground at `/` (always on with `--dev`).
    #[arg(long, env = "EXTERNAL_CONTACTS_PLAYGROUND")]
    pub playground: bool,
    /// How many days changes are kept: what `changes` gives, and for how long a subscription can be resumed.
    #[arg(long, env = "EXTERNAL_CONTACTS_CHANGES_KEPT", default_value_t = 90, value_name = "DAYS",
          value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub changes_kept: u32,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub operations: OperationConfig,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub tokens: TokenConfig,
    #[command(flatten, next_help_heading = "Limits of one operation")]
    #[expect(missing_docs, reason = "a group of settings, each with its own doc")]
    pub limits: Limits,
    /// How much memory operations that were read and checked before may take, in bytes, so that they need not be again;
    /// 0 keeps none.
    #[arg(
        long,
        env = "EXTERNAL_CONTACTS_OPERATION_CACHE_BYTES",
        default_value_t = 32 * 1024 * 1024,
        value_name = "BYTES"
    )]
    pub operation_cache_bytes: u64,
}

/// Why the program cannot start as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Nobody could be let in.
    #[error(
        "no token can be verified: give --jwt-secret, --jwks-file or --jwks-url with --issuer and --audience, or --dev on your own machine"
    )]
    NoVerification,
    /// Development stays on the machine.
    #[error("--dev listens on loopback only, not on {0}; leave out --dev, or listen on 127.0.0.1")]
    DevelopmentOutside(SocketAddr),
    /// One or the other.
    #[error("--dev has a key of its own: leave out --jwt-secret, --jwks-file and --jwks-url, or --dev")]
    DevelopmentWithKeys,
    /// The database cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl ServeConfig {
    /// Refuses what must not be started.
    pub fn check(&self) -> Result<(), ConfigError> {
        let has_key = self.tokens.jwt_secret.is_some()
            || self.tokens.jwks_file.is_some()
            || self.tokens.jwks_url.is_some();
        match (self.dev, has_key) {
            (true, true) => Err(ConfigError::DevelopmentWithKeys),
            (true, false) if !self.listen.ip().is_loopback() => {
                Err(ConfigError::DevelopmentOutside(self.listen))
            }
            (false, false) => Err(ConfigError::NoVerification),
            (false, true) if self.tokens.issuer.is_none() || self.tokens.audience.is_none() => {
                Err(ConfigError::NoVerification)
            }
            _ => Ok(()),
        }
    }
}
