//! Relationships: the users who are responsible for an organization, each in a role.

use async_graphql::{Enum, SimpleObject};
use chrono::NaiveDate;
use serde::Serialize;

use super::{Checked, Date, Ranges, Record, changes, fold, text};
use crate::error::{Refusals, UserError};
use crate::id::{OrganizationId, RelationshipId, UserId, global};

/// The maximum length of a type, in characters.
const LONGEST_TYPE: usize = 100;

/// A user's responsibility for an organization, in a role such as "Account Manager". A relationship is current while it
/// has no end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
#[graphql(complex)]
pub struct Relationship {
    /// The relationship's id.
    #[serde(skip)]
    pub id: RelationshipId,
    /// The user's role for the organization, such as "Account Manager".
    pub r#type: String,
    /// The first day of the relationship, if known.
    pub started_on: Option<Date>,
    /// The last day of the relationship, or null while it is current.
    pub ended_on: Option<Date>,
    /// The record's creation, last change and version.
    #[graphql(flatten)]
    #[serde(skip)]
    pub record: Record,
    /// The user who is responsible for the organization.
    #[graphql(skip)]
    #[serde(serialize_with = "global")]
    pub user_id: UserId,
    /// The organization's id.
    #[graphql(skip)]
    #[serde(serialize_with = "global")]
    pub organization_id: OrganizationId,
    /// The folded type, for sorting by type.
    #[graphql(skip)]
    #[serde(skip)]
    pub type_key: String,
}

changes! {
    /// A partial update of a relationship.
    RelationshipChanges of Relationship {
        r#type: String => |r#type| text::required(r#type.unwrap_or_default(), LONGEST_TYPE),
        started_on: Date => Ok,
        ended_on: Date => Ok,
    }
}

impl RelationshipChanges {
    /// Applies the changes to `relationship`; a refusal names every invalid field.
    pub fn apply(mut self, relationship: &mut Relationship) -> Checked<()> {
        let mut refusals = Refusals::default();
        if relationship.r#type.is_empty() {
            self.r#type = self.r#type.of_new();
        }
        self.write(relationship, &mut refusals);
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
    /// Returns the last day of the relationship if it ends on a day: its first day if that is later.
    pub fn last_day(&self, day: NaiveDate) -> Date {
        Date(self.started_on.map_or(day, |Date(first)| first.max(day)))
    }

    /// Creates an empty relationship.
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

    /// Whether the relationship has no end.
    pub const fn is_current(&self) -> bool {
        self.ended_on.is_none()
    }
}

/// A field that lists of relationships can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum RelationshipOrderField {
    /// Type, ignoring case and accents.
    Type,
    /// The first day. Relationships without one come last in either direction.
    StartedOn,
    /// The time of creation.
    CreatedAt,
}

/// Filters a list of relationships. All conditions must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RelationshipFilter {
    /// Matches relationships of one of these users.
    pub user_ids: Option<Vec<UserId>>,
    /// Matches relationships with one of these organizations.
    pub organization_ids: Option<Vec<OrganizationId>>,
    /// Matches relationships whose whole type is one of these, ignoring case and accents.
    pub types: Option<Vec<String>>,
    /// `true` matches current relationships, `false` ended ones.
    pub is_current: Option<bool>,
    /// Matches records by the times of their creation and last change.
    pub ranges: Ranges,
}
