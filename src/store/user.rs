//! The table of users.

use super::bind::{IdList, TextList};
use super::declaration::stored;
use super::engine::sql;
use super::list::Conditions;
use super::{Column, Filter, Listed, SortField, Table, Tenant, Tx, change};
use crate::error::Result;
use crate::id::{TypedId, UserId};
use crate::model::{Record, User, UserFilter, UserOrderField, sort_key};
use crate::page::Key;

const USER: &str = <User as Table>::COLUMNS;

stored! {
    User: UserId in "users" [] {
        name,
        email,
        title,
        active,
        sort_name,
    }
    fixed {
        subject,
    }
}

impl Listed for User {
    type Order = UserOrderField;
    type Filter = UserFilter;

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
            Self::Name => &[Column::Name("sort_name")],
        }
    }
}

impl Filter for UserFilter {
    fn conditions(&self, to: &mut Conditions) {
        to.flag(&["active"], self.active);
        to.name("sort_name", self.name.as_ref());
        to.unindexed(|to| to.ranges(&self.ranges));
    }
}

impl Tenant {
    /// The user with this subject at the identity provider.
    pub async fn user_by_subject(&self, subject: &str) -> Result<Option<User>> {
        self.fetch_optional(sql!("SELECT " USER " FROM users WHERE tenant_id = $1 AND subject = $2", subject))
            .await
    }

    /// The user with this subject at the identity provider, created on first sight. Name and e-mail address fill what is
    /// empty and overwrite nothing.
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
    /// The user with this subject at the identity provider, locked until the transaction ends.
    pub async fn user_by_subject(&mut self, subject: &str) -> Result<Option<User>> {
        self.fetch_optional(sql!(
            "SELECT " USER " FROM users WHERE tenant_id = $1 AND subject = $2" .lock,
            subject,
        ))
        .await
    }

    /// The users with these subjects at the identity provider, by id, locked until the transaction ends.
    pub async fn users_by_subjects(&mut self, subjects: Vec<String>) -> Result<Vec<User>> {
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        self.fetch_all(sql!(
            "SELECT " USER " FROM users WHERE tenant_id = $1 AND subject " .any_texts(2) " ORDER BY id" .lock,
            TextList(subjects),
        ))
        .await
    }

    /// Saves users as [`save_all`](Self::save_all) does, with their sort keys.
    pub async fn save_users(&mut self, mut users: Vec<(Option<User>, User)>) -> Result<Vec<User>> {
        for (_, user) in &mut users {
            user.sort_name = sort_key(&[user.name.as_deref().unwrap_or_default()]);
        }
        self.save_all(users).await
    }

    /// Those of the users who exist.
    pub async fn known_users(&mut self, ids: &[UserId]) -> Result<Vec<UserId>> {
        let known: Vec<(UserId,)> = self
            .fetch_all(sql!(
                "SELECT id FROM users WHERE tenant_id = $1 AND id ".any_ids(2),
                IdList(ids.iter().map(|id| id.uuid()).collect()),
            ))
            .await?;
        Ok(known.into_iter().map(|(id,)| id).collect())
    }

    async fn see_user(&mut self, subject: &str, name: Option<&str>, email: Option<&str>) -> Result<User> {
        self.lock_keys(UserId::KIND, &[&[subject]]).await?;
        let Some(before) = self.user_by_subject(subject).await? else {
            let mut user = User::new(UserId::new(self.new_id()), subject, Record::new(self.now(), None));
            user.name = name.map(str::to_owned);
            user.email = email.map(str::to_owned);
            return self.add_user(user).await;
        };
        let mut after = before.clone();
        after.name = after.name.or_else(|| name.map(str::to_owned));
        after.email = after.email.or_else(|| email.map(str::to_owned));
        self.update_user(&before, after).await
    }

    /// Adds a user, and returns it with its sort key.
    pub async fn add_user(&mut self, mut user: User) -> Result<User> {
        user.sort_name = sort_key(&[user.name.as_deref().unwrap_or_default()]);
        self.insert(&user).await?;
        Ok(user)
    }

    /// Updates a user to what it became.
    pub async fn update_user(&mut self, before: &User, mut after: User) -> Result<User> {
        after.sort_name = sort_key(&[after.name.as_deref().unwrap_or_default()]);
        self.update(before, after).await
    }
}
