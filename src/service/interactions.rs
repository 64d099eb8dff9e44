//! Bulk mutations for interactions.

use std::collections::{HashMap, HashSet};

use super::RecordedInteraction;
use super::bulk::{Accepted, accepted, changed_twice};
use super::interaction::{KeptParties, Parties, apply, check_external_id, recognize_all};
use crate::error::Result;
use crate::id::{ContactId, InteractionId, OrganizationId, TypedId as _, UserId};
use crate::model::{BulkPolicy, Checked, ContactPoint, Interaction};
use crate::store::{Recognized, Tx};

/// Records new interactions, or updates those with the same external ids, each at most once; also returns whether each is
/// new.
pub async fn record_interactions(
    tx: &mut Tx,
    policy: BulkPolicy,
    items: Vec<Checked<(RecordedInteraction,)>>,
) -> Result<Vec<Checked<(Interaction, bool)>>> {
    let items: Vec<Checked<RecordedInteraction>> = items.into_iter().map(|item| check(item?)).collect();
    let external_ids: Vec<String> = accepted(&items)
        .filter_map(|item| item.external_id.clone())
        .collect();
    let keys: Vec<[&str; 1]> = external_ids.iter().map(|id| [id.as_str()]).collect();
    let keys: Vec<&[&str]> = keys.iter().map(<[&str; 1]>::as_slice).collect();
    tx.lock_keys(InteractionId::KIND, &keys).await?;
    let items = recognized(tx, items).await?;
    let parties = accepted(&items).map(|(item, recognized)| item.parties.with(recognized));
    let kept = keep_parties(tx, parties.collect()).await?;
    let found = tx.interactions_by_external_ids(external_ids).await?;
    let found = found
        .into_iter()
        .filter_map(|it| Some((it.external_id.clone()?, it)));
    let mut found: HashMap<String, Interaction> = found.collect();
    let agents: HashSet<UserId> = accepted(&items)
        .flat_map(|(item, _)| item.agent_ids.clone())
        .collect();
    let agents = if agents.is_empty() {
        Vec::new()
    } else {
        tx.known_users(&Vec::from_iter(agents)).await?
    };
    let mut recorded_before = HashSet::new();
    let recorded = items.into_iter().map(|item| {
        let (item, recognized) = item?;
        let external_id = item.external_id.clone();
        if external_id
            .as_ref()
            .is_some_and(|id| recorded_before.contains(id))
        {
            return Err(vec![changed_twice("externalId")]);
        }
        let before = external_id.as_ref().and_then(|id| found.remove(id));
        recorded_before.extend(external_id);
        let after = apply(tx, item, before.as_ref(), &kept, &recognized, &agents)?;
        Ok((before, after))
    });
    let mut recorded = Accepted::of(policy, recorded.collect())?;
    let pairs = recorded.take();
    let are_new: Vec<bool> = pairs.iter().map(|(before, _)| before.is_none()).collect();
    let interactions = tx.save_interactions(pairs).await?;
    Ok(recorded.with(interactions.into_iter().zip(are_new).collect()))
}

fn check((recorded,): (RecordedInteraction,)) -> Checked<RecordedInteraction> {
    Ok(RecordedInteraction {
        external_id: check_external_id(recorded.external_id)?,
        ..recorded
    })
}

/// Returns the items, each with the records that have its contact point.
async fn recognized(
    tx: &mut Tx,
    items: Vec<Checked<RecordedInteraction>>,
) -> Result<Vec<Checked<(RecordedInteraction, Recognized)>>> {
    let points: Vec<Option<ContactPoint>> =
        accepted(&items).map(|item| item.point_to_recognize(tx)).collect();
    let given: Vec<ContactPoint> = points.iter().flatten().cloned().collect();
    let mut recognized = recognize_all(tx, &given).await?.into_iter();
    let mut points = points.into_iter();
    let items = items.into_iter().map(|item| {
        let item = item?;
        let point = points.next().flatten();
        let recognized = point.and_then(|_| recognized.next());
        Ok((item, recognized.unwrap_or_default()))
    });
    Ok(items.collect())
}

/// Keeps the parties of interactions, and the employers of the contacts, from being deleted.
async fn keep_parties(tx: &mut Tx, parties: Vec<Parties>) -> Result<KeptParties> {
    let contacts = parties.iter().filter_map(|parties| parties.contact_id.value());
    let contacts: Vec<_> = contacts.map(ContactId::uuid).collect();
    let organizations = parties
        .iter()
        .filter_map(|parties| parties.organization_id.value());
    let organizations = organizations.map(OrganizationId::uuid).collect();
    let organizations = tx.keep_all_organizations(organizations, contacts.clone()).await?;
    Ok(KeptParties {
        contacts: tx.keep_contacts(contacts, &organizations).await?,
        organizations,
    })
}
