//! Keys of records in other systems.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use super::{Checked, Patch, distinct, each, text, whole};
use crate::error::{Error, Refusals, Result, UserError};

/// The maximum length of a source, in characters.
const LONGEST_SOURCE: usize = 100;
/// The maximum length of a value, in characters.
const LONGEST_VALUE: usize = 255;
/// The maximum number of external ids of a record.
pub(super) const MOST_EXTERNAL_IDS: usize = 10;

/// A record's key in another system, unique among records of the same kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub struct ExternalId {
    /// The name of the other system.
    pub source: String,
    /// The record's key in the other system.
    pub value: String,
}

/// Input for a record's key in another system. Both parts are compared exactly, including case.
#[derive(Clone, Debug, InputObject)]
pub struct ExternalIdInput {
    /// The name of the other system, such as `crm`: freely chosen, 1 to 100 characters.
    pub source: String,
    /// The record's key in the other system, 1 to 255 characters.
    pub value: String,
}

impl ExternalId {
    /// Checks a source of 1 to 100 characters and a value of 1 to 255.
    pub fn check(input: ExternalIdInput) -> Checked<Self> {
        let mut refusals = Refusals::default();
        let source = refusals.check("source", text::required(input.source, LONGEST_SOURCE));
        let value = refusals.check("value", text::required(input.value, LONGEST_VALUE));
        whole(
            refusals,
            source.zip(value).map(|(source, value)| Self { source, value }),
        )
    }

    /// Checks a list of at most 10 external ids. A record that others became part of may have several of one source.
    pub fn list(inputs: Vec<ExternalIdInput>) -> Checked<Vec<Self>> {
        let ids = each(inputs, MOST_EXTERNAL_IDS, Self::check)?;
        let twice = "must not repeat an external id of the list";
        distinct(ids, "value", twice, Self::clone)
    }

    /// Returns the external ids that a record is to get: those of a whole list, and those to add. What is refused later is
    /// passed over.
    pub fn claimed(whole: &Patch<Vec<ExternalIdInput>>, added: Option<&[ExternalIdInput]>) -> Vec<Self> {
        match whole {
            Patch::Set(listed) => Self::list(listed.clone()).unwrap_or_default(),
            Patch::Keep | Patch::Clear => Self::added(added),
        }
    }

    /// Returns the external ids to add, unless one of them is refused later.
    pub fn added(added: Option<&[ExternalIdInput]>) -> Vec<Self> {
        let added = added.unwrap_or_default().to_vec();
        each(added, MOST_EXTERNAL_IDS, Self::check).unwrap_or_default()
    }

    /// Moves refusals of external ids of a record to the input that adds these: `externalIds.0` becomes
    /// `lists.addExternalIds.2` if the first of the record's external ids, `of_record`, is the third of those `added`.
    pub fn refused_where_added(
        refusals: Vec<UserError>,
        of_record: &[Self],
        added: &[Self],
    ) -> Vec<UserError> {
        let place = |refusal: &UserError| {
            let [list, position] = refusal.field.as_deref()? else {
                return None;
            };
            let id = of_record.get(position.parse::<usize>().ok()?)?;
            (list == "externalIds").then(|| added.iter().position(|added| added == id))?
        };
        let moved = |refusal: UserError| match place(&refusal) {
            Some(position) => UserError {
                field: None,
                ..refusal
            }
            .under(position)
            .under("addExternalIds")
            .under("lists"),
            None => refusal,
        };
        refusals.into_iter().map(moved).collect()
    }

    /// Adds the key by which a record was looked up to its keys, unless it is among them. The result satisfies
    /// [`Self::list`].
    pub fn join(self, ids: &mut Vec<Self>) -> Checked<()> {
        if ids.contains(&self) {
            return Ok(());
        }
        if ids.iter().any(|id| id.source == self.source) {
            let message = "must be the value that `externalIds` has for this source; a record has one value for each source";
            return Err(vec![UserError::invalid(message).under("value")]);
        }
        if ids.len() >= MOST_EXTERNAL_IDS {
            let message =
                format!("must be one of `externalIds` when there are {MOST_EXTERNAL_IDS}, which is the most");
            return Err(vec![UserError::invalid(message)]);
        }
        ids.push(self);
        Ok(())
    }
}

impl ExternalIdInput {
    /// Reads a key from a query's argument.
    pub fn argument(self, name: &'static str) -> Result<ExternalId> {
        ExternalId::check(self).map_err(|refusals| {
            let reason = refusals.into_iter().next().map(|refusal| {
                let part = refusal.field.unwrap_or_default().concat();
                format!("is wrong: its {part} {}", refusal.message)
            });
            Error::argument(name, reason.unwrap_or_default())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::check::told;

    fn input(source: &str, value: &str) -> ExternalIdInput {
        ExternalIdInput {
            source: source.into(),
            value: value.into(),
        }
    }

    #[test]
    fn a_key_joins_a_list_that_has_room_for_it() {
        let id = |source: &str, value: &str| ExternalId::check(input(source, value)).unwrap();
        let mut ids = vec![id("crm", "1")];
        id("crm", "1").join(&mut ids).unwrap();
        id("erp", "1").join(&mut ids).unwrap();
        assert_eq!(ids, [id("crm", "1"), id("erp", "1")]);
        let other = id("crm", "2").join(&mut ids);
        let message = "must be the value that `externalIds` has for this source; a record has one value for each source";
        assert_eq!(told(other), [format!("value: {message}")]);
        let mut full: Vec<_> = (0..10).map(|n| id(&n.to_string(), "1")).collect();
        let eleventh = id("crm", "1").join(&mut full);
        let message = "must be one of `externalIds` when there are 10, which is the most";
        assert_eq!(told(eleventh), [format!(": {message}")]);
        assert_eq!(full.len(), 10);
    }

    #[test]
    fn both_parts_are_there_and_have_their_limits() {
        let id = ExternalId::check(input(" crm ", " 00-7 ")).unwrap();
        assert_eq!((id.source.as_str(), id.value.as_str()), ("crm", "00-7"));
        assert!(ExternalId::check(input(&"é".repeat(100), &"é".repeat(255))).is_ok());
        assert_eq!(
            told(ExternalId::check(input(&"é".repeat(101), &"é".repeat(256)))),
            [
                "source: must have at most 100 characters; it has 101, so shorten it",
                "value: must have at most 255 characters; it has 256, so shorten it"
            ]
        );
        assert_eq!(told(ExternalId::check(input("", " "))).len(), 2);
    }

    #[test]
    fn an_external_id_is_in_a_list_once() {
        assert_eq!(
            ExternalId::list(vec![input("crm", "1"), input("CRM", "1")])
                .unwrap()
                .len(),
            2
        );
        assert_eq!(
            ExternalId::list(vec![input("crm", "1"), input("crm", "2")])
                .unwrap()
                .len(),
            2,
            "a record that others became part of has theirs, too"
        );
        assert_eq!(
            told(ExternalId::list(vec![input("crm", "1"), input(" crm", "1")])),
            ["1.value: must not repeat an external id of the list"]
        );
    }

    #[test]
    fn a_record_has_at_most_ten_external_ids() {
        let numbered = |count: u8| (0..count).map(|n| input(&n.to_string(), "1")).collect::<Vec<_>>();
        assert_eq!(ExternalId::list(numbered(10)).unwrap().len(), 10);
        assert!(ExternalId::list(numbered(11)).is_err());
    }

    #[test]
    fn a_taken_id_is_refused_where_the_input_adds_it() {
        let id = |value: &str| ExternalId::check(input("crm", value)).unwrap();
        let refusals =
            ["0", "1"].map(|position| UserError::invalid("taken").under(position).under("externalIds"));
        let moved =
            ExternalId::refused_where_added(refusals.to_vec(), &[id("1"), id("2")], &[id("3"), id("2")]);
        let paths: Vec<String> = moved
            .into_iter()
            .map(|refusal| refusal.field.unwrap().join("."))
            .collect();
        assert_eq!(paths, ["externalIds.0", "lists.addExternalIds.1"]);
    }
}
