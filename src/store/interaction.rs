//! Where interactions are kept.

use sqlx::types::Json;
use tracing::instrument;
use uuid::Uuid;

use super::change::NewChange;
use super::engine::{IdList, Statement, sql};
use super::{Column, Edge, Filter, Listed, SortField, Tenant, Tx};
use crate::error::Result;
use crate::id::{ContactId, InteractionId, OrganizationId, TypedId, UserId};
use crate::model::{Interaction, InteractionFilter, InteractionOrderField, WrapUp};
use crate::page::Key;

const INTERACTION: &str = "id, version, created_at, updated_at, created_by, updated_by, external_id, media_type, \
    direction, started_at, ended_at, subject_line, queue_name, contact_id, organization_id, agent_ids, wrap_ups";

impl Listed for Interaction {
    const TABLE: &'static str = "interactions";
    const COLUMNS: &'static str = INTERACTION;
    type Order = InteractionOrderField;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

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
    fn conditions<'a>(&'a self, to: &mut Statement<'a>) {
        to.one_of_ids("contact_id", self.contact_ids.as_deref());
        to.one_of_ids("organization_id", self.organization_ids.as_deref());
        if let Some(agents) = &self.agent_ids {
            to.push(" AND id IN (SELECT interaction_id FROM interaction_agents WHERE tenant_id = $1")
                .one_of_ids("user_id", Some(agents));
            to.push(")");
        }
        if let Some(codes) = &self.wrap_up_code_ids {
            to.push(" AND id IN (SELECT interaction_id FROM wrap_ups WHERE tenant_id = $1")
                .one_of_ids("wrap_up_code_id", Some(codes));
            to.push(")");
        }
        if let Some(media_types) = &self.media_types {
            // PostgreSQL takes no empty list; nothing equals NULL.
            to.push(" AND media_type IN (NULL");
            for media_type in media_types {
                to.push(", ").bind(*media_type);
            }
            to.push(")");
        }
        if let Some(direction) = self.direction {
            to.push(" AND direction = ").bind(direction);
        }
        to.within("started_at", self.started_at);
        to.ranges(&self.ranges);
    }
}

/// The interactions with a contact.
pub static INTERACTIONS_OF_CONTACT: Edge<Interaction> = Edge {
    column: "contact_id",
    condition: "",
    parent: |interaction| interaction.contact_id.map(TypedId::uuid),
};

/// The interactions with an organization, as it was then.
pub static INTERACTIONS_OF_ORGANIZATION: Edge<Interaction> = Edge {
    column: "organization_id",
    condition: "",
    parent: |interaction| interaction.organization_id.map(TypedId::uuid),
};

impl Tenant {
    /// The interaction that the telephony system calls this.
    pub async fn interaction_by_external_id(&self, external_id: &str) -> Result<Option<Interaction>> {
        self.fetch_optional(sql!(
            "SELECT " INTERACTION " FROM interactions WHERE tenant_id = $1 AND external_id = $2",
            external_id,
        ))
        .await
    }
}

impl Tx {
    /// An interaction, locked until the transaction ends.
    pub async fn interaction(&mut self, id: InteractionId) -> Result<Option<Interaction>> {
        self.locked(id.uuid()).await
    }

    /// The interaction that the telephony system calls this, locked until the transaction ends.
    pub async fn interaction_by_external_id(&mut self, external_id: &str) -> Result<Option<Interaction>> {
        self.fetch_optional(sql!(
            "SELECT " INTERACTION " FROM interactions WHERE tenant_id = $1 AND external_id = $2 FOR UPDATE",
            external_id,
        ))
        .await
    }

    /// Keeps a new interaction.
    #[instrument(skip_all, err)]
    pub async fn add_interaction(&mut self, interaction: &Interaction) -> Result<()> {
        self.execute(sql!(
            "
            INSERT INTO interactions
                   (tenant_id, id, version, created_at, updated_at, created_by, updated_by, external_id,
                    media_type, direction, started_at, ended_at, subject_line, queue_name, contact_id,
                    organization_id, agent_ids, wrap_ups)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            interaction.id,
            interaction.record.version,
            interaction.record.created_at,
            interaction.record.updated_at,
            interaction.record.created_by,
            interaction.record.updated_by,
            interaction.external_id,
            interaction.media_type,
            interaction.direction,
            interaction.started_at,
            interaction.ended_at,
            interaction.subject_line,
            interaction.queue_name,
            interaction.contact_id,
            interaction.organization_id,
            Json(&interaction.agent_ids),
            Json(&interaction.wrap_ups),
        ))
        .await?;
        self.add_agents(interaction.id, &interaction.agent_ids).await?;
        self.record(NewChange::created(interaction)).await
    }

    /// Keeps what became of an interaction, and counts the change; nothing is written when nothing changed. Agents are
    /// added and never removed.
    #[instrument(skip_all, err)]
    pub async fn save_interaction(
        &mut self,
        before: &Interaction,
        mut after: Interaction,
    ) -> Result<Interaction> {
        if *before == after {
            return Ok(after);
        }
        after.record.touch(self.now(), self.actor());
        self.execute(sql!(
            "
            UPDATE interactions
               SET version = $3, updated_at = $4, updated_by = $5, media_type = $6, direction = $7,
                   started_at = $8, ended_at = $9, subject_line = $10, queue_name = $11, contact_id = $12,
                   organization_id = $13, agent_ids = $14, wrap_ups = $15
             WHERE tenant_id = $1
               AND id = $2",
            after.id,
            after.record.version,
            after.record.updated_at,
            after.record.updated_by,
            after.media_type,
            after.direction,
            after.started_at,
            after.ended_at,
            after.subject_line,
            after.queue_name,
            after.contact_id,
            after.organization_id,
            Json(&after.agent_ids),
            Json(&after.wrap_ups),
        ))
        .await?;
        let is_new = |agent: &&UserId| !before.agent_ids.contains(agent);
        let agents: Vec<UserId> = after.agent_ids.iter().filter(is_new).copied().collect();
        self.add_agents(after.id, &agents).await?;
        for gone in before
            .wrap_ups
            .iter()
            .filter(|wrap_up| !after.wrap_ups.contains(wrap_up))
        {
            self.remove_wrap_up(after.id, gone).await?;
        }
        for new in after
            .wrap_ups
            .iter()
            .filter(|wrap_up| !before.wrap_ups.contains(wrap_up))
        {
            self.add_wrap_up(after.id, new).await?;
        }
        self.record(NewChange::updated(before, &after)?).await?;
        Ok(after)
    }

    async fn add_agents(&mut self, interaction: InteractionId, agents: &[UserId]) -> Result<()> {
        if agents.is_empty() {
            return Ok(());
        }
        self.execute(sql!(
            "
            INSERT INTO interaction_agents (tenant_id, user_id, interaction_id)
            SELECT $1, a.listed_id, $3
              FROM IDS($2) AS a",
            IdList(agents.iter().map(|agent| agent.uuid()).collect()),
            interaction,
        ))
        .await
        .map(drop)
    }

    async fn add_wrap_up(&mut self, interaction: InteractionId, wrap_up: &WrapUp) -> Result<()> {
        self.execute(sql!(
            "INSERT INTO wrap_ups (tenant_id, wrap_up_code_id, interaction_id, user_id) VALUES ($1, $2, $3, $4)",
            wrap_up.code_id,
            interaction,
            wrap_up.agent_id,
        ))
        .await
        .map(drop)
    }

    async fn remove_wrap_up(&mut self, interaction: InteractionId, wrap_up: &WrapUp) -> Result<()> {
        self.execute(sql!(
            "
            DELETE FROM wrap_ups
             WHERE tenant_id = $1
               AND wrap_up_code_id = $2
               AND interaction_id = $3
               AND user_id = $4",
            wrap_up.code_id,
            interaction,
            wrap_up.agent_id,
        ))
        .await
        .map(drop)
    }

    /// Keeps the interactions of a contact that goes, without it; gives how many. They keep their version.
    pub(super) async fn detach_contact_from_interactions(&mut self, contact: ContactId) -> Result<i64> {
        let detached = self
            .execute(sql!(
                "UPDATE interactions SET contact_id = NULL WHERE tenant_id = $1 AND contact_id = $2",
                contact,
            ))
            .await?;
        Ok(i64::try_from(detached).unwrap_or(i64::MAX))
    }

    /// Keeps the interactions of an organization that goes, without it; gives how many. They keep their version.
    pub(super) async fn detach_organization_from_interactions(
        &mut self,
        organization: OrganizationId,
    ) -> Result<i64> {
        let detached = self
            .execute(sql!(
                "UPDATE interactions SET organization_id = NULL WHERE tenant_id = $1 AND organization_id = $2",
                organization,
            ))
            .await?;
        Ok(i64::try_from(detached).unwrap_or(i64::MAX))
    }
}
