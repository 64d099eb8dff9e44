//! The creation of a contact: the rows that the product writes for it, in one statement.

use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::value::RawValue;
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Answer, json};

/// The slots of the entity limit.
const SLOTS: i32 = 16;

/// The rows of a contact as the product has written them once, but for ids and times, which are new.
#[derive(Deserialize)]
struct Rows {
    tenant: i32,
    contact: Contact,
    /// The words of the search index, each with its marks, and whether its row has the times of the contact.
    words: Vec<String>,
    marks: Vec<String>,
    timed: Vec<bool>,
}

/// The columns of a contact that are not always the same for new ones.
#[derive(Deserialize)]
struct Contact {
    created_by: Uuid,
    first_name: String,
    last_name: String,
    title: Option<String>,
    organization_id: Uuid,
    phone_numbers: Json<Box<RawValue>>,
    email_addresses: Json<Box<RawValue>>,
    addresses: Json<Box<RawValue>>,
    sort_name: String,
    sort_first: String,
    search_text: String,
    search_marks: String,
}

/// Writes the contact, its words, the change and the count, and returns the contact.
pub async fn create(State(pool): State<PgPool>, body: Bytes) -> Answer {
    let rows: Rows = serde_json::from_slice(&body)?;
    let contact = rows.contact;
    let statement = sqlx::query_scalar(include_str!("w6_create.sql"))
        .bind(rows.tenant)
        .bind(Uuid::now_v7())
        .bind(contact.created_by)
        .bind(contact.first_name)
        .bind(contact.last_name)
        .bind(contact.title)
        .bind(contact.organization_id)
        .bind(contact.phone_numbers)
        .bind(contact.email_addresses)
        .bind(contact.addresses)
        .bind(contact.sort_name)
        .bind(contact.sort_first)
        .bind(contact.search_text)
        .bind(contact.search_marks)
        .bind(rows.words)
        .bind(rows.marks)
        .bind(rows.timed)
        .bind(Uuid::now_v7())
        .bind(fastrand::i32(0..SLOTS));
    json(statement.fetch_one(&pool).await?)
}
