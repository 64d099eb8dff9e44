//! The operations of the graph.

use async_graphql::{Context, EmptySubscription, ID, InputObject, Object, Result, Schema};
use const_format::formatcp;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::loaders::{ContactKey, OrganizationKey};
use super::model::{CONTACT, Contact, Organization, loader};

/// The schema.
pub type Api = Schema<Query, Mutation, EmptySubscription>;

/// Returns the schema.
pub fn api() -> Api {
    Schema::new(Query, Mutation, EmptySubscription)
}

pub struct Query;

#[Object]
impl Query {
    async fn contact(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Contact>> {
        let db = loader(ctx).loader();
        let statement = formatcp!("SELECT {CONTACT} FROM contacts AS c WHERE c.tenant_id = $1 AND c.id = $2");
        let contact = sqlx::query_as(statement)
            .bind(db.tenant)
            .bind(Uuid::parse_str(&id)?);
        Ok(contact.fetch_optional(&db.pool).await?)
    }

    async fn organization(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Organization>> {
        Ok(loader(ctx)
            .load_one(OrganizationKey(Uuid::parse_str(&id)?))
            .await?)
    }

    async fn contacts(&self, ctx: &Context<'_>, first: i64, after: i64) -> Result<Vec<Contact>> {
        let db = loader(ctx).loader();
        let statement = formatcp!(
            "SELECT {CONTACT} FROM contacts AS c WHERE c.tenant_id = $1 AND c.position > $2 \
             ORDER BY c.position LIMIT $3"
        );
        let contacts = sqlx::query_as(statement).bind(db.tenant).bind(after).bind(first);
        Ok(contacts.fetch_all(&db.pool).await?)
    }

    async fn search_contacts(
        &self,
        ctx: &Context<'_>,
        words: Vec<String>,
        first: i64,
    ) -> Result<Vec<Contact>> {
        let db = loader(ctx).loader();
        let mut query = QueryBuilder::new(formatcp!(
            "SELECT {CONTACT} FROM contacts AS c WHERE c.tenant_id = "
        ));
        query.push_bind(db.tenant);
        for word in words {
            query
                .push(" AND c.search_text LIKE ")
                .push_bind(format!("%{word}%"));
        }
        query.push(" ORDER BY c.sort_name, c.id LIMIT ").push_bind(first);
        // Not prepared: the plan depends on the words.
        Ok(query
            .build_query_as()
            .persistent(false)
            .fetch_all(&db.pool)
            .await?)
    }

    async fn count_contacts(&self, ctx: &Context<'_>, words: Vec<String>, most: i64) -> Result<i64> {
        let db = loader(ctx).loader();
        let mut query =
            QueryBuilder::new("SELECT count(*) FROM (SELECT FROM contacts AS c WHERE c.tenant_id = ");
        query.push_bind(db.tenant);
        for word in words {
            query
                .push(" AND c.search_text LIKE ")
                .push_bind(format!("%{word}%"));
        }
        query.push(" LIMIT ").push_bind(most).push(") AS counted");
        Ok(query
            .build_query_scalar()
            .persistent(false)
            .fetch_one(&db.pool)
            .await?)
    }

    async fn contacts_by_identifier(&self, ctx: &Context<'_>, value: String) -> Result<Vec<Contact>> {
        let db = loader(ctx).loader();
        let statement = formatcp!(
            "SELECT {CONTACT} FROM contact_identifiers AS i \
             JOIN contacts AS c ON c.tenant_id = i.tenant_id AND c.id = i.contact_id \
             WHERE i.tenant_id = $1 AND i.value = $2 ORDER BY i.contact_id LIMIT 10"
        );
        let contacts = sqlx::query_as(statement).bind(db.tenant).bind(value);
        Ok(contacts.fetch_all(&db.pool).await?)
    }

    async fn contacts_by_ids(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Contact>>> {
        let keys = ids.iter().map(|id| Uuid::parse_str(id).map(ContactKey));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let mut found = loader(ctx).load_many(keys.clone()).await?;
        Ok(keys.iter().map(|key| found.remove(key)).collect())
    }
}

#[derive(InputObject)]
struct NewContact {
    first_name: String,
    last_name: String,
    title: Option<String>,
    organization_id: Option<ID>,
    phones: Vec<String>,
    emails: Vec<String>,
    city: Option<String>,
    country: Option<String>,
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn create_contact(&self, ctx: &Context<'_>, input: NewContact) -> Result<Contact> {
        let db = loader(ctx).loader();
        let statement = formatcp!(
            "INSERT INTO contacts AS c (tenant_id, id, first_name, last_name, title, organization_id, phones, emails, \
             city, country, sort_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, lower($4 || ' ' || $3)) \
             RETURNING {CONTACT}"
        );
        let organization = input.organization_id.map(|id| Uuid::parse_str(&id)).transpose()?;
        let contact = sqlx::query_as(statement)
            .bind(db.tenant)
            .bind(Uuid::now_v7())
            .bind(input.first_name)
            .bind(input.last_name)
            .bind(input.title)
            .bind(organization)
            .bind(input.phones)
            .bind(input.emails)
            .bind(input.city)
            .bind(input.country);
        Ok(contact.fetch_one(&db.pool).await?)
    }
}
