//! Interactions: conversations with external people.

use async_graphql::resolver_utils::EnumType as _;
use async_graphql::{Enum, SimpleObject};
use serde::{Deserialize, Serialize, Serializer};

use super::{
    Checked, ContactPoint, ContactPointInput, DateTime, DateTimeRange, Ranges, Record, Region, changes, text,
};
use crate::error::{Refusals, Result, UserError};
use crate::id::{
    ContactId, InteractionId, OrganizationId, UserId, WrapUpCodeId, global, global_list, global_option,
};

/// The maximum number of agents of an interaction.
const MOST_AGENTS: usize = 100;
/// The maximum length of a conversation's id in the telephony system, in characters.
const LONGEST_EXTERNAL_ID: usize = 255;
/// The maximum length of a subject line, in characters.
const LONGEST_SUBJECT_LINE: usize = 1000;
/// The maximum length of a queue's name, in characters.
const LONGEST_QUEUE_NAME: usize = 200;
/// The maximum length of a wrap-up's note, in characters.
const LONGEST_NOTE: usize = 10_000;

/// The medium of an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[sqlx(type_name = "text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MediaType {
    /// A voice call.
    Call,
    /// A voice call that the other side requested.
    Callback,
    /// A chat.
    Chat,
    /// An e-mail.
    Email,
    /// A message in a messaging app, or an SMS.
    Message,
    /// A message or conversation in a social network.
    Social,
    /// A video call.
    Video,
    /// Another medium.
    Other,
}

impl MediaType {
    /// Returns all media.
    pub fn all() -> Vec<Self> {
        Self::items().iter().map(|item| item.value).collect()
    }
}

/// The side that began an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[sqlx(type_name = "text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InteractionDirection {
    /// The external party began the interaction.
    Inbound,
    /// The company began the interaction.
    Outbound,
}

impl InteractionDirection {
    /// Returns all sides.
    pub fn all() -> Vec<Self> {
        Self::items().iter().map(|item| item.value).collect()
    }
}

/// The origin of an interaction's link to a contact or an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[sqlx(type_name = "text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LinkOrigin {
    /// A user, or the program that recorded the interaction, gave the contact or the organization.
    User,
    /// Exactly one contact has the contact point, or no contact and exactly one organization.
    ContactPoint,
    /// A user removed the contact, or said that there is none. The interaction is not linked by its contact point again.
    Unlinked,
}

/// A conversation with a contact, an organization or both, handled by users, its agents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
#[graphql(complex)]
pub struct Interaction {
    /// The interaction's id.
    #[serde(skip)]
    pub id: InteractionId,
    /// The conversation's id in the telephony system, unique among interactions.
    pub external_id: Option<String>,
    /// The medium of the interaction.
    pub media_type: MediaType,
    /// The side that began the interaction.
    pub direction: InteractionDirection,
    /// The start time.
    pub started_at: DateTime,
    /// The end time, or null while the interaction is ongoing or if the end is unknown.
    pub ended_at: Option<DateTime>,
    /// The topic, such as the subject of an e-mail.
    pub subject_line: Option<String>,
    /// The queue that the interaction came through.
    pub queue_name: Option<String>,
    /// The contact point of the other side: the caller's number, the sender's address.
    pub contact_point: Option<ContactPoint>,
    /// The origin of the link to the contact or the organization, or of the decision that there is none. Null if nothing was
    /// ever linked.
    pub linked_by: Option<LinkOrigin>,
    /// The record's creation, last change and version.
    #[graphql(flatten)]
    #[serde(skip)]
    pub record: Record,
    /// The contact that took part.
    #[graphql(skip)]
    #[serde(serialize_with = "global_option")]
    pub contact_id: Option<ContactId>,
    /// The organization that took part, as of that time.
    #[graphql(skip)]
    #[serde(serialize_with = "global_option")]
    pub organization_id: Option<OrganizationId>,
    /// The users who handled the interaction, in the order in which they joined it.
    #[graphql(skip)]
    #[serde(serialize_with = "global_list")]
    pub agent_ids: Vec<UserId>,
    /// The wrap-ups of the agents, in the order in which they were recorded.
    #[serde(serialize_with = "shown_wrap_ups")]
    pub wrap_ups: Vec<WrapUp>,
}

/// An agent's record of the end of their part in an interaction.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[graphql(complex)]
pub struct WrapUp {
    /// The agent's note about their part. It belongs to this interaction only.
    pub note: Option<String>,
    /// The time the wrap-up was recorded.
    pub recorded_at: DateTime,
    /// The agent who recorded the wrap-up.
    #[graphql(skip)]
    pub agent_id: UserId,
    /// The wrap-up code that the agent chose.
    #[graphql(skip)]
    pub code_id: WrapUpCodeId,
}

/// Serializes wrap-ups as clients know them, with global ids.
fn shown_wrap_ups<S: Serializer>(wrap_ups: &[WrapUp], to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Shown<'a> {
        #[serde(serialize_with = "global")]
        agent_id: UserId,
        #[serde(serialize_with = "global")]
        code_id: WrapUpCodeId,
        note: &'a Option<String>,
        recorded_at: DateTime,
    }
    to.collect_seq(wrap_ups.iter().map(|wrap_up| Shown {
        agent_id: wrap_up.agent_id,
        code_id: wrap_up.code_id,
        note: &wrap_up.note,
        recorded_at: wrap_up.recorded_at,
    }))
}

changes! {
    /// A partial update of an interaction's own fields.
    InteractionChanges of Interaction, in region: &Region {
        media_type: MediaType => there,
        direction: InteractionDirection => there,
        started_at: DateTime => there,
        ended_at: DateTime => Ok,
        subject_line: String => |line| text::optional(line, LONGEST_SUBJECT_LINE),
        queue_name: String => |name| text::optional(name, LONGEST_QUEUE_NAME),
        contact_point: ContactPointInput => |point| point.map(|it| ContactPoint::check(it, region)).transpose(),
    }
}

impl InteractionChanges {
    /// Applies the changes to `interaction`; a refusal names every invalid field. A phone number without a country code is
    /// read as a number of `region`.
    pub fn apply(self, interaction: &mut Interaction, region: &Region) -> Checked<()> {
        let mut refusals = Refusals::default();
        self.write(interaction, region, &mut refusals);
        if interaction
            .ended_at
            .is_some_and(|ended| ended < interaction.started_at)
        {
            refusals.add(UserError::invalid("must not be before startedAt").under("endedAt"));
        }
        refusals.finish()
    }

    /// Returns the changes of a new interaction: an absent medium, direction or start is refused.
    #[must_use]
    pub fn of_new(self) -> Self {
        Self {
            media_type: self.media_type.of_new(),
            direction: self.direction.of_new(),
            started_at: self.started_at.of_new(),
            ..self
        }
    }
}

fn there<T>(value: Option<T>) -> Checked<T> {
    value.ok_or_else(|| vec![UserError::invalid("must not be empty")])
}

impl Interaction {
    /// Creates an empty interaction, whose medium, direction and start are still to be set.
    pub const fn new(id: InteractionId, record: Record, external_id: Option<String>) -> Self {
        Self {
            id,
            external_id,
            media_type: MediaType::Other,
            direction: InteractionDirection::Inbound,
            started_at: record.created_at,
            ended_at: None,
            subject_line: None,
            queue_name: None,
            contact_point: None,
            linked_by: None,
            record,
            contact_id: None,
            organization_id: None,
            agent_ids: Vec::new(),
            wrap_ups: Vec::new(),
        }
    }

    /// Returns the key of the contact point, by which interactions with the same one are found.
    pub fn point_key(&self) -> Option<String> {
        self.contact_point.as_ref().and_then(ContactPoint::key)
    }

    /// Whether nothing is linked, and no user decided so.
    pub const fn is_open(&self) -> bool {
        self.contact_id.is_none()
            && self.organization_id.is_none()
            && !matches!(self.linked_by, Some(LinkOrigin::Unlinked))
    }

    /// Checks a conversation's id in the telephony system.
    pub fn check_external_id(external_id: String) -> Result<String, Vec<UserError>> {
        text::required(external_id, LONGEST_EXTERNAL_ID)
    }

    /// Adds the users who are not yet among the agents.
    pub fn add_agents(&mut self, agents: &[UserId]) -> Result<(), Vec<UserError>> {
        for agent in agents {
            if !self.agent_ids.contains(agent) {
                self.agent_ids.push(*agent);
            }
        }
        if self.agent_ids.len() > MOST_AGENTS {
            let message = format!("an interaction has at most {MOST_AGENTS} agents");
            return Err(vec![UserError::invalid(message)]);
        }
        Ok(())
    }

    /// Records an agent's wrap-up, replacing their earlier one.
    pub fn wrap_up(&mut self, wrap_up: WrapUp) {
        self.wrap_ups.retain(|other| other.agent_id != wrap_up.agent_id);
        self.wrap_ups.push(wrap_up);
    }
}

impl WrapUp {
    /// Checks the note of a wrap-up.
    pub fn check_note(note: Option<String>) -> Result<Option<String>, Vec<UserError>> {
        text::optional(note, LONGEST_NOTE)
    }
}

/// A field that lists of interactions can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum InteractionOrderField {
    /// The start time.
    StartedAt,
}

/// Filters a list of interactions. All conditions must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct InteractionFilter {
    /// Matches interactions with one of these contacts.
    pub contact_ids: Option<Vec<ContactId>>,
    /// `true` matches interactions with a contact, `false` those without one.
    pub has_contact: Option<bool>,
    /// Matches interactions whose contact point has one of these keys.
    pub point_keys: Option<Vec<String>>,
    /// Matches interactions with one of these organizations.
    pub organization_ids: Option<Vec<OrganizationId>>,
    /// Matches interactions handled by one of these users.
    pub agent_ids: Option<Vec<UserId>>,
    /// Matches interactions in one of these media.
    pub media_types: Option<Vec<MediaType>>,
    /// Matches interactions in this direction.
    pub direction: Option<InteractionDirection>,
    /// Matches interactions wrapped up with one of these codes.
    pub wrap_up_code_ids: Option<Vec<WrapUpCodeId>>,
    /// Matches interactions that started in this range.
    pub started_at: DateTimeRange,
    /// Matches records by the times of their creation and last change.
    pub ranges: Ranges,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::Patch::Set;

    fn at(text: &str) -> DateTime {
        DateTime(text.parse().unwrap())
    }

    fn fields() -> InteractionChanges {
        InteractionChanges {
            media_type: Set(MediaType::Call),
            direction: Set(InteractionDirection::Inbound),
            started_at: Set(at("2026-01-02T03:04:05Z")),
            ..InteractionChanges::default()
        }
    }

    fn begin(fields: InteractionChanges) -> Result<Interaction, Vec<UserError>> {
        let record = Record::new(chrono::DateTime::UNIX_EPOCH, None);
        let mut interaction = Interaction::new(InteractionId::new(Uuid::nil()), record, None);
        fields.of_new().apply(&mut interaction, &Region::default())?;
        Ok(interaction)
    }

    fn paths(refused: Vec<UserError>) -> Vec<String> {
        refused
            .into_iter()
            .filter_map(|error| error.field)
            .flatten()
            .collect()
    }

    fn user(number: u128) -> UserId {
        UserId::new(Uuid::from_u128(number))
    }

    #[test]
    fn a_new_interaction_says_how_it_is_held_who_began_it_and_when() {
        let refused = begin(InteractionChanges::default()).unwrap_err();
        assert_eq!(paths(refused), ["mediaType", "direction", "startedAt"]);
        assert!(begin(fields()).is_ok());
    }

    #[test]
    fn it_does_not_end_before_it_began() {
        let ended = |at: DateTime| InteractionChanges {
            ended_at: Set(at),
            ..fields()
        };
        assert!(begin(ended(at("2026-01-02T03:04:05Z"))).is_ok());
        let refused = begin(ended(at("2026-01-02T03:04:04Z"))).unwrap_err();
        assert_eq!(paths(refused), ["endedAt"]);

        let mut begun = begin(ended(at("2026-01-02T03:05:00Z"))).unwrap();
        let later = InteractionChanges {
            started_at: Set(at("2026-01-02T04:00:00Z")),
            ..InteractionChanges::default()
        };
        assert_eq!(
            paths(later.apply(&mut begun, &Region::default()).unwrap_err()),
            ["endedAt"]
        );
    }

    #[test]
    fn an_agent_is_there_once_and_there_are_at_most_100() {
        let mut interaction = begin(fields()).unwrap();
        let hundred: Vec<UserId> = (0..100).map(user).collect();
        interaction.add_agents(&hundred).unwrap();
        interaction.add_agents(&[user(7)]).unwrap();
        assert_eq!(interaction.agent_ids, hundred);
        assert!(interaction.add_agents(&[user(100)]).is_err());
    }

    #[test]
    fn an_agent_has_one_wrap_up_the_last() {
        let mut interaction = begin(fields()).unwrap();
        for (agent, note) in [(1, "a"), (2, "b"), (1, "c")] {
            interaction.wrap_up(WrapUp {
                note: Some(note.to_owned()),
                recorded_at: at("1970-01-01T00:00:00Z"),
                agent_id: user(agent),
                code_id: WrapUpCodeId::new(Uuid::nil()),
            });
        }
        let notes: Vec<_> = interaction
            .wrap_ups
            .iter()
            .filter_map(|wrap_up| wrap_up.note.as_deref())
            .collect();
        assert_eq!(notes, ["b", "c"]);
    }

    #[test]
    fn texts_have_limits() {
        let long = InteractionChanges {
            subject_line: Set("x".repeat(1001)),
            queue_name: Set("x".repeat(201)),
            ..fields()
        };
        assert_eq!(paths(begin(long).unwrap_err()), ["subjectLine", "queueName"]);
        assert!(Interaction::check_external_id("x".repeat(255)).is_ok());
        assert!(Interaction::check_external_id("x".repeat(256)).is_err());
        assert!(WrapUp::check_note(Some("x".repeat(10_000))).is_ok());
        assert!(WrapUp::check_note(Some("x".repeat(10_001))).is_err());
    }
}
