//! Many new records at once: exactly what adding each would write, in a few statements a batch.

use std::collections::BTreeSet;

use sqlx::types::Json;
use tracing::instrument;
use uuid::Uuid;

use super::Tx;
use super::change::NewChange;
use super::engine::{Bind, Statement};
use crate::error::{Result, UserError};
use crate::id::{ContactId, OrganizationId, TypedId};
use crate::model::{Contact, ExternalId, Found, Organization};

/// Most values of one statement: SQLite looks each up by its name, one after the other.
const MOST_VALUES: usize = 1200;

/// Name words that the vocabulary is known to have, so that a load teaches it each of them once. Remember what a
/// transaction learnt when it is committed.
pub type Learnt = BTreeSet<String>;

pub(super) type Values<'a> = Vec<Box<dyn Bind + 'a>>;

macro_rules! values {
    ($($value:expr),* $(,)?) => {
        vec![$(Box::new($value) as Box<dyn $crate::store::engine::Bind + '_>),*]
    };
}
pub(super) use values;

/// What every new record needs besides its row.
struct New<'a> {
    id: Uuid,
    external_ids: &'a [ExternalId],
    found: Found,
}

impl Tx {
    /// Keeps new contacts, as `add_contact` does for each. Gives the name words that `learnt` did not have.
    #[instrument(skip_all, err)]
    pub async fn add_contacts(&mut self, contacts: &[Contact], learnt: &Learnt) -> Result<Learnt> {
        let rows: Vec<(&Contact, New<'_>)> =
            contacts.iter().map(|contact| (contact, contact.into())).collect();
        self.insert(
            "INSERT INTO contacts
                    (tenant_id, id, version, created_at, updated_at, created_by, updated_by, salutation,
                     first_name, middle_name, last_name, title, organization_id, tags, external_ids,
                     phone_numbers, email_addresses, addresses, social_handles, survey_opt_out,
                     external_system_url, sort_name, sort_first, search_text)
             VALUES ",
            "",
            &rows,
            MOST_VALUES,
            |(contact, new)| {
                values![
                    contact.id,
                    contact.record.version,
                    contact.record.created_at,
                    contact.record.updated_at,
                    contact.record.created_by,
                    contact.record.updated_by,
                    &contact.salutation,
                    &contact.first_name,
                    &contact.middle_name,
                    &contact.last_name,
                    &contact.title,
                    contact.organization_id,
                    Json(&contact.tags),
                    Json(&contact.external_ids),
                    Json(&contact.phone_numbers),
                    Json(&contact.email_addresses),
                    Json(&contact.addresses),
                    Json(&contact.social_handles),
                    contact.survey_opt_out,
                    &contact.external_system_url,
                    &contact.sort_name,
                    contact.sort_first(),
                    new.found.search_text(),
                ]
            },
        )
        .await?;
        let new: Vec<New<'_>> = rows.into_iter().map(|(_, new)| new).collect();
        let changes: Vec<NewChange> = contacts.iter().map(NewChange::created).collect();
        self.follow_up::<ContactId>(&new, &changes, learnt).await
    }

    /// Keeps new organizations, as `add_organization` does for each. Gives the name words that `learnt` did not have.
    #[instrument(skip_all, err)]
    pub async fn add_organizations(
        &mut self,
        organizations: &[Organization],
        learnt: &Learnt,
    ) -> Result<Learnt> {
        let rows: Vec<(&Organization, New<'_>)> = organizations
            .iter()
            .map(|organization| (organization, organization.into()))
            .collect();
        self.insert(
            "INSERT INTO organizations
                    (tenant_id, id, version, created_at, updated_at, created_by, updated_by, name, company_type,
                     industry, address, phone_number, fax_number, employee_count, annual_revenue, websites, tags,
                     tickers, external_system_url, external_ids, primary_contact_id, sort_name, search_text)
             VALUES ",
            "",
            &rows,
            MOST_VALUES,
            |(organization, new)| {
                values![
                    organization.id,
                    organization.record.version,
                    organization.record.created_at,
                    organization.record.updated_at,
                    organization.record.created_by,
                    organization.record.updated_by,
                    &organization.name,
                    &organization.company_type,
                    &organization.industry,
                    Json(&organization.address),
                    Json(&organization.phone_number),
                    Json(&organization.fax_number),
                    organization.employee_count,
                    Json(&organization.annual_revenue),
                    Json(&organization.websites),
                    Json(&organization.tags),
                    Json(&organization.tickers),
                    &organization.external_system_url,
                    Json(&organization.external_ids),
                    organization.primary_contact_id,
                    &organization.sort_name,
                    new.found.search_text(),
                ]
            },
        )
        .await?;
        let new: Vec<New<'_>> = rows.into_iter().map(|(_, new)| new).collect();
        let changes: Vec<NewChange> = organizations.iter().map(NewChange::created).collect();
        self.follow_up::<OrganizationId>(&new, &changes, learnt).await
    }

    /// Room, keys, words and change records of new records of one kind.
    async fn follow_up<I: TypedId>(
        &mut self,
        new: &[New<'_>],
        changes: &[NewChange],
        learnt: &Learnt,
    ) -> Result<Learnt> {
        self.take_room(i64::try_from(new.len()).unwrap_or(i64::MAX))
            .await?;
        self.add_keys(I::KIND, new).await?;
        let names: Learnt = new
            .iter()
            .flat_map(|new| new.found.names.difference(learnt))
            .cloned()
            .collect();
        self.learn(names.iter().cloned().collect()).await?;
        self.add_all_words(new).await?;
        self.record_all(changes).await?;
        Ok(names)
    }

    async fn add_keys(&mut self, kind: &'static str, new: &[New<'_>]) -> Result<()> {
        let keys: Vec<(Uuid, &ExternalId)> = new
            .iter()
            .flat_map(|new| new.external_ids.iter().map(|key| (new.id, key)))
            .collect();
        let added = self
            .insert(
                "INSERT INTO external_ids (tenant_id, kind, source, value, owner_id) VALUES ",
                " ON CONFLICT DO NOTHING",
                &keys,
                MOST_VALUES,
                |(owner, key)| values![kind, &key.source, &key.value, *owner],
            )
            .await?;
        if added == keys.len() as u64 {
            Ok(())
        } else {
            Err(
                UserError::taken(format!("another {kind} has one of these external ids"))
                    .under("externalIds")
                    .into(),
            )
        }
    }

    /// In the order of the index: a batch then meets each of its pages once.
    async fn add_all_words(&mut self, new: &[New<'_>]) -> Result<()> {
        let mut words: Vec<(&String, &String, Uuid)> = new
            .iter()
            .flat_map(|new| {
                new.found
                    .words
                    .iter()
                    .map(|word| (word, &new.found.sort_key, new.id))
            })
            .collect();
        words.sort_unstable();
        self.insert(
            "INSERT INTO search_words (tenant_id, word, sort_key, id) VALUES ",
            " ON CONFLICT DO NOTHING",
            &words,
            MOST_VALUES,
            |(word, sort_key, id)| values![*word, *sort_key, *id],
        )
        .await
        .map(drop)
    }

    /// Inserts rows, with at most so many values a statement; gives how many it inserted. `values` are those after the tenant.
    pub(super) async fn insert<'a, R: Sync>(
        &mut self,
        head: &'static str,
        tail: &'static str,
        rows: &'a [R],
        most: usize,
        values: impl Fn(&'a R) -> Values<'a> + Send,
    ) -> Result<u64> {
        let width = rows.first().map_or(1, |row| values(row).len());
        let mut inserted = 0;
        for rows in rows.chunks((most / width).max(1)) {
            let mut statement = Statement::new(head);
            for (position, row) in rows.iter().enumerate() {
                statement.push(if position == 0 { "($1" } else { ", ($1" });
                for value in values(row) {
                    statement.push(", ").bind_boxed(value);
                }
                statement.push(")");
            }
            statement.push(tail);
            inserted += self.execute(statement.sql()).await?;
        }
        Ok(inserted)
    }
}

impl<'a> From<&'a Contact> for New<'a> {
    fn from(contact: &'a Contact) -> Self {
        Self {
            id: contact.id.uuid(),
            external_ids: &contact.external_ids,
            found: contact.found(),
        }
    }
}

impl<'a> From<&'a Organization> for New<'a> {
    fn from(organization: &'a Organization) -> Self {
        Self {
            id: organization.id.uuid(),
            external_ids: &organization.external_ids,
            found: organization.found(),
        }
    }
}
