//! Wrap-up codes: what an agent may record when their part of an interaction ends.

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};

use super::{Ranges, Record, fold, text};
use crate::error::{Refusals, Result, UserError};
use crate::id::WrapUpCodeId;

/// The longest name, in characters.
const LONGEST_NAME: usize = 200;
/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 1000;

/// What an agent may record when their part of an interaction ends, such as "Resolved" or "Call back".
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, sqlx::FromRow)]
pub struct WrapUpCode {
    /// The wrap-up code's id.
    pub id: WrapUpCodeId,
    /// Its name; no other wrap-up code has it.
    pub name: String,
    /// When to use it.
    pub description: Option<String>,
    /// Whether interactions can be wrapped up with it. Those that were keep it either way.
    pub active: bool,
    /// When it was made and changed, by whom, and how often.
    #[sqlx(flatten)]
    #[graphql(flatten)]
    pub record: Record,
    /// The name, folded: unique, and the order by name.
    #[graphql(skip)]
    pub name_key: String,
}

/// What people write about a wrap-up code. An absent field is left alone; null clears it.
#[derive(Clone, Debug, Default, InputObject)]
pub struct WrapUpCodeFields {
    /// A name of 1 to 200 characters that no other wrap-up code has; case and accents do not matter.
    pub name: MaybeUndefined<String>,
    /// When to use it; at most 1000 characters.
    pub description: MaybeUndefined<String>,
    /// Whether interactions can be wrapped up with it. A new one is active unless this says otherwise.
    pub active: MaybeUndefined<bool>,
}

impl WrapUpCodeFields {
    /// Writes the given fields into `code`; a refusal names every field that is wrong.
    pub fn apply(self, code: &mut WrapUpCode) -> Result<(), Vec<UserError>> {
        let mut refusals = Refusals::default();
        let is_new = code.name.is_empty();
        let name = match self.name {
            MaybeUndefined::Undefined if is_new => MaybeUndefined::Null,
            name => name,
        };
        refusals.set("name", name, &mut code.name, |name| {
            text::required(name.unwrap_or_default(), LONGEST_NAME)
        });
        refusals.set(
            "description",
            self.description,
            &mut code.description,
            |description| text::optional(description, LONGEST_DESCRIPTION),
        );
        refusals.set("active", self.active, &mut code.active, |active| {
            active.ok_or_else(|| vec![UserError::invalid("must not be empty")])
        });
        code.name_key = fold(&code.name);
        refusals.finish()
    }
}

impl WrapUpCode {
    /// A wrap-up code nobody wrote anything about yet.
    pub const fn new(id: WrapUpCodeId, record: Record) -> Self {
        Self {
            id,
            name: String::new(),
            description: None,
            active: true,
            record,
            name_key: String::new(),
        }
    }
}

/// What lists of wrap-up codes can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum WrapUpCodeOrderField {
    /// By name; case and accents do not matter.
    Name,
}

/// What narrows a list of wrap-up codes; conditions combine by *and*.
#[derive(Clone, Debug, Default)]
pub struct WrapUpCodeFilter {
    /// Which are active, or which are not.
    pub active: Option<bool>,
    /// When they were made and changed.
    pub ranges: Ranges,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use MaybeUndefined::Value;

    use super::*;

    fn code() -> WrapUpCode {
        WrapUpCode::new(
            WrapUpCodeId::new(Uuid::nil()),
            Record::new(DateTime::UNIX_EPOCH, None),
        )
    }

    fn named(name: String) -> WrapUpCodeFields {
        WrapUpCodeFields {
            name: Value(name),
            ..WrapUpCodeFields::default()
        }
    }

    #[test]
    fn a_name_has_1_to_200_characters_and_is_compared_without_case_and_accents() {
        let mut kept = code();
        named(" Réglé ".to_owned()).apply(&mut kept).unwrap();
        assert_eq!((kept.name.as_str(), kept.name_key.as_str()), ("Réglé", "regle"));
        assert!(named("x".repeat(200)).apply(&mut code()).is_ok());
        assert!(named("x".repeat(201)).apply(&mut code()).is_err());
        assert!(WrapUpCodeFields::default().apply(&mut code()).is_err());
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let fields = WrapUpCodeFields {
            name: MaybeUndefined::Null,
            description: Value("x".repeat(1001)),
            active: MaybeUndefined::Null,
        };
        let refused = fields.apply(&mut code()).unwrap_err();
        let paths: Vec<_> = refused.into_iter().filter_map(|error| error.field).collect();
        assert_eq!(paths, [["name"], ["description"], ["active"]]);
    }
}
