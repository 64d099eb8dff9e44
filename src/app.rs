//! The program, opened from its configuration: the same for `main` and the tests.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::Router;
use chrono::TimeDelta;
use tokio::net::TcpListener;

use crate::auth::{Claims, DevelopmentKey, Identity, KeySource, Verifier, VerifierSettings};
use crate::clock::Clock;
use crate::config::{DataConfig, OperationConfig, ServeConfig, TokenConfig};
use crate::graphql;
use crate::http::playground::Token;
use crate::http::{self, Documents, Patience, Server, Streams, Surface};
use crate::id::Ids;
use crate::model::{Permissions, Region, TenantName};
use crate::operation::Operations;
use crate::store::Store;

/// The tenant of the development server.
pub const DEVELOPMENT_TENANT: &str = "default";
/// How often it is looked for changes that were kept long enough.
const BETWEEN_SWEEPS: Duration = Duration::from_mins(10);
/// How long a token of the playground is good.
const TOKEN_LIFETIME: Duration = Duration::from_hours(12);
/// Whom the development server's token speaks for.
pub const DEVELOPMENT_SUBJECT: &str = "developer";

/// The program, ready to answer.
pub struct App {
    /// What the handlers share.
    pub server: Arc<Server>,
    surface: Surface,
    changes_kept: TimeDelta,
}

impl App {
    /// Opens the database, brings its schema up to date, and builds everything else.
    pub async fn open(config: &ServeConfig, clock: Clock) -> anyhow::Result<Self> {
        config.check()?;
        let store = open_store(&config.data, clock.clone()).await?;
        let key = if config.dev {
            Some(development(&store, &config.data.data).await?)
        } else {
            None
        };
        let verifier = Verifier::new(settings(&config.tokens, key.clone())?, clock.clone()).await?;
        let schema = graphql::schema(config.limits);
        let operations = Operations::new(&schema.sdl(), config.limits, config.operation_cache_bytes)?;
        let server = Server {
            identity: Identity::new(store.clone(), verifier),
            documents: documents(&config.operations, &operations)?,
            operations,
            schema,
            store,
            allows_get: !config.operations.no_get,
            streams: Streams::default(),
        };
        let surface = Surface {
            playground: (config.dev || config.playground).then(|| playground_token(key, clock)),
            only_loopback_names: config.dev,
        };
        Ok(Self {
            server: Arc::new(server),
            surface,
            changes_kept: TimeDelta::days(config.changes_kept.into()),
        })
    }

    /// Every route.
    pub fn router(&self) -> Router {
        http::router(self.server.clone(), self.surface.clone())
    }

    /// Answers requests until `stop`; then lets those in flight finish, ends sockets and streams, and closes the database.
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let sweeper = tokio::spawn(sweep(self.server.store.clone(), self.changes_kept));
        let server = self.server.clone();
        let stop = async move {
            stop.await;
            server.streams.end();
        };
        http::serve(listener, self.router(), Patience::default(), stop).await;
        // A batch that is half done is rolled back.
        sweeper.abort();
        // Sockets are not requests any more, so they were not waited for.
        self.server.streams.ended().await;
        self.server.store.close().await;
    }
}

/// Deletes changes that were kept long enough, ever so often. Several servers may do so at once.
async fn sweep(store: Store, kept: TimeDelta) {
    loop {
        let before = store.clock().now() - kept;
        if let Err(error) = store.sweep_changes(before).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "old changes were not deleted"
            );
        }
        tokio::time::sleep(BETWEEN_SWEEPS).await;
    }
}

fn documents(config: &OperationConfig, operations: &Operations) -> anyhow::Result<Documents> {
    let Some(path) = &config.documents else {
        return Ok(Documents::default());
    };
    let documents = Documents::load(path, config.only_documents, operations)?;
    tracing::info!(
        count = documents.count(),
        only = config.only_documents,
        "trusted documents"
    );
    Ok(documents)
}

/// Opens the database and brings its schema up to date.
pub async fn open_store(config: &DataConfig, clock: Clock) -> anyhow::Result<Store> {
    let store = connect(config, clock).await?;
    store.migrate().await?;
    Ok(store)
}

/// Opens the database as it is.
pub async fn connect(config: &DataConfig, clock: Clock) -> anyhow::Result<Store> {
    Ok(Store::open(&config.database_url(), config.connections, clock, Ids::random()).await?)
}

/// The tenant and the key of the development server: made on first use.
async fn development(store: &Store, data: &Path) -> anyhow::Result<DevelopmentKey> {
    let name: TenantName = DEVELOPMENT_TENANT.parse()?;
    store.add_tenant(&name, &Region::default()).await?;
    development_key(data)
}

/// Where the development key is, for those who mint tokens with it.
pub fn development_key(data: &Path) -> anyhow::Result<DevelopmentKey> {
    std::fs::create_dir_all(data).with_context(|| format!("cannot make the folder {}", data.display()))?;
    DevelopmentKey::open(data)
}

/// What a token of the development server grants: everything, for a working day.
pub fn development_claims() -> Claims {
    Claims {
        subject: DEVELOPMENT_SUBJECT.to_owned(),
        tenant: DEVELOPMENT_TENANT.to_owned(),
        permissions: Permissions::all(),
        name: Some("Developer".to_owned()),
        email: Some("developer@example.com".to_owned()),
    }
}

fn playground_token(key: Option<DevelopmentKey>, clock: Clock) -> Token {
    Arc::new(move || {
        let key = key.as_ref()?;
        key.mint(&development_claims(), TOKEN_LIFETIME, &clock).ok()
    })
}

fn settings(config: &TokenConfig, key: Option<DevelopmentKey>) -> anyhow::Result<VerifierSettings> {
    let keys = match (key, &config.jwt_secret, &config.jwks_file, &config.jwks_url) {
        (Some(key), ..) => KeySource::Development(key),
        (None, Some(secret), ..) => KeySource::Secret(secret.clone().into_bytes()),
        (None, None, Some(file), _) => KeySource::JwksFile(file.clone()),
        (None, None, None, Some(url)) => KeySource::JwksUrl(url.clone()),
        (None, None, None, None) => bail!("no token can be verified"),
    };
    Ok(VerifierSettings {
        issuer: config.issuer.clone(),
        audience: config.audience.clone(),
        tenant_claim: config.tenant_claim.clone(),
        ..VerifierSettings::new(keys)
    })
}
