//! Users: the tenant's own people.

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};

use super::{ContactPointLabel, EmailAddress, EmailAddressInput, NameMatch, Ranges, Record, text};
use crate::error::{Refusals, Result, UserError};
use crate::id::UserId;

/// The longest name or title, in characters.
const LONGEST_NAME: usize = 1000;
/// The longest subject, in characters (the standard of `sub` allows no more).
const LONGEST_SUBJECT: usize = 255;

/// A person at the company itself, such as an agent or an account manager. Users are never deleted, only deactivated.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, sqlx::FromRow)]
#[graphql(complex)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The user's name.
    pub name: Option<String>,
    /// When it was made and changed, by whom, and how often. In the graph each of it needs `user:view`.
    #[sqlx(flatten)]
    #[graphql(skip)]
    pub record: Record,
    /// What the identity provider calls the user.
    #[graphql(skip)]
    pub subject: String,
    /// The user's e-mail address.
    #[graphql(skip)]
    pub email: Option<String>,
    /// What the user does.
    #[graphql(skip)]
    pub title: Option<String>,
    /// Whether the user may use this service.
    #[graphql(skip)]
    pub active: bool,
    /// The name, folded: the order by name.
    #[graphql(skip)]
    pub sort_name: String,
}

impl User {
    /// A user nobody wrote anything about yet.
    pub fn new(id: UserId, subject: &str, record: Record) -> Self {
        Self {
            id,
            name: None,
            record,
            subject: subject.to_owned(),
            email: None,
            title: None,
            active: true,
            sort_name: String::new(),
        }
    }

    /// Checks what the identity provider calls a user.
    pub fn check_subject(subject: String) -> Result<String, Vec<UserError>> {
        text::required(subject, LONGEST_SUBJECT)
    }
}

/// What people write about a user. An absent field is left alone (or empty, in a new user); null clears it.
#[derive(Clone, Debug, Default, InputObject)]
pub struct UserFields {
    /// The user's name; at most 1000 characters. Once it is empty, the user's next token may fill it, as it may the
    /// e-mail address.
    pub name: MaybeUndefined<String>,
    /// The user's e-mail address.
    pub email: MaybeUndefined<String>,
    /// What the user does, such as "Account Manager"; at most 1000 characters.
    pub title: MaybeUndefined<String>,
}

impl UserFields {
    /// Writes the given fields into `user`; a refusal names every field that is wrong.
    pub fn apply(self, user: &mut User) -> Result<(), Vec<UserError>> {
        let mut refusals = Refusals::default();
        let name = |value| text::optional(value, LONGEST_NAME);
        refusals.set("name", self.name, &mut user.name, name);
        refusals.set("email", self.email, &mut user.email, email);
        refusals.set("title", self.title, &mut user.title, name);
        refusals.finish()
    }
}

/// An address that may be missing, checked as those of contacts are.
fn email(address: Option<String>) -> Result<Option<String>, Vec<UserError>> {
    let Some(address) = address.filter(|address| !address.trim().is_empty()) else {
        return Ok(None);
    };
    let given = EmailAddressInput {
        address,
        label: ContactPointLabel::default(),
        primary: false,
    };
    EmailAddress::check(given)
        .map(|checked| Some(checked.address))
        .map_err(|refusals| {
            // There is no field `address` here: the path is that of the e-mail address itself.
            let bare = |refusal| UserError {
                field: None,
                ..refusal
            };
            refusals.into_iter().map(bare).collect()
        })
}

/// What narrows a list of users; conditions combine by *and*.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Who may use this service, or who may not.
    pub active: Option<bool>,
    /// Whose name begins so.
    pub name: Option<NameMatch>,
    /// When they were made and changed.
    pub ranges: Ranges,
}

/// What lists of users can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum UserOrderField {
    /// By name; case and accents do not matter.
    Name,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use MaybeUndefined::Value;

    use super::*;

    fn user() -> User {
        User::new(
            UserId::new(Uuid::nil()),
            "ada",
            Record::new(DateTime::UNIX_EPOCH, None),
        )
    }

    #[test]
    fn a_wrong_field_is_named_with_its_path() {
        let fields = UserFields {
            name: Value("x".repeat(1001)),
            email: Value("nobody".to_owned()),
            title: Value("x".repeat(1001)),
        };
        let refused = fields.apply(&mut user()).unwrap_err();
        let paths: Vec<_> = refused.into_iter().filter_map(|error| error.field).collect();
        assert_eq!(paths, [["name"], ["email"], ["title"]]);
    }

    #[test]
    fn an_empty_text_is_nothing() {
        let mut user = user();
        user.email = Some("ada@example.com".to_owned());
        let fields = UserFields {
            email: Value(" ".to_owned()),
            ..UserFields::default()
        };
        fields.apply(&mut user).unwrap();
        assert_eq!(user.email, None);
    }

    #[test]
    fn a_subject_has_1_to_255_characters() {
        assert!(User::check_subject("x".repeat(255)).is_ok());
        assert!(User::check_subject("x".repeat(256)).is_err());
        assert!(User::check_subject(" ".to_owned()).is_err());
    }
}
