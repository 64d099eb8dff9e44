//! The table of interactions.

use const_format::concatcp;
use tracing::instrument;

use super::bind::{IdList, TextList, values};
use super::declaration::stored;
use super::engine::sql;
use super::list::{AGENTS, Condition, Conditions, Value, WRAP_UPS};
use super::{Column, Edge, Filter, Listed, Load, SortField, Table, Tenant, Tx};
use crate::error::Result;
use crate::id::{InteractionId, TypedId, UserId, WrapUpCodeId};
use crate::model::{
    DateTime, Interaction, InteractionDirection, InteractionFilter, InteractionOrderField, MediaType, WrapUp,
};
use crate::page::Key;

const INTERACTION: &str = <Interaction as Table>::COLUMNS;
/// The table of agents with its columns.
const AGENT_ROWS: &str = "interaction_agents (tenant_id, user_id, started_at, interaction_id)";
/// The table of wrap-ups with its columns.
const WRAP_UP_ROWS: &str = "wrap_ups (tenant_id, wrap_up_code_id, started_at, interaction_id, user_id)";

stored! {
    Interaction: InteractionId in "interactions" [recorded] {
        media_type,
        direction,
        started_at,
        ended_at,
        subject_line,
        queue_name,
        contact_point: json,
        linked_by,
        contact_id,
        organization_id,
        agent_ids: json,
        wrap_ups: json,
    }
    fixed {
        external_id,
    }
    derived {
        point_key: |interaction, _| interaction.point_key(),
    }
    refers {
        contact_id: Contact,
        organization_id: Organization,
    }
}

impl Listed for Interaction {
    type Order = InteractionOrderField;
    type Filter = InteractionFilter;

    fn keys(&self, order: InteractionOrderField) -> Vec<Key> {
        match order {
            InteractionOrderField::StartedAt => vec![Key::Instant(self.started_at.0)],
        }
    }
}

impl SortField for InteractionOrderField {
    const LIST: &'static str = "interactions";

    fn columns(self) -> &'static [Column] {
        match self {
            Self::StartedAt => &[Column::Instant("started_at")],
        }
    }
}

impl Filter for InteractionFilter {
    fn conditions(&self, to: &mut Conditions) {
        to.refers_to("contact_id", self.contact_ids.as_deref());
        to.one_of_texts(&["point_key"], self.point_keys.clone());
        if let Some(has_contact) = self.has_contact {
            let condition = Condition::Null {
                column: "contact_id",
                is_null: !has_contact,
                // Most interactions have one.
                is_ordered: !has_contact,
            };
            // An index has the interactions of a contact point without a contact.
            let is_of_point = !has_contact && self.point_keys.is_some();
            to.add(if is_of_point {
                Condition::Unindexed(Box::new(condition))
            } else {
                condition
            });
        }
        to.refers_to("organization_id", self.organization_ids.as_deref());
        to.linked_ids(&AGENTS, self.agent_ids.as_deref());
        to.linked_ids(&WRAP_UPS, self.wrap_up_code_ids.as_deref());
        if self.media_types.is_some() || self.direction.is_some() {
            let media_types = self.media_types.clone().unwrap_or_else(MediaType::all);
            let directions = self
                .direction
                .map_or_else(InteractionDirection::all, |it| vec![it]);
            let rows = media_types.into_iter().flat_map(|media_type| {
                let values = |direction: &InteractionDirection| {
                    vec![Value::MediaType(media_type), Value::Direction(*direction)]
                };
                directions.iter().map(values).collect::<Vec<_>>()
            });
            to.one_of(&["media_type", "direction"], rows.collect());
        }
        to.within("started_at", self.started_at);
        to.ranges(&self.ranges);
    }
}

/// The interactions with a contact.
pub static INTERACTIONS_OF_CONTACT: Edge<Interaction> = Edge {
    column: "contact_id",
    parent: |interaction| interaction.contact_id.map(TypedId::uuid),
    has_aliases: false,
};

/// The interactions with an organization, as it was then.
pub static INTERACTIONS_OF_ORGANIZATION: Edge<Interaction> = Edge {
    column: "organization_id",
    parent: |interaction| interaction.organization_id.map(TypedId::uuid),
    has_aliases: false,
};

impl Load {
    /// Adds new interactions with their agents and wrap-ups.
    pub fn add_interactions(&mut self, interactions: &[Interaction]) -> Result<()> {
        self.add(interactions)?;
        let mut agents: Vec<(UserId, DateTime, InteractionId)> = interactions
            .iter()
            .flat_map(|it| it.agent_ids.iter().map(|agent| (*agent, it.started_at, it.id)))
            .collect();
        agents.sort_unstable();
        self.add_rows(AGENT_ROWS, &agents, |(agent, started_at, interaction)| {
            values![*agent, *started_at, *interaction]
        })?;
        let mut wrap_ups: Vec<(WrapUpCodeId, DateTime, InteractionId, UserId)> = interactions
            .iter()
            .flat_map(|it| {
                let wrap_ups = it.wrap_ups.iter();
                wrap_ups.map(|wrap_up| (wrap_up.code_id, it.started_at, it.id, wrap_up.agent_id))
            })
            .collect();
        wrap_ups.sort_unstable();
        self.add_rows(
            WRAP_UP_ROWS,
            &wrap_ups,
            |(code, started_at, interaction, agent)| values![*code, *started_at, *interaction, *agent],
        )
    }
}

impl Tenant {
    /// The interaction with this id in the telephony system.
    pub async fn interaction_by_external_id(&self, external_id: &str) -> Result<Option<Interaction>> {
        self.fetch_optional(sql!(
            "SELECT " INTERACTION " FROM interactions WHERE tenant_id = $1 AND external_id = $2",
            external_id,
        ))
        .await
    }
}

impl Tx {
    /// The interaction with this id in the telephony system, locked until the transaction ends.
    pub async fn interaction_by_external_id(&mut self, external_id: &str) -> Result<Option<Interaction>> {
        self.fetch_optional(sql!(
            "SELECT " INTERACTION " FROM interactions WHERE tenant_id = $1 AND external_id = $2" .lock,
            external_id,
        ))
        .await
    }

    /// Adds an interaction with its agents.
    #[instrument(level = "debug", skip_all)]
    pub async fn add_interaction(&mut self, interaction: &Interaction) -> Result<()> {
        self.insert(interaction).await?;
        self.add_agents(interaction, &interaction.agent_ids).await
    }

    /// Updates an interaction to what it became. Agents are added and never removed.
    #[instrument(level = "debug", skip_all)]
    pub async fn update_interaction(
        &mut self,
        before: &Interaction,
        after: Interaction,
    ) -> Result<Interaction> {
        let after = self.update(before, after).await?;
        let is_new = |agent: &&UserId| !before.agent_ids.contains(agent);
        let agents: Vec<UserId> = after.agent_ids.iter().filter(is_new).copied().collect();
        self.move_starts(&[(before, &after)]).await?;
        self.add_agents(&after, &agents).await?;
        let stale = before
            .wrap_ups
            .iter()
            .filter(|wrap_up| !after.wrap_ups.contains(wrap_up));
        for wrap_up in stale {
            self.remove_wrap_up(&after, wrap_up).await?;
        }
        let fresh = after
            .wrap_ups
            .iter()
            .filter(|wrap_up| !before.wrap_ups.contains(wrap_up));
        for wrap_up in fresh {
            self.add_wrap_up(&after, wrap_up).await?;
        }
        Ok(after)
    }

    /// Adds interactions with their agents and wrap-ups.
    #[instrument(level = "debug", skip_all)]
    pub async fn add_interactions(&mut self, interactions: &[Interaction]) -> Result<()> {
        let mut load = self.empty_load();
        load.add_interactions(interactions)?;
        self.load_and_record(&load, interactions).await
    }

    async fn add_agents(&mut self, interaction: &Interaction, agents: &[UserId]) -> Result<()> {
        if agents.is_empty() {
            return Ok(());
        }
        if self.takes_values(agents.len()) {
            let head = concatcp!("INSERT INTO ", AGENT_ROWS, " VALUES ");
            return self
                .insert_few(head, "", agents, |agent| {
                    values![*agent, interaction.started_at, interaction.id]
                })
                .await;
        }
        self.execute(sql!(
            "
            INSERT INTO interaction_agents (tenant_id, user_id, started_at, interaction_id)
            SELECT $1, a.listed_id, $3, $4
              FROM " .ids(2) " AS a",
            IdList(agents.iter().map(|agent| agent.uuid()).collect()),
            interaction.started_at,
            interaction.id,
        ))
        .await
        .map(drop)
    }

    /// Moves the agents and wrap-ups of interactions to the start of the interaction as it became.
    async fn move_starts(&mut self, changes: &[(&Interaction, &Interaction)]) -> Result<()> {
        let moved = || {
            let moves = changes.iter().copied();
            moves.filter(|(before, after)| before.started_at != after.started_at)
        };
        let agents: Vec<_> = moved()
            .flat_map(|(before, after)| before.agent_ids.iter().map(move |agent| (before, after, *agent)))
            .collect();
        self.update_rows_from(
            (
                "UPDATE interaction_agents AS t SET started_at = v.column4 FROM (VALUES ",
                ") AS v WHERE t.tenant_id = $1 AND t.user_id = v.column1 AND t.started_at = v.column2 \
                 AND t.interaction_id = v.column3",
            ),
            &agents,
            |(before, after, agent)| values![*agent, before.started_at, before.id, after.started_at],
        )
        .await?;
        let wrap_ups: Vec<_> = moved()
            .flat_map(|(before, after)| {
                before
                    .wrap_ups
                    .iter()
                    .map(move |wrap_up| (before, after, wrap_up))
            })
            .collect();
        self.update_rows_from(
            (
                "UPDATE wrap_ups AS t SET started_at = v.column5 FROM (VALUES ",
                ") AS v WHERE t.tenant_id = $1 AND t.wrap_up_code_id = v.column1 AND t.started_at = v.column2 \
                 AND t.interaction_id = v.column3 AND t.user_id = v.column4",
            ),
            &wrap_ups,
            |(before, after, wrap_up)| {
                values![wrap_up.code_id, before.started_at, before.id, wrap_up.agent_id, after.started_at]
            },
        )
        .await
        .map(drop)
    }

    async fn add_wrap_up(&mut self, interaction: &Interaction, wrap_up: &WrapUp) -> Result<()> {
        self.execute(sql!(
            "
            INSERT INTO wrap_ups (tenant_id, wrap_up_code_id, started_at, interaction_id, user_id)
            VALUES ($1, $2, $3, $4, $5)",
            wrap_up.code_id,
            interaction.started_at,
            interaction.id,
            wrap_up.agent_id,
        ))
        .await
        .map(drop)
    }

    async fn remove_wrap_up(&mut self, interaction: &Interaction, wrap_up: &WrapUp) -> Result<()> {
        self.execute(sql!(
            "
            DELETE FROM wrap_ups
             WHERE tenant_id = $1
               AND wrap_up_code_id = $2
               AND started_at = $3
               AND interaction_id = $4
               AND user_id = $5",
            wrap_up.code_id,
            interaction.started_at,
            interaction.id,
            wrap_up.agent_id,
        ))
        .await
        .map(drop)
    }

    /// The interactions with these ids in the telephony system, by id, locked until the transaction ends.
    pub async fn interactions_by_external_ids(
        &mut self,
        external_ids: Vec<String>,
    ) -> Result<Vec<Interaction>> {
        if external_ids.is_empty() {
            return Ok(Vec::new());
        }
        self.fetch_all(sql!(
            "SELECT " INTERACTION " FROM interactions WHERE tenant_id = $1 AND external_id " .any_texts(2)
            " ORDER BY id" .lock,
            TextList(external_ids),
        ))
        .await
    }

    /// Saves interactions as [`save_all`](Self::save_all) does, with the agents that they got. Wrap-ups stay.
    pub async fn save_interactions(
        &mut self,
        interactions: Vec<(Option<Interaction>, Interaction)>,
    ) -> Result<Vec<Interaction>> {
        let mut agents: Vec<(UserId, DateTime, InteractionId)> = Vec::new();
        for (before, after) in &interactions {
            let had = before
                .as_ref()
                .map(|before| before.agent_ids.as_slice())
                .unwrap_or_default();
            let new = after.agent_ids.iter().filter(|agent| !had.contains(agent));
            agents.extend(new.map(|agent| (*agent, after.started_at, after.id)));
        }
        let changes: Vec<_> = interactions
            .iter()
            .filter_map(|(before, after)| Some((before.as_ref()?, after)))
            .collect();
        self.move_starts(&changes).await?;
        agents.sort_unstable();
        let saved = self.save_all(interactions).await?;
        let mut load = self.empty_load();
        load.add_rows(AGENT_ROWS, &agents, |(agent, started_at, interaction)| {
            values![*agent, *started_at, *interaction]
        })?;
        self.load_reserved(&load).await?;
        Ok(saved)
    }
}
