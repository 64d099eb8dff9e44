//! The types of the graph, and their edges.

use async_graphql::dataloader::DataLoader;
use async_graphql::{ComplexObject, Context, Result, SimpleObject};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

use super::loaders::{ContactsOf, Db, NotesOf, OrganizationKey, RelationshipsOf, Subject, UserKey};

/// The columns of a contact.
pub const CONTACT: &str = "c.id, c.first_name, c.middle_name, c.last_name, c.title, c.phones, c.emails, c.city, \
                           c.country, c.created_at, c.organization_id";

#[derive(Clone, FromRow, SimpleObject)]
#[graphql(complex)]
pub struct Contact {
    pub id: Uuid,
    first_name: String,
    middle_name: Option<String>,
    last_name: String,
    title: Option<String>,
    phones: Vec<String>,
    emails: Vec<String>,
    city: Option<String>,
    country: Option<String>,
    created_at: DateTime<Utc>,
    #[graphql(skip)]
    pub organization_id: Option<Uuid>,
}

#[derive(Clone, FromRow, SimpleObject)]
#[graphql(complex)]
pub struct Organization {
    pub id: Uuid,
    name: String,
    industry: Option<String>,
    city: Option<String>,
    country: Option<String>,
}

#[derive(Clone, FromRow, SimpleObject)]
#[graphql(complex)]
pub struct Note {
    id: Uuid,
    body: String,
    created_at: DateTime<Utc>,
    #[graphql(skip)]
    author_id: Uuid,
    #[graphql(skip)]
    pub contact_id: Option<Uuid>,
    #[graphql(skip)]
    pub organization_id: Option<Uuid>,
}

#[derive(Clone, FromRow, SimpleObject)]
#[graphql(complex)]
pub struct Relationship {
    id: Uuid,
    r#type: String,
    #[graphql(skip)]
    user_id: Uuid,
    #[graphql(skip)]
    pub organization_id: Uuid,
}

#[derive(Clone, FromRow, SimpleObject)]
pub struct User {
    pub id: Uuid,
    name: String,
    email: Option<String>,
}

/// Returns the loader of the request.
pub fn loader<'a>(ctx: &Context<'a>) -> &'a DataLoader<Db> {
    ctx.data_unchecked()
}

#[ComplexObject]
impl Contact {
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        match self.organization_id {
            Some(id) => Ok(loader(ctx).load_one(OrganizationKey(id)).await?),
            None => Ok(None),
        }
    }

    async fn notes(&self, ctx: &Context<'_>, first: i64) -> Result<Vec<Note>> {
        let key = NotesOf {
            subject: Subject::Contact(self.id),
            first,
        };
        Ok(loader(ctx).load_one(key).await?.unwrap_or_default())
    }
}

#[ComplexObject]
impl Organization {
    async fn contacts(&self, ctx: &Context<'_>, first: i64) -> Result<Vec<Contact>> {
        let key = ContactsOf {
            organization: self.id,
            first,
        };
        Ok(loader(ctx).load_one(key).await?.unwrap_or_default())
    }

    async fn relationships(&self, ctx: &Context<'_>, first: i64) -> Result<Vec<Relationship>> {
        let key = RelationshipsOf {
            organization: self.id,
            first,
        };
        Ok(loader(ctx).load_one(key).await?.unwrap_or_default())
    }

    async fn notes(&self, ctx: &Context<'_>, first: i64) -> Result<Vec<Note>> {
        let key = NotesOf {
            subject: Subject::Organization(self.id),
            first,
        };
        Ok(loader(ctx).load_one(key).await?.unwrap_or_default())
    }
}

#[ComplexObject]
impl Note {
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(loader(ctx).load_one(UserKey(self.author_id)).await?)
    }
}

#[ComplexObject]
impl Relationship {
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        Ok(loader(ctx).load_one(UserKey(self.user_id)).await?)
    }
}
