//! The error type of the program, named by what the client can do about it, and the user errors of changes.

mod code;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_graphql::{Enum, SimpleObject};
use serde::{Deserialize, Serialize};

pub use self::code::Code;
use crate::id::{NodeId, NotAnId, TypedId};
use crate::model::{Patch, Permission};
use crate::page::PageError;

/// The result of a function that can fail with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The message of the code `TIMEOUT`.
pub const TIMEOUT: &str = "took longer than the server allows; ask for less at once";
/// The message of the code `INTERNAL_SERVER_ERROR`: the cause stays in the log.
pub const INTERNAL: &str = "internal error; the server's log has the details under this request's id";

/// The field of the input of a bulk mutation that has the items.
pub const ITEMS: &str = "items";
/// The most characters of a message.
const LONGEST_MESSAGE: usize = 1000;

/// Shortens a message that repeats much of what the client sent.
pub fn bound_message(message: &mut String) {
    if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
}

/// The reason why a request or a change was not carried out. Each variant's description names its code.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The change was refused, and the payload gives the reasons in `userErrors`. This is not an error of the request.
    #[error("refused: {}", .0.first().map_or("", |refusal| refusal.message.as_str()))]
    Refused(Vec<UserError>),
    /// `BAD_USER_INPUT`: an argument of a query cannot be accepted.
    #[error("`{argument}` {reason}")]
    Argument {
        /// The argument's name, as the schema has it.
        argument: &'static str,
        /// The problem, and the values that are accepted.
        reason: String,
    },
    /// `INVALID_CURSOR`: the cursor does not belong to this list in this order.
    #[error("{}", PageError::InvalidCursor)]
    InvalidCursor,
    /// `CURSOR_EXPIRED`: the change that the cursor refers to is no longer kept.
    #[error(
        "the change at this cursor is no longer kept, or the database was restored; read everything again, and start without `after`"
    )]
    CursorExpired,
    /// `UNAUTHENTICATED`: the request has no token, or one that is not accepted.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// `FORBIDDEN`: the caller lacks a permission.
    #[error("needs the permission {0}")]
    Forbidden(Permission),
    /// `FORBIDDEN`: the token's user is deactivated.
    #[error("this user is deactivated; ask an administrator of your company")]
    AccountDisabled,
    /// `FORBIDDEN`: the token's tenant does not exist.
    #[error("this tenant does not exist")]
    UnknownTenant,
    /// `TIMEOUT`: the request took longer than the server allows.
    #[error("{TIMEOUT}")]
    Timeout,
    /// `UNAVAILABLE`: the database or the identity provider cannot be reached or is overloaded.
    #[error("the service is not available at the moment; try again")]
    Unavailable,
    /// `UNAVAILABLE`: a concurrent transaction was in the way. Nothing was written; the transaction is retried, and the
    /// client sees this only when retries did not help.
    #[error("too many changes at once; try again")]
    Contended,
    /// `UNAVAILABLE`: the answer to the COMMIT of a change was lost. It is not retried, since that could write it twice.
    #[error(
        "the connection to the database broke while this change was committed, so that it is unknown whether it was written; it is safe to repeat it with the same `idempotencyKey`, otherwise read before you repeat it"
    )]
    OutcomeUnknown,
    /// `BAD_USER_INPUT`: the database cannot store a character of a text, such as U+0000.
    #[error("a text has a character that cannot be stored, such as NUL (U+0000); remove it")]
    UnstorableText,
    /// The error of a load that several callers wait for.
    #[error(transparent)]
    Shared(Arc<Error>),
    /// `INTERNAL_SERVER_ERROR`: a bug or an outage; the log has the cause.
    #[error("{INTERNAL}")]
    Internal(#[source] anyhow::Error),
}

impl Error {
    /// Creates the error of an argument that is not acceptable.
    pub fn argument(argument: &'static str, reason: impl Into<String>) -> Self {
        Self::Argument {
            argument,
            reason: reason.into(),
        }
    }

    /// Parses the id in a query's argument.
    pub fn id<T: FromStr<Err = NotAnId>>(argument: &'static str, id: &str) -> Result<T> {
        id.parse()
            .map_err(|error: NotAnId| Self::argument(argument, error.to_string()))
    }

    /// Creates an internal error.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self::Internal(cause.into())
    }

    /// Returns the stable code that clients see in `extensions.code`.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused(_) | Self::Argument { .. } | Self::UnstorableText => Code::BadUserInput,
            Self::InvalidCursor => Code::InvalidCursor,
            Self::CursorExpired => Code::CursorExpired,
            Self::Unauthenticated(_) => Code::Unauthenticated,
            Self::Forbidden(_) | Self::AccountDisabled | Self::UnknownTenant => Code::Forbidden,
            Self::Timeout => Code::Timeout,
            Self::Unavailable | Self::Contended | Self::OutcomeUnknown => Code::Unavailable,
            Self::Shared(error) => error.code(),
            Self::Internal(_) => Code::Internal,
        }
    }

    /// The error itself, whether or not several callers wait for it.
    pub fn unshared(&self) -> &Self {
        match self {
            Self::Shared(error) => error.unshared(),
            error => error,
        }
    }

    /// Writes the whole chain of causes to the log if the code is worth an error line. Called once, where the error
    /// becomes an answer.
    pub fn log(&self) {
        if let Self::Internal(cause) = self.unshared() {
            tracing::error!(cause = format!("{cause:#}"), "internal error");
        }
    }
}

impl From<PageError> for Error {
    fn from(error: PageError) -> Self {
        match error {
            PageError::InvalidCursor => Self::InvalidCursor,
            PageError::Argument { argument, reason } => Self::Argument { argument, reason },
        }
    }
}

impl From<UserError> for Error {
    fn from(refusal: UserError) -> Self {
        Self::Refused(vec![refusal])
    }
}

/// A reason why a mutation, or an item of a bulk mutation, was refused. Nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, Serialize, Deserialize)]
#[graphql(complex)]
pub struct UserError {
    /// A message for people: the error and how to correct it.
    pub message: String,
    /// The path of the invalid field within `input`, outermost name first, with list positions as numbers. Null if the
    /// error concerns the input as a whole.
    pub field: Option<Vec<String>>,
    /// The error code, for programs.
    pub code: UserErrorCode,
    /// The record that has the value already, of a `TAKEN` refusal, or the most similar one, of a `DUPLICATE` refusal.
    #[graphql(skip)]
    pub taken_by: Option<NodeId>,
    /// The records that a key finds, of an `AMBIGUOUS` refusal.
    #[graphql(skip)]
    #[serde(default)]
    pub candidates: Vec<NodeId>,
}

/// The code of a user error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum, Serialize, Deserialize)]
pub enum UserErrorCode {
    /// The value is not valid; the message gives the reason.
    Invalid,
    /// No record with this id or key exists in the caller's tenant.
    NotFound,
    /// Another record already has this value, which must be unique.
    Taken,
    /// Several records have this key; the payload has them as candidates.
    Ambiguous,
    /// The record may be there already, and the input refuses duplicates; the payload has the similar ones.
    Duplicate,
    /// The record was changed since it was read; the payload has its current state.
    VersionConflict,
    /// The tenant has reached its limit of managed entities. The operator of the service can raise it.
    EntityLimitReached,
    /// The same idempotency key was used with a different input.
    IdempotencyKeyReused,
    /// The mutation would change more records than one mutation may; the message gives the limit.
    TooLarge,
    /// The time in which the operation could be undone is over.
    Expired,
    /// The record to delete was merged into another one; the message has the id of that one.
    Merged,
}

impl UserError {
    /// Creates a refusal of the value itself, whose path is not known yet.
    pub fn new(code: UserErrorCode, message: impl Into<String>) -> Self {
        let mut message = message.into();
        bound_message(&mut message);
        Self {
            message,
            field: None,
            code,
            taken_by: None,
            candidates: Vec::new(),
        }
    }

    /// Creates an `INVALID` refusal. The message continues after the name of the field, such as "must not be empty".
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(UserErrorCode::Invalid, message)
    }

    /// Parses an id in the input of a mutation.
    pub fn id<T: FromStr<Err = NotAnId>>(id: &str) -> Result<T, Vec<UserError>> {
        id.parse()
            .map_err(|error: NotAnId| vec![Self::invalid(error.to_string())])
    }

    /// Creates a `TAKEN` refusal: another record has this value. The record is unknown if it went meanwhile.
    pub fn taken(message: impl Into<String>, by: Option<impl Into<NodeId>>) -> Self {
        Self {
            taken_by: by.map(Into::into),
            ..Self::new(UserErrorCode::Taken, message)
        }
    }

    /// Creates a `DUPLICATE` refusal: a record is like this one.
    pub fn duplicate(like: impl Into<NodeId>) -> Self {
        let message =
            "may be there already; use the similar record, or create this one without refusing duplicates";
        Self {
            taken_by: Some(like.into()),
            ..Self::new(UserErrorCode::Duplicate, message)
        }
        .under("onDuplicate")
    }

    /// Creates an `AMBIGUOUS` refusal: these records have the key, and maybe more.
    pub fn ambiguous<I: TypedId>(candidates: impl IntoIterator<Item = I>) -> Self {
        let message = format!("several {}s have this key; update one of them by its id", I::KIND);
        Self {
            candidates: candidates.into_iter().map(Into::into).collect(),
            ..Self::new(UserErrorCode::Ambiguous, message)
        }
    }

    /// Creates a `VERSION_CONFLICT` refusal: the record is at another version than expected.
    pub fn version_conflict(version: i32) -> Self {
        Self::new(
            UserErrorCode::VersionConflict,
            format!("the record has changed: it is at version {version} now; review it and try again"),
        )
        .under("expectedVersion")
    }

    /// Creates a `NOT_FOUND` refusal: there is no such record in the caller's tenant. Records of other tenants are
    /// never told apart from missing ones.
    pub fn not_found(what: &str) -> Self {
        Self::missing(format!("there is no {what} with this id"))
    }

    /// Creates a `NOT_FOUND` refusal with a message of its own.
    pub fn missing(message: impl Into<String>) -> Self {
        Self::new(UserErrorCode::NotFound, message)
    }

    /// Creates a `MERGED` refusal: the record to delete is part of another one.
    pub fn merged<I: TypedId>(into: I) -> Self {
        Self::new(
            UserErrorCode::Merged,
            format!("is now part of {into}; delete that instead"),
        )
    }

    /// Prepends the place of an item of a bulk mutation to the path.
    #[must_use]
    pub fn in_item(self, place: usize) -> Self {
        self.under(place).under(ITEMS)
    }

    /// Returns the place of the item of a bulk mutation that the path leads to.
    pub fn item(&self) -> Option<usize> {
        match self.field.as_deref() {
            Some([items, place, ..]) if items == ITEMS => place.parse().ok(),
            _ => None,
        }
    }

    /// Prepends a name or a list position to the path.
    #[must_use]
    pub fn under(mut self, name: impl fmt::Display) -> Self {
        self.field.get_or_insert_default().insert(0, name.to_string());
        self
    }
}

/// Prepends a name to each path.
pub fn under(name: &str, refusals: Vec<UserError>) -> Vec<UserError> {
    refusals.into_iter().map(|refusal| refusal.under(name)).collect()
}

/// Returns a field's name in the schema: `first_name` is `firstName` there.
pub fn schema_name(field: &str) -> String {
    let mut name = String::with_capacity(field.len());
    for (position, word) in field.trim_start_matches("r#").split('_').enumerate() {
        let mut letters = word.chars();
        if position > 0 {
            name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        }
        name.extend(letters);
    }
    name
}

/// A collection of refusals of one input, so that one answer names all of them.
#[derive(Debug, Default)]
pub struct Refusals(Vec<UserError>);

impl Refusals {
    /// Adds refusals under `name`, and returns the value if there is one.
    pub fn check<T>(&mut self, name: &str, value: Result<T, Vec<UserError>>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(refusals) => {
                self.0.extend(under(name, refusals));
                None
            }
        }
    }

    /// Collects refusals that have their whole path; returns the value if there is one.
    pub fn collect<T>(&mut self, value: Result<T, Vec<UserError>>) -> Option<T> {
        value.map_err(|refusals| self.0.extend(refusals)).ok()
    }

    /// Writes a changed field into `target`, unless `check` refuses the new value: `None` if the field is cleared. The
    /// path of a refusal has the field's name in the schema.
    pub fn set<T, U>(
        &mut self,
        field: &'static str,
        value: Patch<T>,
        target: &mut U,
        check: impl FnOnce(Option<T>) -> Result<U, Vec<UserError>>,
    ) {
        let value = match value {
            Patch::Keep => return,
            Patch::Clear => None,
            Patch::Set(value) => Some(value),
        };
        match check(value) {
            Ok(value) => *target = value,
            Err(refusals) => self.0.extend(under(&schema_name(field), refusals)),
        }
    }

    /// Adds a refusal.
    pub fn add(&mut self, refusal: UserError) {
        self.0.push(refusal);
    }

    /// Whether there are no refusals so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the refusals as an error if there are any.
    pub fn finish(self) -> Result<(), Vec<UserError>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

impl From<Refusals> for Error {
    fn from(refusals: Refusals) -> Self {
        Self::Refused(refusals.0)
    }
}

impl From<Vec<UserError>> for Error {
    fn from(refusals: Vec<UserError>) -> Self {
        Self::Refused(refusals)
    }
}
