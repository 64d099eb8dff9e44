//! Mutations that merge organizations, and that undo this.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

use super::mutation::OrganizationFields;
use crate::error::Refusals;
use crate::graphql::dry_run::DryRunFields;
use crate::graphql::input::{id, patch_id};
use crate::graphql::merge::MergeMemberInput;
use crate::graphql::mutation::{Mutate as _, Outcome};
use crate::graphql::payload::payload;
use crate::graphql::permission::requires_permission;
use crate::id::{MergeId, OrganizationId};
use crate::model::{
    Checked, Merge, MovedRecords, Organization, OrganizationChanges, Permission, RestoreLoss, whole,
};
use crate::service::{self, Parting, Target};

/// The values of a merged organization to use instead of those that the rules choose. The rules for each field are those of
/// `UpdateOrganizationInput`; null clears a field.
#[derive(Default, InputObject)]
pub struct MergedOrganizationValues {
    /// The organization's name, 1 to 1000 characters.
    name: MaybeUndefined<String>,
    /// The contact to approach first, who must work for one of the organizations; null for none.
    primary_contact_id: MaybeUndefined<ID>,
    #[graphql(flatten)]
    fields: OrganizationFields,
}

impl MergedOrganizationValues {
    fn check(self) -> Checked<OrganizationChanges> {
        Ok(OrganizationChanges {
            name: self.name.into(),
            primary_contact_id: patch_id("primaryContactId", &self.primary_contact_id)?,
            ..self.fields.into()
        })
    }
}

/// Input for `mergeOrganizations`.
#[derive(InputObject)]
pub struct MergeOrganizationsInput {
    /// The organizations to merge, 2 to 25. The first is the survivor: it stays, and the others become part of it.
    members: Vec<MergeMemberInput>,
    /// The values to use instead of those that the rules choose.
    values: Option<MergedOrganizationValues>,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

/// Input for `undoOrganizationMerge`.
#[derive(InputObject)]
pub struct UndoOrganizationMergeInput {
    /// The id of the merge.
    merge_id: ID,
    #[graphql(flatten)]
    dry_run: DryRunFields,
}

payload! {
    /// The result of merging organizations.
    MergeOrganizationsPayload {
        /// The survivor as it became, or null if the mutation was refused.
        ///
        /// Requires `externalContacts:organization:view`.
        organization: Option<Organization>, for OrganizationView;
        /// The merge, or null if the mutation was refused.
        merge: Option<Merge>;
    }
}

payload! {
    /// The result of undoing a merge of organizations.
    UndoOrganizationMergePayload {
        /// The merge that was undone, or null if the mutation was refused.
        merge: Option<Merge>;
        /// The organizations that exist again.
        ///
        /// Requires `externalContacts:organization:view`.
        restored: Option<Vec<Organization>>, for OrganizationView;
        /// The numbers of records that went back to each of them. Records that were added after the merge stay with the
        /// survivor.
        moved_back: Vec<MovedRecords>;
        /// The names of the fields of the survivor that were changed after the merge, and stay as they are.
        kept: Vec<String>;
        /// The parts that could not be restored. The path of a field begins with `survivor`, or with `restored` and the place of
        /// the organization in that list.
        lost: Vec<RestoreLoss>;
    }
}

impl MergeOrganizationsInput {
    fn check(self) -> Checked<(Vec<Target<OrganizationId>>, OrganizationChanges)> {
        let values = self.values.unwrap_or_default().check();
        let mut refusals = Refusals::default();
        let members = refusals.collect(MergeMemberInput::check_all(&self.members));
        let values = refusals.check("values", values);
        whole(refusals, members.zip(values))
    }
}

impl From<Outcome<(Organization, Merge)>> for MergeOrganizationsPayload {
    fn from(outcome: Outcome<(Organization, Merge)>) -> Self {
        let (organization, merge) = outcome.value.unzip();
        Self {
            organization,
            merge,
            user_errors: outcome.user_errors,
        }
    }
}

impl From<Outcome<Parting<Organization>>> for UndoOrganizationMergePayload {
    fn from(outcome: Outcome<Parting<Organization>>) -> Self {
        let Some(parting) = outcome.value else {
            return Self {
                merge: None,
                restored: Some(Vec::new()),
                moved_back: Vec::new(),
                kept: Vec::new(),
                lost: Vec::new(),
                user_errors: outcome.user_errors,
            };
        };
        Self {
            merge: Some(parting.merge),
            restored: Some(parting.restored),
            moved_back: parting.moved_back,
            kept: parting.kept,
            lost: parting.lost,
            user_errors: outcome.user_errors,
        }
    }
}

/// Mutations that merge organizations, and that undo this.
#[derive(Default)]
pub struct OrganizationMergeMutation;

#[Object]
impl OrganizationMergeMutation {
    /// Merges 2 to 25 organizations into the first of them, the survivor. The others become part of it: their contacts,
    /// relationships, notes and interactions belong to it, and their ids and external ids keep finding it. A relationship of
    /// which the user has an equal one with the survivor ends today. A single value that the survivor does not have is that of the
    /// last changed one that has it; lists have all items, equal ones once; and `values` overrides both. Refused with `INVALID` if
    /// a list would exceed its limit, and with `TOO_LARGE` if more than 50,000 records would move, or if one organization would
    /// consist of more than 100. The contacts after the first 500 of each organization follow in the seconds after the mutation.
    ///
    /// The merge can be undone by `undoOrganizationMerge` for as many days as `viewer.tenant.retention.trashDays` says. The feed has
    /// a change `MERGED` for each of the others, one `UPDATED` for the survivor if its own fields change, and one for each
    /// relationship that ends. Other
    /// records that move keep their version and have no change: all of the other organization now belongs to the survivor.
    ///
    /// Requires `externalContacts:organization:merge`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationMerge))]
    async fn merge_organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organizations to merge.")] input: MergeOrganizationsInput,
    ) -> Result<Option<MergeOrganizationsPayload>> {
        let outcome = ctx
            .change_once(input.check(), service::merge_organizations)
            .await?;
        Ok(Some(outcome.into()))
    }

    /// Undoes a merge of organizations. The organizations that became part of the survivor exist again under their ids; their
    /// contacts, relationships, notes and interactions that still belong to the survivor go back to them, and relationships that
    /// the merge ended are current again. A field of the survivor gets its earlier value back unless it was changed after the
    /// merge. Refused with `INVALID` while a later merge of the survivor is not undone or the survivor is deleted, and with
    /// `EXPIRED` when the time for it is over.
    ///
    /// The feed has a change `UNMERGED` for each organization that exists again, and one `UPDATED` for each
    /// relationship that is current again, and for the survivor if its own fields change. Other records that go back keep their version and have no change: read those of the
    /// organizations again.
    ///
    /// Requires `externalContacts:organization:merge`.
    #[graphql(directive = requires_permission::apply(Permission::OrganizationMerge))]
    async fn undo_organization_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The merge to undo.")] input: UndoOrganizationMergeInput,
    ) -> Result<Option<UndoOrganizationMergePayload>> {
        let input = id::<MergeId>("mergeId", &input.merge_id).map(|id| (id,));
        let outcome = ctx.change_once(input, service::undo_organization_merge).await?;
        Ok(Some(outcome.into()))
    }
}
