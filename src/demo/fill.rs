//! Fills a tenant with the demo.

use std::sync::Arc;

use fastrand::Rng;

use super::Progress;
use super::company::{Staff, Writer};
use super::content::{Colleague, Content};
use super::deletions::delete_by_mistake;
use super::duplicates::enter_twice;
use super::people::RecordFactory;
use crate::error::{Error, Result};
use crate::id::{UserId, WrapUpCodeId};
use crate::model::{Patch, UserChanges, WrapUpCodeChanges, fold};
use crate::service;
use crate::store::{LONGEST_LOAD, Names, Tenant, Tx, change};

/// The fixed seed that makes the demo the same every time.
const SEED: u64 = 20_260_301;

/// The result of filling a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The number of the tenant's managed entities.
    pub managed_entities: i64,
}

/// The reason why a tenant was not filled.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// The tenant has data that is not the demo's.
    #[error("there is data in the tenant {0} already; the demo fills an empty one")]
    NotEmpty(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Fills an empty tenant with the demo, one company per transaction, adds two people who were entered twice, and deletes a
/// contact and a company, so that they can be restored. Companies that an interrupted call wrote are left as they are, and the rest is written.
///
/// `progress` is called with the number of companies written and their total.
pub async fn fill(tenant: &Tenant, progress: Progress<'_>) -> Result<Filled, FillError> {
    let content = Content::read();
    let begun = match content.staff.first() {
        Some(colleague) => tenant.user_by_subject(colleague.subject).await?.is_some(),
        None => false,
    };
    if !begun && tenant.managed_entities().await? > 0 {
        return Err(FillError::NotEmpty(tenant.record().name.clone()));
    }
    let staff = staff(tenant, &content).await?;
    let mut known = Arc::new(Names::new());
    let total = content.companies.len() as u64;
    for (number, company) in content.companies.iter().enumerate() {
        progress(number as u64, total);
        let learnt = change!(tenant, None, within LONGEST_LOAD, |tx| {
            tx.lift_time_limits().await?;
            tx.assume_known_names(&known);
            writer(tenant, &content, &staff, number)
                .company(tx, number, company)
                .await?;
            Ok(tx.learnt_names())
        })?;
        Arc::make_mut(&mut known).extend(learnt);
    }
    enter_twice(tenant, &staff).await?;
    delete_by_mistake(tenant, &staff).await?;
    progress(total, total);
    Ok(Filled {
        managed_entities: tenant.managed_entities().await?,
    })
}

/// Creates a company's writer with randomness of its own, which does not depend on the companies written before.
fn writer<'a>(tenant: &'a Tenant, content: &'a Content, staff: &'a Staff, number: usize) -> Writer<'a> {
    Writer {
        factory: RecordFactory {
            content,
            region: &tenant.record().default_region,
            staff: &staff.users,
            rng: Rng::with_seed(SEED + number as u64),
        },
        staff,
    }
}

/// Loads the tenant's own staff and wrap-up codes, creating those that are missing.
pub async fn staff(tenant: &Tenant, content: &Content) -> Result<Staff> {
    change!(tenant, None, |tx| {
        let mut staff = Staff {
            users: Vec::new(),
            wrap_up_codes: Vec::new(),
        };
        for colleague in &content.staff {
            staff.users.push(user(tx, colleague).await?);
        }
        for (name, description) in &content.prose.codes {
            staff.wrap_up_codes.push(code(tx, name, description).await?);
        }
        Ok(staff)
    })
}

async fn user(tx: &mut Tx, colleague: &Colleague) -> Result<UserId> {
    if let Some(user) = tx.user_by_subject(colleague.subject).await? {
        return Ok(user.id);
    }
    let local_part = colleague.subject.replace("demo-", "");
    let changes = UserChanges {
        name: Patch::Set(colleague.name.to_owned()),
        email: Patch::Set(format!("{local_part}@contact-center.example")),
        title: Patch::Set(colleague.title.to_owned()),
    };
    let (user, _) = service::upsert_user(tx, colleague.subject.to_owned(), changes).await?;
    Ok(user.id)
}

async fn code(tx: &mut Tx, name: &str, description: &str) -> Result<WrapUpCodeId> {
    if let Some(existing) = tx.wrap_up_code_called(&fold(name)).await? {
        return Ok(existing);
    }
    let changes = WrapUpCodeChanges {
        name: Patch::Set(name.to_owned()),
        description: Patch::Set(description.to_owned()),
        ..WrapUpCodeChanges::default()
    };
    Ok(service::create_wrap_up_code(tx, changes).await?.id)
}
