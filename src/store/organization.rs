//! The table of organizations.

use std::collections::HashMap;

use tracing::instrument;
use uuid::Uuid;

use super::bind::{IdList, values};
use super::declaration::stored;
use super::engine::sql;
use super::list::{Condition, Conditions, OWNERS};
use super::loose_reference::{EMPLOYER, ORGANIZATION_OF_INTERACTION};
use super::note::NOTES_OF_ORGANIZATION;
use super::record::count_by;
use super::relationship::RELATIONSHIPS_OF_ORGANIZATION;
use super::trash::check_parts;
use super::{Column, Filter, Listed, SortField, Table, Tenant, Tx};
use crate::error::Result;
use crate::id::{ContactId, OrganizationId, TypedId};
use crate::model::{Organization, OrganizationFilter, OrganizationOrderField, WordKind};
use crate::page::Key;

/// Sets primary contacts: of a list of organizations and contacts.
const PRIMARY_CONTACTS_FROM: (&str, &str) = (
    "UPDATE organizations SET primary_contact_id = v.column2 FROM (VALUES ",
    ") AS v WHERE organizations.tenant_id = $1 AND organizations.id = v.column1",
);

stored! {
    Organization: OrganizationId in "organizations" [counted, external_ids, indexed, mergeable, recorded] {
        name,
        company_type,
        industry,
        address: json,
        phone_number: json,
        fax_number: json,
        employee_count,
        annual_revenue: json,
        websites: json,
        tags: json,
        tickers: json,
        external_system_url,
        external_ids: json,
        primary_contact_id,
        sort_name,
    }
    derived {
        search_text: |_, entry| entry.search_text(),
    }
    refers {
        primary_contact_id: Contact,
    }
}

impl Listed for Organization {
    type Order = OrganizationOrderField;
    type Filter = OrganizationFilter;

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
    fn conditions(&self, to: &mut Conditions) {
        to.external_id(OrganizationId::KIND, self.external_id.as_ref());
        to.linked_ids(&OWNERS, self.owner_ids.as_deref());
        to.found_by(WordKind::OrganizationTag, self.tags.as_deref());
        to.found_by(WordKind::OrganizationCity, self.cities.as_deref());
        to.found_by(WordKind::OrganizationIndustry, self.industries.as_deref());
        to.found_by(WordKind::OrganizationCompanyType, self.company_types.as_deref());
        to.found_by(WordKind::OrganizationCountry, self.country_codes.as_deref());
        to.name("sort_name", self.name.as_ref());
        if let Some(has_owner) = self.has_owner {
            to.add(Condition::Owned(has_owner));
        }
        to.ranges(&self.ranges);
    }
}

/// The records that were deleted or detached with an organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemovedOrganization {
    /// The number of deleted relationships.
    pub relationships: i64,
    /// The number of deleted notes.
    pub notes: i64,
    /// The number of contacts that it leaves without an organization, up to 10,000.
    pub contacts: i64,
    /// The number of interactions that it leaves without an organization, up to 10,000.
    pub interactions: i64,
}

impl Tenant {
    /// Returns the names of organizations by id.
    #[instrument(level = "debug", skip_all)]
    pub async fn organization_names(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>> {
        let rows: Vec<(Uuid, String)> = self
            .fetch_all(sql!(
                "SELECT id, name FROM organizations WHERE tenant_id = $1 AND id ".any_ids(2),
                IdList(ids)
            ))
            .await?;
        Ok(rows.into_iter().collect())
    }
}

impl Tx {
    /// Sets the primary contacts of organizations that were loaded before the contacts. They keep their version: they had the
    /// contact already.
    pub async fn restore_primary_contacts(&mut self, pairs: &[(OrganizationId, ContactId)]) -> Result<()> {
        self.update_rows_from(PRIMARY_CONTACTS_FROM, pairs, |(organization, contact)| {
            values![*organization, *contact]
        })
        .await
        .map(drop)
    }

    /// Deletes organizations with their relationships and notes, and returns what went with each; their contacts and
    /// interactions stay.
    #[instrument(level = "debug", skip_all)]
    pub async fn delete_organizations(
        &mut self,
        organizations: &[Organization],
    ) -> Result<Vec<RemovedOrganization>> {
        let ids: Vec<Uuid> = organizations.iter().map(Table::uuid).collect();
        let relationships = self.take_relationships_of_organizations(&ids).await?;
        let notes = self.take_notes_of(&NOTES_OF_ORGANIZATION, &ids).await?;
        check_parts(relationships.len() + notes.len())?;
        let (of_note, of_relationship) = (NOTES_OF_ORGANIZATION.parent, RELATIONSHIPS_OF_ORGANIZATION.parent);
        self.keep_deleted_with(
            organizations,
            (&notes, of_note),
            (&relationships, of_relationship),
        )
        .await?;
        let notes = count_by(notes.iter().filter_map(of_note));
        let relationships = count_by(relationships.iter().filter_map(of_relationship));
        if !self.keeps_trash() {
            self.forget_references(&ids).await?;
            let parts = self.forget_merges(&ids).await?;
            self.settle_referred(parts).await?;
        }
        let contacts = self.detach(&EMPLOYER, &ids).await?;
        let interactions = self.detach(&ORGANIZATION_OF_INTERACTION, &ids).await?;
        let removed: Vec<RemovedOrganization> = ids
            .iter()
            .map(|id| RemovedOrganization {
                relationships: relationships.get(id).copied().unwrap_or_default(),
                notes: notes.get(id).copied().unwrap_or_default(),
                contacts: contacts.get(id).copied().unwrap_or_default(),
                interactions: interactions.get(id).copied().unwrap_or_default(),
            })
            .collect();
        self.delete_all_with(organizations, &removed).await?;
        Ok(removed)
    }
}
