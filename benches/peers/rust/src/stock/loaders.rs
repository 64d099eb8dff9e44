//! The loaders: one statement for the keys that are asked for at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use const_format::formatcp;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use super::model::{CONTACT, Contact, Note, Organization, Relationship, User};

/// The database, for the tenant of a request.
#[derive(Clone)]
pub struct Db {
    pub pool: PgPool,
    pub tenant: i32,
}

type Failure = Arc<sqlx::Error>;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContactKey(pub Uuid);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrganizationKey(pub Uuid);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserKey(pub Uuid);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    Contact(Uuid),
    Organization(Uuid),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NotesOf {
    pub subject: Subject,
    pub first: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContactsOf {
    pub organization: Uuid,
    pub first: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RelationshipsOf {
    pub organization: Uuid,
    pub first: i64,
}

impl Db {
    /// Returns the rows with these ids.
    async fn rows<T>(&self, statement: &'static str, ids: Vec<Uuid>) -> Result<Vec<T>, Failure>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let rows = sqlx::query_as(statement).bind(self.tenant).bind(ids);
        Ok(rows.fetch_all(&self.pool).await?)
    }

    /// Returns the first rows that belong to each of these ids.
    async fn first_rows<T>(
        &self,
        statement: &'static str,
        ids: Vec<Uuid>,
        first: i64,
    ) -> Result<Vec<T>, Failure>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let rows = sqlx::query_as(statement).bind(self.tenant).bind(ids).bind(first);
        Ok(rows.fetch_all(&self.pool).await?)
    }
}

/// Returns the rows of each key, in their order.
fn grouped<K: Copy + Eq + Hash, T>(keys: &[K], rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

impl Loader<ContactKey> for Db {
    type Value = Contact;
    type Error = Failure;

    async fn load(&self, keys: &[ContactKey]) -> Result<HashMap<ContactKey, Contact>, Failure> {
        let statement =
            formatcp!("SELECT {CONTACT} FROM contacts AS c WHERE c.tenant_id = $1 AND c.id = ANY ($2)");
        let rows: Vec<Contact> = self
            .rows(statement, keys.iter().map(|key| key.0).collect())
            .await?;
        Ok(rows.into_iter().map(|row| (ContactKey(row.id), row)).collect())
    }
}

impl Loader<OrganizationKey> for Db {
    type Value = Organization;
    type Error = Failure;

    async fn load(
        &self,
        keys: &[OrganizationKey],
    ) -> Result<HashMap<OrganizationKey, Organization>, Failure> {
        let statement = "SELECT id, name, industry, city, country FROM organizations \
                         WHERE tenant_id = $1 AND id = ANY ($2)";
        let rows: Vec<Organization> = self
            .rows(statement, keys.iter().map(|key| key.0).collect())
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (OrganizationKey(row.id), row))
            .collect())
    }
}

impl Loader<UserKey> for Db {
    type Value = User;
    type Error = Failure;

    async fn load(&self, keys: &[UserKey]) -> Result<HashMap<UserKey, User>, Failure> {
        let statement = "SELECT id, name, email FROM users WHERE tenant_id = $1 AND id = ANY ($2)";
        let rows: Vec<User> = self
            .rows(statement, keys.iter().map(|key| key.0).collect())
            .await?;
        Ok(rows.into_iter().map(|row| (UserKey(row.id), row)).collect())
    }
}

const NOTE: &str = "n.id, n.body, n.created_at, n.author_id, n.contact_id, n.organization_id";

impl Loader<NotesOf> for Db {
    type Value = Vec<Note>;
    type Error = Failure;

    async fn load(&self, keys: &[NotesOf]) -> Result<HashMap<NotesOf, Vec<Note>>, Failure> {
        const OF_CONTACTS: &str = formatcp!(
            "SELECT {NOTE} FROM unnest($2::uuid[]) AS p (id) CROSS JOIN LATERAL (SELECT * FROM notes AS x \
             WHERE x.tenant_id = $1 AND x.contact_id = p.id \
             ORDER BY x.pinned DESC, x.created_at DESC, x.id DESC LIMIT $3) AS n"
        );
        const OF_ORGANIZATIONS: &str = formatcp!(
            "SELECT {NOTE} FROM unnest($2::uuid[]) AS p (id) CROSS JOIN LATERAL (SELECT * FROM notes AS x \
             WHERE x.tenant_id = $1 AND x.organization_id = p.id \
             ORDER BY x.pinned DESC, x.created_at DESC, x.id DESC LIMIT $3) AS n"
        );
        let (mut contacts, mut organizations) = (Vec::new(), Vec::new());
        for key in keys {
            match key.subject {
                Subject::Contact(id) => contacts.push(id),
                Subject::Organization(id) => organizations.push(id),
            }
        }
        let first = keys.iter().map(|key| key.first).max().unwrap_or_default();
        let mut rows = Vec::new();
        for (statement, ids) in [(OF_CONTACTS, contacts), (OF_ORGANIZATIONS, organizations)] {
            if !ids.is_empty() {
                rows.extend(self.first_rows::<Note>(statement, ids, first).await?);
            }
        }
        Ok(grouped(keys, rows, |note| {
            let of_organization = || Subject::Organization(note.organization_id.unwrap_or_default());
            let subject = note.contact_id.map_or_else(of_organization, Subject::Contact);
            NotesOf { subject, first }
        }))
    }
}

impl Loader<ContactsOf> for Db {
    type Value = Vec<Contact>;
    type Error = Failure;

    async fn load(&self, keys: &[ContactsOf]) -> Result<HashMap<ContactsOf, Vec<Contact>>, Failure> {
        let statement = formatcp!(
            "SELECT {CONTACT} FROM unnest($2::uuid[]) AS p (id) CROSS JOIN LATERAL (SELECT * FROM contacts AS x \
             WHERE x.tenant_id = $1 AND x.organization_id = p.id ORDER BY x.sort_name, x.id LIMIT $3) AS c"
        );
        let first = keys.iter().map(|key| key.first).max().unwrap_or_default();
        let ids = keys.iter().map(|key| key.organization).collect();
        let rows: Vec<Contact> = self.first_rows(statement, ids, first).await?;
        Ok(grouped(keys, rows, |contact| ContactsOf {
            organization: contact.organization_id.unwrap_or_default(),
            first,
        }))
    }
}

impl Loader<RelationshipsOf> for Db {
    type Value = Vec<Relationship>;
    type Error = Failure;

    async fn load(
        &self,
        keys: &[RelationshipsOf],
    ) -> Result<HashMap<RelationshipsOf, Vec<Relationship>>, Failure> {
        let statement = "SELECT r.id, r.type, r.user_id, r.organization_id FROM unnest($2::uuid[]) AS p (id) \
                         CROSS JOIN LATERAL (SELECT * FROM relationships AS x WHERE x.tenant_id = $1 \
                         AND x.organization_id = p.id ORDER BY x.type, x.id LIMIT $3) AS r";
        let first = keys.iter().map(|key| key.first).max().unwrap_or_default();
        let ids = keys.iter().map(|key| key.organization).collect();
        let rows: Vec<Relationship> = self.first_rows(statement, ids, first).await?;
        Ok(grouped(keys, rows, |relationship| RelationshipsOf {
            organization: relationship.organization_id,
            first,
        }))
    }
}
