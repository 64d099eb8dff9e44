//! Where organizations are kept.

use sqlx::types::Json;
use tracing::instrument;
use uuid::Uuid;

use super::change::NewChange;
use super::engine::{IdList, Statement, sql};
use super::{Column, Filter, Listed, SortField, Tx};
use crate::error::Result;
use crate::id::{OrganizationId, TypedId};
use crate::model::{Organization, OrganizationFilter, OrganizationOrderField};
use crate::page::Key;

impl Listed for Organization {
    const TABLE: &'static str = "organizations";
    const COLUMNS: &'static str = "id, version, created_at, updated_at, created_by, updated_by, name, company_type, \
        industry, address, phone_number, fax_number, employee_count, annual_revenue, websites, tags, tickers, \
        external_system_url, external_ids, primary_contact_id, sort_name";
    type Order = OrganizationOrderField;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn keys(&self, order: OrganizationOrderField) -> Vec<Key> {
        vec![match order {
            OrganizationOrderField::Name => Key::Text(self.sort_name.clone()),
            OrganizationOrderField::CreatedAt => Key::Instant(self.record.created_at.0),
            OrganizationOrderField::UpdatedAt => Key::Instant(self.record.updated_at.0),
        }]
    }
}

impl SortField for OrganizationOrderField {
    const LIST: &'static str = "organizations";

    fn columns(self) -> &'static [Column] {
        match self {
            Self::Name => &[Column::Text("sort_name")],
            Self::CreatedAt => &[Column::Instant("created_at")],
            Self::UpdatedAt => &[Column::Instant("updated_at")],
        }
    }
}

impl Filter for OrganizationFilter {
    fn conditions<'a>(&'a self, to: &mut Statement<'a>) {
        to.name("sort_name", self.name.as_ref());
        to.found_by('I', self.industries.as_deref());
        to.found_by('T', self.company_types.as_deref());
        to.found_by('G', self.tags.as_deref());
        to.found_by('C', self.cities.as_deref());
        to.found_by('Y', self.country_codes.as_deref());
        if let Some(owners) = &self.owner_ids {
            to.push(
                " AND id IN (SELECT organization_id FROM relationships WHERE tenant_id = $1 AND ended_on IS NULL \
                 AND user_id = ANY_ID(",
            )
            .bind(IdList(owners.iter().map(|id| id.uuid()).collect()))
            .push("))");
        }
        if let Some(has_owner) = self.has_owner {
            to.push(if has_owner {
                " AND EXISTS"
            } else {
                " AND NOT EXISTS"
            })
            .push(
                " (SELECT 1 FROM relationships AS r WHERE r.tenant_id = $1 \
                     AND r.organization_id = organizations.id AND r.ended_on IS NULL)",
            );
        }
        to.external_id(OrganizationId::KIND, self.external_id.as_ref());
        to.ranges(&self.ranges);
    }
}

/// What went with an organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedOrganization {
    /// Relationships that were deleted.
    pub relationships: i64,
    /// Notes that were deleted.
    pub notes: i64,
    /// Contacts that were kept, without their organization.
    pub contacts: i64,
    /// Interactions that were kept, without their organization.
    pub interactions: i64,
}

impl Tx {
    /// Whether there is such an organization.
    pub async fn has_organization(&mut self, id: OrganizationId) -> Result<bool> {
        let one: Option<(i32,)> = self
            .fetch_optional(sql!(
                "SELECT 1 FROM organizations WHERE tenant_id = $1 AND id = $2",
                id
            ))
            .await?;
        Ok(one.is_some())
    }

    /// An organization, locked until the transaction ends.
    pub async fn organization(&mut self, id: OrganizationId) -> Result<Option<Organization>> {
        self.locked(id.uuid()).await
    }

    /// Keeps a new organization. Refuses when there is no room, or when an external id is taken.
    #[instrument(skip_all, err)]
    pub async fn add_organization(&mut self, organization: &Organization) -> Result<()> {
        self.take_room(1).await?;
        let found = organization.found();
        self.execute(sql!(
            "
            INSERT INTO organizations
                   (tenant_id, id, version, created_at, updated_at, created_by, updated_by, name, company_type,
                    industry, address, phone_number, fax_number, employee_count, annual_revenue, websites, tags,
                    tickers, external_system_url, external_ids, primary_contact_id, sort_name, search_text)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                    $20, $21, $22, $23)",
            organization.id,
            organization.record.version,
            organization.record.created_at,
            organization.record.updated_at,
            organization.record.created_by,
            organization.record.updated_by,
            organization.name,
            organization.company_type,
            organization.industry,
            Json(&organization.address),
            Json(&organization.phone_number),
            Json(&organization.fax_number),
            organization.employee_count,
            Json(&organization.annual_revenue),
            Json(&organization.websites),
            Json(&organization.tags),
            Json(&organization.tickers),
            organization.external_system_url,
            Json(&organization.external_ids),
            organization.primary_contact_id,
            organization.sort_name,
            found.search_text(),
        ))
        .await?;
        self.replace_external_ids(organization.id, &[], &organization.external_ids)
            .await?;
        self.reindex(organization.id.uuid(), None, Some(found)).await?;
        self.record(NewChange::created(organization)).await
    }

    /// Keeps what became of an organization, and counts the change; nothing is written when nothing changed. Refuses
    /// when an external id is taken.
    #[instrument(skip_all, err)]
    pub async fn save_organization(
        &mut self,
        before: &Organization,
        mut after: Organization,
    ) -> Result<Organization> {
        if *before == after {
            return Ok(after);
        }
        after.record.touch(self.now(), self.actor());
        let found = after.found();
        self.execute(sql!(
            "
            UPDATE organizations
               SET version = $3, updated_at = $4, updated_by = $5, name = $6, company_type = $7, industry = $8,
                   address = $9, phone_number = $10, fax_number = $11, employee_count = $12,
                   annual_revenue = $13, websites = $14, tags = $15, tickers = $16, external_system_url = $17,
                   external_ids = $18, primary_contact_id = $19, sort_name = $20, search_text = $21
             WHERE tenant_id = $1
               AND id = $2",
            after.id,
            after.record.version,
            after.record.updated_at,
            after.record.updated_by,
            after.name,
            after.company_type,
            after.industry,
            Json(&after.address),
            Json(&after.phone_number),
            Json(&after.fax_number),
            after.employee_count,
            Json(&after.annual_revenue),
            Json(&after.websites),
            Json(&after.tags),
            Json(&after.tickers),
            after.external_system_url,
            Json(&after.external_ids),
            after.primary_contact_id,
            after.sort_name,
            found.search_text(),
        ))
        .await?;
        self.replace_external_ids(after.id, &before.external_ids, &after.external_ids)
            .await?;
        self.reindex(after.id.uuid(), Some(before.found()), Some(found))
            .await?;
        self.record(NewChange::updated(before, &after)?).await?;
        Ok(after)
    }

    /// Deletes an organization with its relationships and notes; its contacts and interactions stay, without it.
    #[instrument(skip_all, err)]
    pub async fn remove_organization(&mut self, organization: &Organization) -> Result<RemovedOrganization> {
        let id = organization.id;
        let removed = RemovedOrganization {
            relationships: self.remove_relationships_of_organization(id).await?,
            notes: self.remove_notes_of_organization(id).await?,
            contacts: self.detach_organization_from_contacts(id).await?,
            interactions: self.detach_organization_from_interactions(id).await?,
        };
        self.replace_external_ids(id, &organization.external_ids, &[])
            .await?;
        self.reindex(id.uuid(), Some(organization.found()), None).await?;
        self.execute(sql!(
            "DELETE FROM organizations WHERE tenant_id = $1 AND id = $2",
            id
        ))
        .await?;
        self.give_room(1 + removed.relationships + removed.notes).await?;
        self.record(NewChange::deleted(organization).with(removed)?)
            .await?;
        Ok(removed)
    }

    /// Keeps the contacts of an organization that goes, without it; gives how many. They keep their version, and their
    /// words, which never hold the organization's name.
    async fn detach_organization_from_contacts(&mut self, organization: OrganizationId) -> Result<i64> {
        let detached = self
            .execute(sql!(
                "UPDATE contacts SET organization_id = NULL WHERE tenant_id = $1 AND organization_id = $2",
                organization,
            ))
            .await?;
        Ok(i64::try_from(detached).unwrap_or(i64::MAX))
    }
}
