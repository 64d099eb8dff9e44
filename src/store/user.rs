//! Where users are kept.

use uuid::Uuid;

use super::engine::{IdList, Statement, sql};
use super::{Column, Filter, Listed, SortField, Tenant, Tx, change};
use crate::error::Result;
use crate::id::{TypedId, UserId};
use crate::model::{Record, User, UserFilter, UserOrderField, sort_key};
use crate::page::Key;

const USER: &str = "id, version, created_at, updated_at, created_by, updated_by, subject, name, email, title, active, sort_name";

impl Listed for User {
    const TABLE: &'static str = "users";
    const COLUMNS: &'static str = USER;
    type Order = UserOrderField;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn keys(&self, order: UserOrderField) -> Vec<Key> {
        match order {
            UserOrderField::Name => vec![Key::Text(self.sort_name.clone())],
        }
    }
}

impl SortField for UserOrderField {
    const LIST: &'static str = "users";

    fn columns(self) -> &'static [Column] {
        match self {
            Self::Name => &[Column::Text("sort_name")],
        }
    }
}

impl Filter for UserFilter {
    fn conditions<'a>(&'a self, to: &mut Statement<'a>) {
        to.flag("active", self.active);
        to.name("sort_name", self.name.as_ref());
        to.ranges(&self.ranges);
    }
}

impl Tenant {
    /// The user whom the identity provider calls this.
    pub async fn user_by_subject(&self, subject: &str) -> Result<Option<User>> {
        self.fetch_optional(sql!("SELECT " USER " FROM users WHERE tenant_id = $1 AND subject = $2", subject))
            .await
    }

    /// The user whom the identity provider calls this: made on first sight. Name and e-mail address fill what is empty
    /// and overwrite nothing.
    pub async fn seen_user(&self, subject: &str, name: Option<&str>, email: Option<&str>) -> Result<User> {
        if let Some(user) = self.user_by_subject(subject).await? {
            let fills = (user.name.is_none() && name.is_some()) || (user.email.is_none() && email.is_some());
            if !fills {
                return Ok(user);
            }
        }
        change!(self, None, |tx| { tx.see_user(subject, name, email).await })
    }
}

impl Tx {
    /// Whether there is such a user.
    pub async fn has_user(&mut self, id: UserId) -> Result<bool> {
        let one: Option<(i32,)> = self
            .fetch_optional(sql!("SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2", id))
            .await?;
        Ok(one.is_some())
    }

    /// A user, locked until the transaction ends.
    pub async fn user(&mut self, id: UserId) -> Result<Option<User>> {
        self.locked(id.uuid()).await
    }

    /// The user whom the identity provider calls this, locked until the transaction ends.
    pub async fn user_by_subject(&mut self, subject: &str) -> Result<Option<User>> {
        self.fetch_optional(sql!(
            "SELECT " USER " FROM users WHERE tenant_id = $1 AND subject = $2 FOR UPDATE",
            subject,
        ))
        .await
    }

    /// Those of the users who are there.
    pub async fn known_users(&mut self, ids: &[UserId]) -> Result<Vec<UserId>> {
        let known: Vec<(UserId,)> = self
            .fetch_all(sql!(
                "SELECT id FROM users WHERE tenant_id = $1 AND id = ANY_ID($2)",
                IdList(ids.iter().map(|id| id.uuid()).collect()),
            ))
            .await?;
        Ok(known.into_iter().map(|(id,)| id).collect())
    }

    async fn see_user(&mut self, subject: &str, name: Option<&str>, email: Option<&str>) -> Result<User> {
        let Some(mut user) = self.user_by_subject(subject).await? else {
            let mut user = User::new(UserId::new(self.new_id()), subject, Record::new(self.now(), None));
            user.name = name.map(str::to_owned);
            user.email = email.map(str::to_owned);
            return self.add_user(user).await;
        };
        user.name = user.name.or_else(|| name.map(str::to_owned));
        user.email = user.email.or_else(|| email.map(str::to_owned));
        self.save_user(user).await
    }

    /// Keeps a new user.
    pub async fn add_user(&mut self, mut user: User) -> Result<User> {
        user.sort_name = sort_key(&[user.name.as_deref().unwrap_or_default()]);
        self.fetch_one(sql!(
            "
            INSERT INTO users (tenant_id, id, version, created_at, updated_at, created_by, updated_by,
                               subject, name, email, title, active, sort_name)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            RETURNING " USER,
            user.id,
            user.record.version,
            user.record.created_at,
            user.record.updated_at,
            user.record.created_by,
            user.record.updated_by,
            user.subject,
            user.name,
            user.email,
            user.title,
            user.active,
            user.sort_name,
        ))
        .await
    }

    /// Keeps what became of a user, and counts the change.
    pub async fn save_user(&mut self, mut user: User) -> Result<User> {
        user.record.touch(self.now(), self.actor());
        user.sort_name = sort_key(&[user.name.as_deref().unwrap_or_default()]);
        self.fetch_one(sql!(
            "
            UPDATE users
               SET version = $3, updated_at = $4, updated_by = $5, name = $6, email = $7, title = $8,
                   active = $9, sort_name = $10
             WHERE tenant_id = $1
               AND id = $2
            RETURNING " USER,
            user.id,
            user.record.version,
            user.record.updated_at,
            user.record.updated_by,
            user.name,
            user.email,
            user.title,
            user.active,
            user.sort_name,
        ))
        .await
    }
}
