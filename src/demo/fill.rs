//! Fills a tenant with the demo.

use std::sync::Arc;

use fastrand::Rng;

use super::Progress;
use super::company::{Staff, Writer};
use super::content::{Colleague, Content};
use super::people::RecordFactory;
use crate::error::{Error, Result};
use crate::id::{UserId, WrapUpCodeId};
use crate::model::{Patch, Record, User, WrapUpCode, WrapUpCodeChanges};
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

/// Fills an empty tenant with the demo, one company per transaction. Companies that an interrupted call wrote are left
/// as they are, and the rest is written.
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
    let mut user = User::new(
        UserId::new(tx.new_id()),
        colleague.subject,
        Record::new(tx.now(), None),
    );
    let local_part = colleague.subject.replace("demo-", "");
    user.name = Some(colleague.name.to_owned());
    user.email = Some(format!("{local_part}@contact-center.example"));
    user.title = Some(colleague.title.to_owned());
    Ok(tx.add_user(user).await?.id)
}

async fn code(tx: &mut Tx, name: &str, description: &str) -> Result<WrapUpCodeId> {
    let mut code = WrapUpCode::new(WrapUpCodeId::new(tx.new_id()), Record::new(tx.now(), None));
    WrapUpCodeChanges {
        name: Patch::Set((*name).to_owned()),
        description: Patch::Set((*description).to_owned()),
        ..WrapUpCodeChanges::default()
    }
    .apply(&mut code)?;
    if let Some(there) = tx.wrap_up_code_called(&code.name_key).await? {
        return Ok(there);
    }
    tx.add_wrap_up_code(&code).await?;
    Ok(code.id)
}
