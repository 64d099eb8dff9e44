//! The stock library: async-graphql with its integration for axum and its loaders, as its guide shows them, over sqlx.
//!
//! Its schema and its statements are those of the servers in JavaScript (`node/schema.mjs`).

mod loaders;
mod model;
mod schema;

use async_graphql::dataloader::DataLoader;
use async_graphql_axum::{GraphQLRequest, GraphQLResponse};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use sqlx::PgPool;

use self::loaders::Db;
use self::schema::Api;

/// Returns the API at the root.
pub fn router(pool: PgPool) -> Router {
    Router::new()
        .route("/", post(answer))
        .with_state((schema::api(), pool))
}

async fn answer(
    State((api, pool)): State<(Api, PgPool)>,
    headers: HeaderMap,
    request: GraphQLRequest,
) -> GraphQLResponse {
    let tenant = headers.get("x-tenant-id").and_then(|value| value.to_str().ok());
    let tenant = tenant.and_then(|tenant| tenant.parse().ok()).unwrap_or_default();
    let loader = DataLoader::new(Db { pool, tenant }, tokio::spawn);
    api.execute(request.into_inner().data(loader)).await.into()
}
