//! Users in files.

use serde_json::json;
use uuid::Uuid;

use super::{Context, Key, Match, Noun, Stamp, serialized};
use crate::error::{Result, UserError};
use crate::id::{TypedId as _, UserId};
use crate::model::{Checked, Record, Region, User, UserChanges, sort_key};
use crate::store::{TextKey, Tx};
use crate::transfer::Object;
use crate::transfer::fields::{Fields, flag, text};

/// Users.
pub struct Users;

/// A row about a user.
pub struct Draft {
    stamp: Stamp,
    subject: Option<String>,
    active: Option<bool>,
    changes: UserChanges,
}

impl Noun for Users {
    type Record = User;
    type Draft = Draft;
    type Extra = ();

    fn read(fields: &mut Fields<'_>) -> Draft {
        Draft {
            stamp: Stamp::read::<UserId>(fields),
            subject: fields.value("subject", |value| User::check_subject(text(value)?)),
            active: fields.value("active", flag),
            changes: UserChanges {
                name: fields.patch("name", text),
                email: fields.patch("email", text),
                title: fields.patch("title", text),
            },
        }
    }

    fn stamp(draft: &Draft) -> &Stamp {
        &draft.stamp
    }

    fn keys(draft: &Draft, _: &[Match], _: &Region) -> Vec<Key> {
        draft
            .subject
            .iter()
            .map(|subject| Key::Unique(vec![subject.clone()]))
            .collect()
    }

    fn held(user: &User) -> Vec<Key> {
        vec![Key::Unique(vec![user.subject.clone()])]
    }

    async fn find(tx: &mut Tx, keys: Vec<Key>) -> Result<Vec<Uuid>> {
        super::find_by_text(tx, UserId::KIND, TextKey::UserSubject, keys).await
    }

    fn create(id: Uuid, record: Record, draft: &Draft, _: Context<'_>) -> Checked<User> {
        let Some(subject) = &draft.subject else {
            return Err(vec![UserError::invalid("must not be empty").under("subject")]);
        };
        Ok(User::new(UserId::from_uuid(id), subject, record))
    }

    fn apply(draft: Draft, user: &mut User, _: bool, _: Context<'_>) -> Checked<()> {
        draft.changes.apply(user)?;
        if draft.subject.is_some_and(|subject| subject != user.subject) {
            let message = "must be the subject of the user with this id, which never changes";
            return Err(vec![UserError::invalid(message).under("subject")]);
        }
        user.active = draft.active.unwrap_or(user.active);
        user.sort_name = sort_key(&[user.name.as_deref().unwrap_or_default()]);
        Ok(())
    }

    fn taken(_: &Key) -> UserError {
        UserError::invalid("another user has this subject").under("subject")
    }

    fn export(user: &User) -> Result<Object> {
        serialized(&json!({
            "subject": user.subject,
            "name": user.name,
            "email": user.email,
            "title": user.title,
            "active": user.active,
        }))
    }
}
