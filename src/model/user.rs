//! Users: the tenant's own people.

use async_graphql::{Enum, SimpleObject};

use super::{Checked, EmailAddress, EmailAddressInput, NameMatch, Ranges, Record, changes, text};
use crate::error::{Refusals, UserError};
use crate::id::UserId;

/// The maximum length of a name or title, in characters.
const LONGEST_NAME: usize = 1000;
/// The maximum length of a subject, in characters; the standard of `sub` allows no more.
const LONGEST_SUBJECT: usize = 255;

/// A person at the tenant's own company, such as an agent or an account manager. Users are never deleted, only
/// deactivated.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(complex)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The user's name.
    pub name: Option<String>,
    /// The record's creation, last change and version. In the graph, each of these fields requires `user:view`.
    #[graphql(skip)]
    pub record: Record,
    /// The user's subject at the identity provider.
    #[graphql(skip)]
    pub subject: String,
    /// The user's e-mail address.
    #[graphql(skip)]
    pub email: Option<String>,
    /// The user's job title.
    #[graphql(skip)]
    pub title: Option<String>,
    /// Whether the user may use this service.
    #[graphql(skip)]
    pub active: bool,
    /// The folded name, for sorting by name.
    #[graphql(skip)]
    pub sort_name: String,
}

impl User {
    /// Creates an empty user with this subject.
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

    /// Checks a user's subject at the identity provider.
    pub fn check_subject(subject: String) -> Checked<String> {
        text::required(subject, LONGEST_SUBJECT)
    }
}

changes! {
    /// A partial update of a user.
    UserChanges of User {
        name: String => |name| text::optional(name, LONGEST_NAME),
        email: String => email,
        title: String => |title| text::optional(title, LONGEST_NAME),
    }
}

impl UserChanges {
    /// Applies the changes to `user`; a refusal names every invalid field.
    pub fn apply(self, user: &mut User) -> Checked<()> {
        let mut refusals = Refusals::default();
        self.write(user, &mut refusals);
        refusals.finish()
    }
}

/// Checks an optional address by the rules for contacts' addresses.
fn email(address: Option<String>) -> Checked<Option<String>> {
    let Some(address) = address.filter(|address| !text::is_blank(address)) else {
        return Ok(None);
    };
    let given = EmailAddressInput {
        address,
        label: None,
        primary: None,
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

/// Filters a list of users. All conditions must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct UserFilter {
    /// `true` matches users who may use this service, `false` deactivated users.
    pub active: Option<bool>,
    /// Matches users by the beginning of their name.
    pub name: Option<NameMatch>,
    /// Matches records by the times of their creation and last change.
    pub ranges: Ranges,
}

/// A field that lists of users can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum UserOrderField {
    /// Name, ignoring case and accents. Users without a name come last in both directions.
    Name,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::model::Patch::Set;

    fn user() -> User {
        User::new(
            UserId::new(Uuid::nil()),
            "ada",
            Record::new(DateTime::UNIX_EPOCH, None),
        )
    }

    #[test]
    fn a_wrong_field_is_named_with_its_path() {
        let fields = UserChanges {
            name: Set("x".repeat(1001)),
            email: Set("nobody".to_owned()),
            title: Set("x".repeat(1001)),
        };
        let refused = fields.apply(&mut user()).unwrap_err();
        let paths: Vec<_> = refused.into_iter().filter_map(|error| error.field).collect();
        assert_eq!(paths, [["name"], ["email"], ["title"]]);
    }

    #[test]
    fn an_empty_text_is_nothing() {
        let mut user = user();
        user.email = Some("ada@example.com".to_owned());
        let fields = UserChanges {
            email: Set(" ".to_owned()),
            ..UserChanges::default()
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
