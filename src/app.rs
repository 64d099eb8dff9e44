//! The program, opened from its configuration: the same for `main` and the tests.

use std::future::pending;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::Router;
use chrono::TimeDelta;
use futures_util::{Stream, StreamExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::auth::{Claims, DevelopmentKey, Identity, KeySource, Verifier, VerifierSettings};
use crate::clock::Clock;
use crate::config::{DataConfig, OperationConfig, ServeConfig, TokenConfig};
use crate::graphql::{self, Executor};
use crate::http::playground::Token;
use crate::http::{
    self, Admission, AdmissionBounds, AllowedOrigins, ConnectionSettings, ConnectionTimeouts, Connections,
    Documents, DrainSettings, Lifecycle, PublicOptions, Resources, Server, Tls,
};
use crate::id::Ids;
use crate::limits::CallerLimits;
use crate::model::{Permissions, Region, TenantName};
use crate::operation::Operations;
use crate::store::{DatabaseUrl, Store, Tenant};

/// The tenant of the development server.
pub const DEVELOPMENT_TENANT: &str = "default";
/// The most connections that read the metrics.
const METRICS_CONNECTIONS: usize = 16;
/// The interval at which expired changes and idempotency keys are deleted.
const SWEEP_INTERVAL: Duration = Duration::from_mins(10);
/// The interval at which a restored database is noticed.
const EPOCH_INTERVAL: Duration = Duration::from_secs(5);
/// The lifetime of a token of the playground.
const TOKEN_LIFETIME: Duration = Duration::from_hours(12);
/// The user of the development server's token.
pub const DEVELOPMENT_SUBJECT: &str = "developer";

/// The program, ready to answer.
pub struct App {
    /// The state that the handlers share.
    pub server: Arc<Server>,
    tls: Option<Arc<Tls>>,
    options: PublicOptions,
    drain: DrainSettings,
    changes_kept: TimeDelta,
}

impl App {
    /// Builds the program from its settings, and opens the database and brings its schema up to date.
    pub async fn open(config: &ServeConfig, clock: Clock) -> anyhow::Result<Self> {
        config.check()?;
        let resources = Resources::of_process(config.data.connections);
        let bounds = AdmissionBounds::of(&config.admission, &resources);
        let executor = Executor::new(config.limits, bounds.of_caller());
        let sdl = graphql::operation_sdl(executor.schema());
        let operations = Operations::new(&sdl, config.limits, config.operation_cache_bytes)?;
        let tls = Tls::load(&config.tls)?;
        let documents = documents(&config.operations, &operations)?;
        let (verifier, key) = verifier(config, clock.clone()).await?;
        // Last, so that settings that cannot work leave no new database behind.
        let store = open_store(&config.data, clock.clone()).await?;
        store.keep_trash(config.trash_kept);
        if config.dev {
            store
                .system()
                .add_tenant(&DEVELOPMENT_TENANT.parse()?, &Region::default())
                .await?;
        }
        let server = Server {
            admission: Admission::new(bounds),
            identity: Identity::new(store.clone(), verifier),
            documents,
            operations,
            executor,
            store,
            allows_get: !config.operations.no_get,
            lifecycle: Lifecycle::default(),
        };
        let options = PublicOptions {
            playground: (config.dev || config.playground).then(|| playground_token(key, clock)),
            only_loopback_names: config.dev,
            origins: AllowedOrigins::new(config.cors_origins.clone(), config.dev),
        };
        Ok(Self {
            server: Arc::new(server),
            tls: tls.map(Arc::new),
            options,
            drain: config.drain,
            changes_kept: TimeDelta::days(config.changes_kept.into()),
        })
    }

    /// Builds the router.
    pub fn router(&self) -> Router {
        http::router(self.server.clone(), self.options.clone())
    }

    /// The scheme of the server's URLs.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// Returns a function that loads the certificate again, if the server has one, and returns the number of certificates.
    pub fn certificate_reload(&self) -> impl Fn() -> anyhow::Result<Option<usize>> + use<> {
        let tls = self.tls.clone();
        move || Ok(tls.as_deref().map(Tls::reload).transpose()?)
    }

    /// Serves the metrics until the result is aborted.
    pub fn serve_metrics(&self, listener: TcpListener) -> JoinHandle<()> {
        let router = http::metrics_router(self.server.store.clone());
        // Without stages: the metrics are there while the server drains.
        let stages = Lifecycle::default().watch();
        let settings = ConnectionSettings {
            most: METRICS_CONNECTIONS,
            timeouts: ConnectionTimeouts::default(),
            tls: None,
        };
        let connections = Connections::new(settings, router, stages);
        tokio::spawn(async move { connections.accept(listener).await })
    }

    /// Answers requests until the first of `stops`; then lets those in flight finish, ends sockets and streams, and closes the
    /// database. The second of `stops` ends all of this at once.
    pub async fn serve(self, listener: TcpListener, stops: impl Stream<Item = ()>) {
        let sweeper = tokio::spawn(sweep(self.server.store.clone(), self.changes_kept));
        let settler = tokio::spawn(settle_references(self.server.store.clone()));
        let epochs = tokio::spawn(begin_epochs(self.server.store.clone()));
        let bounds = &self.server.admission.bounds;
        bounds.log();
        let lifecycle = &self.server.lifecycle;
        let settings = ConnectionSettings {
            most: bounds.connections,
            timeouts: ConnectionTimeouts::default(),
            tls: self.tls.clone(),
        };
        let connections = Connections::new(settings, self.router(), lifecycle.watch());
        let mut stops = pin!(stops);
        let ended = async {
            next(&mut stops).await;
            http::drain(lifecycle, &connections, self.drain, next(&mut stops)).await;
            // A batch in progress is rolled back.
            sweeper.abort();
            settler.abort();
            epochs.abort();
            tokio::select! {
                () = self.server.store.close() => {}
                () = next(&mut stops) => {}
            }
        };
        tokio::join!(connections.accept(listener), ended);
    }
}

/// Waits for the next item, for good if there is none.
async fn next(mut stops: impl Stream<Item = ()> + Unpin) {
    if stops.next().await.is_none() {
        pending::<()>().await;
    }
}

/// Deletes expired changes, idempotency keys, the progress of imports and deleted records periodically. Of several servers, one does so at a
/// time.
async fn sweep(store: Store, kept: TimeDelta) {
    loop {
        let (system, before) = (store.system(), store.clock().now() - kept);
        for (swept, what) in [
            (system.sweep_changes(before).await, "changes"),
            (system.sweep_idempotency_keys().await, "idempotency keys"),
            (system.sweep_imports().await, "imports"),
            (system.sweep_trash().await, "deleted records"),
        ] {
            if let Err(error) = swept {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, what, "expired records were not deleted");
            }
        }
        tokio::time::sleep(SWEEP_INTERVAL).await;
    }
}

/// Settles what refers to records that were deleted or restored, after each change that leaves some, and periodically for those that
/// another server left.
async fn settle_references(store: Store) {
    loop {
        if let Err(error) = store.system().settle_references().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "references to deleted or restored records are not settled");
        }
        tokio::select! {
            () = store.system().references_left() => {}
            () = tokio::time::sleep(SWEEP_INTERVAL) => {}
        }
    }
}

/// Begins an epoch of changes when the database behind the connections has become another one: when a standby took the place
/// of a server, or a backup did. While the database cannot be reached, that is logged elsewhere.
async fn begin_epochs(store: Store) {
    loop {
        tokio::time::sleep(EPOCH_INTERVAL).await;
        if let Err(error) = store.system().begin_epoch().await {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "the epoch of changes is not known"
            );
        }
    }
}

/// Reads the trusted documents, checks each, and returns their number.
///
/// # Errors
/// Fails when one of them stops the start of a server.
pub fn check_documents(config: &ServeConfig) -> anyhow::Result<usize> {
    let Some(path) = &config.operations.documents else {
        return Ok(0);
    };
    let sdl = graphql::operation_sdl(&graphql::schema(config.limits, CallerLimits::default()));
    let operations = Operations::new(&sdl, config.limits, config.operation_cache_bytes)?;
    let documents = Documents::load(path, config.operations.only_documents, &operations)?;
    Ok(documents.count())
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

/// Opens the database and brings its schema up to date. A file that does not exist is created.
pub async fn open_store(config: &DataConfig, clock: Clock) -> anyhow::Result<Store> {
    let store = connect(config, clock).await?;
    store.migrate().await?;
    Ok(store)
}

/// Opens the database without migrating it. A file that does not exist is created.
pub async fn connect(config: &DataConfig, clock: Clock) -> anyhow::Result<Store> {
    Ok(Store::open(&config.database_url()?, config.connections, clock, Ids::random()).await?)
}

/// Opens a database that is there.
///
/// # Errors
/// Fails when the file of an embedded database does not exist.
pub async fn open_existing_store(config: &DataConfig, clock: Clock) -> anyhow::Result<Store> {
    if let DatabaseUrl::Sqlite(path) = config.database_url()?
        && !path.exists()
    {
        bail!(
            "there is no database {}; `external-contacts serve` or `external-contacts migrate` creates one",
            path.display()
        );
    }
    open_store(config, clock).await
}

/// Finds a tenant by its name.
pub async fn existing_tenant(store: &Store, name: &TenantName) -> anyhow::Result<Tenant> {
    store.system().tenant(&name.to_string()).await?.with_context(|| {
        format!("there is no tenant called {name}; `external-contacts tenant list` prints the tenants")
    })
}

/// Opens the development key, and creates the data folder and the key on first use.
pub fn development_key(data: &Path) -> anyhow::Result<DevelopmentKey> {
    std::fs::create_dir_all(data).with_context(|| format!("cannot create the folder {}", data.display()))?;
    DevelopmentKey::open(data)
}

/// Builds the verifier; in development mode with a key of its own.
async fn verifier(config: &ServeConfig, clock: Clock) -> anyhow::Result<(Verifier, Option<DevelopmentKey>)> {
    let key = if config.dev {
        Some(development_key(&config.data.data)?)
    } else {
        None
    };
    let verifier = Verifier::new(settings(&config.tokens, key.clone())?, clock).await?;
    Ok((verifier, key))
}

/// The claims of the development server's token: every permission.
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
    let keys = key
        .map(KeySource::Development)
        .or_else(|| key_source(config))
        .context("no token can be verified")?;
    Ok(VerifierSettings {
        issuer: config.issuer.clone(),
        audience: config.audience.clone(),
        tenant_claim: config.tenant_claim.clone(),
        refresh: Duration::from_secs(config.jwks_refresh.into()),
        ..VerifierSettings::new(keys)
    })
}

/// The source of the keys that verify tokens, outside of development mode.
pub fn key_source(config: &TokenConfig) -> Option<KeySource> {
    if let Some(secret) = &config.jwt_secret {
        Some(KeySource::Secret(secret.text().as_bytes().to_vec()))
    } else if let Some(path) = &config.jwt_secret_file {
        Some(KeySource::SecretFile(path.clone()))
    } else if let Some(path) = &config.jwks_file {
        Some(KeySource::JwksFile(path.clone()))
    } else {
        config.jwks_url.clone().map(KeySource::JwksUrl)
    }
}
