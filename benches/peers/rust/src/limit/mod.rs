//! The limit: what this machine and this database can do, without GraphQL, checks or permissions.

mod create;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

/// An answer in JSON, or the message of an error.
type Answer = Result<Response, Failure>;

/// An error of the body or of the database, answered with status 500: none is expected.
struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0).into_response()
    }
}

/// Returns a route for each workload.
pub fn router(pool: PgPool) -> Router {
    let by_id = |statement: &'static str| {
        post(move |State(pool): State<PgPool>, body: Bytes| by_id(statement, pool, body))
    };
    let by_words = |statement: &'static str| {
        post(move |State(pool): State<PgPool>, body: Bytes| by_words(statement, pool, body))
    };
    Router::new()
        .route("/W1", by_id(include_str!("w1_contact.sql")))
        .route("/W2", post(page))
        .route("/W3", by_id(include_str!("w3_organization.sql")))
        .route("/W4", by_words(include_str!("w4_narrow_search.sql")))
        .route("/W5", by_words(include_str!("w5_broad_search.sql")))
        .route("/W6", post(create::create))
        .route("/W7", by_words(include_str!("w7_lookup.sql")))
        .route("/W8", post(entities))
        .with_state(pool)
}

fn json(text: String) -> Answer {
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}

#[derive(Deserialize)]
struct ById {
    tenant: i32,
    id: Uuid,
}

async fn by_id(statement: &'static str, pool: PgPool, body: Bytes) -> Answer {
    let ById { tenant, id } = serde_json::from_slice(&body)?;
    json(
        sqlx::query_scalar(statement)
            .bind(tenant)
            .bind(id)
            .fetch_one(&pool)
            .await?,
    )
}

#[derive(Deserialize)]
struct Page {
    tenant: i32,
    after: i64,
}

async fn page(State(pool): State<PgPool>, body: Bytes) -> Answer {
    let Page { tenant, after } = serde_json::from_slice(&body)?;
    let page = sqlx::query_scalar(include_str!("w2_page.sql"));
    json(page.bind(tenant).bind(after).fetch_one(&pool).await?)
}

#[derive(Deserialize)]
struct ByWords<'a> {
    tenant: i32,
    #[serde(borrow)]
    words: Vec<&'a str>,
}

async fn by_words(statement: &'static str, pool: PgPool, body: Bytes) -> Answer {
    let ByWords { tenant, words } = serde_json::from_slice(&body)?;
    let mut query = sqlx::query_scalar(statement).bind(tenant);
    for word in words {
        query = query.bind(word);
    }
    json(query.fetch_one(&pool).await?)
}

#[derive(Deserialize)]
struct ByIds {
    tenant: i32,
    ids: Vec<Uuid>,
}

async fn entities(State(pool): State<PgPool>, body: Bytes) -> Answer {
    let ByIds { tenant, ids } = serde_json::from_slice(&body)?;
    let entities = sqlx::query_scalar(include_str!("w8_entities.sql"));
    json(entities.bind(tenant).bind(ids).fetch_one(&pool).await?)
}
