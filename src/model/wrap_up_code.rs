//! Wrap-up codes: the outcomes that agents can record at the end of their part in an interaction.

use async_graphql::{Enum, SimpleObject};

use super::{Checked, Ranges, Record, changes, fold, text};
use crate::error::{Refusals, UserError};
use crate::id::WrapUpCodeId;

/// The maximum length of a name, in characters.
const LONGEST_NAME: usize = 200;
/// The maximum length of a description, in characters.
const LONGEST_DESCRIPTION: usize = 1000;

/// An outcome that agents can record at the end of their part in an interaction, such as "Resolved" or "Call back".
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct WrapUpCode {
    /// The wrap-up code's id.
    pub id: WrapUpCodeId,
    /// The name, unique among wrap-up codes.
    pub name: String,
    /// The guidance on when to use the code.
    pub description: Option<String>,
    /// Whether agents can still choose the code. Interactions that were wrapped up with it keep it either way.
    pub active: bool,
    /// The record's creation, last change and version.
    #[graphql(flatten)]
    pub record: Record,
    /// The folded name: unique, and for sorting by name.
    #[graphql(skip)]
    pub name_key: String,
}

changes! {
    /// A partial update of a wrap-up code.
    WrapUpCodeChanges of WrapUpCode {
        name: String => |name| text::required(name.unwrap_or_default(), LONGEST_NAME),
        description: String => |description| text::optional(description, LONGEST_DESCRIPTION),
        active: bool => |active| active.ok_or_else(|| vec![UserError::invalid("must not be empty")]),
    }
}

impl WrapUpCodeChanges {
    /// Applies the changes to `code`; a refusal names every invalid field.
    pub fn apply(mut self, code: &mut WrapUpCode) -> Checked<()> {
        let mut refusals = Refusals::default();
        if code.name.is_empty() {
            self.name = self.name.of_new();
        }
        self.write(code, &mut refusals);
        code.name_key = fold(&code.name);
        refusals.finish()
    }
}

impl WrapUpCode {
    /// Creates an empty wrap-up code.
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

/// A field that lists of wrap-up codes can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum WrapUpCodeOrderField {
    /// Name, ignoring case and accents.
    Name,
}

/// Filters a list of wrap-up codes. All conditions must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct WrapUpCodeFilter {
    /// `true` matches active wrap-up codes, `false` inactive ones.
    pub active: Option<bool>,
    /// Matches records by the times of their creation and last change.
    pub ranges: Ranges,
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::model::Patch::{self, Set};

    fn code() -> WrapUpCode {
        WrapUpCode::new(
            WrapUpCodeId::new(Uuid::nil()),
            Record::new(DateTime::UNIX_EPOCH, None),
        )
    }

    fn named(name: String) -> WrapUpCodeChanges {
        WrapUpCodeChanges {
            name: Set(name),
            ..WrapUpCodeChanges::default()
        }
    }

    #[test]
    fn a_name_has_1_to_200_characters_and_is_compared_without_case_and_accents() {
        let mut kept = code();
        named(" Réglé ".to_owned()).apply(&mut kept).unwrap();
        assert_eq!((kept.name.as_str(), kept.name_key.as_str()), ("Réglé", "regle"));
        assert!(named("x".repeat(200)).apply(&mut code()).is_ok());
        assert!(named("x".repeat(201)).apply(&mut code()).is_err());
        assert!(WrapUpCodeChanges::default().apply(&mut code()).is_err());
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let fields = WrapUpCodeChanges {
            name: Patch::Clear,
            description: Set("x".repeat(1001)),
            active: Patch::Clear,
        };
        let refused = fields.apply(&mut code()).unwrap_err();
        let paths: Vec<_> = refused.into_iter().filter_map(|error| error.field).collect();
        assert_eq!(paths, [["name"], ["description"], ["active"]]);
    }
}
