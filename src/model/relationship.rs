//! Relationships: which user answers for which organization, as what.

use async_graphql::{Enum, InputObject, MaybeUndefined, SimpleObject};
use serde::Serialize;

use super::{Date, Ranges, Record, fold, text};
use crate::error::{Refusals, Result, UserError};
use crate::id::{OrganizationId, RelationshipId, UserId, global};

/// The longest type, in characters.
const LONGEST_TYPE: usize = 100;

/// Connects a user with an organization, as something such as "Account Manager". It is current while it has no end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, SimpleObject, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
#[graphql(complex)]
pub struct Relationship {
    /// The relationship's id.
    #[serde(skip)]
    pub id: RelationshipId,
    /// What the user is to the organization, such as "Account Manager".
    pub r#type: String,
    /// Its first day, if anybody knows.
    pub started_on: Option<Date>,
    /// Its last day; null while it is current.
    pub ended_on: Option<Date>,
    /// When it was made and changed, by whom, and how often.
    #[sqlx(flatten)]
    #[graphql(flatten)]
    #[serde(skip)]
    pub record: Record,
    /// Who answers for the organization.
    #[graphql(skip)]
    #[serde(serialize_with = "global")]
    pub user_id: UserId,
    /// Which organization.
    #[graphql(skip)]
    #[serde(serialize_with = "global")]
    pub organization_id: OrganizationId,
    /// The type, folded: the order by type.
    #[graphql(skip)]
    #[serde(skip)]
    pub type_key: String,
}

/// What people write about a relationship. An absent field is left alone (or empty, in a new relationship); null
/// clears it.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RelationshipFields {
    /// What the user is to the organization, such as "Account Manager": 1 to 100 characters, free text.
    /// `relationshipTypes` suggests those in use.
    pub r#type: MaybeUndefined<String>,
    /// Its first day.
    pub started_on: MaybeUndefined<Date>,
    /// Its last day, not before the first; null makes it current.
    pub ended_on: MaybeUndefined<Date>,
}

impl RelationshipFields {
    /// Writes the given fields into `relationship`; a refusal names every field that is wrong.
    pub fn apply(self, relationship: &mut Relationship) -> Result<(), Vec<UserError>> {
        let mut refusals = Refusals::default();
        let is_new = relationship.r#type.is_empty();
        let r#type = match self.r#type {
            MaybeUndefined::Undefined if is_new => MaybeUndefined::Null,
            r#type => r#type,
        };
        refusals.set("type", r#type, &mut relationship.r#type, |r#type| {
            text::required(r#type.unwrap_or_default(), LONGEST_TYPE)
        });
        refusals.set("startedOn", self.started_on, &mut relationship.started_on, Ok);
        refusals.set("endedOn", self.ended_on, &mut relationship.ended_on, Ok);
        if let (Some(started), Some(ended)) = (relationship.started_on, relationship.ended_on)
            && ended < started
        {
            refusals.add(UserError::invalid("must not be before startedOn").under("endedOn"));
        }
        relationship.type_key = fold(&relationship.r#type);
        refusals.finish()
    }
}

impl Relationship {
    /// A relationship nobody wrote anything about yet.
    pub const fn new(
        id: RelationshipId,
        record: Record,
        user_id: UserId,
        organization_id: OrganizationId,
    ) -> Self {
        Self {
            id,
            r#type: String::new(),
            started_on: None,
            ended_on: None,
            record,
            user_id,
            organization_id,
            type_key: String::new(),
        }
    }

    /// Whether it has no end.
    pub const fn is_current(&self) -> bool {
        self.ended_on.is_none()
    }
}

/// What lists of relationships can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum RelationshipOrderField {
    /// By type; case and accents do not matter.
    Type,
    /// By their first day; those without one come last, whatever the direction.
    StartedOn,
    /// When they were created.
    CreatedAt,
}

/// What narrows a list of relationships; conditions combine by *and*.
#[derive(Clone, Debug, Default)]
pub struct RelationshipFilter {
    /// Of one of these users.
    pub user_ids: Option<Vec<UserId>>,
    /// With one of these organizations.
    pub organization_ids: Option<Vec<OrganizationId>>,
    /// Whose whole type is one of these; case and accents do not matter.
    pub types: Option<Vec<String>>,
    /// Which are current, or which are over.
    pub is_current: Option<bool>,
    /// When they were made and changed.
    pub ranges: Ranges,
}
