//! Generates tenants of any size, with data like life's: for measurements, and for tests of how a front end behaves when
//! there is much.
//!
//! Each record follows from the seed, the total and its own number alone (`world.rs`). So a run that was interrupted is
//! continued with the first batch that is missing, one thread makes a batch while the database loads the one before, and
//! memory does not grow with the total.

mod activity;
mod company;
mod name;
mod person;
mod place;
#[cfg(test)]
mod tests;
mod world;

use std::sync::Arc;

use self::name::PersonName;
use self::world::{Kind, World};
use super::Progress;
use crate::error::{Error, Result};
use crate::id::{ContactId, OrganizationId, TypedId as _};
use crate::model::{
    Contact, Patch, Record, User, UserChanges, WrapUpCode, WrapUpCodeChanges, fold, sort_key,
};
use crate::prefetch::Prefetch;
use crate::store::{LONGEST_LOAD, Load, Names, Read as _, Tenant, change};

/// The fewest managed entities that can be generated.
pub const FEWEST_ENTITIES: u64 = 100;
/// The titles of users, the most frequent last.
const TITLES: [&str; 4] = ["Head of Service", "Team Lead", "Account Manager", "Agent"];

/// The reason why nothing, or no more, was generated.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The tenant has data that these entities and this seed do not continue.
    #[error(
        "there is data in the tenant {0} already, and not of these entities and this seed; \
         generate into an empty tenant"
    )]
    NotEmpty(String),
    /// The tenant's limit leaves no room.
    #[error(
        "the limit of the tenant {tenant} is {limit} managed entities, and {needed} are needed; \
         raise it with `external-contacts tenant set-limit {tenant} {needed}`"
    )]
    Limit {
        /// The tenant's name.
        tenant: String,
        /// Its limit.
        limit: i64,
        /// The number of entities it would have.
        needed: i64,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Generates this many managed entities, and half as many interactions, in an empty tenant; the same every time for a
/// seed. What an interrupted call with the same arguments left is continued. The feed of changes is not told: the records are
/// older than the changes that it keeps.
///
/// `progress` is called with the number of managed entities written and their total.
pub async fn generate(
    tenant: &Tenant,
    entities: u64,
    seed: u64,
    progress: Progress<'_>,
) -> Result<(), GenerateError> {
    let world = Arc::new(World::new(seed, entities.max(FEWEST_ENTITIES)));
    let totals = world.totals;
    let first = first_missing(tenant, &world, seed).await?;
    check_limit(tenant, totals.entities - totals.entities_before(first)).await?;
    progress(totals.entities_before(first), totals.entities);
    let mut batches = make(tenant.clone(), world, seed, first);
    let mut known = Arc::new(Names::new());
    while let Some(batch) = batches.next().await {
        let batch = batch?;
        let learnt = change!(tenant, None, within LONGEST_LOAD, |tx| {
            tx.lift_time_limits().await?;
            tx.assume_known_names(&known);
            tx.load(&batch.load).await?;
            tx.restore_primary_contacts(&batch.primary_contacts).await?;
            Ok(tx.learnt_names())
        })?;
        Arc::make_mut(&mut known).extend(learnt);
        progress(totals.entities_before(batch.number + 1), totals.entities);
    }
    Ok(())
}

/// Returns the first missing batch. Batches are written in order, so a binary search finds it.
async fn first_missing(tenant: &Tenant, world: &World, seed: u64) -> Result<u64, GenerateError> {
    let first_user = subject(world, seed, 0);
    if tenant.user_by_subject(&first_user).await?.is_none() {
        let codes = &world.content.prose.codes;
        let has_codes = change!(tenant, None, |tx| {
            let mut has = false;
            for (name, _) in codes {
                has |= tx.wrap_up_code_called(&fold(name)).await?.is_some();
            }
            Ok(has)
        })?;
        if has_codes || tenant.managed_entities().await? > 0 {
            return Err(GenerateError::NotEmpty(tenant.record().name.clone()));
        }
        return Ok(0);
    }
    let (mut there, mut missing) = (1, world.totals.batches);
    while there < missing {
        let middle = u64::midpoint(there, missing);
        let number = world.totals.of_batch(Kind::Contact, middle).start;
        let id: ContactId = world.id(Kind::Contact, number);
        let found: Vec<Contact> = { tenant }.find_all(vec![id.uuid()]).await?;
        if found.is_empty() {
            missing = middle;
        } else {
            there = middle + 1;
        }
    }
    Ok(there)
}

async fn check_limit(tenant: &Tenant, missing: u64) -> Result<(), GenerateError> {
    let limit = tenant.fresh().await?.managed_entity_limit;
    let needed = tenant.managed_entities().await?.saturating_add_unsigned(missing);
    if needed <= limit {
        return Ok(());
    }
    Err(GenerateError::Limit {
        tenant: tenant.record().name.clone(),
        limit,
        needed,
    })
}

/// The records of a batch.
struct Batch {
    number: u64,
    load: Load,
    /// Organizations with their primary contacts, who are there only after them.
    primary_contacts: Vec<(OrganizationId, ContactId)>,
}

/// Makes batches, one ahead of the database.
fn make(tenant: Tenant, world: Arc<World>, seed: u64, first: u64) -> Prefetch<Result<Batch>> {
    let mut numbers = first..world.totals.batches;
    Prefetch::of(move || Some(batch(&tenant, &world, seed, numbers.next()?)))
}

fn batch(tenant: &Tenant, world: &World, seed: u64, number: u64) -> Result<Batch> {
    let numbers = |kind| world.totals.of_batch(kind, number);
    let region = &tenant.record().default_region;
    let mut load = Load::of(tenant);
    if number == 0 {
        let users = 0..world.totals.count(Kind::User);
        load.add(&all(users, |user_number| user(world, seed, user_number))?)?;
        let codes = 0..world.totals.count(Kind::WrapUpCode);
        load.add(&all(codes, |code_number| code(world, code_number))?)?;
    }
    load.add(&all(numbers(Kind::Organization), |organization| {
        company::Company::of(world, organization).organization(world, organization, region)
    })?)?;
    load.add(&all(numbers(Kind::Contact), |contact| {
        person::contact(world, contact, region)
    })?)?;
    let relationships = all(numbers(Kind::Relationship), |relationship| {
        activity::relationship(world, relationship)
    })?;
    load.add(&relationships.into_iter().flatten().collect::<Vec<_>>())?;
    load.add(&all(numbers(Kind::Note), |note| activity::note(world, note))?)?;
    load.add_interactions(&all(numbers(Kind::Interaction), |interaction| {
        activity::interaction(world, interaction, region)
    })?)?;
    Ok(Batch {
        number,
        load,
        primary_contacts: primary_contacts(world, number),
    })
}

fn all<T>(numbers: std::ops::Range<u64>, make: impl Fn(u64) -> Result<T>) -> Result<Vec<T>> {
    numbers.map(make).collect()
}

/// Returns the primary contacts of four organizations of ten: the first of the five that are dealt out to each.
fn primary_contacts(world: &World, batch: u64) -> Vec<(OrganizationId, ContactId)> {
    let contacts = world.totals.of_batch(Kind::Contact, batch);
    let organizations = world.totals.of_batch(Kind::Organization, batch);
    organizations
        .clone()
        .zip(contacts)
        .filter(|(organization, contact)| {
            organization % 5 < 2 && person::employer(world, *contact) == Some(*organization)
        })
        .map(|(organization, contact)| {
            (
                world.id(Kind::Organization, organization),
                world.id(Kind::Contact, contact),
            )
        })
        .collect()
}

/// Returns the subject of a user, which tells the seed and the total to a run that continues.
fn subject(world: &World, seed: u64, number: u64) -> String {
    format!("generated-{}-{seed}-{number:04}", world.totals.entities)
}

fn user(world: &World, seed: u64, number: u64) -> Result<User> {
    let mut rng = world.rng(Kind::User, number);
    let name = PersonName::of(&world.names, "US", &mut rng);
    let record = Record::new(world.instant(Kind::User, 0), None);
    let mut user = User::new(
        world.id(Kind::User, number),
        &subject(world, seed, number),
        record,
    );
    let (first, last) = name.ascii();
    let title = rng.usize(0..TITLES.len()).max(rng.usize(0..TITLES.len()));
    UserChanges {
        name: Patch::Set(name.full()),
        email: Patch::Set(format!("{first}.{last}.{number}@contact-center.example")),
        title: TITLES.get(title).map(|title| (*title).to_owned()).into(),
    }
    .apply(&mut user)?;
    user.sort_name = sort_key(&[user.name.as_deref().unwrap_or_default()]);
    Ok(user)
}

fn code(world: &World, number: u64) -> Result<WrapUpCode> {
    let record = Record::new(world.instant(Kind::User, 0), None);
    let mut code = WrapUpCode::new(world.id(Kind::WrapUpCode, number), record);
    let codes = &world.content.prose.codes;
    let place = usize::try_from(number).unwrap_or_default();
    let (name, description) = codes.get(place).copied().unwrap_or_default();
    WrapUpCodeChanges {
        name: Patch::Set(name.to_owned()),
        description: Patch::Set(description.to_owned()),
        ..WrapUpCodeChanges::default()
    }
    .apply(&mut code)?;
    Ok(code)
}
