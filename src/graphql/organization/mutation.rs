//! Mutations for organizations.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, Result};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::graphql::candidates::candidates;
use crate::graphql::context::ContextExt as _;
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::duplicate::{DuplicateFields, duplicates_of_new};
use crate::graphql::input::{fields, patch_id, target};
use crate::graphql::mutation::{Mutate as _, Outcome};
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::graphql::repeat::RepeatFields;
use crate::graphql::shared::Shared;
use crate::id::{NodeId, OrganizationId};
use crate::model::{
    AddressInput, Checked, ExternalIdInput, MoneyInput, Organization, OrganizationChanges,
    OrganizationListChanges, OrganizationUpsertKey, Patch, Permission, Permissions, PhoneNumberInput,
    PossibleDuplicate, Record, TickerInput, UpsertMode, Url,
};
use crate::service::{self, OrganizationUpsert, Target};
use crate::store::RemovedOrganization;

fields! {
    /// The fields of an organization that people write, except for its name.
    OrganizationFields for OrganizationChanges {
        /// The kind of company, such as "Customer" or "Partner", at most 256 characters.
        company_type: String,
        /// The industry, such as "Logistics", at most 256 characters.
        industry: String,
        /// The organization's address.
        address: AddressInput,
        /// The organization's phone number.
        phone_number: PhoneNumberInput,
        /// The organization's fax number.
        fax_number: PhoneNumberInput,
        /// The number of employees, zero or more.
        employee_count: i32,
        /// The annual revenue.
        annual_revenue: MoneyInput,
        /// The organization's websites: at most 20 absolute `http` or `https` URLs.
        websites: Vec<Url>,
        /// Words for grouping organizations: at most 50, each at most 100 characters.
        tags: Vec<String>,
        /// The ticker symbols of the organization's shares, at most 10.
        tickers: Vec<TickerInput>,
        /// The URL of the organization in another system: an absolute `http` or `https` URL.
        external_system_url: Url,
        /// The organization's keys in other systems, at most 10.
        external_ids: Vec<ExternalIdInput>,
    }
}

/// An organization to create, among the items of `createOrganizations`.
#[derive(InputObject)]
pub struct CreateOrganizationItemInput {
    /// The organization's name, 1 to 1000 characters.
    name: String,
    #[graphql(flatten)]
    fields: OrganizationFields,
}

/// Input for `createOrganization`.
#[derive(InputObject)]
pub struct CreateOrganizationInput {
    #[graphql(flatten)]
    organization: CreateOrganizationItemInput,
    #[graphql(flatten)]
    duplicates: DuplicateFields,
    #[graphql(flatten)]
    repeat: RepeatFields,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

impl CreateOrganizationItemInput {
    #[expect(clippy::unnecessary_wraps, reason = "every input is checked alike")]
    pub(super) fn check(self) -> Checked<(OrganizationChanges,)> {
        let changes = OrganizationChanges {
            name: Patch::Set(self.name),
            ..self.fields.into()
        };
        Ok((changes,))
    }
}

/// Input for `updateOrganization`. Absent fields are left unchanged; null clears a field.
#[derive(InputObject)]
pub struct UpdateOrganizationInput {
    /// The organization's id.
    id: ID,
    /// The version the organization must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
    /// The organization's name, 1 to 1000 characters.
    name: MaybeUndefined<String>,
    /// The contact to approach first, who must work for the organization; null for none.
    primary_contact_id: MaybeUndefined<ID>,
    /// The items to add to lists and to remove from them.
    lists: Option<OrganizationListChanges>,
    #[graphql(flatten)]
    fields: OrganizationFields,
}

impl UpdateOrganizationInput {
    pub(super) fn check(self) -> Checked<(Target<OrganizationId>, OrganizationChanges)> {
        let target = target(&self.id, self.expected_version)?;
        let changes = OrganizationChanges {
            name: self.name.into(),
            primary_contact_id: patch_id("primaryContactId", &self.primary_contact_id)?,
            lists: self.lists.unwrap_or_default(),
            ..self.fields.into()
        };
        Ok((target, changes))
    }
}

/// An organization to delete, among the items of `deleteOrganizations`.
#[derive(InputObject)]
pub struct DeleteOrganizationItemInput {
    /// The organization's id.
    id: ID,
    /// The version the organization must have; otherwise the mutation fails with `VERSION_CONFLICT`.
    expected_version: Option<i32>,
}

/// Input for `deleteOrganization`.
#[derive(InputObject)]
pub struct DeleteOrganizationInput {
    #[graphql(flatten)]
    organization: DeleteOrganizationItemInput,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

impl DeleteOrganizationItemInput {
    pub(super) fn check(self) -> Checked<(Target<OrganizationId>,)> {
        Ok((target(&self.id, self.expected_version)?,))
    }
}

/// Input for `upsertOrganization`. Absent fields are left unchanged, or empty in a new organization; null clears a
/// field.
#[derive(InputObject)]
pub struct UpsertOrganizationInput {
    /// The key to find the organization by. An external id is always among those of the organization, and `externalIds`
    /// determines the others; a new organization gets the website `https://<domain>/`, unless the input has one there.
    key: OrganizationUpsertKey,
    /// The rule for the fields of an organization that exists.
    #[graphql(default)]
    mode: UpsertMode,
    /// The organization's name, 1 to 1000 characters. Required for a new organization.
    name: MaybeUndefined<String>,
    /// The items to add to lists and to remove from them.
    lists: Option<OrganizationListChanges>,
    #[graphql(flatten)]
    fields: OrganizationFields,
}

impl UpsertOrganizationInput {
    #[expect(clippy::unnecessary_wraps, reason = "every input is checked alike")]
    pub(super) fn check(self, permissions: Permissions) -> Checked<OrganizationUpsert> {
        let changes = OrganizationChanges {
            name: self.name.into(),
            lists: self.lists.unwrap_or_default(),
            mode: self.mode,
            ..self.fields.into()
        };
        Ok((permissions, self.key, changes))
    }
}

payload! {
    /// The result of creating an organization.
    #[graphql(complex)]
    CreateOrganizationPayload {
        /// The new organization, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:organization:view`.
        organization: Option<Arc<Organization>>, for OrganizationView;
        /// The organization as it would be if it had not been refused as a duplicate.
        #[graphql(skip)]
        draft: Option<Arc<Organization>>;
    }
}

payload! {
    /// The result of updating an organization.
    UpdateOrganizationPayload {
        /// The organization in its current state. Null if the mutation was refused, except for a version conflict.
        ///
        /// Requires `externalContacts:organization:view`.
        organization: Organization, for OrganizationView
    }
}

payload! {
    /// The result of upserting an organization.
    UpsertOrganizationPayload {
        /// The organization in its current state, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:organization:view`.
        organization: Option<Organization>, for OrganizationView;
        /// Whether the mutation created a new record, or null if it was refused.
        created: Option<bool>;
        /// The organizations that `key` matches, if there are several; at most 25. Otherwise null.
        ///
        /// Requires `externalContacts:organization:view`.
        candidates: Option<Vec<Shared<Organization>>>, for OrganizationView;
    }
}

payload! {
    /// The result of deleting an organization.
    DeleteOrganizationPayload {
        /// The id of the deleted organization, or null if the mutation was refused.
        deleted_organization_id: Option<OrganizationId>;
        /// The number of relationships that were deleted with it.
        deleted_relationships: i64;
        /// The number of notes that were deleted with it.
        deleted_notes: i64;
        /// The number of contacts that were kept without their organization, counted up to 10,000. Those after the first 500 lose it
        /// in the seconds after the deletion. Until then, `organization` is null, and `organizationId` filters still find them.
        detached_contacts: i64;
        /// The number of interactions that show no organization unless it is restored, counted up to 10,000. Filters by the
        /// organization's id find them until it is purged.
        detached_interactions: i64;
        /// The organization in its current state if its version did not match, otherwise null.
        ///
        /// Requires `externalContacts:organization:view`.
        organization: Option<Organization>, for OrganizationView;
    }
}

impl UpsertOrganizationPayload {
    /// Creates the payload, and loads the organizations that the key matches.
    pub(super) async fn load(ctx: &Context<'_>, outcome: Outcome<(Organization, bool)>) -> Result<Self> {
        let (organization, created) = outcome.value.unzip();
        let organization_id = |id| match id {
            NodeId::OrganizationId(id) => Some(id),
            _ => None,
        };
        Ok(Self {
            organization,
            created,
            candidates: candidates(ctx, &outcome.user_errors, organization_id).await?,
            user_errors: outcome.user_errors,
        })
    }
}

/// The outcome of a deletion, and the organization as it is after a version conflict.
type Deleted = (
    Outcome<(OrganizationId, RemovedOrganization)>,
    Option<Organization>,
);

impl From<Deleted> for DeleteOrganizationPayload {
    fn from((outcome, organization): Deleted) -> Self {
        let (id, removed) = outcome.value.unzip();
        let removed = removed.unwrap_or_default();
        Self {
            organization,
            deleted_organization_id: id,
            deleted_relationships: removed.relationships,
            deleted_notes: removed.notes,
            detached_contacts: removed.contacts,
            detached_interactions: removed.interactions,
            user_errors: outcome.user_errors,
        }
    }
}

#[ComplexObject]
impl CreateOrganizationPayload {
    /// The organizations that may be the same as the new one, the highest score first: at most 20. Null if the mutation
    /// was refused for another reason.
    ///
    /// Requires `externalContacts:organization:view`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationView))]
    async fn possible_duplicates(&self, ctx: &Context<'_>) -> Result<Option<Vec<PossibleDuplicate>>> {
        Ok(duplicates_of_new(ctx, self.organization.as_ref().or(self.draft.as_ref()).cloned()).await?)
    }
}

impl CreateOrganizationPayload {
    /// Creates the payload. Of what was refused as a duplicate, it has a draft, whose duplicates can be sought.
    fn of(ctx: &Context<'_>, outcome: Outcome<Organization>, changes: Option<OrganizationChanges>) -> Self {
        let draft = changes.filter(|_| outcome.is_duplicate()).and_then(|changes| {
            let record = Record::new(DateTime::<Utc>::UNIX_EPOCH, None);
            let mut draft = Organization::new(OrganizationId::new(Uuid::nil()), record);
            changes
                .apply(&mut draft, &ctx.tenant().record().default_region)
                .ok()?;
            Some(draft)
        });
        Self {
            draft: draft.map(Arc::new),
            ..outcome.into()
        }
    }
}

impl From<Outcome<Organization>> for CreateOrganizationPayload {
    fn from(outcome: Outcome<Organization>) -> Self {
        Self {
            organization: outcome.value.map(Arc::new),
            draft: None,
            user_errors: outcome.user_errors,
        }
    }
}

/// Mutations for organizations.
#[derive(Default)]
pub struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Creates an organization.
    ///
    /// Requires `externalContacts:organization:add`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationAdd))]
    async fn create_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new organization's fields.")] input: CreateOrganizationInput,
    ) -> Result<Option<CreateOrganizationPayload>> {
        let checked = input.organization.check();
        let changes = checked.as_ref().ok().map(|(changes,)| changes.clone());
        let checked = checked.map(|(changes,)| (changes, input.duplicates.on_duplicate));
        let outcome = ctx.change(checked, service::create_organization).await?;
        Ok(Some(CreateOrganizationPayload::of(ctx, outcome, changes)))
    }

    /// Updates an organization.
    ///
    /// Requires `externalContacts:organization:edit`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationEdit))]
    async fn update_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's id and the fields to change.")] input: UpdateOrganizationInput,
    ) -> Result<Option<UpdateOrganizationPayload>> {
        let outcome = ctx.update(input.check(), service::update_organization).await?;
        Ok(Some(outcome.into()))
    }

    /// Deletes an organization with its relationships and notes. Its contacts and interactions are kept without an organization.
    /// `restoreOrganization` undoes the deletion for as many days as `viewer.tenant.retention.trashDays` says. Refused with
    /// `TOO_LARGE` if more than 10,000 relationships and notes would be deleted with it.
    ///
    /// Requires `externalContacts:organization:delete`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationDelete))]
    async fn delete_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization to delete.")] input: DeleteOrganizationInput,
    ) -> Result<Option<DeleteOrganizationPayload>> {
        let input = input.organization.check();
        let outcome = ctx.change_record(input, service::delete_organization).await?;
        Ok(Some(outcome.into()))
    }

    /// Updates the organization with the given key, or creates it.
    ///
    /// Requires `externalContacts:organization:add`, and `externalContacts:organization:edit` if the organization
    /// exists.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationAdd))]
    async fn upsert_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's key and fields.")] input: UpsertOrganizationInput,
    ) -> Result<Option<UpsertOrganizationPayload>> {
        let input = input.check(ctx.caller().permissions);
        let outcome = ctx.change(input, service::upsert_organization).await?;
        Ok(Some(UpsertOrganizationPayload::load(ctx, outcome).await?))
    }
}
